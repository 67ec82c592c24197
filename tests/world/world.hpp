// One seed's world: engines on one log, devices, and everything that can go wrong between them.
#pragma once

#include "bus.hpp"
#include "device.hpp"
#include "guards.hpp"

#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/tandem.hpp>
#include <tandem/testing/manual_clock.hpp>

#include <memory>

namespace world {

struct plain_policies : default_policies {
    using store = world_store&;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect, echoing_dialect, json_dialect>;
    using bus = bus_port;
    using clock = manual_clock&;
    using pages = page_codecs<json_pages>;
};
struct guarded_policies : plain_policies {
    using authenticator = late_authenticator;
    using gatekeeper = late_gatekeeper;
    using directory = late_directory;
};

// Everything a seed decides before it starts.
struct plan {
    std::size_t engines;
    std::size_t users;
    std::size_t devices_per_user;
    std::size_t groups;
    std::size_t steps;
    bool faults;     // of the store
    bool restarts;   // of engines
    bool crowd;      // one room larger than a block of the hub's walk
    bool retention;  // conversations are trimmed …
    bool restored;   // … or the log is put back from a backup, once
    tandem::options options;
    store_chaos chaos;
    bus_weather bus;
    device_habits habits;

    static plan of(seeded_random& r) {
        plan p{};
        p.crowd = r.chance(4);
        p.engines = 1 + r.below(2);
        p.users = p.crowd ? 18 + r.below(6) : 2 + r.below(4);
        p.devices_per_user = p.crowd ? 1 : 1 + r.below(3);
        p.groups = 1 + r.below(3);
        p.steps = 200 + r.below(400);
        p.faults = r.chance(70);
        p.restarts = r.chance(30);
        p.retention = r.chance(20);
        p.restored = !p.retention && r.chance(8);
        p.habits.honest = p.retention;  // who starts from nothing again needs the entries with which it joined
        p.chaos.at_once = r.chance(30) ? 90 : static_cast<unsigned>(r.below(60));
        p.chaos.early = static_cast<unsigned>(r.below(60));
        p.chaos.overtaken = static_cast<unsigned>(r.below(40));
        p.bus = {r.chance(60) ? static_cast<unsigned>(r.below(60)) : 0, static_cast<unsigned>(r.below(20)),
                 static_cast<unsigned>(r.below(50))};
        p.habits.page.entries = r.chance(50) ? 1 + r.below(5) : 500;
        p.habits.window = 1 + r.below(6);
        p.habits.early = r.chance(40);
        p.habits.silent = r.chance(50) ? 30 : 0;
        tandem::options& o = p.options;
        o.slice = p.crowd || r.chance(40) ? 1 + r.below(3) : 512;
        o.pushing_until_bytes = r.chance(50) ? 200 + r.below(1500) : 256 * 1024;
        if (r.chance(10)) o.replying_until_bytes = 3000;
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
        return p;
    }
};

template <class P>
class world {
public:
    world(plan p, std::uint64_t seed, book& b)
        : plan_{p}, chance_{seed}, book_{b}, truth_{b}, guards_{truth_, chance_, book_},
          web_{[this](const pull_request& r, done<pull_answer> then) {
                   engine(chance_.below(engines_.size())).pull(r, std::move(then));
               },
               chance_, book_},
          store_{audited_store{truth_, epoch{1}}, p.chaos, chance_.next()}, office_{p.engines, p.bus, chance_},
          direct_{store_} {
        const speech* const languages[] = {&plain_, &echoing_, &json_};
        for (std::size_t u = 0; u < plan_.users; ++u) {
            users_.push_back(user_id{"u" + std::to_string(u)});
            for (std::size_t d = 0; d < plan_.devices_per_user; ++d) {
                const speech& language = *languages[chance_.below(std::size(languages))];
                devices_.push_back(std::make_unique<device>(
                    static_cast<int>(devices_.size()), users_[u],
                    device_id{std::string{"d"}.append(std::to_string(u)).append(std::to_string(d))}, language,
                    plan_.habits, truth_, book_, chance_.chance(50) ? static_cast<puller&>(direct_) : web_, chance_));
            }
        }
        for (std::size_t g = 0; g < plan_.groups; ++g)
            groups_.push_back(conversation_id::group(("g" + std::to_string(g)).c_str()));
        engines_.resize(plan_.engines);
        for (std::size_t e = 0; e < plan_.engines; ++e) engines_[e].life = 1, start(e);
    }

    void run() {
        found_groups();
        for (std::size_t n = 0; n < plan_.steps && !book_.failed(); ++n) {
            book_.next_step();
            step();
            if (plan_.restored && n == plan_.steps / 2) restore();
            look_around();
        }
        if (!book_.failed()) heal();
        if (!book_.failed()) everybody_speaks();
        if (!book_.failed()) compare();
    }

private:
    using engine_type = tandem::engine<P>;

    struct host {
        std::unique_ptr<engine_type> engine;
        unsigned life = 0;
    };

    // --- engines
    void start(std::size_t e) {
        tandem::options o = plan_.options;
        o.instance = 1000 * (e + 1) + engines_[e].life;
        if constexpr (std::is_same_v<P, guarded_policies>)
            engines_[e].engine.reset(new engine_type{{.store = store_,
                                                      .authenticator = late_authenticator{&guards_},
                                                      .directory = late_directory{&guards_},
                                                      .gatekeeper = late_gatekeeper{&guards_},
                                                      .bus = bus_port{&office_, e},
                                                      .clock = clock_},
                                                     o});
        else
            engines_[e].engine.reset(
                new engine_type{{.store = store_, .bus = bus_port{&office_, e}, .clock = clock_}, o});
    }
    engine_type& engine(std::size_t e) { return *engines_[e].engine; }
    bool lives(const connection& c) const { return engines_[c.engine].life == c.life; }

    // The process dies: its connections with it, and whatever it was about to do.
    void restart(std::size_t e) {
        book_.note([&] { return "engine " + std::to_string(e) + " dies"; });
        engines_[e].engine.reset();
        ++engines_[e].life;
        for (auto& c : connections_)
            if (c->engine == e && !c->ended) c->ended = true, break_line(*c);
        start(e);
    }

    // --- connections
    void connect(device& d) {
        connections_.push_back(std::make_unique<connection>());
        connection& c = *connections_.back();
        c.engine = chance_.below(engines_.size());
        c.life = engines_[c.engine].life;
        book_.note([&] { return d.who() + " connects to engine " + std::to_string(c.engine); });
        const std::string_view offered[] = {d.language().subprotocol()};
        const auto opened = engine(c.engine).open(c, {.subprotocols = offered});
        if (!opened) return book_.fail("nobody speaks " + std::string{offered[0]});
        c.session = opened->session;
        d.connect(c);
    }

    // The client end is gone, whoever's fault it was.
    void break_line(connection& c) {
        if (c.abandoned) return;
        c.abandoned = true;
        book_.note([&] { return devices_[static_cast<std::size_t>(c.device)]->who() + " loses its connection"; });
        devices_[static_cast<std::size_t>(c.device)]->lost();
        c.wire.clear();
    }

    void tell_closed(connection& c) {
        if (std::exchange(c.ended, true)) return;
        book_.note([&] {
            return "engine " + std::to_string(c.engine) + " is told that a connection of " +
                   devices_[static_cast<std::size_t>(c.device)]->who() + " is gone";
        });
        if (lives(c)) engine(c.engine).closed(c.session);
    }

    void receive_one(connection& c) {
        if (c.up.empty() || c.ended) return;
        const std::string text = std::move(c.up.front());
        c.up.pop_front();
        engine(c.engine).receive(c.session, {text, true});
    }

    void drain(connection& c) {
        if (c.ended || c.queue.empty()) return;
        if (c.abandoned) c.queue.clear();
        c.drain();
        if (!c.closed) engine(c.engine).drained(c.session);
    }

    // One frame reaches the client, or the end of the connection does.
    void deliver_one(connection& c) {
        if (c.abandoned) return;
        if (!c.wire.empty()) {
            const frame f = std::move(c.wire.front());
            c.wire.pop_front();
            devices_[static_cast<std::size_t>(c.device)]->hear(f);
        } else if (c.closed && c.queue.empty()) {
            break_line(c);
            tell_closed(c);
        }
    }

    // --- steps
    device& some_device() { return *devices_[chance_.below(devices_.size())]; }
    connection* some_connection() {
        if (connections_.empty()) return nullptr;
        // Most of the time one that is alive.
        for (int i = 0; i < 4; ++i)
            if (connection& c = *connections_[chance_.below(connections_.size())]; !c.ended) return &c;
        return nullptr;
    }
    conversation_id some_conversation(const device& d) {
        const auto mine = d.stored().conversations();
        if (!mine.empty() && chance_.chance(70)) return mine[chance_.below(mine.size())];
        if (chance_.chance(60)) return groups_[chance_.below(groups_.size())];
        return conversation_id::direct(d.me(), users_[chance_.below(users_.size())]);
    }

    void found_groups() {
        for (const conversation_id& g : groups_) {
            auto& e = engine(chance_.below(engines_.size()));
            for (const user_id& u : users_)
                if (chance_.chance(plan_.crowd ? 95 : 70))
                    e.join(g, u, chance_.chance(20) ? role::admin : role::member);
        }
    }

    void step() {
        const auto what = chance_.below(100);
        if (what < 19) return step_store();
        if (what < 22) return void(web_.step());
        if (what < 34) return step_up();
        if (what < 46) return step_down();
        if (what < 54) return step_drain();
        if (what < 60) return step_bus();
        if (what < 84) return act(some_device());
        if (what < 87) return void(guards_.step());
        if (what < 93) return pass_time();
        trouble();
    }

    void step_store() {
        for (auto n = 1 + chance_.below(3); n > 0 && store_.step(); --n) {}
    }
    // What came from several sockets is often handled in one turn.
    void step_up() {
        if (chance_.chance(50)) {
            if (connection* c = some_connection()) receive_one(*c);
            return;
        }
        const std::size_t e = chance_.below(engines_.size());
        typename engine_type::turn t{engine(e)};
        for (auto& c : connections_)
            if (c->engine == e && !c->ended && chance_.chance(60))
                for (auto n = chance_.below(4); n > 0; --n) receive_one(*c);
        if (chance_.chance(30)) step_store();
    }
    void step_down() {
        for (int i = 0; i < 3; ++i)
            if (connection* c = some_connection())
                for (auto n = 1 + chance_.below(6); n > 0; --n) deliver_one(*c);
    }
    void step_drain() {
        for (int i = 0; i < 3; ++i)
            if (connection* c = some_connection()) {
                if (chance_.chance(10)) c->stalled = !c->stalled;
                if (!c->stalled) drain(*c);
            }
    }
    void step_bus() {
        for (auto n = 1 + chance_.below(3); n > 0 && !office_.empty(); --n) {
            auto letter = office_.take();
            engine(letter.to).follow(letter.piece);
        }
    }
    void pass_time() {
        clock_.advance(milliseconds(static_cast<std::int64_t>(chance_.below(chance_.chance(10) ? 3000 : 300))));
        engine(chance_.below(engines_.size())).tick();
    }

    void act(device& d) {
        if (!d.line()) {
            if (chance_.chance(60)) connect(d);
            return;
        }
        const auto what = chance_.below(100);
        if (what < 30) speak(d);
        else if (what < 38) amend(d);
        else if (what < 50) mark_something(d);
        else if (what < 68) d.heartbeat(chance_.chance(70));
        else if (what < 70) d.grow_impatient();
        if (chance_.chance(85)) d.go_on();
        if (chance_.chance(85)) d.pump();
    }
    // Octets, of which a dialect may make nothing: what is no text for some, quotes, ends of lines, nothing at all behind a 0.
    std::string some_body(const char* what) {
        static constexpr std::string_view odd[] = {
            "\xff\xfe", " \"quoted\\", "\n\t=%", "\xc3\xa4\xe2\x82\xac", {"\0\x1f", 2}};
        std::string body = what + std::to_string(++bodies_);
        if (chance_.chance(15)) body += odd[chance_.below(std::size(odd))];
        return body;
    }
    void speak(device& d) {
        const conversation_id c = some_conversation(d);
        for (auto n = 1 + chance_.below(4); n > 0; --n) d.post(c, entry_kind::message, some_body("m"));
    }
    void amend(device& d) {
        const auto messages = d.stored().messages();
        if (messages.empty()) return;
        const auto& [c, s] = messages[chance_.below(messages.size())];
        const bool revoke = chance_.chance(50);
        d.post(c, revoke ? entry_kind::revoke : entry_kind::edit, revoke ? "" : some_body("e"), s);
    }
    void mark_something(device& d) {
        const auto mine = d.stored().conversations();
        if (mine.empty()) return;
        const conversation_id& c = mine[chance_.below(mine.size())];
        const seq last = d.stored().next_of(c).previous();
        if (!last) return;
        static constexpr mark_key keys[] = {mark_key::read, mark_key::read, mark_key::received,
                                            mark_key::cleared_before, mark_key::pinned};
        const mark_key k = keys[chance_.below(5)];
        d.wish(c, k, is_seq_mark(k) ? 1 + chance_.below(last.value) : chance_.below(2));
    }

    void trouble() {
        const auto what = chance_.below(100);
        if (what < 40) {
            if (connection* c = some_connection()) {
                break_line(*c);
                if (chance_.chance(60)) tell_closed(*c);
            }
        } else if (what < 60) {
            operate();
        } else if (what < 66) {
            kick();
        } else if (what < 72) {
            if constexpr (std::is_same_v<P, guarded_policies>) {
                guards_.toggle_mute(users_[chance_.below(users_.size())]);
                if (chance_.chance(70))
                    for (auto& h : engines_) h.engine->forget();
            }
        } else if (what < 92) {
            if (plan_.faults) spoil_store();
        } else if (plan_.restarts) {
            restart(chance_.below(engines_.size()));
        }
    }
    void operate() {
        auto& e = engine(chance_.below(engines_.size()));
        const conversation_id& g = groups_[chance_.below(groups_.size())];
        const user_id& u = users_[chance_.below(users_.size())];
        if (plan_.retention && chance_.chance(40)) return trim();
        const auto what = chance_.below(100);
        if (what < 20) e.send({.conversation = g, .sender = "house", .body = "notice " + std::to_string(++bodies_)});
        else if (truth_.is_member(g, u) && what < 80) e.leave(g, u);
        else e.join(g, u, chance_.chance(30) ? role::admin : role::member);
    }
    // Retention is longer than anybody is away from a group they enter or leave: those entries are in every device's reach.
    void trim() {
        const auto all = truth_.all();
        if (all.empty()) return;
        const conversation_id& c = all[chance_.below(all.size())];
        seq first_kept{1 + chance_.below(truth_.head(c).value)};
        const auto keep = [&](const device& d, const entry& e) {
            if (e.place.position > d.stored().cursor()) first_kept = std::min(first_kept, e.place.seq);
        };
        for (const auto& d : devices_)
            for (const truth::stay& t : truth_.stays(c, d->me())) {
                if (c.is_personal()) continue;
                keep(*d, truth_.entry_at(t.joined));
                if (t.ended) keep(*d, truth_.find(c, t.ended)->entry);
            }
        store_.trim(c, first_kept, {});
    }
    // Everything stops, a backup is put back, and the devices come again; nobody tells the engines.
    void restore() {
        const auto kept = chance_.below(truth_.newest().value + 1);
        book_.note([&] { return "the log is restored up to " + at({kept}); });
        for (auto& c : connections_)
            if (!c->ended) break_line(*c);
        store_.crash(0);
        while (!office_.empty()) (void)office_.take();
        store_.inner().restore(kept);
        web_.forget();
    }
    void kick() {
        auto& e = engine(chance_.below(engines_.size()));
        if (chance_.chance(50)) e.kick(users_[chance_.below(users_.size())]);
        else if (connection* c = some_connection(); c && lives(*c)) engine(c->engine).kick(c->session);
    }
    void spoil_store() {
        static constexpr store_fault writes[] = {store_fault::failed, store_fault::unknown_done,
                                                 store_fault::unknown_lost};
        const auto what = chance_.below(100);
        if (what < 45) store_.plan(writes[chance_.below(3)], 1 + chance_.below(3), store_verb::append);
        else if (what < 60) store_.plan(writes[chance_.below(3)], 1 + chance_.below(2), store_verb::put);
        else if (what < 85) store_.plan(store_fault::failed, 1 + chance_.below(4));
        else store_.crash(chance_.below(3));
        if (what >= 85) book_.note([] { return std::string{"the store crashes"}; });
    }

    // What holds at every moment and is not seen by the devices themselves.
    void look_around() {
        for (auto& c : connections_)
            if (!c->ended && c->queued > plan_.options.replying_until_bytes + 2 * c->largest + 4096)
                book_.fail("16: more is queued than replying_until_bytes");
    }

    // --- the end: nothing fails any more
    void heal() {
        book_.note([] { return std::string{"--- from here on nothing fails"}; });
        office_.heal();
        guards_.heal();
        store_.answer_at_once();
        for (auto& h : engines_) h.engine->forget();
        for (int round = 0; round < 80 && !book_.failed(); ++round) {
            book_.next_step();
            for (auto& d : devices_)
                if (!d->line()) connect(*d);
            settle();
            if (round > 4 && everybody_is_settled()) return;
            for (auto& d : devices_) d->go_on(), d->pump(), d->heartbeat(true);
            clock_.advance(milliseconds(1100));
            for (auto& h : engines_) h.engine->tick();
        }
        if (!book_.failed()) say_who_is_not_settled();
    }

    // Everything on its way arrives.
    void settle() {
        for (bool more = true; more && !book_.failed();) {
            more = store_.step();
            while (guards_.step()) more = true;
            while (web_.step()) more = true;
            for (auto& d : devices_)
                if (d->go_on()) more = true;
            while (!office_.empty()) step_bus(), more = true;
            for (auto& c : connections_) {
                if (c->ended) continue;
                if (c->abandoned) tell_closed(*c), more = true;
                while (!c->up.empty() && !c->ended) receive_one(*c), more = true;
                if (!c->queue.empty()) drain(*c), more = true;
                while (!c->wire.empty() && !c->abandoned && !book_.failed()) deliver_one(*c), more = true;
                if (c->closed) deliver_one(*c), more = true;
            }
        }
    }
    bool is_live(const device& d) const {
        return d.is_settled() && d.last_checkpoint() == tandem::cursor{truth_.newest()};
    }
    bool everybody_is_settled() const {
        for (const auto& d : devices_)
            if (!is_live(*d)) return false;
        return true;
    }
    void say_who_is_not_settled() {
        for (const auto& d : devices_)
            if (!is_live(*d))
                return book_.fail("6: " + d->who() + " does not come to rest: " + (d->line() ? "" : "offline ") +
                                  (d->is_pulling() ? "pulling " : "") + "cursor " + at(d->stored().cursor()) +
                                  " checkpoint " + (d->last_checkpoint() ? at(*d->last_checkpoint()) : "none") +
                                  " log " + at(truth_.newest()) + d->wants());
    }

    // Once more in every conversation: now that all are live, push alone has to reach everybody.
    void everybody_speaks() {
        book_.note([] { return std::string{"--- everybody is live"}; });
        for (auto& d : devices_) d->never_pull_again();
        for (const conversation_id& c : truth_.all()) {
            const std::size_t e = chance_.below(engines_.size());
            const user_id sender = c.is_personal() ? user_id{c.first().view()} : user_id{"house"};
            engine(e).send({.conversation = c, .sender = sender, .body = "last " + std::to_string(++bodies_)});
            settle();
            for (auto& h : engines_) h.engine->tick();
            settle();
        }
        clock_.advance(milliseconds(1100));
        for (auto& h : engines_) h.engine->tick();
        settle();
        for (auto& d : devices_) d->heartbeat(false);
        settle();
        if (!everybody_is_settled()) say_who_is_not_settled();
    }

    void compare() {
        for (auto& d : devices_) {
            d->stored().compare(d->who());
            if (book_.failed()) return;
        }
        for (const user_id& u : users_) {
            const auto lines = store_.inner().overviews(u);
            for (const overview& o : lines->conversations)
                if (o.unread != truth_.unread(o.membership.conversation, u))
                    book_.fail("11: unread of " + std::string{u.view()} + " in " + o.membership.conversation.text() +
                               " is " + std::to_string(o.unread) + ", not " +
                               std::to_string(truth_.unread(o.membership.conversation, u)));
        }
    }

    plan plan_;
    seeded_random chance_;
    book& book_;
    truth truth_;
    manual_clock clock_;
    guards guards_;
    tiny_speech plain_{tiny_dialect::subprotocol};
    tiny_speech echoing_{echoing_dialect::subprotocol};
    json_speech json_;
    std::vector<user_id> users_;
    std::vector<conversation_id> groups_;
    std::vector<std::unique_ptr<connection>> connections_;
    std::vector<std::unique_ptr<device>> devices_;
    api_puller web_;  // longer than the store: who waits there for an answer is told that there will be none
    world_store store_;
    post_office office_;
    store_puller direct_;
    std::vector<host> engines_;
    std::uint64_t bodies_ = 0;
};

}  // namespace world
