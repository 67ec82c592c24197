// Changes by chance, as no client would make them: what the laws allow is more than what happens.
#pragma once

#include "../random.hpp"
#include "scene.hpp"

#include <utility>

namespace tandem {

// The same seed makes the same changes.
class local_changes_by_chance : local_scene {
public:
    explicit local_changes_by_chance(std::uint64_t seed) : random_{seed} {}

    local_change next() {
        local_change c;
        if (random_.chance(4)) c.new_log = random_.pick(some_logs_);
        some(70, 12, [&] { c.entries.push_back(some_entry()); });
        some(30, 4, [&] { c.amendments.push_back(some_amendment()); });
        some(30, 4, [&] { c.marks.push_back({some_change(), {random_.below(60)}}); });
        some(10, 2, [&] { c.memberships.push_back(some_membership()); });
        some(40, 3, [&] {
            c.conversations.push_back({conversation(), number(), number(), number(), random_.below(60), coin()});
        });
        if (random_.chance(60)) c.cursor = position{random_.below(1000)};
        some(20, 3, [&] { c.unqueued.push_back(random_.below(said_ + 2)); });
        some(20, 3, [&] { c.queued.push_back(some_send()); });
        some(20, 2, [&] { c.granted.push_back(some_change()); });
        some(20, 3, [&] { c.wished.push_back(some_change()); });
        return c;
    }

private:
    // In so many of a hundred changes, up to so many of them.
    template <class Add>
    void some(unsigned chance, std::uint64_t most, Add add) {
        if (!random_.chance(chance)) return;
        for (std::uint64_t n = 1 + random_.below(most); n != 0; --n) add();
    }

    bool coin() { return random_.chance(50); }
    seq number() { return {random_.below(40)}; }
    const conversation_id& conversation() { return random_.pick(conversations()); }
    const user_id& user() { return random_.pick(users_); }
    std::vector<user_id> some_users() {
        std::vector<user_id> all;
        some(15, 3, [&] { all.push_back(user()); });
        return all;
    }
    // Some do not fit into a page of a disk; some are no text.
    std::string some_body() {
        const auto size = random_.chance(3) ? 9000 : random_.below(60);
        std::string body(size, static_cast<char>('a' + random_.below(26)));
        if (random_.chance(5)) body += std::string{"\0\xff\n", 3};
        return body;
    }

    entry some_entry() {
        entry e = message(conversation(), 1 + random_.below(40), some_body());
        e.place.position = {random_.below(1000)}, e.number = random_.below(40), e.sender = user();
        e.kind = random_.pick(kinds_), e.content_type = static_cast<std::uint32_t>(random_.next());
        if (coin()) e.send_id = {};
        e.time = {static_cast<std::int64_t>(random_.next())}, e.mentions = some_users();
        if (is_amendment(e.kind)) e.target = {random_.below(40)};
        if (is_membership(e.kind)) {
            e.subject = user(), e.role = static_cast<tandem::role>(random_.below(4)), e.visible_from = number();
            e.history = static_cast<std::uint32_t>(random_.next());
        }
        if (random_.chance(20)) e.amended_by = number(), e.revoked = random_.chance(30);
        if (e.revoked) e.body.clear(), e.mentions.clear();
        e.trusted = random_.chance(10), e.fingerprint = coin() ? random_.next() : 0;
        return e;
    }
    amendment some_amendment() {
        return {conversation(), number(), number(), coin(), static_cast<std::uint32_t>(random_.below(9)), some_body()};
    }
    mark_change some_change() {
        return {conversation(), random_.pick(keys_), user(), random_.next(), coin(), {random_.below(3)}};
    }
    membership some_membership() {
        membership m{.conversation = conversation(), .user = me, .role = static_cast<tandem::role>(random_.below(4))};
        some(80, 3, [&] { m.intervals.push_back({number(), number()}); });
        m.changed = {random_.below(1000)}, m.last_sent = number();
        return m;
    }
    queued_send some_send() {
        queued_send q = said(coin() ? ++said_ : 1 + random_.below(said_ + 3), some_body());
        said_ = std::max(said_, q.number);
        q.conversation = conversation(), q.kind = random_.pick(kinds_), q.target = number();
        q.content_type = static_cast<std::uint32_t>(random_.next()), q.mentions = some_users();
        q.said = {static_cast<std::int64_t>(random_.next())}, q.failed = coin() ? errc{} : errc::not_member;
        return q;
    }

    seeded_random random_;
    std::uint64_t said_ = 0;
    std::vector<epoch> some_logs_{{0}, {1}, {2}, {3}};
    std::vector<user_id> users_{me, other, third, user_id{std::string(47, 'u')}, "\xc3\xa9:%"};
    std::vector<entry_kind> kinds_{entry_kind::message, entry_kind::message, entry_kind::edit,
                                   entry_kind::revoke,  entry_kind::joined,  static_cast<entry_kind>(1000)};
    std::vector<mark_key> keys_{mark_key::read, mark_key::muted, mark_key::reaction, static_cast<mark_key>(1001)};
};

}  // namespace tandem
