// A life by chance, lived by a store that may die in the middle of it, and what must be there afterwards.
#pragma once

#include <tandem/testing/random.hpp>
#include <tandem/testing/store_laws/scene.hpp>
#include <tandem/testing/store_model.hpp>
#include <tandem/testing/store_probe.hpp>
#include <tandem/testing/store_text.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

// Everything one can ask of a store, as text: two that look the same are the same to everybody. `Ask` answers page by
// page: see below.
template <class Ask>
std::string portrait(Ask ask, const std::vector<user_id>& users, const std::vector<conversation_id>& conversations) {
    const auto sorted = [](std::vector<membership> all) {
        std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.conversation < b.conversation; });
        return to_lines(all);
    };
    const auto lines = [&](const page& p) { return to_lines(p.entries) + to_lines(p.marks) + sorted(p.memberships); };
    std::string all = "newest @" + std::to_string(ask.newest().value) + "\n" + lines(ask.range(nullptr));
    for (const user_id& u : users) {
        all += "--- " + std::string{u.view()} + "\n" + lines(ask.range(&u)) + sorted(ask.memberships(u));
        for (const conversation_id& c : conversations) all += ask.unread(c, u) + to_line(ask.member(c, u)) + "\n";
    }
    for (const conversation_id& c : conversations)
        all += "--- " + c.text() + "\n" + to_line(ask.head(c)) + "\n" + to_lines(ask.members(c)) +
               to_lines(ask.history(c)) + to_lines(ask.marks(c));
    return all;
}

struct ask_model {
    const store_model& model;

    static std::string line(seq read, seq received, std::uint64_t unread) {
        return "read " + std::to_string(read.value) + " received " + std::to_string(received.value) + " unread " +
               std::to_string(unread) + ": ";
    }
    position newest() const { return model.newest(); }
    page range(const user_id* u) const { return model.range(u, {}, model.newest()); }
    std::vector<membership> memberships(const user_id& u) const { return model.memberships(u); }
    membership member(const conversation_id& c, const user_id& u) const { return model.member(c, u); }
    std::string unread(const conversation_id& c, const user_id& u) const {
        if (!model.member(c, u).current()) return "not in it: ";
        return line(model.read(c, u), model.received(c, u), model.unread(c, u));
    }
    conversation_head head(const conversation_id& c) const { return model.head(c); }
    std::vector<membership> members(const conversation_id& c) const { return model.members(c); }
    std::vector<entry> history(const conversation_id& c) const { return model.history(c, scene::everything); }
    std::vector<mark> marks(const conversation_id& c) const { return model.marks(c, {seq{0}, scene::everything.last}); }
};

// A store that answers at once and with success.
template <class S>
struct ask_store {
    S& store;
    limits most{};

    position newest() const { return had(store.head()).newest; }
    page range(const user_id* u) const {
        page all;
        for (page p{.more = true}; p.more; all.examined = p.examined) {
            p = had(u ? store.changes(*u, all.examined, most) : store.tail(all.examined, most));
            expect(p.examined > all.examined || !p.more, "a page examines something");
            std::move(p.entries.begin(), p.entries.end(), std::back_inserter(all.entries));
            std::move(p.marks.begin(), p.marks.end(), std::back_inserter(all.marks));
            std::move(p.memberships.begin(), p.memberships.end(), std::back_inserter(all.memberships));
        }
        return all;
    }
    std::vector<membership> memberships(const user_id& u) const { return had(store.memberships(u)).memberships; }
    membership member(const conversation_id& c, const user_id& u) const { return had(store.member(c, u)); }
    std::string unread(const conversation_id& c, const user_id& u) const {
        for (const overview& o : had(store.overviews(u)).conversations)
            if (o.membership.conversation == c) return ask_model::line(o.read, o.received, o.unread);
        return "not in it: ";
    }
    conversation_head head(const conversation_id& c) const { return had(store.history(c, {}, most)).head; }
    std::vector<membership> members(const conversation_id& c) const { return had(store.members(c, {}, 999)).members; }
    std::vector<entry> history(const conversation_id& c) const {
        return had(store.history(c, scene::everything, {9999, 1 << 30})).entries;
    }
    std::vector<mark> marks(const conversation_id& c) const {
        return had(store.marks(c, {seq{0}, scene::everything.last}, {}, 9999)).marks;
    }

    template <class T>
    static T had(result<T> r) {
        if (!r) throw broken_law{"a reading failed: " + r.error().detail};
        return std::move(*r);
    }
};

// The same seed does the same, as long as the store does what the model does. A step that was answered must be there
// for ever. The one that was not may be there, all of it or nothing, if the store did not say that nothing happened.
class stored_life : scene {
public:
    explicit stored_life(std::uint64_t seed, unsigned largest_batch = 32)
        : random_{seed}, largest_batch_{largest_batch} {
        for (const user_id& u : users_) conversations_.push_back(conversation_id::self(u));
        for (const char* g : {"g", "h", "i"}) conversations_.push_back(group(g));
        for (const user_id& u : users_) conversations_.push_back(conversation_id::direct(users_[0], u));
    }

    // One step more; what the store answers must be what the model says. Nothing: it failed, see why().
    template <class S>
    bool step(S& store) {
        const auto what = random_.below(100);
        if (what < 60) return append(store, some_drafts());
        if (what < 78) return put(store, some_change());
        if (what < 83) return trim(store);
        return read(store);
    }

    // After a new start: was the step that failed done, and is everything else as it was answered?
    template <class S>
    void find_again(S& store) {
        const std::string there = portrait_of(store), answered = portrait_of_model(model_);
        const std::string more = under_way_ ? portrait_of_model(*under_way_) : answered;
        if (more != answered && length_in_common(there, more) > length_in_common(there, answered)) {
            same(there, more, "what is there, after what failed has happened");
            expect(why_.code != errc::store_failed, "what was answered store_failed has happened: " + why_.detail);
            model_ = *under_way_;
        } else same(there, answered, "what is there");
        under_way_.reset();
        send_again(store, unanswered_);
        unanswered_.clear();
        for (int i = 0; i < 4 && !sent_.empty(); ++i) send_again(store, {random_.pick(sent_)});
    }

    // Nothing failed, and still: everything is there.
    template <class S>
    void compare(S& store) const {
        same(portrait_of(store), portrait_of_model(model_), "what is there");
    }

    const error& why() const { return why_; }
    std::size_t steps_done() const { return done_; }
    bool is_well() const { return !under_way_; }  // since the last failure was looked into

private:
    static std::size_t length_in_common(const std::string& a, const std::string& b) {
        const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
        return static_cast<std::size_t>(end.first - a.begin());
    }

    static void same(const std::string& got, const std::string& wanted, const std::string& what) {
        if (got == wanted) return;
        const std::size_t at = length_in_common(got, wanted);
        const auto line = [&](const std::string& text) {
            const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
            return text.substr(begin, text.find('\n', at) - begin);
        };
        throw broken_law{what + "\n--- the store says\n" + line(got) + "\n--- the model says\n" + line(wanted)};
    }

    template <class S>
    std::string portrait_of(S& store) const {
        return portrait(ask_store<S>{store, {7, 1 << 20}}, users_, conversations_);
    }
    std::string portrait_of_model(const store_model& m) const { return portrait(ask_model{m}, users_, conversations_); }

    // --- what is done

    template <class S>
    bool append(S& store, const std::vector<draft>& ds) {
        const auto got = store.append(drafts{ds});
        if (!got) return failed(got.error(), [&](store_model& m) { place(m, ds); }, ds);
        same(to_lines(*got), to_lines(place(model_, ds)), "append");
        for (const draft& d : ds)
            if (!d.send_id.empty()) sent_.push_back(d);
        return done();
    }

    static std::vector<outcome> place(store_model& m, const std::vector<draft>& ds) {
        std::vector<outcome> all;
        for (const draft& d : ds) all.push_back(m.append(d));
        return all;
    }

    template <class S>
    bool put(S& store, const mark_change& c) {
        const auto got = store.put(mark_changes{&c, 1});
        if (!got) return failed(got.error(), [&](store_model& m) { m.put(c); });
        expect(got->size() == 1, "one change, one outcome");
        same(to_line((*got)[0]), to_line(model_.put(c)), "put");
        return done();
    }

    template <class S>
    bool trim(S& store) {
        const conversation_id c = random_.pick(conversations_);
        const std::uint64_t head = model_.head(c).seq.value;
        const seq to{random_.chance(25) ? head + 1 : random_.below(head / 2 + 3)};
        const auto got = store.trim(c, to);
        if (!got) return failed(got.error(), [&](store_model& m) { m.trim(c, to); });
        model_.trim(c, to);
        return done();
    }

    template <class S>
    bool read(S& store) {
        const user_id& u = random_.pick(users_);
        const position from{random_.below(model_.newest().value + 1)};
        const limits most{1 + static_cast<std::size_t>(random_.below(20)), 1 << 20};
        const bool tail = random_.chance(50);
        const auto got = tail ? store.tail(from, most) : store.changes(u, from, most);
        if (!got) return failed(got.error(), [](store_model&) {});
        const page wanted = model_.range(tail ? nullptr : &u, from, got->examined);
        same(to_lines(got->entries) + to_lines(got->marks), to_lines(wanted.entries) + to_lines(wanted.marks),
             "a page");
        expect(got->head.newest == model_.newest(), "a page has the head");
        return done();
    }

    template <class S>
    void send_again(S& store, const std::vector<draft>& ds) {
        if (!ds.empty())
            expect(append(store, ds), "a store that was opened again does not take a retry: " + why_.detail);
    }

    bool done() { return ++done_, true; }

    template <class Change>
    bool failed(const error& why, Change change, std::vector<draft> unanswered = {}) {
        why_ = why;
        expect(why.code == errc::store_failed || why.code == errc::unknown_outcome,
               std::string{"a failure is no failure of a store: "} + text(why.code));
        under_way_ = model_;
        change(*under_way_);
        unanswered_ = std::move(unanswered);
        return false;
    }

    // --- by chance

    std::vector<draft> some_drafts() {
        if (!sent_.empty() && random_.chance(10)) return {random_.pick(sent_)};
        std::vector<draft> ds;
        const auto most = random_.chance(10) ? largest_batch_ : std::min(largest_batch_, 6u);
        for (auto n = random_.below(most) + 1; n != 0; --n) ds.push_back(some_draft());
        return ds;
    }

    draft some_draft() {
        const std::string body = some_body();  // one after the other: compilers evaluate arguments in their own order
        const user_id sender = random_.pick(users_);
        draft d = message(random_.pick(conversations_), sender, body);
        if (random_.chance(70)) d.send_id = send_id{std::to_string(random_.below(10'000))};
        d.trusted = random_.chance(5);
        d.content_type = static_cast<std::uint32_t>(random_.below(2));
        d.time = {1000 + static_cast<std::int64_t>(++time_)};
        const auto kind = random_.below(12);
        if (kind < 4) d.kind = kind == 3 ? entry_kind::left : entry_kind::joined;
        else if (kind < 6) d.kind = kind == 5 ? entry_kind::revoke : entry_kind::edit;
        else if (kind == 6) d.kind = static_cast<entry_kind>(1000);
        if (d.kind == entry_kind::message && random_.chance(20)) d.mentions = {random_.pick(users_), "stranger"};
        if (is_membership(d.kind))
            d.subject = random_.pick(users_), d.role = random_.chance(70) ? role::member : role::admin;
        if (d.kind == entry_kind::joined) d.history = static_cast<std::uint32_t>(random_.below(4));
        // What somebody wrote before they were ever a member is of no account to their read mark; keep that out.
        const bool stranger = model_.member(d.conversation, d.sender).intervals.empty();
        if (stranger && (d.trusted || (is_membership(d.kind) && d.subject != d.sender))) d.sender = "system";
        if (is_amendment(d.kind)) d.target = seq{random_.below(model_.head(d.conversation).seq.value + 2)};
        return d;
    }

    // Some do not fit into a page of the disk.
    std::string some_body() {
        const char letter = static_cast<char>('a' + random_.below(26));
        return std::string(random_.chance(3) ? 9000 : random_.below(200), letter);
    }

    mark_change some_change() {
        static constexpr mark_key keys[] = {mark_key::received, mark_key::read,    mark_key::muted,
                                            mark_key::reaction, mark_key::deleted, static_cast<mark_key>(1001)};
        const conversation_id& c = random_.pick(conversations_);
        const auto value = random_.below(model_.head(c).seq.value + 2);
        const bool shared = random_.chance(50);
        const mark_key key = random_.pick(keys);
        mark_change change = mark(c, random_.pick(users_), key, value, shared);
        if (is_about(change.key, seq{1}) != random_.chance(5)) change.target = seq{random_.below(value + 2)};
        return change;
    }

    seeded_random random_;
    unsigned largest_batch_;
    store_model model_;  // what was answered, and no more
    std::vector<user_id> users_{ann, bob, cid, eve};
    std::vector<conversation_id> conversations_;
    std::vector<draft> sent_;  // with a send id, answered
    std::int64_t time_ = 0;
    std::size_t done_ = 0;

    error why_{errc::store_failed};
    std::optional<store_model> under_way_;  // with the step that failed
    std::vector<draft> unanswered_;
};

}  // namespace tandem
