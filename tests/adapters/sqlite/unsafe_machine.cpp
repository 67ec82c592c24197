#include "unsafe_machine.hpp"

#include <algorithm>
#include <utility>

namespace tandem {

using machine = unsafe_disk::machine;

std::unique_ptr<machine::handle> machine::open(const char* name, int flags, int& code) {
    const guard g{mutex_};
    code = is_off_ ? SQLITE_IOERR : SQLITE_CANTOPEN;
    if (is_off_) return {};
    auto h = std::make_unique<handle>(handle{this});
    h->life = life_;
    h->writable = (flags & SQLITE_OPEN_READWRITE) != 0;
    h->deleted_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    const auto there = name ? seen_.find(name) : seen_.end();
    if (name) h->name = name;
    if (there != seen_.end()) {
        if ((flags & SQLITE_OPEN_CREATE) && (flags & SQLITE_OPEN_EXCLUSIVE)) return {};
        h->file = there->second;
        h->writable = h->writable && !is_read_only_;  // who may not write may still read
    } else {
        if (!(flags & SQLITE_OPEN_CREATE) || is_read_only_) return {};
        h->file = std::make_shared<unsafe_inode>();
        constexpr int logs = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
        h->file->syncs_directory = (flags & logs) != 0;
        if (name) seen_[name] = h->file, unsynced_.push_back({name, h->file});
    }
    ++handles_;
    code = SQLITE_OK;
    return h;
}

int machine::remove(const std::string& name, bool syncs_directory) {
    const guard g{mutex_};
    if (is_off_) return SQLITE_IOERR;
    if (!seen_.count(name)) return SQLITE_IOERR_DELETE_NOENT;
    if (is_read_only_) return SQLITE_IOERR_DELETE;
    seen_.erase(name);
    unsynced_.push_back({name, nullptr});
    if (power_fails()) return SQLITE_IOERR;
    if (syncs_directory && !options_.lies_about_sync) sync_directory();
    return SQLITE_OK;
}

// An empty file counts as none, as it does on unix.
bool machine::access(const std::string& name, int what) {
    const guard g{mutex_};
    const auto there = seen_.find(name);
    if (is_off_ || there == seen_.end()) return false;
    return what == SQLITE_ACCESS_EXISTS ? !there->second->content->seen().empty() : !is_read_only_;
}

void machine::close(handle& h) {
    const guard g{mutex_};
    h.file->levels.unlock(h.locks, SQLITE_LOCK_NONE);
    h.file->shm.unmap(h.locks);
    if (h.deleted_on_close && !h.name.empty() && !is_dead(h) && seen_.erase(h.name))
        unsynced_.push_back({h.name, nullptr});
    --handles_;
}

int machine::read(handle& h, char* into, std::size_t count, std::uint64_t at) {
    if (const auto meanwhile = what_comes_between()) meanwhile();
    const guard g{mutex_};
    if (is_dead(h)) return SQLITE_IOERR;
    if (const int code = reads_.strike()) return code;
    const std::string& bytes = h.file->content->seen();
    const std::size_t from = std::min<std::size_t>(at, bytes.size());
    const std::size_t had = std::min(count, bytes.size() - from);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), had, into);
    std::fill(into + had, into + count, '\0');
    return had == count ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int machine::write(handle& h, std::string_view bytes, std::uint64_t at) {
    const guard g{mutex_};
    if (is_dead(h)) return SQLITE_IOERR;
    if (h.name.empty()) return h.file->content->write(at, bytes), SQLITE_OK;
    if (!h.writable || is_read_only_) return SQLITE_IOERR_WRITE;
    const bool fails = power_fails();
    if (const int code = writes_.strike()) {
        h.file->content->write(at, bytes.substr(0, bytes.size() / 2));
        return code;
    }
    const std::uint64_t size = h.file->content->seen().size(), full = bytes_used();
    const std::uint64_t room = size + (full < capacity_ ? capacity_ - full : 0);
    const std::size_t fitting = std::min<std::size_t>(bytes.size(), room > at ? room - at : 0);
    h.file->content->write(at, bytes.substr(0, fitting));
    return fails ? SQLITE_IOERR : fitting < bytes.size() ? SQLITE_FULL : SQLITE_OK;
}

int machine::truncate(handle& h, std::uint64_t size) {
    const guard g{mutex_};
    if (is_dead(h)) return SQLITE_IOERR;
    if (!h.name.empty()) {
        if (!h.writable || is_read_only_) return SQLITE_IOERR_TRUNCATE;
        const bool fails = power_fails();
        if (writes_.strike()) return SQLITE_IOERR_TRUNCATE;
        h.file->content->truncate(size);
        return fails ? SQLITE_IOERR : SQLITE_OK;
    }
    h.file->content->truncate(size);
    return SQLITE_OK;
}

int machine::sync(handle& h) {
    const guard g{mutex_};
    if (is_dead(h)) return SQLITE_IOERR;
    if (h.name.empty()) return SQLITE_OK;
    if (power_fails()) return SQLITE_IOERR;
    if (const int code = syncs_.strike()) {
        h.file->content->leave_to_chance(random_, options_.medium);
        return code;
    }
    if (options_.lies_about_sync) return SQLITE_OK;
    h.file->content->sync();
    if (std::exchange(h.file->syncs_directory, false)) sync_directory();
    return SQLITE_OK;
}

int machine::size(handle& h, sqlite3_int64& size) {
    const guard g{mutex_};
    if (is_dead(h)) return SQLITE_IOERR;
    size = static_cast<sqlite3_int64>(h.file->content->seen().size());
    return SQLITE_OK;
}

int machine::lock(handle& h, int level) {
    const guard g{mutex_};
    return is_dead(h) ? SQLITE_IOERR : h.file->levels.lock(h.locks, level);
}

int machine::unlock(handle& h, int level) {
    const guard g{mutex_};
    h.file->levels.unlock(h.locks, level);
    return SQLITE_OK;
}

int machine::is_reserved(handle& h, int& answer) {
    const guard g{mutex_};
    if (is_dead(h)) return SQLITE_IOERR;
    answer = h.file->levels.is_reserved() ? 1 : 0;
    return SQLITE_OK;
}

int machine::shm_map(handle& h, int region, int size, bool extend, void volatile*& into) {
    const guard g{mutex_};
    into = nullptr;
    if (is_dead(h)) return SQLITE_IOERR;
    if (is_read_only_ && !h.file->shm.is_mapped()) return SQLITE_CANTOPEN;  // unix keeps it in a file, too
    into = h.file->shm.map(h.locks, region, size, extend);
    return SQLITE_OK;
}

int machine::shm_lock(handle& h, int first, int count, int flags) {
    if (flags & SQLITE_SHM_LOCK)
        if (const auto meanwhile = what_comes_between()) meanwhile();
    const guard g{mutex_};
    if (flags & SQLITE_SHM_UNLOCK || !is_dead(h)) return h.file->shm.lock(h.locks, first, count, flags);
    return SQLITE_IOERR;
}

int machine::shm_unmap(handle& h) {
    const guard g{mutex_};
    h.file->shm.unmap(h.locks);
    return SQLITE_OK;
}

std::function<void()> machine::what_comes_between() {
    const guard g{mutex_};
    const bool now = meanwhile_in_ != 0 && --meanwhile_in_ == 0;
    return now ? std::exchange(meanwhile_, {}) : std::function<void()>{};
}

bool machine::power_fails() {
    ++operations_;
    if (crash_in_ != 0 && --crash_in_ == 0) is_off_ = true;
    return is_off_;
}

std::uint64_t machine::bytes_used() const {
    std::uint64_t sum = 0;
    for (const auto& [name, file] : seen_) sum += file->content->seen().size();
    return sum;
}

void machine::sync_directory() {
    durable_ = seen_;
    unsynced_.clear();
}

std::uint64_t machine::used() const {
    const guard g{mutex_};
    return bytes_used();
}

std::vector<std::string> machine::files() const {
    const guard g{mutex_};
    std::vector<std::string> all;
    for (const auto& [name, file] : seen_) all.push_back(name);
    return all;
}

std::uint64_t machine::size(const std::string& file) const {
    const guard g{mutex_};
    const auto there = seen_.find(file);
    return there == seen_.end() ? 0 : there->second->content->seen().size();
}

void machine::corrupt(const std::string& file, std::uint64_t offset, std::uint64_t seed, std::size_t count) {
    const guard g{mutex_};
    seeded_random random{seed};
    const auto there = seen_.find(file);
    if (there != seen_.end()) there->second->content->corrupt(offset, count, random);
}

// What is found is made of copies: handles of before keep what they had, dead as they are.
void machine::crash(std::uint64_t seed) {
    const guard g{mutex_};
    seeded_random random{seed};
    static constexpr unsigned chances[] = {0, 50, 100};
    const unsigned kept = random.pick(chances);
    for (const named& n : unsynced_)
        if (random.chance(kept)) durable_[n.name] = n.file;
    names found;
    for (auto& [name, file] : durable_) {
        if (!file) continue;
        file->content->leave_to_chance(random, options_.medium);
        found[name] =
            std::make_shared<unsafe_inode>(unsafe_inode{std::make_shared<unsafe_file>(file->content->durable())});
    }
    seen_ = durable_ = found;
    unsynced_.clear();
    start();
}

// The same files, found by others: locks and shared memory went with who held them.
void machine::kill() {
    const guard g{mutex_};
    std::map<std::shared_ptr<unsafe_inode>, std::shared_ptr<unsafe_inode>> found;
    const auto find = [&](std::shared_ptr<unsafe_inode>& file) {
        if (!file) return;
        auto& again = found[file];
        if (!again) again = std::make_shared<unsafe_inode>(unsafe_inode{file->content, {}, {}, file->syncs_directory});
        file = again;
    };
    for (auto& [name, file] : seen_) find(file);
    for (auto& [name, file] : durable_) find(file);
    for (named& n : unsynced_) find(n.file);
    start();
}

void machine::start() {
    ++life_;
    crash_in_ = 0, is_off_ = false;
}

}  // namespace tandem
