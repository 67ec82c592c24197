// Takes what a device is told in an order that leaves no hole, and knows what has to be pulled.
#pragma once

#include "heard.hpp"
#include "runs.hpp"

#include <optional>
#include <variant>

namespace tandem {

// What to ask over HTTP next.
struct wants_page {
    position from{};
    tandem::epoch epoch{};
};
struct wants_history {
    conversation_id conversation{};
    seq_range range{};
};
using pull_wish = std::variant<std::monostate, wants_page, wants_history>;

// Only a page that is whole, or a checkpoint with nothing held before it, moves the cursor; and it moves in the same change as what
// it covers. While a pull runs every push is held; then pages come first, what was held after them, by (conversation, seq). What
// does not fit waits a little for what is missing, then for a pull.
class intake {
public:
    intake(user_id me, std::size_t most_held) : runs_{std::move(me)}, most_held_{most_held} {}

    void load(const local_state& s) {
        runs_.load(s.conversations);
        epoch_ = s.epoch, cursor_ = s.cursor;
        change_ = {};
        stop();
    }

    // What is to be stored, all of it together. owes(conversation, seq): that much has come that the server does not know of.
    template <class F>
    local_change take_change(F owes) {
        change_.conversations = runs_.take_changed(owes);
        return std::exchange(change_, {});
    }
    local_change& change() { return change_; }

    // --- the connection
    // Whatever is pushed from here on is held: the reply says how far to pull.
    void connected() {
        stop();
        pulling_ = true;
    }
    void signed_in(const auth_reply& r) {
        signed_in_ = true;
        told_of_ = r.epoch;
        if (r.reset || r.epoch != epoch_) start_anew(r.epoch);
        page_follows_ = r.page_follows;
        goal_ = std::max(goal_, r.head);
        finish_if_there();
    }
    // What was held is lost, and so is the pull.
    void disconnected() { stop(); }
    // Without a connection: everything up to the head that the pages tell.
    void poll() {
        if (!pulling_) pulling_ = to_head_ = true;
    }

    // --- what is told
    void hear(heard::news_of_log&& n) {
        if (n.next) return hear_page(std::move(n));
        if (n.backfill) return;  // history for a new member: a page fetches it when it comes to it
        for (entry& e : n.entries) hear(std::move(e));
        for (mark& m : n.marks) hear(std::move(m));
    }
    void hear(entry&& e) {
        if (is_of_another_log()) return;
        if (pulling_) hold(std::move(e));
        else take(std::move(e));
    }
    void hear(mark&& m) {
        if (is_of_another_log()) return;
        if (!pulling_) return change_.marks.push_back(std::move(m));
        if (held_marks_.size() < most_held_) return held_marks_.push_back(std::move(m));
        for (const mark& h : held_marks_) goal_ = std::max(goal_, h.position);
        goal_ = std::max(goal_, m.position);
        held_marks_.clear();
    }
    void hear(const heard::trimmed& t) {
        if (is_of_another_log()) return;
        runs_.trimmed(t.conversation, t.first_kept);
        if (!pulling_) take_held();
    }
    void hear(const heard::more& n) {
        if (!is_of_another_log()) pull_until(n.cursor);
    }
    void hear(const heartbeat_reply& r) {
        if (is_of_another_log()) return;
        if (r.checkpoint) held_checkpoint_ = std::max(held_checkpoint_, *r.checkpoint);
        else if (!pulling_ && r.newest > cursor_) pull_until(r.newest);
        if (!pulling_ && held_.empty()) advance(held_checkpoint_);
    }
    // It has waited long enough for what is missing before an entry.
    void give_up_waiting() {
        position last{};
        for (const entry& e : held_) last = std::max(last, e.place.position);
        pull_until(last);
    }

    // --- pulls
    pull_wish wish() const {
        if (!pulling_) return {};
        if (filling_) return wants_history{filling_->conversation, filling_->missing};
        if (page_follows_ || (!signed_in_ && !to_head_)) return {};
        return wants_page{cursor_, epoch_};
    }
    void hear(heard::sync_page&& answer) {
        if (page_) return;
        if (answer.reset || answer.page.head.epoch != epoch_) {
            goal_ = {}, to_head_ = true;
            start_anew(answer.page.head.epoch);
            if (is_of_another_log()) held_.clear(), held_marks_.clear(), held_checkpoint_ = {};
            return;
        }
        if (to_head_) goal_ = std::max(goal_, answer.page.head.newest);
        page_ = std::move(answer.page);
        page_done_ = 0;
        change_.entries.reserve(change_.entries.size() + page_->entries.size());
        go_through_page();
    }
    void hear(heard::history&& answer) {
        if (!filling_) return;
        fill(std::move(answer));
        if (!filling_) go_through_page();
    }

    bool is_pulling() const { return pulling_; }
    bool is_waiting() const { return !pulling_ && !held_.empty(); }  // for what is missing before an entry
    position cursor() const { return cursor_; }
    tandem::epoch epoch() const { return epoch_; }
    position goal() const { return goal_; }
    const runs& kept() const { return runs_; }
    void received(const conversation_id& c, seq s) { runs_.received(c, s); }
    // Once for each pull that came to its end: the server may be told how far this device is.
    bool take_report() { return std::exchange(report_, false); }

private:
    // A stretch before an entry of the page, to be fetched before the page goes on.
    struct stretch {
        conversation_id conversation;
        seq_range missing;
        bool enters;  // the user is in this conversation, though nothing that says so is left
    };

    // A pull has found another log than the one this connection is about: that will end, and what it tells until then counts
    // nothing.
    bool is_of_another_log() const { return signed_in_ && told_of_ != epoch_; }

    // Held pushes stay: they came on this connection, hence from the log that its sign-in was about, and nothing else will bring
    // what was pushed before the reply and lies behind its head.
    void start_anew(tandem::epoch e) {
        epoch_ = e, cursor_ = {};
        runs_.forget_all();
        change_ = {.new_log = e};
        page_.reset(), filling_.reset();
        pulling_ = true, page_follows_ = false;
    }
    void stop() {
        pulling_ = to_head_ = signed_in_ = page_follows_ = report_ = false;
        goal_ = held_checkpoint_ = {};
        held_.clear(), held_marks_.clear();
        page_.reset(), filling_.reset();
    }

    // --- entries
    void hold(entry&& e) {
        if (held_.size() < most_held_) return held_.push_back(std::move(e));
        // Too much: a pull brings it as well, if it goes far enough.
        for (const entry& h : held_) goal_ = std::max(goal_, h.place.position);
        goal_ = std::max(goal_, e.place.position);
        held_.clear();
        begin_pull();
    }
    void take(entry&& e) {
        switch (runs_.fits(e)) {
            case runs::fit::next:
                if (begins_too_early(e)) return pull_for(std::move(e));
                put_next(std::move(e));
                if (!held_.empty()) take_held();
                return;
            case runs::fit::known: return put_again(std::move(e));
            case runs::fit::trimmed: return runs_.pass(e);
            case runs::fit::history: return pull_for(std::move(e));
            case runs::fit::gap:
            case runs::fit::stranger: return hold(std::move(e));
        }
    }
    void pull_for(entry&& e) {
        const position p = e.place.position;
        hold(std::move(e));
        pull_until(p);
    }
    // The user has joined with it, and what is held of the same conversation is from an interval before, not known here.
    bool begins_too_early(const entry& e) const {
        return e.kind == entry_kind::joined && std::any_of(held_.begin(), held_.end(), [&](const entry& h) {
                   return h.conversation == e.conversation && h.place.seq < e.place.seq;
               });
    }
    void put_next(entry&& e) {
        runs_.take(e);
        if (is_amendment(e.kind) && !e.revoked)
            change_.amendments.push_back({.conversation = e.conversation,
                                          .target = e.target,
                                          .by = e.place.seq,
                                          .revokes = e.kind == entry_kind::revoke,
                                          .content_type = e.content_type,
                                          .body = e.body});
        change_.entries.push_back(std::move(e));
    }
    // Nothing changes an entry but what amends it, and that may be hidden from this user.
    void put_again(entry&& e) {
        if (e.amended_by) change_.entries.push_back(std::move(e));
    }
    // Whatever fits by now. What a page was about, and did not bring, is nobody's any more, or not this user's.
    void take_held() {
        if (held_.empty()) return;
        auto held = std::exchange(held_, {});
        std::stable_sort(held.begin(), held.end(), [](const entry& a, const entry& b) {
            return a.conversation != b.conversation ? a.conversation < b.conversation : a.place.seq < b.place.seq;
        });
        for (entry& e : held) {
            if (pulling_) hold(std::move(e));
            else if (runs_.fits(e) == runs::fit::next && !begins_too_early(e)) put_next(std::move(e));
            else if (e.place.position > cursor_ || runs_.fits(e) == runs::fit::known) take(std::move(e));
        }
        if (!pulling_ && held_.empty()) advance(held_checkpoint_);
    }

    // --- pulls
    void pull_until(position goal) {
        goal_ = std::max(goal_, goal);
        begin_pull();
        finish_if_there();
    }
    void begin_pull() {
        if (!std::exchange(pulling_, true)) to_head_ = !signed_in_;
    }

    // What little was missing came with the sign-in, and counts as a page.
    void hear_page(heard::news_of_log&& n) {
        if (!page_follows_) return;
        page_follows_ = false;
        page_.emplace();
        page_->head.epoch = epoch_;
        page_->examined = *n.next;
        page_->entries = std::move(n.entries);
        page_->marks = std::move(n.marks);
        page_done_ = 0;
        go_through_page();
    }

    void go_through_page() {
        while (page_done_ < page_->entries.size()) {
            entry& e = page_->entries[page_done_];
            filling_ = missing_before(e);
            if (filling_ && filling_->missing.first <= filling_->missing.last) return;
            if (filling_) fetched();
            const runs::fit fits = runs_.fits(e);
            if (fits == runs::fit::next) put_next(std::move(e));
            else if (fits == runs::fit::known) put_again(std::move(e));
            ++page_done_;
        }
        believe_memberships();
        for (membership& m : page_->memberships) change_.memberships.push_back(std::move(m));
        for (mark& m : page_->marks) change_.marks.push_back(std::move(m));
        const position examined = page_->examined;
        page_.reset();
        advance(examined);
        finish_if_there();
    }

    std::optional<stretch> missing_before(const entry& e) const {
        const conversation_id& c = e.conversation;
        const auto from = [&](seq first) -> seq_range {
            return {std::max(first, runs_.at(c).next), e.place.seq.previous()};
        };
        switch (runs_.fits(e)) {
            case runs::fit::gap: return stretch{c, from({}), false};
            case runs::fit::history: return stretch{c, from(e.visible_from), false};
            // What lets this user in comes later, or was trimmed: what can be seen before it says the history.
            case runs::fit::stranger: return stretch{c, from(visible_from(e)), true};
            default: return std::nullopt;
        }
    }
    seq visible_from(const entry& e) const {
        for (const membership& m : page_->memberships)
            if (m.conversation == e.conversation)
                for (const interval& i : m.intervals)
                    if (i.contains(e.place.seq)) return i.visible_from;
        return {};
    }
    // Whose entries were trimmed.
    void believe_memberships() {
        for (std::size_t n = 0; n < page_->memberships.size(); ++n) {
            const membership& m = page_->memberships[n];
            if (m.intervals.empty() || m.changed > page_->examined || m.conversation.is_personal()) continue;
            runs_.trimmed(m.conversation, page_->heads[n].first_kept);
            if (runs_.at(m.conversation).inside == m.current()) continue;
            if (m.current()) runs_.skip_to(m.conversation, m.intervals.back().visible_from);
            else runs_.skip_to(m.conversation, m.intervals.back().ended_at.next());
            runs_.be_inside(m.conversation, m.current());
        }
    }

    // What was covered and did not come is trimmed, or not for this user's eyes: it is not asked for again.
    void fill(heard::history&& answer) {
        const conversation_id& c = filling_->conversation;
        seq_range& missing = filling_->missing;
        const seq asked = missing.first;
        if (answer.page.head.first_kept > asked) runs_.trimmed(c, answer.page.head.first_kept);
        for (entry& e : answer.page.entries) {
            if (e.conversation != c || e.place.seq < missing.first || e.place.seq > missing.last) continue;
            missing.first = e.place.seq.next();
            runs_.skip_to(c, e.place.seq);
            if (runs_.at(c).next != e.place.seq) continue;
            const bool inside = runs_.at(c).inside;
            put_next(std::move(e));
            if (inside) runs_.be_inside(c, true);
        }
        missing.first = std::max(missing.first, answer.page.covered.last.next());
        if (!answer.page.more || missing.first == asked || missing.first > missing.last) fetched();
    }
    void fetched() {
        runs_.skip_to(filling_->conversation, filling_->missing.last.next());
        if (filling_->enters) runs_.be_inside(filling_->conversation, true);
        filling_.reset();
    }

    void advance(position to) {
        if (to <= cursor_) return;
        cursor_ = to;
        change_.cursor = to;
    }
    void finish_if_there() {
        if (!pulling_ || page_follows_ || page_ || (!signed_in_ && !to_head_) || cursor_ < goal_) return;
        pulling_ = to_head_ = false;
        goal_ = {};
        report_ = true;
        for (mark& m : std::exchange(held_marks_, {})) change_.marks.push_back(std::move(m));
        take_held();
        if (!pulling_ && held_.empty()) advance(held_checkpoint_);
    }

    runs runs_;
    std::size_t most_held_;
    tandem::epoch epoch_{};
    position cursor_{};
    local_change change_;

    // of the connection
    bool signed_in_ = false;
    tandem::epoch told_of_{};  // signed in: the log it is about
    bool page_follows_ = false;
    std::vector<entry> held_;
    std::vector<mark> held_marks_;
    position held_checkpoint_{};

    // of the pull
    bool pulling_ = false;
    bool to_head_ = false;  // goes as far as the pages say that there is
    bool report_ = false;
    position goal_{};
    std::optional<page> page_;
    std::size_t page_done_ = 0;
    std::optional<stretch> filling_;
};

}  // namespace tandem
