// A pull as a function: what a server read of an HTTP request, and what it is to answer.
#pragma once

#include "../core/time.hpp"

#include <string>
#include <string_view>

namespace tandem {

// Views: they need to live only until engine.pull has returned.
struct pull_request {
    std::string_view method{};
    std::string_view target{};        // path?query, escaped as it came
    std::string_view content_type{};  // these three are the headers' values; empty: there was no such header
    std::string_view accept{};
    std::string_view authorization{};
    std::string_view body{};
};

// 401 goes out with "WWW-Authenticate: Bearer". The answer is one user's own: "Cache-Control: no-store".
struct pull_answer {
    int status = 200;
    std::string_view content_type{};
    std::string body{};
    duration retry_after{};    // if not zero: Retry-After, in whole seconds, rounded up
    std::string_view allow{};  // if not empty: Allow (with 405)
};

}  // namespace tandem
