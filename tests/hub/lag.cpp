#include <tandem/hub/lag.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace tandem;

// Replays a script: "fence 7", "skip 9", "report 8", "news". After each step the script says what is expected:
// P pushes are given, C checkpoints too, "!" news was due and taken.
static std::string replay(const std::string& script) {
    lag l;
    std::istringstream words{script};
    std::string word, seen;
    while (words >> word) {
        std::uint64_t at = 0;
        bool told = false;
        if (word == "news") told = l.take_news();
        else words >> at;
        if (word == "fence") l.fence({at});
        if (word == "skip") l.skip({at});
        if (word == "report") l.report({at});
        seen += l.gets_checkpoints() ? "C" : l.gets_pushes() ? "P" : "-";
        seen += told ? "! " : " ";
    }
    return seen;
}

TEST_CASE("behind its fence a session gets pushes, but no checkpoint before it has reported the head") {
    CHECK(replay("fence 7  report 6  news  report 7  news") == "P P P C C ");
    CHECK(replay("fence 7  report 9") == "P C ");
    CHECK(replay("fence 0  report 0") == "P C ");
}

TEST_CASE("a session that was skipped gets nothing until it has reported the newest skipped") {
    CHECK(replay("fence 7  report 7  skip 8  skip 9  report 8  report 9") == "P C - - - C ");
}

TEST_CASE("a session that was skipped behind its fence has to report both") {
    CHECK(replay("fence 7  skip 9  report 7  report 8  report 9") == "P - - - C ");
    CHECK(replay("fence 9  skip 10  report 9  report 10") == "P - - C ");
}

TEST_CASE("news is due once when pushes begin to be skipped") {
    CHECK(replay("fence 1  report 1  news  skip 2  news  news  skip 3  skip 4  news") == "P C C - -! - - - - ");
}

TEST_CASE("news is due again when a report shows that more was skipped meanwhile") {
    CHECK(replay("fence 1  report 1  skip 2  news  skip 3  report 2  news  news  report 3  news") ==
          "P C - -! - - -! - C C ");
}

TEST_CASE("news is not due any more when the session has caught up by itself") {
    CHECK(replay("fence 1  report 1  skip 2  report 2  news") == "P C - C C ");
}

TEST_CASE("a late report of an older cursor takes nothing back") {
    CHECK(replay("fence 5  report 6  report 3  news") == "P C C C ");
}

TEST_CASE("what was skipped again later has to be reported again") {
    CHECK(replay("fence 1  report 1  skip 5  report 5  skip 6  report 5  news  report 6") == "P C - C - - -! C ");
}

TEST_CASE("NEWS can say what is to be reported") {
    lag l;
    l.fence({4});
    CHECK(l.must_report() == position{4});
    l.skip({9});
    CHECK(l.must_report() == position{9});
    l.skip({8});  // a mark that was told late
    CHECK(l.must_report() == position{9});
}
