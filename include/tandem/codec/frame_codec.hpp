// The spelling of one wire language.
#pragma once

#include "../core/frame.hpp"
#include "../core/result.hpp"
#include "../protocol/events.hpp"

#include <concepts>
#include <type_traits>

namespace tandem {

// One message as the transport delivered it. Dies with the call.
struct message {
    bytes data;
    bool text = false;
};

// A dialect's own memory of a request, until it is answered: up to 47 bytes nobody else reads.
class correlation {
public:
    correlation() = default;
    explicit correlation(std::string_view text) : bytes_{text} {}

    template <class T>
        requires std::is_trivially_copyable_v<T>
    static correlation of(const T& value) {
        static_assert(sizeof(T) <= short_text::capacity, "a correlation holds at most 47 bytes");
        return correlation{std::string_view{reinterpret_cast<const char*>(&value), sizeof value}};
    }

    template <class T>
        requires std::is_trivially_copyable_v<T>
    T as() const {
        T value{};
        if (bytes_.view().size() == sizeof value) std::memcpy(&value, bytes_.view().data(), sizeof value);
        return value;
    }

    std::string_view text() const { return bytes_.view(); }
    bool empty() const { return bytes_.empty(); }

private:
    short_text bytes_;
};

// An opened request: by number or by name, its body not yet read. A codec derives its own from it and keeps the body there.
struct envelope {
    command number = command::none;
    std::string_view name{};
    tandem::correlation correlation{};
};

// Tells a function which type is meant: result<dice> read_json(const json&, as<dice>).
template <class T>
struct as {};

// Meaning: a codec turns messages into envelopes, envelopes into requests, events into frames. Pure: the same input gives the
// same output, whatever came before (what must be remembered of one session is its `state`). Bounded: memory follows
// the input; junk is an error, never a crash. Threads: the engine's only. What a request views (the message, or
// buffers of the codec) stays valid until the next `open` or `read`.
template <class C>
concept frame_codec = requires(C& c, const message& m, typename C::state& s) {
    requires std::derived_from<typename C::envelope, envelope>;
    requires std::default_initializable<typename C::state>;
    {
        c.open(m, s, [](typename C::envelope&) {})
    } -> std::same_as<result<>>;  // 0..n envelopes; an error ends the session
};

template <class C, class Request>
concept reads = requires(C& c, typename C::envelope& e) {
    { c.template read<Request>(e) } -> std::same_as<result<Request>>;
};

// A push: it sees no session, hence its frames are shared by all sessions of the same variant.
template <class C, class Event>
concept writes = requires(C& c, const Event& e, unsigned variant) {
    { c.write(e, variant) } -> std::same_as<frames>;
};

template <class C, class Reply>
concept answers_with = requires(C& c, typename C::state& s, const Reply& r, const correlation& to) {
    { c.answer(s, r, to) } -> std::same_as<frames>;
};

}  // namespace tandem
