// A thousand that never read beside a thousand that do, in one group: what the good ones notice of the bad ones.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

// Less than half of what a server can do, so that what is measured is the bad ones and not a queue.
constexpr std::uint64_t per_second = 40, seconds_long = 4, pause = 1'000'000'000 / per_second;
// Before: enough that who does not read is over its limit, and over what the system holds for it.
constexpr std::uint64_t warm_up = 2048, burst = 64;

struct noticed {
    double p99, grown, grown_in_system;
};

noticed of_one_run(std::size_t good, std::size_t bad) {
    auto everybody = users("u", 1 + good + bad);
    server_process server{{.kind = server_kind::with_memory, .groups = {{"team", everybody}}}};
    crowd all{server.port()};
    for (std::size_t i = 0; i <= good; ++i) all.add(everybody[i]);
    all.connect_all();
    all.small_buffer = 4096;
    for (std::size_t i = 0; i < bad; ++i) all.add(everybody[1 + good + i]);
    all.connect_all();
    for (std::size_t i = 0; i < bad; ++i) all.plug_ears(all[1 + good + i]);
    const auto before = static_cast<double>(server.memory()), system = static_cast<double>(memory_of_sockets());

    const std::string body(512, 'x');
    std::uint64_t send_ids = 0;
    const auto publish = [&](std::uint64_t messages) {
        std::string out;
        for (std::uint64_t i = 0; i < messages; ++i)
            native::append_send(out, {.conversation = "group:team", .body = body}, native::id_36("s", ++send_ids));
        all.write(all[0], out);
    };
    for (std::uint64_t i = 0; i < warm_up; i += burst) {
        publish(burst);
        all.until([&] { return all.entries() == (i + burst) * good; });
    }

    const std::uint64_t first = nanoseconds_now() + 1'000'000, messages = per_second * seconds_long;
    std::vector<std::uint32_t> took;
    all.on_entries = [&](client& c, std::size_t entries) {
        const std::uint64_t now = nanoseconds_now();
        for (std::uint64_t n = c.entries - entries; n < c.entries; ++n)
            took.push_back(static_cast<std::uint32_t>((now - first - (n - warm_up) * pause) / 1000));
    };
    std::uint64_t sent = 0;
    for (; all.entries() < (warm_up + messages) * good; all.keep_time()) {
        const std::uint64_t now = nanoseconds_now();
        for (; sent < messages && first + sent * pause <= now; ++sent) publish(1);
        all.round();
    }
    return {at_share(took, 0.99), static_cast<double>(server.memory()) - before,
            static_cast<double>(memory_of_sockets()) - system};
}

const scenario slow_readers{"wire/slow_readers", [](const std::string& name) {
                                const std::size_t each = (as_many_as_possible(2001) - 1) / 2;
                                std::vector<double> with, without, grown, in_system;
                                for (int i = 0; i < 3; ++i) {
                                    const noticed alone = of_one_run(each, 0), together = of_one_run(each, each);
                                    without.push_back(alone.p99);
                                    with.push_back(together.p99);
                                    const auto count = static_cast<double>(each);
                                    grown.push_back((together.grown - alone.grown) / count);
                                    in_system.push_back((together.grown_in_system - alone.grown_in_system) / count);
                                }
                                print(name, middle(with), "us until pushed, p99", middle(with) / middle(without),
                                      "without them");
                                print(name + "/memory", middle(grown), "bytes for each of them",
                                      middle(grown) / (256 * 1024), "pushing_until_bytes");
                            }};

}  // namespace

}  // namespace tandem::benchmarks
