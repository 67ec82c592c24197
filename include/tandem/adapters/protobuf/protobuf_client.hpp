// The native language in binary, from a client's side.
#pragma once

#include "heard_reader.hpp"
#include "protobuf_dialect.hpp"
#include "write_request.hpp"

#include "../../client/client_codec.hpp"

namespace tandem {

// The envelope is the dialect's, in both directions; so are the tables of fields.
class protobuf_client {
public:
    static constexpr std::string_view subprotocol = protobuf_dialect::subprotocol;
    static constexpr std::string_view media_type = "application/x-protobuf";
    static constexpr bool is_text = false;

    template <detail::in_protobuf::flat_request Request>
    std::string say(const Request& request, std::uint32_t sequence) {
        namespace wire = detail::in_protobuf;
        using asked = wire::asked<Request>;
        const asked body{request};
        return wire::octets_of(wire::enclosed<asked>{Request::is.number, sequence, {body, wire::size_of(body)}});
    }

    result<heard::said> hear(const message& m) {
        envelope opened;
        protobuf_dialect::state state;
        const auto answer = dialect_.open(m, state, [&](const envelope& e) { opened = e; });
        if (!answer) return answer.error();
        return hear(opened);
    }

    template <detail::in_protobuf::flat_request Request>
    std::string write_body(const Request& request) {
        return detail::in_protobuf::octets_of(detail::in_protobuf::asked<Request>{request});
    }

    template <detail::in_protobuf::heard_answer Answer>
    result<Answer> read_answer(bytes body) {
        if constexpr (std::same_as<Answer, heard::refused>) {  // the same noun is also an event of other fields
            const auto read = read_whole<failure>(body);
            if (!read) return read.error();
            return Answer{read->why, read->retry_after};
        } else {
            return read_whole<Answer>(body);
        }
    }

private:
    using envelope = protobuf_dialect::envelope;

    static result<heard::said> hear(const envelope& e) {
        switch (e.number) {
            case command::none: return error{errc::malformed, "an envelope without a command"};
            case command::auth_rsp: return word<auth_reply>(e);
            case command::heartbeat_rsp: return word<heartbeat_reply>(e);
            case command::logout_rsp: return word<logout_reply>(e);
            case command::background_rsp: return word<background_reply>(e);
            case command::send_rsp: return word<send_reply>(e);
            case command::revoke_rsp: return word<revoke_reply>(e);
            case command::edit_rsp: return word<edit_reply>(e);
            case command::mark_rsp: return word<mark_reply>(e);
            case command::presence_rsp: return word<presence_reply>(e);
            case command::relay_rsp: return word<relay_reply>(e);
            case command::push_msg:
            case command::revoke_msg_push:
            case command::edit_push: return one(e, &heard::news_of_log::entries);
            case command::mark_push:
            case command::read_receipt_push:
            case command::received_push: return one(e, &heard::news_of_log::marks);
            case command::batch_msg: return word<heard::news_of_log>(e);
            case command::news: return word<heard::more>(e);
            case command::trimmed_push: return word<heard::trimmed>(e);
            case command::typing_status_push: return word<heard::typing>(e);
            case command::presence_push: return word<heard::presences>(e);
            case command::relay_push: return word<heard::relayed>(e);
            case command::kick_out: return word<heard::farewell>(e);
            case command::error: return word<heard::refused>(e);
            default: break;
        }
        const std::string number = std::to_string(static_cast<std::uint32_t>(e.number));
        return heard::said{e.correlation.as<std::uint32_t>(), heard::unknown{number, std::string{e.body}}};
    }

    // One entry, or one mark, with nothing around it.
    template <class Noun>
    static result<heard::said> one(const envelope& e, std::vector<Noun> heard::news_of_log::* where) {
        return word<heard::news_of_log>(e, [&](auto& news) -> Noun& { return (news.*where).emplace_back(); });
    }

    template <class Word>
    static result<heard::said> word(const envelope& e) {
        return word<Word>(e, [](Word& whole) -> Word& { return whole; });
    }
    template <class Word, class Part>
    static result<heard::said> word(const envelope& e, Part part) {
        heard::said told{e.correlation.as<std::uint32_t>()};
        detail::in_protobuf::heard_reader in{e.body};
        if (!in.read(part(told.word.emplace<Word>())))
            return in.failure("command " + std::to_string(static_cast<std::uint32_t>(e.number)));
        return told;
    }

    template <class Answer>
    static result<Answer> read_whole(bytes body) {
        Answer answer{};
        detail::in_protobuf::heard_reader in{body};
        if (!in.read(answer)) return in.failure("the answer");
        return answer;
    }

    protobuf_dialect dialect_;
};
static_assert(client_codec<protobuf_client>);

}  // namespace tandem
