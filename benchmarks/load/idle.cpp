// What a server keeps for somebody who is signed in and says nothing.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

constexpr std::size_t groups_of_each = 40, members_of_each = 1000;

// Everybody is in 40 groups of a thousand.
std::vector<group_setup> crossed_groups(const std::vector<std::string>& members) {
    const std::size_t count = members.size() * groups_of_each / members_of_each;
    std::vector<group_setup> groups(count);
    for (std::size_t g = 0; g < count; ++g) groups[g].name = "group-" + std::to_string(g);
    for (std::size_t m = 0; m < members.size(); ++m)
        for (std::size_t i = 0; i < groups_of_each; ++i)
            groups[(m + i * (count / groups_of_each) + m / count) % count].members.push_back(members[m]);
    return groups;
}

// The same groups are there whether those who come are in them or not.
double bytes_each(std::size_t count, const char* who, bool with_groups) {
    server_setup setup{.kind = server_kind::with_memory};
    if (with_groups) setup.groups = crossed_groups(users("member", count));
    server_process server{setup};
    const auto before = static_cast<double>(server.memory());
    crowd all{server.port()};
    for (const std::string& u : users(who, count)) all.add(u);
    all.connect_all();
    const std::uint64_t start = nanoseconds_now();
    all.until([&] { return seconds_since(start) > 0.3; });
    const double after = static_cast<double>(server.memory());
    server.end();
    return (after - before) / static_cast<double>(count);
}

const scenario idle{"wire/idle_bytes", [](const std::string& name) {
                        const std::size_t count = as_many_as_possible(10'000);
                        const double alone = bytes_each(count, "stranger", false);
                        print(name, alone, "bytes", alone / 1024, "1 KiB");
                        double sum = 0;
                        for (const auto& [part, bytes] : parts_of_a_connection()) {
                            print(name + "/" + part, static_cast<double>(bytes), "bytes",
                                  static_cast<double>(bytes) / alone, "all of a connection");
                            sum += static_cast<double>(bytes);
                        }
                        print(name + "/other", alone - sum, "bytes", (alone - sum) / alone, "all of a connection");
                        const double stranger = bytes_each(count, "stranger", true);
                        const double member = bytes_each(count, "member", true);
                        const double extra = (member - stranger) / groups_of_each;
                        print(name + "/conversation", extra, "bytes", extra / 16, "16 bytes");
                    }};

}  // namespace

}  // namespace tandem::benchmarks
