// A user's list of conversations, as it was after one commit.
#pragma once

#include "entry_row.hpp"
#include "snapshot.hpp"
#include "state.hpp"

#include "../../store/overviews.hpp"

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace tandem::sqlite {

// Over a reader's connection. All that memory knows is taken in one moment, and the snapshot of the disk after it: so what is
// missing here has been written there. What the disk knows beyond that moment is told apart: an entry lies behind the head, a
// revoke has a later seq. Only a trim does not show; if one has come between, both are looked at again.
class overview_reader {
public:
    overview_reader(const database& db, const state& s, statement& begin, statement& entry, stored_places& places)
        : db_{db}, state_{s}, begin_{begin}, entry_{entry}, places_{places}, trims_{db, "select trims from log"},
          number_{db, "select number from entries where position = ?"},
          revoked_{db, "select count(*) from entries where conversation = ? and seq >= ? and seq <= ? and kind = 1 "
                       "and revoked is not null and amended_by <= ?"} {}

    overview_page read(const user_id& id) {
        std::optional<overview_page> p;
        while (!(p = read_unless_trimmed(id))) wait_for_memory();
        return *std::move(p);
    }

private:
    // What is to be counted. A place: 0 if it is not in memory, but on the disk.
    struct stretch {
        seq first, last;
        position before, end;  // of the entry before the first, and of the last
    };
    struct moment {
        log_head head;
        std::uint64_t trims;
        std::vector<begun_overview> begun;
        std::vector<stretch> unread;  // in the order in which they are asked for
    };

    moment now(const user_id& id) const {
        std::shared_lock together{state_.mutex};
        moment m{{state_.epoch, state_.books.newest()}, state_.trims, begin_overviews(state_.books, id), {}};
        for (const begun_overview& b : m.begun)
            unread_of(b.overview, [&](seq first, seq last) -> std::uint64_t {
                const auto place = [&](seq s) { return state_.place_of(b.conversation, s); };
                m.unread.push_back({first, last, place(first.previous()), place(last)});
                return 0;
            });
        return m;
    }

    std::optional<overview_page> read_unless_trimmed(const user_id& id) {
        moment m = now(id);
        std::vector<entry_numbers> last;
        {
            snapshot same{db_, begin_};
            trimmed_ = trims();
            if (trimmed_ < m.trims) throw another();
            if (trimmed_ > m.trims) return std::nullopt;
            auto next = m.unread.begin();
            for (begun_overview& b : m.begun) {
                overview& o = b.overview;
                o.unread = unread_of(o, [&](seq, seq) { return countable(b, *next++); });
                last.push_back(o.head.seq >= o.head.first_kept ? read_last(o) : entry_numbers{});
            }
        }
        overview_page p{.head = m.head};
        std::shared_lock together{state_.mutex};
        for (std::size_t i = 0; i < last.size(); ++i) {
            overview& o = p.conversations.emplace_back(std::move(m.begun[i].overview));
            if (o.last) state_.name(last[i], *o.last);
        }
        return p;
    }

    // The writer notes a commit as soon as the disk has it. It does not if this file is no longer the one that it has written.
    void wait_for_memory() const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{1};
        for (;; std::this_thread::yield()) {
            std::shared_lock together{state_.mutex};
            if (state_.trims >= trimmed_) return;
            if (std::chrono::steady_clock::now() > end) throw another();
        }
    }
    failure another() const {
        return {SQLITE_BUSY, db_.file(), "another program has written to this log; open it again"};
    }

    std::uint64_t countable(const begun_overview& b, const stretch& s) {
        const conversation_head& head = b.overview.head;
        const std::uint64_t to = s.last == head.seq ? head.number : number_at(b.conversation, s.last, s.end);
        const std::uint64_t before =
            s.first <= head.first_kept ? b.number_before_kept : number_at(b.conversation, s.first.previous(), s.before);
        revoked_.bind(1, std::uint64_t{b.conversation}).bind(2, s.first.value).bind(3, s.last.value);
        rows answer{revoked_.bind(4, head.seq.value)};
        return to - before - (answer.next() ? revoked_.number(0) : 0);
    }

    std::uint64_t number_at(std::uint32_t conversation, seq s, position at) {
        rows answer{number_.bind(1, (at ? at : places_.at(conversation, s)).value)};
        if (answer.next()) return number_.number(0);
        throw failure{SQLITE_CORRUPT, db_.file(), "lacks an entry of " + std::to_string(conversation)};
    }

    entry_numbers read_last(overview& o) {
        rows answer{entry_.bind(1, o.head.position.value)};
        return answer.next() ? read_entry(entry_, o.last.emplace()) : entry_numbers{};
    }

    std::uint64_t trims() {
        rows answer{trims_};
        return answer.next() ? trims_.number(0) : 0;
    }

    const database& db_;
    const state& state_;
    statement& begin_;
    statement& entry_;
    stored_places& places_;
    statement trims_, number_, revoked_;
    std::uint64_t trimmed_ = 0;  // as the disk had it last
};

}  // namespace tandem::sqlite
