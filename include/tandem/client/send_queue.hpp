// What the user has said and the server has not confirmed.
#pragma once

#include "backoff.hpp"
#include "local_store.hpp"

#include <deque>
#include <map>

namespace tandem {

// Sends of one conversation go in the order they were said, several on their way at once. A retryable failure takes all behind it
// back: the server has closed the lane until the failed one comes again, after a pause. A send leaves when its entry is taken in, or
// the cursor has passed it, so it is always to be seen somewhere. One that failed for good is kept, until somebody says what is to
// become of it.
class send_queue {
public:
    send_queue(std::size_t window, const tandem::backoff& pause) : window_{window}, pause_{pause} {}

    void load(const std::vector<queued_send>& all) {
        lines_.clear(), failed_.clear(), asked_.clear(), owners_.clear();
        for (const queued_send& q : all) add(q);
    }
    void add(queued_send q) {
        if (q.failed != errc{}) return void(failed_.emplace(q.send_id, std::move(q)));
        owners_.emplace(q.send_id, q.conversation);
        const auto at = lines_.try_emplace(q.conversation, line{pause_.of_its_own(q.number), {}, {}}).first;
        at->second.sends.push_back({.what = std::move(q)});
    }

    // say(queued_send) for those whose turn has come; it returns the sequence of the request, 0: nothing more can be said now.
    template <class Say>
    void pump(instant now, std::size_t window, Say say) {
        for (auto& [c, l] : lines_) {
            if (l.ready > now) continue;
            std::size_t open = 0;
            for (waiting& w : l.sends) {
                if (w.stored_at) continue;
                if (++open > std::min(window, window_)) break;
                if (w.attempt != 0) continue;
                w.attempt = say(std::as_const(w.what));
                if (w.attempt == 0) return;
                asked_.emplace(w.attempt, w.what.send_id);
            }
        }
    }
    // The connection is gone: what was on its way may have arrived or not, and is said again on the next one.
    void lost() {
        asked_.clear();
        for (auto l = lines_.begin(); l != lines_.end();) {
            std::erase_if(l->second.sends, [&](const waiting& w) { return w.taken && owners_.erase(w.what.send_id); });
            for (waiting& w : l->second.sends) w.attempt = 0, w.reopens = false;
            l->second.ready = {};
            l = l->second.sends.empty() ? lines_.erase(l) : std::next(l);
        }
    }

    // What a reply is about; null if nobody asked, or it was answered already.
    const queued_send* asked(std::uint32_t sequence) {
        const auto found = asked_.find(sequence);
        const waiting* w = found == asked_.end() ? nullptr : find(found->second).second;
        return w ? &w->what : nullptr;
    }

    // It has a place in the log. False: a later attempt of it has failed meanwhile.
    bool stored(std::uint32_t sequence, position at) {
        const auto [l, w] = answered(sequence);
        if (!w || w->attempt != sequence) return false;
        l->pause.succeeded();
        w->stored_at = at;
        w->reopens = false;
        if (w->taken) erase(w->what.send_id);
        return true;
    }
    // Later, in its place: it and all behind it. False: the lane is closed, and nothing here would open it.
    bool postponed(std::uint32_t sequence, errc why, duration wait, instant now) {
        const auto [l, w] = answered(sequence);
        if (!w || w->attempt != sequence) return true;
        bool opens = why != errc::lane_closed, behind = false;
        for (waiting& one : l->sends) {
            behind = behind || &one == w;
            if (behind && !one.stored_at) one.attempt = 0;
            opens = opens || one.reopens;
        }
        w->reopens = w->reopens || why != errc::lane_closed;
        l->ready = std::max(l->ready, now + std::max(wait, l->pause.next()));
        return opens;
    }
    // Never: returns it with the reason, for the store. Nothing: a later attempt has the say.
    std::optional<queued_send> failed(std::uint32_t sequence, errc why) {
        const auto [l, w] = answered(sequence);
        if (!w || w->attempt != sequence) return std::nullopt;
        queued_send q = w->what;
        q.failed = why;
        const bool was_taken = w->taken;
        erase(q.send_id);
        if (was_taken) return std::nullopt;
        failed_.emplace(q.send_id, q);
        return q;
    }

    // Its entry is here: the number to strike from the store. One that failed may have been stored by an earlier try.
    std::optional<std::uint64_t> taken(const send_id& id) {
        if (const auto node = failed_.extract(id)) return node.mapped().number;
        const auto [l, w] = find(id);
        if (!w || w->taken) return std::nullopt;
        const std::uint64_t number = w->what.number;
        // If it is refused now for a while, or was, its lane opens only when it comes again.
        if (w->reopens || (w->attempt != 0 && !w->stored_at)) w->taken = true;
        else erase(id);
        return number;
    }
    // Everything up to here was examined: who is stored there comes no more.
    std::vector<std::uint64_t> passed(position cursor) {
        std::vector<send_id> gone;
        for (const auto& [c, l] : lines_)
            for (const waiting& w : l.sends)
                if (w.stored_at && w.stored_at <= cursor) gone.push_back(w.what.send_id);
        std::vector<std::uint64_t> numbers;
        for (const send_id& id : gone)
            if (const auto number = taken(id)) numbers.push_back(*number);
        return numbers;
    }
    // Another log: what amends an entry of the old one has nothing to amend.
    std::vector<std::uint64_t> drop_amendments() {
        std::vector<send_id> gone;
        for (const auto& [c, l] : lines_)
            for (const waiting& w : l.sends)
                if (is_amendment(w.what.kind)) gone.push_back(w.what.send_id);
        std::vector<std::uint64_t> numbers;
        for (const send_id& id : gone) numbers.push_back(find(id).second->what.number), erase(id);
        for (auto f = failed_.begin(); f != failed_.end();) {
            const bool goes = is_amendment(f->second.kind);
            if (goes) numbers.push_back(f->second.number);
            f = goes ? failed_.erase(f) : std::next(f);
        }
        return numbers;
    }
    // It may have been another one that told where they are.
    void forget_places() {
        for (auto& [c, l] : lines_)
            for (waiting& w : l.sends)
                if (std::exchange(w.stored_at, {})) w.attempt = 0;
    }

    // The user's word about one that failed.
    std::optional<queued_send> again(const send_id& id) {
        auto node = failed_.extract(id);
        if (!node) return std::nullopt;
        node.mapped().failed = errc{};
        add(node.mapped());
        return std::move(node.mapped());
    }
    std::optional<std::uint64_t> drop(const send_id& id) {
        const auto node = failed_.extract(id);
        return node ? std::optional{node.mapped().number} : std::nullopt;
    }

    // When the next line may go on that waits for its time.
    instant next(instant now, instant otherwise) const {
        for (const auto& [c, l] : lines_)
            if (l.ready > now) otherwise = std::min(otherwise, l.ready);
        return otherwise;
    }
    bool empty() const { return lines_.empty(); }
    bool has_failed() const { return !failed_.empty(); }

private:
    struct waiting {
        queued_send what;
        std::uint32_t attempt = 0;  // the sequence of its request; 0: not on its way
        position stored_at{};       // acknowledged
        bool reopens = false;       // it failed, and what is behind it waits for it to come again
        bool taken = false;         // it is struck from the store already
    };
    struct line {
        backoff pause;
        instant ready{};  // not before
        std::deque<waiting> sends;
    };

    std::pair<line*, waiting*> find(const send_id& id) {
        const auto owner = owners_.find(id);
        if (owner == owners_.end()) return {};
        line& l = lines_.at(owner->second);
        for (waiting& w : l.sends)
            if (w.what.send_id == id) return {&l, &w};
        return {};
    }
    std::pair<line*, waiting*> answered(std::uint32_t sequence) {
        const auto node = asked_.extract(sequence);
        return node ? find(node.mapped()) : std::pair<line*, waiting*>{};
    }
    void erase(const send_id& id) {
        const auto owner = owners_.extract(id);
        const auto at = lines_.find(owner.mapped());
        std::erase_if(at->second.sends, [&](const waiting& w) { return w.what.send_id == id; });
        if (at->second.sends.empty()) lines_.erase(at);
    }

    std::size_t window_;
    backoff pause_;
    std::map<conversation_id, line> lines_;
    std::map<send_id, conversation_id> owners_;
    std::map<std::uint32_t, send_id> asked_;
    std::map<send_id, queued_send> failed_;
};

}  // namespace tandem
