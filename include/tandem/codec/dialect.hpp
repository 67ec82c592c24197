// The manners of one wire language: greeting, timers, what it expects when it missed something.
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

    // Of the query, as it was written there; empty if it has none of this name.
    std::string_view parameter(std::string_view name) const {
        for (std::string_view rest = query; !rest.empty();) {
            const std::string_view one = rest.substr(0, rest.find('&'));
            rest.remove_prefix(one.size() < rest.size() ? one.size() + 1 : one.size());
            if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
                return one.substr(name.size() + 1);
        }
        return {};
    }
};

struct greeting {
    // decline: not my language. refuse: mine, but no; the connection is not to be accepted. turn_away: it is accepted,
    // told why, and closed, for peers who cannot read the answer to a handshake.
    enum class verdict { decline, accept, turn_away, refuse };
    verdict what = verdict::decline;
    std::string_view subprotocol{};  // accept, turn_away: to be named in the handshake's answer
    unsigned variant = 0;            // accept: which of the dialect's variants this session gets
    std::string_view credential{};   // accept: sign in with it at once
    frames told{};                   // accept, turn_away: what goes into the connection before anything else
    errc why = errc::not_allowed;    // turn_away, refuse
};

// What a dialect with timers of its own does when one of its sessions is due.
struct beat {
    frames told{};
    instant next{};  // call again then
    errc ends{};     // if set, the session ends for this reason
};

enum class when_missed {
    news,       // tell it NEWS; it pulls
    replay,     // it cannot pull: the engine does it in its place
    reconnect,  // it pulls when it connects: end the session
};

struct dialect_traits {
    when_missed missed = when_missed::news;
    bool echo_to_origin = false;  // the session that sent also gets the push, after its ack
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

// Optional: d.tick(state, now) is called when a session is accepted and then whenever it said it wants to be.
template <class D>
concept ticks = requires(D& d, typename D::state& s, instant now) {
    { d.tick(s, now) } -> std::same_as<beat>;
};

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
    static constexpr bool some_tick = (ticks<Ds> || ...);
};

}  // namespace tandem
