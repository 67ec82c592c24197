// What one message costs the engine, and what an idle session keeps. Memory store, no sockets, protobuf, default checks.
#include "figures.hpp"
#include "people.hpp"

#include <cstdlib>
#include <malloc.h>

namespace tandem::benchmarks {
namespace {

// What is really taken from the heap, the allocator's rounding included.
std::size_t bytes_in_use() {
    const auto all = mallinfo2();
    return all.uordblks + all.hblkhd;
}

struct crowd {
    explicit crowd(std::size_t users, tandem::options options = {})
        : chat{{.clock = manual_clock{}}, options}, outlets(users), sessions(users), names(users) {
        for (std::size_t u = 0; u < users; ++u) names[u] = id36("user", u);
        seeded_random random{7};
        std::vector<std::size_t> order(users);
        for (std::size_t u = 0; u < users; ++u) order[u] = u;
        for (std::size_t u = users; u > 1; --u) std::swap(order[u - 1], order[random.below(u)]);
        for (const std::size_t u : order) {
            sessions[u] = chat.open(outlets[u])->session;
            chat.receive(sessions[u], {auth_frame(names[u])});
        }
    }

    engine<plain_chat> chat;
    std::vector<counting_outlet> outlets;
    std::vector<session_handle> sessions;
    std::vector<std::string> names;
};

struct prepared {
    std::size_t from;
    std::string frame;
};

// Each user has four random others to write to.
std::size_t peer_of(const crowd& all, std::size_t user, std::size_t which) {
    return seeded_random{user * 4 + which}.below(all.names.size());
}

// Everybody has written to all of theirs: what is timed goes on with conversations that exist.
std::vector<prepared> all_pairs(const crowd& all) {
    std::vector<prepared> sends;
    for (std::size_t i = 0; i < all.names.size() * 4; ++i)
        sends.push_back({i / 4, send_frame(all.names[peer_of(all, i / 4, i % 4)], id36("first", i), "hello",
                                           static_cast<std::uint32_t>(i))});
    return sends;
}

std::vector<prepared> random_pairs(const crowd& all, std::size_t messages, std::uint64_t seed) {
    seeded_random random{seed};
    std::vector<prepared> sends;
    const std::string body(200, 'x');
    for (std::size_t i = 0; i < messages; ++i) {
        const std::size_t from = random.below(all.names.size());
        const std::size_t to = peer_of(all, from, random.below(4));
        sends.push_back(
            {from, send_frame(all.names[to], id36("send", i ^ seed << 32), body, static_cast<std::uint32_t>(i))});
    }
    return sends;
}

constexpr std::size_t more_than_a_message = 1024;  // takes of memory

// The floor: the same work without an engine. Decode, append, encode ack and push; nobody is looked up or told.
double bare_loop(const crowd& all, const std::vector<prepared>& warm_up, const std::vector<prepared>& timed) {
    memory_store store;
    protobuf_dialect codec;
    protobuf_dialect::state state;
    std::vector<draft> drafts;
    std::size_t made = 0;
    std::size_t at = 0;
    const auto turn = [&](const std::vector<prepared>& sends) {
        drafts.clear();
        for (int i = 0; i < 16; ++i, ++at) {
            (void)codec.open({sends[at].frame}, state, [&](protobuf_dialect::envelope& e) {
                const auto r = codec.read<send_request>(e);
                draft d;
                d.sender = user_id{all.names[sends[at].from]};
                d.conversation = conversation_id::direct(d.sender, user_id{r->to});
                d.send_id = send_id{r->send_id};
                d.body = r->body;
                d.fingerprint = fingerprint_of(d);
                drafts.push_back(std::move(d));
            });
        }
        const auto placed = store.append(drafts);
        for (std::size_t i = 0; i < drafts.size(); ++i) {
            entry e;
            static_cast<draft&>(e) = std::move(drafts[i]);
            e.place = (*placed)[i].place;
            codec.answer(state, send_reply{e.send_id, e.conversation, e.place, 1, {}, false, {}}, {})
                .each([&](const frame& f) { made += f.size(); });
            codec.write(push_message{e}, 0).each([&](const frame& f) { made += f.size(); });
        }
        keep(made);
    };
    nanoseconds_per(warm_up.size() / 16, [&] { turn(warm_up); });
    touch_memory(timed.size() * more_than_a_message);
    at = 0;
    return nanoseconds_per(timed.size() / 16, [&] { turn(timed); }) / 16;
}

measured one_to_one(std::size_t users) {
    crowd all{users};
    constexpr std::size_t messages = 160'000, a_turn = 16;
    const auto warm_up = all_pairs(all);
    const auto sends = random_pairs(all, messages, 2);
    std::size_t at = 0;
    const auto turn = [&](const std::vector<prepared>& from) {
        all.chat.parts().clock->advance(milliseconds(5));
        const engine<plain_chat>::turn t{all.chat};
        for (std::size_t i = 0; i < a_turn; ++i, ++at) all.chat.receive(all.sessions[from[at].from], {from[at].frame});
    };
    nanoseconds_per(warm_up.size() / a_turn, [&] { turn(warm_up); });
    touch_memory(messages * more_than_a_message);
    at = 0;
    std::uint64_t before = 0, after = 0;
    for (const auto& o : all.outlets) before += o.sent;
    const double ours = nanoseconds_per(messages / a_turn, [&] { turn(sends); }) / a_turn;
    for (const auto& o : all.outlets) after += o.sent;
    if (after - before < messages * 2 - messages / 50)
        std::abort();  // every message is acked and pushed, but those to oneself
    const double floor = bare_loop(all, warm_up, sends);
    return {ours, "ns/message", ours / floor, "decode, append, encode in a bare loop"};
}

static const figure one_to_one_10k{"engine/one_to_one/10000", [] { return one_to_one(10'000); }, repeat{3}};
static const figure one_to_one_100k{"engine/one_to_one/100000", [] { return one_to_one(100'000); }, repeat{3}};

static const figure session_bytes{"engine/session_bytes", [] {
                                      constexpr std::size_t users = 100'000;
                                      crowd all{1};
                                      std::vector<counting_outlet> outlets(users);
                                      std::vector<std::string> frames;
                                      for (std::size_t u = 0; u < users; ++u)
                                          frames.push_back(auth_frame(id36("idle", u)));
                                      const std::size_t before = bytes_in_use();
                                      for (std::size_t u = 0; u < users; ++u)
                                          all.chat.receive(all.chat.open(outlets[u])->session, {frames[u]});
                                      const double each = static_cast<double>(bytes_in_use() - before) / users;
                                      return measured{each, "bytes", each / 200, "the goal of 200"};
                                  }};

static const figure room_bytes{"engine/room_bytes", [] {
                                   constexpr std::size_t members = 100'000;
                                   session_hub hub;
                                   counting_outlet outlet;
                                   for (std::size_t u = 0; u < members; ++u)
                                       hub.set_present(hub.sign_in(hub.open(outlet), user_id{id36("user", u)}), true);
                                   const auto c = conversation_id::group("everybody");
                                   for (std::uint32_t u = 0; u < members; ++u) hub.join(c, u);
                                   const double each =
                                       static_cast<double>(hub.room_at(hub.room_of(c)).bytes()) / members;
                                   return measured{each, "bytes/member", each / 8, "the goal of 8"};
                               }};

}  // namespace
}  // namespace tandem::benchmarks
