// What the connections of one database file share besides its bytes: locks, and the memory of a write-ahead log.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace tandem {

// What one connection holds.
struct held_locks {
    int level = SQLITE_LOCK_NONE;
    unsigned shared = 0;     // slots of the shared memory, one bit each
    unsigned exclusive = 0;  // likewise
    bool maps = false;
};

// The five levels of a database file, as sqlite3.h describes them.
class level_locks {
public:
    int lock(held_locks& own, int level) {
        if (own.level >= level) return SQLITE_OK;
        if (level == SQLITE_LOCK_SHARED) {
            if (writer_ && writer_level_ >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
            ++readers_;
        } else {
            if (writer_ && writer_ != &own) return SQLITE_BUSY;
            writer_ = &own;
            if (level == SQLITE_LOCK_EXCLUSIVE && readers_ > 1) {
                own.level = writer_level_ = SQLITE_LOCK_PENDING;  // keeps readers from coming until the last has gone
                return SQLITE_BUSY;
            }
            writer_level_ = level;
        }
        own.level = level;
        return SQLITE_OK;
    }

    void unlock(held_locks& own, int level) {
        if (own.level <= level) return;
        if (writer_ == &own) writer_ = nullptr, writer_level_ = SQLITE_LOCK_NONE;
        if (level == SQLITE_LOCK_NONE) --readers_;
        own.level = level;
    }

    bool is_reserved() const { return writer_ != nullptr; }

private:
    int readers_ = 0;  // a writer is one of them
    held_locks* writer_ = nullptr;
    int writer_level_ = SQLITE_LOCK_NONE;
};

// The -shm file of a write-ahead log, which is only ever memory here. It goes with the last connection that maps it.
class shared_memory {
public:
    void* map(held_locks& own, int region, int size, bool extend) {
        if (!own.maps) own.maps = true, ++mapped_by_;
        const auto wanted = static_cast<std::size_t>(region) + 1;
        while (extend && regions_.size() < wanted)
            regions_.push_back(std::make_unique<std::uint64_t[]>(static_cast<std::size_t>(size) / 8 + 1));
        return regions_.size() < wanted ? nullptr : regions_[wanted - 1].get();
    }
    void unmap(held_locks& own) {
        if (!own.maps) return;
        for (unsigned slot = 0; slot < slots_.size(); ++slot) release(own, slot);
        own.maps = false;
        if (--mapped_by_ == 0) regions_.clear();
    }

    int lock(held_locks& own, int first, int count, int flags) {
        const auto each = [&](auto f) {
            for (auto slot = static_cast<unsigned>(first); slot < static_cast<unsigned>(first + count); ++slot) f(slot);
        };
        if (flags & SQLITE_SHM_UNLOCK) {
            each([&](unsigned slot) { release(own, slot); });
            return SQLITE_OK;
        }
        const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
        bool free = true;
        each([&](unsigned slot) { free = free && may_take(own, slot, shared); });
        if (!free) return SQLITE_BUSY;
        each([&](unsigned slot) { take(own, slot, shared); });
        return SQLITE_OK;
    }

    bool is_mapped() const { return mapped_by_ != 0; }

private:
    static constexpr int exclusively = -1;

    bool may_take(const held_locks& own, unsigned slot, bool shared) const {
        const unsigned bit = 1u << slot;
        if (own.exclusive & bit || (shared && own.shared & bit)) return true;
        return shared ? slots_[slot] != exclusively : slots_[slot] == 0;
    }
    void take(held_locks& own, unsigned slot, bool shared) {
        const unsigned bit = 1u << slot;
        if (own.exclusive & bit || (shared && own.shared & bit)) return;
        (shared ? own.shared : own.exclusive) |= bit;
        slots_[slot] = shared ? slots_[slot] + 1 : exclusively;
    }
    void release(held_locks& own, unsigned slot) {
        const unsigned bit = 1u << slot;
        if (own.exclusive & bit) slots_[slot] = 0;
        else if (own.shared & bit) --slots_[slot];
        own.exclusive &= ~bit, own.shared &= ~bit;
    }

    std::array<int, SQLITE_SHM_NLOCK> slots_{};  // so many shared, or exclusively
    std::vector<std::unique_ptr<std::uint64_t[]>> regions_;
    int mapped_by_ = 0;
};

}  // namespace tandem
