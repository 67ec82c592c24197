// The native language in text, from a client's side.
#pragma once

#include "heard_reader.hpp"
#include "json_dialect.hpp"

#include "../../client/client_codec.hpp"

namespace tandem {

// The envelope is the dialect's, in both directions; so are the tables of fields.
class json_client {
public:
    static constexpr std::string_view subprotocol = json_dialect::subprotocol;
    static constexpr std::string_view media_type = "application/json";
    static constexpr bool is_text = true;

    template <detail::in_json::known_request Request>
    std::string say(const Request& request, std::uint32_t sequence) {
        std::string out = "{";
        detail::in_json::json_writer write{out};
        write("command", Request::is.name);
        write("sequence", sequence);
        write.key("body");
        return out.append(write_body(request)) += '}';
    }

    result<heard::said> hear(const message& m) {
        envelope opened;
        json_dialect::state state;
        const auto answer = dialect_.open(m, state, [&](const envelope& e) { opened = e; });
        if (!answer) return answer.error();
        return hear(opened);
    }

    template <detail::in_json::known_request Request>
    std::string write_body(const Request& request) {
        std::string out = "{";
        detail::in_json::json_writer write{out};
        detail::in_json::request_fields(write, request);
        return out += '}';
    }

    template <detail::in_json::heard_answer Answer>
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
    using envelope = json_dialect::envelope;

    template <class... Events>
    static bool tells(const envelope& e) {
        return ((e.name.empty() ? e.number == Events::is.number : e.name == Events::is.name) || ...);
    }

    // By how often they come.
    static result<heard::said> hear(const envelope& e) {
        if (tells<push_message, push_revoke, push_edit>(e)) return one(e, &heard::news_of_log::entries);
        if (tells<push_mark, push_read_receipt, push_received>(e)) return one(e, &heard::news_of_log::marks);
        if (tells<push_batch>(e)) return word<heard::news_of_log>(e);
        if (tells<send_reply>(e)) return word<send_reply>(e);
        if (tells<mark_reply>(e)) return word<mark_reply>(e);
        if (tells<news>(e)) return word<heard::more>(e);
        if (tells<push_typing>(e)) return word<heard::typing>(e);
        if (tells<push_presence>(e)) return word<heard::presences>(e);
        if (tells<push_relay>(e)) return word<heard::relayed>(e);
        if (tells<heartbeat_reply>(e)) return word<heartbeat_reply>(e);
        if (tells<refusal>(e)) return word<heard::refused>(e);
        if (tells<auth_reply>(e)) return word<auth_reply>(e);
        if (tells<edit_reply>(e)) return word<edit_reply>(e);
        if (tells<revoke_reply>(e)) return word<revoke_reply>(e);
        if (tells<presence_reply>(e)) return word<presence_reply>(e);
        if (tells<relay_reply>(e)) return word<relay_reply>(e);
        if (tells<background_reply>(e)) return word<background_reply>(e);
        if (tells<push_trimmed>(e)) return word<heard::trimmed>(e);
        if (tells<kick_out>(e)) return word<heard::farewell>(e);
        if (tells<logout_reply>(e)) return word<logout_reply>(e);
        if (e.name.empty() && e.number == command::none) return error{errc::malformed, "an envelope without a command"};
        return heard::said{e.correlation.as<std::uint32_t>(), heard::unknown{name_of(e), e.body->dump()}};
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
        detail::in_json::heard_reader in{*e.body};
        if (!in.read(part(told.word.emplace<Word>()))) return in.failure(name_of(e));
        return told;
    }

    static std::string name_of(const envelope& e) {
        return e.name.empty() ? std::to_string(static_cast<std::uint32_t>(e.number)) : std::string{e.name};
    }

    template <class Answer>
    static result<Answer> read_whole(bytes body) {
        const auto parsed = detail::in_json::parse_strictly(body);
        if (!parsed) return parsed.error();
        Answer answer{};
        detail::in_json::heard_reader in{*parsed};
        if (!in.read(answer)) return in.failure("the answer");
        return answer;
    }

    json_dialect dialect_;
};
static_assert(client_codec<json_client>);

}  // namespace tandem
