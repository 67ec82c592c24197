// So many at once, and no more.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace tandem {

// Whoever is inside holds a `place`, and makes room by letting go of it, wherever that happens: places share the count, so
// one may outlive its doorway.
class doorway {
public:
    class place {
    public:
        place() = default;
        place(place&& other) noexcept = default;
        place& operator=(place&& other) noexcept {
            std::swap(inside_, other.inside_);
            return *this;
        }
        ~place() {
            if (inside_) --*inside_;
        }
        explicit operator bool() const { return inside_ != nullptr; }

    private:
        friend class doorway;
        explicit place(std::shared_ptr<std::size_t> inside) : inside_{std::move(inside)} { ++*inside_; }
        std::shared_ptr<std::size_t> inside_;
    };

    explicit doorway(std::size_t most) : most_{most} {}

    // Empty: there is no room.
    place enter() { return *inside_ < most_ ? place{inside_} : place{}; }
    bool has_room() const { return *inside_ < most_; }

private:
    std::size_t most_;
    std::shared_ptr<std::size_t> inside_ = std::make_shared<std::size_t>(0);
};

}  // namespace tandem
