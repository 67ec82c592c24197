// Any store, asked where nothing may fail.
#pragma once

#include "tried_store.hpp"

#include <type_traits>
#include <vector>

namespace tandem {

// What most laws work with: the verbs give what they are asked for, a failure breaks the law it happens in. With
// patience a read that failed is asked again, for laws in which something has been broken on purpose.
class store_probe {
public:
    explicit store_probe(tried_store& store, int patience = 1) : store_{store}, patience_{patience} {}

    tried_store& store() { return store_; }
    bool trims() const { return store_.trims(); }

    outcomes append(const std::vector<draft>& ds) {
        auto all = sure(store_.append(ds));
        expect(all.size() == ds.size(), "append did not give one outcome per draft");
        return all;
    }
    outcome append(const draft& d) { return append(std::vector<draft>{d})[0]; }
    outcomes append_together(const std::vector<drafts>& spans) { return sure(store_.append_together(spans)); }
    mark_outcomes put(const std::vector<mark_change>& cs) {
        auto all = sure(store_.put(cs));
        expect(all.size() == cs.size(), "put did not give one outcome per change");
        return all;
    }
    mark_outcome put(const mark_change& c) { return put(std::vector<mark_change>{c})[0]; }
    void trim(const conversation_id& c, seq first_kept) { sure(store_.trim(c, first_kept)); }
    void restart() { store_.restart(); }

    std::optional<found> find(const user_id& sender, const send_id& id) {
        return read([&] { return store_.find(sender, id); });
    }
    log_head head() {
        return read([&] { return store_.head(); });
    }
    page tail(position from, limits most = {}) {
        return read([&] { return store_.tail(from, most); });
    }
    page changes(const user_id& u, position from, limits most = {}) {
        return read([&] { return store_.changes(u, from, most); });
    }
    history_page history(const conversation_id& c, seq_range range, limits most = {}) {
        return read([&] { return store_.history(c, range, most); });
    }
    membership_list memberships(const user_id& u) {
        return read([&] { return store_.memberships(u); });
    }
    membership member(const conversation_id& c, const user_id& u) {
        return read([&] { return store_.member(c, u); });
    }
    member_page members(const conversation_id& c, const user_id& after, std::size_t count) {
        return read([&] { return store_.members(c, after, count); });
    }
    mark_page marks(const conversation_id& c, seq_range targets, position after = {}, std::size_t count = 1000) {
        return read([&] { return store_.marks(c, targets, after, count); });
    }
    overview_page overviews(const user_id& u) {
        return read([&] { return store_.overviews(u); });
    }

    // For laws about something else: the draft must be placed.
    place placed(const draft& d) {
        const outcome o = append(d);
        expect(o.became == outcome::what::placed, "a sound draft was not placed: " + d.body);
        return o.place;
    }

private:
    template <class T>
    static T sure(result<T> r) {
        expect(static_cast<bool>(r), "a verb failed although nothing was wrong");
        return std::move(*r);
    }

    template <class Read>
    typename std::invoke_result_t<Read&>::value_type read(Read once_more) {
        auto r = once_more();
        for (int tries = 1; !r && tries < patience_; ++tries) r = once_more();
        return sure(std::move(r));
    }

    tried_store& store_;
    int patience_;
};

}  // namespace tandem
