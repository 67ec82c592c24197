#include <tandem/protocol/events.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <type_traits>

using namespace tandem;

static constexpr auto name = [](const auto& event) { return std::string{std::decay_t<decltype(event)>::is.name}; };

TEST_CASE("an entry is told as what its kind says") {
    const auto told = [](entry_kind kind) {
        entry e;
        e.kind = kind;
        return told_as(e, [&](const auto& event) {
            CHECK(&event.entry == &e);
            return name(event);
        });
    };
    CHECK(told(entry_kind::message) == "PUSH_MSG");
    CHECK(told(entry_kind::revoke) == "REVOKE_MSG_PUSH");
    CHECK(told(entry_kind::edit) == "EDIT_PUSH");
    CHECK(told(entry_kind::joined) == "PUSH_MSG");
    CHECK(told(entry_kind::left) == "PUSH_MSG");
    CHECK(told(static_cast<entry_kind>(1000)) == "PUSH_MSG");
}

TEST_CASE("receipts are for others; the owner's own devices are told of a mark") {
    const auto told = [](mark_key key, bool to_owner) {
        mark m;
        m.key = key;
        return told_as(m, to_owner, name);
    };
    CHECK(told(mark_key::read, false) == "READ_RECEIPT_PUSH");
    CHECK(told(mark_key::received, false) == "RECEIVED_PUSH");
    CHECK(told(static_cast<mark_key>(1000), false) == "MARK_PUSH");
    for (const auto key : {mark_key::read, mark_key::received, mark_key::pinned}) CHECK(told(key, true) == "MARK_PUSH");
}
