// What a client engine costs a device that is told a lot, beside reading what it is told.
#include "figures.hpp"

#include <tandem/adapters/protobuf/protobuf_client.hpp>
#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/client/client_engine.hpp>
#include <tandem/client/memory_local_store.hpp>
#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/random.hpp>

#include <cstdlib>

namespace tandem::benchmarks {
namespace {

constexpr std::size_t conversations = 50, pushes = 200'000, in_a_turn = 16;
const user_id ann{"ann"};

struct no_network {
    void connect(std::string_view, std::string_view) {}
    void send(bytes, bool) {}
    void disconnect() {}
    void ask(std::string_view, const pull_request&, const done<pull_answer>&) {}
};
// Whatever it is given is kept elsewhere.
struct no_local_store {
    result<local_state> state() { return local_state{.tag = 1}; }
    result<> apply(const local_change& c) {
        kept += c.entries.size();
        return success();
    }
    result<std::vector<entry>> entries(const conversation_id&, seq_range, std::size_t) { return std::vector<entry>{}; }
    result<std::vector<entry>> entries_of(epoch, const conversation_id&, seq_range, std::size_t) {
        return std::vector<entry>{};
    }
    result<std::vector<mark>> marks(const conversation_id&) { return std::vector<mark>{}; }
    result<std::vector<membership>> memberships() { return std::vector<membership>{}; }
    result<std::vector<epoch>> logs() { return std::vector<epoch>{}; }
    std::size_t kept = 0;
};

// Messages of 200 bytes by ten people in each of the direct conversations, as the server would push them.
std::vector<frame> pushed() {
    seeded_random random{1};
    protobuf_dialect dialect;
    std::vector<std::uint64_t> heads(conversations);
    std::vector<frame> out;
    for (std::uint64_t n = 1; n <= pushes; ++n) {
        const std::size_t c = random.below(conversations);
        entry e;
        e.sender = user_id{"user-" + std::to_string(c)}, e.conversation = conversation_id::direct(ann, e.sender);
        e.send_id = send_id{std::to_string(n) + ".000000000000"}, e.body.assign(200, 'x');
        e.place = {{++heads[c]}, {n}}, e.number = heads[c], e.time = {1'700'000'000'000};
        dialect.write(push_message{e}, 0).each([&](const frame& f) { out.push_back(f); });
    }
    return out;
}

// The server's yes to the first thing a client says.
frame let_in() {
    protobuf_dialect dialect;
    protobuf_dialect::state state;
    envelope asked;
    const std::string said = protobuf_client{}.say(auth_request{.credential = "ann"}, 1);
    (void)dialect.open({said}, state, [&](const envelope& e) { asked = e; });
    frame out;
    dialect.answer(state, auth_reply{.user = ann, .epoch = {7}}, asked.correlation).each([&](const frame& f) {
        out = f;
    });
    return out;
}

template <class Store>
struct parts {
    using store = Store&;
    using codec = protobuf_client;
    using network = no_network&;
    using clock = manual_clock&;
};

// Sixteen in a turn, as a busy connection brings them; each turn is a transaction.
template <class Store>
measured pushes_a_second() {
    const std::vector<frame> told = pushed();
    Store store{};
    no_network network;
    manual_clock clock;
    using client = client_engine<parts<Store>>;
    client engine{{.store = store, .network = network, .clock = clock},
                  {.user = ann, .credential = "ann", .servers = {"one"}, .receipts = false}};
    if (!engine.start()) std::abort();
    engine.tick();
    engine.opened();
    engine.received({let_in().payload()});
    if (engine.state() != client_state::live) std::abort();
    std::size_t next = 0;
    const double ours = nanoseconds_per(told.size() / in_a_turn, [&] {
        typename client::turn t{engine};
        for (std::size_t i = 0; i < in_a_turn; ++i) engine.received({told[next++].payload()});
    });
    if (engine.conversation(conversation_id::direct(ann, "user-0")).next.value < pushes / conversations / 2)
        std::abort();
    next = 0;
    protobuf_client codec;
    const double floor = nanoseconds_per(told.size(), [&] { keep(codec.hear({told[next++].payload()})); });
    const double each = ours / in_a_turn;
    return {1e9 / each, "pushes/s", each / floor, "reading them alone"};
}

static const figure alone{"client/pushes", pushes_a_second<no_local_store>, {5}};
static const figure in_memory{"client/pushes/memory", pushes_a_second<memory_local_store>, {5}};

}  // namespace
}  // namespace tandem::benchmarks
