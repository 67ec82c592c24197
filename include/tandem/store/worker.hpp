// A blocking store at work on threads of its own, for all engines of a process.
#pragma once

#include "blocking_store.hpp"
#include "worker_queue.hpp"

#include <span>
#include <thread>
#include <type_traits>

namespace tandem {

template <class Store>
class worker_store;

// Owns a store (worker<my_store&>: uses yours) and asks it, on threads of its own, what engines ask their
// worker_stores. One thread writes; if several appends wait for it, whosever, they become one commit, which fails or
// succeeds for all of them. Reads have threads of their own if the store has reads_from_any_thread, otherwise they wait
// in the same line. What the store throws is an error: store_failed of a read, unknown_outcome of a write.
template <class Store>
class worker : detail::require_blocking_store<std::remove_reference_t<Store>> {
public:
    explicit worker(Store store, const worker_options& o = {}) : worker{without_threads{}, store, o} {
        for (std::size_t thread = 0; thread <= readers_in(o); ++thread)
            threads_.emplace_back([this, thread] { work(thread); });
    }
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker() { stop(); }

    // What runs is finished; what waits is abandoned or carried out, too; what is asked from now on is abandoned. Who
    // is abandoned is answered as if too much waited. On return the store is no longer used and every answer has been
    // posted. Any thread may call it but these: the store and a `post` may not.
    void stop(when_stopped what_waits = when_stopped::abandon) {
        for (auto& q : queue_->close(what_waits)) detail::give_back(std::move(q));
        const std::lock_guard one_at_a_time{stopping_};
        for (std::thread& t : threads_)
            if (t.joinable()) t.join();
    }

    // At this moment; from any thread.
    worker_load load() const { return queue_->load(); }

private:
    friend class worker_store<Store>;

    using store_type = std::remove_reference_t<Store>;
    using question = detail::question_ptr<store_type>;
    using append_question = detail::append_question<store_type>;

    // The destructor runs if a thread cannot be started.
    struct without_threads {};
    worker(without_threads, std::remove_reference_t<Store>& store, const worker_options& o)
        : store_{std::forward<Store>(store)},
          queue_{std::make_shared<detail::worker_queue<store_type>>(o, readers_in(o))} {}

    static std::size_t readers_in(const worker_options& o) { return reads_from_any_thread<store_type> ? o.readers : 0; }

    void work(std::size_t thread) {
        std::vector<question> taken;
        while (queue_->next(thread, taken)) {
            if (taken.size() == 1) taken.front()->carry_out(store_);
            else append_together(taken);
            queue_->carried_out(thread, taken);
            for (question& q : taken) detail::give_back(std::move(q));
            taken.clear();
        }
    }

    void append_together(std::span<const question> all) {
        std::size_t expected = 0;
        for (const question& q : all) expected += q->drafts;
        auto made = detail::attempt<outcomes>(errc::unknown_outcome, [&] { return commit(all); });
        side_by_side_.clear();
        if (made && made->size() != expected)
            made = error{errc::unknown_outcome, "append answered for another number of drafts"};
        std::size_t from = 0;
        for (const question& q : all) {
            if (!made) q->fail(made.error());
            else static_cast<append_question&>(*q).got = part_of(*made, from, q->drafts);
            from += q->drafts;
        }
    }

    static outcomes part_of(std::span<const outcome> all, std::size_t from, std::size_t count) {
        const auto part = all.subspan(from, count);
        return {part.begin(), part.end()};
    }

    result<outcomes> commit(std::span<const question> all) {
        if constexpr (joining_store<store_type>) {
            std::vector<drafts> spans;
            for (const question& q : all) spans.push_back(static_cast<append_question&>(*q).span);
            return store_.append_together(std::span<const drafts>{spans});
        } else {
            for (const question& q : all) {
                const drafts span = static_cast<append_question&>(*q).span;
                side_by_side_.insert(side_by_side_.end(), span.begin(), span.end());
            }
            return store_.append(drafts{side_by_side_});
        }
    }

    Store store_;
    std::shared_ptr<detail::worker_queue<store_type>> queue_;
    std::vector<draft> side_by_side_;  // the writing thread's
    std::vector<std::thread> threads_;
    std::mutex stopping_;
};

}  // namespace tandem
