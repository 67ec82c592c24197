// What really is in the log: kept beside the store, by other code than the store's, and asked by every check.
#pragma once

#include "book.hpp"

#include "../../store/seq_store.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace tandem::world {

inline std::string name_of(const conversation_id& c, seq s) { return c.text() + "#" + std::to_string(s.value); }
inline std::string at(position p) { return "@" + std::to_string(p.value); }

// What the gatekeeper makes of a body it changes.
inline std::string gently(const std::string& body) { return body + " (edited by the house)"; }

// One send of one device: the only things that may ever become entries, besides what operators do.
struct request {
    int device = -1;
    conversation_id conversation{};
    entry_kind kind = entry_kind::message;
    std::string body{};
    tandem::seq target{};
    std::size_t ordinal = 0;  // of the device's messages to this conversation
    bool refused = false;     // finally, by whomever: it may never be placed, and what is behind it may go on
};

class truth {
public:
    struct item {
        bool is_mark = false;
        tandem::entry entry{};  // with its present body
        tandem::mark mark{};
        std::vector<std::pair<seq, std::string>> bodies{};  // every body it ever showed, by the amendment that gave it
    };
    struct stay {
        seq from;
        seq ended;
        position joined;

        bool contains(seq s) const { return s >= from && (!ended || s <= ended); }
    };

    explicit truth(book& b) : book_{b} {}

    // --- what is asked of the engine
    using send_key = std::pair<user_id, send_id>;
    request& expect(const user_id& user, const send_id& id, request r) {
        if (r.kind == entry_kind::message) {
            auto& line = lines_[{r.device, r.conversation}];
            r.ordinal = line.size();
            line.push_back({user, id});
        }
        return requests_[{user, id}] = std::move(r);
    }
    void refuse(const user_id& user, const send_id& id) {
        if (const auto r = requests_.find({user, id}); r != requests_.end()) r->second.refused = true;
    }
    // What the gatekeeper makes of it: only what it lets through may be stored, as it lets it through. Nothing: it refuses.
    void has_gatekeeper() { has_gatekeeper_ = true; }
    void judge(const user_id& user, const send_id& id, std::optional<std::string> lets_through) {
        if (!lets_through) refuse(user, id);
        verdicts_[{user, id}] = std::move(lets_through);
    }
    // Verdicts about this user are not seen by anybody here, so the order of their sends says nothing.
    void excuse(const user_id& user) { excused_.insert(user); }

    // --- what the store did
    void commits_at_most(std::size_t drafts) { most_drafts_ = drafts; }
    void append(tandem::drafts all, const outcomes& made) {
        if (all.size() > most_drafts_) book_.fail("16: a commit of more than drafts_per_commit");
        for (std::size_t i = 0; i < all.size(); ++i) append(all[i], made[i]);
    }
    void append(const draft& d, const outcome& o) {
        if (o.became == outcome::what::placed) place(d, o);
        if (o.became == outcome::what::already && !is_membership(d.kind)) {
            const auto known = placed_.find({d.sender, d.send_id});
            if (known == placed_.end()) book_.fail("9: already, but never placed: " + std::string{d.send_id.view()});
            else if (!(entry_at(known->second).place == o.place)) book_.fail("9: a repeated send has another place");
        }
        if (o.became == outcome::what::refused && !is_retryable(o.why)) refuse(d.sender, d.send_id);
    }

    void put(const mark_change& c, const mark_outcome& o) {
        if (o.became != mark_outcome::what::changed) return;
        if (o.position.value != items_.size() + 1) book_.fail("3: a mark's position is not the next one");
        auto& [now, place] = marks_[{c.conversation, c.key, c.owner}];
        if (is_seq_mark(c.key) && (o.value <= now || o.value > head(c.conversation).value))
            book_.fail("10: a mark went down or beyond the head");
        now = o.value, place = o.position;
        item i{.is_mark = true};
        static_cast<mark_change&>(i.mark) = c;
        i.mark.value = o.value;
        i.mark.position = o.position;
        items_.push_back(std::move(i));
        book_.note([&] {
            return "store: mark " + at(o.position) + " " + c.conversation.text() + " of " +
                   std::string{c.owner.view()} + " = " + std::to_string(o.value);
        });
    }

    // 20: what goes is forgotten, and everything else keeps its name.
    void trim(const conversation_id& c, const conversation_head& now) {
        conversation& known = conversations_[c];
        book_.note([&] { return "store: " + c.text() + " is kept from " + std::to_string(now.first_kept.value); });
        if (now.seq.value != known.places.size() || now.number != known.number)
            book_.fail("20: trimming renumbers " + c.text());
        if (now.first_kept < known.first_kept || now.first_kept > now.seq.next())
            book_.fail("20: " + c.text() + " is kept from nowhere");
        known.first_kept = now.first_kept;
    }

    // The log is restored as it was after so many positions, and is another one from here on: what was acknowledged since
    // is lost, and may come again or not.
    std::vector<item> restart(tandem::epoch e) {
        for (const auto& [key, p] : placed_) refuse(key.first, key.second);
        epoch_ = e;
        conversations_.clear(), placed_.clear(), marks_.clear();
        acked_ = {};
        return std::exchange(items_, {});
    }

    book& log() { return book_; }

    // --- questions
    tandem::epoch epoch() const { return epoch_; }
    position newest() const { return {items_.size()}; }
    const item& at_position(position p) const { return items_[p.value - 1]; }
    const entry& entry_at(position p) const { return items_[p.value - 1].entry; }
    seq head(const conversation_id& c) const {
        const auto found = conversations_.find(c);
        return found == conversations_.end() ? seq{} : seq{found->second.places.size()};
    }
    seq first_kept(const conversation_id& c) const {
        const auto found = conversations_.find(c);
        return found == conversations_.end() ? seq{1} : found->second.first_kept;
    }
    bool is_trimmed(const entry& e) const { return e.place.seq < first_kept(e.conversation); }
    const item* find(const conversation_id& c, seq s) const {
        const auto found = conversations_.find(c);
        if (found == conversations_.end() || !s || s.value > found->second.places.size()) return nullptr;
        return &items_[found->second.places[s.value - 1].value - 1];
    }
    const entry* find(const user_id& sender, const send_id& id) const {
        const auto found = placed_.find({sender, id});
        return found == placed_.end() ? nullptr : &entry_at(found->second);
    }
    const std::vector<stay>& stays(const conversation_id& c, const user_id& u) const {
        static const std::vector<stay> never;
        const auto found = conversations_.find(c);
        if (found == conversations_.end()) return never;
        const auto who = found->second.members.find(u);
        return who == found->second.members.end() ? never : who->second;
    }
    bool is_member(const conversation_id& c, const user_id& u) const {
        const auto& all = stays(c, u);
        return !all.empty() && !all.back().ended;
    }
    bool sees(const conversation_id& c, const user_id& u, seq s) const {
        for (const stay& t : stays(c, u))
            if (t.contains(s)) return true;
        return false;
    }
    std::vector<conversation_id> all() const {
        std::vector<conversation_id> out;
        for (const auto& [c, k] : conversations_) out.push_back(c);
        return out;
    }
    std::uint64_t mark_of(const conversation_id& c, mark_key k, const user_id& u) const {
        const auto found = marks_.find({c, k, u});
        return found == marks_.end() ? 0 : found->second.first;
    }
    const auto& marks() const { return marks_; }
    // A mark that moved again is at its new position only.
    bool is_where_it_was(const mark& m) const {
        return marks_.at({m.conversation, m.key, m.owner}).second == m.position;
    }

    // 11: the formula.
    std::uint64_t unread(const conversation_id& c, const user_id& u) const {
        seq read{mark_of(c, mark_key::read, u)};
        std::uint64_t sum = 0;
        for (seq s{1}; s <= head(c); s = s.next())
            if (const entry& e = find(c, s)->entry; e.sender == u && s > read && was_member(c, u, s)) read = s;
        for (seq s = std::max(read.next(), first_kept(c)); s <= head(c); s = s.next()) {
            const entry& e = find(c, s)->entry;
            if (is_countable(e.kind) && !e.revoked && sees(c, u, s)) ++sum;
        }
        return sum;
    }

    // 7: is this what the log has there, as it was at some time? Empty: yes.
    std::string differs(const entry& e, bool with_number = true) const {
        const item* i = find(e.conversation, e.place.seq);
        const std::string what = name_of(e.conversation, e.place.seq);
        if (!i) return what + " is not in the log";
        const entry& t = i->entry;
        if (!(t.place == e.place)) return what + " has another position in the log";
        if (!(t.sender == e.sender) || !(t.send_id == e.send_id) || t.kind != e.kind)
            return what + " is somebody else's in the log";
        if (t.target != e.target || !(t.subject == e.subject) || t.visible_from != e.visible_from)
            return what + " says something else in the log";
        if (with_number && t.number != e.number) return what + " has another number in the log";
        for (const auto& [by, body] : i->bodies)
            if (by == e.amended_by && body == e.body) return {};
        return what + " never had this body: '" + e.body + "' amended by " + std::to_string(e.amended_by.value);
    }

    // Has anything amended it, up to there, of which it does not tell?
    bool is_outdated(const entry& e, position then) const {
        for (const auto& [by, body] : find(e.conversation, e.place.seq)->bodies)
            if (by > e.amended_by && find(e.conversation, by)->entry.place.position <= then) return true;
        return false;
    }

    // The newest position anybody was told of in an ack: every pull that begins later has to reach it.
    void acknowledged(position p) {
        if (p > acked_) acked_ = p;
    }
    position acked() const { return acked_; }

private:
    struct conversation {
        std::vector<position> places;
        std::map<user_id, std::vector<stay>> members;
        std::uint64_t number = 0;
        seq first_kept{1};
    };

    bool was_member(const conversation_id& c, const user_id& u, seq s) const {
        return sees(c, u, s) && !stays(c, u).empty();
    }

    void place(const draft& d, const outcome& o) {
        conversation& c = conversations_[d.conversation];
        const std::string what = name_of(d.conversation, o.place.seq) + " " + at(o.place.position);
        book_.note([&] {
            return "store: " + what + " kind " + std::to_string(static_cast<int>(d.kind)) + " by " +
                   std::string{d.sender.view()} + " id " + std::string{d.send_id.view()} +
                   (d.subject.empty() ? "" : " about " + std::string{d.subject.view()});
        });
        if (o.place.position.value != items_.size() + 1) book_.fail("3: position of " + what + " is not the next one");
        if (o.place.seq.value != c.places.size() + 1) book_.fail("3: seq of " + what + " is not the next one");
        if (is_countable(d.kind)) ++c.number;
        if (o.number != c.number) book_.fail("11: number of " + what);
        if (!placed_.insert({{d.sender, d.send_id}, o.place.position}).second)
            book_.fail("2: one send placed twice: " + what + " " + std::string{d.send_id.view()});
        check_origin(d, c, what);
        keep(d, o, c);
    }

    // 13, 18, 19: it came from one request, of a member, after those before it.
    void check_origin(const draft& d, const conversation& c, const std::string& what) {
        const auto found = requests_.find({d.sender, d.send_id});
        if (d.trusted && found != requests_.end())
            book_.fail("19: " + what + " is taken for the application's, and a user asked for it");
        if (d.trusted) return;
        if (found == requests_.end()) return book_.fail("19: nobody asked for " + what);
        const request& r = found->second;
        if (!(r.conversation == d.conversation) || r.kind != d.kind || r.target != d.target)
            book_.fail("19: somebody asked for something else than " + what);
        check_body(d, r, what);
        const auto member = c.members.find(d.sender);
        const bool is_in = d.conversation.is_personal() ? d.conversation.names(d.sender)
                                                        : member != c.members.end() && !member->second.back().ended;
        if (!is_in) book_.fail("13: " + what + " by " + std::string{d.sender.view()} + ", who is no member");
        if (r.kind != entry_kind::message || excused_.contains(d.sender)) return;
        const auto& line = lines_[{r.device, r.conversation}];
        for (std::size_t n = 0; n < r.ordinal; ++n)
            if (!placed_.contains(line[n]) && !requests_[line[n]].refused)
                book_.fail("18: " + what + " was placed before " + std::string{line[n].second.view()} +
                           " of the same device");
    }

    void check_body(const draft& d, const request& r, const std::string& what) {
        if (!has_gatekeeper_ || d.kind == entry_kind::revoke) {
            if (d.body != r.body) book_.fail("19: " + what + " has another body than was asked for");
            return;
        }
        const auto verdict = verdicts_.find({d.sender, d.send_id});
        if (verdict == verdicts_.end() || !verdict->second)
            book_.fail("19: " + what + " is stored, and the gatekeeper has not let it through");
        else if (d.body != *verdict->second)
            book_.fail("19: " + what + " has another body than the gatekeeper has let through");
    }

    void keep(const draft& d, const outcome& o, conversation& c) {
        item i;
        static_cast<draft&>(i.entry) = d;
        i.entry.place = o.place;
        i.entry.number = o.number;
        i.entry.visible_from = o.visible_from;
        i.bodies.push_back({seq{}, d.body});
        items_.push_back(i);
        c.places.push_back(o.place.position);
        if (d.kind == entry_kind::revoke) revoke(c, d.target, o.place.seq);
        if (d.kind == entry_kind::edit) amend(c, d.target, o.place.seq, d.body, false);
        if (c.places.size() == 1 && d.conversation.is_personal()) {
            c.members[user_id{d.conversation.first().view()}] = {{seq{1}, {}, o.place.position}};
            c.members[d.conversation.other(user_id{d.conversation.first().view()})] = {{seq{1}, {}, o.place.position}};
        }
        if (d.kind == entry_kind::joined) join(c, d, o);
        if (d.kind == entry_kind::joined && c.members[d.subject].back().from != o.visible_from)
            book_.fail("13: " + std::string{d.subject.view()} + " joins " + d.conversation.text() +
                       ", and sees it from another seq on");
        if (d.kind == entry_kind::left) c.members[d.subject].back().ended = o.place.seq;
    }

    static void join(conversation& c, const draft& d, const outcome& o) {
        auto& all = c.members[d.subject];
        if (!all.empty() && !all.back().ended) return;  // another role
        const std::uint64_t here = o.place.seq.value;
        seq from{d.history < here ? here - d.history : 1};
        if (from < c.first_kept) from = c.first_kept;
        if (!all.empty() && from <= all.back().ended) from = all.back().ended.next();
        all.push_back({from, {}, o.place.position});
    }

    void amend(conversation& c, seq target, seq by, const std::string& body, bool revoked) {
        item& t = items_[c.places[target.value - 1].value - 1];
        t.entry.body = body;
        t.entry.amended_by = by;
        t.entry.revoked = revoked;
        t.bodies.push_back({by, body});
    }

    void revoke(conversation& c, seq target, seq by) {
        amend(c, target, by, {}, true);
        for (const position p : c.places)
            if (const entry& e = entry_at(p); e.kind == entry_kind::edit && e.target == target)
                amend(c, e.place.seq, by, {}, true);
    }

    book& book_;
    tandem::epoch epoch_{};
    std::vector<item> items_;
    std::map<conversation_id, conversation> conversations_;
    std::map<send_key, position> placed_;
    std::map<send_key, request> requests_;
    std::map<send_key, std::optional<std::string>> verdicts_;
    std::map<std::pair<int, conversation_id>, std::vector<send_key>> lines_;
    std::map<std::tuple<conversation_id, mark_key, user_id>, std::pair<std::uint64_t, position>> marks_;
    std::set<user_id> excused_;
    position acked_{};
    std::size_t most_drafts_ = ~std::size_t{0};
    bool has_gatekeeper_ = false;
};

}  // namespace tandem::world
