// How many connections each address has, how fast they come, and how often they fail to say who they are.
#pragma once

#include "server_options.hpp"

#include "../../core/bytes.hpp"

#include <asio/ip/address.hpp>

#include <deque>
#include <unordered_map>
#include <utility>

namespace tandem {

namespace detail {

// An IPv4 address, mapped or not, or the first 64 bits of an IPv6 one: who has one of those has all of them.
struct address_key {
    std::uint64_t high = 0, low = 0;

    static address_key of(const asio::ip::address& a) {
        if (a.is_v4()) return {0, a.to_v4().to_uint() | std::uint64_t{0xffff} << 32};
        const auto v6 = a.to_v6();
        if (v6.is_v4_mapped()) return of(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
        std::uint64_t high = 0;
        for (std::size_t i = 0; i < 8; ++i) high = high << 8 | v6.to_bytes()[i];
        return {high, 0};
    }

    friend bool operator==(const address_key&, const address_key&) = default;
};

class address_book {
    struct hasher {
        std::size_t operator()(const address_key& k) const {
            return static_cast<std::size_t>(mix(k.high ^ odd_a, k.low ^ odd_b));
        }
    };
    struct record {
        std::size_t connections = 0;
        token_bucket arrivals, failures;
        bool cooling = false;  // in the queue of those to be forgotten
    };
    using records = std::unordered_map<address_key, record, hasher>;

public:
    using entry = typename records::value_type;  // stays where it is

    // Null: one too many, or too fast.
    entry* arrive(const address_key& key, const server_options& o, instant now) {
        entry& e = *known_.try_emplace(key).first;
        if (e.second.connections < o.per_address && e.second.arrivals.take(o.arrivals_per_address, now)) {
            ++e.second.connections;
            return &e;
        }
        cool(e);
        return nullptr;
    }
    void leave(entry* e) {
        if (e && --e->second.connections == 0) cool(*e);
    }

    bool may_try(const address_key& key, const server_options& o, instant now) const {
        const auto found = known_.find(key);
        return found == known_.end() || found->second.failures.wait(o.failures_per_address, now).milliseconds == 0;
    }
    void failed(const address_key& key, const server_options& o, instant now) {
        entry& e = *known_.try_emplace(key).first;
        e.second.failures.take(o.failures_per_address, now);
        cool(e);
    }

    // Now and then: who is gone and has done nothing for a while is forgotten.
    void forget_old(instant now) {
        for (std::size_t left = cooling_.size(); left > 0; --left) {
            const auto found = known_.find(cooling_.front());
            record& r = found->second;
            if (r.connections == 0 && (!r.arrivals.is_full(now) || !r.failures.is_full(now))) {
                cooling_.push_back(cooling_.front());  // not yet
            } else {
                r.cooling = false;
                if (r.connections == 0) known_.erase(found);
            }
            cooling_.pop_front();
        }
    }

    std::size_t size() const { return known_.size(); }

private:
    void cool(entry& e) {
        if (std::exchange(e.second.cooling, true)) return;
        cooling_.push_back(e.first);
    }

    records known_;
    std::deque<address_key> cooling_;
};

}  // namespace detail

}  // namespace tandem
