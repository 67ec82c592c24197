// Who says what in the laws of local_store.
#pragma once

#include "../../client/local_store.hpp"

#include <string>
#include <vector>

namespace tandem {

struct local_scene {
    static inline const user_id me{"ann"}, other{"bob"}, third{"cid"};

    static const std::vector<conversation_id>& conversations() {
        static const std::vector<conversation_id> all{conversation_id::direct(me, other), conversation_id::group("g"),
                                                      conversation_id::self(me), conversation_id::group("h:%"),
                                                      conversation_id::app("bot", "7")};
        return all;
    }
    static const conversation_id& pair() { return conversations()[0]; }
    static const conversation_id& club() { return conversations()[1]; }
    static const std::vector<epoch>& logs() {
        static const std::vector<epoch> all{{0}, {1}, {2}, {3}, {99}};
        return all;
    }

    static entry message(const conversation_id& c, std::uint64_t seq, std::string body = "hello") {
        entry e;
        e.conversation = c, e.sender = other, e.send_id = send_id{"s" + std::to_string(seq)}, e.body = std::move(body);
        e.place = {{seq}, {seq * 10}}, e.number = seq, e.time = {static_cast<std::int64_t>(1000 + seq)};
        return e;
    }
    static entry edit(const conversation_id& c, std::uint64_t seq, std::uint64_t target, std::string body) {
        entry e = message(c, seq, std::move(body));
        e.kind = entry_kind::edit, e.target = {target};
        return e;
    }
    static entry amended(entry e, std::uint64_t by, std::string body) {
        e.amended_by = {by}, e.body = std::move(body);
        return e;
    }
    static amendment edited(const conversation_id& c, std::uint64_t target, std::uint64_t by, std::string body) {
        return {c, {target}, {by}, false, 7, std::move(body)};
    }
    static amendment revoked(const conversation_id& c, std::uint64_t target, std::uint64_t by) {
        return {c, {target}, {by}, true, 9, "never shown"};
    }
    static mark_change change(const conversation_id& c, mark_key key, std::uint64_t value, std::uint64_t target = 0) {
        return {c, key, me, value, false, {target}};
    }
    static mark marked(const conversation_id& c, mark_key key, std::uint64_t value, std::uint64_t position,
                       std::uint64_t target = 0) {
        return {change(c, key, value, target), {position}};
    }
    static kept_conversation kept(const conversation_id& c, std::uint64_t next, bool inside = true) {
        return {c, {next}, {1}, {next / 2}, next, inside};
    }
    static membership member(const conversation_id& c, std::uint64_t from) {
        return {c, me, role::member, {{{from}, {}}}, {from * 10}, {from + 1}};
    }
    static queued_send said(std::uint64_t number, std::string body = "hi") {
        queued_send q;
        q.number = number, q.send_id = send_id{"q" + std::to_string(number)}, q.conversation = pair();
        q.body = std::move(body), q.said = {static_cast<std::int64_t>(number)};
        return q;
    }
};

}  // namespace tandem
