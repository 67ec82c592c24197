// What one more receiver costs.
#include "figures.hpp"
#include "people.hpp"

namespace tandem::benchmarks {
namespace {

struct big_group {
    explicit big_group(std::size_t members) : outlets(members + 1) {
        const auto c = conversation_id::group("everybody");
        for (std::size_t u = 0; u <= members; ++u) names.push_back(id36("user", u));
        {
            const engine<plain_chat>::turn t{chat};
            for (const std::string& name : names) chat.join(c, user_id{name});
        }
        // Signed in, and so laid out in memory, in another order than they are told.
        std::vector<std::size_t> order(members + 1);
        for (std::size_t u = 0; u <= members; ++u) order[u] = u;
        seeded_random random{3};
        for (std::size_t u = members + 1; u > 1; --u) std::swap(order[u - 1], order[random.below(u)]);
        for (const std::size_t u : order) {
            const session_handle h = chat.open(outlets[u])->session;
            chat.receive(h, {auth_frame(names[u])});
            if (u == 0) sender = h;
        }
        settle();
    }

    void settle() {
        while (chat.settled() < chat.newest()) chat.tick();
    }

    void say(std::size_t entries) {
        chat.parts().clock->advance(seconds(1));
        {
            const engine<plain_chat>::turn t{chat};
            for (std::size_t i = 0; i < entries; ++i) {
                const std::string frame = send_to_group(++said);
                chat.receive(sender, {frame});
            }
        }
        settle();
    }

    static std::string send_to_group(std::uint32_t n) {
        tandem::v1::SendRequest r;
        r.set_conversation("group:everybody");
        r.set_client_msg_id(id36("send", n));
        r.set_body(std::string(200, 'x'));
        return envelope_of(command::send_req, n, r.SerializeAsString());
    }

    std::uint64_t sent() const {
        std::uint64_t all = 0;
        for (const auto& o : outlets) all += o.sent;
        return all;
    }

    engine<plain_chat> chat{{}, {.drafts_in_flight = 1 << 20}};
    std::vector<counting_outlet> outlets;
    std::vector<std::string> names;
    session_handle sender{};
    std::uint32_t said = 0;
};

// The floor: a loop over shuffled outlets that hands each the same frame.
double bare_walk(std::size_t receivers, std::size_t rounds) {
    std::vector<counting_outlet> outlets(receivers);
    std::vector<outlet_ref> shuffled;
    for (auto& o : outlets) shuffled.emplace_back(o);
    seeded_random random{9};
    for (std::size_t i = receivers; i > 1; --i) std::swap(shuffled[i - 1], shuffled[random.below(i)]);
    const frame f{std::string(277, 'x')};
    return nanoseconds_per(rounds, [&] {
        for (outlet_ref& o : shuffled) o.send(f);
        for (outlet_ref& o : shuffled) o.flush();
    });
}

measured fan_out(std::size_t receivers, std::size_t entries) {
    big_group group{receivers};
    const std::size_t rounds = receivers >= 100'000 ? 20 : 400'000 / (receivers * 10 + 500);
    group.say(entries);
    const std::uint64_t before = group.sent();
    const double ours = nanoseconds_per(rounds, [&] { group.say(entries); });
    const std::size_t frames_each = entries > 1 ? 1 : entries;
    if (group.sent() - before != rounds * (receivers * frames_each + entries))
        std::abort();  // pushes, and the sender's acks
    const double floor = bare_walk(receivers, rounds) * static_cast<double>(entries);
    const double per = ours / static_cast<double>(receivers * entries);
    return {per, entries > 1 ? "ns/receiver and entry" : "ns/receiver", ours / floor,
            "the same frame to shuffled outlets, one by one"};
}

static const figure one{"hub/fan_out/1", [] { return fan_out(1, 1); }, repeat{5}};
static const figure thousand{"hub/fan_out/1000", [] { return fan_out(1000, 1); }, repeat{5}};
static const figure many{"hub/fan_out/100000", [] { return fan_out(100'000, 1); }, repeat{3}};
static const figure batch_thousand{"hub/fan_out_batch/1000", [] { return fan_out(1000, 16); }, repeat{5}};
static const figure batch_many{"hub/fan_out_batch/100000", [] { return fan_out(100'000, 16); }, repeat{3}};

}  // namespace
}  // namespace tandem::benchmarks
