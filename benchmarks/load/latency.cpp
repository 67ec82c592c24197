// Durable messages at a thousand a second, whatever becomes of them: how long from the moment each was due.
#include "pairs.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace tandem::benchmarks {

namespace {

constexpr std::size_t pair_count = 100;
constexpr std::uint64_t per_second = 1000, seconds_long = 5, pause = 1'000'000'000 / per_second;

// The disk's part: 4 KiB written over what is there already, and on the disk.
double microseconds_of_a_sync(const std::string& file) {
    const int f = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const std::string page(4096, 'p');
    std::vector<double> took;
    for (off_t round = 0; round < 300; ++round) {
        const std::uint64_t start = nanoseconds_now();
        if (pwrite(f, page.data(), page.size(), round % 100 * 4096) != 4096 || fdatasync(f) != 0)
            throw failed{"no disk to write on"};
        if (round >= 100) took.push_back(seconds_since(start) * 1e6);
    }
    close(f);
    return middle(took);
}

void measure(const std::string& name) {
    const folder files;
    const double sync = microseconds_of_a_sync(files.file("sync"));
    server_process server{{.kind = server_kind::with_sqlite, .file = files.file("log")}};
    pairs all{server.port(), pair_count};
    for (std::size_t p = 0; p < pair_count; ++p) all.send(p, 1);  // the conversations are there
    all.all().until([&] { return all.arrived() == pair_count; });

    const std::uint64_t first = nanoseconds_now() + 1'000'000;
    std::vector<std::uint32_t> to_ack, to_push;
    // The nth message of a pair, its first one apart, is the (n - 1) * pair_count + pair of all.
    const auto note = [&](std::vector<std::uint32_t>& into, std::size_t pair, std::uint64_t before) {
        const std::uint64_t due = first + ((before - 1) * pair_count + pair) * pause;
        into.push_back(static_cast<std::uint32_t>((nanoseconds_now() - due) / 1000));
    };
    all.on_ack = [&](std::size_t pair, std::uint64_t before) { note(to_ack, pair, before); };
    all.on_push = [&](std::size_t pair, std::uint64_t before) { note(to_push, pair, before); };
    std::uint64_t sent = 0;
    const std::uint64_t messages = per_second * seconds_long;
    for (; all.arrived() < pair_count + messages; all.all().keep_time()) {
        const std::uint64_t now = nanoseconds_now();
        for (; sent < messages && first + sent * pause <= now; ++sent) all.send(sent % pair_count, 1);
        all.all().round();
    }
    for (auto& [what, took] : {std::pair{"ack", &to_ack}, std::pair{"push", &to_push}})
        for (const auto& [share_name, share] : {std::pair{"p50", 0.5}, std::pair{"p99", 0.99}}) {
            const double us = at_share(*took, share);
            print(name + "/" + what + "/" + share_name, us, "us", us / sync, "write and fdatasync of 4 KiB");
        }
}

const scenario latency{"wire/one_to_one_latency", measure};

}  // namespace

}  // namespace tandem::benchmarks
