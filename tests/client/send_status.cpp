#include <tandem/client/send_status.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

mark is_mark(mark_key key, std::uint64_t up_to, user_id by = "bob", std::string_view c = "bob") {
    mark m;
    m.conversation = told::in(c), m.key = key, m.owner = by, m.value = up_to;
    return m;
}

}  // namespace

TEST_SUITE("send_status") {
    TEST_CASE("what is queued is being sent, until it has failed") {
        queued_send q;
        CHECK(status_of(q) == send_status::sending);
        q.failed = errc::not_member;
        CHECK(status_of(q) == send_status::failed);
    }

    TEST_CASE("what is in the log is sent, delivered, read, as far as the others' marks of its conversation say") {
        const entry e = told::said("bob", 5, 50, told::me);
        using enum mark_key;
        CHECK(status_of(e, {}) == send_status::sent);
        CHECK(status_of(e, {is_mark(received, 4), is_mark(read, 4)}) == send_status::sent);
        CHECK(status_of(e, {is_mark(received, 5), is_mark(read, 4)}) == send_status::delivered);
        CHECK(status_of(e, {is_mark(read, 5), is_mark(received, 5)}) == send_status::read);
        CHECK(status_of(e, {is_mark(read, 9, told::me), is_mark(received, 9, told::me)}) == send_status::sent);
        CHECK(status_of(e, {is_mark(read, 9, "bob", "g")}) == send_status::sent);
        CHECK(status_of(e, {is_mark(pinned, 9), is_mark(reaction, 9)}) == send_status::sent);
    }

    TEST_CASE("in a group it is as far as with whoever is furthest") {
        const entry e = told::said("g", 5, 50, told::me);
        CHECK(status_of(e, {is_mark(mark_key::received, 5, "bob", "g"), is_mark(mark_key::read, 5, "eve", "g")}) ==
              send_status::read);
        CHECK(status_of(e, {is_mark(mark_key::received, 5, "bob", "g"), is_mark(mark_key::received, 3, "eve", "g")}) ==
              send_status::delivered);
    }

    TEST_CASE("each has a word") {
        using enum send_status;
        CHECK(text(sending) == "sending");
        CHECK(text(failed) == "failed");
        CHECK(text(sent) == "sent");
        CHECK(text(delivered) == "delivered");
        CHECK(text(read) == "read");
    }
}
