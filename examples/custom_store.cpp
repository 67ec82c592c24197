// Your own store in a hundred lines: the ledger decides, you keep the entries, the laws say what it is worth.
#include <tandem/store/ledger.hpp>
#include <tandem/store/overviews.hpp>
#include <tandem/store/page_room.hpp>
#include <tandem/store/placed_entry.hpp>
#include <tandem/testing/store_laws.hpp>

using namespace tandem;

// Entries in a vector, in order of position. In your database they are rows, fed to a ledger at its start.
class my_store {
public:
    result<outcomes> append(drafts ds) {
        outcomes all;
        for (const draft& d : ds) {
            all.push_back(ledger_.place(d, [&](std::uint32_t c, seq s) { return target_state_of(*at(c, s)); }));
            if (all.back().became == outcome::what::placed) keep(placed_entry(d, all.back()));
        }
        return all;
    }
    result<mark_outcomes> put(mark_changes cs) {
        mark_outcomes all;
        for (const mark_change& c : cs) all.push_back(ledger_.put(c));
        return all;
    }
    result<std::optional<found>> find(const user_id& u, const send_id& id) { return ledger_.find(u, id); }
    result<log_head> head() { return log_head{epoch_, ledger_.newest()}; }
    result<membership_list> memberships(const user_id& u) { return ledger_.memberships_of(u, epoch_); }
    result<membership> member(const conversation_id& c, const user_id& u) { return ledger_.member(c, u); }
    result<member_page> members(const conversation_id& c, const user_id& after, std::size_t count) {
        return ledger_.members(c, after, count);
    }
    result<mark_page> marks(const conversation_id& c, seq_range targets, position after, std::size_t count) {
        return ledger_.marks_about(c, targets, after, count);
    }
    result<page> tail(position from, limits most) { return range(nullptr, from, most); }
    result<page> changes(const user_id& u, position from, limits most) {
        page p = range(&u, from, most);
        ledger_.tell_memberships(u, p);
        return p;
    }
    result<history_page> history(const conversation_id& c, seq_range asked, limits most) {
        history_page p{.head = ledger_.head_of(c), .covered = {seq{1}, seq{0}}};
        page_room room{most};
        const seq last = std::min(asked.last, p.head.seq);
        for (auto e = log_.rbegin(); e != log_.rend(); ++e) {
            if (e->conversation != c || e->place.seq > last || e->place.seq < asked.first) continue;
            if (p.more = !room.take(e->body.size()); p.more) break;
            p.covered = {e->place.seq, last};
            p.entries.insert(p.entries.begin(), *e);
        }
        return p;
    }
    result<overview_page> overviews(const user_id& u) {
        const auto countable = [&](std::uint32_t c, seq first, seq last) {
            std::uint64_t n = 0;
            for (seq s = first; s <= last; s = s.next()) n += is_countable(at(c, s)->kind) && !at(c, s)->revoked;
            return n;
        };
        return overviews_of(ledger_, u, epoch_, countable, [&](std::uint32_t c, seq s) { return *at(c, s); });
    }

private:
    const entry* at(std::uint32_t conversation, seq s) const {
        for (const entry& e : log_)
            if (e.place.seq == s && e.conversation == ledger_.conversations()[conversation]) return &e;
        return nullptr;
    }

    void keep(entry placed) {
        for (entry& e : log_)
            if (is_amendment(placed.kind) && e.conversation == placed.conversation) amend(e, placed);
        log_.push_back(std::move(placed));
    }

    // Entries and marks that one user, or (null) anybody, may see: both are in order of position, so they are merged.
    page range(const user_id* user, position from, limits most) const {
        page p{.head = {epoch_, ledger_.newest()}, .from = from};
        page_filler filler{p, most};
        const std::vector<mark> marks = ledger_.marks_after(from, user);
        auto m = marks.begin();
        const auto marks_before = [&](position end) {
            for (; m != marks.end() && m->position < end && filler.fits(m->position, 0); ++m) p.marks.push_back(*m);
            return !p.more;
        };
        for (const entry& e : log_) {
            if (e.place.position <= from || (user && !ledger_.sees(*user, e.conversation, e.place.seq))) continue;
            if (!marks_before(e.place.position) || !filler.fits(e.place.position, e.body.size())) return p;
            p.entries.push_back(e);
        }
        marks_before(p.head.newest.next());
        return p;
    }

    epoch epoch_{1};  // yours is stored, and a new one after an unclean start that may have lost something
    ledger ledger_;
    std::vector<entry> log_;
};

int main() {
    return store_laws([] { return my_store{}; }) ? 0 : 1;
}
