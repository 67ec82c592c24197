// From a request to the body of an envelope, by the table it is read with.
#pragma once

#include "request_fields.hpp"
#include "wire_writer.hpp"

namespace tandem::detail::in_protobuf {

template <flat_request Request>
struct asked {
    const Request& request;
};

template <class Request>
void fields(auto&& f, const asked<Request>& a) {
    request_fields(f, a.request);
}

}  // namespace tandem::detail::in_protobuf
