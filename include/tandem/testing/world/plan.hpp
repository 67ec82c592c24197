// Everything a seed decides before its world begins.
#pragma once

#include "post_office.hpp"

#include "../scripted_store.hpp"

#include "../../client/client_options.hpp"
#include "../../engine/options.hpp"

namespace tandem::world {

struct plan {
    std::size_t engines;
    std::size_t users;
    std::size_t devices_per_user;
    std::size_t groups;
    std::size_t steps;
    bool faults;        // of the store
    bool restarts;      // of engines
    bool pauses;        // of engines
    bool crashes;       // of devices, and their disks fail now and then
    bool cut_off;       // devices that reach nobody for a while, or are not told that a connection is dead
    bool no_websocket;  // sometimes there is only HTTP
    bool lies;          // of a device about its cursor
    bool crowd;         // one room larger than a block of the hub's walk
    bool retention;     // conversations are trimmed …
    bool restored;      // … or the log is put back from a backup, once
    tandem::options options;
    client_options client;
    store_chaos chaos;
    bus_weather bus;

    static plan of(seeded_random& r) {
        plan p{};
        p.crowd = r.chance(4);
        p.engines = 1 + r.below(3);
        p.users = p.crowd ? 18 + r.below(6) : 2 + r.below(4);
        p.devices_per_user = p.crowd ? 1 : 1 + r.below(3);
        p.groups = 1 + r.below(3);
        p.steps = 200 + r.below(400);
        p.faults = r.chance(70);
        p.restarts = r.chance(30);
        p.pauses = p.engines > 1 && r.chance(20);
        p.crashes = r.chance(30);
        p.cut_off = r.chance(30);
        p.no_websocket = r.chance(10);
        p.lies = r.chance(20);
        p.retention = r.chance(20);
        p.restored = !p.retention && r.chance(8);
        p.chaos.at_once = r.chance(30) ? 90 : static_cast<unsigned>(r.below(60));
        p.chaos.early = static_cast<unsigned>(r.below(60));
        p.chaos.overtaken = static_cast<unsigned>(r.below(40));
        p.bus.dropped = r.chance(60) ? static_cast<unsigned>(r.below(60)) : 0;
        p.bus.doubled = static_cast<unsigned>(r.below(20));
        p.bus.overtaken = static_cast<unsigned>(r.below(50));
        choose(p.options, p.crowd, r);
        choose(p.client, r);
        return p;
    }

private:
    static void choose(tandem::options& o, bool crowd, seeded_random& r) {
        o.slice = crowd || r.chance(40) ? 1 + r.below(3) : 512;
        o.pushing_until_bytes = r.chance(50) ? 200 + r.below(1500) : 256 * 1024;
        if (r.chance(10)) o.replying_until_bytes = 3000, o.pushing_until_bytes = 200 + o.pushing_until_bytes % 1500;
        if (r.chance(60)) o.small_page = {r.below(4), 64 * 1024};
        if (r.chance(50)) o.tail_page.entries = 1 + r.below(4);
        if (r.chance(50)) o.drafts_per_commit = 1 + r.below(3);
        if (r.chance(15)) o.drafts_in_flight = 3 + r.below(5);
        if (r.chance(15)) o.unacked_per_session = static_cast<std::uint16_t>(2 + r.below(4));
        if (r.chance(15)) o.waiting_per_lane = 1 + r.below(3);
        if (r.chance(15)) o.user_rate = {.per_second = 10, .burst = 5};
        if (r.chance(30)) o.history_for_new_members = static_cast<std::uint32_t>(1 + r.below(5));
        o.mark_pause = milliseconds(static_cast<std::int64_t>(r.below(1000)));
        if (r.chance(15)) o.receipts_up_to = 2;
        o.heartbeat = seconds(static_cast<std::int64_t>(2 + r.below(6)));
    }
    static void choose(client_options& o, seeded_random& r) {
        o.page = r.chance(50) ? 1 + r.below(5) : 500;
        o.window = 1 + r.below(6);
        o.held = r.chance(20) ? 1 + r.below(4) : 10'000;
        o.receipts = r.chance(70);
        o.first_wait = milliseconds(static_cast<std::int64_t>(50 + r.below(500)));
        o.longest_wait = o.first_wait * 4;
        o.connect_within = seconds(3);
        o.answer_within = seconds(2);
        o.poll_every = seconds(1);
        o.polls_after = static_cast<unsigned>(1 + r.below(3));
        o.hole_wait = milliseconds(static_cast<std::int64_t>(r.below(400)));
        o.receipt_wait = milliseconds(static_cast<std::int64_t>(r.below(1000)));
    }
};

}  // namespace tandem::world
