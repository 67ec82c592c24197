#include <tandem/protocol/numbers.hpp>

#include <tandem/protocol/events.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace tandem;

namespace {

template <class... Messages>
struct all_of {
    static constexpr std::size_t count = sizeof...(Messages);
    static std::set<std::uint32_t> numbers() { return {static_cast<std::uint32_t>(Messages::is.number)...}; }
    static std::set<std::string> names() { return {std::string{Messages::is.name}...}; }
};

using said =
    all_of<auth_request, auth_reply, heartbeat_request, heartbeat_reply, logout_request, logout_reply, kick_out,
           refusal, background_request, background_reply, send_request, send_reply, push_message, push_batch, news,
           revoke_request, revoke_reply, push_revoke, edit_request, edit_reply, push_edit, mark_request, mark_reply,
           push_mark, push_read_receipt, push_received, push_trimmed, typing_request, push_typing, presence_request,
           presence_reply, push_presence, relay_request, relay_reply, push_relay>;

}  // namespace

TEST_CASE("every message has a number and a name of its own") {
    CHECK(said::numbers().size() == said::count);
    CHECK(said::names().size() == said::count);
    CHECK_FALSE(said::numbers().contains(0));
}

TEST_CASE("the protocol's numbers lie below the application's") {
    CHECK(*said::numbers().rbegin() < static_cast<std::uint32_t>(command::first_application));
    CHECK(static_cast<std::uint32_t>(command::first_application) == 1000);
}

TEST_CASE("numbers that travelled once stay what they are") {
    CHECK(static_cast<int>(auth_request::is.number) == 1);
    CHECK(static_cast<int>(refusal::is.number) == 8);
    CHECK(static_cast<int>(send_request::is.number) == 20);
    CHECK(static_cast<int>(push_message::is.number) == 22);
    CHECK(static_cast<int>(push_revoke::is.number) == 42);
    CHECK(static_cast<int>(push_received::is.number) == 50);
    CHECK(static_cast<int>(push_trimmed::is.number) == 51);
    CHECK(static_cast<int>(push_relay::is.number) == 67);
}
