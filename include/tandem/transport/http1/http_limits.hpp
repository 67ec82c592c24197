// How much one HTTP message may bring along.
#pragma once

#include <cstddef>

namespace tandem {

struct http_limits {
    std::size_t head_bytes = 8 * 1024;   // first line and fields, with their line ends
    std::size_t fields = 64;             // a request with more is answered 431
    std::size_t body_bytes = 64 * 1024;  // a request that declares more is answered 413
};

}  // namespace tandem
