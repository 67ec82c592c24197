// The pull API in text, with the fields of proto/tandem/v1 in camelCase.
#pragma once

#include "answer_fields.hpp"
#include "event_fields.hpp"
#include "json_reader.hpp"
#include "json_writer.hpp"

#include "../../codec/page_codec.hpp"

#include <algorithm>

namespace tandem {

// Requests view the document, which the next `read_body` replaces.
class json_pages {
public:
    static constexpr std::string_view media_type = "application/json";

    template <class Answer>
        requires requires(const Answer& a) { detail::in_json::fields(detail::in_json::any_visitor{}, a); }
    std::string write_answer(const Answer& answer) {
        std::string out;
        out.reserve(usual_bytes_);
        detail::in_json::json_writer{out}.value(answer);
        usual_bytes_ = std::max(out.size(), usual_bytes_ - usual_bytes_ / 16);
        return out;
    }

    template <detail::in_json::known_request Request>
    result<Request> read_body(bytes body) {
        auto parsed = detail::in_json::parse_strictly(body);
        if (!parsed) return parsed.error();
        document_ = std::move(*parsed);
        return detail::in_json::read_request<Request>(document_, room_);
    }

private:
    nlohmann::json document_;      // of the last read_body
    std::string room_;             // what it decoded from base64
    std::size_t usual_bytes_ = 0;  // of an answer, lately: growing in steps costs as much as writing
};
static_assert(page_codec<json_pages>);

}  // namespace tandem
