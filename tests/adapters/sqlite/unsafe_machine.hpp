// What goes on inside an unsafe disk: files, their names, locks, the power, and what is to fail.
#pragma once

#include "file_locks.hpp"
#include "unsafe_disk.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tandem {

// A file as it is found by its name: it lives until its name and its handles are gone.
struct unsafe_inode {
    std::shared_ptr<unsafe_file> content = std::make_shared<unsafe_file>();
    level_locks levels{};
    shared_memory shm{};
    // At its first sync, as the VFS of unix does for journals and logs; as file systems do, whoever made the file.
    bool syncs_directory = false;
};

// The next call that is to fail, and how.
struct unsafe_fault {
    std::uint64_t in = 0;  // 1: the next; 0: none
    int code = SQLITE_OK;
    bool lasting = false;

    int strike() {
        if (in == 0 || (in > 1 && in-- > 1)) return SQLITE_OK;
        if (!lasting) in = 0;
        return code;
    }
};

// Every function is a call of SQLite's, or of the test's; each returns what SQLite is to be told.
class unsafe_disk::machine {
public:
    struct handle {
        machine* disk;
        std::shared_ptr<unsafe_inode> file{};
        std::string name{};      // empty: a temporary file
        std::uint64_t life = 0;  // between two crashes; in another one it is dead
        bool writable = false;
        bool deleted_on_close = false;
        held_locks locks{};
    };

    machine(options o, std::string name) : options_{o}, name_{std::move(name)}, random_{o.seed} {}

    std::unique_ptr<handle> open(const char* name, int flags, int& code);
    int remove(const std::string& name, bool syncs_directory);
    bool access(const std::string& name, int what);

    void close(handle& h);
    int read(handle& h, char* into, std::size_t count, std::uint64_t at);
    int write(handle& h, std::string_view bytes, std::uint64_t at);
    int truncate(handle& h, std::uint64_t size);
    int sync(handle& h);
    int size(handle& h, sqlite3_int64& size);
    int lock(handle& h, int level);
    int unlock(handle& h, int level);
    int is_reserved(handle& h, int& answer);
    int shm_map(handle& h, int region, int size, bool extend, void volatile*& into);
    int shm_lock(handle& h, int first, int count, int flags);
    int shm_unmap(handle& h);
    void shm_barrier() { const guard g{mutex_}; }

    const options& made_as() const { return options_; }
    const std::string& name() const { return name_; }
    std::size_t handles() const { return get(handles_); }

    void crash(std::uint64_t seed);
    void kill();
    void corrupt(const std::string& file, std::uint64_t offset, std::uint64_t seed, std::size_t count);
    std::vector<std::string> files() const;
    std::uint64_t size(const std::string& file) const;
    std::uint64_t used() const;

private:
    friend class unsafe_disk;
    using guard = std::lock_guard<std::mutex>;
    using names = std::map<std::string, std::shared_ptr<unsafe_inode>>;
    struct named {  // since the directory was synced last
        std::string name;
        std::shared_ptr<unsafe_inode> file;  // null: deleted
    };

    template <class T>
    T get(const T& value) const {
        const guard g{mutex_};
        return value;
    }
    template <class T>
    void set(T& value, std::type_identity_t<T> to) {
        const guard g{mutex_};
        value = to;
    }
    bool is_dead(const handle& h) const { return is_off_ || h.life != life_; }
    std::function<void()> what_comes_between();
    bool power_fails();  // counts an operation: is it the one?
    std::uint64_t bytes_used() const;
    void sync_directory();
    void start();

    static constexpr std::uint64_t no_limit = ~std::uint64_t{0};

    mutable std::mutex mutex_;
    const options options_;
    const std::string name_;
    seeded_random random_;

    names seen_;                   // what the files are called
    names durable_;                // and were called when the directory was synced last
    std::vector<named> unsynced_;  // what happened between the two

    std::uint64_t life_ = 1;
    std::uint64_t operations_ = 0;
    std::uint64_t crash_in_ = 0;
    bool is_off_ = false;
    unsafe_fault reads_{}, writes_{}, syncs_{};
    std::uint64_t capacity_ = no_limit;
    bool is_read_only_ = false;
    std::size_t handles_ = 0;
    std::uint64_t meanwhile_in_ = 0;
    std::function<void()> meanwhile_{};
};

}  // namespace tandem
