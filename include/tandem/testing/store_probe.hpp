// Any store, asked as if it answered at once.
#pragma once

#include "../store/seq_store.hpp"

#include <optional>
#include <string>
#include <utility>

namespace tandem {

// Thrown inside a law, caught by whoever runs it.
struct broken_law {
    std::string why;
};

inline void expect(bool holds, std::string_view why) {
    if (!holds) throw broken_law{std::string{why}};
}

// How a store that answers later is brought to answer; give `store_laws` your own if yours needs a loop to run.
struct release_answers {
    template <class S>
    void operator()(S& store) const {
        if constexpr (requires { store.release_all(); }) store.release_all();
    }
};

// Works the verbs of some store for the laws, which are thereby compiled once, whatever the store. A call that fails,
// or answers twice, or never, breaks the law it is made in.
class store_probe {
public:
    store_probe() = default;
    store_probe(const store_probe&) = delete;
    store_probe& operator=(const store_probe&) = delete;
    virtual ~store_probe() = default;

    virtual outcomes append(const std::vector<draft>& ds) = 0;
    virtual mark_outcome put(const mark_change& c) = 0;
    virtual std::optional<found> find(const user_id& sender, const send_id& id) = 0;
    virtual log_head head() = 0;
    virtual page tail(position from, limits most = {}) = 0;
    virtual page changes(const user_id& u, position from, limits most = {}) = 0;
    virtual history_page history(const conversation_id& c, seq_range range, limits most = {}) = 0;
    virtual membership_list memberships(const user_id& u) = 0;
    virtual membership member(const conversation_id& c, const user_id& u) = 0;
    virtual member_page members(const conversation_id& c, const user_id& after, std::size_t count) = 0;
    virtual mark_page marks(const conversation_id& c, seq_range targets, position after = {},
                            std::size_t count = 1000) = 0;
    virtual overview_page overviews(const user_id& u) = 0;
    virtual bool trims() const = 0;
    virtual void trim(const conversation_id& c, seq first_kept) = 0;

    outcome append(const draft& d) { return append(std::vector<draft>{d})[0]; }
    // For laws about something else: the draft must be placed.
    place placed(const draft& d) {
        const outcome o = append(d);
        expect(o.became == outcome::what::placed, "a sound draft was not placed: " + d.body);
        return o.place;
    }
};

template <seq_store S, class Settle>
class store_probe_of final : public store_probe {
public:
    store_probe_of(S& store, Settle& settle) : store_{store}, settle_{settle} {}

    outcomes append(const std::vector<draft>& ds) override {
        auto all = answer<outcomes>(verbs::append, drafts{ds});
        expect(all.size() == ds.size(), "append did not give one outcome per draft");
        return all;
    }
    mark_outcome put(const mark_change& c) override {
        const auto all = answer<mark_outcomes>(verbs::put, mark_changes{&c, 1});
        expect(all.size() == 1, "put did not give one outcome per change");
        return all[0];
    }
    std::optional<found> find(const user_id& sender, const send_id& id) override {
        return answer<std::optional<found>>(verbs::find, sender, id);
    }
    log_head head() override { return answer<log_head>(verbs::head); }
    page tail(position from, limits most) override { return answer<page>(verbs::tail, from, most); }
    page changes(const user_id& u, position from, limits most) override {
        return answer<page>(verbs::changes, u, from, most);
    }
    history_page history(const conversation_id& c, seq_range range, limits most) override {
        return answer<history_page>(verbs::history, c, range, most);
    }
    membership_list memberships(const user_id& u) override { return answer<membership_list>(verbs::memberships, u); }
    membership member(const conversation_id& c, const user_id& u) override {
        return answer<membership>(verbs::member, c, u);
    }
    member_page members(const conversation_id& c, const user_id& after, std::size_t count) override {
        return answer<member_page>(verbs::members, c, after, count);
    }
    mark_page marks(const conversation_id& c, seq_range targets, position after, std::size_t count) override {
        return answer<mark_page>(verbs::marks, c, targets, after, count);
    }
    overview_page overviews(const user_id& u) override { return answer<overview_page>(verbs::overviews, u); }
    bool trims() const override { return trimming_store<S>; }
    void trim(const conversation_id& c, seq first_kept) override {
        if constexpr (trimming_store<S>) answer<nothing>(verbs::trim, c, first_kept);
    }

private:
    template <class T, class Verb, class... Args>
    T answer(Verb verb, const Args&... args) {
        std::optional<result<T>> got;
        int times = 0;
        ask<T>(verb, done<T>{[&](result<T> r) { got = std::move(r), ++times; }}, store_, args...);
        settle_(store_);
        expect(times == 1, "a verb did not answer exactly once");
        expect(static_cast<bool>(*got), "a verb failed although nothing was wrong");
        return std::move(**got);
    }

    S& store_;
    Settle& settle_;
};

}  // namespace tandem
