#include "engine_server.hpp"

#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/store/worker_store.hpp>

#include <sys/prctl.h>

namespace tandem::benchmarks {

void serve_from_sqlite(const server_setup& setup, int channel) {
    asio::io_context loop{1};
    auto file = sqlite_store::open(setup.file);
    if (!file) std::fprintf(stderr, "%s\n", file.error().detail.c_str()), _exit(1);
    prctl(PR_SET_NAME, "store");  // threads inherit it
    worker<sqlite_store> at_work{std::move(*file)};
    prctl(PR_SET_NAME, "loop");
    worker_store<sqlite_store> disk{at_work, [&loop](function<void()> f) { asio::post(loop, std::move(f)); }};
    engine_server<worker_store<sqlite_store>> server{loop, std::move(disk), setup, channel};
    server.run();
}

}  // namespace tandem::benchmarks
