// What a pull returns, and what a store is asked for to make it.
#pragma once

#include "requests.hpp"

namespace tandem {

struct limits {
    std::size_t entries = 500;       // entries and marks together
    std::size_t bytes = 512 * 1024;  // of bodies; a page has at least one item whatever its size
};

struct log_head {
    tandem::epoch epoch{};
    position newest{};
};

// One user in one conversation, over all intervals of their membership, oldest first.
struct membership {
    conversation_id conversation{};
    user_id user{};
    tandem::role role = role::none;
    std::vector<interval> intervals{};
    position changed{};  // the entry that changed it last; for direct and self the conversation's first entry
    seq last_sent{};     // the newest entry the user wrote there: who writes has read

    bool current() const { return !intervals.empty() && intervals.back().open(); }
    bool sees(seq s) const {
        for (const interval& i : intervals)
            if (i.contains(s)) return true;
        return false;
    }
};

struct conversation_head {
    tandem::seq seq{};            // of the newest entry
    tandem::position position{};  // of the newest entry
    std::uint64_t number = 0;     // countable entries so far
    tandem::seq first_kept{1};    // older ones are trimmed
};

// A range of the log in order of position. `examined` is the last position that was looked at, whether or not anything
// there was returned: it is the next cursor, never merely the last position returned.
struct page {
    tandem::log_head head{};  // taken before anything else was read
    position from{};          // exclusive
    position examined{};      // inclusive
    bool more = false;        // examined < head.newest
    std::vector<entry> entries{};
    std::vector<mark> marks{};
    std::vector<membership> memberships{};  // of the asking user, changed in the range
    // Of those conversations, index by index, as they stand: whoever hands a page out hides what a former member may not know.
    std::vector<conversation_head> heads{};
};

// A range of one conversation in order of seq.
struct seq_range {
    seq first{};  // inclusive
    seq last{};   // inclusive
};

struct history_page {
    conversation_head head{};
    seq_range covered{};  // this range was examined, both ends included; empty when first > last
    bool more = false;    // there is older (or newer) within what was asked
    std::vector<entry> entries{};
};

// A line of a user's conversation list.
struct overview {
    tandem::membership membership{};
    conversation_head head{};
    seq read{};      // the owner's read mark, raised by what the owner sent
    seq received{};  // never below read
    std::uint64_t unread = 0;
    std::vector<mark> marks{};  // of the whole conversation: the owner's, and shared ones
    std::optional<entry> last{};
};

struct membership_list {
    log_head head{};  // the memberships are exactly those after the entry at head.newest
    std::vector<membership> memberships{};
};

struct member_page {
    std::vector<membership> members{};  // current ones, in order of user id
    bool more = false;
};

struct mark_page {
    std::vector<mark> marks{};  // in order of position
    bool more = false;
};

struct overview_page {
    log_head head{};
    std::vector<overview> conversations{};  // newest activity first
    bool more = false;                      // the pull API has cut the list
};

}  // namespace tandem
