#include "changeable_store.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

struct appends_some : changeable_store {
    result<outcomes> append(drafts ds) override {
        outcomes all = *s.append(ds.first(std::min(ds.size(), most)));
        while (all.size() < ds.size()) all.push_back({.why = errc::too_large});
        return all;
    }
    static constexpr std::size_t most = 8000;
};

struct puts_some : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        mark_outcomes all = *s.put(cs.first(std::min(cs.size(), most)));
        while (all.size() < cs.size()) all.push_back({.why = errc::too_large});
        return all;
    }
    static constexpr std::size_t most = 8000;
};

}  // namespace

TEST_SUITE("store_laws/large") {
    TEST_CASE("every law has a wrong store that only it catches") {
        const auto laws = names_of(law_kit::large);
        REQUIRE(laws.size() == 2);
        CHECK(broken_by(make_wrong<appends_some>) == std::set{laws[0]});
        CHECK(broken_by(make_wrong<puts_some>) == std::set{laws[1]});
    }
}
