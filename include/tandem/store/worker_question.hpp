// A verb on its way to a store's thread, and its answer on the way back.
#pragma once

#include "seq_store.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace tandem::detail {

// One who asks, and the way back to their thread. `waiting` is that thread's alone, `passed_by` the queue's.
struct asker {
    explicit asker(function<void(function<void()>)> to_its_thread) : post{std::move(to_its_thread)} {}

    function<void(function<void()>)> post;
    std::size_t waiting = 0;
    std::uint64_t passed_by = 0;
};

enum class question_kind : unsigned char { append, write, read };

// Has one owner at a time: the asker's thread, the queue, a thread of the worker, then what is posted. The ticket in it
// is made, called and dropped on the asker's thread alone: who else owns the question reads the arguments, and writes
// the answer.
template <class Store>
struct question {
    question(std::shared_ptr<asker> who, question_kind k, std::size_t n) : from{std::move(who)}, kind{k}, drafts{n} {
        ++from->waiting;
    }
    question(const question&) = delete;
    question& operator=(const question&) = delete;
    virtual ~question() { --from->waiting; }

    virtual void carry_out(Store&) = 0;
    virtual void fail(error why) = 0;  // instead of carrying it out
    virtual void answer() = 0;

    // Nothing happened, and the code says so.
    void refuse(const char* why) {
        fail(error{kind == question_kind::read ? errc::overloaded : errc::store_failed, why});
    }

    std::shared_ptr<asker> from;
    question_kind kind;
    std::size_t drafts;
};

template <class Store>
using question_ptr = std::unique_ptr<question<Store>>;

// What the store throws becomes an error, too.
template <class T, class Call>
result<T> attempt(errc if_it_throws, Call call) {
    try {
        return result<T>(call());
    } catch (const std::exception& e) { return error{if_it_throws, e.what()}; } catch (...) {
        return error{if_it_throws, "the store threw something"};
    }
}

template <class Store, class T, class Call>
struct question_of final : question<Store> {
    question_of(std::shared_ptr<asker> who, question_kind k, done<T> d, Call c)
        : question<Store>{std::move(who), k, 0}, then{std::move(d)}, call{std::move(c)} {}

    void carry_out(Store& store) override {
        const bool reads = this->kind == question_kind::read;
        got = attempt<T>(reads ? errc::store_failed : errc::unknown_outcome, [&] { return call(store); });
    }
    void fail(error why) override { got = std::move(why); }
    void answer() override { then(std::move(got)); }

    done<T> then;
    Call call;
    result<T> got = errc::unknown_outcome;
};

// The only kind of which several are carried out together: so its span and its answer are open to who does that.
template <class Store>
struct append_question final : question<Store> {
    append_question(std::shared_ptr<asker> who, done<outcomes> d, tandem::drafts ds)
        : question<Store>{std::move(who), question_kind::append, ds.size()}, then{std::move(d)}, span{ds} {}

    void carry_out(Store& store) override {
        got = attempt<outcomes>(errc::unknown_outcome, [&] { return store.append(span); });
    }
    void fail(error why) override { got = std::move(why); }
    void answer() override { then(std::move(got)); }

    done<outcomes> then;
    tandem::drafts span;  // lives as long as the ticket
    result<outcomes> got = errc::unknown_outcome;
};

// The asker is held here as well: by the time `post` returns, the question may have been answered and be gone.
template <class Store>
void give_back(question_ptr<Store> q) noexcept {
    const std::shared_ptr<asker> to = q->from;
    to->post([q = std::move(q)] { q->answer(); });
}

}  // namespace tandem::detail
