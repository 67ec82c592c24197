// The manners of one wire language: greeting, farewell, what it expects when it missed something.
#pragma once

#include "frame_codec.hpp"

#include <span>
#include <tuple>

namespace tandem {

// What your server knows when somebody knocks. Views; they die with `engine.open`.
struct hello {
    std::span<const std::string_view> subprotocols{};
    std::string_view path{};
    std::string_view query{};
    std::string_view credential{};  // of an Authorization header, without "Bearer "
    std::string_view address{};
};

struct greeting {
    enum class verdict { decline, accept, refuse };
    verdict what = verdict::decline;  // decline: not my language; refuse: mine, but no
    std::string_view subprotocol{};   // accept: to be named in the handshake's answer
    unsigned variant = 0;             // accept: which of the dialect's variants this session gets
    std::string_view credential{};    // accept: sign in with it at once
    unsigned http_status = 400;       // refuse
};

enum class when_missed {
    news,       // tell it NEWS; it pulls
    replay,     // it cannot pull: the engine does it in its place
    reconnect,  // it pulls when it connects: end the session
};

struct dialect_traits {
    when_missed missed = when_missed::news;
    bool echo_to_origin = false;    // the session that sent also gets the push, after its ack
    bool replies_in_order = false;  // replies go out in the order of their requests
};

// Defaults for all manners: derive from it and replace what differs.
struct plain_manners {
    static constexpr dialect_traits traits{};
    static constexpr unsigned variants = 1;
    struct state {};
};

template <class D>
concept dialect = frame_codec<D> && requires(D& d, const hello& h, typename D::state& s) {
    { D::traits } -> std::convertible_to<dialect_traits>;
    { D::variants } -> std::convertible_to<unsigned>;
    { d.greet(h, s) } -> std::same_as<greeting>;
} && answers_with<D, refusal> && writes<D, refusal> && writes<D, kick_out> && writes<D, push_message>;

// In the words a dialect has: one that has none for a batch says what is in it, one after the other, and what it has no
// word for at all it does not say.
template <dialect D, class Event>
frames say_in(D& d, const Event& event, unsigned variant) {
    if constexpr (writes<D, Event>) {
        return d.write(event, variant);
    } else if constexpr (std::is_same_v<Event, push_batch>) {
        frames all;
        const auto add = [&](const auto& one) { all.add(say_in(d, one, variant)); };
        for (const entry* e : event.entries) told_as(*e, add);
        for (const mark& m : event.marks) add(push_mark{m});
        return all;
    } else {
        return {};
    }
}

// Accepts a session that asked for `subprotocol`, or that asked for nothing when the dialect is the default.
inline greeting greet_by_subprotocol(const hello& h, std::string_view subprotocol, bool is_default = false) {
    for (const std::string_view offered : h.subprotocols)
        if (offered == subprotocol)
            return {.what = greeting::verdict::accept, .subprotocol = subprotocol, .credential = h.credential};
    if (is_default && h.subprotocols.empty()) return {.what = greeting::verdict::accept, .credential = h.credential};
    return {};
}

template <class... Ds>
struct dialects {
    static_assert((dialect<Ds> && ...),
                  "every member of tandem::dialects<...> must be a tandem::dialect (codec/dialect.hpp)");
    using tuple = std::tuple<Ds...>;
    static constexpr std::size_t count = sizeof...(Ds);
    static constexpr bool some_cannot_pull = ((Ds::traits.missed == when_missed::replay) || ...);
};

}  // namespace tandem
