// A bus that drops, doubles, delays and reorders.
#pragma once

#include "../../policy/bus.hpp"
#include "../random.hpp"

#include <deque>
#include <utility>

namespace tandem::world {

struct bus_weather {
    unsigned dropped = 0;  // percent
    unsigned doubled = 0;
    unsigned overtaken = 0;
};

class post_office {
public:
    struct letter {
        std::size_t to;
        page piece;
    };

    post_office(std::size_t engines, bus_weather w, seeded_random& chance)
        : engines_{engines}, weather_{w}, chance_{&chance} {}

    void publish(std::size_t from, const page& piece) {
        for (std::size_t to = 0; to < engines_; ++to) {
            if (to == from || chance_->chance(weather_.dropped)) continue;
            letters_.push_back({to, piece});
            if (chance_->chance(weather_.doubled)) letters_.push_back({to, piece});
        }
    }

    bool empty() const { return letters_.empty(); }
    letter take() {
        const auto i =
            chance_->chance(weather_.overtaken) ? static_cast<std::ptrdiff_t>(chance_->below(letters_.size())) : 0;
        letter l = std::move(letters_[static_cast<std::size_t>(i)]);
        letters_.erase(letters_.begin() + i);
        return l;
    }
    void heal() { weather_ = {}; }

private:
    std::size_t engines_;
    bus_weather weather_;
    seeded_random* chance_;
    std::deque<letter> letters_;
};

// The policy of one engine.
struct bus_port {
    post_office* office = nullptr;
    std::size_t engine = 0;
    void publish(const page& piece) { office->publish(engine, piece); }
};
static_assert(bus<bus_port>);

}  // namespace tandem::world
