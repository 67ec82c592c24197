#include <tandem/client/intake.hpp>

#include <tandem/client/memory_local_store.hpp>
#include <tandem/testing/random.hpp>

#include "told.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <set>

using namespace tandem;

namespace {

// The log, and what of it ann may see.
struct true_log {
    struct stay {
        interval seen;
        position since{};  // of what began it; 0: nothing says so, it is a personal conversation
    };
    struct conversation {
        std::vector<entry> entries;  // by seq
        seq first_kept{1};
        std::vector<stay> stays;
        position changed{};

        seq head() const { return {entries.size()}; }
        bool is_kept(seq s) const { return s >= first_kept; }
        bool has_ann() const { return !stays.empty() && stays.back().seen.open(); }
        bool shows(seq s) const {
            return is_kept(s) && std::any_of(stays.begin(), stays.end(), [&](auto& i) { return i.seen.contains(s); });
        }
    };

    position head() const { return {places.size()}; }
    const entry& at(position p) const { return all.at(places[p.value - 1].first).entries[places[p.value - 1].second]; }
    bool shows(position p) const { return all.at(at(p).conversation).shows(at(p).place.seq); }

    const entry& append(std::string_view name, entry e) {
        conversation& c = all[told::in(name)];
        e.place = {c.head().next(), head().next()};
        e.send_id = send_id{std::to_string(e.place.position.value)};
        if (c.entries.empty() && e.conversation.is_personal())
            c.changed = e.place.position, c.stays = {{{{1}, {}}, {}}};
        places.emplace_back(e.conversation, c.entries.size());
        return c.entries.emplace_back(std::move(e));
    }
    // What a later entry does to an earlier one shows in every later read.
    const entry& amend(std::string_view name, seq target, bool revokes) {
        const entry& e = append(name, told::amended(revokes ? entry_kind::revoke : entry_kind::edit, name, 0, 0,
                                                    target.value, revokes ? "" : std::to_string(head().value)));
        for (entry& one : all[told::in(name)].entries) {
            const bool is_edit_of_it = one.kind == entry_kind::edit && one.target == target;
            if (one.place.seq != target && !(revokes && is_edit_of_it)) continue;
            one.amended_by = e.place.seq, one.body = e.body, one.revoked = revokes;
        }
        return e;
    }
    // Also of one who is there already: as somebody else.
    const entry& join(std::string_view name, std::uint64_t history) {
        conversation& c = all[told::in(name)];
        const seq s = c.head().next();
        seq from = c.has_ann() ? c.stays.back().seen.visible_from
                               : std::max(seq{s.value > history ? s.value - history : 1}, c.first_kept);
        if (!c.has_ann() && !c.stays.empty()) from = std::max(from, c.stays.back().seen.ended_at.next());
        const entry& e = append(name, told::joined(name, 0, 0, from.value));
        c.changed = e.place.position;
        if (!c.has_ann()) c.stays.push_back({{from, {}}, e.place.position});
        return e;
    }
    const entry& leave(std::string_view name) {
        conversation& c = all[told::in(name)];
        const entry& e = append(name, told::left(name, 0, 0));
        c.changed = e.place.position;
        c.stays.back().seen.ended_at = e.place.seq;
        return e;
    }

    membership ann_in(const conversation_id& c) const {
        membership m{.conversation = c, .user = told::me, .changed = all.at(c).changed};
        for (const stay& s : all.at(c).stays) m.intervals.push_back(s.seen);
        return m;
    }

    tandem::epoch epoch{1};
    std::map<conversation_id, conversation> all;
    std::vector<std::pair<conversation_id, std::size_t>> places;
};

// One device and one server, with everything between them that may go wrong.
class trial {
public:
    explicit trial(std::uint64_t seed)
        : chance_{seed}, most_held_{std::vector<std::size_t>{1, 3, 100}[seed % 3]}, in_{told::me, most_held_} {
        start_device();
    }

    void run(int steps) {
        for (int n = 0; n < steps; ++n) {
            step();
            look();
        }
    }
    // Nothing goes wrong any more.
    void heal() {
        calm_ = true;
        for (int n = 0; n < 2000 && !is_there(); ++n) {
            if (!up_ || is_stale_) open();
            if (!asked_) ask();
            else serve(), answer();
            if (in_.is_waiting()) in_.give_up_waiting();
            if (!in_.is_pulling()) beat();
            do hear_frame();
            while (!frames_.empty());
            look();
        }
        REQUIRE(is_there());
        for (const auto& [c, t] : log_.all) {
            if (!c.is_personal() && in_.kept().at(c).inside != t.has_ann()) FAIL(told::name_of(c), ": in or out?");
            for (const entry& e : t.entries)
                if (t.shows(e.place.seq)) look_at(e);
        }
    }
    int entries() const { return entries_; }
    int drops() const { return drops_; }
    int histories() const { return histories_; }

private:
    using frame = std::variant<auth_reply, heartbeat_reply, heard::news_of_log, heard::more, heard::trimmed>;

    // --- what happens
    void step() {
        static constexpr std::string_view names[] = {"g", "h", "bob"};
        const std::string_view name = names[chance_.below(3)];
        const true_log::conversation& c = log_.all[told::in(name)];
        switch (chance_.below(28)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4: return place(log_.append(name, told::said(name, 0, 0)));
            case 5:
                if (!c.has_ann() && name != "bob") return;
                return place(log_.append(name, told::said(name, 0, 0, told::me)), true);
            case 6:
            case 7:
                if (name != "bob" && (!c.has_ann() || chance_.chance(10)))
                    place(log_.join(name, chance_.chance(50) ? chance_.below(8) : 0));
                return;
            case 8:
                if (name != "bob" && c.has_ann()) place(log_.leave(name));
                return;
            case 9:
                if (chance_.chance(40)) trim(name);
                else if (c.first_kept <= c.head()) amend(name, c);
                return;
            case 10: return up_ ? (is_stale_ || chance_.chance(30) ? close() : void()) : open();
            case 11: return restart();
            case 12: return beat();
            case 13: return news();
            case 14:
                if (in_.is_waiting()) in_.give_up_waiting();
                return;
            case 15:
                if (!up_) in_.poll();
                return;
            case 16:
                if (chance_.chance(3)) another_log();
                return;
            case 17:
            case 18: return ask();
            case 19:
            case 20: return serve();
            case 21:
            case 22: return answer();
            default: return hear_frame();
        }
    }

    // --- the server
    void place(const entry& e, bool own = false) {
        ++entries_;
        if (!up_ || is_stale_) return;
        const true_log::conversation& c = log_.all[e.conversation];
        const bool lets_go = e.kind == entry_kind::left && e.subject == told::me;
        if (!lets_go && !c.has_ann()) return;
        heard::news_of_log n{.entries = {e}};
        if (own) return frames_.push_back(std::move(n));  // an ack goes even to who reads slowly
        if (!calm_ && chance_.chance(8)) {
            if (skipped_ == position{})
                is_told_ = chance_.chance(50);  // or what comes behind it is pushed all the same
            skipped_ = e.place.position;
            ++drops_;
        }
        const bool lets_in = e.kind == entry_kind::joined && e.subject == told::me;
        const bool goes_on = !is_told_ && skipped_ != e.place.position && !lets_in;
        if (skipped_ == position{} || goes_on) frames_.push_back(std::move(n));
        else skipped_ = e.place.position;
    }
    void amend(std::string_view name, const true_log::conversation& c) {
        const std::uint64_t gone = c.first_kept.previous().value;
        const entry& e = c.entries[gone + chance_.below(c.head().value - gone)];
        if (e.kind == entry_kind::message && !e.revoked) place(log_.amend(name, e.place.seq, chance_.chance(30)));
    }
    void trim(std::string_view name) {
        true_log::conversation& c = log_.all[told::in(name)];
        c.first_kept = std::max(c.first_kept, seq{1 + chance_.below(c.head().value + 1)});
        if (up_ && !is_stale_ && c.has_ann() && chance_.chance(70))
            frames_.push_back(heard::trimmed{told::in(name), c.first_kept});
    }
    void news() {
        if (up_ && !is_stale_ && skipped_ != position{} && is_told_) frames_.push_back(heard::more{skipped_});
    }
    void heartbeat(position cursor) {
        if (is_stale_) return;
        if (cursor >= fence_) reported_ = true;
        if (cursor >= skipped_) skipped_ = {};
        heartbeat_reply r{.newest = log_.head()};
        if (reported_ && skipped_ == position{}) r.checkpoint = log_.head();
        frames_.push_back(r);
        if (skipped_ != position{}) news();
    }
    void sign_in() {
        fence_ = log_.head();
        auth_reply r{.epoch = log_.epoch, .head = fence_};
        r.reset = cursor_said_ > fence_ || (epoch_said_ != tandem::epoch{} && epoch_said_ != log_.epoch);
        if (r.reset) cursor_said_ = {};
        const heard::sync_page little = page_from(cursor_said_, fence_, 4);
        r.page_follows = !r.reset && epoch_said_ != tandem::epoch{} && little.page.examined == fence_ &&
                         little.page.memberships.empty() && chance_.chance(70);
        frames_.push_back(r);
        if (r.page_follows) frames_.push_back(heard::news_of_log{.entries = little.page.entries, .next = fence_});
    }
    heard::sync_page page_from(position from, position head, std::size_t most) const {
        heard::sync_page t;
        page& p = t.page;
        p.head = {log_.epoch, head};
        p.examined = from;
        while (p.examined < head && p.entries.size() < most) {
            p.examined = p.examined.next();
            if (log_.shows(p.examined)) p.entries.push_back(log_.at(p.examined));
        }
        for (const auto& [id, c] : log_.all)
            if (c.changed > from && c.changed <= p.examined) {
                p.memberships.push_back(log_.ann_in(id));
                p.heads.push_back({.first_kept = c.first_kept});
            }
        return t;
    }
    heard::history history_of(const wants_history& w, std::size_t most) const {
        heard::history h;
        const true_log::conversation& c = log_.all.at(w.conversation);
        if (c.stays.empty()) return h;  // no member ever
        h.page.head.first_kept = c.first_kept;
        h.page.covered = {w.range.first, c.has_ann() ? c.head() : c.stays.back().seen.ended_at};
        for (seq s = w.range.first; s <= c.head(); s = s.next()) {
            if (!c.shows(s)) continue;
            if (h.page.entries.size() == most) {
                h.page.more = true;
                h.page.covered.last = chance_last(h.page.entries.back().place.seq, s);
                break;
            }
            h.page.entries.push_back(c.entries[s.value - 1]);
        }
        return h;
    }
    // What lies between two that are shown may be covered or not.
    static seq chance_last(seq shown, seq next) { return next.value % 2 ? shown : next.previous(); }

    // Everything there was is gone, and a connection that is about it will end, sooner or later.
    void another_log() {
        const tandem::epoch next = log_.epoch.next();
        log_ = {};
        log_.epoch = next;
        is_stale_ = up_;
    }

    // --- the line
    void open() {
        forget_pull();
        up_ = true;
        frames_.clear();
        skipped_ = fence_ = {};
        reported_ = is_told_ = signed_in_ = is_open_ = is_stale_ = false;
        in_.connected();
        cursor_said_ = in_.cursor(), epoch_said_ = in_.epoch();
    }
    void close() {
        forget_pull();
        up_ = is_open_ = false;
        frames_.clear();
        in_.disconnected();
    }
    void hear_frame() {
        if (!up_) return;
        if (!signed_in_ && !is_stale_ && (calm_ || chance_.chance(50))) signed_in_ = true, sign_in();
        if (frames_.empty()) return;
        frame f = std::move(frames_.front());
        frames_.pop_front();
        if (auto* r = std::get_if<auth_reply>(&f)) return is_open_ = true, in_.signed_in(*r);
        std::visit(
            [&](auto&& told) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(told)>, auth_reply>) in_.hear(std::move(told));
            },
            std::move(f));
    }
    void beat() {
        if (is_open_) heartbeat(in_.cursor());
    }

    // --- pulls: asked with the head of that moment, read at a later one, heard at a still later one
    void ask() {
        if (asked_) return;
        wish_ = in_.wish();
        asked_ = !std::holds_alternative<std::monostate>(wish_);
        head_asked_ = log_.head();
        epoch_asked_ = log_.epoch;
    }
    void serve() {
        if (!asked_ || served_) return;
        served_ = true;
        if (epoch_asked_ != log_.epoch) return forget_pull();  // it failed
        const std::size_t most = 1 + chance_.below(6);
        if (const auto* w = std::get_if<wants_history>(&wish_)) {
            if (log_.all.contains(w->conversation)) history_ = history_of(*w, most);
            else history_ = {};
            return;
        }
        const auto& w = std::get<wants_page>(wish_);
        page_ = {};
        page_.reset = w.from > log_.head() || (w.epoch != tandem::epoch{} && w.epoch != log_.epoch);
        if (page_.reset) page_.page.head = {log_.epoch, log_.head()};
        else page_ = page_from(w.from, head_asked_, most);
    }
    void answer() {
        if (!asked_ || !served_) return;
        const bool is_history = std::holds_alternative<wants_history>(wish_);
        forget_pull();
        if (is_history) ++histories_, in_.hear(std::move(history_));
        else in_.hear(std::move(page_));
    }
    void forget_pull() { asked_ = served_ = false; }

    // --- the device
    void start_device() {
        const auto state = store_.state();
        in_.load(*state);
    }
    void restart() {
        if (chance_.chance(80)) return;
        if (up_) close();
        forget_pull();
        in_ = intake{told::me, most_held_};
        start_device();
    }

    // --- what must be so at every moment
    void look() {
        const bool report = in_.take_report();
        const local_change change = in_.take_change([](const conversation_id&, seq) {});
        if (change.new_log) put_.clear();
        for (const entry& e : change.entries) put(e);
        if (!store_.apply(change)) FAIL("not stored");
        if (report && is_open_) heartbeat(in_.cursor());
        if (in_.epoch() == log_.epoch) check();
    }
    // In the end: there, and as it is by now.
    void look_at(const entry& e) {
        const auto here = store_.entries(e.conversation, {e.place.seq, e.place.seq}, 1);
        if (here->empty()) FAIL(told::text(e), " never came");
        if (e.amended_by && !log_.all[e.conversation].shows(e.amended_by)) return;  // it was amended when she was away
        const entry& kept = here->front();
        if (kept.amended_by != e.amended_by || kept.body != e.body || kept.revoked != e.revoked)
            FAIL(told::text(e), " is not as it was amended");
    }
    bool has(const conversation_id& c, seq s) const {
        const auto found = put_.find(c);
        return found != put_.end() && found->second.contains(s);
    }
    void put(const entry& e) {
        std::set<seq>& here = put_[e.conversation];
        const true_log::conversation& c = log_.all[e.conversation];
        if (!here.insert(e.place.seq).second || in_.epoch() != log_.epoch || !c.is_kept(e.place.seq)) return;
        for (const true_log::stay& stay : c.stays)
            if (const auto after = here.upper_bound(e.place.seq); after != here.end())
                if (stay.seen.contains(e.place.seq) && stay.seen.contains(*after))
                    FAIL(told::text(e), " came behind its successor");
    }
    void check() const {
        for (const auto& [c, t] : log_.all)
            for (const true_log::stay& stay : t.stays) check(c, t, stay);
    }
    // Within an interval: a run from its begin on; and what the cursor covers is there.
    void check(const conversation_id& c, const true_log::conversation& t, const true_log::stay& stay) const {
        const seq last = stay.seen.open() ? t.head() : stay.seen.ended_at;
        bool ended = false;
        for (seq s = std::max(stay.seen.visible_from, t.first_kept); s <= last; s = s.next()) {
            const entry& e = t.entries[s.value - 1];
            if (!has(c, s)) ended = true;
            else if (ended) FAIL(told::text(e), " came though something before it is missing");
            if (ended && std::max(stay.since, e.place.position) <= in_.cursor())
                FAIL(told::text(e), " is missing before the cursor ", in_.cursor().value);
        }
    }
    bool is_there() const {
        return up_ && !is_stale_ && !in_.is_pulling() && !in_.is_waiting() && in_.epoch() == log_.epoch &&
               frames_.empty() && in_.cursor() == log_.head();
    }

    mutable seeded_random chance_;
    true_log log_;
    memory_local_store store_;
    std::size_t most_held_;
    intake in_;
    std::map<conversation_id, std::set<seq>> put_;
    bool calm_ = false;
    int entries_ = 0, drops_ = 0, histories_ = 0;

    // the connection
    bool up_ = false;
    bool signed_in_ = false;  // as the server sees it …
    bool is_open_ = false;    // … and the device
    bool is_stale_ = false;   // it is about an earlier log
    bool reported_ = false;   // a cursor at the fence or behind it
    bool is_told_ = false;    // of what was skipped; then nothing is pushed until that is reported
    position cursor_said_{};
    tandem::epoch epoch_said_{};
    position fence_{};
    position skipped_{};
    std::deque<frame> frames_;

    // the pull
    bool asked_ = false, served_ = false;
    pull_wish wish_;
    position head_asked_{};
    tandem::epoch epoch_asked_{};
    heard::sync_page page_;
    heard::history history_;
};

}  // namespace

TEST_SUITE("intake at random") {
    TEST_CASE("what was put is a run without a hole at every moment, the cursor covers nothing else, in the end all is "
              "there") {
        int entries = 0, drops = 0, histories = 0;
        for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
            CAPTURE(seed);
            trial t{seed};
            t.run(60 + static_cast<int>(seed % 200));
            t.heal();
            entries += t.entries(), drops += t.drops(), histories += t.histories();
        }
        CHECK(entries > 60'000);  // it has met what it is about
        CHECK(drops > 2'000);
        CHECK(histories > 1'000);
    }
}
