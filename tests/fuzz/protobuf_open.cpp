// Any bytes on tandem.v1.protobuf: opened, read as every request, and what was read written back and read again.
#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/adapters/protobuf/write_request.hpp>

#include <cstdlib>

using namespace tandem;

namespace {

namespace wire = detail::in_protobuf;

template <class Request>
std::string written(const Request& request) {
    return wire::octets_of(wire::asked<Request>{request});
}

template <class Request>
void read(protobuf_dialect& dialect, const protobuf_dialect::envelope& opened) {
    const auto request = dialect.read<Request>(opened);
    if (!request) return;
    const std::string first = written(*request);
    const auto again = wire::read_request<Request>(first);
    if (!again || written(*again) != first) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static protobuf_dialect dialect;
    protobuf_dialect::state state;
    const message received{{reinterpret_cast<const char*>(data), size}};
    (void)dialect.open(received, state, [](const protobuf_dialect::envelope& opened) {
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

        entry told;
        told.body = opened.body;
        (void)dialect.write(push_message{told}, 0);
    });
    return 0;
}
