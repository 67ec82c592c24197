#include <tandem/store/ledger.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

target_state all_messages(std::uint32_t, seq) { return target_state::message; }

draft message(const user_id& sender, const send_id& id = {}) {
    draft d;
    d.conversation = conversation_id::direct("ann", "bob"), d.sender = sender, d.send_id = id, d.body = "hi";
    return d;
}

}  // namespace

// What it decides is tried by the store laws; here is what only a ledger shows.
TEST_SUITE("ledger") {
    TEST_CASE("refused strangers leave nothing behind") {
        ledger l;
        for (int i = 0; i < 100; ++i)
            CHECK(l.place(message(user_id{std::to_string(i)}), all_messages).why == errc::not_member);
        CHECK(l.users().size() == 0);
        CHECK(l.conversations().size() == 0);
        CHECK(l.newest() == position{});
    }

    TEST_CASE("asks for the target of amendments only, within what is kept") {
        ledger l;
        int asked = 0;
        const auto count = [&](std::uint32_t, seq) { return ++asked, target_state::message; };
        l.place(message("ann"), count);
        CHECK(asked == 0);
        draft revoke = message("ann");
        revoke.kind = entry_kind::revoke;
        for (const std::uint64_t target : {0u, 1u, 2u}) {
            revoke.target = seq{target};
            l.place(revoke, count);
        }
        CHECK(asked == 2);  // 2 is there since the revoke of 1 was placed
    }

    TEST_CASE("a send id is remembered as long as the window is told to") {
        ledger l{{.horizon = seconds(1)}};
        draft d = message("ann", "s");
        d.time = {1000};
        CHECK(l.place(d, all_messages).became == outcome::what::placed);
        CHECK(l.place(d, all_messages).became == outcome::what::already);
        draft later = message("ann", "t");
        later.time = {5000};
        l.place(later, all_messages);
        CHECK(l.place(d, all_messages).became == outcome::what::placed);
    }

    TEST_CASE("what is trimmed takes the marks about it along, and nothing else") {
        ledger l;
        for (int i = 0; i < 3; ++i) l.place(message("ann"), all_messages);
        const conversation_id c = message("ann").conversation;
        for (const std::uint64_t target : {1u, 2u, 3u}) {
            l.put({c, mark_key::reaction, "bob", 5, true, seq{target}});
            l.put({c, mark_key::deleted, "bob", 1, false, seq{target}});
        }
        l.put({c, mark_key::read, "bob", 1, true});
        l.trim(l.conversations().find(c), seq{3}, 2);
        std::string left;
        for (const mark& m : l.marks_after({}, nullptr)) left += std::to_string(m.target.value) + " ";
        CHECK(left == "3 3 0 ");
    }
}
