// A thousand that never read beside a thousand that do, in one group: what the good ones notice of the bad ones.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

// Less than half of what a server can do, so that what is measured is the bad ones and not a queue.
constexpr std::uint64_t per_second = 60, pause = 1'000'000'000 / per_second;
// Before: enough that who does not read is over its limit, and over what the system holds for it.
constexpr std::uint64_t warm_up = 1024, burst = 64;

// A server, and a group of those who read and those who do not.
class audience {
public:
    audience(std::size_t good, std::size_t bad)
        : good_{good}, everybody_{users("u", 1 + good + bad)},
          server_{{.kind = server_kind::with_memory, .groups = {{"team", everybody_}}, .send_buffer = 64 * 1024}},
          all_{server_.port()} {
        for (std::size_t i = 0; i <= good; ++i) all_.add(everybody_[i]);
        all_.connect_all();
        all_.small_buffer = 4096;
        for (std::size_t i = 0; i < bad; ++i) all_.add(everybody_[1 + good + i]);
        all_.connect_all();
        for (std::size_t i = 0; i < bad; ++i) all_.plug_ears(all_[1 + good + i]);
        const auto before = static_cast<double>(server_.memory()), system = static_cast<double>(memory_of_sockets());
        for (std::uint64_t i = 0; i < warm_up; i += burst) {
            publish(burst);
            all_.until([&] { return all_.entries() == sent_ * good_; });
        }
        grown_ = static_cast<double>(server_.memory()) - before;
        grown_in_system_ = static_cast<double>(memory_of_sockets()) - system;
    }

    // So many messages, each when it is due: how long until it was pushed, in µs.
    double p99_of(std::uint64_t messages) {
        const std::uint64_t first = nanoseconds_now() + 1'000'000, before = sent_, last = sent_ + messages;
        std::vector<std::uint32_t> took;
        all_.on_entries = [&](client& c, std::size_t entries) {
            const std::uint64_t now = nanoseconds_now();
            for (std::uint64_t n = c.entries - entries; n < c.entries; ++n)
                took.push_back(static_cast<std::uint32_t>((now - first - (n - before) * pause) / 1000));
        };
        for (; all_.entries() < last * good_; all_.keep_time()) {
            while (sent_ < last && first + (sent_ - before) * pause <= nanoseconds_now()) publish(1);
            all_.round();
        }
        return at_share(took, 0.99);
    }

    double grown() const { return grown_; }
    double grown_in_system() const { return grown_in_system_; }

private:
    void publish(std::uint64_t messages) {
        std::string out;
        for (std::uint64_t i = 0; i < messages; ++i)
            native::append_send(out, {.conversation = "group:team", .body = body_}, native::id_36("s", ++sent_));
        all_.write(all_[0], out);
    }

    std::size_t good_;
    std::vector<std::string> everybody_;
    server_process server_;
    crowd all_;
    std::uint64_t sent_ = 0;
    std::string body_ = std::string(512, 'x');
    double grown_ = 0, grown_in_system_ = 0;
};

// Half a second with them and half a second without, again and again.
const scenario slow_readers{
    "wire/slow_readers", [](const std::string& name) {
        constexpr std::uint64_t messages = per_second / 2;
        const std::size_t each = (as_many_as_possible(3001) - 1) / 3;
        audience without{each, 0}, with{each, each};
        const auto c = in_turn(11, [&] { return with.p99_of(messages); }, [&] { return without.p99_of(messages); });
        print(name, c.value(), "us until pushed, p99", c.ratio(), "without them");
        constexpr double bound = 256 * 1024;
        const auto of_each = [&](double with_them, double alone) {
            return (with_them - alone) / static_cast<double>(each);
        };
        const double grown = of_each(with.grown(), without.grown());
        const double in_system = of_each(with.grown_in_system(), without.grown_in_system());
        print(name + "/memory", grown, "bytes for each of them", grown / bound, "pushing_until_bytes");
        print(name + "/system_memory", in_system, "bytes for each of them", in_system / bound, "pushing_until_bytes");
    }};

}  // namespace

}  // namespace tandem::benchmarks
