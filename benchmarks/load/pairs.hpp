// Users in twos: the first of each sends to the second, both connected.
#pragma once

#include "scenario.hpp"

namespace tandem::benchmarks {

// A message has arrived when its sender has the ack and its receiver the push.
class pairs {
public:
    pairs(std::uint16_t port, std::size_t count, native::language language = {}) : all_{port} {
        all_.language = language;
        for (const std::string& u : users("p", 2 * count)) all_.add(u);
        all_.connect_all();
        all_.on_frame = [this](client& c, std::string_view payload) { take(c, payload); };
    }

    std::size_t count() const { return all_.size() / 2; }
    std::uint64_t arrived_at(std::size_t pair) { return std::min(sender(pair).acks, receiver(pair).entries); }
    std::uint64_t arrived() const { return arrived_; }
    std::uint64_t sent_by(std::size_t pair) { return sender(pair).sent; }
    crowd& all() { return all_; }

    // So many, in one write.
    void send(std::size_t pair, std::uint64_t messages) {
        std::string burst;
        for (std::uint64_t i = 0; i < messages; ++i)
            native::append_send(burst, {.to = receiver(pair).user, .body = body_}, native::id_36("s", ++send_ids_),
                                all_.language);
        sender(pair).sent += messages;
        all_.write(sender(pair), burst);
    }

    function<void(std::size_t pair, std::uint64_t messages_before)> on_ack, on_push;

private:
    client& sender(std::size_t pair) { return all_[2 * pair]; }
    client& receiver(std::size_t pair) { return all_[2 * pair + 1]; }

    void take(client& c, std::string_view payload) {
        const native::told t = native::read(payload, all_.language);
        const std::size_t pair = c.number / 2;
        const std::uint64_t before = arrived_at(pair);
        if (t.what == command::send_rsp) {
            if (on_ack) on_ack(pair, c.acks);
            ++c.acks;
        } else if (t.entries > 0) {
            for (std::size_t i = 0; i < t.entries; ++i, ++c.entries)
                if (on_push) on_push(pair, c.entries);
        } else if (t.what == command::error) {
            throw failed{"a send was refused: " + std::string{native::reason_in(t, all_.language)}};
        } else if (t.what == command::news) {
            throw failed{"a receiver was told to pull"};
        }
        arrived_ += arrived_at(pair) - before;
    }

    crowd all_;
    std::uint64_t arrived_ = 0, send_ids_ = 0;
    std::string body_ = std::string(200, 'x');
};

}  // namespace tandem::benchmarks
