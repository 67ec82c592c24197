// What this engine puts beside the log: the marks that wait on its board.
#pragma once

#include "mark_board.hpp"
#include "scribe.hpp"

namespace tandem {

template <class P>
class marker : public scribe<P> {
    using base = scribe<P>;

protected:
    marker(tandem::parts<P> parts, const tandem::options& options)
        : base{std::move(parts), options}, board_{options.marks_waiting} {}

    bool start_put() {
        if (putting_ || !board_.due(this->now_, this->options_.mark_pause)) return false;
        putting_ = true;
        auto wishes = std::make_shared<std::vector<mark_wish>>(board_.take(this->now_));
        auto changes = std::make_shared<std::vector<mark_change>>();
        for (const mark_wish& w : *wishes) changes->push_back(w.change);
        this->template ask<mark_outcomes>(
            verbs::put, this->store(),
            [this, wishes, changes, asked_in = this->epoch()](result<mark_outcomes> r) {
                put(*wishes, this->if_still(asked_in, std::move(r)));
            },
            mark_changes{*changes});
        return true;
    }

    // When what waits is to be put; while a put is under way, or the head being asked for, that answer comes first.
    instant next_put(instant otherwise) const {
        if (putting_ || board_.empty() || !this->started()) return otherwise;
        return std::min(otherwise, board_.next(this->options_.mark_pause));
    }

    mark_board board_;

private:
    void put(const std::vector<mark_wish>& wishes, result<mark_outcomes> r) {
        putting_ = false;
        if (!r && r.error().code == errc::unknown_outcome) this->look_at_head();  // if it happened, the tail tells it
        auto mine = std::make_shared<log_piece>();
        for (std::size_t i = 0; i < wishes.size(); ++i) {
            if (!r || r->size() != wishes.size()) refuse_wish(wishes[i], r ? error{errc::unknown_outcome} : r.error());
            else if ((*r)[i].became == mark_outcome::what::refused) refuse_wish(wishes[i], (*r)[i].why);
            else if ((*r)[i].became == mark_outcome::what::unchanged) answer_wish(wishes[i], (*r)[i].value, {});
            else add_mark(*mine, wishes[i], (*r)[i]);
        }
        if (mine->page.marks.empty()) return;
        const position first = mine->page.marks.front().position, last = mine->page.marks.back().position;
        this->hear_own(std::move(mine), first, last);
    }

    void add_mark(log_piece& mine, const mark_wish& w, const mark_outcome& o) {
        mark& m = mine.page.marks.emplace_back();
        static_cast<mark_change&>(m) = w.change;
        m.value = o.value;
        m.position = o.position;
        if (o.position <= this->told_) answer_wish(w, o.value, o.position);
        else answer_callers(w, reply_for(m, m.value, m.position));
        mine.askers.push_back(w.asked);
    }

    void refuse_wish(const mark_wish& w, const error& e) {
        for (const reply_to& to : w.asked) this->refuse(to, e);
        answer_callers(w, e);
    }
    void answer_wish(const mark_wish& w, std::uint64_t value, position p) {
        for (const reply_to& to : w.asked) this->reply(to, reply_for(w.change, value, p));
        answer_callers(w, reply_for(w.change, value, p));
    }
    void answer_callers(const mark_wish& w, const result<mark_reply>& r) {
        for (const done<mark_reply>& then : w.then) this->complete([then, r] { then(r); });
    }

    bool putting_ = false;
};

}  // namespace tandem
