// Any text on tandem.v1.json: opened, read as every request, and what was read written back and read again.
#include <tandem/adapters/json/json_dialect.hpp>

#include <cstdlib>

using namespace tandem;

namespace {

template <class Request>
std::string written(const Request& request) {
    std::string out = "{";
    detail::in_json::json_writer writer{out};
    detail::in_json::request_fields(writer, request);
    return out + "}";
}

template <class Request>
void read(json_dialect& dialect, const json_dialect::envelope& opened) {
    const auto request = dialect.read<Request>(opened);
    if (!request) return;
    const std::string first = written(*request);
    const auto document = detail::in_json::parse_strictly(first);
    if (!document) std::abort();
    std::string room;
    const auto again = detail::in_json::read_request<Request>(*document, room);
    if (!again || written(*again) != first) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static json_dialect dialect;
    json_dialect::state state;
    const message received{{reinterpret_cast<const char*>(data), size}, true};
    (void)dialect.open(received, state, [](const json_dialect::envelope& opened) {
        read<auth_request>(dialect, opened);
        read<heartbeat_request>(dialect, opened);
        read<logout_request>(dialect, opened);
        read<background_request>(dialect, opened);
        read<send_request>(dialect, opened);
        read<revoke_request>(dialect, opened);
        read<edit_request>(dialect, opened);
        read<mark_request>(dialect, opened);
        read<typing_request>(dialect, opened);
        read<presence_request>(dialect, opened);
        read<relay_request>(dialect, opened);
    });
    return 0;
}
