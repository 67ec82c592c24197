// The store of a simulation: everything it does is compared with what it should do.
#pragma once

#include "truth.hpp"

namespace tandem::world {

// A store that answers now, with the truth looking on. Wrapped by scripted_store for its bad days.
template <class Store>
class audited_store {
public:
    using maker = Store (*)(epoch);
    audited_store(truth& t, maker make) : truth_{&t}, make_{make}, inner_{make(epoch{1})} {
        t.restart(inner_.head()->epoch);
    }

    result<outcomes> append(drafts ds) {
        truth_->log().note([&] {
            std::string all = "store: append";
            for (const draft& d : ds) all += " " + std::string{d.send_id.view()};
            return all;
        });
        auto r = inner_.append(ds);
        if (r) truth_->append(ds, *r);
        return r;
    }
    result<mark_outcomes> put(mark_changes cs) {
        auto r = inner_.put(cs);
        if (r)
            for (std::size_t i = 0; i < cs.size(); ++i) truth_->put(cs[i], (*r)[i]);
        return r;
    }
    result<nothing> trim(const conversation_id& c, seq first_kept) {
        auto r = inner_.trim(c, first_kept);
        if (r) truth_->trim(c, inner_.history(c, {seq{1}, seq{0}}, {})->head);
        return r;
    }
    // Somebody puts a backup back.
    void restore(std::size_t positions) {
        inner_ = make_(truth_->epoch().next());
        const auto log = truth_->restart(inner_.head()->epoch);
        for (std::size_t i = 0; i < positions; ++i) {
            if (log[i].is_mark) {
                const mark_change change = log[i].mark;
                (void)put({&change, 1});
            } else {
                draft d = log[i].entry;
                d.body = log[i].bodies.front().second;
                (void)append({&d, 1});
            }
        }
    }
    result<std::optional<found>> find(const user_id& u, const send_id& id) { return inner_.find(u, id); }
    result<log_head> head() { return inner_.head(); }
    result<page> tail(position p, limits l) { return inner_.tail(p, l); }
    result<page> changes(const user_id& u, position p, limits l) { return inner_.changes(u, p, l); }
    result<history_page> history(const conversation_id& c, seq_range r, limits l) { return inner_.history(c, r, l); }
    result<membership_list> memberships(const user_id& u) { return inner_.memberships(u); }
    result<membership> member(const conversation_id& c, const user_id& u) { return inner_.member(c, u); }
    result<member_page> members(const conversation_id& c, const user_id& a, std::size_t n) {
        return inner_.members(c, a, n);
    }
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) {
        return inner_.marks(c, targets, after, count);
    }
    result<overview_page> overviews(const user_id& u) { return inner_.overviews(u); }

private:
    truth* truth_;
    maker make_;
    Store inner_;
};

}  // namespace tandem::world
