// The pull API in binary: every answer is one message of proto/tandem/v1.
#pragma once

#include "answer_fields.hpp"
#include "event_fields.hpp"
#include "read_request.hpp"
#include "wire_writer.hpp"

#include "../../codec/page_codec.hpp"

namespace tandem {

// Requests view the body they were read from.
class protobuf_pages {
public:
    static constexpr std::string_view media_type = "application/x-protobuf";

    template <class Answer>
        requires requires(const Answer& a) { detail::in_protobuf::fields(detail::in_protobuf::any_visitor{}, a); }
    std::string write_answer(const Answer& answer) {
        return detail::in_protobuf::octets_of(answer);
    }

    template <detail::in_protobuf::flat_request Request>
    result<Request> read_body(bytes body) {
        return detail::in_protobuf::read_request<Request>(body);
    }
};
static_assert(page_codec<protobuf_pages>);

}  // namespace tandem
