// A device that missed ten thousand messages, from its first connection until the last of them is in its file.
#include "scenario.hpp"

#include <tandem/adapters/asio/asio_device.hpp>
#include <tandem/adapters/protobuf/protobuf_client.hpp>
#include <tandem/adapters/sqlite/sqlite_local_store.hpp>

namespace tandem::benchmarks {

namespace {

constexpr std::uint32_t missed = 10'000;

struct phone_parts {
    using store = sqlite_local_store&;
    using codec = protobuf_client;
};

sqlite_local_store opened(const std::string& file) {
    auto store = sqlite_local_store::open(file);
    if (!store) throw failed{store.error().detail};
    return std::move(*store);
}

// Every time another file. What was stored the first time is kept, to be put into a file by itself.
class absence {
public:
    double entries_a_second() {
        sqlite_local_store store = opened(files_.file("phone" + std::to_string(++runs_)));
        asio::io_context loop{1};
        const bool is_first = stored_.empty();
        std::size_t entries = 0;
        asio_device<phone_parts> phone{loop,
                                       store,
                                       {.user = "reader",
                                        .credential = "reader",
                                        .servers = {"http://127.0.0.1:" + std::to_string(server_.port())}},
                                       {.changed =
                                            [&](const local_change& c) {
                                                if (is_first) stored_.push_back(c);
                                                entries += c.entries.size();
                                            },
                                        .state =
                                            [&](client_state s, errc) {
                                                if (s == client_state::live || s == client_state::wants_credential)
                                                    loop.stop();
                                            }}};
        const std::uint64_t start = nanoseconds_now();
        if (auto started = phone.start(); !started) throw failed{started.error().detail};
        loop.run_for(std::chrono::seconds(20));
        const double took = seconds_since(start);
        if (entries < missed) throw failed{"only " + std::to_string(entries) + " came"};
        return static_cast<double>(entries) / took;
    }
    double of_store() {
        sqlite_local_store store = opened(files_.file("bare" + std::to_string(++runs_)));
        std::size_t entries = 0;
        const std::uint64_t start = nanoseconds_now();
        for (const local_change& c : stored_) {
            if (!store.apply(c)) throw failed{"a change could not be stored"};
            entries += c.entries.size();
        }
        return static_cast<double>(entries) / seconds_since(start);
    }

private:
    folder files_;
    server_setup setup_{
        .kind = server_kind::with_memory, .groups = {{"pages", {"writer", "reader"}}}, .missed = missed};
    server_process server_{setup_};
    std::vector<local_change> stored_;
    int runs_ = 0;
};

const scenario catch_up{
    "client/catch_up_10000", [](const std::string& name) {
        absence a;
        a.entries_a_second();
        const auto c = in_turn(9, [&] { return a.entries_a_second(); }, [&] { return a.of_store(); });
        print(name, c.value(), "entries/s", c.ratio(), "the same changes put into sqlite_local_store");
    }};

}  // namespace

}  // namespace tandem::benchmarks
