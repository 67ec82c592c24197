// The bytes of one file on an unsafe disk: those that are read, and those that a power loss would leave.
#pragma once

#include <tandem/testing/random.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

// What a drive may do with a write that it did not finish.
struct medium {
    std::size_t sector = 512;
    // A write that fails leaves the bytes beside it in peace. Otherwise a sector it touches may be garbage as a whole.
    bool powersafe_overwrite = false;
};

// Reads see every write; what is durable follows with a sync, or by chance.
class unsafe_file {
public:
    unsafe_file() = default;
    // As it is found after a power loss.
    explicit unsafe_file(std::string durable) : seen_{std::move(durable)}, durable_{seen_} {}

    void write(std::uint64_t at, std::string_view bytes) {
        put(seen_, at, bytes);
        unsynced_.push_back({change::what::write, at, std::string{bytes}});
    }
    void truncate(std::uint64_t size) {
        seen_.resize(static_cast<std::size_t>(size));
        unsynced_.push_back({change::what::truncate, size, {}});
    }
    void sync() {
        for (const change& c : unsynced_) apply(c);
        unsynced_.clear();
    }

    // Every change since the last sync is kept, dropped, or torn into sectors, each for itself: a later one may be kept
    // where an earlier one is not. From then on no sync brings back what was dropped, although it is still read: that
    // is how a kernel forgets pages whose sync has failed.
    void leave_to_chance(seeded_random& random, medium on) {
        static constexpr unsigned chances[] = {0, 10, 50, 90, 100};
        const unsigned kept = random.pick(chances);
        for (const change& c : unsynced_) {
            if (random.chance(kept)) apply(c);
            else if (c.is == change::what::write && kept != 0 && random.chance(50)) tear(c, random, on);
            else if (c.is == change::what::write && random.chance(25)) grow(c.at + c.bytes.size());
        }
        unsynced_.clear();
    }

    // Flips one bit in each of so many bytes, for whoever reads and for good.
    void corrupt(std::uint64_t at, std::size_t count, seeded_random& random) {
        for (std::uint64_t i = at; i < at + count && i < seen_.size(); ++i) {
            const auto bit = static_cast<char>(1u << random.below(8));
            seen_[i] = static_cast<char>(seen_[i] ^ bit);
            if (i < durable_.size()) durable_[i] = static_cast<char>(durable_[i] ^ bit);
        }
    }

    const std::string& seen() const { return seen_; }
    const std::string& durable() const { return durable_; }
    std::size_t unsynced() const { return unsynced_.size(); }

private:
    struct change {
        enum class what : unsigned char { write, truncate };
        what is;
        std::uint64_t at;   // truncate: the size
        std::string bytes;  // write
    };

    static void put(std::string& file, std::uint64_t at, std::string_view bytes) {
        if (file.size() < at + bytes.size()) file.resize(static_cast<std::size_t>(at) + bytes.size());
        std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
    }

    void apply(const change& c) {
        if (c.is == change::what::write) put(durable_, c.at, c.bytes);
        else durable_.resize(static_cast<std::size_t>(c.at));
    }

    // A file may be longer for a write that never came.
    void grow(std::uint64_t size) {
        if (durable_.size() < size) durable_.resize(static_cast<std::size_t>(size));
    }

    void tear(const change& c, seeded_random& random, medium on) {
        const std::uint64_t end = c.at + c.bytes.size();
        for (std::uint64_t begin = c.at; begin < end;) {
            const std::uint64_t sector = begin - begin % on.sector;
            const std::uint64_t next = std::min<std::uint64_t>(end, sector + on.sector);
            const auto chance = random.below(100);
            if (chance < 45) {
                put(durable_, begin, std::string_view{c.bytes}.substr(begin - c.at, next - begin));
            } else if (chance < 55) {
                if (on.powersafe_overwrite) spoil(begin, next, random);
                else
                    spoil(sector, std::max(next, std::min<std::uint64_t>(sector + on.sector, durable_.size())), random);
            }
            begin = next;
        }
    }

    void spoil(std::uint64_t begin, std::uint64_t end, seeded_random& random) {
        grow(end);
        for (; begin < end; ++begin) durable_[begin] = static_cast<char>(random.below(256));
    }

    std::string seen_;
    std::string durable_;
    std::vector<change> unsynced_;  // in their order
};

}  // namespace tandem
