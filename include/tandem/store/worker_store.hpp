// What one engine has of a store that works on threads of its own.
#pragma once

#include "worker.hpp"

namespace tandem {

// A seq_store whose verbs answer later. Each answer is a function that `post` carries to the engine's thread, to be
// called there once; dropped there, it answers unknown_outcome. Any event loop will do:
//   worker_store disk{shared_worker, [&loop](tandem::function<void()> f) { asio::post(loop, std::move(f)); }};
// `post` is called on whichever thread, by several at once, and does not throw. What is being carried out when this
// object goes is posted all the same: the loop stays until the worker is stopped, and `post` dies where it was last
// needed. Writes keep their order, reads go beside them; what is asked after an append was answered sees that append.
// If too much waits, or the worker is stopped or gone, a read is answered `overloaded` and a write `store_failed`:
// nothing happened. The end of this object drops the tickets of what nobody has begun with, and nothing of that
// happens.
template <class Store>
class worker_store {
    using store_type = std::remove_reference_t<Store>;
    using kind = detail::question_kind;

public:
    worker_store(worker<Store>& of, function<void(function<void()>)> post)
        : queue_{of.queue_}, asker_{std::make_shared<detail::asker>(std::move(post))} {}
    worker_store(worker_store&&) noexcept = default;
    worker_store& operator=(worker_store&& other) noexcept {
        std::swap(queue_, other.queue_);
        std::swap(asker_, other.asker_);
        return *this;
    }
    ~worker_store() {
        if (queue_) queue_->withdraw(*asker_);
    }

    // Asked, and not answered yet on this thread.
    std::size_t waiting() const { return asker_->waiting; }

    void append(drafts ds, done<outcomes> then) {
        send(std::make_unique<detail::append_question<store_type>>(asker_, std::move(then), ds));
    }
    void put(mark_changes cs, done<mark_outcomes> then) { ask(kind::write, verbs::put, std::move(then), cs); }
    void find(const user_id& sender, const send_id& id, done<std::optional<found>> then) {
        ask(kind::read, verbs::find, std::move(then), sender, id);
    }
    void head(done<log_head> then) { ask(kind::read, verbs::head, std::move(then)); }
    void tail(position from, limits most, done<page> then) {
        ask(kind::read, verbs::tail, std::move(then), from, most);
    }
    void changes(const user_id& u, position from, limits most, done<page> then) {
        ask(kind::read, verbs::changes, std::move(then), u, from, most);
    }
    void history(const conversation_id& c, seq_range range, limits most, done<history_page> then) {
        ask(kind::read, verbs::history, std::move(then), c, range, most);
    }
    void memberships(const user_id& u, done<membership_list> then) {
        ask(kind::read, verbs::memberships, std::move(then), u);
    }
    void member(const conversation_id& c, const user_id& u, done<membership> then) {
        ask(kind::read, verbs::member, std::move(then), c, u);
    }
    void members(const conversation_id& c, const user_id& after, std::size_t count, done<member_page> then) {
        ask(kind::read, verbs::members, std::move(then), c, after, count);
    }
    void marks(const conversation_id& c, seq_range targets, position after, std::size_t count, done<mark_page> then) {
        ask(kind::read, verbs::marks, std::move(then), c, targets, after, count);
    }
    void overviews(const user_id& u, done<overview_page> then) {
        ask(kind::read, verbs::overviews, std::move(then), u);
    }
    void trim(const conversation_id& c, seq first_kept, done<nothing> then)
        requires trimming_store<store_type>
    {
        ask(kind::write, verbs::trim, std::move(then), c, first_kept);
    }

private:
    // Ids travel by value: a ticket keeps them alive, but for the asker's thread alone.
    template <class T, class Verb, class... Args>
    void ask(kind k, Verb verb, done<T> then, const Args&... args) {
        auto call = [verb, ... own = args](store_type& s) { return result<T>(verb(s, own...)); };
        send(std::make_unique<detail::question_of<store_type, T, decltype(call)>>(asker_, k, std::move(then),
                                                                                  std::move(call)));
    }

    void send(detail::question_ptr<store_type> q) {
        if (auto refused = queue_->take(std::move(q))) detail::give_back(std::move(refused));
    }

    std::shared_ptr<detail::worker_queue<store_type>> queue_;
    std::shared_ptr<detail::asker> asker_;
};

}  // namespace tandem
