#include <tandem/client/memory_local_store.hpp>

#include <tandem/testing/local_store_laws.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

struct copied_devices {
    memory_local_store make() { return memory_local_store{++made}; }
    memory_local_store restart(const memory_local_store& old) { return old; }
    memory_local_store crash(const memory_local_store& old) { return old; }
    std::uint64_t made = 0;
};

}  // namespace

TEST_SUITE("memory_local_store") {
    TEST_CASE("keeps the laws") {
        for (const auto& [law, why] : local_store_laws(copied_devices{})) FAIL_CHECK(law << ": " << why);
    }

    TEST_CASE("a copy is what a restart would find, and goes its own way") {
        memory_local_store store{7};
        REQUIRE(store.apply({.cursor = position{3}}));
        memory_local_store copy = store;
        REQUIRE(store.apply({.cursor = position{4}}));
        CHECK(copy.state()->tag == 7);
        CHECK(copy.state()->cursor == position{3});
    }
}
