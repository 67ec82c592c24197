// What goes from one end of the native language to the other, in either direction, for tests of any spelling of it.
#pragma once

#include <tandem/adapters/protobuf/heard_reader.hpp>
#include <tandem/adapters/protobuf/write_request.hpp>

#include "spoken.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace heard_back {

using namespace tandem;

inline constexpr std::uint64_t most = ~std::uint64_t{0};
inline constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max(), earliest = -latest - 1;
inline const std::string longest(47, '%');

// All that is told of a noun, as one text: protobuf's writer is held against the generated classes elsewhere.
template <class Noun>
std::string all_of(const Noun& noun) {
    if constexpr (detail::in_protobuf::flat_request<Noun>)
        return detail::in_protobuf::octets_of(detail::in_protobuf::asked<Noun>{noun});
    else return detail::in_protobuf::octets_of(noun);
}

inline conversation_id far_away() { return conversation_id::app(longest.c_str(), longest.c_str()); }

inline entry an_extreme_entry() {
    entry e;
    e.conversation = far_away();
    e.sender = user_id{longest};
    e.send_id = send_id{longest};
    e.kind = static_cast<entry_kind>(0xffff);
    e.content_type = 0xffffffff;
    for (int c = 0; c < 256; ++c) e.body += static_cast<char>(c);
    e.place = {{most}, {most}};
    e.number = most;
    e.time = {earliest};
    e.target = {most};
    e.subject = user_id{longest};
    e.role = static_cast<role>(0xff);
    e.visible_from = {most};
    e.amended_by = {most};
    e.revoked = true;
    e.mentions = {user_id{longest}, "€"};
    return e;
}

inline mark an_extreme_mark() {
    return {{far_away(), static_cast<mark_key>(0xffff), user_id{longest}, most, true, {most}}, {most}};
}

inline entry a_blank_entry() {
    entry e;
    e.kind = {};
    return e;
}

// Replies as they are elsewhere, with all that fits into their fields, and with nothing.
template <class Say>
void each_reply(Say say) {
    spoken::each_reply(say);
    spoken::each_reply([&]<class Reply>(const Reply&) { say(Reply{}); });
    say(auth_reply{user_id{longest}, device_id{longest}, {most}, {most}, true, true, 0xffffffff, {latest}, {earliest}});
    say(heartbeat_reply{position{most}, {most}, {latest}});
    say(heartbeat_reply{position{0}, {0}, {0}});
    say(send_reply{send_id{longest}, far_away(), {{most}, {most}}, most, {latest}, true, ""});
    say(revoke_reply{send_id{longest}, far_away(), {most}, {{most}, {most}}, {earliest}});
    say(edit_reply{send_id{longest}, far_away(), {most}, {{most}, {most}}, {latest}, spoken::not_utf8});
    say(mark_reply{far_away(), static_cast<mark_key>(0xffff), most, {most}, {most}});
    say(relay_reply{0xffffffff});
    say(refusal{static_cast<errc>(0xffff), {latest}, longest});
}

template <class Say>
void each_event(Say say) {
    spoken::each_event(say);
    const entry most_of_all = an_extreme_entry(), none = a_blank_entry();
    const mark mark_of_all = an_extreme_mark(), mark_of_none;
    const entry* both[] = {&none, &most_of_all};
    const mark marks[] = {mark_of_none, mark_of_all};
    const presence users[] = {{}, {user_id{longest}, true}};
    const user_id nobody, somebody{longest};
    const conversation_id nowhere, somewhere = far_away();
    say(push_message{most_of_all});
    say(push_message{none});
    say(push_revoke{none});
    say(push_edit{most_of_all});
    say(push_batch{both, marks, position{most}, true});
    say(push_batch{});
    say(news{});
    say(news{{most}});
    say(push_mark{mark_of_none});
    say(push_received{mark_of_all});
    say(push_read_receipt{mark_of_all});
    say(push_trimmed{nowhere});
    say(push_trimmed{somewhere, {most}});
    say(push_typing{nowhere, nobody});
    say(push_presence{});
    say(push_presence{users});
    say(push_relay{nobody, 0});
    say(push_relay{somebody, 0xffffffff, most_of_all.body});
    say(kick_out{});
    say(kick_out{static_cast<errc>(0xffff), {earliest}});
}

template <class Say>
void each_answer(Say say) {
    spoken::each_answer(say);
    const conversation_head no_head{{}, {}, 0, {}}, last_head{{most}, {most}, most, {most}};
    const membership nobody, somebody{far_away(), user_id{longest}, role::owner, {{{most}, {most}}, {}}, {most}};
    const page blank{{}, {}, {}, false, {a_blank_entry()}, {mark{}}, {nobody, somebody}, {no_head, last_head}};
    const history_page history{no_head, {}, false, {a_blank_entry(), an_extreme_entry()}};
    const overview_page overviews{
        {{most}, {most}},
        {{nobody, no_head}, {somebody, last_head, {most}, {most}, most, {an_extreme_mark()}, an_extreme_entry()}}};
    say(sync_answer{page{}});
    say(sync_answer{blank});
    say(history_answer{history, nobody});
    say(history_answer{history_page{}, somebody});
    say(conversations_answer{overview_page{}});
    say(conversations_answer{overviews});
    say(failure{});
    say(failure{static_cast<errc>(0xffff), "x", {latest}});
    say(send_reply{});
    say(revoke_reply{});
    say(edit_reply{});
    say(mark_reply{});
}

// The requests that are also the bodies of POSTs.
template <class Say>
void each_post(Say say) {
    const std::string_view team = "group:team", id = longest;
    say(send_request{});
    say(send_request{team, "bob", id, 0xffffffff, spoken::not_utf8, {"bob", "", "c\"d€"}});
    say(send_request{team, {}, "1", 3, "good morning, \"Bob\"\n", {}});
    say(revoke_request{});
    say(revoke_request{team, "bob", id, {most}});
    say(edit_request{});
    say(edit_request{team, "bob", id, {most}, 0xffffffff, spoken::not_utf8});
    say(edit_request{team, {}, id, {1}, 2, "text"});
    say(mark_request{});
    say(mark_request{team, "bob", static_cast<mark_key>(0xffff), most, {most}});
}

template <class Say>
void each_request(Say say) {
    each_post(say);
    say(auth_request{});
    say(auth_request{"token", "phone", "ios", position{most}, {most}});
    say(auth_request{"token", {}, {}, position{0}, {}});
    say(heartbeat_request{});
    say(heartbeat_request{position{0}});
    say(heartbeat_request{position{most}});
    say(logout_request{});
    say(background_request{});
    say(background_request{true});
    say(typing_request{});
    say(typing_request{"group:team", "bob", false});
    say(presence_request{});
    say(presence_request{{"alice", "bob"}, watch::stop});
    say(relay_request{});
    say(relay_request{"bob", 0xffffffff, spoken::not_utf8});
}

// --- what is to be heard of what is said

template <class Reply>
const Reply& heard_of(const Reply& r) {
    return r;
}
inline heard::refused heard_of(const refusal& r) { return {r.why, r.retry_after, send_id{r.send_id}}; }
inline heard::news_of_log heard_of(const push_message& e) { return {{e.entry}}; }
inline heard::news_of_log heard_of(const push_revoke& e) { return {{e.entry}}; }
inline heard::news_of_log heard_of(const push_edit& e) { return {{e.entry}}; }
inline heard::news_of_log heard_of(const push_mark& e) { return {{}, {e.mark}}; }
inline heard::news_of_log heard_of(const push_received& e) { return {{}, {e.mark}}; }
inline heard::news_of_log heard_of(const push_read_receipt& e) { return {{}, {e.mark}}; }
inline heard::news_of_log heard_of(const push_batch& e) {
    heard::news_of_log all{{}, {e.marks.begin(), e.marks.end()}, e.next, e.backfill};
    for (const entry* one : e.entries) all.entries.push_back(*one);
    return all;
}
inline heard::more heard_of(const news& e) { return {e.cursor}; }
inline heard::trimmed heard_of(const push_trimmed& e) { return {e.conversation, e.first_kept}; }
inline heard::typing heard_of(const push_typing& e) { return {e.conversation, e.user, e.typing}; }
inline heard::presences heard_of(const push_presence& e) { return {{e.users.begin(), e.users.end()}}; }
inline heard::relayed heard_of(const push_relay& e) { return {e.from, e.content_type, std::string{e.body}}; }
inline heard::farewell heard_of(const kick_out& e) { return {e.why, e.come_back}; }

inline heard::sync_page heard_of(const sync_answer& a) {
    heard::sync_page all{a.page, a.reset};
    all.page.from = {};
    if (a.reset) all.page.examined = {};
    return all;
}
inline heard::history heard_of(const history_answer& a) {
    return {a.page, a.membership, {a.marks.begin(), a.marks.end()}, a.more_marks};
}
inline heard::overviews heard_of(const conversations_answer& a) { return {a.page}; }
inline heard::refused heard_of(const failure& x) { return {x.why, x.retry_after, {}}; }

template <class Answer>
concept unheard = std::same_as<Answer, users_answer>;

// --- both ends

inline std::string payload(const frames& made) {
    std::string out;
    made.each([&](const frame& f) { out += f.payload(); });
    return out;
}

// In a block of its own, so that a sanitizer sees a read beyond it.
template <class Read>
auto apart(bytes data, Read read) {
    const auto block = std::make_unique<char[]>(data.size());
    std::copy(data.begin(), data.end(), block.get());
    return read(bytes{block.get(), data.size()});
}

template <class Ends>
result<heard::said> heard_in(bytes data) {
    typename Ends::client client;
    return apart(data, [&](bytes block) { return client.hear({block, client.is_text}); });
}

// Calls `look` with the frame of every reply and event, and with what a client is to hear of it.
template <class Ends>
struct frames_of {
    typename Ends::dialect dialect{};
    typename Ends::dialect::state state{};
    static constexpr std::uint32_t asked = 4'000'000'000;

    template <class Look>
    auto replies(Look look) {
        return [this, look](const auto& r) {
            look(payload(dialect.answer(state, r, correlation::of(asked))), asked, heard_of(r));
        };
    }
    template <class Look>
    auto events(Look look) {
        return [this, look](const auto& e) { look(payload(dialect.write(e, 0)), std::uint32_t{0}, heard_of(e)); };
    }
};

template <class Ends>
void requests_arrive() {
    typename Ends::client client;
    typename Ends::dialect dialect;
    typename Ends::dialect::state state;
    std::uint32_t sequence = 0xffffffff;
    each_request([&]<class Request>(const Request& asked) {
        const std::string said = client.say(asked, sequence);
        CAPTURE(said);
        int opened = 0;
        CHECK(dialect.open({said, client.is_text}, state, [&](typename Ends::dialect::envelope& e) {
            ++opened;
            CHECK((e.name.empty() ? e.number == Request::is.number : e.name == Request::is.name));
            CHECK(e.correlation.template as<std::uint32_t>() == sequence);
            const auto read = dialect.template read<Request>(e);
            REQUIRE(read);
            CHECK(all_of(*read) == all_of(asked));
        }));
        CHECK(opened == 1);
        --sequence;
    });
}

template <class Ends>
void bodies_arrive() {
    typename Ends::client client;
    typename Ends::pages pages;
    each_post([&]<class Request>(const Request& asked) {
        const std::string body = client.write_body(asked);
        const auto read = pages.template read_body<Request>(body);
        REQUIRE(read);
        CHECK(all_of(*read) == all_of(asked));
    });
}

template <class Ends>
void frames_arrive() {
    const auto hear = [&]<class Word>(const std::string& frame, std::uint32_t sequence, const Word& told) {
        CAPTURE(frame);
        const auto heard = heard_in<Ends>(frame);
        REQUIRE_MESSAGE(heard, heard.error().detail);
        CHECK(heard->sequence == sequence);
        const Word* const word = std::get_if<Word>(&heard->word);
        REQUIRE(word);
        CHECK(all_of(*word) == all_of(told));
    };
    frames_of<Ends> frames;
    each_reply(frames.replies(hear));
    each_event(frames.events(hear));
}

template <class Ends>
void answers_arrive() {
    typename Ends::client client;
    typename Ends::pages pages;
    each_answer([&]<class Answer>(const Answer& answer) {
        if constexpr (!unheard<Answer>) {
            const auto told = heard_of(answer);
            const std::string body = pages.write_answer(answer);
            const auto heard = apart(
                body, [&](bytes block) { return client.template read_answer<std::decay_t<decltype(told)>>(block); });
            REQUIRE_MESSAGE(heard, heard.error().detail);
            CHECK(all_of(*heard) == all_of(told));
        }
    });
}

// Cut anywhere, and with any byte changed into each of `others`, it is malformed or it is heard.
template <class Hear>
void survives(const std::string& whole, std::string_view others, Hear hear) {
    const auto survive = [&](bytes data) {
        const bool sound = apart(data, [&](bytes block) {
            const auto heard = hear(block);
            return heard || (heard.error().code == errc::malformed && !heard.error().detail.empty());
        });
        if (!sound) FAIL(std::string{data});
    };
    for (std::size_t n = 0; n < whole.size(); ++n) survive(bytes{whole}.substr(0, n));
    std::string changed = whole;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char other : others) changed[at] = other, survive(changed);
        changed[at] = whole[at];
    }
}

template <class Ends>
void junk_is_survived(std::string_view others) {
    typename Ends::client client;
    typename Ends::pages pages;
    const auto disturb = [&](const std::string& frame, std::uint32_t, const auto&) {
        survives(frame, others, [&](bytes block) { return client.hear({block, client.is_text}); });
    };
    frames_of<Ends> frames;
    spoken::each_reply(frames.replies(disturb));
    spoken::each_event(frames.events(disturb));
    spoken::each_answer([&]<class Answer>(const Answer& answer) {
        if constexpr (!unheard<Answer>)
            survives(pages.write_answer(answer), others, [&](bytes block) {
                return client.template read_answer<std::decay_t<decltype(heard_of(answer))>>(block);
            });
    });
}

}  // namespace heard_back
