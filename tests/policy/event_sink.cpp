#include <tandem/policy/event_sink.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tandem;

namespace {

// As short as a sink can be that counts each entry once: what it makes of a piece and its cursor are stored together.
struct counting_sink {
    result<std::optional<log_head>> reached() const { return cursor; }
    result<nothing> publish(const page& piece) {
        entries += piece.entries.size();
        cursor = log_head{piece.head.epoch, piece.examined};
        return nothing{};
    }

    std::optional<log_head> cursor{};
    std::size_t entries = 0;
};

struct late_sink {
    void reached(done<std::optional<log_head>> then) const { then(std::optional<log_head>{}); }
    void publish(const page&, done<nothing> then) { waiting.push_back(std::move(then)); }

    std::vector<done<nothing>> waiting{};
};

struct half_late_sink : counting_sink {
    void publish(const page& piece, done<nothing> then) { then(counting_sink::publish(piece)); }
};

struct without_cursor {
    result<nothing> publish(const page&) { return nothing{}; }
};
struct old_kind {
    result<std::optional<log_head>> reached() const { return std::optional<log_head>{}; }
    void publish(const entry&) {}
};

}  // namespace

TEST_CASE("a sink may answer now or later, each verb as it likes") {
    static_assert(event_sink<counting_sink>);
    static_assert(event_sink<late_sink>);
    static_assert(event_sink<half_late_sink>);
    half_late_sink sink;
    const page piece{.head = {epoch{7}, position{9}}, .examined = position{5}};
    bool answered = false;
    ask<nothing>(verbs::publish, done<nothing>{[&](const result<>& r) { answered = static_cast<bool>(r); }}, sink,
                 piece);
    CHECK(answered);
    CHECK((*sink.reached())->epoch == epoch{7});
    CHECK((*sink.reached())->newest == position{5});
}

TEST_CASE("without a cursor of its own, or entry by entry, it is no sink") {
    static_assert(!event_sink<without_cursor>);
    static_assert(!event_sink<old_kind>);
}

TEST_CASE("the sink that does nothing takes everything and has no cursor") {
    no_sink sink;
    CHECK(sink.publish(page{}));
    CHECK_FALSE(sink.reached()->has_value());
}
