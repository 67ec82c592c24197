// The server is killed and comes back, and everybody is there again at once: how long until all are signed in and know what
// they have missed.
#include "scenario.hpp"

#include <map>

namespace tandem::benchmarks {

namespace {

constexpr std::size_t members_of_each = 1000;

std::vector<group_setup> groups_of(const std::vector<std::string>& everybody) {
    std::vector<group_setup> groups;
    for (std::size_t i = 0; i < everybody.size(); ++i) {
        if (i % members_of_each == 0) groups.push_back({"group-" + std::to_string(i / members_of_each), {}});
        groups.back().members.push_back(everybody[i]);
    }
    return groups;
}

class reconnection {
public:
    explicit reconnection(const std::string& file)
        : everybody_{users("u", as_many_as_possible(10'000))}, setup_{.kind = server_kind::with_sqlite, .file = file} {
        setup_.groups = groups_of(everybody_);
    }

    void measure(const std::string& name) {
        auto server = std::make_unique<server_process>(setup_);
        crowd all{server->port()};
        all.on_signed_in = [](client& c, std::string_view reply) {
            c.epoch = native::octets_of(reply, 3);
            c.cursor = native::octets_of(reply, 4);
        };
        for (const std::string& u : everybody_) all.add(u);
        all.connect_all();
        send_one_to_each_group(all);

        all.on_lost = [](client&, const char*) {};
        server->end();
        all.until([&] { return all.ready() == 0; });
        setup_.port = server->port();
        setup_.groups.clear();
        const std::uint64_t killed = nanoseconds_now();
        server = std::make_unique<server_process>(setup_);
        const std::uint64_t start = nanoseconds_now();
        come_back(all);
        const double took = seconds_since(start), sum = seconds_since(killed), cpu = server->cpu_seconds();
        print(name, took, "seconds until all are caught up", took / 3, "3 seconds");
        print(name + "/after_kill", sum, "seconds", sum / 3, "3 seconds");
        print(name + "/cpu", cpu, "server CPU seconds", cpu / took, "seconds");
        std::uint64_t retries = 0;
        for (const auto& [why, count] : retries_) {
            retries += count;
            std::fprintf(stderr, "%s: %llu times %s\n", name.c_str(), static_cast<unsigned long long>(count),
                         why.c_str());
        }
        print(name + "/retries", static_cast<double>(retries), "connections");
        print(name + "/to_pull", static_cast<double>(to_pull_), "users");
        print(name + "/peak_memory", static_cast<double>(server->peak_memory()), "bytes");
    }

private:
    // Everybody hears one message that their cursor does not know of.
    void send_one_to_each_group(crowd& all) {
        std::string out;
        for (std::size_t i = 0; i < all.size(); i += members_of_each) {
            const std::string group = "group:" + setup_.groups[i / members_of_each].name;
            out.clear();
            native::append_send(out, {.conversation = group, .body = "missed"}, native::id_36("s", i));
            all.write(all[i], out);
        }
        all.until([&] { return all.entries() == all.size() - setup_.groups.size(); });
    }

    void come_back(crowd& all) {
        std::vector<client*> again;
        std::vector<char> pages(all.size());
        std::size_t caught_up = 0;
        all.on_lost = [&](client& c, const char* why) {
            ++retries_[why];
            again.push_back(&c);
        };
        all.on_signed_in = [&](client& c, std::string_view reply) {
            const bool page_follows = native::number_of(reply, 6) != 0;
            const bool misses_nothing = native::octets_of(reply, 4) == c.cursor;
            if (page_follows) return;
            if (!misses_nothing) ++to_pull_;
            caught_up += !std::exchange(pages[c.number], true);
        };
        all.on_frame = [&](client& c, std::string_view payload) {
            const native::told t = native::read(payload);
            const bool is_page = t.what == command::batch_msg && !native::octets_of(t.body, 3).empty();
            if (is_page) caught_up += !std::exchange(pages[c.number], true);
        };
        for (std::size_t i = 0; i < all.size(); ++i) all.connect(all[i]);
        all.until([&] {
            for (client* c : std::exchange(again, {})) all.connect(*c);
            return caught_up == all.size() && all.ready() == all.size();
        });
    }

    std::vector<std::string> everybody_;
    server_setup setup_;
    std::map<std::string, std::uint64_t> retries_;  // by what had become of the connection
    std::uint64_t to_pull_ = 0;
};

const scenario reconnect{"wire/reconnect_10000", [](const std::string& name) {
                             const folder files;
                             reconnection{files.file("log")}.measure(name);
                         }};

}  // namespace

}  // namespace tandem::benchmarks
