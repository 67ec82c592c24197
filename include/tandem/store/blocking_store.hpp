// What a worker needs of its store, and what is said when a verb does not fit.
#pragma once

#include "seq_store.hpp"

namespace tandem {

namespace detail {

// Each is a base of the worker: all verbs that do not fit are reported, one sentence each.
#define TANDEM_REQUIRE_NOW(verb, spelling, ...)                                                                        \
    template <class S>                                                                                                 \
    struct require_##verb##_now {                                                                                      \
        static_assert((answers_now<decltype(verbs::verb), __VA_ARGS__>),                                               \
                      "tandem: a worker's store answers by returning, however long it takes:  " spelling);             \
    }

TANDEM_REQUIRE_NOW(append, "result<outcomes> append(drafts)", outcomes, S&, drafts);
TANDEM_REQUIRE_NOW(put, "result<mark_outcomes> put(mark_changes)", mark_outcomes, S&, mark_changes);
TANDEM_REQUIRE_NOW(find, "result<std::optional<found>> find(const user_id&, const send_id&)", std::optional<found>, S&,
                   const user_id&, const send_id&);
TANDEM_REQUIRE_NOW(head, "result<log_head> head()", log_head, S&);
TANDEM_REQUIRE_NOW(tail, "result<page> tail(position, limits)", page, S&, position, limits);
TANDEM_REQUIRE_NOW(changes, "result<page> changes(const user_id&, position, limits)", page, S&, const user_id&,
                   position, limits);
TANDEM_REQUIRE_NOW(history, "result<history_page> history(const conversation_id&, seq_range, limits)", history_page, S&,
                   const conversation_id&, seq_range, limits);
TANDEM_REQUIRE_NOW(memberships, "result<membership_list> memberships(const user_id&)", membership_list, S&,
                   const user_id&);
TANDEM_REQUIRE_NOW(member, "result<membership> member(const conversation_id&, const user_id&)", membership, S&,
                   const conversation_id&, const user_id&);
TANDEM_REQUIRE_NOW(members, "result<member_page> members(const conversation_id&, const user_id&, std::size_t)",
                   member_page, S&, const conversation_id&, const user_id&, std::size_t);
TANDEM_REQUIRE_NOW(marks, "result<mark_page> marks(const conversation_id&, seq_range, position, std::size_t)",
                   mark_page, S&, const conversation_id&, seq_range, position, std::size_t);
TANDEM_REQUIRE_NOW(overviews, "result<overview_page> overviews(const user_id&)", overview_page, S&, const user_id&);

#undef TANDEM_REQUIRE_NOW

template <class S>
struct require_trim_now {
    static constexpr bool later = answers_later<decltype(verbs::trim), nothing, S&, const conversation_id&, seq>;
    static constexpr bool now = answers_now<decltype(verbs::trim), nothing, S&, const conversation_id&, seq>;
    static_assert(now || !later, "tandem: a worker's store answers by returning, however long it takes:  "
                                 "result<nothing> trim(const conversation_id&, seq)");
};

template <class S>
struct require_blocking_store : require_append_now<S>,
                                require_put_now<S>,
                                require_find_now<S>,
                                require_head_now<S>,
                                require_tail_now<S>,
                                require_changes_now<S>,
                                require_history_now<S>,
                                require_memberships_now<S>,
                                require_member_now<S>,
                                require_members_now<S>,
                                require_marks_now<S>,
                                require_overviews_now<S>,
                                require_trim_now<S> {};

}  // namespace detail

}  // namespace tandem
