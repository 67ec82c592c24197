// One device: a client that keeps the discipline of the design (1, 3.6, 3.7, 3.9), and believes nothing it is told.
#pragma once

#include "connection.hpp"
#include "pulls.hpp"
#include "shelf.hpp"

#include <algorithm>

namespace world {

struct device_habits {
    limits page{};           // of a pull
    std::size_t window = 8;  // sends on their way at once, in one conversation
    bool early = false;      // pulls while it signs in
    bool honest = false;     // never makes up a cursor
    unsigned silent = 0;     // percent: signs in without telling its cursor
};

class device {
public:
    device(int index, user_id me, device_id name, const speech& language, device_habits habits, truth& t, book& b,
           puller& pulls, seeded_random& chance)
        : index_{index}, me_{me}, name_{std::move(name)}, language_{language}, habits_{habits}, truth_{t}, book_{b},
          pulls_{pulls}, chance_{chance}, shelf_{me, t, b} {}

    const user_id& me() const { return me_; }
    std::string who() const { return std::string{me_.view()} + "/" + std::string{name_.view()}; }
    const speech& language() const { return language_; }
    const class shelf& stored() const { return shelf_; }
    connection* line() const { return line_; }
    bool is_pulling() const { return pulling_; }
    bool is_settled() const { return line_ && authed_ && !pulling_ && outbox_.empty() && wishes_.empty(); }
    tandem::cursor last_checkpoint() const { return checkpoint_; }
    void never_pull_again() { may_pull_ = false; }
    std::string wants() const {
        std::string out{", goal "};
        out.append(at(goal_))
            .append(asking_ ? ", asking" : "")
            .append(page_follows_ ? ", waits for a page" : "")
            .append(", outbox");
        for (const auto& [c, line] : outbox_)
            for (const pending& p : line) out.append(" ").append(p.id.view());
        for (const auto& [key, w] : wishes_) out.append(" mark of ").append(key.first.text());
        return out;
    }

    // --- connecting
    void connect(connection& to) {
        line_ = &to;
        to.device = index_;
        authed_ = false, page_follows_ = false;
        pulling_ = true;  // what is pushed before the reply is held, too
        goal_ = {};
        checkpoint_ = {};
        reported_ = {};
        arrived_.clear(), acked_.clear();
        asked r{.name = "AUTH_REQ",
                .texts = {{"credential", std::string{me_.view()}}, {"device", std::string{name_.view()}}}};
        lied_ = !habits_.honest && chance_.chance(1);
        said_epoch_ = epoch_;
        said_cursor_ = lied_ || !chance_.chance(habits_.silent);
        if (said_cursor_)
            r.numbers = {{"cursor", shelf_.cursor().value + (lied_ ? 1'000'000 : 0)}, {"epoch", epoch_.value}};
        if (said_cursor_ && !lied_) reported_ = shelf_.cursor();
        say(r);
        if (habits_.early && !lied_ && chance_.chance(50)) ask_page();
    }

    // The connection is gone: what was held is lost, what was sent may or may not have arrived.
    void lost() {
        line_ = nullptr;
        authed_ = false;
        stop_pull();
        held_.clear(), held_marks_.clear(), held_checkpoint_ = {};
        for (auto& [c, line] : outbox_)
            for (pending& p : line) p.attempt = 0;
        for (auto& [key, w] : wishes_) w.attempt = 0;
        sequences_.clear();
    }

    // --- what it wants
    void post(const conversation_id& c, entry_kind kind, std::string body, seq target = {}) {
        const send_id id{name_.view().empty() ? "" : std::string{name_.view()} + "." + std::to_string(++sends_)};
        truth_.expect(me_, id, {.device = index_, .conversation = c, .kind = kind, .body = body, .target = target});
        outbox_[c].push_back({id, kind, std::move(body), target, 0});
    }
    void wish(const conversation_id& c, mark_key k, std::uint64_t value) { wishes_[{c, k}] = {value, 0}; }

    // Sends what may be sent, in order per conversation.
    void pump() {
        if (!line_ || !authed_) return;
        for (auto& [c, line] : outbox_) {
            std::size_t open = 0;
            for (pending& p : line) {
                if (++open > habits_.window) break;
                if (p.attempt == 0) send(c, p);
            }
        }
        for (auto& [key, w] : wishes_)
            if (w.attempt == 0) {
                w.attempt = say({.name = "MARK_REQ",
                                 .texts = {{"conversation", key.first.text()}},
                                 .numbers = {{"key", static_cast<std::uint64_t>(key.second)}, {"value", w.value}}});
                sequences_[w.attempt] = {key.first, {}, key.second};
            }
    }
    // It has waited long enough, and asks again although no answer came.
    void grow_impatient() {
        for (auto& [c, line] : outbox_)
            if (chance_.chance(50))
                for (pending& p : line) p.attempt = 0;
    }

    void heartbeat(bool with_cursor) {
        if (!line_ || !authed_) return;
        asked r{.name = "HEARTBEAT_REQ"};
        if (with_cursor) r.numbers = {{"cursor", shelf_.cursor().value}};
        if (with_cursor) reported_ = shelf_.cursor();
        say(r);
    }

    // A pull that failed is tried again; one that has more goes on.
    bool go_on() {
        if (!pulling_ || asking_ || page_follows_ || !authed_) return false;
        if (shelf_.cursor() < goal_) ask_page();
        else finish_pull();
        return true;
    }

    // --- what it hears
    void hear(const frame& f) {
        auto h = language_.hear(f);
        if (!h) return book_.fail(who() + " cannot read: " + std::string{f.payload()});
        book_.note([&] { return who() + " <- " + std::string{f.payload()}; });
        if (!h->marks.empty() && h->name != "BATCH_MSG") return hear_mark(h->marks.front());
        if (h->name == "BATCH_MSG") return h->next ? hear_page(*h) : hear_batch(*h);
        if (!h->entries.empty()) return hear_entry(std::move(h->entries.front()));
        if (h->name == "AUTH_RSP") return signed_in(*h);
        if (h->name == "HEARTBEAT_RSP") return hear_checkpoint(*h);
        if (h->name == "SEND_RSP" || h->name == "REVOKE_RSP" || h->name == "EDIT_RSP") return acknowledged(*h);
        if (h->name == "MARK_RSP") return mark_stored(*h);
        if (h->name == "NEWS") return hear_news(h->cursor);
        if (h->name == "ERROR") return refused(*h);
        if (h->name == "KICK_OUT" && h->code == errc::reset && !lied_ && truth_.epoch() == epoch{1})
            book_.fail("14: " + who() + " is reset for nothing");
    }

private:
    struct pending {
        send_id id;
        entry_kind kind;
        std::string body;
        seq target;
        std::uint32_t attempt;  // the request's sequence; 0: not on its way
    };
    struct held_entry {
        tandem::entry entry;
        bool ack;
    };
    struct mark_wish {
        std::uint64_t value;
        std::uint32_t attempt;
    };
    struct request_said {
        conversation_id conversation;
        send_id id;
        mark_key key;
        bool was_stored = false;  // already then: no refusal may follow
        entry_kind kind{};
        std::string body{};
        seq target{};
    };

    // --- speaking
    std::uint32_t say(const asked& r) {
        const std::uint32_t sequence = ++last_sequence_;
        line_->up.push_back(language_.say(r, sequence));
        book_.note([&] { return who() + " -> " + line_->up.back(); });
        return sequence;
    }

    void send(const conversation_id& c, pending& p) {
        asked r{.name = {}, .texts = {{"conversation", c.text()}, {"send_id", std::string{p.id.view()}}}};
        r.name = p.kind == entry_kind::revoke ? "REVOKE_REQ" : p.kind == entry_kind::edit ? "EDIT_REQ" : "SEND_REQ";
        if (p.kind != entry_kind::revoke) r.texts.push_back({"body", p.body});
        if (p.target) r.numbers.push_back({"target", p.target.value});
        p.attempt = say(r);
        ++tries_[p.id];
        sequences_[p.attempt] = {c, p.id, {}, truth_.find(me_, p.id) != nullptr, p.kind, p.body, p.target};
    }

    pending* find(const conversation_id& c, const send_id& id) {
        const auto line = outbox_.find(c);
        if (line == outbox_.end()) return nullptr;
        for (pending& p : line->second)
            if (p.id == id) return &p;
        return nullptr;
    }
    void forget(const conversation_id& c, const send_id& id) {
        auto& line = outbox_[c];
        std::erase_if(line, [&](const pending& p) { return p.id == id; });
        if (line.empty()) outbox_.erase(c);
    }

    // --- answers
    void signed_in(const heard& h) {
        authed_ = true;
        const bool is_void = lied_ || h.epoch != said_epoch_;
        if (h.epoch != truth_.epoch()) book_.fail("14: " + who() + " is told an epoch that is over");
        if (said_cursor_ && h.reset != is_void)
            book_.fail("14: " + who() +
                       (is_void ? " is not told that its cursor is of another log" : " is reset for nothing"));
        if (h.reset || h.epoch != epoch_) start_anew();
        page_follows_ = h.page_follows;
        goal_ = std::max(goal_, h.head);
        if (!page_follows_ && !asking_ && shelf_.cursor() >= goal_) finish_pull();
    }

    // What it has belongs to another log; but not what it holds: that came on this connection, hence from the log the reply
    // is about, and nothing else will bring what was pushed before the reply and lies behind its head. What it wants to say it still wants to say, but amendments and marks are about
    // what may not be there any more.
    void start_anew() {
        stop_pull();
        pulling_ = true;
        reported_ = {};
        shelf_.forget_everything();
        if (std::exchange(epoch_, truth_.epoch()) == epoch_) return;
        wishes_.clear();
        for (auto line = outbox_.begin(); line != outbox_.end();) {
            std::erase_if(line->second, [](const pending& p) { return is_amendment(p.kind); });
            line = line->second.empty() ? outbox_.erase(line) : std::next(line);
        }
    }

    void acknowledged(const heard& h) {
        const entry* stored = truth_.find(me_, h.send_id);
        if (!stored)
            return book_.fail("1: " + who() + " got an ack of " + std::string{h.send_id.view()} +
                              ", which is not in the log");
        if (!(stored->place == h.place) || !(stored->conversation == h.conversation))
            return book_.fail("1: the ack of " + std::string{h.send_id.view()} + " names another place than the log's");
        truth_.acknowledged(h.place.position);
        if (!h.repeated) acked_.insert(h.place.position);
        // By the request, not by what still waits: if it was asked twice, another answer may have come before.
        const auto said = sequences_.find(h.sequence);
        if (said == sequences_.end()) return book_.fail(who() + " got an ack nobody asked for");
        const request_said& was = said->second;
        entry e;
        e.conversation = was.conversation, e.sender = me_, e.send_id = was.id, e.kind = was.kind, e.target = was.target;
        e.body = h.changed.value_or(was.body), e.place = h.place, e.number = stored->number, e.time = h.time;
        if (was.kind == entry_kind::message && h.number != stored->number) book_.fail("11: number in the ack");
        // Unless a later attempt failed: then the lane opens only when that is repeated.
        if (const pending* p = find(h.conversation, h.send_id); p && p->attempt != 0) forget(h.conversation, h.send_id);
        // Of a repeated one it only knows that it is stored; it comes by push or pull like anybody else's.
        if (!h.repeated) take(std::move(e), true);
    }

    void refused(const heard& h) {
        const auto said = sequences_.find(h.sequence);
        if (said == sequences_.end()) {
            if (h.code == errc::reset && !lied_) book_.fail("14: " + who() + " is reset for nothing");
            return;
        }
        const request_said was = said->second;
        if (was.id.empty()) {
            const auto w = wishes_.find({was.conversation, was.key});
            if (w == wishes_.end() || w->second.attempt != h.sequence) return;
            if (is_retryable(h.code)) w->second.attempt = 0;
            else wishes_.erase(w);
            return;
        }
        if (!(h.send_id == was.id)) book_.fail("a refusal names another send");
        if (h.code == errc::store_failed && tries_[was.id] == 1 && truth_.find(me_, was.id))
            book_.fail("3.11: " + who() + " is told that " + std::string{was.id.view()} +
                       " did not happen, but it did");
        pending* p = find(was.conversation, was.id);
        if (is_retryable(h.code)) {
            if (!p && h.code != errc::lane_closed) {
                // Acknowledged meanwhile, as an earlier attempt; still, the lane opens only when this one comes again.
                auto& line = outbox_[was.conversation];
                p = &*line.insert(line.begin(), {was.id, was.kind, was.body, was.target, h.sequence});
            }
            if (!p || p->attempt != h.sequence) return;
            // All that was pipelined behind it fails as well: repeat everything from here on, in order.
            for (pending& q : outbox_[was.conversation])
                if (&q >= p) q.attempt = 0;
            return;
        }
        if (was.was_stored)
            book_.fail("3.10: " + who() + " was refused (" + text(h.code) + ") a repeat of " +
                       std::string{was.id.view()} + ", which is stored");
        truth_.refuse(me_, was.id);
        if (p && p->attempt == h.sequence) forget(was.conversation, was.id);  // otherwise a later attempt has the say
    }

    void mark_stored(const heard& h) {
        shelf_.note_mark(h.conversation, h.key, me_, h.value);
        if (h.value > truth_.mark_of(h.conversation, h.key, me_) && is_seq_mark(h.key))
            book_.fail("10: a mark is answered before it is stored");
        const auto w = wishes_.find({h.conversation, h.key});
        if (w != wishes_.end() && (!is_seq_mark(h.key) || h.value >= w->second.value)) wishes_.erase(w);
    }

    void hear_checkpoint(const heard& h) {
        if (!h.checkpoint) {
            if (!pulling_ && h.newest > shelf_.cursor() && chance_.chance(50)) begin_pull(h.newest);
            return;
        }
        if (checkpoint_ && *h.checkpoint < *checkpoint_) book_.fail("a checkpoint of one connection went back");
        checkpoint_ = h.checkpoint;
        check_statement(*h.checkpoint);
        if (pulling_) held_checkpoint_ = std::max(held_checkpoint_, *h.checkpoint);
        else shelf_.advance(*h.checkpoint, "a checkpoint");
    }

    // What a checkpoint says, taken at its word: all that concerns me after what I reported went into this connection
    // before it. That this client would hold it back while it pulls is no excuse.
    void check_statement(position checkpoint) {
        if (checkpoint > truth_.newest()) return book_.fail("a checkpoint beyond the log");
        for (position p = reported_.next(); p <= checkpoint; p = p.next()) {
            const truth::item& i = truth_.at_position(p);
            if (i.is_mark || arrived_.contains(p) || truth_.is_trimmed(i.entry)) continue;
            for (const truth::stay& t : truth_.stays(i.entry.conversation, me_))
                if (t.contains(i.entry.place.seq) && t.joined <= p)
                    book_.fail("LOST: a checkpoint " + at(checkpoint) + " for " + who() + ", who reported " +
                               at(reported_) + ", but " + at(p) + " did not go into this connection");
        }
    }

    void hear_news(position cursor) {
        if (cursor > truth_.newest()) book_.fail("NEWS beyond the log");
        if (pulling_) goal_ = std::max(goal_, cursor);
        else begin_pull(cursor);
    }

    // --- pushes
    void hear_batch(heard& h) {
        for (entry& e : h.entries) {
            if (h.backfill) check_only(e);  // what it needs of that, it fetches: this moves nothing
            else hear_entry(std::move(e));
        }
        for (const mark& m : h.marks) hear_mark(m);
    }
    void hear_entry(entry e) {
        if (acked_.contains(e.place.position) && !language_.echoes())
            book_.fail("3.5: " + who() + " has the ack of " + std::string{e.send_id.view()} +
                       ", and is pushed it as well");
        take(std::move(e));
    }
    void check_only(const entry& e) {
        if (const std::string why = truth_.differs(e); !why.empty()) book_.fail("7: backfill: " + why);
        if (!truth_.sees(e.conversation, me_, e.place.seq))
            book_.fail("13: backfill of " + name_of(e.conversation, e.place.seq) + " to " + who() +
                       ", who may not see it");
    }

    // An ack comes even while pushes are skipped: then it waits until a pull has brought what is before it.
    void take(entry e, bool ack = false) {
        check_only(e);
        arrived_.insert(e.place.position);
        if (pulling_) {
            held_.push_back({std::move(e), ack});
            return;
        }
        switch (shelf_.put(e)) {
            case shelf::put_result::fine: return;
            case shelf::put_result::gap:
            case shelf::put_result::stranger:
                if (e.place.position <= shelf_.cursor() && truth_.is_trimmed(e))
                    return;  // a page was about it, after it went
                if (ack) return held_.push_back({std::move(e), ack});
                if (may_be_trimmed(e)) return pull_until(std::move(e), ack);
                return book_.fail("5: a hole on a live connection: " + who() + " was pushed " +
                                  name_of(e.conversation, e.place.seq) + " and waits for " +
                                  name_of(e.conversation, shelf_.next_of(e.conversation)));
            case shelf::put_result::history: return pull_until(std::move(e), ack);
        }
    }
    // Something is missing before it, and a pull will say what that is.
    void pull_until(entry e, bool ack) {
        const position until = e.place.position;
        held_.push_back({std::move(e), ack});
        begin_pull(until);
    }
    bool may_be_trimmed(const entry& e) const {
        return e.place.position > shelf_.cursor() && shelf_.next_of(e.conversation) < truth_.first_kept(e.conversation);
    }

    void hear_mark(const mark& m) {
        if (pulling_) held_marks_.push_back(m);
        else shelf_.put(m);
    }

    // --- pulling
    void begin_pull(position goal) {
        if (!may_pull_) return book_.fail("6: " + who() + " has to pull although it is live and nothing was skipped");
        pulling_ = true;
        goal_ = std::max(goal_, goal);
        if (shelf_.cursor() >= goal_) finish_pull();
    }

    void stop_pull() {
        ++pull_;
        asking_ = false, pulling_ = false;
        todo_ = {}, done_of_todo_ = 0;
    }

    void ask_page() {
        asking_ = true;
        const position floor = truth_.acked();
        pulls_.changes(me_, shelf_.cursor(), epoch_, habits_.page,
                       done<page>{[this, n = pull_, from = shelf_.cursor(), floor](result<page> r) {
                           if (n != pull_) return;
                           if (!r && r.error().code == errc::reset) {
                               if (truth_.epoch() == epoch_)
                                   book_.fail("14: a pull of " + who() + " is reset for nothing");
                               return start_anew();
                           }
                           if (!r || chance_.chance(3)) {
                               asking_ = false;  // failed, or the answer was lost: tried again later
                               return;
                           }
                           page_came(std::move(*r), from, floor);
                       }});
    }

    void page_came(page p, position from, position floor) {
        book_.note([&] {
            return who() + " page " + at(p.from) + ".." + at(p.examined) + " of " + at(p.head.newest) + ", " +
                   std::to_string(p.entries.size()) + " entries";
        });
        if (p.from != from || p.examined < from) book_.fail("3.8: a page of another range");
        if (p.more != (p.examined < p.head.newest))
            book_.fail("3.8: a page that ends before its head without saying so");
        if (p.head.newest < floor) book_.fail("8: a page whose head is older than an ack");
        if (p.more && p.examined == from) book_.fail("3.8: a page that gets nowhere");
        for (std::size_t i = 0; i < p.memberships.size(); ++i) check_membership(p.memberships[i], p.heads.at(i));
        todo_ = std::move(p);
        done_of_todo_ = 0;
        put_page();
    }

    // What a page says of my memberships was so at some time; who has left learns no more than that.
    void check_membership(const membership& m, const conversation_head& head) {
        const auto& stays = truth_.stays(m.conversation, me_);
        bool fits = m.user == me_ && !m.intervals.empty() && m.intervals.size() <= stays.size();
        for (std::size_t i = 0; fits && i < m.intervals.size(); ++i) {
            const interval& told = m.intervals[i];
            fits = told.visible_from == stays[i].from &&
                   (told.ended_at == stays[i].ended || (told.open() && i + 1 == m.intervals.size()));
        }
        if (!fits)
            book_.fail("13: a page tells " + who() + " another membership of " + m.conversation.text() +
                       " than the log has");
        if (fits && pulls_.is_discreet() && !m.current() && head.seq != m.intervals.back().ended_at)
            book_.fail("13: " + who() + " has left " + m.conversation.text() + " and is told how it goes on");
    }

    // Puts the page on the shelf; before a joined entry that shows earlier ones, those are fetched.
    void put_page() {
        for (; done_of_todo_ < todo_.entries.size(); ++done_of_todo_) {
            const entry& e = todo_.entries[done_of_todo_];
            switch (shelf_.put(e)) {
                case shelf::put_result::fine: break;
                // Before the entry with which one joins, a page may show what one may see by then: it is fetched there.
                case shelf::put_result::stranger: break;
                case shelf::put_result::gap:
                    if (may_be_trimmed(e)) return ask_what_is_kept(e);
                    return book_.fail("5: a hole in a page: " + who() + " got " + name_of(e.conversation, e.place.seq) +
                                      " and waits for " + name_of(e.conversation, shelf_.next_of(e.conversation)));
                case shelf::put_result::history: return ask_history(e);
            }
        }
        for (const mark& m : todo_.marks) shelf_.put(m);
        asking_ = false;
        shelf_.advance(todo_.examined, "a page");
        if (authed_ && !page_follows_ && shelf_.cursor() >= goal_) finish_pull();
    }

    template <class Then>
    void ask_history(const conversation_id& c, seq_range asked, Then then) {
        pulls_.history(me_, c, asked, done<history_page>{[this, n = pull_, then](result<history_page> r) {
                           if (n != pull_) return;
                           if (r) then(*r);
                           else asking_ = false;
                       }});
    }

    // A hole is asked for once: either it is explained, or something is lost.
    void ask_what_is_kept(const entry& e) {
        const conversation_id c = e.conversation;
        ask_history(c, {shelf_.next_of(c), e.place.seq.previous()}, [this, c](const history_page& p) {
            if (p.head.first_kept <= shelf_.next_of(c))
                return book_.fail("20: a hole in " + c.text() + " that first_kept does not explain to " + who());
            shelf_.trimmed(c, p.head.first_kept);
            put_page();
        });
    }

    void ask_history(const entry& joined) {
        const conversation_id c = joined.conversation;
        const seq from = joined.visible_from, until = joined.place.seq;
        ask_history(c, {from, until.previous()}, [this, c, from, until](const history_page& p) {
            shelf_.expect_history(c, std::max(from, p.head.first_kept), until);
            for (const entry& e : p.entries)
                if (shelf_.put(e, true) != shelf::put_result::fine)
                    book_.fail("5: a hole in the history of " + e.conversation.text());
            if (!book_.failed()) put_page();
        });
    }

    // What little was missing came with the sign-in, and counts as a page.
    void hear_page(const heard& h) {
        if (!page_follows_) return book_.fail("a page nobody spoke of");
        page_follows_ = false;
        for (const entry& e : h.entries) arrived_.insert(e.place.position);
        for (const entry& e : h.entries) {
            if (shelf_.put(e) == shelf::put_result::fine) continue;
            if (may_be_trimmed(e)) return;  // only a pull says what is kept
            return book_.fail("5: a hole in the page that came with the sign-in");
        }
        for (const mark& m : h.marks) shelf_.put(m);
        shelf_.advance(*h.next, "the sign-in's page");
        if (!asking_ && shelf_.cursor() >= goal_) finish_pull();
    }

    // First the pages (done), then what was held by (conversation, seq), then what a checkpoint said behind it.
    void finish_pull() {
        pulling_ = false;
        goal_ = {};
        auto entries = std::exchange(held_, {});
        auto marks = std::exchange(held_marks_, {});
        std::stable_sort(entries.begin(), entries.end(), [](const held_entry& l, const held_entry& r) {
            const entry &a = l.entry, &b = r.entry;
            return a.conversation != b.conversation ? a.conversation < b.conversation : a.place.seq < b.place.seq;
        });
        for (held_entry& h : entries) take(std::move(h.entry), h.ack);
        for (const mark& m : marks) hear_mark(m);
        if (pulling_) return;  // history was missing: the checkpoint has to wait for it
        shelf_.advance(std::exchange(held_checkpoint_, {}), "a checkpoint");
        heartbeat(true);
    }

    int index_;
    user_id me_;
    device_id name_;
    const speech& language_;
    device_habits habits_;
    truth& truth_;
    book& book_;
    puller& pulls_;
    seeded_random& chance_;

    // durable
    tandem::epoch epoch_{1};
    class shelf shelf_;
    std::map<conversation_id, std::vector<pending>> outbox_;
    std::map<std::pair<conversation_id, mark_key>, mark_wish> wishes_;
    std::uint64_t sends_ = 0;
    std::map<send_id, unsigned> tries_;

    // of the connection
    connection* line_ = nullptr;
    bool authed_ = false;
    bool lied_ = false;
    bool said_cursor_ = false;
    tandem::epoch said_epoch_{};
    bool page_follows_ = false;
    std::uint32_t last_sequence_ = 0;
    std::map<std::uint32_t, request_said> sequences_;
    tandem::cursor checkpoint_{};
    position reported_{};
    std::set<position> arrived_;
    std::set<position> acked_;

    // of the pull
    bool may_pull_ = true;
    bool pulling_ = false;
    bool asking_ = false;
    unsigned pull_ = 0;
    position goal_{};
    page todo_{};
    std::size_t done_of_todo_ = 0;
    std::vector<held_entry> held_;
    std::vector<mark> held_marks_;
    position held_checkpoint_{};
};

}  // namespace world
