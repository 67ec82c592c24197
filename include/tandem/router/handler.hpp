// A noun with its request: what happens when a peer asks for it.
#pragma once

#include "../codec/frame_codec.hpp"

#include <tuple>

namespace tandem {

// Matches a type with the alias `request` (a struct with its command_name `is`) that can be called with a call and a
// request: void operator()(auto& call, const request&). One object per engine, called on the engine's thread; the
// call and the request die when it returns.
template <class H>
concept handler = requires {
    typename H::request;
    { H::request::is } -> std::convertible_to<command_name>;
};

// A request that may come before sign-in says so: `static constexpr bool before_sign_in = true;` in its handler.
template <class H>
constexpr bool is_open_to_strangers() {
    if constexpr (requires { H::before_sign_in; }) return H::before_sign_in;
    else return false;
}

template <class... Hs>
struct handlers {
    static_assert((handler<Hs> && ...),
                  "every member of tandem::handlers<...> must be a tandem::handler (router/handler.hpp)");
    using tuple = std::tuple<Hs...>;
};

}  // namespace tandem
