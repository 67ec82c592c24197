// One seed's world: engines on one log, clients, and everything that can go wrong between them.
#pragma once

#include "audited_store.hpp"
#include "device.hpp"
#include "guards.hpp"
#include "plan.hpp"

#include "../../client/memory_local_store.hpp"
#include "../../client/tiny_client.hpp"
#include "../../codec/tiny_pages.hpp"
#include "../../engine/engine.hpp"
#include "../../store/memory_store.hpp"

#include <memory>

namespace tandem::world {

// What lives in it; derive from this, and replace what is yours.
struct default_policies {
    using store = memory_store;                            // one that answers now
    static store make_store(epoch e) { return store{e}; }  // empty; after a backup was restored another epoch is wanted
    using local_store = memory_local_store;
    static local_store make_local_store(std::uint64_t tag) { return local_store{tag}; }
    using codec = tiny_client;
    using dialects = tandem::dialects<tiny_dialect>;
    using pages = page_codecs<tiny_pages>;
    static constexpr bool echoes = false;      // what one sends oneself is pushed, too
    static constexpr bool is_guarded = false;  // an authenticator, a gatekeeper and a directory that take their time
};

namespace detail {

template <class P>
struct plain_chat : tandem::default_policies {
    using store = scripted_store<audited_store<typename P::store>>&;
    using authenticator = trust_everyone;
    using dialects = typename P::dialects;
    using bus = bus_port;
    using clock = manual_clock&;
    using pages = typename P::pages;
};
template <class P>
struct guarded_chat : plain_chat<P> {
    using authenticator = late_authenticator;
    using gatekeeper = late_gatekeeper;
    using directory = late_directory;
};

}  // namespace detail

template <class P>
class simulation final : public surroundings {
    using chat = std::conditional_t<P::is_guarded, detail::guarded_chat<P>, detail::plain_chat<P>>;
    using engine_type = tandem::engine<chat>;
    using device_type = device<P>;

public:
    simulation(const plan& p, std::uint64_t seed, book& b)
        : plan_{p}, chance_{seed}, book_{b}, truth_{b}, guards_{truth_, chance_, book_},
          store_{audited_store<typename P::store>{truth_, &P::make_store}, p.chaos, chance_.next()},
          office_{p.engines, p.bus, chance_} {
        truth_.commits_at_most(plan_.options.drafts_per_commit);
        if (P::is_guarded) truth_.has_gatekeeper();
        for (std::size_t g = 0; g < plan_.groups; ++g)
            groups_.push_back(conversation_id::group(("g" + std::to_string(g)).c_str()));
        engines_.resize(plan_.engines);
        for (std::size_t e = 0; e < plan_.engines; ++e) engines_[e].life = 1, start(e);
        for (std::size_t u = 0; u < plan_.users; ++u) {
            users_.push_back(user_id{"u" + std::to_string(u)});
            for (std::size_t d = 0; d < plan_.devices_per_user; ++d) add_device(u, d);
        }
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
    struct host {
        std::unique_ptr<engine_type> engine;
        unsigned life = 0;
        bool paused = false;
    };
    struct condition {  // of a device's network
        bool cut_off = false;
        bool no_websocket = false;
    };

    // --- engines
    void start(std::size_t e) {
        tandem::options o = plan_.options;
        o.instance = 1000 * (e + 1) + engines_[e].life;
        if constexpr (P::is_guarded)
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

    // --- devices
    void add_device(std::size_t user, std::size_t number) {
        client_options o = plan_.client;
        const int index = static_cast<int>(devices_.size());
        const std::string name = std::string{"d"} + std::to_string(user) + std::to_string(number);
        conditions_.push_back({});
        devices_.push_back(
            std::make_unique<device_type>(index, users_[user], device_id{name}, o, *this, truth_, book_, clock_));
        devices_.back()->start();
    }
    device_type& at(int index) { return *devices_[static_cast<std::size_t>(index)]; }
    condition& condition_of(int index) { return conditions_[static_cast<std::size_t>(index)]; }
    device_type& some_device() { return *devices_[chance_.below(devices_.size())]; }

    void dial(int d) override { at(d).dials(); }
    void hang_up(int d) override {
        if (connection* c = at(d).line()) c->abandoned = true, c->wire.clear();
        at(d).lets_go();
    }
    // What it asks is carried to some engine, and the answer back, each when its time has come.
    void ask(int d, const pull_request& r, done<pull_answer> then) override {
        if (nobody_pulls_ && r.method == "GET" && !at(d).heard().was_told_to_pull())
            book_.fail("6: " + at(d).who() +
                       " has to pull although it is live and nothing was skipped: " + std::string{r.target});
        book_.note([&] { return at(d).who() + " asks " + std::string{r.target} + " " + std::string{r.body}; });
        asked_.push_back({d, std::string{r.method}, std::string{r.target}, std::string{r.content_type},
                          std::string{r.accept}, std::string{r.authorization}, std::string{r.body}, std::move(then),
                          truth_.acked(), log_});
    }

    // --- connections
    void connect(int d) {
        if (condition_of(d).cut_off) return;
        if (condition_of(d).no_websocket || chance_.chance(nothing_fails_ ? 0 : 5))
            return at(d).lost(errc::shutting_down);
        connections_.push_back(std::make_unique<connection>());
        connection& c = *connections_.back();
        c.engine = some_engine();
        c.life = engines_[c.engine].life;
        c.pushing_until = plan_.options.pushing_until_bytes;
        book_.note([&] { return at(d).who() + " connects to engine " + std::to_string(c.engine); });
        const std::string_view offered[] = {P::codec::subprotocol};
        const auto opened = engine(c.engine).open(c, {.subprotocols = offered});
        if (!opened) return book_.fail("nobody speaks " + std::string{offered[0]});
        c.session = opened->session;
        at(d).is_connected(c);
    }
    std::size_t some_engine() {
        for (int i = 0; i < 8; ++i)
            if (const std::size_t e = chance_.below(engines_.size()); !engines_[e].paused) return e;
        return 0;
    }
    bool is_awake(const connection& c) const { return !engines_[c.engine].paused; }

    // The client end is gone, whoever's fault it was.
    void break_line(connection& c, const error& why = errc::timed_out) {
        if (c.abandoned) return;
        c.abandoned = true;
        c.wire.clear();
        book_.note([&] { return at(c.device).who() + " loses its connection: " + text(why.code); });
        at(c.device).lost(why);
    }
    void tell_closed(connection& c) {
        if (std::exchange(c.ended, true)) return;
        book_.note([&] {
            return "engine " + std::to_string(c.engine) + " is told that a connection of " + at(c.device).who() +
                   " is gone";
        });
        if (lives(c)) engine(c.engine).closed(c.session);
    }

    void receive_one(connection& c) {
        if (c.up.empty() || c.ended || !is_awake(c)) return;
        const std::string text = std::move(c.up.front());
        c.up.pop_front();
        if (c.dead) return;
        ++c.asked;
        book_.note([&] { return at(c.device).who() + " -> " + text; });
        engine(c.engine).receive(c.session, {text, P::codec::is_text});
    }
    void drain(connection& c) {
        if (c.ended || c.queue.empty() || !is_awake(c)) return;
        if (c.abandoned) c.queue.clear();
        c.drain();
        engine(c.engine).drained(c.session);
    }
    // One frame reaches the client, or the end of the connection does.
    void deliver_one(connection& c) {
        if (c.abandoned) return;
        if (!c.wire.empty()) {
            const frame f = std::move(c.wire.front());
            c.wire.pop_front();
            if (c.dead) return;
            book_.note([&] { return at(c.device).who() + " <- " + std::string{f.payload()}; });
            at(c.device).client().received({f.payload(), f.text()});
        } else if (c.closed && c.queue.empty()) {
            if (!c.dead) break_line(c, *c.closed);
            tell_closed(c);
        }
    }

    // --- HTTP
    struct asked {
        int device;
        std::string method, target, content_type, accept, authorization, body;
        done<pull_answer> then;
        position floor;
        unsigned log;
    };
    struct answer {
        int device;
        std::string target;
        done<pull_answer> then;
        result<pull_answer> is;
        position floor;
        unsigned log;
    };

    // One request arrives, or one answer; either may be lost, and be known to be lost only later.
    bool step_web() {
        if (!asked_.empty() && (answers_.empty() || chance_.chance(50))) return carry_request(), true;
        if (answers_.empty()) return false;
        const auto i = static_cast<std::ptrdiff_t>(chance_.below(answers_.size()));
        answer a = std::move(answers_[static_cast<std::size_t>(i)]);
        answers_.erase(answers_.begin() + i);
        const bool lost = condition_of(a.device).cut_off || a.log != log_ || chance_.chance(nothing_fails_ ? 0 : 3);
        if (lost) a.is = error{errc::timed_out, "lost"};
        book_.note([&] {
            return (a.is ? std::to_string(a.is->status) + " " + a.is->body : std::string{"nothing"}) + " to " +
                   at(a.device).who() + ", who asked " + a.target;
        });
        check_status(a);
        at(a.device).heard().asked(from_in(a.target), a.floor);
        a.then(std::move(a.is));
        return true;
    }
    void carry_request() {
        asked q = std::move(asked_.front());
        asked_.pop_front();
        if (condition_of(q.device).cut_off || q.log != log_)
            return answers_.push_back({q.device, q.target, std::move(q.then), error{errc::timed_out}, {}, log_});
        const bool twice = q.method == "POST" && chance_.chance(5);
        for (int n = 0; n < (twice ? 2 : 1); ++n) {
            const done<pull_answer> then = n == 0 ? q.then : done<pull_answer>{};
            const pull_request r{q.method, q.target, q.content_type, q.accept, q.authorization, q.body};
            engine(some_engine())
                .pull(r, done<pull_answer>{[this, d = q.device, target = q.target, then, floor = q.floor,
                                            log = q.log](result<pull_answer> got) {
                          answers_.push_back({d, target, then, std::move(got), floor, log});
                      }});
        }
    }
    void check_status(const answer& a) {
        if (!a.is) return;
        const int s = a.is->status;
        const bool refused =
            s >= 400 && a.target.starts_with("/api/messages") && a.target.find('?') == std::string::npos;
        if (s != 200 && s != 429 && s != 503 && !refused)
            book_.fail(std::to_string(s) + " to " + a.target + ": " + a.is->body);
    }
    static position from_in(const std::string& target) {
        const auto at = target.find("lastSeq=");
        return {at == std::string::npos ? 0 : std::strtoull(target.c_str() + at + 8, nullptr, 10)};
    }

    // --- steps
    connection* some_connection() {
        if (connections_.empty()) return nullptr;
        // Most of the time one that is alive.
        for (int i = 0; i < 4; ++i)
            if (connection& c = *connections_[chance_.below(connections_.size())]; !c.ended) return &c;
        return nullptr;
    }
    conversation_id some_conversation(const device_type& d) {
        const auto mine = d.conversations();
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
        if (what < 25) return void(step_web());
        if (what < 36) return step_up();
        if (what < 48) return step_down();
        if (what < 56) return step_drain();
        if (what < 61) return step_bus();
        if (what < 81) return act(some_device());
        if (what < 84) return void(guards_.step());
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
            if (connection* c = some_connection(); c && !c->abandoned) {
                auto n = 1 + chance_.below(6);
                if (chance_.chance(50)) {
                    for (; n > 0; --n) deliver_one(*c);
                } else {  // read together
                    typename device_type::turn t{at(c->device)};
                    for (; n > 0; --n) deliver_one(*c);
                }
            }
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
        const std::size_t e = chance_.below(engines_.size());
        if (!engines_[e].paused) engine(e).tick();
        for (auto& d : devices_) d->tick();
        dial_for_some();
    }
    void dial_for_some() {
        for (std::size_t d = 0; d < devices_.size(); ++d)
            if (devices_[d]->is_dialling() && (nothing_fails_ || chance_.chance(70))) connect(static_cast<int>(d));
    }

    void act(device_type& d) {
        const auto what = chance_.below(100);
        if (what < 45) speak(d);
        else if (what < 60) amend(d);
        else if (what < 80) mark_something(d);
        else if (what < 89) d.client().typing(some_conversation(d));
        else if (what < 90) ask_and_read_nothing(d);
        else if (what < 95) d.client().network_changed();
        else if (plan_.crashes) mishap(d);
    }
    void ask_and_read_nothing(device_type& d) {
        connection* c = d.line();
        if (!c) return;
        c->stalled = true;
        presence_request r;
        for (const user_id& u : users_) r.users.push_back(u.view());
        for (auto n = chance_.below(150); n > 0; --n) d.client().say_now(r);
        for (auto n = c->up.size(); n > 0; --n) receive_one(*c);
    }
    void mishap(device_type& d) {
        const auto what = chance_.below(100);
        if (what < 40) return d.stored().fail(1 + static_cast<unsigned>(chance_.below(2)));
        if (plan_.lies && what < 60) d.stored().lie();
        if (connection* c = d.line()) c->abandoned = true, c->wire.clear();
        d.lets_go();
        d.restart();
    }
    // Octets, of which a dialect may make nothing: what is no text for some, quotes, ends of lines, nothing at all behind a 0.
    std::string some_body(const char* what) {
        static constexpr std::string_view odd[] = {
            "\xff\xfe", " \"quoted\\", "\n\t=%", "\xc3\xa4\xe2\x82\xac", {"\0\x1f", 2}};
        std::string body = what + std::to_string(++bodies_);
        if (chance_.chance(15)) body += odd[chance_.below(std::size(odd))];
        return body;
    }
    void speak(device_type& d) {
        const conversation_id c = some_conversation(d);
        for (auto n = 1 + chance_.below(4); n > 0; --n) d.send(c, some_body("m"));
    }
    void amend(device_type& d) {
        const auto messages = d.stored().messages();
        if (messages.empty()) return;
        const auto& [c, s] = messages[chance_.below(messages.size())];
        if (chance_.chance(50)) d.revoke(c, s);
        else d.edit(c, s, some_body("e"));
    }
    void mark_something(device_type& d) {
        const auto mine = d.conversations();
        if (mine.empty()) return;
        const conversation_id& c = mine[chance_.below(mine.size())];
        const seq last = d.client().conversation(c).next.previous();
        if (!last) return;
        static constexpr mark_key keys[] = {mark_key::read, mark_key::read, mark_key::received,
                                            mark_key::cleared_before, mark_key::pinned};
        const mark_key k = keys[chance_.below(5)];
        (void)d.client().mark(c, k, is_seq_mark(k) ? 1 + chance_.below(last.value) : chance_.below(2));
    }

    void trouble() {
        const auto what = chance_.below(100);
        if (what < 30) {
            if (connection* c = some_connection()) {
                break_line(*c);
                if (chance_.chance(60)) tell_closed(*c);
            }
        } else if (what < 40) {
            if (plan_.cut_off) cut_off_or_on(chance_.below(conditions_.size()));
            else if (plan_.no_websocket) toggle(conditions_[chance_.below(conditions_.size())].no_websocket);
        } else if (what < 60) {
            operate();
        } else if (what < 66) {
            kick();
        } else if (what < 72) {
            if constexpr (P::is_guarded) {
                guards_.toggle_mute(users_[chance_.below(users_.size())]);
                if (chance_.chance(70))
                    for (auto& h : engines_) h.engine->forget();
            }
        } else if (what < 88) {
            if (plan_.faults) spoil_store();
        } else if (what < 92) {
            if (plan_.pauses) toggle(engines_[chance_.below(engines_.size())].paused);
        } else if (plan_.restarts) {
            restart(chance_.below(engines_.size()));
        }
    }
    static void toggle(bool& b) { b = !b; }
    // Nobody is told: whatever is on its way or sent from now on is lost.
    void cut_off_or_on(std::size_t d) {
        toggle(conditions_[d].cut_off);
        if (connection* c = devices_[d]->line()) c->dead = true;
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
    // What an engine has not followed yet stays, if it changes who hears what: retention is longer than an engine's lag.
    void trim() {
        const auto all = truth_.all();
        if (all.empty()) return;
        const conversation_id& c = all[chance_.below(all.size())];
        seq first_kept{1 + chance_.below(truth_.head(c).value)};
        const auto keep = [&](const entry& e, position followed) {
            if (e.place.position > followed) first_kept = std::min(first_kept, e.place.seq);
        };
        for (const auto& d : devices_) {
            if (!d->line() || c.is_personal()) continue;
            const position followed = d->heard().checkpoint().value_or(position{});
            for (const truth::stay& t : truth_.stays(c, d->me())) {
                keep(truth_.entry_at(t.joined), followed);
                if (t.ended) keep(truth_.find(c, t.ended)->entry, followed);
            }
        }
        if constexpr (trimming_store<typename P::store>) store_.trim(c, first_kept, {});
    }
    // Everything stops, a backup is put back, and the devices come again; nobody tells the engines.
    void restore() {
        const auto kept = chance_.below(truth_.newest().value + 1);
        book_.note([&] { return "the log is restored up to " + world::at(position{kept}); });
        for (auto& c : connections_)
            if (!c->ended) break_line(*c);
        store_.crash(0);
        while (!office_.empty()) (void)office_.take();
        store_.inner().restore(kept);
        ++log_;
    }
    void kick() {
        auto& e = engine(chance_.below(engines_.size()));
        if (chance_.chance(50)) e.kick(users_[chance_.below(users_.size())], errc::overloaded);
        else if (connection* c = some_connection(); c && lives(*c))
            engine(c->engine).kick(c->session, errc::overloaded);
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
            if (!c->ended) look_at(*c);
    }

    // Besides its replies: the page of its sign-in, and a word when it ends.
    void look_at(const connection& c) {
        if (c.queued > plan_.options.replying_until_bytes + 2 * c.largest)
            book_.fail("16: more is queued than replying_until_bytes");
        if (c.beyond > c.asked + 2) book_.fail("16: pushes are queued over pushing_until_bytes");
    }

    // --- the end: nothing fails any more
    void heal() {
        book_.note([] { return std::string{"--- from here on nothing fails"}; });
        nothing_fails_ = true;
        office_.heal();
        guards_.heal();
        store_.answer_at_once();
        for (auto& c : conditions_) c = {};
        for (auto& d : devices_) d->stored().fail(0);
        for (auto& h : engines_) h.paused = false, h.engine->forget();
        come_to_rest(120, "6: ");
    }
    // Until everybody has everything, and the server knows it.
    void come_to_rest(int rounds, const char* what) {
        for (int round = 0; round < rounds && !book_.failed(); ++round) {
            book_.next_step();
            settle();
            if (round > 4 && everybody_is_at_rest()) return;
            wait(milliseconds(1100));
        }
        for (const auto& d : devices_)
            if (!d->is_at_rest() && !book_.failed())
                book_.fail(what + d->who() + " does not come to rest: " + d->state() + ", log " +
                           world::at(truth_.newest()));
    }
    void wait(duration time) {
        clock_.advance(time);
        for (auto& h : engines_) h.engine->tick();
        for (auto& d : devices_) d->tick();
        dial_for_some();
    }

    // Everything on its way arrives.
    void settle() {
        std::size_t asked = 0;
        for (bool more = true; more && !book_.failed();) {
            more = store_.step();
            while (guards_.step()) more = true;
            while (step_web() && ++asked < most_asked) more = true;
            if (asked == most_asked) return book_.fail("6: somebody asks again and again, without end");
            while (!office_.empty()) step_bus(), more = true;
            for (std::size_t n = 0; n < connections_.size(); ++n) {
                connection& c = *connections_[n];
                if (c.ended) continue;
                if (c.abandoned) tell_closed(c), more = true;
                while (!c.up.empty() && !c.ended) receive_one(c), more = true;
                if (!c.queue.empty()) drain(c), more = true;
                while (!c.wire.empty() && !c.abandoned && !book_.failed()) deliver_one(c), more = true;
                if (c.closed) deliver_one(c), more = true;
            }
        }
    }
    bool everybody_is_at_rest() const {
        for (const auto& d : devices_)
            if (!d->is_at_rest()) return false;
        return true;
    }

    // Once more in every conversation: now that all are live, push alone has to reach everybody.
    void everybody_speaks() {
        book_.note([] { return std::string{"--- everybody is live"}; });
        nobody_pulls_ = true;
        for (auto& d : devices_) d->heard().expects_pushes();
        for (const conversation_id& c : truth_.all()) {
            speak_for_all(c, 1);
            settle();
            for (auto& h : engines_) h.engine->tick();
            settle();
        }
        // And so much that slow ones have to be skipped, and told so.
        for (const conversation_id& c : truth_.all()) speak_for_all(c, chance_.below(8));
        tell_to_the_end();
        for (const auto& d : devices_)
            for (const conversation_id& c : truth_.all())
                if (!book_.failed() && !d->stored().has_all(c, truth_.head(c)))
                    book_.fail("3.6: " + d->who() + " was skipped, and is told so only when it asks");
        come_to_rest(30, "6: by push alone ");
        for (const auto& d : devices_)
            if (d->heard().was_skipped_in_silence()) book_.fail("3.6: " + d->who() + " was skipped, and got no NEWS");
    }

    // What can be told while no time passes.
    void tell_to_the_end() {
        settle();
        for (bool more = true; more && !book_.failed();) {
            more = false;
            for (auto& h : engines_) more |= h.engine->tick() <= clock_.now();
            settle();
        }
    }
    void speak_for_all(const conversation_id& c, std::size_t times) {
        const std::size_t e = chance_.below(engines_.size());
        const user_id sender = c.is_personal() ? user_id{c.first().view()} : user_id{"house"};
        for (; times > 0; --times)
            engine(e).send({.conversation = c, .sender = sender, .body = "last " + std::to_string(++bodies_)});
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

    static constexpr std::size_t most_asked = 100'000;

    plan plan_;
    seeded_random chance_;
    book& book_;
    class truth truth_;
    manual_clock clock_;
    // These two outlive whoever may answer: who still waits then is told that there will be no answer.
    std::deque<asked> asked_;
    std::deque<answer> answers_;
    class guards guards_;
    std::vector<user_id> users_;
    std::vector<conversation_id> groups_;
    std::vector<std::unique_ptr<connection>> connections_;
    std::vector<condition> conditions_;
    std::vector<std::unique_ptr<device_type>> devices_;
    scripted_store<audited_store<typename P::store>> store_;
    post_office office_;
    std::vector<host> engines_;
    std::uint64_t bodies_ = 0;
    unsigned log_ = 0;
    bool nothing_fails_ = false;
    bool nobody_pulls_ = false;
};

}  // namespace tandem::world
