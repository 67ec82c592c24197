// A connection that only reads, and what it is asked.
#pragma once

#include "missed.hpp"
#include "overview_reader.hpp"
#include "stored_sends.hpp"

#include "../../store/page_room.hpp"

#include <algorithm>

namespace tandem::sqlite {

// Used by one thread at a time. What is in memory says where to look, in moments with the mutex; then the disk is read without
// it. A commit may come between: what is read from the disk may be newer than the head a page names, and is cut there.
class reader {
public:
    reader(const std::string& file, const char* vfs, const state& s, recent_walks& walks, int cache_bytes)
        : db_{file, SQLITE_OPEN_READONLY, vfs}, state_{s}, walks_{walks}, sends_{db_}, places_{db_},
          begin_{db_, "begin"}, tail_{db_, "select " + entry_columns +
                                               " from entries where position > ? and position <= ? order by position"},
          scan_{
              db_,
              "select position, conversation, seq from entries where position > ? and position <= ? order by position"},
          marks_{db_, "select position, conversation, target, key, owner, value, shared from marks "
                      "where position > ? and position <= ? order by position"},
          entry_{db_, "select " + entry_columns + " from entries where position = ?"},
          overviews_{db_, s, begin_, entry_, places_} {
        db_.run(("pragma cache_size = -" + std::to_string(cache_bytes / 1024)).c_str());
    }

    std::optional<found> find(const user_id& sender, const send_id& id) {
        if (id.empty()) return std::nullopt;
        std::uint32_t number = flat_index::none;
        std::uint64_t hash = 0;
        send_candidates where;
        {
            std::shared_lock together{state_.mutex};
            number = state_.books.users().find(sender);
            if (number == flat_index::none) return std::nullopt;
            where = candidates_for(state_, hash = hash_of_send(number, id, state_.seed));
        }
        const auto before = sent_before(sends_, where, hash, number, id);
        if (!before) return std::nullopt;
        std::shared_lock together{state_.mutex};
        return found{state_.conversation(before->conversation), before->place, before->number, before->fingerprint,
                     before->time};
    }

    page tail(position from, limits most) {
        page p = empty_page(from);
        if (from >= p.head.newest) return p;
        nameless_entries entries{p.entries};
        std::vector<mark_row> marks;
        {
            snapshot same{db_, begin_};
            page_filler filler{p, most};
            rows next_entry{tail_.bind(1, from.value).bind(2, p.head.newest.value)};
            rows next_mark{marks_.bind(1, from.value).bind(2, p.head.newest.value)};
            bool has_entry = next_entry.next(), has_mark = next_mark.next();
            while (has_entry || has_mark) {
                const bool mark_first = has_mark && !(has_entry && tail_.number(0) < marks_.number(0));
                const position at{mark_first ? marks_.number(0) : tail_.number(0)};
                if (!filler.fits(at, mark_first ? 0 : tail_.blob(body_column).size())) break;
                if (mark_first) marks.push_back(read_mark()), has_mark = next_mark.next();
                else entries.read(tail_), has_entry = next_entry.next();
            }
        }
        std::shared_lock together{state_.mutex};
        state_.name(entries);
        for (const mark_row& m : marks) p.marks.push_back(named(m));
        return p;
    }

    page changes(const user_id& id, position cursor, limits most) {
        page p = empty_page(cursor);
        if (cursor >= p.head.newest) return p;
        nameless_entries entries{p.entries};
        {
            missed_plan plan;
            lowest_positions lowest{most.entries + 1};
            {
                std::shared_lock together{state_.mutex};
                plan = plan_for(state_, walks_, id, cursor, p.head.newest, most.entries);
                offer_recent(state_, plan, lowest);
            }
            snapshot same{db_, begin_};
            read_missed(plan, std::move(lowest), p, most, entries);
            if (p.examined < plan.until) walks_.put({plan.user, p.examined, plan.until, std::move(plan.lines)});
        }
        std::shared_lock together{state_.mutex};
        state_.name(entries);
        state_.books.tell_memberships(id, p);
        return p;
    }

    history_page history(const conversation_id& id, seq_range asked, limits most) {
        history_page p{.covered = {seq{1}, seq{0}}};
        std::uint32_t conversation = flat_index::none;
        {
            std::shared_lock together{state_.mutex};
            conversation = state_.books.conversations().find(id);
            p.head = state_.books.heads()[conversation];
        }
        const seq first = std::max(asked.first, p.head.first_kept), last = std::min(asked.last, p.head.seq);
        if (first > last) return p;
        nameless_entries entries{p.entries};
        seq from = last.next();
        bool full = false;
        {
            snapshot same{db_, begin_};
            page_room room{most};
            const auto places = places_down_from(conversation, last, first, most.entries + 1);
            entries.reserve(places.size());
            for (const position at : places) {
                rows one{entry_.bind(1, at.value)};
                if (!one.next()) break;
                full = !room.take(entry_.blob(body_column).size());
                if (full) break;
                entries.read(entry_), from = from.previous();
            }
        }
        if (!full && from > first) p.head.first_kept = from;  // trimmed meanwhile
        if (from > last) return p;
        entries.reverse();
        p.covered = {from, last};
        p.more = full;
        std::shared_lock together{state_.mutex};
        state_.name(entries);
        return p;
    }

    overview_page overviews(const user_id& id) { return overviews_.read(id); }

private:
    static constexpr int body_column = 19;
    static constexpr std::uint64_t a_few = 2;

    page empty_page(position from) const {
        std::shared_lock together{state_.mutex};
        return {.head = {state_.epoch, state_.books.newest()}, .from = from, .examined = from};
    }

    // Entries and marks in order of position, until the page is full.
    void read_missed(const missed_plan& plan, lowest_positions lowest, page& p, limits most,
                     nameless_entries& entries) {
        page_filler filler{p, most};
        auto mark = plan.marks.begin();
        const auto tell_marks_before = [&](position at) {
            for (; mark != plan.marks.end() && mark->position < at; ++mark) {
                if (!filler.fits(mark->position, 0)) return false;
                p.marks.push_back(*mark);
            }
            return true;
        };
        const auto tell = [&](const statement& s) {
            const position at{s.number(0)};
            if (!tell_marks_before(at) || !filler.fits(at, s.blob(body_column).size())) return false;
            entries.read(s);
            return true;
        };
        scan(plan, lowest);
        offer_stored(places_, plan, lowest);
        const auto positions = std::move(lowest).in_order();
        entries.reserve(positions.size());
        if (!read_all(positions, tell)) return;
        // Nothing was full, although there is more: some was trimmed meanwhile.
        position covered = plan.until;
        if (positions.size() > most.entries) covered = positions.back();
        if (plan.more_marks) covered = std::min(covered, plan.marks.back().position);
        filler.end_at(covered);
        tell_marks_before(covered.next());
    }

    void scan(const missed_plan& plan, lowest_positions& to) {
        if (!plan.on_disk()) return;
        rows all{scan_.bind(1, plan.from.value).bind(2, plan.scanned.value)};
        while (all.next()) {
            const missed_stream* of = plan.find(scan_.small<std::uint32_t>(1));
            if (of && of->sees(seq{scan_.number(2)}) && !to.offer(position{scan_.number(0)})) return;
        }
    }

    // The entries at these positions. Over one or two others it is shorter to walk than to ask again.
    template <class Tell>
    bool read_all(const std::vector<position>& at, Tell tell) {
        auto next = at.begin();
        while (next != at.end()) {
            rows walk{tail_.bind(1, next->previous().value).bind(2, at.back().value)};
            bool far = false;
            while (!far) {
                if (!walk.next()) return true;
                const position here{tail_.number(0)};
                while (next != at.end() && *next < here) ++next;  // trimmed meanwhile
                if (next != at.end() && *next == here) {
                    if (!tell(tail_)) return false;
                    ++next;
                }
                far = next == at.end() || next->value > here.value + a_few;
            }
        }
        return true;
    }

    // The positions of `first` to `last` as far as they are kept, the last first.
    std::vector<position> places_down_from(std::uint32_t conversation, seq last, seq first, std::size_t most) {
        std::vector<position> all;
        seq s = last;
        const auto wanted = [&] { return s >= first && all.size() < most; };
        {
            std::shared_lock together{state_.mutex};
            for (position at; wanted() && (at = state_.place_of(conversation, s)); s = s.previous()) all.push_back(at);
        }
        while (wanted()) {
            const auto stretch = places_.find(conversation, s);
            if (!stretch || !stretch->has(s)) break;
            for (; wanted() && s >= stretch->first; s = s.previous()) all.push_back(stretch->at(s));
        }
        return all;
    }

    struct mark_row {
        mark_table::id which;
        std::uint64_t value;
        bool shared;
        tandem::position position;
    };
    mark_row read_mark() const {
        return {{marks_.small<std::uint32_t>(1),
                 marks_.small<mark_key>(3),
                 marks_.small<std::uint32_t>(4),
                 {marks_.number(2)}},
                marks_.number(5),
                marks_.number(6) != 0,
                {marks_.number(0)}};
    }
    mark named(const mark_row& r) const {
        mark m;
        m.conversation = state_.conversation(r.which.conversation), m.key = r.which.key;
        m.owner = state_.user(r.which.owner), m.target = r.which.target;
        m.value = r.value, m.shared = r.shared, m.position = r.position;
        return m;
    }

    database db_;
    const state& state_;
    recent_walks& walks_;
    stored_sends sends_;
    stored_places places_;
    statement begin_;
    statement tail_, scan_, marks_, entry_;
    overview_reader overviews_;
};

}  // namespace tandem::sqlite
