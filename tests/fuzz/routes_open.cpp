// Any text on the routes: opened, read as every request; what a chat says is told again, and that must be JSON which says the same.
#include <tandem/adapters/routes/routes_dialect.hpp>

#include <cstdlib>

using namespace tandem;

namespace {

nlohmann::json parsed(const frames& all) {
    nlohmann::json last;
    all.each([&](const frame& f) {
        auto document = detail::in_json::parse_strictly(f.payload());
        if (!document) std::abort();
        last = std::move(*document);
    });
    return last;
}

void tell_again(routes_dialect& dialect, const conversation_id& c, std::string_view body) {
    entry e;
    e.conversation = c, e.sender = "alice", e.body = body, e.place = {{1}, {1}};
    const auto told = parsed(dialect.write(push_message{e}, 0));
    const auto& said = told["data"]["msg"];
    std::string decoded;
    if (said.contains("contentBase64")) {
        if (!detail::in_json::read_base64(said["contentBase64"].get<std::string>(), decoded)) std::abort();
    } else {
        decoded = said["content"];
    }
    if (decoded != body) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static routes_dialect dialect;
    routes_dialect::state state;
    const message received{{reinterpret_cast<const char*>(data), size}, true};
    (void)dialect.open(received, state, [&](const routes_dialect::envelope& opened) {
        (void)parsed(dialect.answer(state, refusal{errc::unsupported}, opened.correlation));
        (void)dialect.read<route_online>(opened);
        if (const auto r = dialect.read<route_chat>(opened))
            if (const auto c = r->where.for_sender("alice")) tell_again(dialect, *c, r->body);
        if (const auto r = dialect.read<route_push>(opened))
            if (const auto to = user_id::parse(r->receiver)) tell_again(dialect, conversation_id::self(*to), r->body);
        if (const auto r = dialect.read<revoke_request>(opened))
            if (!send_id::parse(r->send_id)) std::abort();
        if (const auto r = dialect.read<mark_request>(opened))
            if (!r->conversation.empty() && !conversation_id::parse(r->conversation)) std::abort();
    });
    return 0;
}
