// What a store's worker has before it, in Prometheus's text format.
#pragma once

#include "exposition.hpp"

namespace tandem {

// Appends worker.load() to `out`, which may hold what metrics::write says. Any thread may ask: so a server can show
// that its disk is stuck while its engines wait for it.
template <class Load>
void write_worker_metrics(const Load& load, std::string& out) {
    detail::exposition to{out};
    to.family("tandem_store_questions_waiting", "gauge", "Questions to the store that it has not answered.");
    to.sample(load.waiting);
    to.family("tandem_store_drafts_waiting", "gauge", "Drafts in the appends among them.");
    to.sample(load.drafts);
    to.family("tandem_store_longest_call_seconds", "gauge", "How long the oldest call of the store has been running.");
    to.sample_of_seconds(load.longest_call);
}

}  // namespace tandem
