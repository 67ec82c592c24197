#include <tandem/testing/store_laws.hpp>

#include <tandem/store/memory_store.hpp>
#include <tandem/testing/scripted_store.hpp>

#include <doctest/doctest.h>

using namespace tandem;

namespace {

struct collected {
    std::string* broken;
    void operator()(const law_verdict& v) const {
        if (v.became == law_verdict::what::broken) *broken += std::string{v.name} + ": " + v.why + "\n";
    }
};

template <class Make>
std::string broken_laws(Make make, lives by_chance = {}) {
    std::string broken;
    store_laws(make, collected{&broken}, release_answers{}, by_chance);
    return broken;
}

// A wrong store is memory_store with one verb done wrong. No life by chance: the named laws alone must catch it.
template <class Wrong>
std::string caught() {
    return broken_laws([] { return Wrong{}; }, {.count = 0});
}

struct forgets_send_ids : memory_store {
    result<outcomes> append(drafts ds) {
        std::vector<draft> nameless{ds.begin(), ds.end()};
        for (draft& d : nameless) d.send_id = {};
        return memory_store::append(nameless);
    }
};

struct skips_a_position : memory_store {
    result<log_head> head() {
        return log_head{memory_store::head()->epoch, position{memory_store::head()->newest.value + 1}};
    }
};

struct takes_strangers : memory_store {
    result<outcomes> append(drafts ds) {
        std::vector<draft> all{ds.begin(), ds.end()};
        for (draft& d : all) d.trusted = true;
        return memory_store::append(all);
    }
};

struct commits_one_by_one_backwards : memory_store {
    result<outcomes> append(drafts ds) {
        outcomes all(ds.size());
        for (std::size_t i = ds.size(); i != 0; --i) all[i - 1] = (*memory_store::append(ds.subspan(i - 1, 1)))[0];
        return all;
    }
};

struct returns_the_last_returned : memory_store {
    result<page> changes(const user_id& u, position from, limits most) {
        page p = *memory_store::changes(u, from, most);
        p.examined = p.entries.empty() ? p.from : p.entries.back().place.position;
        p.more = p.examined < p.head.newest;
        return p;
    }
};

struct lets_marks_fall : memory_store {
    result<mark_outcomes> put(mark_changes cs) {
        mark_outcomes all = *memory_store::put(cs);
        for (std::size_t i = 0; i < cs.size(); ++i) all[i].value = cs[i].value;
        return all;
    }
};

struct forgets_targets : memory_store {
    result<mark_outcomes> put(mark_changes cs) {
        std::vector<mark_change> all{cs.begin(), cs.end()};
        for (mark_change& c : all)
            if (c.key == mark_key::reaction) c.target = seq{1};
        return memory_store::put(all);
    }
};

struct tells_marks_of_everything : memory_store {
    result<page> changes(const user_id& u, position from, limits most) {
        page p = *memory_store::changes(u, from, most);
        if (p.memberships.empty()) return p;
        const page all = *memory_store::tail(from, most);
        for (const mark& m : all.marks)
            if (m.target && m.owner != u) p.marks.push_back(m);
        return p;
    }
};

struct remembers_marks_of_trimmed_entries : memory_store {
    result<nothing> trim(const conversation_id& c, seq first_kept) {
        before = *memory_store::tail({}, {});
        return memory_store::trim(c, first_kept);
    }
    result<page> tail(position from, limits most) {
        page p = *memory_store::tail(from, most);
        if (!before.marks.empty()) p.marks = before.marks;
        return p;
    }
    page before;
};

struct tells_private_marks : memory_store {
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t) {
        mark_page p;
        const page all = *memory_store::tail(after, {});
        for (const mark& m : all.marks)
            if (m.conversation == c && m.target >= targets.first && m.target <= targets.last) p.marks.push_back(m);
        return p;
    }
};

struct tells_marks_of_the_next_entry : memory_store {
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) {
        return memory_store::marks(c, {targets.first, targets.last.next()}, after, count);
    }
};

struct tells_all_marks_at_once : memory_store {
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t) {
        return memory_store::marks(c, targets, after, 1000);
    }
};

struct does_not_say_who_wrote : memory_store {
    result<membership> member(const conversation_id& c, const user_id& u) {
        membership m = *memory_store::member(c, u);
        m.last_sent = {};
        return m;
    }
};

struct keeps_old_marks : memory_store {
    result<page> tail(position from, limits most) {
        page p = *memory_store::tail(from, most);
        for (std::size_t i = 0, n = p.marks.size(); i < n; ++i) p.marks.push_back(p.marks[i]);
        return p;
    }
};

struct shows_everything : memory_store {
    result<page> changes(const user_id&, position from, limits most) { return memory_store::tail(from, most); }
};

struct ignores_bytes : memory_store {
    result<page> changes(const user_id& u, position from, limits most) {
        return memory_store::changes(u, from, {.entries = most.entries});
    }
};

struct forgets_the_leave : memory_store {
    result<page> changes(const user_id& u, position from, limits most) {
        page p = *memory_store::changes(u, from, most);
        std::erase_if(p.entries, [&](const entry& e) { return e.kind == entry_kind::left && e.subject == u; });
        return p;
    }
};

struct starts_history_at_the_old_end : memory_store {
    result<history_page> history(const conversation_id& c, seq_range range, limits most) {
        range.last = std::min(range.last, seq{range.first.value + most.entries - 1});
        return memory_store::history(c, range, most);
    }
};

struct remembers_revoked_bodies : memory_store {
    result<history_page> history(const conversation_id& c, seq_range range, limits most) {
        history_page p = *memory_store::history(c, range, most);
        for (entry& e : p.entries)
            if (e.revoked) e.body = "secret";
        return p;
    }
};

struct forgets_mentions : memory_store {
    result<page> tail(position from, limits most) {
        page p = *memory_store::tail(from, most);
        for (entry& e : p.entries) e.mentions.clear();
        return p;
    }
};

struct remembers_revoked_mentions : memory_store {
    result<page> changes(const user_id& u, position from, limits most) {
        page p = *memory_store::changes(u, from, most);
        for (entry& e : p.entries)
            if (e.revoked) e.mentions = {u};
        return p;
    }
};

struct counts_notices : memory_store {
    result<overview_page> overviews(const user_id& u) {
        overview_page p = *memory_store::overviews(u);
        for (overview& o : p.conversations) o.unread = o.head.seq.value - o.read.value;
        return p;
    }
};

struct never_answers : memory_store {
    void head(done<log_head>) {}
};

}  // namespace

TEST_SUITE("store_laws") {
    TEST_CASE("hold for memory_store") {
        CHECK(broken_laws([] { return memory_store{epoch{1}}; }) == "");
    }

    TEST_CASE("hold for a store behind a pointer, too") {
        CHECK(broken_laws([] { return std::make_unique<memory_store>(epoch{1}); }, {.count = 1}) == "");
    }

    TEST_CASE("hold for a store that answers later, early, at once, out of order") {
        const auto make = [seed = std::uint64_t{0}]() mutable {
            const store_chaos chaos{.at_once = 20, .early = 30, .overtaken = 30};
            return std::make_unique<scripted_store<memory_store>>(memory_store{epoch{1}}, chaos, ++seed);
        };
        CHECK(broken_laws(make) == "");
    }

    TEST_CASE("hold for a store that answers every question twice: the first counts") {
        struct twice : memory_store {
            void head(done<log_head> then) {
                then(memory_store::head());
                then(errc::store_failed);
            }
        };
        CHECK(broken_laws([] { return twice{}; }, {.count = 1}) == "");
    }

    TEST_CASE("catch one wrong store each") {
        CHECK(caught<memory_store>() == "");
        CHECK(caught<forgets_send_ids>() != "");
        CHECK(caught<skips_a_position>() != "");
        CHECK(caught<takes_strangers>() != "");
        CHECK(caught<commits_one_by_one_backwards>() != "");
        CHECK(caught<returns_the_last_returned>().find("pages leave nothing out") != std::string::npos);
        CHECK(caught<lets_marks_fall>().find("marks merge by their rule") != std::string::npos);
        CHECK(caught<forgets_targets>().find("a mark may be of one entry") != std::string::npos);
        CHECK(caught<tells_marks_of_everything>().find("a mark of an entry is for those") != std::string::npos);
        CHECK(caught<remembers_marks_of_trimmed_entries>().find("marks go with what they are") != std::string::npos);
        CHECK(caught<tells_private_marks>().find("marks tells what is said of") != std::string::npos);
        CHECK(caught<tells_marks_of_the_next_entry>().find("marks tells what is said of") != std::string::npos);
        CHECK(caught<tells_all_marks_at_once>().find("marks tells what is said of") != std::string::npos);
        CHECK(caught<does_not_say_who_wrote>().find("unread is the formula") != std::string::npos);
        CHECK(caught<keeps_old_marks>().find("a mark stands where it changed last") != std::string::npos);
        CHECK(caught<shows_everything>().find("changes are what one may see") != std::string::npos);
        CHECK(caught<ignores_bytes>().find("pages keep their limits") != std::string::npos);
        CHECK(caught<forgets_the_leave>().find("changes are what one may see") != std::string::npos);
        CHECK(caught<starts_history_at_the_old_end>().find("a history is the newest part") != std::string::npos);
        CHECK(caught<remembers_revoked_bodies>().find("a revoked body is shown nowhere") != std::string::npos);
        CHECK(caught<forgets_mentions>().find("the tail is everything") != std::string::npos);
        CHECK(caught<remembers_revoked_mentions>().find("a revoked body is shown nowhere") != std::string::npos);
        CHECK(caught<counts_notices>().find("unread is the formula") != std::string::npos);
        CHECK(caught<never_answers>() != "");
    }

    TEST_CASE("a life by chance catches what no named law asks for, and tells its seed") {
        struct forgets_content_types : memory_store {
            result<page> tail(position from, limits most) {
                page p = *memory_store::tail(from, most);
                for (entry& e : p.entries) e.content_type = 0;
                return p;
            }
        };
        CHECK(broken_laws([] { return forgets_content_types{}; }).find("seed 1:") != std::string::npos);
    }

    TEST_CASE("a store that cannot trim is told so, and holds") {
        struct keeps_everything {
            result<outcomes> append(drafts ds) { return s.append(ds); }
            result<mark_outcomes> put(mark_changes cs) { return s.put(cs); }
            result<std::optional<found>> find(const user_id& u, const send_id& i) { return s.find(u, i); }
            result<log_head> head() { return s.head(); }
            result<page> tail(position p, limits l) { return s.tail(p, l); }
            result<page> changes(const user_id& u, position p, limits l) { return s.changes(u, p, l); }
            result<history_page> history(const conversation_id& c, seq_range r, limits l) { return s.history(c, r, l); }
            result<membership_list> memberships(const user_id& u) { return s.memberships(u); }
            result<membership> member(const conversation_id& c, const user_id& u) { return s.member(c, u); }
            result<member_page> members(const conversation_id& c, const user_id& u, std::size_t n) {
                return s.members(c, u, n);
            }
            result<mark_page> marks(const conversation_id& c, seq_range r, position p, std::size_t n) {
                return s.marks(c, r, p, n);
            }
            result<overview_page> overviews(const user_id& u) { return s.overviews(u); }
            memory_store s;
        };
        static_assert(seq_store<keeps_everything> && !trimming_store<keeps_everything>);
        int not_offered = 0;
        const auto report = [&](const law_verdict& v) { not_offered += v.became == law_verdict::what::not_offered; };
        CHECK(store_laws([] { return keeps_everything{}; }, report, release_answers{}, {.count = 1}));
        CHECK(not_offered == 2);
    }
}
