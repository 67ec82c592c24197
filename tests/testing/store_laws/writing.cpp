#include "changeable_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tandem;

namespace {

bool is_current(changeable_store& s, const conversation_id& c, const user_id& u) { return s.member(c, u)->current(); }

// Answers each draft by itself: `wrong(draft)` may refuse it, or change it, before the store sees it.
template <class Wrong>
outcomes one_by_one(changeable_store& s, drafts ds, Wrong wrong) {
    outcomes all;
    for (draft d : ds) {
        const errc why = wrong(d);
        if (why != errc{}) all.push_back({.why = why});
        else all.push_back((*s.s.append({&d, 1}))[0]);
    }
    return all;
}

struct counts_joins : changeable_store {
    result<outcomes> append(drafts ds) override {
        outcomes all = *s.append(ds);
        for (std::size_t i = 0; i < ds.size(); ++i) all[i].number += ds[i].kind == entry_kind::joined ? 1 : 0;
        return all;
    }
};

struct leaves_the_last_word : changeable_store {
    result<outcomes> append(drafts ds) override {
        std::vector<draft> all{ds.begin(), ds.end()};
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t before = 0; before < i; ++before)
                if (all[before].kind == entry_kind::left && all[before].subject == all[i].sender) all[i].trusted = true;
        return s.append(all);
    }
};

struct joins_backwards : changeable_store {
    result<outcomes> append_together(std::span<const drafts> all) override {
        const std::vector<drafts> backwards{all.rbegin(), all.rend()};
        return changeable_store::append_together(backwards);
    }
};

struct tells_the_time_of_the_retry : changeable_store {
    result<outcomes> append(drafts ds) override {
        outcomes all = *s.append(ds);
        for (std::size_t i = 0; i < ds.size(); ++i) all[i].time = ds[i].time;
        return all;
    }
};

struct asks_for_membership_first : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds, [&](draft& d) {
            const bool may = d.trusted || d.kind != entry_kind::message || d.conversation.is_personal();
            return may || is_current(*this, d.conversation, d.sender) ? errc{} : errc::not_member;
        });
    }
};

struct takes_its_own_fingerprint : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds, [](draft& d) { return d.fingerprint = 0, errc{}; });
    }
};

struct lets_members_add_only : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds, [&](draft& d) {
            const bool adds = d.kind == entry_kind::joined && d.subject != d.sender;
            return adds && !is_current(*this, d.conversation, d.sender) ? errc::not_member : errc{};
        });
    }
};

struct has_no_members_to_leave : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds, [](draft& d) {
            return d.kind == entry_kind::left && d.conversation.is_personal() ? errc::not_member : errc{};
        });
    }
};

struct tells_what_is_seen_once : changeable_store {
    result<outcomes> append(drafts ds) override {
        outcomes all;
        for (const draft& d : ds) {
            const bool again = d.kind == entry_kind::joined && is_current(*this, d.conversation, d.subject);
            all.push_back((*s.append({&d, 1}))[0]);
            if (again) all.back().visible_from = {};
        }
        return all;
    }
};

struct remembers_the_last_interval : changeable_store {
    result<membership> member(const conversation_id& c, const user_id& u) override {
        membership m = *s.member(c, u);
        if (m.intervals.size() > 1) m.intervals = {m.intervals.back()};
        return m;
    }
};

struct remembers_revoked_bodies : changeable_store {
    result<history_page> history(const conversation_id& c, seq_range range, limits most) override {
        history_page p = *s.history(c, range, most);
        for (entry& e : p.entries)
            if (e.revoked) e.body = "secret";
        return p;
    }
};

struct loses_the_send_id_of_the_edited : changeable_store {
    result<page> tail(position from, limits most) override {
        page p = *s.tail(from, most);
        for (entry& e : p.entries)
            if (e.amended_by && !e.revoked) e.send_id = {};
        return p;
    }
};

struct finds_seq_0_strange : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds,
                          [](draft& d) { return is_amendment(d.kind) && !d.target ? errc::invalid_argument : errc{}; });
    }
};

constexpr wrong_store wrong_writing[] = {
    {"seqs and positions are given out without holes", make_wrong<counts_joins>},
    {"the drafts of an append see those before them", make_wrong<leaves_the_last_word>},
    {"appends that are joined are one", make_wrong<joins_backwards>},
    {"a repeated send is stored once", make_wrong<tells_the_time_of_the_retry>},
    {"a retry is recognised before it can be refused", make_wrong<asks_for_membership_first>},
    {"a send id stands for one content", make_wrong<takes_its_own_fingerprint>},
    {"only members write", make_wrong<lets_members_add_only>},
    {"direct and self have those they name", make_wrong<has_no_members_to_leave>},
    {"joining decides what one sees", make_wrong<tells_what_is_seen_once>},
    {"coming back adds an interval", make_wrong<remembers_the_last_interval>},
    {"a revoked body is shown nowhere", make_wrong<remembers_revoked_bodies>},
    {"an edit replaces a body", make_wrong<loses_the_send_id_of_the_edited>},
    {"only kept messages can be amended", make_wrong<finds_seq_0_strange>},
};

struct forgets_send_ids : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds, [](draft& d) { return d.send_id = {}, errc{}; });
    }
};

struct skips_a_position : changeable_store {
    result<log_head> head() override { return log_head{s.head()->epoch, s.head()->newest.next()}; }
};

struct takes_strangers : changeable_store {
    result<outcomes> append(drafts ds) override {
        return one_by_one(*this, ds, [](draft& d) { return d.trusted = true, errc{}; });
    }
};

struct appends_backwards : changeable_store {
    result<outcomes> append(drafts ds) override {
        outcomes all(ds.size());
        for (std::size_t i = ds.size(); i != 0; --i) all[i - 1] = (*s.append(ds.subspan(i - 1, 1)))[0];
        return all;
    }
};

struct remembers_revoked_mentions : changeable_store {
    result<page> changes(const user_id& u, position from, limits most) override {
        page p = *s.changes(u, from, most);
        for (entry& e : p.entries)
            if (e.revoked) e.mentions = {u};
        return p;
    }
};

}  // namespace

TEST_SUITE("store_laws/writing") {
    TEST_CASE("every law has a wrong store that only it catches") {
        for (const std::string& law : names_of(law_kit::writing)) {
            const auto* w = std::find_if(std::begin(wrong_writing), std::end(wrong_writing),
                                         [&](auto& one) { return one.law == law; });
            REQUIRE_MESSAGE(w != std::end(wrong_writing), law);
            CHECK_MESSAGE(broken_by(w->make) == std::set{law}, law);
        }
    }

    TEST_CASE("gross mistakes are caught by several") {
        CHECK(broken_by(make_wrong<changeable_store>).empty());
        CHECK(broken_by(make_wrong<forgets_send_ids>).contains("a repeated send is stored once"));
        CHECK(broken_by(make_wrong<skips_a_position>).contains("seqs and positions are given out without holes"));
        CHECK(broken_by(make_wrong<takes_strangers>).contains("only members write"));
        CHECK(broken_by(make_wrong<appends_backwards>).contains("the drafts of an append see those before them"));
        CHECK(broken_by(make_wrong<remembers_revoked_mentions>).contains("a revoked body is shown nowhere"));
    }
}
