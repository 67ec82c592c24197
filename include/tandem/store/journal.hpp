// Drafts on their way to the store: one append in flight, what waits goes into the next.
#pragma once

#include "../core/entry.hpp"
#include "../core/flat_index.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace tandem {

// One append: the drafts lie side by side, as the store takes them; `origins` says who is to be answered for each.
template <class Origin>
struct batch {
    std::vector<draft> drafts;
    std::vector<Origin> origins;
    std::vector<char> claimed;  // told from the log already, because the log was faster than the append's answer

    void add(draft&& d, Origin&& o) {
        drafts.push_back(std::move(d));
        origins.push_back(std::move(o));
        claimed.push_back(false);
    }
    std::size_t size() const { return drafts.size(); }
};

// Group commit without a timer: alone, a draft goes at once; under load, whatever arrived while the last append ran goes
// together. A machine without I/O: its owner asks the store.
template <class Origin>
class journal {
public:
    using batch_type = batch<Origin>;

    journal(std::size_t most_waiting, std::size_t most_in_one)
        : most_waiting_{most_waiting}, most_in_one_{most_in_one}, waiting_{std::make_shared<batch_type>()} {}

    bool full() const { return size() >= most_waiting_; }
    std::size_t size() const { return waiting_->size() + (flying_ ? flying_->size() : 0); }

    void add(draft&& d, Origin&& origin) { waiting_->add(std::move(d), std::move(origin)); }

    bool may_start() const { return !flying_ && waiting_->size() > 0; }

    // The batch to append now. Until `finish` nothing else may start.
    std::shared_ptr<batch_type> start() {
        flying_ = std::move(waiting_);
        waiting_ = spare_ && spare_.use_count() == 1 ? std::move(spare_) : std::make_shared<batch_type>();
        spare_ = nullptr;
        if (flying_->size() > most_in_one_) move_excess();
        by_send_id_.reset();
        return flying_;
    }

    const std::shared_ptr<batch_type>& flying() const { return flying_; }

    void finish() {
        spare_ = std::move(flying_);
        spare_->drafts.clear();
        spare_->origins.clear();
        spare_->claimed.clear();
        by_send_id_.reset();
    }

    // An entry was read from the log: is it one of those in flight? Then its origin is answered now.
    std::optional<Origin> claim(const user_id& sender, const send_id& id) {
        if (!flying_ || id.empty()) return std::nullopt;
        const std::uint32_t i = index().find(key_of(sender, id), [&](std::uint32_t n) {
            return flying_->drafts[n].send_id == id && flying_->drafts[n].sender == sender;
        });
        if (i == flat_index::none || flying_->claimed[i]) return std::nullopt;
        flying_->claimed[i] = true;
        return flying_->origins[i];
    }

    // Takes out of the waiting drafts those for which `which(draft, origin)` says so, in order.
    template <class Which, class Taken>
    void withdraw(Which which, Taken taken) {
        auto kept = std::make_shared<batch_type>();
        auto all = std::exchange(waiting_, kept);
        for (std::size_t i = 0; i < all->size(); ++i)
            if (which(all->drafts[i], all->origins[i])) taken(std::move(all->drafts[i]), std::move(all->origins[i]));
            else waiting_->add(std::move(all->drafts[i]), std::move(all->origins[i]));
    }

private:
    static std::uint64_t key_of(const user_id& sender, const send_id& id) { return hash(id, hash(sender)); }

    const flat_index& index() {
        if (!by_send_id_) {
            by_send_id_.emplace();
            for (std::uint32_t i = 0; i < flying_->size(); ++i)
                by_send_id_->insert(key_of(flying_->drafts[i].sender, flying_->drafts[i].send_id), i);
        }
        return *by_send_id_;
    }

    void move_excess() {
        for (std::size_t i = most_in_one_; i < flying_->size(); ++i)
            waiting_->add(std::move(flying_->drafts[i]), std::move(flying_->origins[i]));
        flying_->drafts.resize(most_in_one_);
        flying_->origins.resize(most_in_one_);
        flying_->claimed.resize(most_in_one_);
    }

    std::size_t most_waiting_;
    std::size_t most_in_one_;
    std::shared_ptr<batch_type> waiting_;
    std::shared_ptr<batch_type> flying_;
    std::shared_ptr<batch_type> spare_;
    std::optional<flat_index> by_send_id_;
};

}  // namespace tandem
