// Goes through the log in its order: entries of one conversation and commit together, memberships and marks where they stand.
#pragma once

#include "mark_board.hpp"
#include "overgrown.hpp"
#include "teller.hpp"

namespace tandem {

template <class P>
class narrator : public teller<P> {
    using base = teller<P>;

protected:
    using base::base;
    using typename base::both_ends;
    using typename base::dialect_list;

    // Tells the positions (after, up_to] of a piece. The caller keeps the order of positions.
    void tell_piece(const std::shared_ptr<log_piece>& p, position after, position up_to) {
        this->before_piece_ = after;
        this->told_ = up_to;
        std::size_t e = 0, m = 0;
        const auto& entries = p->page.entries;
        const auto& marks = p->page.marks;
        while (e < entries.size() && entries[e].place.position <= after) ++e;
        while (m < marks.size() && marks[m].position <= after) ++m;
        for (; e < entries.size() && entries[e].place.position <= up_to; ++e) {
            for (; m < marks.size() && marks[m].position < entries[e].place.position; ++m) tell_mark(p, m);
            gather(p, e);
        }
        for (; m < marks.size() && marks[m].position <= up_to; ++m) tell_mark(p, m);
        tell_gathered(p);
        this->before_piece_ = up_to;
    }

    // A joined or left entry was told: the engine keeps what it needs for those who are arriving just now.
    virtual void membership_told(const entry& e) = 0;
    // A member may see what was said before: the engine fetches it.
    virtual void backfill(const entry& joined) = 0;

    // An entry of ours stands in the log, and those who are away may be woken; or somebody has read a conversation.
    static constexpr bool wakes = !std::is_same_v<detail::plain<typename P::offline>, no_offline>;
    virtual void wake_for(const std::shared_ptr<log_piece>& p, std::uint32_t i) = 0;
    virtual void has_read(const user_id& user, const conversation_id& c) = 0;

    overgrown overgrown_{this->options_.keep_entries};

private:
    // --- one conversation's entries of one commit become one run
    void gather(const std::shared_ptr<log_piece>& p, std::size_t e) {
        const entry& it = p->page.entries[e];
        this->notify(hooks::placed, it);
        if constexpr (trimming_store<detail::store_of<P>>) overgrown_.told(it);
        if (is_membership(it.kind)) {
            tell_gathered(p);
            tell_membership(p, static_cast<std::uint32_t>(e));
            return;
        }
        if constexpr (wakes)
            if (is_ours(*p, e)) wake_for(p, static_cast<std::uint32_t>(e));
        const std::uint64_t key = p->own ? p->origins[e].conversation : hash(it.conversation, this->seed_);
        const std::uint32_t found = run_of_.find(
            key, [&](std::uint32_t n) { return p->page.entries[runs_[n].first].conversation == it.conversation; });
        const auto index = static_cast<std::uint32_t>(e);
        const bool goes_on =
            found != flat_index::none && runs_[found].bytes + it.body.size() <= this->options_.batch_bytes;
        if (goes_on) {
            next_in_run_.resize(p->page.entries.size());
            next_in_run_[runs_[found].last] = index;
            runs_[found].last = index;
            runs_[found].bytes += it.body.size();
        } else {
            if (found != flat_index::none) run_of_.erase(key, found);
            run_of_.insert(key, static_cast<std::uint32_t>(runs_.size()));
            runs_.push_back({index, index, it.body.size(), base::nobody_at_the_ends});
        }
    }

    // Also when the log was faster than the answer of our append.
    static bool is_ours(const log_piece& p, std::size_t e) {
        return p.own || (!p.origins.empty() && (p.origins[e].request.session || p.origins[e].then));
    }

    void tell_gathered(const std::shared_ptr<log_piece>& p) {
        if (runs_.empty()) return;
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (i % ahead == 0) look_ahead(*p, i);
            run r{p, runs_[i].first};
            for (std::uint32_t at = runs_[i].first; at != runs_[i].last;) r.entries.push_back(at = next_in_run_[at]);
            this->tell_run(std::move(r), runs_[i].ends);
        }
        runs_.clear();
        run_of_ = {};
    }

    // Those who get the next runs lie anywhere in memory: what leads to them is fetched for several runs together.
    void look_ahead(const log_piece& p, std::size_t from) {
        session_hub& hub = this->hub_;
        const std::size_t count = std::min(ahead, runs_.size() - from);
        std::array<std::array<std::uint64_t, 2>, ahead> hashes;
        const auto each_end = [&](auto visit) {
            for (std::size_t i = 0; i < count; ++i) {
                const conversation_id& c = p.page.entries[runs_[from + i].first].conversation;
                if (!c.is_personal()) continue;
                visit(c.first(), hashes[i][0], runs_[from + i].ends[0]);
                if (c.kind() == conversation_kind::direct) visit(c.second(), hashes[i][1], runs_[from + i].ends[1]);
            }
        };
        each_end([&](const short_text& id, std::uint64_t& hash, std::uint32_t&) {
            hub.prefetch_number(hash = hub.hash_of(id));
        });
        each_end([&](const short_text&, std::uint64_t hash, std::uint32_t&) { hub.prefetch_name(hash); });
        each_end([&](const short_text& id, std::uint64_t hash, std::uint32_t& end) {
            hub.prefetch_user(end = hub.number_of(id, hash));
        });
        each_end([&](const short_text&, std::uint64_t, std::uint32_t end) { hub.prefetch_session_of(end); });
        each_end([&](const short_text&, std::uint64_t, std::uint32_t end) { hub.prefetch_connection_of(end); });
    }

    // --- memberships
    // joined: first into the room, then the entry, so that the subject gets it too; left: the other way round.
    void tell_membership(const std::shared_ptr<log_piece>& p, std::uint32_t i) {
        const entry& e = p->page.entries[i];
        membership_told(e);
        const bool joins = e.kind == entry_kind::joined;
        const bool is_new = joins && !is_in_room(e.conversation, e.subject);  // and no member who gets another role
        if (joins) this->change_room(e.conversation, e.subject, true);
        this->tell_run(run{p, i});
        if (!joins) this->change_room(e.conversation, e.subject, false);
        if (is_new && e.visible_from < e.place.seq) backfill(e);
    }

    bool is_in_room(const conversation_id& c, const user_id& user) const {
        const std::uint32_t number = this->hub_.number_of(user);
        return number != session_hub::nobody && this->hub_.is_in(c, number);
    }

    // --- marks
    void tell_mark(const std::shared_ptr<log_piece>& p, std::size_t i) {
        tell_gathered(p);
        const mark& m = p->page.marks[i];
        if constexpr (wakes)
            if (m.key == mark_key::read) has_read(m.owner, m.conversation);
        this->notify(hooks::marked, m);
        run r{p, static_cast<std::uint32_t>(i), true, m.position, m.position};
        answer_askers(p, i);
        tell_owner(p, i);
        if (m.shared) this->tell_shared_mark(std::move(r));
    }

    void answer_askers(const std::shared_ptr<log_piece>& p, std::size_t i) {
        if (p->askers.empty()) return;
        const mark& m = p->page.marks[i];
        for (const reply_to& to : p->askers[i]) this->reply(to, reply_for(m, m.value, m.position));
    }

    // The owner's other devices; the one that asked has its reply.
    void tell_owner(const std::shared_ptr<log_piece>& p, std::size_t i) {
        const mark& m = p->page.marks[i];
        const std::uint32_t owner = this->hub_.number_of(m.owner);
        spoken<dialect_list> said;
        this->hub_.each_session_of(owner, [&](session_handle h, session& s) {
            if (!p->askers.empty())
                for (const reply_to& to : p->askers[i])
                    if (to.session == h) return;
            this->push(h, s, push_mark{m}, said, m);
        });
    }

    struct gathered {
        std::uint32_t first;
        std::uint32_t last;
        std::size_t bytes;
        both_ends ends;
    };
    static constexpr std::size_t ahead = 16;

    std::vector<gathered> runs_;
    flat_index run_of_;
    std::vector<std::uint32_t> next_in_run_;
};

}  // namespace tandem
