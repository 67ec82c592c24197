#include "engine_server.hpp"

#include <tandem/adapters/asio/asio_crew.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/store/worker_store.hpp>

#include <future>

namespace tandem::benchmarks {

namespace {

struct crew_chat : measured_chat<worker_store<memory_store>> {
    using bus = local_bus;
};

}  // namespace

// Groups are made by the first member; the others hear of them as they do of everything.
void serve_from_crew(const server_setup& setup, int channel) {
    stay_on_core(-1);
    worker<memory_store> store{memory_store{}};
    asio_crew<crew_chat> crew{
        setup.members,
        [&](const crew_place& p) -> parts<crew_chat> { return {.store = worker_store{store, p.post()}, .bus = p.bus}; },
        without_rates(), for_one_address(setup)};
    const auto port = crew.listen_plain("127.0.0.1", setup.port);
    if (!port) std::fprintf(stderr, "%s\n", port.error().detail.c_str()), _exit(1);
    crew.start();
    std::promise<void> made;
    crew.post(0, [&](auto& engine, auto&) {
        for (const group_setup& g : setup.groups) {
            const auto c = conversation_id::group(group_id{g.name});
            for (const std::string& m : g.members)
                engine.join(c, user_id{m}, role::member, done<stored>{[&](const result<stored>& s) {
                                if (!s) std::fprintf(stderr, "%s\n", s.error().detail.c_str()), _exit(1);
                                if (m == setup.groups.back().members.back()) made.set_value();
                            }});
        }
    });
    made.get_future().wait();
    tell(channel, *port);
    for (std::uint64_t end = 0; read(channel, &end, sizeof end) > 0;) {}
    _exit(0);
}

}  // namespace tandem::benchmarks
