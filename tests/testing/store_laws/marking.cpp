#include "changeable_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tandem;

namespace {

// Each change by itself: `wrong(change)` may refuse it, or change it, before the store sees it.
template <class Wrong>
mark_outcomes one_by_one(changeable_store& s, mark_changes cs, Wrong wrong) {
    mark_outcomes all;
    for (mark_change c : cs) {
        const errc why = wrong(c);
        if (why != errc{}) all.push_back({.why = why});
        else all.push_back((*s.s.put({&c, 1}))[0]);
    }
    return all;
}

struct says_a_pin_of_0_is_a_change : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        mark_outcomes all = *s.put(cs);
        for (std::size_t i = 0; i < cs.size(); ++i)
            if (cs[i].key == mark_key::pinned && cs[i].value == 0) all[i].became = mark_outcome::what::changed;
        return all;
    }
};

struct lets_members_mark_only : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        return one_by_one(*this, cs, [&](mark_change& c) {
            return c.target || s.member(c.conversation, c.owner)->current() ? errc{} : errc::not_member;
        });
    }
};

struct has_application_marks_of_conversations_only : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        return one_by_one(*this, cs, [](mark_change& c) {
            return c.target && is_application_key(c.key) ? errc::invalid_argument : errc{};
        });
    }
};

struct says_that_the_unseen_is_gone : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        mark_outcomes all = *s.put(cs);
        for (mark_outcome& o : all)
            if (o.became == mark_outcome::what::refused && o.why == errc::not_found) o.why = errc::gone;
        return all;
    }
};

struct tells_private_marks : changeable_store {
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t) override {
        mark_page p;
        const page all = *s.tail(after, {});
        for (const mark& m : all.marks)
            if (m.conversation == c && m.target >= targets.first && m.target <= targets.last) p.marks.push_back(m);
        return p;
    }
};

struct remembers_marks_of_trimmed_entries : changeable_store {
    result<nothing> trim(const conversation_id& c, seq first_kept) override {
        before = *s.tail({}, {});
        return s.trim(c, first_kept);
    }
    result<page> tail(position from, limits most) override {
        page p = *s.tail(from, most);
        if (!before.marks.empty()) p.marks = before.marks;
        return p;
    }
    page before;
};

struct tells_the_mark_at_the_cursor : changeable_store {
    result<page> tail(position from, limits most) override {
        page p = *s.tail(from, most);
        if (!from || !p.marks.empty()) return p;
        const page before = *s.tail(from.previous(), most);
        for (const mark& m : before.marks)
            if (m.position == from) p.marks = {m};
        return p;
    }
};

struct tells_marks_to_those_who_left : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        const page all = *s.tail(from, most);
        for (const mark& m : all.marks)
            for (const membership& left : p.memberships)
                if (!left.current() && m.conversation == left.conversation && m.shared && !m.target && m.owner != u)
                    p.marks.push_back(m);
        return p;
    }
};

struct does_not_say_who_wrote : changeable_store {
    result<membership> member(const conversation_id& c, const user_id& u) override {
        membership m = *s.member(c, u);
        m.last_sent = {};
        return m;
    }
};

struct lists_the_oldest_first : changeable_store {
    result<overview_page> overviews(const user_id& u) override {
        overview_page p = *s.overviews(u);
        std::reverse(p.conversations.begin(), p.conversations.end());
        return p;
    }
};

constexpr wrong_store wrong_marking[] = {
    {"marks merge by their rule", make_wrong<says_a_pin_of_0_is_a_change>},
    {"marks have a member and a seq that exists", make_wrong<lets_members_mark_only>},
    {"a mark may be of one entry", make_wrong<has_application_marks_of_conversations_only>},
    {"a mark of an entry is for those who see the entry", make_wrong<says_that_the_unseen_is_gone>},
    {"marks tells what is said of entries", make_wrong<tells_private_marks>},
    {"marks go with what they are about", make_wrong<remembers_marks_of_trimmed_entries>},
    {"a mark stands where it changed last", make_wrong<tells_the_mark_at_the_cursor>},
    {"a mark is seen by its owner, and if shared by members", make_wrong<tells_marks_to_those_who_left>},
    {"unread is the formula", make_wrong<does_not_say_who_wrote>},
    {"overviews list what one is in", make_wrong<lists_the_oldest_first>},
};

struct lets_marks_fall : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        mark_outcomes all = *s.put(cs);
        for (std::size_t i = 0; i < cs.size(); ++i) all[i].value = cs[i].value;
        return all;
    }
};

struct forgets_targets : changeable_store {
    result<mark_outcomes> put(mark_changes cs) override {
        return one_by_one(*this, cs, [](mark_change& c) {
            if (c.key == mark_key::reaction) c.target = seq{1};
            return errc{};
        });
    }
};

struct tells_marks_of_everything : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        if (p.memberships.empty()) return p;
        const page all = *s.tail(from, most);
        for (const mark& m : all.marks)
            if (m.target && m.owner != u) p.marks.push_back(m);
        return p;
    }
};

struct tells_marks_of_the_next_entry : changeable_store {
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) override {
        return s.marks(c, {targets.first, targets.last.next()}, after, count);
    }
};

struct tells_all_marks_at_once : changeable_store {
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t) override {
        return s.marks(c, targets, after, 1000);
    }
};

struct keeps_old_marks : changeable_store {
    result<page> tail(position from, limits most) override {
        page p = *s.tail(from, most);
        for (std::size_t i = 0, n = p.marks.size(); i < n; ++i) p.marks.push_back(p.marks[i]);
        return p;
    }
};

struct counts_notices : changeable_store {
    result<overview_page> overviews(const user_id& u) override {
        overview_page p = *s.overviews(u);
        for (overview& o : p.conversations) o.unread = o.head.seq.value - o.read.value;
        return p;
    }
};

}  // namespace

TEST_SUITE("store_laws/marking") {
    TEST_CASE("every law has a wrong store that only it catches") {
        for (const std::string& law : names_of(law_kit::marking)) {
            const auto* w = std::find_if(std::begin(wrong_marking), std::end(wrong_marking),
                                         [&](auto& one) { return one.law == law; });
            REQUIRE_MESSAGE(w != std::end(wrong_marking), law);
            CHECK_MESSAGE(broken_by(w->make) == std::set{law}, law);
        }
    }

    TEST_CASE("gross mistakes are caught by several") {
        CHECK(broken_by(make_wrong<lets_marks_fall>).contains("marks merge by their rule"));
        CHECK(broken_by(make_wrong<forgets_targets>).contains("a mark may be of one entry"));
        CHECK(broken_by(make_wrong<tells_marks_of_everything>)
                  .contains("a mark of an entry is for those who see the entry"));
        CHECK(broken_by(make_wrong<tells_marks_of_the_next_entry>).contains("marks tells what is said of entries"));
        CHECK(broken_by(make_wrong<tells_all_marks_at_once>).contains("marks tells what is said of entries"));
        CHECK(broken_by(make_wrong<keeps_old_marks>).contains("a mark stands where it changed last"));
        CHECK(broken_by(make_wrong<counts_notices>).contains("unread is the formula"));
    }
}
