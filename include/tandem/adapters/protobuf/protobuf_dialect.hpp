// The native language in binary: one tandem.v1.Envelope per message (proto/tandem/v1).
#pragma once

#include "event_fields.hpp"
#include "read_request.hpp"
#include "wire_writer.hpp"

#include "../../codec/dialect.hpp"

namespace tandem {

namespace detail::in_protobuf {

template <class T>
concept named = requires {
    { T::is } -> std::convertible_to<command_name>;
};

template <class T>
concept known_event = named<T> && requires(const T& t) { in_protobuf::fields(any_visitor{}, t); };

// An application's own: found beside its type.
template <class T>
concept own_event = named<T> && !known_event<T> && requires(const T& t, std::string& body) { write_protobuf(t, body); };
template <class T>
concept own_request = named<T> && !flat_request<T> && requires(bytes body) {
    { read_protobuf(body, as<T>{}) } -> std::same_as<result<T>>;
};

// A body that somebody else has written already.
struct written {
    bytes body;
};
void fields(auto&& f, const written& w) { f.raw(w.body); }

// The message Envelope, around a body that is written where it belongs.
template <class Body>
struct enclosed {
    command number;
    std::uint32_t sequence;
    sized<Body> body;
};

template <class Body>
void fields(auto&& f, const enclosed<Body>& e) {
    f(1, e.number);
    f(2, e.sequence);
    f(3, e.body);
}

}  // namespace detail::in_protobuf

// Requests view the received message. Replies repeat the sequence of their request, pushes carry 0.
class protobuf_dialect : public plain_manners {
public:
    struct envelope : tandem::envelope {
        bytes body{};
    };

    static constexpr std::string_view subprotocol = "tandem.v1.protobuf";

    // It is also spoken with whoever names no subprotocol.
    greeting greet(const hello& h, state&) { return greet_by_subprotocol(h, subprotocol, true); }

    template <class Out>
    result<> open(const message& m, state&, Out out) {
        if (m.text) return error{errc::malformed, "a text message on tandem.v1.protobuf, which is binary"};
        envelope opened;
        std::uint32_t sequence = 0;
        if (!read_envelope(m.data, opened, sequence)) return error{errc::malformed, "not a tandem.v1.Envelope"};
        opened.correlation = correlation::of(sequence);
        out(opened);
        return success();
    }

    template <class Request>
        requires detail::in_protobuf::flat_request<Request> || detail::in_protobuf::own_request<Request>
    result<Request> read(const envelope& e) {
        if constexpr (detail::in_protobuf::own_request<Request>) return read_protobuf(e.body, as<Request>{});
        else return detail::in_protobuf::read_request<Request>(e.body);
    }

    template <class Event>
        requires detail::in_protobuf::known_event<Event> || detail::in_protobuf::own_event<Event>
    frames write(const Event& event, unsigned) {
        return encode(event, 0);
    }

    template <class Reply>
        requires detail::in_protobuf::known_event<Reply> || detail::in_protobuf::own_event<Reply>
    frames answer(state&, const Reply& reply, const correlation& to) {
        return encode(reply, to.as<std::uint32_t>());
    }

private:
    static bool read_envelope(bytes data, envelope& opened, std::uint32_t& sequence) {
        namespace wire = detail::in_protobuf;
        wire::wire_reader in{data};
        errc wrong = wire::taken;
        for (wire::wire_field field; wrong == wire::taken && in.next(field);) {
            if (field.tag == 1) wrong = wire::take_as(field, 0xffffffffu, opened.number);
            else if (field.tag == 2) wrong = wire::take(field, sequence);
            else if (field.tag == 3) wrong = wire::take(field, wire::opaque{opened.body});
        }
        return wrong == wire::taken && !in.bad();
    }

    template <class Event>
    frame encode(const Event& event, std::uint32_t sequence) {
        if constexpr (detail::in_protobuf::own_event<Event>) {
            body_.clear();
            write_protobuf(event, body_);
            return enclose(Event::is.number, sequence, detail::in_protobuf::written{body_});
        } else {
            return enclose(Event::is.number, sequence, event);
        }
    }

    template <class Body>
    static frame enclose(command number, std::uint32_t sequence, const Body& body) {
        namespace wire = detail::in_protobuf;
        const wire::enclosed<Body> whole{number, sequence, {body, wire::size_of(body)}};
        return frame{wire::size_of(whole), false, [&](char* to) { wire::write_to(to, whole); }};
    }

    std::string body_;  // of an application's own event
};
static_assert(dialect<protobuf_dialect>);

}  // namespace tandem
