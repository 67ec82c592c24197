// Questions on their way to the threads of a worker: how many may wait, and which go together.
#pragma once

#include "worker_question.hpp"

#include "../core/steady_nanoseconds.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace tandem {

struct worker_options {
    std::size_t readers = 2;           // threads for reading, of a store with reads_from_any_thread; 0: the writing one
    std::size_t most_waiting = 1024;   // reads asked and not carried out, and as many writes
    std::size_t most_drafts = 65'536;  // in the appends among these
    std::uint64_t (*clock)() = steady_nanoseconds;  // nanoseconds since whenever, never backwards
};

// The questions that are carried out at the moment are still waiting.
struct worker_load {
    std::size_t waiting = 0;
    std::size_t drafts = 0;
    std::uint64_t longest_call = 0;  // nanoseconds; of the calls that run: a stuck disk shows here
};

// What becomes of the questions that no thread has begun with.
enum class when_stopped : unsigned char { abandon, carry_out };

namespace detail {

// Shared by a worker's threads, which are numbered, and by whoever asks. Thread 0 writes. Any thread may call anything.
template <class Store>
class worker_queue {
public:
    using question = question_ptr<Store>;

    worker_queue(const worker_options& o, std::size_t readers)
        : options_{o}, reading_apart_{readers > 0}, begun_(readers + 1) {}

    // Null if it was taken. Otherwise it comes back refused: the caller has it answered.
    question take(question q) {
        const std::lock_guard lock{mutex_};
        const char* const why_not = refusal_of(*q);
        if (why_not) {
            q->refuse(why_not);
            return q;
        }
        ++waiting_of(*q);
        drafts_ += q->drafts;
        line& to = lines_[reading_apart_ && reads(*q)];
        to.questions.push_back(std::move(q));
        to.came.notify_one();
        return nullptr;
    }

    // Waits until the thread has something to carry out: one question, or several appends. False: that was all.
    bool next(std::size_t thread, std::vector<question>& into) {
        std::unique_lock lock{mutex_};
        line& from = lines_[thread != 0];
        from.came.wait(lock, [&] { return closed_ || !from.questions.empty(); });
        if (from.questions.empty()) return false;
        if (from.questions.front()->kind == question_kind::append) return take_appends(from, into), begin(thread);
        into.push_back(std::move(from.questions.front()));
        from.questions.pop_front();
        return begin(thread);
    }

    // Before any of them is answered, so that who hears of it finds room for the next.
    void carried_out(std::size_t thread, const std::vector<question>& all) {
        const std::lock_guard lock{mutex_};
        begun_[thread].reset();
        for (const question& q : all) leaves(*q);
    }

    // Those of one asker that nobody has begun with.
    std::vector<question> withdraw(const asker& of) {
        return remove_if([&](const question& q) { return q->from.get() == &of; });
    }

    // Nothing is taken from now on. What nobody is going to carry out comes back refused.
    std::vector<question> close(when_stopped what_waits) {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        auto abandoned = remove_if([&](const question&) { return what_waits == when_stopped::abandon; });
        for (const question& q : abandoned) q->refuse(stopped);
        for (line& l : lines_) l.came.notify_all();
        return abandoned;
    }

    worker_load load() const {
        const std::lock_guard lock{mutex_};
        worker_load all{waiting_[0] + waiting_[1], drafts_, 0};
        const std::uint64_t now = options_.clock();
        for (const auto& begun : begun_)
            if (begun && now - *begun > all.longest_call) all.longest_call = now - *begun;
        return all;
    }

private:
    static constexpr const char* stopped = "the store's worker is stopped";

    struct line {
        std::deque<question> questions;
        std::condition_variable came;
    };

    // An append with more drafts than may wait goes when no others do: it would never go otherwise.
    const char* refusal_of(const detail::question<Store>& q) {
        if (closed_) return stopped;
        if (waiting_of(q) >= options_.most_waiting) return "too many questions wait for the store";
        const bool crowds = q.drafts > 0 && drafts_ > 0 && drafts_ + q.drafts > options_.most_drafts;
        return crowds ? "too many drafts wait for the store" : nullptr;
    }

    static bool reads(const detail::question<Store>& q) { return q.kind == question_kind::read; }
    std::size_t& waiting_of(const detail::question<Store>& q) { return waiting_[reads(q)]; }

    bool begin(std::size_t thread) {
        begun_[thread] = options_.clock();
        return true;
    }

    void leaves(const detail::question<Store>& q) {
        --waiting_of(q);
        drafts_ -= q.drafts;
    }

    // Every append, except behind another write of the same asker. A read that is passed sees more than it asked for.
    void take_appends(line& from, std::vector<question>& into) {
        ++round_;
        move_if(from, into, [&](const question& q) {
            if (q->kind == question_kind::write) q->from->passed_by = round_;
            return q->kind == question_kind::append && q->from->passed_by != round_;
        });
    }

    template <class Which>
    std::vector<question> remove_if(Which which) {
        std::vector<question> removed;
        const std::lock_guard lock{mutex_};
        for (line& l : lines_) move_if(l, removed, which);
        for (const question& q : removed) leaves(*q);
        return removed;
    }

    template <class Which>
    static void move_if(line& from, std::vector<question>& into, Which which) {
        auto kept = from.questions.begin();
        for (question& q : from.questions)
            if (which(q)) into.push_back(std::move(q));
            else *kept++ = std::move(q);
        from.questions.erase(kept, from.questions.end());
    }

    const worker_options options_;
    const bool reading_apart_;
    mutable std::mutex mutex_;
    line lines_[2];  // for thread 0, and for the others
    std::vector<std::optional<std::uint64_t>> begun_;
    std::size_t waiting_[2] = {};  // writes, reads: many pulls take no room from the sends
    std::size_t drafts_ = 0;
    std::uint64_t round_ = 0;
    bool closed_ = false;
};

}  // namespace detail

}  // namespace tandem
