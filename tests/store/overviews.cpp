#include <tandem/store/overviews.hpp>

#include <tandem/store/ledger.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

// Unread and order are tried by the store laws; here is what only shows with many conversations.
TEST_SUITE("overviews") {
    TEST_CASE("each conversation gets its own private marks") {
        ledger l;
        for (int i = 0; i < 20; ++i) {
            draft d;
            d.conversation = conversation_id::direct("ann", user_id{std::to_string(i)}), d.sender = "ann";
            l.place(d, [](std::uint32_t, seq) { return target_state::message; });
            l.put({d.conversation, mark_key::pinned, "ann", static_cast<std::uint64_t>(i), false});
            l.put({d.conversation, mark_key::muted, "ann", 1, true});
        }
        const auto page = overviews_of(
            l, "ann", epoch{1}, [](std::uint32_t, seq, seq) { return std::uint64_t{0}; },
            [](std::uint32_t, seq) { return entry{}; });
        REQUIRE(page.conversations.size() == 20);
        for (const overview& o : page.conversations) {
            const user_id other = o.membership.conversation.other("ann");
            const std::string own{other.view()};
            CHECK(o.marks.size() == (own == "0" ? 1 : 2));
            for (const mark& m : o.marks) CHECK((m.key == mark_key::muted || std::to_string(m.value) == own));
        }
    }
}
