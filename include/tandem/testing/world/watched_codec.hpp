// A client's codec, with a witness who reads along.
#pragma once

#include "witness.hpp"

#include "../../client/client_codec.hpp"

namespace tandem::world {

template <client_codec Codec>
class watched_codec {
public:
    static constexpr std::string_view subprotocol = Codec::subprotocol;
    static constexpr std::string_view media_type = Codec::media_type;
    static constexpr bool is_text = Codec::is_text;

    explicit watched_codec(witness& w) : witness_{&w} {}

    template <class Request>
        requires says_request<Codec, Request>
    std::string say(const Request& r, std::uint32_t sequence) {
        witness_->said(r);
        return inner_.say(r, sequence);
    }
    template <class Request>
        requires writes_body<Codec, Request>
    std::string write_body(const Request& r) {
        witness_->said(r);
        return inner_.write_body(r);
    }
    result<heard::said> hear(const message& m) {
        auto said = inner_.hear(m);
        if (said) witness_->heard(*said);
        else witness_->cannot_read(m.data);
        return said;
    }
    template <class Answer>
        requires reads_answer<Codec, Answer>
    result<Answer> read_answer(bytes body) {
        auto answer = inner_.template read_answer<Answer>(body);
        if (answer) witness_->answered(*answer);
        else witness_->cannot_read(body);
        return answer;
    }

private:
    Codec inner_{};
    witness* witness_;
};

}  // namespace tandem::world
