// What tests of a device's file have in common.
#pragma once

#include <tandem/adapters/sqlite/sqlite_local_store.hpp>

#include "unsafe_disk.hpp"

#include <tandem/client/memory_local_store.hpp>
#include <tandem/testing/local_store_laws.hpp>

#include <string>

namespace tandem {

inline sqlite_local_store opened_local(const std::string& file, const sqlite_local_options& options = {}) {
    auto store = sqlite_local_store::open(file, options);
    if (!store) throw broken_law{"the file cannot be opened: " + store.error().detail};
    return std::move(*store);
}
inline std::string why_not_local(const std::string& file, const sqlite_local_options& options = {}) {
    const auto store = sqlite_local_store::open(file, options);
    return store ? "" : store.error().detail;
}

template <local_store S>
std::string portrait_of_local(S& store) {
    return portrait(store, local_scene::conversations(), local_scene::logs());
}

// The n-th message, and a cursor behind it.
inline local_change heard_by_device(std::uint64_t n, std::size_t size = 100) {
    local_change c;
    c.entries.push_back(local_scene::message(local_scene::club(), n, std::string(size, 'x')));
    c.cursor = position{n};
    return c;
}

// Everything of the club, in its present log.
inline std::vector<entry> kept_by_device(sqlite_local_store& store) {
    return had(store.entries(local_scene::club(), every_seq, any_count), "entries()");
}

template <class Bench>
std::string broken_local_laws(Bench bench, local_lives lives = {}) {
    std::string all;
    for (const auto& [law, why] : local_store_laws(bench, lives)) all += law + ": " + why + "\n";
    return all;
}

}  // namespace tandem
