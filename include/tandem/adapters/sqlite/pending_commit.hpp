// What a commit under way has decided, on top of the books.
#pragma once

#include "recent_sends.hpp"

#include "../../core/flat_map.hpp"
#include "../../store/books.hpp"

#include <optional>

namespace tandem::sqlite {

// The books say what the disk has; this says what it is about to have. When the disk has taken it, `write_down` brings the
// books there; otherwise it is cleared and nothing has happened.
class pending_commit {
public:
    explicit pending_commit(const tandem::books& b) : books_{b} {}

    struct moved_mark {
        const mark_change* change;
        std::uint32_t conversation;
        tandem::position position;
    };
    struct placed_draft {
        const tandem::draft* draft;
        tandem::outcome outcome;
        books::numbers of;
        std::uint64_t send;                             // its hash; 0: none
        const membership_table::row* sender = nullptr;  // if the books have it
    };

    void begin() {
        clear();
        newest_ = books_.newest();
    }
    position next() const { return newest_.next(); }
    position newest() const { return newest_; }

    void find_numbers(const draft& d, books::numbers& of) const {
        if (of.sender == none) of.sender = number_of(d.sender);
        if (of.conversation == none) of.conversation = number_of(d.conversation);
    }
    std::uint32_t number_of(const user_id& u) const { return number_in(books_.users(), new_users_, u); }
    std::uint32_t number_of(const conversation_id& c) const {
        return number_in(books_.conversations(), new_conversations_, c);
    }

    const conversation_head& head(std::uint32_t conversation) const {
        const conversation_head* moved = heads_.find({conversation});
        return moved ? *moved : books_.heads()[conversation];
    }

    const standing* standing_of(std::uint32_t user, std::uint32_t conversation) const {
        const standing* changed = changed_standing(user, conversation);
        return changed ? changed : row_of(user, conversation);
    }

    // The same draft is the next to be added, or none.
    template <class TargetOf>
    facts facts_about(const draft& d, books::numbers of, const sent* before, TargetOf target_of) {
        facts f{.conversation = of.conversation, .head = &head(of.conversation), .sent = before};
        sender_ = row_of(of.sender, of.conversation);
        f.sender = changed_standing(of.sender, of.conversation);
        if (!f.sender) f.sender = sender_;
        if (is_membership(d.kind)) f.subject = standing_of(number_of(d.subject), of.conversation);
        if (rules::has_target(d, *f.head)) f.target = target_of(of.conversation, d.target);
        return f;
    }

    // changed(user number, standing) for those whose membership changes. The draft lives until write_down. Numbers are given out
    // as books::apply will.
    template <class Changed>
    void add(const draft& d, const outcome& placed, books::numbers& of, Changed changed) {
        const standing before = is_membership(d.kind) ? standing_before(d, of.conversation) : standing{};
        of.sender = intern(books_.users(), new_users_, d.sender);
        of.conversation = intern(books_.conversations(), new_conversations_, d.conversation);
        conversation_head moved = head(of.conversation);
        moved.seq = placed.place.seq, moved.position = placed.place.position, moved.number = placed.number;
        heads_[{of.conversation}] = moved;
        newest_ = placed.place.position;
        rules::each_new_standing(d, placed, &before, [&](const user_id& who, const standing& now) {
            const std::uint32_t user = intern(books_.users(), new_users_, who);
            standings_[{of.conversation, user}] = now;
            changed(user, now);
        });
        placed_.push_back({&d, placed, of, 0, sender_});
    }
    void add_send(std::uint64_t hash) {
        placed_.back().send = hash;
        sends_.add({hash, newest_});
    }

    std::uint64_t value_of(const mark_table::id& which) const {
        const std::uint64_t* put = values_.empty() ? nullptr : values_.find({which});
        return put ? *put : books_.marks().value_of(which);
    }
    void add(const mark_change& c, const mark_table::id& which, std::uint64_t value) {
        newest_ = next();
        values_[{which}] = value;
        marks_.push_back({&c, which.conversation, newest_});
    }

    // What goes from a conversation; `number_before`: the number of the last entry that goes.
    struct trimmed {
        std::uint32_t conversation;
        seq first_kept;
        std::uint64_t number_before;
    };
    void add(const trimmed& t) { trimmed_ = t; }

    const std::vector<placed_draft>& placed() const { return placed_; }
    // Of an entry in this commit, or 0.
    position place_of(std::uint32_t conversation, seq s) const {
        for (const placed_draft& p : placed_)
            if (p.of.conversation == conversation && p.outcome.place.seq == s) return p.outcome.place.position;
        return {};
    }
    const std::vector<moved_mark>& marks() const { return marks_; }
    const recent_sends& sends() const { return sends_; }
    bool trims() const { return trimmed_.has_value(); }
    bool empty() const { return placed_.empty() && marks_.empty() && !trimmed_; }

    // f(number, id) for those who have got one.
    template <class F>
    void each_new_user(F f) const {
        each(books_.users(), new_users_, f);
    }
    template <class F>
    void each_new_conversation(F f) const {
        each(books_.conversations(), new_conversations_, f);
    }

    // The disk has it. told(placed_draft, its sender's membership or null).
    template <class Told>
    void write_down(tandem::books& b, Told told) {
        for (placed_draft& p : placed_) {
            books::numbers of{};
            of.sender = p.of.sender < b.users().size() ? p.of.sender : none;
            of.conversation = p.of.conversation < b.conversations().size() ? p.of.conversation : none;
            const auto* member = b.apply(*p.draft, p.outcome, of, p.sender);
            assert(of.sender == p.of.sender && of.conversation == p.of.conversation);
            told(p, member);
        }
        for (const moved_mark& m : marks_) b.put(*m.change);
        if (trimmed_) b.trim(trimmed_->conversation, trimmed_->first_kept, trimmed_->number_before);
        assert(b.newest() == newest_ && "the books and the disk have parted");
    }

    void clear() {
        if (!heads_.empty()) heads_ = flat_map<where, conversation_head>{};
        if (!standings_.empty()) standings_ = flat_map<where, standing>{};
        if (!values_.empty()) values_ = flat_map<which_mark, std::uint64_t>{};
        placed_.clear(), marks_.clear(), sends_.clear(), trimmed_.reset();
        if (new_users_.size() != 0) new_users_ = number_table<user_id>{};
        if (new_conversations_.size() != 0) new_conversations_ = number_table<conversation_id>{};
    }

private:
    static constexpr std::uint32_t none = flat_index::none;

    struct where {
        std::uint32_t conversation = none;
        std::uint32_t user = none;

        friend bool operator==(const where&, const where&) = default;
        friend std::uint64_t hash(const where& w, std::uint64_t seed) {
            return detail::mix_in(seed, w.conversation, w.user);
        }
    };
    struct which_mark : mark_table::id {
        friend bool operator==(const which_mark&, const which_mark&) = default;
        friend std::uint64_t hash(const which_mark& m, std::uint64_t seed) {
            return detail::mix_in(detail::mix_in(seed, m.conversation, m.owner), m.target.value,
                                  static_cast<std::uint64_t>(m.key));
        }
    };

    // New ones are numbered on from those the books have.
    template <class Table, class Id>
    static std::uint32_t number_in(const Table& known, const Table& added, const Id& id) {
        const std::uint32_t old = known.find(id);
        if (old != none || added.size() == 0) return old;
        const std::uint32_t n = added.find(id);
        return n == none ? none : static_cast<std::uint32_t>(known.size()) + n;
    }
    template <class Table, class Id>
    static std::uint32_t intern(const Table& known, Table& added, const Id& id) {
        const std::uint32_t old = known.find(id);
        return old != none ? old : static_cast<std::uint32_t>(known.size()) + added.intern(id).first;
    }
    template <class Table, class F>
    static void each(const Table& known, const Table& added, F f) {
        for (std::uint32_t n = 0; n < added.size(); ++n) f(static_cast<std::uint32_t>(known.size()) + n, added[n]);
    }

    const membership_table::row* row_of(std::uint32_t user, std::uint32_t conversation) const {
        return user == none || conversation == none ? nullptr : books_.memberships().find(user, conversation);
    }
    const standing* changed_standing(std::uint32_t user, std::uint32_t conversation) const {
        return standings_.empty() ? nullptr : standings_.find({conversation, user});
    }

    standing standing_before(const draft& d, std::uint32_t conversation) const {
        const standing* s = standing_of(number_of(d.subject), conversation);
        return s ? *s : standing{};
    }

    const tandem::books& books_;
    position newest_{};
    number_table<user_id> new_users_;
    number_table<conversation_id> new_conversations_;
    flat_map<where, conversation_head> heads_;
    flat_map<where, standing> standings_;
    flat_map<which_mark, std::uint64_t> values_;
    const membership_table::row* sender_ = nullptr;
    std::vector<placed_draft> placed_;
    std::vector<moved_mark> marks_;
    std::optional<trimmed> trimmed_;
    recent_sends sends_;
};

}  // namespace tandem::sqlite
