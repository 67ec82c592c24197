// Any bytes as the body of a POST, read as every request the pull API takes; what was sent is told back as it would be.
#include <tandem/adapters/protobuf/protobuf_pages.hpp>

using namespace tandem;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static protobuf_pages pages;
    const bytes body{reinterpret_cast<const char*>(data), size};
    (void)pages.read_body<revoke_request>(body);
    (void)pages.read_body<edit_request>(body);
    (void)pages.read_body<mark_request>(body);
    if (const auto sent = pages.read_body<send_request>(body)) {
        send_reply reply;
        reply.changed = sent->body;
        (void)pages.write_answer(reply);
        (void)pages.write_answer(failure{errc::invalid_argument, sent->to});
    }
    return 0;
}
