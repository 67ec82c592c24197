// One pull on its way.
#pragma once

#include "pulls_in_flight.hpp"
#include "query_string.hpp"
#include "route.hpp"

#include "../core/answer.hpp"
#include "../protocol/pull_request.hpp"

namespace tandem {

// Everything of the request that is still needed, copied, because whoever is asked may answer later. Shared by the
// callbacks it waits in; if all of those are dropped, `then` is too, and answers by itself.
struct pull_job {
    pull_verb verb{};
    std::size_t spelling = 0;       // index of the page codec that writes the answer …
    std::size_t body_spelling = 0;  // … and of the one that reads the body
    query_string query{};
    std::string body{};
    user_id user{};
    device_id device{};  // if the credential names one
    done<pull_answer> then{};
    pulls_in_flight::place place{};
};

using pull_job_ptr = std::shared_ptr<pull_job>;

}  // namespace tandem
