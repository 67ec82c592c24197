// Whom to wake for a message: members who are away, once for each conversation until they have read it.
#pragma once

#include "fan_out.hpp"
#include "options.hpp"

#include "../core/flat_index.hpp"
#include "../policy/offline.hpp"
#include "../store/seq_store.hpp"

namespace tandem {

namespace detail {

// Remembers at least the last `most` of what it was told; the older ones go together.
class recent_hashes {
public:
    explicit recent_hashes(std::size_t most) : most_{most} {}

    // False: it is known already.
    bool add(std::uint64_t hash) {
        if (is_in(newer_, hash) || is_in(older_, hash)) return false;
        if (newer_.size() >= most_) older_ = std::exchange(newer_, flat_index{});
        newer_.insert(hash, low(hash));
        return true;
    }
    void forget(std::uint64_t hash) {
        for (flat_index* some : {&newer_, &older_})
            if (is_in(*some, hash)) some->erase(hash, low(hash));
    }

private:
    // The index compares the upper half itself.
    static std::uint32_t low(std::uint64_t hash) { return static_cast<std::uint32_t>(hash) >> 1; }
    static bool is_in(const flat_index& some, std::uint64_t hash) {
        return some.find(hash, [&](std::uint32_t n) { return n == low(hash); }) != flat_index::none;
    }

    std::size_t most_;
    flat_index newer_, older_;
};

}  // namespace detail

// Only the engine that stored a message wakes for it, and knows its own sessions only. All of it is a hint: what is too much is
// dropped, and after a restart somebody may be woken once more.
template <class Engine, class Offline>
class waker {
public:
    explicit waker(Engine& engine) : engine_{engine}, woken_{engine.settings().wakes_remembered} {}

    // An entry of ours is in the log.
    void placed(const std::shared_ptr<log_piece>& p, std::uint32_t i) {
        const entry& e = p->page.entries[i];
        if (!is_countable(e.kind)) return;
        has_read(e.sender, e.conversation);  // whoever writes there has
        if (!e.conversation.is_personal()) return add(p, i);
        const auto wake = [&](const user_id& user) {
            if (user != e.sender && is_to_be_woken(user, e)) engine_.parts().offline->wake(e, std::span{&user, 1});
        };
        wake(user_id{e.conversation.first().view()});
        if (e.conversation.kind() == conversation_kind::direct) wake(user_id{e.conversation.second().view()});
    }

    void has_read(const user_id& user, const conversation_id& c) {
        for (const bool mentioned : {false, true}) woken_.forget(key_of(user, c, mentioned));
    }

    // One page of members a turn.
    void go_on() {
        if (asking_ || errands_.empty()) return;
        asking_ = true;
        const errand& e = errands_.front();
        engine_.template ask<member_page>(
            verbs::members, engine_.store(), [this](result<member_page> p) { page_read(std::move(p)); },
            conversation_id{e.conversation()}, user_id{e.after}, page_size());
    }
    instant due(instant otherwise) const { return !asking_ && !errands_.empty() ? engine_.now() : otherwise; }

private:
    static constexpr std::size_t most_at_once = 500, most_entries = 16;

    // Messages of one conversation, and how far its members were gone through.
    struct errand {
        std::shared_ptr<log_piece> piece{};
        std::vector<std::uint32_t> entries{};
        user_id after{};
        std::size_t seen = 0;

        const entry& at(std::uint32_t i) const { return piece->page.entries[i]; }
        const conversation_id& conversation() const { return at(entries.front()).conversation; }
    };

    void add(const std::shared_ptr<log_piece>& p, std::uint32_t i) {
        const entry& e = p->page.entries[i];
        if (!errands_.empty()) {
            errand& last = errands_.back();
            if (last.piece == p && last.seen == 0 && !(asking_ && errands_.size() == 1) &&
                last.conversation() == e.conversation) {
                if (last.entries.size() < most_entries || !e.mentions.empty()) last.entries.push_back(i);
                return;
            }
        }
        if (errands_.size() < engine_.settings().wakes_waiting) errands_.push_back({.piece = p, .entries = {i}});
    }

    std::size_t page_size() const {
        return std::max<std::size_t>(1, std::min(engine_.settings().wake_up_to, most_at_once));
    }

    void page_read(result<member_page> p) {
        asking_ = false;
        errand e = std::move(errands_.front());
        errands_.pop_front();
        if (!p) return;
        e.seen += p->members.size();
        const bool too_large = e.seen + (p->more ? 1 : 0) > engine_.settings().wake_up_to;
        if (too_large) return wake_mentioned(e);
        wake_absent(e, p->members);
        if (!p->more || p->members.empty()) return;
        e.after = p->members.back().user;
        errands_.push_back(std::move(e));  // others first
    }

    void wake_absent(const errand& all, const std::vector<membership>& members) {
        for (const std::uint32_t i : all.entries) {
            const entry& e = all.at(i);
            std::vector<user_id> absent;
            for (const membership& m : members)
                if (m.user != e.sender && m.sees(e.place.seq) && is_to_be_woken(m.user, e)) absent.push_back(m.user);
            if (!absent.empty()) engine_.parts().offline->wake(e, absent);
        }
    }

    // In large groups those only who are named, if they are members.
    void wake_mentioned(const errand& all) {
        for (const std::uint32_t i : all.entries)
            for (const user_id& user : all.at(i).mentions) {
                if (user == all.at(i).sender) continue;
                engine_.template ask<membership>(
                    verbs::member, engine_.store(),
                    [this, piece = all.piece, i](result<membership> m) {
                        const entry& e = piece->page.entries[i];
                        if (m && m->current() && m->sees(e.place.seq) && is_to_be_woken(m->user, e))
                            engine_.parts().offline->wake(e, std::span{&m->user, 1});
                    },
                    conversation_id{all.conversation()}, user_id{user});
            }
    }

    // Away, and not woken before; who is named is woken once more.
    bool is_to_be_woken(const user_id& user, const entry& e) {
        if (is_active(user)) return false;
        const bool first = woken_.add(key_of(user, e.conversation, false));
        for (const user_id& named : e.mentions)
            if (named == user) return woken_.add(key_of(user, e.conversation, true));
        return first;
    }

    // With an app in front of them, on whichever device.
    bool is_active(const user_id& user) {
        bool active = false;
        engine_.hub().each_session_of(engine_.hub().number_of(user), [&](session_handle, session& s) {
            active |= s.state == session_state::ready && !s.background;
        });
        return active;
    }

    std::uint64_t key_of(const user_id& user, const conversation_id& c, bool mentioned) const {
        return hash(user, hash(c, engine_.seed_ + mentioned));
    }

    Engine& engine_;
    std::deque<errand> errands_;
    bool asking_ = false;
    detail::recent_hashes woken_;
};

template <class Engine>
class waker<Engine, no_offline> {
public:
    explicit waker(Engine&) {}

    void placed(const std::shared_ptr<log_piece>&, std::uint32_t) {}
    void has_read(const user_id&, const conversation_id&) {}
    void go_on() {}
    instant due(instant otherwise) const { return otherwise; }
};

}  // namespace tandem
