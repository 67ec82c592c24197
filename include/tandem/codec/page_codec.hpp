// The spelling of the pull API: one media type.
#pragma once

#include "../core/result.hpp"
#include "../protocol/answers.hpp"

#include <concepts>
#include <tuple>

namespace tandem {

template <class C, class Answer>
concept writes_answer = requires(C& c, const Answer& a) {
    { c.write_answer(a) } -> std::same_as<std::string>;
};

template <class C, class Request>
concept reads_body = requires(C& c, bytes body) {
    { c.template read_body<Request>(body) } -> std::same_as<result<Request>>;
};

// Meaning: writes every answer of the pull API and reads the bodies of its POSTs. Pure and bounded like a frame_codec. What a
// request views stays valid until the next read_body and as long as `body` lives.
template <class C>
concept page_codec =
    requires {
        { C::media_type } -> std::convertible_to<std::string_view>;
    } && writes_answer<C, sync_answer> && writes_answer<C, history_answer> && writes_answer<C, conversations_answer> &&
    writes_answer<C, users_answer> && writes_answer<C, receipts> && writes_answer<C, failure> &&
    writes_answer<C, send_reply> && writes_answer<C, revoke_reply> && writes_answer<C, edit_reply> &&
    writes_answer<C, mark_reply> && reads_body<C, send_request> && reads_body<C, revoke_request> &&
    reads_body<C, edit_request> && reads_body<C, mark_request>;

template <class... Cs>
struct page_codecs {
    static_assert((page_codec<Cs> && ...),
                  "every member of tandem::page_codecs<...> must be a tandem::page_codec (codec/page_codec.hpp)");
    using tuple = std::tuple<Cs...>;
};

}  // namespace tandem
