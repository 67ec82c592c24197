// Bytes become messages of three sessions, time, slow connections and answers of the store: nothing may crash, assert, or
// send into a connection that was closed.
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/routes/routes_dialect.hpp>
#include <tandem/adapters/routes/routes_handlers.hpp>
#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/recorded_outlet.hpp>
#include <tandem/testing/scripted_store.hpp>

#include <cstdlib>
#include <memory>

namespace {

using namespace tandem;

struct fuzzed_chat : default_policies {
    using store = scripted_store<memory_store>&;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect, json_dialect, routes_dialect>;
    using handlers = tandem::handlers<on_route_online, on_route_chat, on_route_push>;
    using clock = manual_clock&;
};

struct probed_outlet : recorded_outlet {
    void probe(std::uint64_t token) { asked = token; }
    std::uint64_t asked = 0;
};

struct session_under_fuzz {
    probed_outlet outlet{};
    session_handle handle{};
};

// What a byte does before the next line is read.
void act(unsigned char what, engine<fuzzed_chat>& engine, scripted_store<memory_store>& store, manual_clock& clock,
         session_under_fuzz& s) {
    switch (what % 16) {
        case 1: clock.advance(seconds(what)), engine.tick(); break;
        case 2: s.outlet.hold(std::size_t{what} * 4096); break;
        case 3: s.outlet.hold(0), engine.drained(s.handle); break;
        case 4: store.step(); break;
        case 5: store.plan(static_cast<store_fault>(1 + what / 16 % 3)); break;
        case 6: store.answer_at_once(what & 16); break;
        case 7: engine.closed(s.handle); break;
        case 8: engine.probed(s.handle, s.outlet.asked); break;
        default: break;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    manual_clock clock;
    scripted_store<memory_store> store{memory_store{tandem::epoch{7}}};
    store.answer_at_once();
    session_under_fuzz sessions[3];
    engine<fuzzed_chat> engine{{.store = store, .clock = clock}, {.history_for_new_members = 3, .instance = 1}};
    engine.create_group("team", "alice", std::vector<user_id>{"bob", "carol"});
    const std::string_view json[] = {json_dialect::subprotocol};
    sessions[0].handle = engine.open(sessions[0].outlet)->session;
    sessions[1].handle = engine.open(sessions[1].outlet, {.subprotocols = json})->session;
    sessions[2].handle = engine.open(sessions[2].outlet, {.path = "/ws", .credential = "carol"})->session;
    engine.receive(sessions[0].handle, {"AUTH_REQ 1 credential=alice cursor=0", true});
    engine.receive(sessions[1].handle, {R"({"command":"AUTH_REQ","sequence":1,"body":{"credential":"bob"}})", true});
    const bytes all{reinterpret_cast<const char*>(data), size};
    for (std::size_t at = 0; at < all.size();) {
        const auto what = static_cast<unsigned char>(all[at++]);
        session_under_fuzz& s = sessions[(what >> 6) % 3];
        act(what & 0x3f, engine, store, clock, s);
        const bytes line = all.substr(at, all.substr(at).find('\n'));
        at += line.size() + 1;
        if (!line.empty()) engine.receive(s.handle, {line, true});
    }
    store.release_all();
    for (session_under_fuzz& s : sessions)
        if (s.outlet.sent_after_close() != 0) std::abort();
    return 0;
}
