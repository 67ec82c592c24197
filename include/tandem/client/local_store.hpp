// What a device keeps: what it has of its conversations, how far it has come, and what it has still to say.
#pragma once

#include "../core/result.hpp"
#include "../protocol/pages.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

// A conversation as far as this device has it: of the interval it is in, a run without holes up to the one before `next`.
struct kept_conversation {
    conversation_id conversation{};
    seq next{1};
    seq first_kept{1};         // older ones are gone for everybody
    seq received{};            // as far as the server knows that this user has it
    std::uint64_t number = 0;  // countable entries before `next`
    bool inside = false;       // a member, as far as this device knows; personal ones always are
};

// Said, and not known to be stored. In order of `number`, the order in which it was said.
struct queued_send {
    std::uint64_t number = 0;
    tandem::send_id send_id{};
    conversation_id conversation{};
    entry_kind kind = entry_kind::message;
    std::uint32_t content_type = 0;
    std::string body{};
    std::vector<user_id> mentions{};
    seq target{};    // of a revoke or an edit
    instant said{};  // by this device's clock
    errc failed{};   // for good, unless somebody says that it is to be tried again
};

// What a later entry does to an earlier one: an edit gives it a body and a content type, a revoke blanks the body and the mentions
// for good. To one that is not kept, that is revoked, or that the same or a still later one has amended, it does nothing. A revoke
// blanks the edits of its target as well, by the same rule, whether the target is kept or not.
struct amendment {
    conversation_id conversation{};
    seq target{};
    seq by{};
    bool revokes = false;
    std::uint32_t content_type = 0;
    std::string body{};
};

// One transaction, in this order. What is absent stays as it is.
struct local_change {
    // Everything else here belongs to this log, of which nothing is kept any more, should anything have been, and the wishes are
    // gone; the queue is not. Entries of another log can still be read.
    std::optional<tandem::epoch> new_log{};
    std::vector<entry>
        entries{};  // a known one comes again only amended; it is replaced, unless by a later one already
    std::vector<amendment> amendments{};
    std::vector<mark> marks{};  // a known one (is_same) is replaced, unless it has a later position already
    std::vector<membership> memberships{};
    std::vector<kept_conversation> conversations{};
    tandem::cursor cursor{};
    std::vector<std::uint64_t> unqueued{};  // numbers
    std::vector<queued_send> queued{};      // one with a known number replaces that
    std::vector<mark_change> granted{};     // wished no longer
    // Marks of one's own that the server has not confirmed: one of each (is_same), the last.
    std::vector<mark_change> wished{};

    bool empty() const {
        return !new_log && entries.empty() && amendments.empty() && marks.empty() && memberships.empty() &&
               conversations.empty() && !cursor && unqueued.empty() && queued.empty() && granted.empty() &&
               wished.empty();
    }
};

// What a client begins with.
struct local_state {
    std::uint64_t tag = 0;    // drawn when the store was made: no other device's, no earlier installation's
    std::uint64_t sends = 0;  // the highest number there ever was in the queue, whatever the log
    tandem::epoch epoch{};
    position cursor{};
    std::vector<kept_conversation> conversations{};  // in no order
    std::vector<queued_send> queue{};                // in order of their numbers
    std::vector<mark_change> wishes{};               // in no order
};

// Meaning: keeps what a client_engine is told and what its user says; nothing else decides what that is. Threads: the client's.
// Durability: what apply() has answered is there after the program ends; a change is there whole or not at all, so the cursor never
// passes what is not kept. A store on a disk may lose the last changes with the power, but never one before another. After a change
// that failed the client reads its state anew.
template <class S>
concept local_store = requires(S& s, const local_change& change, epoch log, const conversation_id& c, seq_range range,
                               std::size_t count) {
    { s.state() } -> std::same_as<result<local_state>>;
    { s.apply(change) } -> std::same_as<result<>>;
    // For whoever shows it. The last `count` of that range, in order of seq; of the present log, or of an earlier one. Marks and
    // memberships are the present log's, in no order.
    { s.entries(c, range, count) } -> std::same_as<result<std::vector<entry>>>;
    { s.entries_of(log, c, range, count) } -> std::same_as<result<std::vector<entry>>>;
    { s.marks(c) } -> std::same_as<result<std::vector<mark>>>;
    { s.memberships() } -> std::same_as<result<std::vector<membership>>>;
    { s.logs() } -> std::same_as<result<std::vector<epoch>>>;  // of which an entry is kept, in order
};

}  // namespace tandem
