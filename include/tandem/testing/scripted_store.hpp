// A store with bad days, on order: slow, failing, forgetting to answer, crashing.
#pragma once

#include "random.hpp"

#include "../store/seq_store.hpp"

#include <array>
#include <deque>
#include <memory>
#include <optional>

namespace tandem {

enum class store_verb : unsigned char {
    append,
    put,
    find,
    head,
    tail,
    changes,
    history,
    memberships,
    member,
    members,
    marks,
    overviews,
    trim,
    count
};

enum class store_fault : unsigned char {
    none,
    failed,        // store_failed; nothing happened
    unknown_done,  // unknown_outcome; it did happen
    unknown_lost,  // unknown_outcome; it did not
};

// What happens by chance, in percent of the calls.
struct store_chaos {
    unsigned failed = 0;
    unsigned unknown = 0;    // writes only; half of them did happen
    unsigned at_once = 0;    // answered from inside the call
    unsigned early = 0;      // carried out at the call, though answered later
    unsigned overtaken = 0;  // a step works on a later question than the oldest
};

// Wraps a store. A question waits until `step` or `release_all`; it is carried out then, or earlier by `carry_out`.
// Writes are carried out and answered in the order they came, reads may overtake. The same script gives the same run.
template <seq_store S>
class scripted_store {
public:
    explicit scripted_store(S store = S{}) : store_{std::move(store)} {}
    scripted_store(S store, store_chaos chaos, std::uint64_t seed)
        : store_{std::move(store)}, chaos_{chaos}, random_{seed} {}

    // --- the script

    // The nth call from now (1: the next one), of this verb or of any, meets this fault.
    void plan(store_fault fault, std::size_t nth = 1, std::optional<store_verb> only = {}) {
        planned_.push_back({fault, nth, only});
    }
    // From now on every call fails, until told otherwise.
    void fail_all(bool on = true) { outage_ = on; }
    void answer_at_once(bool on = true) { at_once_ = on; }
    // From now on this happens by chance.
    void behave(store_chaos chaos) { chaos_ = chaos; }

    std::size_t waiting() const { return waiting_.size(); }

    // Carries out the oldest question that was not yet, without answering it.
    bool carry_out() {
        for (auto& q : waiting_)
            if (!q->carried_out()) return q->carry_out(), true;
        return false;
    }

    // Answers one question.
    bool step() {
        if (waiting_.empty()) return false;
        answer(chosen());
        return true;
    }

    // Answers what waits, also what is asked meanwhile.
    void release_all() {
        while (step()) {}
    }

    // The process dies. What was answered stays. Of the writes not carried out yet the first `kept` are; the others
    // never happened. Tickets are dropped, which answers them `unknown_outcome` if anybody is still there to hear.
    void crash(std::size_t kept = 0) {
        for (auto& q : waiting_)
            if (q->is_write && !q->carried_out() && kept != 0) --kept, q->carry_out();
        std::exchange(waiting_, {}).clear();
    }

    std::size_t calls(store_verb v) const { return calls_[static_cast<std::size_t>(v)]; }
    std::size_t calls() const {
        std::size_t sum = 0;
        for (const std::size_t n : calls_) sum += n;
        return sum;
    }
    S& inner() { return store_; }

    // --- the store

    void append(drafts ds, done<outcomes> then) { call(store_verb::append, verbs::append, std::move(then), ds); }
    void put(mark_changes cs, done<mark_outcomes> then) { call(store_verb::put, verbs::put, std::move(then), cs); }
    void find(const user_id& sender, const send_id& id, done<std::optional<found>> then) {
        call(store_verb::find, verbs::find, std::move(then), sender, id);
    }
    void head(done<log_head> then) { call(store_verb::head, verbs::head, std::move(then)); }
    void tail(position from, limits most, done<page> then) {
        call(store_verb::tail, verbs::tail, std::move(then), from, most);
    }
    void changes(const user_id& u, position from, limits most, done<page> then) {
        call(store_verb::changes, verbs::changes, std::move(then), u, from, most);
    }
    void history(const conversation_id& c, seq_range range, limits most, done<history_page> then) {
        call(store_verb::history, verbs::history, std::move(then), c, range, most);
    }
    void memberships(const user_id& u, done<membership_list> then) {
        call(store_verb::memberships, verbs::memberships, std::move(then), u);
    }
    void member(const conversation_id& c, const user_id& u, done<membership> then) {
        call(store_verb::member, verbs::member, std::move(then), c, u);
    }
    void members(const conversation_id& c, const user_id& after, std::size_t count, done<member_page> then) {
        call(store_verb::members, verbs::members, std::move(then), c, after, count);
    }
    void marks(const conversation_id& c, seq_range targets, position after, std::size_t count, done<mark_page> then) {
        call(store_verb::marks, verbs::marks, std::move(then), c, targets, after, count);
    }
    void overviews(const user_id& u, done<overview_page> then) {
        call(store_verb::overviews, verbs::overviews, std::move(then), u);
    }
    void trim(const conversation_id& c, seq first_kept, done<nothing> then)
        requires trimming_store<S>
    {
        call(store_verb::trim, verbs::trim, std::move(then), c, first_kept);
    }

private:
    struct question {
        virtual ~question() = default;
        virtual void carry_out() = 0;
        virtual bool carried_out() const = 0;
        virtual void answer() = 0;
        bool is_write = false;
    };

    // `ask_store` puts the question to the wrapped store, which may itself answer later.
    template <class T>
    struct question_of final : question, std::enable_shared_from_this<question_of<T>> {
        question_of(done<T> d, store_fault f, function<void(done<T>)> a)
            : then{std::move(d)}, fault{f}, ask_store{std::move(a)} {}

        void carry_out() override {
            auto ask_now = std::move(ask_store);
            if (fault == store_fault::failed) return take(error{errc::store_failed, "scripted"});
            if (fault == store_fault::unknown_lost) return take(error{errc::unknown_outcome, "scripted, lost"});
            ask_now(done<T>{[self = this->shared_from_this()](result<T> r) { self->take(std::move(r)); }});
        }
        bool carried_out() const override { return !ask_store; }
        void answer() override {
            if (!carried_out()) carry_out();
            wanted = true;
            tell();
        }
        void take(result<T> r) {
            if (fault == store_fault::unknown_done) r = error{errc::unknown_outcome, "scripted, done"};
            got = std::move(r);
            tell();
        }
        void tell() {
            if (wanted && got) then(std::move(*got));
        }

        done<T> then;
        store_fault fault;
        function<void(done<T>)> ask_store;
        std::optional<result<T>> got;
        bool wanted = false;
    };

    struct planned {
        store_fault fault;
        std::size_t nth;
        std::optional<store_verb> only;
    };

    template <class T, class Verb, class... Args>
    void call(store_verb name, Verb verb, done<T> then, const Args&... args) {
        ++calls_[static_cast<std::size_t>(name)];
        const bool write = name == store_verb::append || name == store_verb::put || name == store_verb::trim;
        auto ask_store = [this, verb, ... args = args](done<T> d) mutable {
            ask<T>(verb, std::move(d), store_, args...);
        };
        auto q = std::make_shared<question_of<T>>(std::move(then), fault_for(name, write), std::move(ask_store));
        q->is_write = write;
        waiting_.push_back(q);
        if (at_once_ || random_.chance(chaos_.at_once)) catch_up_with(waiting_.size() - 1);
        else if (random_.chance(chaos_.early) && !(write && older_write_waits(waiting_.size() - 1))) q->carry_out();
    }

    store_fault fault_for(store_verb name, bool write) {
        store_fault met = outage_ ? store_fault::failed : by_chance(write);
        for (auto p = planned_.begin(); p != planned_.end();) {
            const bool due = p->only.value_or(name) == name && --p->nth == 0;
            if (due) met = p->fault;
            p = due ? planned_.erase(p) : p + 1;
        }
        return met;
    }

    store_fault by_chance(bool write) {
        if (random_.chance(chaos_.failed)) return store_fault::failed;
        if (write && random_.chance(chaos_.unknown))
            return random_.chance(50) ? store_fault::unknown_done : store_fault::unknown_lost;
        return store_fault::none;
    }

    bool older_write_waits(std::size_t than) const {
        for (std::size_t i = 0; i < than; ++i)
            if (waiting_[i]->is_write) return true;
        return false;
    }

    std::size_t chosen() {
        if (!random_.chance(chaos_.overtaken)) return 0;
        const auto i = static_cast<std::size_t>(random_.below(waiting_.size()));
        return waiting_[i]->is_write && older_write_waits(i) ? 0 : i;
    }

    // Taken out of the queue first: the answer may ask the next question.
    void answer(std::size_t i) {
        const auto q = waiting_[i];
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
        q->answer();
    }

    // A write answered at once must not overtake the writes before it.
    void catch_up_with(std::size_t i) {
        if (!(waiting_[i]->is_write && older_write_waits(i))) answer(i);
    }

    S store_;
    store_chaos chaos_{};
    seeded_random random_{0};
    std::deque<std::shared_ptr<question>> waiting_;
    std::vector<planned> planned_;
    std::array<std::size_t, static_cast<std::size_t>(store_verb::count)> calls_{};
    bool outage_ = false;
    bool at_once_ = false;
};

}  // namespace tandem
