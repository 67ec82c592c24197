// What must never be lost, and in which order it happened.
#pragma once

#include "../core/answer.hpp"
#include "../protocol/pages.hpp"

#include <span>
#include <vector>

namespace tandem {

// What became of one draft.
struct outcome {
    enum class what : unsigned char { placed, already, refused };
    what became = what::refused;
    errc why = errc::store_failed;  // refused: not_member, send_id_reused, gone, invalid_argument, …
    tandem::place place{};          // placed, already
    std::uint64_t number = 0;       // placed, already
    instant time{};                 // already: when it was stored
    tandem::seq visible_from{};     // placed, joined: the first seq the subject may see
};

// What became of one mark change.
struct mark_outcome {
    enum class what : unsigned char { changed, unchanged, refused };
    what became = what::refused;
    errc why = errc::store_failed;
    std::uint64_t value = 0;      // changed, unchanged: as it stands now
    tandem::position position{};  // changed
};

struct found {
    conversation_id conversation{};
    tandem::place place{};
    std::uint64_t number = 0;
    std::uint64_t fingerprint = 0;
    instant time{};
};

using drafts = std::span<const draft>;
using mark_changes = std::span<const mark_change>;

// One function object per verb, so that `ask` can try both spellings: return the answer, or take a done<answer> last.
namespace verbs {
inline constexpr auto append = [](auto& s, auto&&... a) -> decltype(s.append(a...)) { return s.append(a...); };
inline constexpr auto put = [](auto& s, auto&&... a) -> decltype(s.put(a...)) { return s.put(a...); };
inline constexpr auto find = [](auto& s, auto&&... a) -> decltype(s.find(a...)) { return s.find(a...); };
inline constexpr auto head = [](auto& s, auto&&... a) -> decltype(s.head(a...)) { return s.head(a...); };
inline constexpr auto tail = [](auto& s, auto&&... a) -> decltype(s.tail(a...)) { return s.tail(a...); };
inline constexpr auto changes = [](auto& s, auto&&... a) -> decltype(s.changes(a...)) { return s.changes(a...); };
inline constexpr auto history = [](auto& s, auto&&... a) -> decltype(s.history(a...)) { return s.history(a...); };
inline constexpr auto memberships = [](auto& s, auto&&... a) -> decltype(s.memberships(a...)) {
    return s.memberships(a...);
};
inline constexpr auto member = [](auto& s, auto&&... a) -> decltype(s.member(a...)) { return s.member(a...); };
inline constexpr auto members = [](auto& s, auto&&... a) -> decltype(s.members(a...)) { return s.members(a...); };
inline constexpr auto marks = [](auto& s, auto&&... a) -> decltype(s.marks(a...)) { return s.marks(a...); };
inline constexpr auto overviews = [](auto& s, auto&&... a) -> decltype(s.overviews(a...)) { return s.overviews(a...); };
inline constexpr auto trim = [](auto& s, auto&&... a) -> decltype(s.trim(a...)) { return s.trim(a...); };
inline constexpr auto append_together = [](auto& s, auto&&... a) -> decltype(s.append_together(a...)) {
    return s.append_together(a...);
};
}  // namespace verbs

using outcomes = std::vector<outcome>;            // one per draft, in their order
using mark_outcomes = std::vector<mark_outcome>;  // one per change, in their order

// Meaning: an ordered log of conversations. All drafts of one `append` are one commit, atomic against crashes; each has
// its own outcome, decided inside the commit: membership, the sender's send id, amendments, seq, position, number.
//   placed    seq is the conversation's next, position the log's next: both without holes
//   already   (sender, send id) was stored before with the same conversation and fingerprint: its place. Looked up
//             before anything is refused. A fingerprint of 0 stands for fingerprint_of(draft), an empty send id for
//             none
//   refused   (the first that applies) send_id_reused: the same id with another conversation or fingerprint;
//             invalid_argument: joined/left in direct or self or without a subject; not_member: the sender (if not
//             `trusted`) is no member, or it is `left` of a non-member; gone: the target is trimmed or none;
//             invalid_argument: the target is no message; gone: it is revoked
//   joined    needs no membership of its sender. visible_from is `history` seqs before it, not below first_kept nor
//             inside an earlier interval: intervals never overlap. Of a current member with the same role it is
//             `already` (the place where the membership changed last), with another role a role change; no role means
//             member. The first entry of a direct or self conversation makes those it names members, from seq 1
//   revoke    blanks body and mentions of its target, and of every edit of it, in every later read; edit gives its
//             target a new body and content type; what was changed gets amended_by
// The call as a whole may fail: store_failed says nothing was stored, unknown_outcome says that it may have been; by
// the time it is answered, a `tail` either returns it or never will.
// Marks are merged by their rule, from 0; a change takes the log's next position and leaves its old one empty. Refused
// is (the first that applies) not_member: the owner never was a member; invalid_argument: the key and the target do not
// fit (is_about), or a target or seq mark lies beyond the head; gone: the target is trimmed; not_found: the owner may
// not see it. What is trimmed takes the marks about it along.
// Reads see every commit that was answered before they began. `changes` returns what `user` may see in (cursor, head],
// in order of position, against a head it reads first: entries within the user's intervals, all the user's own marks,
// shared marks of conversations the user is in now (about an entry: one the user may see), and the memberships of the
// user that changed; its cost follows what was missed. `tail` returns every entry and mark, and no memberships; its pages
// may examine less than would fit. Beyond the head both return an empty page, `examined` being the cursor. `history`
// returns the newest part of its range that fits, whoever asks, and the head also with an empty range; `memberships`
// current and past ones, `overviews` current ones, with the marks about the whole conversation. `marks` returns the shared marks of a conversation whose target lies in a range, 0 being the whole
// conversation, after a position and at most so many. Unread are the countable, unrevoked, kept entries beyond `read`
// that the user may see.
// Threads: called on the engine's thread. A verb that answers later answers on that thread too, once, and may do so
// from inside the call. The spans live as long as the ticket. Durability: `append` answers when a crash can no longer
// take the drafts back; a store that may lose acked commits takes a new epoch at every unclean start.
template <class S>
concept seq_store =
    answers<decltype(verbs::append), outcomes, S&, drafts> &&
    answers<decltype(verbs::put), mark_outcomes, S&, mark_changes> &&
    answers<decltype(verbs::find), std::optional<found>, S&, const user_id&, const send_id&> &&
    answers<decltype(verbs::head), log_head, S&> && answers<decltype(verbs::tail), page, S&, position, limits> &&
    answers<decltype(verbs::changes), page, S&, const user_id&, position, limits> &&
    answers<decltype(verbs::history), history_page, S&, const conversation_id&, seq_range, limits> &&
    answers<decltype(verbs::memberships), membership_list, S&, const user_id&> &&
    answers<decltype(verbs::member), membership, S&, const conversation_id&, const user_id&> &&
    answers<decltype(verbs::members), member_page, S&, const conversation_id&, const user_id&, std::size_t> &&
    answers<decltype(verbs::marks), mark_page, S&, const conversation_id&, seq_range, position, std::size_t> &&
    answers<decltype(verbs::overviews), overview_page, S&, const user_id&>;

// Optional: forget entries before `first_kept` (their seqs, positions and numbers are never given out again).
template <class S>
concept trimming_store = seq_store<S> && answers<decltype(verbs::trim), nothing, S&, const conversation_id&, seq>;

// Optional: several appends in one commit, as if all their drafts lay side by side in one; so do the outcomes. It saves
// who joins them the copies.
template <class S>
concept joining_store =
    seq_store<S> && answers_now<decltype(verbs::append_together), outcomes, S&, std::span<const drafts>>;

// Optional: a store that says `static constexpr bool reads_from_any_thread = true;` may be asked everything but append,
// append_together, put and trim on any thread, by several at once, and while one of these runs.
template <class S>
inline constexpr bool reads_from_any_thread = requires {
    requires bool { S::reads_from_any_thread };
};

}  // namespace tandem
