// What the journal adds to its store, and what a pull costs.
#include "figures.hpp"
#include "people.hpp"

#include <tandem/adapters/protobuf/protobuf_pages.hpp>

namespace tandem::benchmarks {
namespace {

std::vector<draft> some_drafts(std::size_t count, std::uint64_t seed) {
    seeded_random random{seed};
    std::vector<user_id> users;
    for (std::size_t u = 0; u < 10'000; ++u) users.emplace_back(id36("user", u));
    std::vector<draft> drafts(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t from = random.below(users.size());
        drafts[i].sender = users[from];
        drafts[i].conversation =
            conversation_id::direct(users[from], users[(from + 1 + random.below(4)) % users.size()]);
        drafts[i].send_id = send_id{id36("send", i)};
        drafts[i].body = std::string(200, 'x');
        drafts[i].fingerprint = fingerprint_of(drafts[i]);
    }
    return drafts;
}

measured journal_append() {
    constexpr std::size_t count = 128 * 1024, together = 256;
    const auto source = some_drafts(count, 1);
    const auto bare = [&] {
        memory_store store;
        auto drafts = source;
        std::size_t at = 0;
        return nanoseconds_per(count / together,
                               [&] {
                                   keep(store.append(std::span{drafts}.subspan(at, together)));
                                   at += together;
                               }) /
               together;
    };
    const auto with_journal = [&] {
        memory_store store;
        auto drafts = source;
        journal<origin> waiting{1 << 16, 1024};
        std::size_t at = 0;
        return nanoseconds_per(count / together,
                               [&] {
                                   for (std::size_t i = 0; i < together; ++i)
                                       waiting.add(std::move(drafts[at++]), origin{});
                                   keep(store.append(waiting.start()->drafts));
                                   waiting.finish();
                               }) /
               together;
    };
    bare();  // the allocator has seen it all once
    const double ours = with_journal();
    return {ours, "ns/draft", ours / bare(), "the store alone, 256 a commit"};
}

static const figure append{"journal/append", journal_append, repeat{5}};

struct pulled_chat : plain_chat {
    using pages = page_codecs<protobuf_pages>;
};

// A user in `conversations` direct conversations, and 100 missed entries among ten times as many of other people's.
struct catching_up {
    explicit catching_up(std::size_t conversations) {
        std::vector<draft> drafts;
        const auto say = [&](const user_id& from, const user_id& to) {
            draft d;
            d.sender = from;
            d.conversation = conversation_id::direct(from, to);
            d.send_id = send_id{id36("send", ++sent)};
            d.body = std::string(200, 'x');
            drafts.push_back(std::move(d));
        };
        for (std::size_t c = 0; c < conversations; ++c) say(friend_at(c), me);
        (void)store.append(drafts);
        seen = store.head()->newest;
        drafts.clear();
        seeded_random random{5};
        for (std::size_t i = 0; i < 1100; ++i) {
            if (i % 11 == 0) say(friend_at(random.below(conversations)), me);
            else say(user_id{id36("else", random.below(500))}, user_id{id36("more", random.below(500))});
        }
        (void)store.append(drafts);
    }

    static user_id friend_at(std::size_t n) { return user_id{id36("pals", n)}; }

    // Each round is somebody who asks for the first time: what the store remembers of the last one must not help.
    double first_page() {
        std::size_t round = 0;
        return nanoseconds_per(200, [&] {
            for (std::size_t other = 0; other < 8; ++other) keep(store.head());
            const page p = *store.changes(me, {seen.value - round++ % 2}, {.entries = 25});
            keep(p);
        });
    }

    double further_page() {
        const position after = store.changes(me, seen, {.entries = 25})->examined;
        return nanoseconds_per(200, [&] { keep(store.changes(me, after, {.entries = 25})); });
    }

    memory_store store;
    user_id me{"the one who was away"};
    position seen;
    std::size_t sent = 0;
};

measured catch_up(std::size_t conversations) {
    catching_up much{conversations}, little{10};
    const double ours = much.first_page();
    return {ours / 1000, "us/first page", ours / little.first_page(), "a member of 10 conversations"};
}

static const figure catch_up_10{"pull/catch_up/10", [] { return catch_up(10); }, repeat{5}};
static const figure catch_up_10k{"pull/catch_up/10000", [] { return catch_up(10'000); }, repeat{5}};
static const figure further{"pull/catch_up_further/10000",
                            [] {
                                catching_up much{10'000}, little{10};
                                const double ours = much.further_page();
                                return measured{ours / 1000, "us/page", ours / little.further_page(),
                                                "a member of 10 conversations"};
                            },
                            repeat{5}};

// 500 entries as a protobuf answer over the pull API, against the store's own page of them.
measured page_500() {
    engine<pulled_chat> chat;
    auto& store = *chat.parts().store;
    auto drafts = some_drafts(50'000, 3);
    const user_id me = drafts.front().sender;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        drafts[i].sender = drafts[1 + i % 100].sender;  // a hundred friends
        drafts[i].conversation = conversation_id::direct(me, drafts[i].sender);
    }
    (void)store.append(drafts);
    const std::string credential = "Bearer " + std::string{me.view()};
    const auto each_page = [&](auto page_after) {
        position at{};
        return nanoseconds_per(90, [&] { at = page_after(at); });
    };
    const double floor = each_page([&](position at) {
        const auto p = store.changes(me, at, {.entries = 500, .bytes = 1 << 20});
        keep(*p);
        return p->examined;
    });
    chat.follow({.head = *store.head()});  // the engine has followed the log before anybody asks
    std::size_t answered = 0;
    const double ours = each_page([&](position at) {
        const std::string target = "/api/sync?count=500&lastSeq=" + std::to_string(at.value);
        chat.parts().clock->advance(seconds(1));
        chat.pull({.method = "GET", .target = target, .authorization = credential},
                  done<pull_answer>{[&](result<pull_answer> a) {
                      if (!a || a->status != 200) std::abort();
                      answered += a->body.size();
                  }});
        return position{at.value + 500};
    });
    if (answered < 90 * 500 * 200 || chat.settled() != store.head()->newest) std::abort();
    return {ours / 1000, "us/page", floor / ours, "the store's page alone (of 1)"};
}

static const figure page{"pull/page_500", page_500, repeat{5}};

}  // namespace
}  // namespace tandem::benchmarks
