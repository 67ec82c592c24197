// How long a turn may last while a million entries are removed: whoever sends meanwhile waits for that.
#include "figures.hpp"
#include "people.hpp"

#include <algorithm>
#include <cstdlib>

namespace tandem::benchmarks {
namespace {

constexpr std::size_t entries = 1'000'000, people = 10'000;

// A server whose log is old, and who is connected when it begins to forget.
struct old_server {
    old_server(memory_store store, const tandem::options& o) : chat{{.store = std::move(store)}, o}, outlets(people) {
        for (std::size_t u = 0; u < people; ++u) {
            sessions.push_back(chat.open(outlets[u])->session);
            chat.receive(sessions[u], {auth_frame(id36("user", u))});
        }
    }

    // One message and one tick a turn, until all is gone that is to go.
    template <class Message, class Gone>
    measured longest_turn(Message message, Gone gone) {
        double longest = 0;
        for (std::size_t turns = 0; !gone(); ++turns) {
            if (turns == entries) std::abort();
            const auto [from, frame] = message(turns);
            const double start = nanoseconds_spent();
            {
                const engine<plain_chat>::turn t{chat};
                chat.receive(sessions[from], {frame});
                chat.tick();
            }
            longest = std::max(longest, (nanoseconds_spent() - start) / 1000);
        }
        return {longest, "us", longest / 1000, "the goal of 1000"};
    }

    engine<plain_chat> chat;
    std::vector<counting_outlet> outlets;
    std::vector<session_handle> sessions;
};

struct sent {
    std::size_t from;
    std::string frame;
};

memory_store store_of(std::size_t count, draft (*nth)(std::size_t)) {
    memory_store store;
    std::vector<draft> some;
    for (std::size_t i = 0; i < count; ++i) {
        some.push_back(nth(i));
        if (some.size() < 1000 && i + 1 < count) continue;
        keep(store.append(some));
        some.clear();
    }
    return store;
}

draft message_in(const conversation_id& c, std::size_t sender) {
    draft d;
    d.conversation = c, d.sender = user_id{id36("user", sender)}, d.body = std::string(200, 'x'), d.trusted = true;
    return d;
}

options keeping(std::uint64_t count, duration time) {
    options o;
    o.user_rate = o.conversation_rate = o.session_rate = {};
    o.keep_entries = count;
    o.keep_for = time;
    return o;
}

// By count; five hundred members are here, and told of every piece that went.
measured one_conversation() {
    static const conversation_id crowd = conversation_id::group("crowd");
    constexpr std::size_t members = 500, kept = 1000;
    old_server s{store_of(entries,
                          [](std::size_t i) {
                              draft d = message_in(crowd, i % members);
                              if (i < members) d.kind = entry_kind::joined, d.subject = d.sender;
                              return d;
                          }),
                 keeping(kept, {})};
    const auto message = [](std::size_t turn) {
        tandem::v1::SendRequest r;
        r.set_conversation(crowd.text());
        r.set_client_msg_id(id36("send", turn));
        r.set_body(std::string(200, 'x'));
        return sent{turn % members, envelope_of(command::send_req, 9, r.SerializeAsString())};
    };
    return s.longest_turn(message, [&] {
        const auto head = s.chat.parts().store->history(crowd, {seq{1}, seq{0}}, {})->head;
        return head.seq.value - head.first_kept.value < 2 * kept;
    });
}

// By age; ten entries each, and everybody is here.
measured many_conversations() {
    const auto peer_of = [](std::size_t user, std::size_t which) {
        return seeded_random{user * 10 + which}.below(people);
    };
    static const auto nth = [](std::size_t i) {
        const std::size_t any = seeded_random{i}.below(entries / 10), from = any / 10;
        const std::size_t to = seeded_random{any}.below(people);
        return message_in(conversation_id::direct(user_id{id36("user", from)}, user_id{id36("user", to)}), from);
    };
    old_server s{store_of(entries, [](std::size_t i) { return nth(i); }), keeping(0, days(30))};
    const auto message = [&](std::size_t turn) {
        const std::size_t from = seeded_random{turn}.below(people);
        return sent{from, send_frame(id36("user", peer_of(from, turn % 10)), id36("send", turn), std::string(200, 'x'),
                                     static_cast<std::uint32_t>(turn))};
    };
    position gone{};
    return s.longest_turn(message, [&] {
        const page p = *s.chat.parts().store->tail(gone, {.entries = 1});
        if (p.entries.empty()) gone = p.examined;
        return (p.entries.empty() ? gone : p.entries.front().place.position).value >= entries;
    });
}

static const figure longest_turn_one{"retention/longest_turn/one_conversation", one_conversation, repeat{3}};
static const figure longest_turn_many{"retention/longest_turn/100000_conversations", many_conversations, repeat{3}};

}  // namespace
}  // namespace tandem::benchmarks
