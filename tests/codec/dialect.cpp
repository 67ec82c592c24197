#include <tandem/codec/dialect.hpp>

#include <tandem/codec/tiny_codec.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using namespace tandem;

namespace {

struct without_greeting : plain_manners {
    struct envelope : tandem::envelope {};
    template <class Out>
    result<> open(const message&, state&, Out) {
        return success();
    }
    frames write(const kick_out&, unsigned) { return {}; }
    frames write(const push_message&, unsigned) { return {}; }
    frames write(const refusal&, unsigned) { return {}; }
    frames answer(state&, const refusal&, const correlation&) { return {}; }
};
struct smallest : without_greeting {
    greeting greet(const hello&, state&) { return {}; }
};
struct cannot_refuse : smallest {
    frames answer(state&, const refusal&, const correlation&) = delete;
};
struct greets_twice_as_much : tiny_dialect {
    static constexpr unsigned variants = 2;
};

static_assert(dialect<smallest> && dialect<tiny_dialect> && dialect<greets_twice_as_much>);
static_assert(!dialect<without_greeting> && !dialect<cannot_refuse> && !dialect<plain_manners>);
static_assert(dialects<smallest, tiny_dialect>::count == 2);

using verdict = greeting::verdict;

}  // namespace

TEST_CASE("a dialect is greeted by its subprotocol, wherever it stands in the list") {
    const std::vector<std::string_view> offered{"other", "mine"};
    const hello h{.subprotocols = offered, .credential = "alice"};
    const greeting g = greet_by_subprotocol(h, "mine");
    CHECK(g.what == verdict::accept);
    CHECK(g.subprotocol == "mine");
    CHECK(g.credential == "alice");
}

TEST_CASE("who asks for another language is declined, also by the default") {
    const std::vector<std::string_view> offered{"other", "mine2", "MINE", ""};
    const hello h{.subprotocols = offered};
    CHECK(greet_by_subprotocol(h, "mine").what == verdict::decline);
    CHECK(greet_by_subprotocol(h, "mine", true).what == verdict::decline);
}

TEST_CASE("who asks for nothing gets the default, and no subprotocol is named") {
    const hello h{.credential = "alice"};
    CHECK(greet_by_subprotocol(h, "mine").what == verdict::decline);
    const greeting g = greet_by_subprotocol(h, "mine", true);
    CHECK(g.what == verdict::accept);
    CHECK(g.subprotocol.empty());
    CHECK(g.credential == "alice");
}

TEST_CASE("a parameter of the query is found by its whole name") {
    const hello h{.query = "xtoken=no&token=yes&token=second&empty=&last=end"};
    CHECK(h.parameter("token") == "yes");
    CHECK(h.parameter("last") == "end");
    CHECK(h.parameter("empty") == "");
    CHECK(h.parameter("oken") == "");
    CHECK(h.parameter("tok") == "");
    CHECK(hello{}.parameter("token") == "");
}
