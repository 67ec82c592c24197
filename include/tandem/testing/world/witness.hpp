// Hears what one device is told and says, and compares it with the truth: what the server owes to every client, however clever.
#pragma once

#include "truth.hpp"

#include "../../client/heard.hpp"

namespace tandem::world {

class witness {
public:
    witness(user_id me, std::string who, bool echoes, truth& t, book& b)
        : me_{me}, who_{std::move(who)}, echoes_{echoes}, truth_{t}, book_{b} {}

    // --- the connection
    void connected() {
        arrived_.clear(), acked_.clear(), pushed_.clear();
        checkpoint_ = {};
        reported_ = {};
    }
    void said(const auth_request& r) { report(r.cursor), said_ = r.cursor, said_epoch_ = r.epoch; }
    void said(const heartbeat_request& r) { report(r.cursor); }
    // has_all(conversation, seq): has this device stored everything up to there?
    void knows(function<bool(const conversation_id&, seq)> has_all) { has_all_ = std::move(has_all); }
    void said(const mark_request& r) {
        if (r.key != mark_key::received) return;
        const auto c = conversation_id::parse(r.conversation);
        if (c && !has_all_(*c, seq{r.value}))
            book_.fail("10: " + who_ + " says that it has received " + name_of(*c, seq{r.value}) +
                       ", and does not have all before it");
    }
    // What is stored, and said again, may not be refused any more.
    template <class R>
    void said(const R& r) {
        if constexpr (requires { r.send_id; })
            if (truth_.find(me_, send_id{r.send_id})) was_stored_[send_id{r.send_id}] = truth_.epoch();
    }

    // --- what it is told
    void heard(const heard::said& s) {
        std::visit([&](const auto& word) { this->hear(word); }, s.word);
    }
    // The page that was asked for from there, when so much was acknowledged.
    void asked(position from, position acked) { from_ = from, floor_ = acked; }
    void answered(const heard::sync_page& a) {
        const page& p = a.page;
        if (a.reset) return;
        if (p.head.epoch != truth_.epoch()) return book_.fail("14: a page of a log that is over");
        if (p.examined < from_) book_.fail("3.8: a page of another range");
        if (p.more != (p.examined < p.head.newest))
            book_.fail("3.8: a page that ends before its head without saying so");
        if (p.head.newest < floor_) book_.fail("8: a page whose head is older than an ack");
        if (p.more && p.examined == from_) book_.fail("3.8: a page that gets nowhere");
        for (const entry& e : p.entries) check_pulled(e, "a page", p.head.newest);
        for (std::size_t i = 0; i < p.memberships.size(); ++i) check(p.memberships[i], p.heads.at(i));
    }
    void answered(const heard::history& h) {
        for (const entry& e : h.page.entries) check_pulled(e, "a history", h.page.head.position);
    }
    void answered(const auto&) {}

    void cannot_read(bytes what) { book_.fail(who_ + " cannot read: " + std::string{what}); }

    // From here on nothing should have to be pulled, unless the server says that it has skipped something: then by NEWS.
    void expects_pushes() { news_ = no_checkpoint_ = false; }
    bool was_told_to_pull() const { return news_ || no_checkpoint_; }
    bool was_skipped_in_silence() const { return no_checkpoint_ && !news_; }
    tandem::cursor checkpoint() const { return checkpoint_; }

private:
    void report(tandem::cursor c) {
        if (c) reported_ = std::max(reported_, *c);
    }

    void hear(const heard::news_of_log& n) {
        if (!n.next && !n.backfill)
            for (const entry& e : n.entries)
                if (acked_.contains(e.place.position) && !echoes_)
                    book_.fail("3.5: " + who_ + " has the ack of " + std::string{e.send_id.view()} +
                               ", and is pushed it as well");
        for (const entry& e : n.entries) {
            if (n.next) check_pulled(e, "the page of a sign-in", *n.next);
            else check(e, n.backfill ? "backfill" : "a push");
            if (!n.backfill) arrived_.insert(e.place.position);
            if (!n.backfill && !n.next && !pushed_.insert(e.place.position).second)
                book_.fail("9: " + who_ + " is pushed " + name_of(e.conversation, e.place.seq) + " twice");
        }
        for (const mark& m : n.marks)
            if (!m.shared && !(m.owner == me_)) book_.fail("10: " + who_ + " is told a private mark of somebody else");
    }
    void hear(const auth_reply& r) {
        if (r.epoch != truth_.epoch()) book_.fail("14: " + who_ + " is told an epoch that is over");
        const bool is_void = said_ && (said_epoch_ != r.epoch || *said_ > truth_.newest());
        if (said_ && r.reset != is_void)
            book_.fail("14: " + who_ +
                       (is_void ? " is not told that its cursor is of another log" : " is reset for nothing"));
    }
    void hear(const send_reply& r) { hear_ack(r, r.repeated), check_number(r); }
    void hear(const revoke_reply& r) { hear_ack(r, true); }
    void hear(const edit_reply& r) { hear_ack(r, true); }
    void hear_ack(const auto& r, bool repeated) {
        const entry* stored = truth_.find(me_, r.send_id);
        if (!stored)
            return book_.fail("1: " + who_ + " got an ack of " + std::string{r.send_id.view()} +
                              ", which is not in the log");
        if (!(stored->place == r.place) || !(stored->conversation == r.conversation))
            return book_.fail("1: the ack of " + std::string{r.send_id.view()} + " names another place than the log's");
        truth_.acknowledged(r.place.position);
        arrived_.insert(r.place.position);
        if (!repeated) acked_.insert(r.place.position);
    }
    void check_number(const send_reply& r) {
        const entry* stored = truth_.find(me_, r.send_id);
        if (stored && r.number != stored->number) book_.fail("11: number in the ack");
    }
    void hear(const mark_reply& r) {
        if (r.value > truth_.mark_of(r.conversation, r.key, me_) && is_seq_mark(r.key))
            book_.fail("10: a mark is answered before it is stored");
    }
    // Taken at its word: all that concerns me after what I reported went into this connection before it.
    void hear(const heartbeat_reply& r) {
        if (!r.checkpoint) return void(no_checkpoint_ = true);
        if (checkpoint_ && *r.checkpoint < *checkpoint_) book_.fail("a checkpoint of one connection went back");
        checkpoint_ = r.checkpoint;
        if (*r.checkpoint > truth_.newest()) return book_.fail("a checkpoint beyond the log");
        for (position p = reported_.next(); p <= *r.checkpoint; p = p.next()) {
            const truth::item& i = truth_.at_position(p);
            if (i.is_mark || arrived_.contains(p) || truth_.is_trimmed(i.entry)) continue;
            for (const truth::stay& t : truth_.stays(i.entry.conversation, me_))
                if (t.contains(i.entry.place.seq) && t.joined <= p)
                    book_.fail("LOST: a checkpoint " + at(*r.checkpoint) + " for " + who_ + ", who reported " +
                               at(reported_) + ", but " + at(p) + " did not go into this connection");
        }
    }
    void hear(const heard::more& n) {
        if (n.cursor > truth_.newest()) book_.fail("NEWS beyond the log");
        news_ = true;
    }
    void hear(const heard::refused& r) {
        if (r.send_id.empty() || is_retryable(r.why)) return;
        if (const auto was = was_stored_.find(r.send_id); was != was_stored_.end() && was->second == truth_.epoch())
            book_.fail("3.10: " + who_ + " was refused (" + text(r.why) + ") a repeat of " +
                       std::string{r.send_id.view()} + ", which is stored");
        truth_.refuse(me_, r.send_id);
    }
    void hear(const auto&) {}

    // Of a log that went so far.
    void check_pulled(const entry& e, const char* where, position head) {
        check(e, where);
        if (truth_.find(e.conversation, e.place.seq) && truth_.is_outdated(e, head))
            book_.fail("12: " + who_ + " gets in " + where + " " + name_of(e.conversation, e.place.seq) +
                       " as it was before it was revoked or edited");
    }
    void check(const entry& e, const char* where) {
        if (const std::string why = truth_.differs(e); !why.empty())
            book_.fail(std::string{"7: in "} + where + ": " + why);
        else if (!truth_.sees(e.conversation, me_, e.place.seq))
            book_.fail("13: " + who_ + " gets in " + where + " " + name_of(e.conversation, e.place.seq) +
                       ", which is not theirs to see");
    }
    // What a page says of my memberships was so at some time; who has left learns no more than that.
    void check(const membership& m, const conversation_head& head) {
        const auto& stays = truth_.stays(m.conversation, me_);
        bool fits = m.user == me_ && !m.intervals.empty() && m.intervals.size() <= stays.size();
        for (std::size_t i = 0; fits && i < m.intervals.size(); ++i) {
            const interval& told = m.intervals[i];
            fits = told.visible_from == stays[i].from &&
                   (told.ended_at == stays[i].ended || (told.open() && i + 1 == m.intervals.size()));
        }
        if (!fits)
            book_.fail("13: a page tells " + who_ + " another membership of " + m.conversation.text() +
                       " than the log has");
        else if (!m.current() && head.seq != m.intervals.back().ended_at)
            book_.fail("13: " + who_ + " has left " + m.conversation.text() + " and is told how it goes on");
    }

    user_id me_;
    std::string who_;
    bool echoes_;
    function<bool(const conversation_id&, seq)> has_all_;
    truth& truth_;
    book& book_;

    std::set<position> arrived_;
    std::set<position> acked_;
    std::set<position> pushed_;
    std::map<send_id, tandem::epoch> was_stored_;  // when it was said again
    tandem::cursor checkpoint_{};
    position reported_{};
    tandem::cursor said_{};
    tandem::epoch said_epoch_{};
    position from_{};
    position floor_{};
    bool news_ = false;
    bool no_checkpoint_ = false;
};

}  // namespace tandem::world
