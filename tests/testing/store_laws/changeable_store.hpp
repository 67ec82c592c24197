// A right store whose verbs a test does wrong, one at a time.
#pragma once

#include <tandem/store/memory_store.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tandem {

// memory_store with verbs that can be overridden, so that the laws are compiled once for all wrong stores.
struct changeable_store {
    virtual ~changeable_store() = default;

    virtual result<outcomes> append(drafts ds) { return s.append(ds); }
    virtual result<outcomes> append_together(std::span<const drafts> all) {
        std::vector<draft> joined;
        for (const drafts ds : all) joined.insert(joined.end(), ds.begin(), ds.end());
        return append(joined);
    }
    virtual result<mark_outcomes> put(mark_changes cs) { return s.put(cs); }
    virtual result<nothing> trim(const conversation_id& c, seq first_kept) { return s.trim(c, first_kept); }
    virtual result<std::optional<found>> find(const user_id& u, const send_id& id) { return s.find(u, id); }
    virtual result<log_head> head() { return s.head(); }
    virtual result<page> tail(position from, limits most) { return s.tail(from, most); }
    virtual result<page> changes(const user_id& u, position from, limits most) { return s.changes(u, from, most); }
    virtual result<history_page> history(const conversation_id& c, seq_range range, limits most) {
        return s.history(c, range, most);
    }
    virtual result<membership_list> memberships(const user_id& u) { return s.memberships(u); }
    virtual result<membership> member(const conversation_id& c, const user_id& u) { return s.member(c, u); }
    virtual result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) {
        return s.members(c, after, count);
    }
    virtual result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) {
        return s.marks(c, targets, after, count);
    }
    virtual result<overview_page> overviews(const user_id& u) { return s.overviews(u); }

    memory_store s{epoch{1}};
};
static_assert(trimming_store<changeable_store> && joining_store<changeable_store>);

using made_store = std::unique_ptr<changeable_store>;

template <class Wrong>
made_store make_wrong() {
    return std::make_unique<Wrong>();
}

// The laws that it breaks, by their names. No lives by chance: the named laws alone must catch it.
std::set<std::string> broken_by(made_store (*make)());

// For every law one wrong store that breaks this law and no other: without the law nobody would notice.
struct wrong_store {
    const char* law;
    made_store (*make)();
};

enum class law_kit { writing, marking, reading, large, restarting };
std::vector<std::string> names_of(law_kit kit);

}  // namespace tandem
