#include "unsafe_disk.hpp"

#include "unsafe_machine.hpp"

#include <atomic>
#include <cassert>

namespace tandem {

// --- the C functions SQLite calls: each finds its object

namespace {

using machine = unsafe_disk::machine;
using handle = machine::handle;

// SQLite gives the room for this and knows its first member.
struct file_of_sqlite {
    sqlite3_file base;
    handle* mine;
};

handle& of(sqlite3_file* f) { return *reinterpret_cast<file_of_sqlite*>(f)->mine; }
machine& of(sqlite3_vfs* v) { return *static_cast<machine*>(v->pAppData); }
std::uint64_t bare(sqlite3_int64 n) { return static_cast<std::uint64_t>(n); }

int close(sqlite3_file* f) {
    const std::unique_ptr<handle> last{&of(f)};
    last->disk->close(*last);
    return SQLITE_OK;
}
int read(sqlite3_file* f, void* into, int count, sqlite3_int64 at) {
    return of(f).disk->read(of(f), static_cast<char*>(into), static_cast<std::size_t>(count), bare(at));
}
int write(sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
    return of(f).disk->write(of(f), {static_cast<const char*>(from), static_cast<std::size_t>(count)}, bare(at));
}
int truncate(sqlite3_file* f, sqlite3_int64 size) { return of(f).disk->truncate(of(f), bare(size)); }
int sync(sqlite3_file* f, int) { return of(f).disk->sync(of(f)); }
int size(sqlite3_file* f, sqlite3_int64* size) { return of(f).disk->size(of(f), *size); }
int lock(sqlite3_file* f, int level) { return of(f).disk->lock(of(f), level); }
int unlock(sqlite3_file* f, int level) { return of(f).disk->unlock(of(f), level); }
int is_reserved(sqlite3_file* f, int* answer) { return of(f).disk->is_reserved(of(f), *answer); }
int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file* f) { return static_cast<int>(of(f).disk->made_as().medium.sector); }
int characteristics(sqlite3_file* f) {
    return of(f).disk->made_as().medium.powersafe_overwrite ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}
int shm_map(sqlite3_file* f, int region, int size, int extend, void volatile** into) {
    return of(f).disk->shm_map(of(f), region, size, extend != 0, *into);
}
int shm_lock(sqlite3_file* f, int first, int count, int flags) {
    return of(f).disk->shm_lock(of(f), first, count, flags);
}
void shm_barrier(sqlite3_file* f) { of(f).disk->shm_barrier(); }
int shm_unmap(sqlite3_file* f, int) { return of(f).disk->shm_unmap(of(f)); }

constexpr sqlite3_io_methods methods{
    2,         close,       read,    write,       truncate,        sync,    size,     lock,
    unlock,    is_reserved, control, sector_size, characteristics, shm_map, shm_lock, shm_barrier,
    shm_unmap, nullptr,     nullptr};

int open(sqlite3_vfs* v, const char* name, sqlite3_file* into, int flags, int* flags_out) {
    into->pMethods = nullptr;  // no file: SQLite will not close it
    int code = SQLITE_OK;
    auto opened = of(v).open(name, flags, code);
    if (!opened) return code;
    if (flags_out) *flags_out = opened->writable ? flags : (flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
    into->pMethods = &methods;
    reinterpret_cast<file_of_sqlite*>(into)->mine = opened.release();
    return SQLITE_OK;
}
int remove(sqlite3_vfs* v, const char* name, int syncs_directory) { return of(v).remove(name, syncs_directory != 0); }
int access(sqlite3_vfs* v, const char* name, int what, int* answer) {
    *answer = of(v).access(name, what) ? 1 : 0;
    return SQLITE_OK;
}
int full_name(sqlite3_vfs*, const char* name, int size, char* into) {
    sqlite3_snprintf(size, into, "%s", name);
    return SQLITE_OK;
}

// Time and chance are those of the machine that runs the test.
sqlite3_vfs& real() {
    static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
    return *found;
}
int randomness(sqlite3_vfs*, int count, char* into) { return real().xRandomness(&real(), count, into); }
int sleep(sqlite3_vfs*, int microseconds) { return real().xSleep(&real(), microseconds); }
int current_time(sqlite3_vfs*, double* day) { return real().xCurrentTime(&real(), day); }
int last_error(sqlite3_vfs*, int, char*) { return 0; }
int current_milliseconds(sqlite3_vfs*, sqlite3_int64* now) { return real().xCurrentTimeInt64(&real(), now); }

sqlite3_vfs vfs_of(machine& m) {
    sqlite3_vfs v{};
    v.iVersion = 2, v.szOsFile = sizeof(file_of_sqlite), v.mxPathname = 512;
    v.zName = m.name().c_str(), v.pAppData = &m;
    v.xOpen = open, v.xDelete = remove, v.xAccess = access, v.xFullPathname = full_name;
    v.xRandomness = randomness, v.xSleep = sleep, v.xGetLastError = last_error;
    v.xCurrentTime = current_time, v.xCurrentTimeInt64 = current_milliseconds;
    return v;
}

std::string next_name() {
    static std::atomic<unsigned> made{0};
    return "unsafe_disk_" + std::to_string(++made);
}

}  // namespace

// --- the disk

struct unsafe_disk::mounted : machine {
    explicit mounted(options o) : machine{o, next_name()} {
        real();  // before there is another
        sqlite3_vfs_register(&vfs, 0);
    }
    mounted(const mounted&) = delete;
    mounted& operator=(const mounted&) = delete;
    ~mounted() {
        assert(handles() == 0 && "an unsafe_disk goes before what is open on it");
        sqlite3_vfs_unregister(&vfs);
    }

    sqlite3_vfs vfs = vfs_of(*this);
};

unsafe_disk::unsafe_disk(options o) : all_{std::make_unique<mounted>(o)} {}
unsafe_disk::~unsafe_disk() = default;

const char* unsafe_disk::name() const { return all_->name().c_str(); }

void unsafe_disk::crash(std::uint64_t seed) { all_->crash(seed); }
void unsafe_disk::kill() { all_->kill(); }
void unsafe_disk::crash_at(std::uint64_t n) { all_->set(all_->crash_in_, n); }
bool unsafe_disk::is_off() const { return all_->get(all_->is_off_); }
std::uint64_t unsafe_disk::operations() const { return all_->get(all_->operations_); }

void unsafe_disk::fail_write_at(std::uint64_t n, int code, bool lasting) {
    all_->set(all_->writes_, {n, code, lasting});
}
void unsafe_disk::fail_sync_at(std::uint64_t n, bool lasting) {
    all_->set(all_->syncs_, {n, SQLITE_IOERR_FSYNC, lasting});
}
void unsafe_disk::fail_read_at(std::uint64_t n, bool lasting) {
    all_->set(all_->reads_, {n, SQLITE_IOERR_READ, lasting});
}
void unsafe_disk::repair() {
    all_->set(all_->writes_, {});
    all_->set(all_->syncs_, {});
    all_->set(all_->reads_, {});
}

void unsafe_disk::meanwhile_at(std::uint64_t n, std::function<void()> f) {
    all_->set(all_->meanwhile_, std::move(f));
    all_->set(all_->meanwhile_in_, n);
}

void unsafe_disk::capacity(std::uint64_t bytes) { all_->set(all_->capacity_, bytes); }
void unsafe_disk::read_only(bool yes) { all_->set(all_->is_read_only_, yes); }
void unsafe_disk::corrupt(const std::string& file, std::uint64_t offset, std::uint64_t seed, std::size_t count) {
    all_->corrupt(file, offset, seed, count);
}

std::vector<std::string> unsafe_disk::files() const { return all_->files(); }
std::uint64_t unsafe_disk::size(const std::string& file) const { return all_->size(file); }
std::uint64_t unsafe_disk::used() const { return all_->used(); }

}  // namespace tandem
