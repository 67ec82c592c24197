#include <tandem/testing/local_store_laws.hpp>

#include <tandem/client/memory_local_store.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <set>

using namespace tandem;

namespace {

// How a store is wrong: what it makes of a change before it applies it, or of an answer before it gives it.
struct flaw {
    std::function<void(local_change&)> changes{};
    std::function<void(local_state&)> states{};
    std::function<void(std::vector<entry>&)> entries{};
    std::function<void(std::vector<mark>&)> marks{};
    std::function<void(std::vector<membership>&)> memberships{};
    std::function<void(std::vector<epoch>&)> logs{};
};

// A memory_local_store but for its flaw.
class flawed_local_store {
public:
    explicit flawed_local_store(const flaw* f, std::uint64_t tag) : flaw_{f}, sound_{tag} {}

    result<local_state> state() { return with(flaw_->states, sound_.state()); }
    result<> apply(local_change change) {
        if (flaw_->changes) flaw_->changes(change);
        return sound_.apply(change);
    }
    result<std::vector<entry>> entries(const conversation_id& c, seq_range range, std::size_t count) {
        return with(flaw_->entries, sound_.entries(c, range, count));
    }
    result<std::vector<entry>> entries_of(epoch log, const conversation_id& c, seq_range range, std::size_t count) {
        return with(flaw_->entries, sound_.entries_of(log, c, range, count));
    }
    result<std::vector<mark>> marks(const conversation_id& c) { return with(flaw_->marks, sound_.marks(c)); }
    result<std::vector<membership>> memberships() { return with(flaw_->memberships, sound_.memberships()); }
    result<std::vector<epoch>> logs() { return with(flaw_->logs, sound_.logs()); }

    memory_local_store& sound() { return sound_; }

private:
    template <class T>
    static result<T> with(const std::function<void(T&)>& wrong, result<T> answer) {
        if (wrong) wrong(*answer);
        return answer;
    }

    const flaw* flaw_;
    memory_local_store sound_;
};

struct flawed_bench {
    flaw how;
    std::uint64_t made = 0;
    flawed_local_store make() { return flawed_local_store{&how, ++made}; }
};

// A store that is wrong in a way of its own: Wrong derives from memory_local_store and hides what it does otherwise.
template <class Wrong>
struct wrong_bench {
    std::uint64_t made = 0;
    Wrong make() { return Wrong{++made}; }
};

std::set<std::string> laws_broken_by(auto bench) {
    std::set<std::string> all;
    for (const auto& [law, why] : local_store_laws(bench, {1, 1, 120})) all.insert(law);
    return all;
}

// The law must be among those that are broken.
void catches(const std::string& law, flaw how) {
    CAPTURE(law);
    CHECK(laws_broken_by(flawed_bench{std::move(how)}).count(law) == 1);
}
template <class Wrong>
void catches(const std::string& law) {
    CAPTURE(law);
    CHECK(laws_broken_by(wrong_bench<Wrong>{}).count(law) == 1);
}

std::vector<entry> all_in(memory_local_store& store, const conversation_id& c) {
    return had(store.entries(c, every_seq, any_count), "entries()");
}

// What a store does that knows nothing of what is there already, or of the rules.
struct store_with_own_entries : memory_local_store {
    using memory_local_store::memory_local_store;

    // The change, without what `kept` says no to: it is asked with what is there, or null.
    template <class Kept>
    local_change without(local_change change, Kept kept) {
        std::erase_if(change.entries, [&](const entry& e) {
            const auto there = *entries(e.conversation, {e.place.seq, e.place.seq}, 1);
            return !kept(e, there.empty() ? nullptr : &there[0]);
        });
        return change;
    }
};
struct keeps_known_entries : store_with_own_entries {
    using store_with_own_entries::store_with_own_entries;
    result<> apply(const local_change& c) {
        return memory_local_store::apply(without(c, [](auto&, const entry* there) { return there == nullptr; }));
    }
};
struct replaces_amended_entries : store_with_own_entries {
    using store_with_own_entries::store_with_own_entries;
    result<> apply(local_change c) {
        for (entry& e : c.entries) {  // as if nothing was known
            const auto there = *entries(e.conversation, {e.place.seq, e.place.seq}, 1);
            if (!there.empty()) e.amended_by = std::max(e.amended_by, there[0].amended_by);
        }
        return memory_local_store::apply(c);
    }
};
// Amends with a later entry than the one that does: nothing it meets is later.
struct amends_always : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        for (amendment& a : c.amendments) a.by = seq{a.by.value + 1000 * ++calls};
        return memory_local_store::apply(c);
    }
    std::uint64_t calls = 0;
};
struct forgets_edits_of_revoked : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        for (amendment& a : c.amendments)
            if (a.revokes && entries(a.conversation, {a.target, a.target}, 1)->empty()) a.target = {};
        return memory_local_store::apply(c);
    }
};
struct blanks_all_with_that_target : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        std::vector<amendment> more;
        for (const amendment& a : c.amendments)
            for (const entry& e : all_in(*this, a.conversation))
                if (a.revokes && e.target == a.target && e.kind != entry_kind::edit)
                    more.push_back({a.conversation, e.place.seq, a.by, true, 0, {}});
        c.amendments.insert(c.amendments.end(), more.begin(), more.end());
        return memory_local_store::apply(c);
    }
};
struct blanks_edits_of_all : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        std::vector<amendment> more;
        for (const amendment& a : c.amendments)
            for (const entry& e : all_in(*this, a.conversation))
                if (a.revokes && e.kind == entry_kind::edit && e.place.seq > a.target)
                    more.push_back({a.conversation, e.place.seq, a.by, true, 0, {}});
        c.amendments.insert(c.amendments.end(), more.begin(), more.end());
        return memory_local_store::apply(c);
    }
};
struct makes_up_targets : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        for (const amendment& a : c.amendments)
            if (entries(a.conversation, {a.target, a.target}, 1)->empty())
                c.entries.push_back(local_scene::message(a.conversation, a.target.value, a.body));
        return memory_local_store::apply(c);
    }
};
struct amends_first : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        const local_change begins{.new_log = std::exchange(c.new_log, std::nullopt),
                                  .amendments = std::exchange(c.amendments, {})};
        static_cast<void>(memory_local_store::apply(begins));
        return memory_local_store::apply(c);
    }
};
struct takes_every_mark : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        for (const mark& m : c.marks) last[m.conversation.text()] = m;
        return memory_local_store::apply(c);
    }
    result<std::vector<mark>> marks(const conversation_id& c) {
        auto all = *memory_local_store::marks(c);
        for (mark& m : all)
            if (is_same(m, last[c.text()])) m = last[c.text()];
        return all;
    }
    std::map<std::string, mark> last;
};
struct queues_first : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        const local_change before{.new_log = std::exchange(c.new_log, std::nullopt),
                                  .queued = std::exchange(c.queued, {})};
        static_cast<void>(memory_local_store::apply(before));
        return memory_local_store::apply(c);
    }
};
struct wishes_first : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        const local_change before{.new_log = std::exchange(c.new_log, std::nullopt),
                                  .wished = std::exchange(c.wished, {})};
        static_cast<void>(memory_local_store::apply(before));
        return memory_local_store::apply(c);
    }
};
struct grants_by_value : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        const auto wishes = state()->wishes;
        std::erase_if(c.granted, [&](const mark_change& g) {
            return std::none_of(wishes.begin(), wishes.end(),
                                [&](const mark_change& w) { return is_same(w, g) && w.value == g.value; });
        });
        return memory_local_store::apply(c);
    }
};
struct counts_what_is_queued : memory_local_store {
    using memory_local_store::memory_local_store;
    result<local_state> state() {
        auto s = *memory_local_store::state();
        s.sends = s.queue.empty() ? 0 : s.queue.back().number;
        return s;
    }
};
struct remembers_wishes : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        if (c.new_log) {
            auto wishes = state()->wishes;
            c.wished.insert(c.wished.begin(), wishes.begin(), wishes.end());
        }
        return memory_local_store::apply(c);
    }
};
struct empties_the_queue : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        if (c.new_log)
            for (const queued_send& q : had(state(), "state()").queue) c.unqueued.push_back(q.number);
        return memory_local_store::apply(c);
    }
};
struct begins_log_last : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        const local_change begins{.new_log = std::exchange(c.new_log, std::nullopt)};
        static_cast<void>(memory_local_store::apply(c));
        return memory_local_store::apply(begins);
    }
};
struct forgets_earlier_logs : memory_local_store {
    using memory_local_store::memory_local_store;
    result<std::vector<entry>> entries_of(epoch log, const conversation_id& c, seq_range range, std::size_t count) {
        return log == state()->epoch ? entries(c, range, count) : std::vector<entry>{};
    }
};
struct goes_on_with_known_log : memory_local_store {
    using memory_local_store::memory_local_store;
    result<> apply(local_change c) {
        std::vector<entry> before;
        if (c.new_log)
            for (const conversation_id& id : local_scene::conversations())
                for (const entry& e : had(entries_of(*c.new_log, id, every_seq, any_count), "entries_of()"))
                    before.push_back(e);
        c.entries.insert(c.entries.begin(), before.begin(), before.end());
        return memory_local_store::apply(c);
    }
};
struct counts_ranges_from_the_front : memory_local_store {
    using memory_local_store::memory_local_store;
    result<std::vector<entry>> entries(const conversation_id& c, seq_range range, std::size_t count) {
        auto all = *memory_local_store::entries(c, range, any_count);
        if (all.size() > count) all.resize(count);
        return all;
    }
};

// What becomes of a store when it ends.
struct ending_bench {
    std::function<void(memory_local_store&)> ends{};
    std::function<void(memory_local_store&)> crashes{};
    std::uint64_t made = 0;

    memory_local_store make() { return memory_local_store{++made}; }
    memory_local_store restart(memory_local_store old) { return ends ? ends(old) : void(), old; }
    memory_local_store crash(memory_local_store old) { return crashes ? crashes(old) : void(), old; }
};

// Its changes fail on order, and leave behind what `leaves` says.
struct failing_local_store : memory_local_store {
    failing_local_store(std::uint64_t tag, bool* fails, local_change (*leaves)(const local_change&))
        : memory_local_store{tag}, fails_{fails}, leaves_{leaves} {}

    result<> apply(const local_change& c) {
        if (!std::exchange(*fails_, false)) return memory_local_store::apply(c);
        if (leaves_) static_cast<void>(memory_local_store::apply(leaves_(c)));
        return error{errc::store_failed, "as ordered"};
    }
    bool* fails_;
    local_change (*leaves_)(const local_change&);
};
struct failing_local_bench {
    local_change (*leaves)(const local_change&) = nullptr;
    std::uint64_t made = 0;
    std::unique_ptr<bool> fails = std::make_unique<bool>(false);

    failing_local_store make() { return {++made, fails.get(), leaves}; }
    bool break_at(std::size_t n) {
        const bool planned = std::exchange(planned_, n == 1), left = std::exchange(*fails, n == 1);
        return planned && !left;
    }
    bool planned_ = false;
};

}  // namespace

TEST_SUITE("local_store_laws") {
    TEST_CASE("hold for memory_local_store, also when its changes fail") {
        CHECK(laws_broken_by(flawed_bench{}).empty());
        CHECK(laws_broken_by(ending_bench{}).empty());
        CHECK(laws_broken_by(failing_local_bench{}).empty());
    }

    TEST_CASE("catch a store that is not empty at the beginning, or has another's tag") {
        const char* const law = "a store is made empty, with a tag that no other has";
        catches(law, {.states = [](local_state& s) { s.sends += 1; }});
        catches(law, {.states = [](local_state& s) { s.tag = 5; }});
    }

    TEST_CASE("catch every field of an entry that is lost") {
        const std::function<void(entry&)> losses[] = {
            [](entry& e) { e.sender = {}; },       [](entry& e) { e.send_id = {}; },
            [](entry& e) { e.kind = {}; },         [](entry& e) { e.content_type &= 0xffff; },
            [](entry& e) { e.body.resize(1); },    [](entry& e) { e.target = {}; },
            [](entry& e) { e.subject = {}; },      [](entry& e) { e.role = {}; },
            [](entry& e) { e.history = 0; },       [](entry& e) { e.time = {}; },
            [](entry& e) { e.fingerprint >>= 1; }, [](entry& e) { e.trusted = false; },
            [](entry& e) { e.mentions = {}; },     [](entry& e) { e.number = 0; },
            [](entry& e) { e.visible_from = {}; }, [](entry& e) { e.amended_by = {}; },
            [](entry& e) { e.revoked = true; },    [](entry& e) { e.place.position = {}; },
        };
        for (const auto& lose : losses)
            catches("an entry keeps every field", {.entries = [&](std::vector<entry>& all) {
                        for (entry& e : all)
                            if (e.kind == entry_kind::joined) lose(e);
                    }});
    }

    TEST_CASE("catch entries in another order, or from the wrong end of a range") {
        catches("entries stand in order of seq, each in its own conversation",
                {.entries = [](std::vector<entry>& all) { std::reverse(all.begin(), all.end()); }});
        catches("entries stand in order of seq, each in its own conversation", {.changes = [](local_change& c) {
                    for (entry& e : c.entries) e.conversation = local_scene::club();
                }});
        catches<counts_ranges_from_the_front>("the last so many of a range are read, in order");
        catches("the last so many of a range are read, in order", {.entries = [](std::vector<entry>& all) {
                    if (!all.empty()) all.pop_back();
                }});
    }

    TEST_CASE("catch entries that are not replaced, or replaced although a later one has amended them") {
        catches<keeps_known_entries>("a known entry is replaced");
        catches<replaces_amended_entries>("an entry that is amended by a later one is not replaced");
    }

    TEST_CASE("catch amendments that do too much or too little") {
        catches("an edit gives its target a body and a content type", {.changes = [](local_change& c) {
                    for (amendment& a : c.amendments) a.content_type = 0;
                }});
        catches("an edit gives its target a body and a content type",
                {.changes = [](local_change& c) { c.amendments.clear(); }});
        catches<amends_always>("an edit or a revoke does nothing to what the same or a later one has amended");
        catches("a revoke blanks the body and the mentions for good", {.entries = [](std::vector<entry>& all) {
                    for (entry& e : all)
                        if (e.revoked) e.mentions = {local_scene::me};
                }});
        catches("a revoke blanks the body and the mentions for good", {.entries = [](std::vector<entry>& all) {
                    for (entry& e : all)
                        if (e.revoked) e.body = "never shown";
                }});
        catches<blanks_edits_of_all>("a revoke blanks the edits of its target, and no others");
        catches<forgets_edits_of_revoked>("a revoke blanks the edits of a target that is not kept");
        catches<blanks_all_with_that_target>("what has the target of a revoke and is no edit stays");
        catches<makes_up_targets>("an amendment of what is not kept does nothing");
        catches<amends_first>("entries come before the amendments of a change");
    }

    TEST_CASE("catch marks that are merged otherwise") {
        catches<takes_every_mark>("a mark is replaced, unless it has a later position already");
        const std::function<void(mark&)> losses[] = {
            [](mark& m) { m.owner = local_scene::me; },
            [](mark& m) { m.target = {}; },
            [](mark& m) { m.key = mark_key::read; },
            [](mark& m) { m.conversation = local_scene::club(); },
            [](mark& m) { m.shared = false; },
            [](mark& m) { m.position = {}; },
            [](mark& m) { m.value = 1; },
        };
        for (const auto& lose : losses)
            catches("marks are told apart by conversation, key, owner and target", {.changes = [&](local_change& c) {
                        for (mark& m : c.marks) lose(m);
                    }});
    }

    TEST_CASE("catch memberships, conversations and cursors that do not stay, or stay too long") {
        catches("a membership replaces that of its conversation", {.memberships = [](std::vector<membership>& all) {
                    for (membership& m : all)
                        if (m.intervals.size() > 1) m.intervals.resize(1);
                }});
        catches("a membership replaces that of its conversation", {.changes = [](local_change& c) {
                    if (c.memberships.size() == 1) c.memberships.clear();
                }});
        catches("a conversation replaces what was kept of it, and stays otherwise", {.states = [](local_state& s) {
                    if (s.conversations.size() > 1) s.conversations.pop_back();
                }});
        catches("a conversation replaces what was kept of it, and stays otherwise", {.states = [](local_state& s) {
                    for (kept_conversation& k : s.conversations) k.inside = true;
                }});
        catches("the cursor stays when none is given, and goes back when it is told to",
                {.changes = [](local_change& c) {
                    if (!c.cursor) c.cursor = position{0};
                }});
        catches("the cursor stays when none is given, and goes back when it is told to",
                {.changes = [](local_change& c) {
                    if (c.cursor == position{3}) c.cursor.reset();
                }});
    }

    TEST_CASE("catch a queue out of order, or with other numbers") {
        const char* const law = "the queue is in order of numbers, and a known number is replaced";
        catches(law, {.states = [](local_state& s) { std::reverse(s.queue.begin(), s.queue.end()); }});
        const std::function<void(queued_send&)> losses[] = {
            [](queued_send& q) { q.send_id = {}; },    [](queued_send& q) { q.conversation = local_scene::club(); },
            [](queued_send& q) { q.kind = {}; },       [](queued_send& q) { q.content_type = 0; },
            [](queued_send& q) { q.body.clear(); },    [](queued_send& q) { q.mentions.clear(); },
            [](queued_send& q) { q.target = {}; },     [](queued_send& q) { q.said = {}; },
            [](queued_send& q) { q.failed = errc{}; },
        };
        for (const auto& lose : losses)
            catches(law, {.states = [&](local_state& s) {
                        for (queued_send& q : s.queue) lose(q);
                    }});
        catches("what is unqueued is gone, the rest stays", {.changes = [](local_change& c) { c.unqueued.clear(); }});
        catches<counts_what_is_queued>("no number is forgotten, though its send is");
        catches<queues_first>("what is unqueued may be queued by the same change");
    }

    TEST_CASE("catch wishes that pile up, or are granted otherwise") {
        catches("a wish replaces the one like it", {.changes = [](local_change& c) {
                    for (mark_change& w : c.wished) w.target = {};
                }});
        catches("a wish replaces the one like it", {.states = [](local_state& s) {
                    for (mark_change& w : s.wishes) w.shared = false;
                }});
        catches<grants_by_value>("what is granted is wished no longer, whatever its value");
        catches<wishes_first>("what is granted may be wished by the same change");
    }

    TEST_CASE("catch a change that is made up") {
        catches("an empty change changes nothing", {.changes = [](local_change& c) {
                    if (c.empty()) c.new_log = epoch{0};
                }});
    }

    TEST_CASE("catch logs that are not kept apart") {
        catches<remembers_wishes>("a log begins with nothing but the queue");
        catches<empties_the_queue>("a log begins with nothing but the queue");
        catches<begins_log_last>("what comes with a log belongs to it");
        catches<forgets_earlier_logs>("entries of an earlier log can be read, and are changed no more");
        catches<goes_on_with_known_log>("a log that begins again begins with nothing");
        catches("a log is one of which an entry is kept, whatever else is",
                {.logs = [](std::vector<epoch>& all) { all.insert(all.begin(), epoch{0}); }});
    }

    TEST_CASE("catch by chance what no script asks for") {
        const flaw long_bodies{.changes = [](local_change& c) {
            for (entry& e : c.entries)
                if (e.body.size() > 8000) e.body.resize(8000);
        }};
        const auto broken = laws_broken_by(flawed_bench{long_bodies});
        CHECK(broken == std::set<std::string>{"lives by chance are as the model has them"});
        flawed_bench again{long_bodies};
        CHECK(local_store_laws(again, {1, 1, 120})[0].why.rfind("seed 1: after change ", 0) == 0);
    }

    TEST_CASE("catch what is lost at the end of a program") {
        const auto broken = laws_broken_by(ending_bench{
            .ends = [](memory_local_store& s) { static_cast<void>(s.apply({.cursor = position{1'000'000}})); }});
        CHECK(broken.count("what was applied is there after the program has ended") == 1);
        CHECK(broken.count("lives by chance are as the model has them") == 0);
    }

    TEST_CASE("catch a crash that takes something from the middle, and none that takes the last") {
        const char* const law = "after a crash there is no change without those before it";
        const auto takes = [](local_change what) {
            return ending_bench{.crashes = [=](memory_local_store& s) { static_cast<void>(s.apply(what)); }};
        };
        CHECK(laws_broken_by(takes({.cursor = position{1'000'000}})) == std::set<std::string>{law});
        struct forgetful : memory_local_store {
            using memory_local_store::memory_local_store;
            result<> apply(const local_change& c) {
                before = static_cast<memory_local_store&>(*this);
                return memory_local_store::apply(c);
            }
            memory_local_store before{};
        };
        struct {
            std::uint64_t made = 0;
            forgetful make() { return forgetful{++made}; }
            forgetful crash(forgetful old) {
                static_cast<memory_local_store&>(old) = old.before;
                return old;
            }
        } last_goes;
        CHECK(local_store_laws(last_goes, {1, 1, 120}).empty());
    }

    TEST_CASE("catch a failed change that has left something behind") {
        const char* const law = "a change that failed has left nothing behind";
        failing_local_bench cursor_moves{[](const local_change& c) { return local_change{.cursor = c.cursor}; }};
        CHECK(laws_broken_by(std::move(cursor_moves)) == std::set<std::string>{law});
        failing_local_bench entries_stay{[](const local_change& c) { return local_change{.entries = c.entries}; }};
        CHECK(laws_broken_by(std::move(entries_stay)) == std::set<std::string>{law});
    }
}
