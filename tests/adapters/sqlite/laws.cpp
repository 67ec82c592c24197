#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "adapters/sqlite/folder.hpp"

#include <tandem/testing/store_laws.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

struct sqlite_bench {
    sqlite_options options{};
    folder here{};
    int files = 0;

    sqlite_store make() { return ++files, restart(); }
    sqlite_store restart() { return std::move(*sqlite_store::open(here.file(std::to_string(files)), options)); }
};

struct broken_only {
    void operator()(const law_verdict& v) const {
        const bool broken = v.became == law_verdict::what::broken;
        CHECK_MESSAGE(!broken, v.name, ": ", v.why, "\nagain: ", v.replay);
    }
};

}  // namespace

TEST_SUITE("store_laws/sqlite_store") {
    TEST_CASE("an embedded store earns what can be tried without breaking its disk") {
        sqlite_bench bench{{.settle_after = 40}};
        CHECK(store_laws(bench, broken_only{}, {.by_chance = {1, 3, 200}}));
    }
}
