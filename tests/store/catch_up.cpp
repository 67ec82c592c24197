#include <tandem/store/catch_up.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

catch_up some() {
    catch_up c{1, position{0}, position{20}};
    c.add({position{4}, seq{1}, 7});
    c.add({position{2}, seq{9}, 8});
    c.add({position{21}, seq{1}, 9});
    c.add_mark(position{5});
    c.add_mark(position{3});
    c.begin();
    return c;
}

}  // namespace

TEST_SUITE("catch_up") {
    TEST_CASE("tells streams and marks in order of position, up to where it holds") {
        catch_up c = some();
        std::vector<std::uint64_t> order;
        while (c.has_entry() || c.has_mark()) {
            const bool mark = c.mark_is_next();
            order.push_back(mark ? c.next_mark().value : c.next_entry().position.value);
            if (mark) c.mark_told();
            else if (order.back() == 2) c.stream_goes_on(seq{10}, position{10});
            else if (order.back() == 10) c.stream_goes_on(seq{11}, position{25});
            else c.stream_ended();
        }
        CHECK(order == std::vector<std::uint64_t>{2, 3, 4, 5, 10});
    }

    TEST_CASE("a reader is known again by user and cursor, once, and not after a membership changed") {
        recent_readers readers;
        catch_up c = some();
        c.pause(position{3});
        readers.put(c);
        CHECK_FALSE(readers.take(1, position{4}, {}));
        CHECK_FALSE(readers.take(2, position{3}, {}));
        CHECK(readers.take(1, position{3}, position{20}));
        CHECK_FALSE(readers.take(1, position{3}, {}));
        readers.put(c);
        CHECK_FALSE(readers.take(1, position{3}, position{21}));
    }

    TEST_CASE("remembers only a few, the last ones") {
        recent_readers readers;
        for (std::uint64_t i = 1; i <= 1000; ++i) {
            catch_up c = some();
            c.pause(position{i});
            readers.put(std::move(c));
        }
        CHECK_FALSE(readers.take(1, position{900}, {}));
        CHECK(readers.take(1, position{1000}, {}));
    }
}
