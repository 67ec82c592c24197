// A store on the bench: every verb, and what may be done to it.
#pragma once

#include "store_bench.hpp"

#include "../store/seq_store.hpp"

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace tandem {

// Any store, asked as if it answered at once. The laws are compiled against this, hence once, whatever the store. One
// store is there at a time. A verb that throws, or never answers, breaks the law it is asked in; one that fails does
// not.
class tried_store {
public:
    tried_store() = default;
    tried_store(const tried_store&) = delete;
    tried_store& operator=(const tried_store&) = delete;
    virtual ~tried_store() = default;

    virtual result<outcomes> append(drafts ds) = 0;
    virtual result<outcomes> append_together(std::span<const drafts> all) = 0;
    virtual result<mark_outcomes> put(mark_changes cs) = 0;
    virtual result<nothing> trim(const conversation_id& c, seq first_kept) = 0;
    virtual result<std::optional<found>> find(const user_id& sender, const send_id& id) = 0;
    virtual result<log_head> head() = 0;
    virtual result<page> tail(position from, limits most) = 0;
    virtual result<page> changes(const user_id& u, position from, limits most) = 0;
    virtual result<history_page> history(const conversation_id& c, seq_range range, limits most) = 0;
    virtual result<membership_list> memberships(const user_id& u) = 0;
    virtual result<membership> member(const conversation_id& c, const user_id& u) = 0;
    virtual result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) = 0;
    virtual result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) = 0;
    virtual result<overview_page> overviews(const user_id& u) = 0;

    virtual void make() = 0;                   // in place of the one that is there
    virtual void restart() = 0;                // the same one again
    virtual bool break_at(std::size_t n) = 0;  // true: the break planned before has struck
    virtual void crash_at(std::size_t n) = 0;
    virtual bool crashed() const = 0;  // for sure; where nobody knows, failing calls will tell

    // What store and bench offer.
    virtual bool trims() const = 0;
    virtual bool joins() const = 0;
    virtual bool restarts() const = 0;
    virtual bool breaks() const = 0;
    virtual bool crashes() const = 0;
    virtual bool reads_from_any_thread() const = 0;
};

template <store_bench Bench>
class tried_store_of final : public tried_store {
    using made = decltype(std::declval<Bench&>().make());

    static auto& pointed_at(made& m) {
        if constexpr (requires { *m; }) return *m;
        else return m;
    }
    using store = std::remove_reference_t<decltype(pointed_at(std::declval<made&>()))>;
    static_assert(seq_store<store>, "what your bench makes is no seq_store, nor a pointer that owns one");

    static constexpr bool has_restart = requires(Bench& b) { b.restart(); };
    static constexpr bool has_crash_at = requires(Bench& b) { b.crash_at(std::size_t{}); };
    static constexpr bool has_crash = requires(Bench& b) { b.crash(); };
    static constexpr bool has_break_at = requires(Bench& b) {
        { b.break_at(std::size_t{}) } -> std::same_as<bool>;
    };
    static_assert(
        has_break_at || !requires(Bench& b) { b.break_at(std::size_t{}); },
        "your bench's break_at(n) returns a bool: whether the break planned before has struck");
    static_assert(has_restart || !(has_crash || has_crash_at), "a bench that can crash its store can restart() it");

public:
    explicit tried_store_of(Bench& bench) : bench_{bench} {}

    result<outcomes> append(drafts ds) override { return answer<outcomes>(verbs::append, ds); }
    result<outcomes> append_together(std::span<const drafts> all) override {
        if constexpr (joining_store<store>) return answer<outcomes>(verbs::append_together, all);
        else return errc::unsupported;
    }
    result<mark_outcomes> put(mark_changes cs) override { return answer<mark_outcomes>(verbs::put, cs); }
    result<nothing> trim(const conversation_id& c, seq first_kept) override {
        if constexpr (trimming_store<store>) return answer<nothing>(verbs::trim, c, first_kept);
        else return errc::unsupported;
    }
    result<std::optional<found>> find(const user_id& sender, const send_id& id) override {
        return answer<std::optional<found>>(verbs::find, sender, id);
    }
    result<log_head> head() override { return answer<log_head>(verbs::head); }
    result<page> tail(position from, limits most) override { return answer<page>(verbs::tail, from, most); }
    result<page> changes(const user_id& u, position from, limits most) override {
        return answer<page>(verbs::changes, u, from, most);
    }
    result<history_page> history(const conversation_id& c, seq_range range, limits most) override {
        return answer<history_page>(verbs::history, c, range, most);
    }
    result<membership_list> memberships(const user_id& u) override {
        return answer<membership_list>(verbs::memberships, u);
    }
    result<membership> member(const conversation_id& c, const user_id& u) override {
        return answer<membership>(verbs::member, c, u);
    }
    result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) override {
        return answer<member_page>(verbs::members, c, after, count);
    }
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) override {
        return answer<mark_page>(verbs::marks, c, targets, after, count);
    }
    result<overview_page> overviews(const user_id& u) override { return answer<overview_page>(verbs::overviews, u); }

    void make() override {
        made_.reset();
        calls_to_crash_ = 0, crashed_ = false;
        made_.reset(new made(bench_.make()));
    }
    void restart() override {
        made_.reset();
        calls_to_crash_ = 0, crashed_ = false;
        if constexpr (has_restart) made_.reset(new made(bench_.restart()));
    }
    bool break_at([[maybe_unused]] std::size_t n) override {
        if constexpr (has_break_at) return bench_.break_at(n);
        else return false;
    }
    // A bench that can only crash at once does so in the nth call: the store was asked, and may not have answered yet.
    void crash_at(std::size_t n) override {
        if constexpr (has_crash_at) bench_.crash_at(n);
        else if (n == 0) crash();
        else calls_to_crash_ = n;
    }

    bool crashed() const override { return crashed_; }

    bool trims() const override { return trimming_store<store>; }
    bool joins() const override { return joining_store<store>; }
    bool restarts() const override { return has_restart; }
    bool breaks() const override { return has_break_at; }
    bool crashes() const override { return has_crash || has_crash_at; }
    bool reads_from_any_thread() const override {
        return tandem::reads_from_any_thread<store> &&
               !answers_later<decltype(verbs::tail), page, store&, position, limits>;
    }

private:
    void crash() {
        if constexpr (has_crash) bench_.crash();
        crashed_ = true;
    }

    template <class T, class Verb, class... Args>
    result<T> answer(Verb verb, const Args&... args) {
        const auto got = std::make_shared<std::optional<result<T>>>();  // a late answer finds it still there
        try {
            ask<T>(verb, done<T>{[got](result<T> r) { *got = std::move(r); }}, pointed_at(*made_), args...);
            if (calls_to_crash_ != 0 && --calls_to_crash_ == 0) {
                crash();
                if (!*got) return error{errc::unknown_outcome, "crashed before it answered"};
            }
            if (!*got) settle(pointed_at(*made_));
        } catch (const std::exception& e) {
            throw broken_law{std::string{"a verb threw; what goes wrong is a result: "} + e.what()};
        }
        expect(got->has_value(), "a verb never answered");
        return std::move(**got);
    }

    void settle(store& s) {
        if constexpr (requires { bench_.settle(s); }) bench_.settle(s);
        else release_answers{}(s);
    }

    Bench& bench_;
    std::unique_ptr<made> made_;
    std::size_t calls_to_crash_ = 0;  // 0: none is planned
    bool crashed_ = false;
};

}  // namespace tandem
