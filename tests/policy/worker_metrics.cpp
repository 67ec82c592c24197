#include <tandem/policy/worker_metrics.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

TEST_CASE("the load of a store's worker is appended as three gauges, times in seconds") {
    struct {
        std::size_t waiting = 12;
        std::size_t drafts = 345;
        std::uint64_t longest_call = 30'250'000'000;
    } load;
    std::string out = "before 1\n";
    write_worker_metrics(load, out);
    CHECK(out == "before 1\n"
                 "# HELP tandem_store_questions_waiting Questions to the store that it has not answered.\n"
                 "# TYPE tandem_store_questions_waiting gauge\n"
                 "tandem_store_questions_waiting 12\n"
                 "# HELP tandem_store_drafts_waiting Drafts in the appends among them.\n"
                 "# TYPE tandem_store_drafts_waiting gauge\n"
                 "tandem_store_drafts_waiting 345\n"
                 "# HELP tandem_store_longest_call_seconds How long the oldest call of the store has been running.\n"
                 "# TYPE tandem_store_longest_call_seconds gauge\n"
                 "tandem_store_longest_call_seconds 30.250000000\n");
}
