// The native language in text: {"command":"SEND_REQ","sequence":1,"body":{…}}, with the fields of proto/tandem/v1 in camelCase.
#pragma once

#include "event_fields.hpp"
#include "json_reader.hpp"
#include "json_writer.hpp"

#include "../../codec/dialect.hpp"
#include "../../core/log_text.hpp"

namespace tandem {

namespace detail::in_json {

template <class T>
concept named = requires {
    { T::is } -> std::convertible_to<command_name>;
};

template <class T>
concept known_event = named<T> && requires(const T& t) { in_json::fields(any_visitor{}, t); };

// An application's own: found beside its type.
template <class T>
concept own_event = named<T> && !known_event<T> && requires(const T& t, json& body) { write_json(t, body); };
template <class T>
concept own_request = named<T> && !known_request<T> && requires(const json& body) {
    { read_json(body, as<T>{}) } -> std::same_as<result<T>>;
};

// The application's reader may use nlohmann's throwing half; from here on a wrong type is a value.
template <class Request>
result<Request> read_own(const json& body) {
    try {
        return read_json(body, as<Request>{});
    } catch (const json::exception& e) {
        return error{errc::malformed, std::string{Request::is.name}.append(": ").append(log_text(e.what()))};
    }
}

}  // namespace detail::in_json

// Requests view the document, which the next `open` replaces. Replies and pushes give the command by its name.
class json_dialect : public plain_manners {
public:
    struct envelope : tandem::envelope {
        const nlohmann::json* body = nullptr;
    };

    static constexpr std::string_view subprotocol = "tandem.v1.json";

    greeting greet(const hello& h, state&) { return greet_by_subprotocol(h, subprotocol); }

    template <class Out>
    result<> open(const message& m, state&, Out out) {
        if (!m.text) return error{errc::malformed, "a binary message on tandem.v1.json, which is text"};
        auto parsed = detail::in_json::parse_strictly(m.data);
        if (!parsed) return parsed.error();
        document_ = std::move(*parsed);
        envelope opened;
        if (!read_envelope(opened)) return error{errc::malformed, "not {\"command\":…,\"sequence\":…,\"body\":…}"};
        out(opened);
        return success();
    }

    template <class Request>
        requires detail::in_json::known_request<Request> || detail::in_json::own_request<Request>
    result<Request> read(const envelope& e) {
        if constexpr (detail::in_json::own_request<Request>) return detail::in_json::read_own<Request>(*e.body);
        else return detail::in_json::read_request<Request>(*e.body, room_);
    }

    template <class Event>
        requires detail::in_json::known_event<Event> || detail::in_json::own_event<Event>
    frames write(const Event& event, unsigned) {
        return encode(event, 0);
    }

    template <class Reply>
        requires detail::in_json::known_event<Reply> || detail::in_json::own_event<Reply>
    frames answer(state&, const Reply& reply, const correlation& to) {
        return encode(reply, to.as<std::uint32_t>());
    }

private:
    bool read_envelope(envelope& opened) {
        namespace in_json = detail::in_json;
        if (!document_.is_object()) return false;
        nlohmann::json& body = document_["body"];
        if (body.is_null()) body = nlohmann::json::object();  // requests without a field need not say so
        opened.body = &body;

        const auto command = document_.find("command");
        if (command == document_.end()) return false;
        if (command->is_string()) opened.name = in_json::text_of(*command);
        else if (in_json::take_as(*command, 0xffffffffu, opened.number) != in_json::taken) return false;

        std::uint32_t sequence = 0;
        const auto given = document_.find("sequence");
        if (given != document_.end() && in_json::take(*given, sequence) != in_json::taken) return false;
        opened.correlation = correlation::of(sequence);
        return true;
    }

    template <class Event>
    frame encode(const Event& event, std::uint32_t sequence) {
        out_ = '{';
        detail::in_json::json_writer write{out_};
        write("command", Event::is.name);
        write("sequence", sequence);
        write.key("body");
        if constexpr (detail::in_json::own_event<Event>) {
            auto body = nlohmann::json::object();
            write_json(event, body);
            out_ += body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        } else {
            write.value(event);
        }
        out_ += '}';
        return frame{out_, true};
    }

    nlohmann::json document_;  // of the last open
    std::string room_;         // what the last read decoded from base64
    std::string out_;
};
static_assert(dialect<json_dialect>);

}  // namespace tandem
