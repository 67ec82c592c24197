#include "changeable_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tandem;

namespace {

struct forgets_mentions : changeable_store {
    result<page> tail(position from, limits most) override {
        page p = *s.tail(from, most);
        for (entry& e : p.entries) e.mentions.clear();
        return p;
    }
};

struct forgets_the_leave : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        std::erase_if(p.entries, [&](const entry& e) { return e.kind == entry_kind::left && e.subject == u; });
        return p;
    }
};

struct says_a_full_page_is_the_last : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        p.more = p.more && p.entries.size() < most.entries;
        return p;
    }
};

struct ignores_bytes : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        return s.changes(u, from, {.entries = most.entries});
    }
};

struct goes_back_to_the_head : changeable_store {
    result<page> tail(position from, limits most) override {
        page p = *s.tail(from, most);
        p.examined = std::min(p.examined, p.head.newest);
        return p;
    }
};

struct tells_heads_in_another_order : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        std::reverse(p.heads.begin(), p.heads.end());
        return p;
    }
};

struct starts_history_at_the_old_end : changeable_store {
    result<history_page> history(const conversation_id& c, seq_range range, limits most) override {
        range.last = std::min(range.last, seq{range.first.value + most.entries - 1});
        return s.history(c, range, most);
    }
};

struct says_there_are_no_more_members : changeable_store {
    result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) override {
        member_page p = *s.members(c, after, count);
        p.more = false;
        return p;
    }
};

struct has_no_roles_in_lists : changeable_store {
    result<membership_list> memberships(const user_id& u) override {
        membership_list all = *s.memberships(u);
        for (membership& m : all.memberships) m.role = role::member;
        return all;
    }
};

struct shows_new_members_the_trimmed : changeable_store {
    result<outcomes> append(drafts ds) override {
        outcomes all = *s.append(ds);
        for (std::size_t i = 0; i < ds.size(); ++i)
            if (ds[i].history > 90 && ds[i].role == role::member) all[i].visible_from = seq{1};
        return all;
    }
};

constexpr wrong_store wrong_reading[] = {
    {"the tail is everything in order", make_wrong<forgets_mentions>},
    {"changes are what one may see", make_wrong<forgets_the_leave>},
    {"pages leave nothing out", make_wrong<says_a_full_page_is_the_last>},
    {"pages keep their limits", make_wrong<ignores_bytes>},
    {"a cursor beyond the head is told", make_wrong<goes_back_to_the_head>},
    {"pages tell changed memberships", make_wrong<tells_heads_in_another_order>},
    {"a history is the newest part of a range", make_wrong<starts_history_at_the_old_end>},
    {"members come in order, page by page", make_wrong<says_there_are_no_more_members>},
    {"memberships and member agree", make_wrong<has_no_roles_in_lists>},
    {"trimming forgets entries and nothing else", make_wrong<shows_new_members_the_trimmed>},
};

struct returns_the_last_returned : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        p.examined = p.entries.empty() ? p.from : p.entries.back().place.position;
        p.more = p.examined < p.head.newest;
        return p;
    }
};

struct shows_everything : changeable_store {
    result<page> changes(const user_id&, position from, limits most) override { return s.tail(from, most); }
};

}  // namespace

TEST_SUITE("store_laws/reading") {
    TEST_CASE("every law has a wrong store that only it catches") {
        for (const std::string& law : names_of(law_kit::reading)) {
            const auto* w = std::find_if(std::begin(wrong_reading), std::end(wrong_reading),
                                         [&](auto& one) { return one.law == law; });
            REQUIRE_MESSAGE(w != std::end(wrong_reading), law);
            CHECK_MESSAGE(broken_by(w->make) == std::set{law}, law);
        }
    }

    TEST_CASE("gross mistakes are caught by several") {
        CHECK(broken_by(make_wrong<returns_the_last_returned>).contains("pages leave nothing out"));
        CHECK(broken_by(make_wrong<shows_everything>).contains("changes are what one may see"));
    }
}
