// One member of a group speaks, everybody else hears it: deliveries per second of the server's processor.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

struct fan_out {
    std::size_t subscribers;
    std::size_t body;
    std::size_t in_flight;
    double seconds = 0.6;
    std::size_t members = 1;  // of a crew
    native::language language{};
};

constexpr std::string_view team = "group:team";

// The next burst, in one write.
void publish(crowd& all, const fan_out& f, bool natively) {
    static std::uint64_t send_ids = 0;
    const std::string body(f.body, 'x');
    client& publisher = all[0];
    std::string burst;
    for (std::size_t i = 0; i < f.in_flight; ++i)
        if (natively)
            native::append_send(burst, {.conversation = team, .body = body}, native::id_36("s", ++send_ids),
                                f.language);
        else append_masked(burst, websocket_opcode::binary, body, 0x37fa213d);
    all.write(publisher, burst);
}

struct run {
    double deliveries;  // per second of the server's processor
    double bytes;       // of one, as it came
};

run one_run(const fan_out& f, server_kind kind) {
    const bool natively = kind != server_kind::floor_that_publishes;
    const auto everybody = users("u", f.subscribers + 1);
    server_setup setup{.kind = kind, .members = f.members};
    if (natively) setup.groups = {{"team", everybody}};
    server_process server{setup};
    crowd all{server.port()};
    all.with_floor = !natively;
    all.language = f.language;
    for (const std::string& u : everybody) all.add(natively ? u : "");
    all.connect_all();
    std::uint64_t expected = 0;
    const auto burst = [&] {
        publish(all, f, natively);
        expected += f.in_flight * f.subscribers;
        all.until([&] { return all.entries() >= expected; });
    };
    for (int i = 0; i < 3; ++i) burst();
    const std::uint64_t start = nanoseconds_now(), before = expected;
    const std::uint64_t bytes = all.bytes();
    const double cpu = server.cpu_seconds();
    while (seconds_since(start) < f.seconds) burst();
    const double spent = server.cpu_seconds() - cpu;
    if (all.entries() != expected) throw failed{"more was delivered than was sent"};
    server.end();
    const auto delivered = static_cast<double>(expected - before);
    return {delivered / spent, static_cast<double>(all.bytes() - bytes) / delivered};
}

// Against a floor that sends the bodies alone, and one that sends as many bytes as we do: ours say who wrote, where and
// when, and what place it has.
void measure(const std::string& name, const fan_out& f, int rounds = 7) {
    compared bodies, same_bytes;
    fan_out as_large = f;
    constexpr double head = 4;
    as_large.body = static_cast<std::size_t>(one_run(f, server_kind::with_memory).bytes - head);
    for (int i = 0; i < rounds; ++i) {
        bodies.theirs.push_back(one_run(f, server_kind::floor_that_publishes).deliveries);
        same_bytes.theirs.push_back(one_run(as_large, server_kind::floor_that_publishes).deliveries);
        bodies.ours.push_back(one_run(f, server_kind::with_memory).deliveries);
    }
    same_bytes.ours = bodies.ours;
    print(name, bodies.value(), "deliveries per server CPU second", bodies.ratio(), "raw epoll floor");
    print(name + "/same_bytes", bodies.value(), "deliveries per server CPU second", same_bytes.ratio(),
          "raw epoll floor that sends as many bytes");
}

struct all_sizes {
    all_sizes() {
        for (const std::size_t body : {64u, 512u})
            for (const std::size_t in_flight : {1u, 16u, 64u})
                scenarios.push_back(std::make_unique<scenario>(
                    "wire/fan_out/" + std::to_string(body) + "/" + std::to_string(in_flight),
                    [=](const std::string& name) { measure(name, {1000, body, in_flight}); }));
    }
    std::vector<std::unique_ptr<scenario>> scenarios;
};
const all_sizes thousand;

const scenario in_json{
    "wire/fan_out_json", [](const std::string& name) {
        measure(name, {.subscribers = 1000, .body = 64, .in_flight = 16, .language = native::language::json});
    }};

// Two engines on one log, each on a thread: what a delivery costs them, against one alone. Twice this is what a second
// core is worth; on a machine of two the generator needs one, so the clock on the wall says nothing.
const scenario crew_of_two{"wire/crew_of_two", [](const std::string& name) {
                               const auto of = [](std::size_t members) {
                                   return one_run(
                                              {.subscribers = 1000, .body = 512, .in_flight = 16, .members = members},
                                              server_kind::with_crew)
                                       .deliveries;
                               };
                               const auto c = in_turn(5, [&] { return of(2); }, [&] { return of(1); });
                               print(name, c.value(), "deliveries per server CPU second", c.ratio(),
                                     "a crew of one; with a core for each, twice this");
                           }};

const scenario ten_thousand{"wire/fan_out_10000", [](const std::string& name) {
                                measure(name, {as_many_as_possible(10'001) - 1, 512, 16}, 3);
                            }};

}  // namespace

}  // namespace tandem::benchmarks
