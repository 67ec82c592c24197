// The spelling of the native language from a client's side.
#pragma once

#include "heard.hpp"

#include "../codec/frame_codec.hpp"
#include "../core/result.hpp"

#include <concepts>
#include <string>

namespace tandem {

template <class C, class Request>
concept says_request = requires(C& c, const Request& r) {
    { c.say(r, std::uint32_t{}) } -> std::same_as<std::string>;
};
template <class C, class Request>
concept writes_body = requires(C& c, const Request& r) {
    { c.write_body(r) } -> std::same_as<std::string>;
};
template <class C, class Answer>
concept reads_answer = requires(C& c, bytes body) {
    { c.template read_answer<Answer>(body) } -> std::same_as<result<Answer>>;
};

// Meaning: writes what a client asks, on a connection (say) or over HTTP (write_body), and reads what it is told. Pure; nothing it
// returns views what it was given. What a server cannot have meant is malformed; a command it does not know is heard::unknown.
template <class C>
concept client_codec =
    requires(C& c, const message& m) {
        { C::subprotocol } -> std::convertible_to<std::string_view>;
        { C::media_type } -> std::convertible_to<std::string_view>;
        { C::is_text } -> std::convertible_to<bool>;
        { c.hear(m) } -> std::same_as<result<heard::said>>;
    } && says_request<C, auth_request> && says_request<C, heartbeat_request> && says_request<C, logout_request> &&
    says_request<C, background_request> && says_request<C, send_request> && says_request<C, revoke_request> &&
    says_request<C, edit_request> && says_request<C, mark_request> && says_request<C, typing_request> &&
    says_request<C, presence_request> && says_request<C, relay_request> && writes_body<C, send_request> &&
    writes_body<C, revoke_request> && writes_body<C, edit_request> && writes_body<C, mark_request> &&
    reads_answer<C, heard::sync_page> && reads_answer<C, heard::history> && reads_answer<C, heard::overviews> &&
    reads_answer<C, send_reply> && reads_answer<C, revoke_reply> && reads_answer<C, edit_reply> &&
    reads_answer<C, mark_reply> && reads_answer<C, heard::refused>;

}  // namespace tandem
