// What a connection is doing, and for how long.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tandem::detail {

enum class phase : unsigned char {
    arriving,   // TLS, or a request, is on its way
    resting,    // kept for another request
    answering,  // a request is being answered
    holding,    // the same, and so much has come behind it that nothing is read, not even that the peer goes
    talking,    // a WebSocket: the engine has its timers
    closing,    // the last word was said
    closed,
};
inline constexpr std::size_t phase_count = 7;

// A member of one of the lists below.
template <class T>
struct phase_link {
    T* before = nullptr;
    T* behind = nullptr;
    std::uint32_t since = 0;  // milliseconds
    phase now_in = phase::closed;
};

// Whoever is in a phase, longest first. All who are in one phase have the same time for it, so only the first is looked
// at: a deadline costs two pointers, and no timer.
template <class T>
class phase_list {
public:
    T* first() const { return first_; }
    std::size_t size() const { return size_; }

    void add(T& one) {
        one.link.before = last_;
        one.link.behind = nullptr;
        (last_ ? last_->link.behind : first_) = &one;
        last_ = &one;
        ++size_;
    }
    void remove(T& one) {
        (one.link.before ? one.link.before->link.behind : first_) = one.link.behind;
        (one.link.behind ? one.link.behind->link.before : last_) = one.link.before;
        --size_;
    }

private:
    T* first_ = nullptr;
    T* last_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tandem::detail
