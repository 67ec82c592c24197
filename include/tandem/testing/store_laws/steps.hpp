// What is written in a life by chance, one call after the other.
#pragma once

#include "../random.hpp"
#include "../store_model.hpp"
#include "../store_probe.hpp"
#include "../store_text.hpp"
#include "scene.hpp"

namespace tandem {

// One call that writes.
struct store_step {
    enum class verb : unsigned char { append, put, trim };
    verb asks = verb::append;
    std::vector<draft> drafts{};
    std::vector<mark_change> changes{};
    conversation_id trimmed{};
    seq first_kept{};
};

inline std::string to_line(const store_step& s) {
    if (s.asks == store_step::verb::append) return "append of " + std::to_string(s.drafts.size());
    if (s.asks == store_step::verb::put) return "put of " + std::to_string(s.changes.size());
    return "trim of " + s.trimmed.text() + " to #" + std::to_string(s.first_kept.value);
}

// What came of it, one line each.
inline std::string carry_out(store_model& model, const store_step& s) {
    std::vector<outcome> placed;
    std::vector<mark_outcome> marked;
    for (const draft& d : s.drafts) placed.push_back(model.append(d));
    for (const mark_change& c : s.changes) marked.push_back(model.put(c));
    if (s.asks == store_step::verb::trim) model.trim(s.trimmed, s.first_kept);
    return to_lines(placed) + to_lines(marked);
}

inline result<std::string> carry_out(tried_store& store, const store_step& s) {
    if (s.asks == store_step::verb::append) {
        const auto r = store.append(s.drafts);
        return r ? result<std::string>{to_lines(*r)} : r.error();
    }
    if (s.asks == store_step::verb::put) {
        const auto r = store.put(s.changes);
        return r ? result<std::string>{to_lines(*r)} : r.error();
    }
    const auto r = store.trim(s.trimmed, s.first_kept);
    return r ? result<std::string>{std::string{}} : r.error();
}

inline void expect_same(const std::string& got, const std::string& wanted, std::string_view what) {
    expect(got == wanted, std::string{what} + "\n--- the store says\n" + got + "\n--- the model says\n" + wanted);
}

// Few people in few places, so that everything meets everything.
class store_steps : scene {
public:
    store_steps(seeded_random& random, bool trims, std::uint64_t send_ids = 40)
        : random_{random}, trims_{trims}, send_ids_{send_ids} {
        for (const user_id& u : users_) conversations_.push_back(conversation_id::self(u));
        for (const char* g : {"g", "h", "i"}) conversations_.push_back(group(g));
        for (const user_id& u : users_) conversations_.push_back(conversation_id::direct(users_[0], u));
    }

    const std::vector<user_id>& users() const { return users_; }
    const std::vector<conversation_id>& conversations() const { return conversations_; }
    std::uint64_t send_ids() const { return send_ids_; }

    // A short life begins with what is not refused: somebody is somewhere, something is said, somebody marks it.
    store_step nth(int n, const store_model& model) {
        store_step s;
        if (n == 0) {
            for (const user_id& u : users_) s.drafts.push_back(joined(group(), u));
            for (const auto& c : {group(), pair()}) s.drafts.push_back(message(c, ann, "b0", c == pair() ? "0" : "1"));
        } else if (n == 1) {
            s.asks = store_step::verb::put;
            s.changes = {mark(group(), bob, mark_key::read, 5, true), mark(pair(), bob, mark_key::muted, 1),
                         reaction(group(), cid, seq{5}, 1), about(seq{1}, mark(pair(), ann, mark_key::deleted, 1))};
        } else {
            return any(model);
        }
        return s;
    }

    store_step any(const store_model& model) {
        if (trims_ && random_.chance(5)) return trim(model);
        return random_.below(7) < 5 ? append(model) : put(model);
    }

    store_step append(const store_model& model) {
        store_step s;
        for (auto n = random_.below(4) + 1; n != 0; --n) s.drafts.push_back(any_draft(model));
        return s;
    }

    store_step put(const store_model& model) {
        static constexpr mark_key keys[] = {mark_key::received, mark_key::read,    mark_key::muted,
                                            mark_key::reaction, mark_key::deleted, static_cast<mark_key>(1001)};
        store_step s{.asks = store_step::verb::put};
        for (auto n = random_.below(3) + 1; n != 0; --n) {
            const auto& c = somewhere();
            const auto value = random_.below(model.head(c).seq.value + 2);
            const bool shared =
                random_.chance(50);  // one after the other: compilers evaluate arguments in their own order
            const mark_key key = random_.pick(keys);
            mark_change change = mark(c, random_.pick(users_), key, value, shared);
            if (is_about(change.key, seq{1}) != random_.chance(5)) change.target = seq{random_.below(value + 2)};
            s.changes.push_back(change);
        }
        return s;
    }

    store_step trim(const store_model& model) {
        const auto& c = somewhere();
        return {
            .asks = store_step::verb::trim, .trimmed = c, .first_kept = {random_.below(model.head(c).seq.value + 3)}};
    }

private:
    // Often where most are, or nearly everything would be refused.
    const conversation_id& somewhere() {
        return random_.chance(30) ? conversations_[users_.size()] : random_.pick(conversations_);
    }

    draft any_draft(const store_model& model) {
        const std::string body = "b" + std::to_string(random_.below(3));
        const user_id sender = random_.pick(users_);
        draft d = message(somewhere(), sender, body);
        if (random_.chance(50)) d.send_id = send_id{std::to_string(random_.below(send_ids_))};
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
        const bool stranger = model.member(d.conversation, d.sender).intervals.empty();
        if (stranger && (d.trusted || (is_membership(d.kind) && d.subject != d.sender))) d.sender = "system";
        if (is_amendment(d.kind)) d.target = seq{random_.below(model.head(d.conversation).seq.value + 2)};
        return d;
    }

    seeded_random& random_;
    bool trims_;
    std::uint64_t send_ids_;
    std::int64_t time_ = 0;
    std::vector<user_id> users_{ann, bob, cid, eve};
    std::vector<conversation_id> conversations_;
};

}  // namespace tandem
