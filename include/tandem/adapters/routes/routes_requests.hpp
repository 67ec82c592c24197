// What a client of the routes asks for, and how it names a conversation.
#pragma once

#include "../json/json_reader.hpp"

namespace tandem {

// On the wire "group" and "single", or their numbers; "app" is for the application's own conversations.
enum class chat_type : unsigned char { app, group, single };

// A pair by its receiver, a group by its own id, the application's by their canonical text.
struct route_where {
    std::string_view conversation{};
    chat_type type = chat_type::single;
    std::string_view receiver{};

    result<conversation_id> for_sender(const user_id& sender) const {
        if (type == chat_type::app) return conversation_id::parse(conversation);
        if (type == chat_type::single) {
            const auto other = user_id::parse(receiver);
            return other ? result<conversation_id>{conversation_id::direct(sender, *other)} : other.error();
        }
        const auto id = group_id::parse(conversation.empty() ? receiver : conversation);
        return id ? result<conversation_id>{conversation_id::group(*id)} : id.error();
    }
};

// Who is online?
struct route_online {
    static constexpr command_name is{command::none, "user.online"};
};

// Stored, and told to all members. Who gives it an id may send it again when in doubt.
struct route_chat {
    static constexpr command_name is{command::none, "conversation.chat"};
    route_where where{};
    std::string_view send_id{};
    std::uint32_t content_type = 0;
    std::string_view body{};
};

// To one user, wherever they are.
struct route_push {
    static constexpr command_name is{command::none, "push"};
    std::string_view receiver{};
    std::string_view send_id{};
    std::uint32_t content_type = 0;
    std::string_view body{};
};

namespace detail::in_routes {

using in_json::json;
using in_json::json_reader;
using in_json::opaque;

struct chat_type_field {
    chat_type& value;
};

inline errc take(const json& from, chat_type_field& to) {
    if (!from.is_string()) return in_json::take_as(from, static_cast<std::uint64_t>(chat_type::single), to.value);
    const std::string& name = in_json::text_of(from);
    if (name == "single") to.value = chat_type::single;
    else if (name == "group") to.value = chat_type::group;
    else if (name == "app") to.value = chat_type::app;
    else return errc::invalid_argument;
    return in_json::taken;
}

// Who sent it and when is in their messages too. We know better.
inline void read_where(json_reader& read, route_where& where) {
    chat_type_field type{where.type};
    read("conversationId", where.conversation);
    read("chatType", type);
    read("recvId", where.receiver);
}

// What is said: in "msg" or, in a push, also beside the receiver.
template <class Request>
result<> read_said(const json& data, std::string& room, Request& r) {
    const auto inside = data.find("msg");
    const json& said = inside == data.end() ? data : *inside;
    if (!said.is_object()) return error{errc::malformed, "\"msg\" is no object"};
    json_reader read{said, room};
    read("mType", r.content_type);
    read("content", opaque{r.body});
    return read.failed() ? result<>{read.failure(Request::is.name)} : success();
}

// From "data" to a request that views it, and what was made up for it; until the next one is read.
class request_reader {
public:
    result<> fill(const json&, route_online&) { return success(); }

    result<> fill(const json& data, route_chat& r) {
        json_reader read{data, room_};
        read_where(read, r.where);
        read("id", r.send_id);
        if (read.failed()) return read.failure(route_chat::is.name);
        return read_said(data, room_, r);
    }

    result<> fill(const json& data, route_push& r) {
        json_reader read{data, room_};
        read("recvId", r.receiver);
        read("id", r.send_id);
        if (read.failed()) return read.failure(route_push::is.name);
        return read_said(data, room_, r);
    }

    result<> fill(const json& data, revoke_request& r) {
        if (const result<> filled = fill_where(data, r, r.target); !filled) return filled;
        send_id_ = "r:" + std::to_string(hash_bytes(r.conversation, hash_bytes(r.to))) + ":" +
                   std::to_string(r.target.value);  // the same again is the same send
        r.send_id = send_id_;
        return success();
    }

    result<> fill(const json& data, mark_request& r) {
        r.key = mark_key::read;
        return fill_where(data, r, r.value);
    }

private:
    // In words that every handler knows: a user, or a conversation's text.
    template <class Request, class Seq>
    result<> fill_where(const json& data, Request& r, Seq& seq) {
        json_reader read{data, room_};
        route_where where;
        read_where(read, where);
        read("seq", seq);
        if (read.failed()) return read.failure(Request::is.name);
        if (where.type == chat_type::single) return r.to = where.receiver, success();
        const auto c = where.for_sender({});
        if (!c) return c.error();
        conversation_ = c->text();
        r.conversation = conversation_;
        return success();
    }

    std::string room_;  // decoded from base64
    std::string conversation_;
    std::string send_id_;
};

template <class R>
concept known_request = requires(request_reader& reader, const json& data, R& r) { reader.fill(data, r); };

}  // namespace detail::in_routes

}  // namespace tandem
