#include <tandem/adapters/sqlite/sqlite_store.hpp>

#include "adapters/sqlite/folder.hpp"

#include <tandem/testing/store_laws.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

sqlite_store opened(const std::string& file, const sqlite_options& options = {}) {
    auto store = sqlite_store::open(file, options);
    REQUIRE_MESSAGE(store, (store ? "" : store.error().detail));
    return std::move(*store);
}

}  // namespace

TEST_SUITE("sqlite_store") {
    TEST_CASE("keeps the laws, whether send ids are in memory or in runs") {
        for (const std::size_t settle_after : {std::size_t{1} << 18, std::size_t{40}}) {
            const folder here;
            int n = 0;
            std::string broken;
            store_laws([&] { return opened(here.file(std::to_string(++n)), {.settle_after = settle_after}); },
                       [&](const law_verdict& v) {
                           if (v.became == law_verdict::what::broken)
                               broken += std::string{v.name} + ": " + v.why + "\n";
                       });
            CHECK(broken == "");
        }
    }
}
