#include <tandem/adapters/protobuf/protobuf_client.hpp>
#include <tandem/adapters/protobuf/protobuf_pages.hpp>

#include "heard_back.hpp"
#include "wire_fields.hpp"

#include <doctest/doctest.h>

using namespace tandem;

namespace {

static_assert(reads_answer<protobuf_client, receipts> && !reads_answer<protobuf_client, sync_answer>);
static_assert(!reads_answer<protobuf_client, failure> && !says_request<protobuf_client, send_reply>);

struct protobuf_ends {
    using client = protobuf_client;
    using dialect = protobuf_dialect;
    using pages = protobuf_pages;
};

result<heard::said> hear_protobuf(command number, const std::string& body) {
    return heard_back::heard_in<protobuf_ends>(varint_field(1, static_cast<std::uint32_t>(number)) +
                                               octets_field(3, body));
}
template <class Word>
Word word_in(command number, const std::string& body) {
    const auto heard = hear_protobuf(number, body);
    REQUIRE_MESSAGE(heard, heard.error().detail);
    return std::get<Word>(heard->word);
}
// Why it is not heard: it is malformed, and this is where.
std::string unheard_for(command number, const std::string& body) {
    const auto heard = hear_protobuf(number, body);
    REQUIRE_FALSE(heard);
    CHECK(heard.error().code == errc::malformed);
    return heard.error().detail;
}
entry entry_in(const std::string& body) {
    const auto news = word_in<heard::news_of_log>(command::push_msg, body);
    REQUIRE(news.entries.size() == 1);
    return news.entries[0];
}

}  // namespace

TEST_CASE("protobuf client: every request arrives as it was said") { heard_back::requests_arrive<protobuf_ends>(); }

TEST_CASE("protobuf client: the body of every POST arrives as it was written") {
    heard_back::bodies_arrive<protobuf_ends>();
}

TEST_CASE("protobuf client: every reply and event is heard as it was told") {
    heard_back::frames_arrive<protobuf_ends>();
}

TEST_CASE("protobuf client: every answer of the pull API is read as it was written") {
    heard_back::answers_arrive<protobuf_ends>();
}

TEST_CASE("protobuf client: junk is malformed or it is heard, and never a crash") {
    heard_back::junk_is_survived<protobuf_ends>(std::string_view("\0\x01\x0a\x12\x7f\x80\xff", 7));
}

TEST_CASE("protobuf client: a command it does not know is heard as its number and its body") {
    const auto heard = heard_back::heard_in<protobuf_ends>(varint_field(1, 4'294'967'295) + varint_field(2, 7) +
                                                           octets_field(3, spoken::not_utf8));
    REQUIRE(heard);
    CHECK(heard->sequence == 7);
    const auto& word = std::get<heard::unknown>(heard->word);
    CHECK(word.name == "4294967295");
    CHECK(word.body == spoken::not_utf8);
    CHECK(word_in<heard::unknown>(command::send_req, "").name == "20");
}

TEST_CASE("protobuf client: what is no envelope, or has no command, is malformed") {
    protobuf_client client;
    CHECK(client.hear({varint_field(1, 22), true}).error().code == errc::malformed);
    for (const std::string& data :
         {std::string{}, std::string{"\xff"}, octets_field(3, "x"), varint_field(1, 0), varint_field(1, 1ull << 32)}) {
        const auto heard = heard_back::heard_in<protobuf_ends>(data);
        REQUIRE_FALSE(heard);
        CHECK(heard.error().code == errc::malformed);
    }
}

TEST_CASE("protobuf client: fields it does not know are passed over, wherever they stand") {
    const std::string later = varint_field(100, 7) + octets_field(101, "later") +
                              std::string("\xf5\x07"
                                          "abcd"
                                          "\xf9\x07"
                                          "abcdefgh",
                                          16);
    heard_back::frames_of<protobuf_ends> frames;
    const auto extended = [&]<class Word>(const std::string& frame, std::uint32_t, const Word& told) {
        protobuf_dialect::envelope opened;
        protobuf_dialect::state state;
        REQUIRE(protobuf_dialect{}.open({frame}, state, [&](const auto& e) { opened = e; }));
        const std::string body{opened.body};
        for (const std::string& more : {later + body, body + later, later + body + later})
            CHECK(heard_back::all_of(word_in<Word>(opened.number, more)) == heard_back::all_of(told));
    };
    spoken::each_reply(frames.replies(extended));
    spoken::each_event(frames.events(extended));

    const std::string one = octets_field(2, "alice") + later + varint_field(7, 3);
    const auto batch = word_in<heard::news_of_log>(command::batch_msg, octets_field(1, one) + octets_field(1, one));
    REQUIRE(batch.entries.size() == 2);
    CHECK(batch.entries[1].sender == user_id{"alice"});
    CHECK(batch.entries[1].place.seq == seq{3});
}

TEST_CASE("protobuf client: fields come in any order, and the last of two counts") {
    const entry e =
        entry_in(varint_field(7, 3) + octets_field(17, "bob") + octets_field(2, "alice") + varint_field(7, 4) +
                 octets_field(17, "carol") + octets_field(6, "first") + octets_field(6, "second"));
    CHECK(e.place.seq == seq{4});
    CHECK(e.sender == user_id{"alice"});
    CHECK(e.body == "second");
    CHECK(e.mentions == rare_list<user_id>{"bob", "carol"});
}

TEST_CASE("protobuf client: an entry has what it was told, and what was left out is zero") {
    const entry e = entry_in(octets_field(1, "direct:alice:bob%3A%25") + octets_field(2, "alice") +
                             varint_field(4, 1234) + octets_field(8, "18446744073709551615"));
    CHECK(e.conversation == conversation_id::direct("alice", "bob:%"));
    CHECK(e.kind == static_cast<entry_kind>(1234));
    CHECK(e.place.position == position{~0ull});
    CHECK(entry_in("").kind == entry_kind{});
    CHECK(entry_in(octets_field(1, "") + octets_field(2, "")).conversation.empty());
    const auto page = protobuf_client{}.read_answer<heard::sync_page>(
        octets_field(3, octets_field(1, "group:a") + octets_field(6, varint_field(1, 9))) +
        octets_field(3, octets_field(1, "group:b") + octets_field(6, varint_field(4, 5))));
    REQUIRE(page);
    REQUIRE(page->page.memberships.size() == 2);
    REQUIRE(page->page.heads.size() == 2);
    CHECK(page->page.memberships[1].conversation == conversation_id::group("b"));
    CHECK(page->page.heads[0].seq == seq{9});
    CHECK(page->page.heads[0].first_kept == seq{0});
    CHECK(page->page.heads[1].first_kept == seq{5});
}

TEST_CASE("protobuf client: what a later server has more of is kept as its number") {
    CHECK(entry_in(varint_field(4, 0xffff)).kind == static_cast<entry_kind>(0xffff));
    CHECK(entry_in(varint_field(13, 200)).role == static_cast<role>(200));
    CHECK(word_in<heard::refused>(command::error, varint_field(1, 999)).why == static_cast<errc>(999));
    CHECK(word_in<mark_reply>(command::mark_rsp, varint_field(2, 1000)).key == static_cast<mark_key>(1000));
    CHECK(unheard_for(command::push_msg, varint_field(4, 0x10000)) == "field 4 of command 22: invalid argument");
    CHECK_FALSE(hear_protobuf(command::push_msg, varint_field(13, 256)));
    CHECK_FALSE(hear_protobuf(command::error, varint_field(1, 0x10000)));
    CHECK_FALSE(hear_protobuf(command::mark_rsp, varint_field(2, 0x10000)));
    CHECK_FALSE(hear_protobuf(command::relay_rsp, varint_field(1, 1ull << 32)));
}

TEST_CASE("protobuf client: ids are texts of at most 47 bytes") {
    const std::string longest(47, 'x'), longer(48, 'x');
    CHECK(entry_in(octets_field(2, longest)).sender.view() == longest);
    CHECK(unheard_for(command::push_msg, octets_field(2, longer)) == "field 2 of command 22: invalid argument");
    for (const std::uint64_t id : {2u, 3u, 12u, 17u}) {
        CHECK_FALSE(hear_protobuf(command::push_msg, octets_field(id, longer)));
        CHECK_FALSE(hear_protobuf(command::push_msg, octets_field(id, "a\nb")));
        CHECK_FALSE(hear_protobuf(command::push_msg, octets_field(id, "\xff")));
        CHECK_FALSE(hear_protobuf(command::push_msg, varint_field(id, 1)));
    }
    CHECK_FALSE(hear_protobuf(command::auth_rsp, octets_field(1, longer)));
    CHECK_FALSE(hear_protobuf(command::auth_rsp, octets_field(2, longer)));
    CHECK_FALSE(hear_protobuf(command::push_msg, octets_field(1, "group:" + longer)));
    CHECK_FALSE(hear_protobuf(command::push_msg, octets_field(1, "direct:bob:alice")));
    CHECK_FALSE(hear_protobuf(command::push_msg, octets_field(1, "nothing")));
}

TEST_CASE("protobuf client: a field of another type is malformed, and the error says which") {
    CHECK(unheard_for(command::push_msg, octets_field(7, "3")) == "field 7 of command 22: malformed");
    CHECK(unheard_for(command::push_msg, varint_field(6, 3)) == "field 6 of command 22: malformed");
    CHECK(unheard_for(command::push_msg, octets_field(8, "01")) == "field 8 of command 22: invalid argument");
    CHECK(unheard_for(command::push_msg, varint_field(8, 1)) == "field 8 of command 22: malformed");
    CHECK(unheard_for(command::batch_msg, varint_field(1, 1)) == "field 1 of command 23: malformed");
    CHECK(unheard_for(command::batch_msg, octets_field(1, octets_field(16, ""))) ==
          "field 1.16 of command 23: malformed");
    CHECK(unheard_for(command::mark_rsp, octets_field(5, "x")) == "field 5 of command 47: invalid argument");
    CHECK(unheard_for(command::logout_rsp, "\xff") == "command 6: no protobuf message");
    const auto page =
        protobuf_client{}.read_answer<heard::sync_page>(octets_field(3, octets_field(6, octets_field(2, "none"))));
    REQUIRE_FALSE(page);
    CHECK(page.error().detail == "field 3.6.2 of the answer: invalid argument");
}

TEST_CASE("protobuf client: a length beyond the end is malformed, at every depth") {
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{0x7fffffff}, ~std::uint64_t{0}}) {
        const std::string beyond = varint(6 << 3 | 2) + varint(size);
        CHECK(unheard_for(command::push_msg, beyond) == "command 22: no protobuf message");
        CHECK(unheard_for(command::batch_msg, octets_field(1, beyond)) == "field 1 of command 23: malformed");
        CHECK_FALSE(heard_back::heard_in<protobuf_ends>(varint_field(1, 22) + varint(3 << 3 | 2) + varint(size)));
        CHECK_FALSE(protobuf_client{}.read_answer<heard::history>(varint(1 << 3 | 2) + varint(size)));
    }
    std::string deep;
    for (int i = 0; i < 1000; ++i) deep = octets_field(1, deep);
    CHECK(unheard_for(command::batch_msg, deep) == "field 1.1 of command 23: invalid argument");
}

TEST_CASE("protobuf client: the words for people are passed over") {
    for (const std::string& words : {octets_field(2, "in words"), octets_field(2, "\xff"), varint_field(2, 1)}) {
        const auto out =
            word_in<heard::farewell>(command::kick_out, varint_field(1, 21) + words + varint_field(3, 1000));
        CHECK(out.why == errc::replaced);
        CHECK(out.come_back == seconds(1));
        const auto refused = protobuf_client{}.read_answer<heard::refused>(
            varint_field(1, 14) + words + octets_field(3, "count") + varint_field(4, 2000));
        REQUIRE(refused);
        CHECK(refused->why == errc::rate_limited);
        CHECK(refused->retry_after == seconds(2));
    }
}
