// Forgets what is older, or more, than is to be kept.
#pragma once

#include "overgrown.hpp"

#include "../core/flat_index.hpp"
#include "../store/seq_store.hpp"

#include <cassert>

namespace tandem {

// A part of its engine, for stores that can trim; for others it only says so.
template <class Engine, class Store>
class caretaker {
public:
    explicit caretaker(Engine& engine) {
        [[maybe_unused]] const auto& o = engine.settings();
        assert(o.keep_for == duration{} && o.keep_entries == 0 &&
               "tandem: keep_for and keep_entries need a store with  trim(const conversation_id&, seq)");
    }

    void go_on() {}
    instant due(instant otherwise) const { return otherwise; }
};

// Works at the end of turns, for as much effort as a turn has to spare, and asks the store one thing at a time. By age
// it walks through the log from its beginning up to the first entry that is young enough; where it is, only it knows:
// what a restart meets again is empty. By count it sees to the conversations that are noted while they grow. Whatever
// fails is looked up and tried again after a pause; members who are here are told of everything that went.
template <class Engine, trimming_store Store>
class caretaker<Engine, Store> {
public:
    explicit caretaker(Engine& engine) : engine_{engine} {}

    // At the end of every turn.
    void go_on() {
        effort_left_ = effort_a_turn;
        work();
    }

    // When it wants to go on, if nothing else happens before.
    instant due(instant otherwise) const {
        if (asking_ || !engine_.started() || !(has_jobs() || walks())) return otherwise;
        const instant next = has_jobs() ? again_ : std::max(again_, rests_until_);
        return std::min(otherwise, std::max(next, engine_.now()));
    }

private:
    // A quarter to half a microsecond each: what a turn may cost is known, however much is to be done. (Measured by the
    // figures retention/longest_turn.)
    static constexpr std::int64_t effort_a_turn = 512;
    static constexpr std::int64_t effort_of_look_up = 4;
    static constexpr std::int64_t positions_for_one_effort = 8;

    bool has_jobs() const { return !jobs_.empty() || !engine_.overgrown_.empty(); }
    bool walks() const { return engine_.settings().keep_for > duration{}; }

    // --- one question after the other
    void work() {
        if (std::exchange(working_, true)) return;  // the answer came at once: whoever asked goes on
        while (may_go_on() && ask_next()) {}
        working_ = false;
    }

    bool may_go_on() const {
        return !asking_ && effort_left_ > 0 && engine_.now() >= again_ && engine_.started() && !engine_.trims_untold();
    }

    // False: there is nothing to do.
    bool ask_next() {
        if (epoch_ != engine_.epoch()) begin_again();
        if (jobs_.empty() && walks() && engine_.now() >= rests_until_) return walk(), true;
        if (jobs_.empty()) jobs_ = engine_.overgrown_.take();
        if (jobs_.empty()) return false;
        look_up();
        return true;
    }

    // then(answer), unless it failed or the log was replaced meanwhile.
    template <class T, class Verb, class Then, class... Args>
    void ask(Verb verb, Then then, Args... args) {
        asking_ = true;
        engine_.template ask<T>(
            verb, engine_.store(),
            [this, then, asked_in = epoch_](result<T> r) {
                asking_ = false;
                if (!r) again_ = engine_.now() + pause;
                else if (asked_in == engine_.epoch()) then(std::move(*r));
                work();
            },
            std::move(args)...);
    }

    void begin_again() {
        epoch_ = engine_.epoch();
        jobs_.clear();
        walked_ = {};
        rests_until_ = {};
    }

    // --- by age
    void walk() {
        ask<page>(verbs::tail, [this](const page& p) { look_through(p); }, walked_, walk_page);
    }

    void look_through(const page& p) {
        if (p.head.epoch != epoch_) return engine_.hear_head(p.head);
        const auto positions = static_cast<std::int64_t>(p.examined.value - p.from.value);
        effort_left_ -= effort_of_look_up + positions / positions_for_one_effort +
                        static_cast<std::int64_t>(p.entries.size() + p.marks.size());
        walked_ = note_old(p);
        if (walked_ == p.head.newest || walked_ < p.examined) rests_until_ = engine_.now() + rest();
        for (excess& e : engine_.overgrown_.take()) jobs_.push_back(std::move(e));
    }

    // Returns where the young ones begin, or the page's end.
    position note_old(const page& p) {
        flat_index known;
        for (const entry& e : p.entries) {
            if (!is_old(e)) return e.place.position.previous();
            const std::uint64_t key = hash(e.conversation, engine_.seed_);
            const std::uint32_t job =
                known.find(key, [&](std::uint32_t n) { return jobs_[n].conversation == e.conversation; });
            if (job == flat_index::none) {
                known.insert(key, static_cast<std::uint32_t>(jobs_.size()));
                jobs_.push_back({e.conversation, e.place.seq.next(), 0});
            } else {
                jobs_[job].first_kept = e.place.seq.next();
            }
        }
        return p.examined;
    }

    // An age is not meant to the second: what has come of age goes together.
    duration rest() const {
        const std::int64_t part = engine_.settings().keep_for.milliseconds / 64;
        return milliseconds(std::min(std::max(part, seconds(1).milliseconds), minutes(60).milliseconds));
    }

    // --- one conversation: look what it has, trim a piece, say so
    void look_up() {
        effort_left_ -= effort_of_look_up;
        const excess& job = jobs_.back();
        const seq last = job.first_kept.previous();
        ask<history_page>(
            verbs::history, [this](const history_page& p) { trim(p); }, job.conversation,
            job.keep == 0 ? seq_range{last, last} : seq_range{seq{1}, seq{0}}, limits{.entries = 1});
    }

    void trim(const history_page& p) {
        const excess& job = jobs_.back();
        const conversation_head& now = p.head;
        const seq wanted = job.keep == 0 ? aged(job, p) : beyond_count(job, now);
        if (wanted <= now.first_kept) return trimmed_already(now.first_kept == job.first_kept);
        const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(effort_left_, 1));
        const seq to = std::min(wanted, seq{now.first_kept.value + most});
        effort_left_ -= static_cast<std::int64_t>(to.value - now.first_kept.value);
        ask<nothing>(
            verbs::trim, [this, to, over = to == wanted](nothing) { trimmed(to, over); }, job.conversation, to);
    }

    // What was noted may be of a log that is replaced by now, and nobody has said so yet: only what is seen to be too
    // much goes.
    seq aged(const excess& job, const history_page& p) const {
        return p.entries.empty() || !is_old(p.entries.back()) ? seq{} : job.first_kept;
    }
    static seq beyond_count(const excess& job, const conversation_head& now) {
        return std::min(job.first_kept, seq{now.seq.value < job.keep ? 0 : now.seq.value - job.keep + 1});
    }

    bool is_old(const entry& e) const { return e.time + engine_.settings().keep_for <= engine_.now(); }

    // By another engine; or here, and the answer was lost.
    void trimmed_already(bool exactly_this) {
        if (exactly_this) tell(jobs_.back().first_kept);
        jobs_.pop_back();
    }

    void trimmed(seq first_kept, bool over) {
        tell(first_kept);
        if (over) jobs_.pop_back();
    }

    void tell(seq first_kept) {
        effort_left_ -= static_cast<std::int64_t>(engine_.tell_trimmed(jobs_.back().conversation, first_kept));
    }

    static constexpr limits walk_page{.entries = 256, .bytes = 256 * 1024};
    static constexpr duration pause = seconds(1);

    Engine& engine_;
    tandem::epoch epoch_{};
    std::vector<excess> jobs_{};  // the last one first
    position walked_{};           // nothing before this is old
    instant rests_until_{};       // between two walks
    instant again_{};             // after a failure
    std::int64_t effort_left_ = 0;
    bool asking_ = false;
    bool working_ = false;
};

}  // namespace tandem
