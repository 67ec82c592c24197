// Any bytes on tandem.v1.protobuf: opened, read as every request, and what was read written back and read again.
#include <tandem/adapters/protobuf/protobuf_dialect.hpp>

#include <cstdlib>

using namespace tandem;

namespace {

namespace wire = detail::in_protobuf;

// Writes a request by the table it is read by.
template <class Out>
struct rewriter {
    wire::wire_writer<Out> writer;

    void operator()(std::uint32_t tag, const auto& field) { writer(tag, field); }
    void operator()(std::uint32_t tag, wire::opaque<const std::string_view> field) { writer(tag, field.value); }
    void operator()(std::uint32_t tag, wire::stated<const bool> field) { writer(tag, std::optional{field.value}); }
};

template <class Out>
Out rewrite(const auto& request, Out out) {
    rewriter<Out> to{wire::wire_writer<Out>{out}};
    wire::request_fields(to, request);
    return to.writer.out();
}

std::string written(const auto& request) {
    std::string out(rewrite(request, wire::counting{}).size, '\0');
    if (rewrite(request, wire::writing{out.data()}).at != out.data() + out.size()) std::abort();
    return out;
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
