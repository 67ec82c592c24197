// Counts who has received and read an entry.
#pragma once

#include "services.hpp"

#include "../pull/receipts.hpp"

namespace tandem {

template <class P>
class tally : public services<P> {
    using base = services<P>;

protected:
    using base::base;

    // then(result<receipts>). Where nobody is, there is nothing: not_found, as where nothing ever was. Marks that were set
    // while a group was larger than receipts_up_to are their owners' alone, and count again when they move.
    template <class Then>
    void count_receipts(const conversation_id& c, seq of, Then then) {
        const user_id first{};
        this->template ask<member_page>(
            verbs::members, this->store(),
            [this, c, of, then = std::move(then)](result<member_page> r) mutable {
                if (!r) return then(r.error());
                if (r->more) return then(error{errc::too_large, "more members than receipts_up_to"});
                if (r->members.empty()) return then(errc::not_found);
                read_sender(c, of, std::move(r->members), std::move(then));
            },
            c, first, c.is_personal() ? std::size_t{2} : this->options_.receipts_up_to);
    }

private:
    template <class Then>
    void read_sender(const conversation_id& c, seq of, std::vector<membership> members, Then then) {
        const seq_range only{of, of};
        this->template ask<history_page>(
            verbs::history, this->store(),
            [this, c, of, members = std::move(members), then = std::move(then)](result<history_page> r) mutable {
                if (!r) return then(r.error());
                if (r->entries.empty()) return then(errc::not_found);
                read_marks(c, {of, r->entries.front().sender, members}, {}, std::move(then));
            },
            c, only, limits{.entries = 1});
    }

    // Page by page, since those of former members are among them.
    template <class Then>
    void read_marks(const conversation_id& c, receipt_count count, position after, Then then) {
        this->template ask<mark_page>(
            verbs::marks, this->store(),
            [this, c, count = std::move(count), then = std::move(then)](result<mark_page> r) mutable {
                if (!r) return then(r.error());
                for (const mark& m : r->marks) count.hear(m);
                if (!r->more || r->marks.empty()) return then(count.total());
                read_marks(c, std::move(count), r->marks.back().position, std::move(then));
            },
            c, seq_range{}, after, this->options_.pull_page.entries);
    }
};

}  // namespace tandem
