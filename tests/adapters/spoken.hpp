// One of everything the engine says, for tests of any dialect.
#pragma once

#include <tandem/protocol/answers.hpp>
#include <tandem/protocol/events.hpp>

#include <string>
#include <vector>

namespace spoken {

using namespace tandem;

inline const std::string not_utf8{"\xff\x00\xfe", 3};

inline entry a_message(std::uint64_t seq = 7, std::string body = "good morning, \"Bob\"\n") {
    entry e;
    e.conversation = conversation_id::direct("alice", "bob:%");
    e.sender = "alice";
    e.send_id = "6a1f";
    e.content_type = 3;
    e.body = std::move(body);
    e.place = {{seq}, {~std::uint64_t{0}}};
    e.number = seq - 1;
    e.time = {1'700'000'000'123};
    return e;
}

inline entry a_revoke() {
    entry e = a_message(8, "");
    e.kind = entry_kind::revoke;
    e.target = {7};
    return e;
}

inline entry a_join() {
    entry e = a_message(9, not_utf8);
    e.kind = entry_kind::joined;
    e.subject = "carol";
    e.role = role::admin;
    e.visible_from = {4};
    e.amended_by = {11};
    e.revoked = true;
    e.mentions = {"bob", "c\"d"};
    return e;
}

inline mark a_mark(mark_key key = mark_key::read) {
    return {{conversation_id::group("team"), key, "bob", std::uint64_t{1} << 60, true}, {12}};
}

inline mark a_reaction() {
    return {{conversation_id::group("team"), mark_key::reaction, "bob", 128512, true, {7}}, {13}};
}

inline membership a_membership() {
    return {conversation_id::group("team"), "bob", role::member, {{{2}, {5}}, {{9}}}, {40}};
}

inline conversation_head a_head() { return {{20}, {41}, 17, {3}}; }

// Calls `say` with every reply.
template <class Say>
void each_reply(Say say) {
    const auto team = conversation_id::group("team");
    say(auth_reply{"alice", "phone", {3}, {99}, true, true, 65536, seconds(60), {5}});
    say(heartbeat_reply{position{7}, {9}, {1'700'000'000'000}});
    say(heartbeat_reply{{}, {9}, {-1}});
    say(logout_reply{});
    say(background_reply{});
    say(send_reply{"6a1f", team, {{1}, {2}}, 1, {4}, true, "other"});
    say(send_reply{"6a1f", team, {{1}, {2}}, 1, {4}, false, not_utf8});
    say(send_reply{"6a1f", team, {{1}, {2}}, 1, {4}, false, {}});
    say(revoke_reply{"6a20", team, {1}, {{2}, {3}}, {4}, 1});
    say(edit_reply{"6a21", team, {1}, {{3}, {4}}, {5}});
    say(edit_reply{"6a21", team, {1}, {{3}, {4}}, {5}, "what was stored", 2});
    say(mark_reply{team, mark_key::received, 17});
    say(mark_reply{team, mark_key::deleted, 1, {7}, {21}});
    say(presence_reply{{{"alice", true}, {"bob", false}}});
    say(relay_reply{2});
    say(refusal{errc::rate_limited, seconds(2), "6a1f"});
}

// Calls `say` with every event.
template <class Say>
void each_event(Say say) {
    const entry message = a_message(), revoke = a_revoke(), join = a_join();
    const mark read = a_mark(), reaction = a_reaction();
    const entry* both[] = {&message, &join};
    const presence users[] = {{"alice", true}};
    const user_id alice = "alice";
    say(push_message{message});
    say(push_message{join});
    say(push_revoke{revoke});
    say(push_edit{message});
    say(push_batch{both, {}, {}, true});
    say(push_batch{both, {&read, 1}, position{0}});
    say(news{{77}});
    say(push_mark{read});
    say(push_mark{reaction});
    say(push_received{read});
    say(push_read_receipt{read});
    say(push_trimmed{message.conversation, {18}});
    say(push_typing{message.conversation, alice, true});
    say(push_presence{users});
    say(push_relay{alice, 9, not_utf8});
    say(kick_out{errc::replaced, seconds(1)});
}

// Calls `say` with every answer of the pull API.
template <class Say>
void each_answer(Say say) {
    const page full{{{3}, {99}},      {5},       {42}, true, {a_message(), a_join()}, {a_mark(), a_reaction()},
                    {a_membership()}, {a_head()}};
    const history_page history{a_head(), {{6}, {9}}, true, {a_message(), a_revoke()}};
    overview line{a_membership(), a_head(), {3}, {4}, 5, {a_mark()}, {}};
    overview_page overviews{{{3}, {99}}, {line}};
    line.last = a_message();
    overviews.conversations.push_back(line);
    overviews.more = true;
    const membership mine = a_membership();
    const presence users[] = {{"alice", true}, {"bob", false}};
    say(sync_answer{full});
    say(sync_answer{{{{4}, {7}}, {}, {}, false, {}, {}, {}, {}}, true});
    say(history_answer{history, mine});
    const mark said[] = {a_reaction(), a_reaction()};
    say(history_answer{history, mine, said, true});
    say(receipts{3, 2, 1});
    say(receipts{});
    say(conversations_answer{overviews});
    say(users_answer{users});
    say(failure{errc::invalid_argument, "lastSeq", seconds(1)});
    say(send_reply{"6a1f", conversation_id::group("team"), {{1}, {2}}, 1, {4}, true, "other"});
    say(revoke_reply{"6a20", conversation_id::group("team"), {1}, {{2}, {3}}, {4}});
    say(edit_reply{"6a21", conversation_id::group("team"), {1}, {{3}, {4}}, {5}});
    say(mark_reply{conversation_id::group("team"), mark_key::received, 17});
}

}  // namespace spoken

// A command of an application's own, spoken in no dialect until it says how.
namespace dice {

struct roll_request {
    static constexpr tandem::command_name is{1000, "ROLL_REQ"};
    std::uint32_t sides = 0;
};
struct rolled {
    static constexpr tandem::command_name is{1001, "ROLLED"};
    std::uint32_t eyes = 0;
};
struct unspoken {
    static constexpr tandem::command_name is{1002, "UNSPOKEN"};
};

}  // namespace dice
