// ExampleIM's routes: {"method":"conversation.chat","data":{…}} in text, answered by nothing but what it leads to.
#pragma once

#include "routes_fields.hpp"
#include "routes_requests.hpp"

#include "../../codec/dialect.hpp"
#include "../../core/log_text.hpp"

namespace tandem {

namespace detail::in_routes {

// An application's own: found beside its type, and told under its name.
template <class T>
concept own_event = requires(const T& t, json& data) {
    { T::is } -> std::convertible_to<command_name>;
    write_routes(t, data);
};
template <class T>
concept own_request = requires(const json& data) {
    { read_routes(data, as<T>{}) } -> std::same_as<result<T>>;
};

// The application's reader may use nlohmann's throwing half; from here on a wrong type is a value.
template <class Request>
result<Request> read_own(const json& data) {
    try {
        return read_routes(data, as<Request>{});
    } catch (const json::exception& e) {
        return error{errc::malformed, std::string{Request::is.name}.append(": ").append(log_text(e.what()))};
    }
}

}  // namespace detail::in_routes

// No ack, no pull and no cursor: what its user has not received is told again by the engine, at least once and in order, so
// "seq" is there for clients to tell. Who somebody is the handshake says (an Authorization header, or ?token=), and whom
// a message is from the session. It needs its own handlers: routes_handlers.hpp.
class routes_dialect : public plain_manners {
public:
    static constexpr dialect_traits traits{.missed = when_missed::replay};
    static constexpr std::string_view subprotocol = "routes";

    struct state {
        user_id user{};  // once signed in
    };
    struct envelope : tandem::envelope {
        const nlohmann::json* data = nullptr;
    };

    // Clients of the original ask for no subprotocol, but for this path: list this dialect before one that takes all of
    // those (protobuf_dialect does).
    greeting greet(const hello& h, state&) {
        greeting g = greet_by_subprotocol(h, subprotocol, h.path == "/ws");
        if (g.what != greeting::verdict::accept) return g;
        if (g.credential.empty()) g.credential = h.parameter("token");
        if (g.credential.empty()) return {.what = greeting::verdict::refuse, .why = errc::not_signed_in};
        return g;
    }

    template <class Out>
    result<> open(const message& m, state&, Out out) {
        if (!m.text) return error{errc::malformed, "a binary message on the routes, which are text"};
        auto parsed = detail::in_json::parse_strictly(m.data);
        if (!parsed) return parsed.error();
        document_ = std::move(*parsed);
        envelope opened;
        if (!read_envelope(opened)) return error{errc::malformed, "not {\"method\":…,\"data\":{…}}"};
        out(opened);
        return success();
    }

    template <class Request>
        requires detail::in_routes::known_request<Request> || detail::in_routes::own_request<Request>
    result<Request> read(const envelope& e) {
        if constexpr (detail::in_routes::own_request<Request>) return detail::in_routes::read_own<Request>(*e.data);
        else return read_known<Request>(e);
    }

    frames write(const push_message& e, unsigned) {
        return say(method_of(e.entry), e.entry.sender, detail::in_routes::told{e.entry});
    }
    frames write(const push_revoke& e, unsigned) {
        return say("conversation.revoke", e.entry.sender, detail::in_routes::amended{e.entry});
    }
    frames write(const push_edit& e, unsigned) {
        return say("conversation.edit", e.entry.sender, detail::in_routes::amended{e.entry});
    }
    frames write(const push_read_receipt& e, unsigned) {
        return say("conversation.read", e.mark.owner, detail::in_routes::seen{e.mark});
    }
    // On another device. The other marks have no route.
    frames write(const push_mark& e, unsigned) {
        if (e.mark.key != mark_key::read) return {};
        return say("conversation.read", e.mark.owner, detail::in_routes::seen{e.mark});
    }
    frames write(const push_relay& e, unsigned) { return say("push", e.from, detail::in_routes::relayed{e}); }
    frames write(const refusal& e, unsigned) { return fail({.why = e.why, .retry_after = e.retry_after}); }
    frames write(const kick_out& e, unsigned) { return fail({.why = e.why, .retry_after = e.come_back}); }

    frames answer(state&, const refusal& r, const correlation& to) {
        return fail({.why = r.why, .retry_after = r.retry_after, .of = to.text()});
    }
    frames answer(state& s, const presence_reply& r, const correlation&) {
        std::vector<std::string_view> online;
        for (const presence& p : r.users)
            if (p.online) online.push_back(p.user.view());
        return say("user.online", s.user, online);
    }
    frames answer(state& s, const auth_reply& r, const correlation&) {
        s.user = r.user;
        return {};
    }
    frames answer(state&, const send_reply&, const correlation&) { return {}; }
    frames answer(state&, const revoke_reply&, const correlation&) { return {}; }
    frames answer(state&, const mark_reply&, const correlation&) { return {}; }

    template <detail::in_routes::own_event Event>
    frames write(const Event& e, unsigned) {
        auto data = nlohmann::json::object();
        write_routes(e, data);
        return say(Event::is.name, {}, data);
    }
    template <detail::in_routes::own_event Reply>
    frames answer(state&, const Reply& r, const correlation&) {
        return write(r, 0);
    }

private:
    bool read_envelope(envelope& opened) {
        if (!document_.is_object()) return false;
        const auto method = document_.find("method");
        if (method == document_.end() || !method->is_string()) return false;
        nlohmann::json& data = document_["data"];
        if (data.is_null()) data = nlohmann::json::object();
        if (!data.is_object()) return false;
        opened.data = &data;
        opened.name = detail::in_json::text_of(*method);
        opened.correlation = correlation{opened.name.substr(0, short_text::capacity)};
        if (opened.name == "conversation.revoke") opened.number = command::revoke_req, opened.name = {};
        else if (opened.name == "conversation.read") opened.number = command::mark_req, opened.name = {};
        return true;
    }

    template <class Request>
    result<Request> read_known(const envelope& e) {
        Request r{};
        const result<> filled = reader_.fill(*e.data, r);
        return filled ? result<Request>{std::move(r)} : filled.error();
    }

    static std::string_view method_of(const entry& e) {
        if (e.kind == entry_kind::joined) return "conversation.joined";
        if (e.kind == entry_kind::left) return "conversation.left";
        return detail::in_routes::is_push(e) ? route_push::is.name : route_chat::is.name;
    }

    frames fail(const detail::in_routes::failed& x) { return say("error", {}, x); }

    template <class Data>
    frames say(std::string_view method, const user_id& by, const Data& data) {
        out_ = '{';
        detail::in_json::json_writer write{out_};
        write("method", method);
        write("formId", by);
        if constexpr (std::is_same_v<Data, nlohmann::json>) {
            write.key("data");
            out_ += data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        } else {
            write("data", data);
        }
        out_ += '}';
        return frame{out_, true};
    }

    nlohmann::json document_;  // of the last open
    detail::in_routes::request_reader reader_;
    std::string out_;
};
static_assert(dialect<routes_dialect>);

}  // namespace tandem
