// A stage for scripts: engines over a store with bad days, peers that say lines and hear lines, time by hand.
#pragma once

#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/recorded_outlet.hpp>
#include <tandem/testing/scripted_store.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tandem {

// One line as it is compared: what matters of it, in few words. See fixture.cpp.
std::string brief(bytes line);

// --- policies that do what a script says

// Where a policy's questions wait when it is told to be late; otherwise it answers from inside the call.
struct desk {
    bool late = false;
    std::deque<std::function<void()>> waiting{};

    void ask(std::function<void()> answer) {
        if (late) waiting.push_back(std::move(answer));
        else answer();
    }
    void answer_one(std::size_t which = 0) {
        const auto answer = std::move(waiting[which]);
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(which));
        answer();
    }
    void answer_all() {
        while (!waiting.empty()) answer_one();
    }
};

// A credential is user, or user/device, or user/device/platform; "mallory" is refused.
struct script_authenticator : desk {
    instant expires{};

    void verify(std::string_view credential, done<identity> then);
};

struct script_gatekeeper : desk {
    std::function<result<draft>(draft)> judge = [](draft d) { return d; };

    void admit(draft d, done<draft> then) {
        ask([this, d = std::move(d), then] { then(judge(d)); });
    }
};

struct script_directory : desk {
    std::function<bool(const user_id&, action)> allows = [](const user_id&, action) { return true; };
    std::size_t asked = 0;

    void may(const user_id& u, const conversation_id&, action what, done<bool> then) {
        ++asked;
        ask([this, u, what, then] { then(allows(u, what)); });
    }
};

struct script_offline {
    std::vector<std::string> woken{};  // "bob for hi"

    void wake(const entry& e, std::span<const user_id> absent) {
        for (const user_id& u : absent) woken.push_back(std::string{u.view()} + " for " + e.body);
    }
};

struct script_bus {
    std::vector<page> sent{};

    void publish(const page& p) { sent.push_back(p); }
};

struct script_observer {
    std::vector<std::size_t> appends{};  // how many drafts each
    std::size_t encodes = 0;
    std::size_t skips = 0;
    std::size_t walks = 0;
    std::vector<position> placed_at{};

    void appended(std::size_t drafts) { appends.push_back(drafts); }
    void encoded() { ++encodes; }
    void skipped() { ++skips; }
    void told(std::size_t) { ++walks; }
    void placed(const entry& e) { placed_at.push_back(e.place.position); }
};

// --- languages: tiny, one that wants its own messages back and has two variants, one that rather reconnects

struct loud_dialect : tiny_dialect {
    static constexpr dialect_traits traits{.echo_to_origin = true};
    static constexpr unsigned variants = 2;

    greeting greet(const hello& h, state&) const {
        greeting g = greet_by_subprotocol(h, "loud");
        if (g.what != greeting::verdict::accept) g = greet_by_subprotocol(h, "louder"), g.variant = 1;
        return g;
    }
};

struct strict_dialect : tiny_dialect {
    static constexpr dialect_traits traits{.missed = when_missed::reconnect};

    greeting greet(const hello& h, state&) const { return greet_by_subprotocol(h, "strict"); }
};

// The pull API in words: answers are compared as text.
struct script_pages {
    static constexpr std::string_view media_type = "text/plain";

    std::string write_answer(const sync_answer& a) const;
    std::string write_answer(const history_answer& a) const;
    std::string write_answer(const receipts& r) const;
    std::string write_answer(const conversations_answer& a) const;
    std::string write_answer(const users_answer& a) const;
    std::string write_answer(const failure& a) const;
    template <class Reply>
    std::string write_answer(const Reply& r) const {
        return brief(detail::tiny_line(r).line());
    }

    // The body is the line of the same request, without its name.
    template <class Request>
    result<Request> read_body(bytes body) {
        auto fields = tiny_fields::parse("POST 0 " + std::string{body});
        if (!fields) return fields.error();
        fields_ = *std::move(fields);
        return read_tiny(fields_, as<Request>{});
    }

private:
    tiny_fields fields_;
};

// --- an application's own command, answered at once or later

struct roll_dice {
    static constexpr command_name is{static_cast<command>(1001), "ROLL_DICE"};
    std::uint32_t sides = 6;
};
struct dice_rolled {
    static constexpr command_name is{static_cast<command>(1002), "DICE_ROLLED"};
    std::uint32_t eyes = 0;
};
inline result<roll_dice> read_tiny(const tiny_fields& fields, as<roll_dice>) {
    roll_dice r;
    return fields.fill(r, "sides", r.sides);
}
inline void write_tiny(const dice_rolled& e, tiny_writer& to) { to.put("eyes", e.eyes); }

struct on_roll_dice {
    using request = roll_dice;
    static inline std::vector<reply_to> later{};  // those with zero sides wait here

    void operator()(auto& call, const roll_dice& r) const {
        if (r.sides > 100) return call.refuse(errc::invalid_argument);
        if (r.sides == 0) return later.push_back(call.later());
        call.reply(dice_rolled{r.sides});
    }
};

struct script_chat : default_policies {
    using store = scripted_store<memory_store>&;
    using authenticator = script_authenticator&;
    using offline = script_offline&;
    using bus = script_bus&;
    using observer = script_observer&;
    using clock = manual_clock&;
    using dialects = tandem::dialects<tiny_dialect, loud_dialect, strict_dialect>;
    using pages = page_codecs<script_pages>;
    using handlers = tandem::handlers<on_roll_dice>;
};

// The same with somebody to be asked before anything is sent.
struct guarded_chat : script_chat {
    using directory = script_directory&;
    using gatekeeper = script_gatekeeper&;
};

// Every verb answers at once, nothing is asked: the other half of the engine's branches.
struct plain_chat : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using clock = manual_clock&;
    using observer = script_observer&;
    using dialects = tandem::dialects<tiny_dialect>;
    using pages = page_codecs<script_pages>;
};

using script_engine = engine<script_chat>;
using guarded_engine = engine<guarded_chat>;
using plain_engine = engine<plain_chat>;

extern template class engine<script_chat>;
extern template class engine<guarded_chat>;
extern template class engine<plain_chat>;

// --- the stage

// A connection of somebody. The newest words it heard are asked for with `heard`, which forgets them.
template <class Engine>
class basic_peer {
public:
    basic_peer(Engine& engine, const std::vector<std::string_view>& subprotocols = {})
        : engine_{&engine}, outlet_{new_outlet()} {
        const auto opened = engine.open(*outlet_, hello{.subprotocols = subprotocols});
        REQUIRE(opened);
        session_ = opened->session;
    }
    basic_peer(const basic_peer&) = default;
    basic_peer& operator=(const basic_peer&) = default;
    ~basic_peer() {}  // so that a peer who is only there is not an unused variable

    bool says(const std::string& line) { return engine_->receive(session_, {line, true}); }
    basic_peer& sends(const std::string& to, const std::string& body, const std::string& id = {}) {
        const bool user = to.find(':') == to.npos;
        says("SEND_REQ 9 " + std::string{user ? "to=" : "conversation="} + to + " send_id=" + (id.empty() ? body : id) +
             " body=" + body);
        return *this;
    }

    // "ack a | push hi": everything since last asked.
    std::string heard() {
        std::string all;
        for (const frame& f : outlet_->take()) all += (all.empty() ? "" : " | ") + brief(f.payload());
        return all;
    }
    // The last whole line; forgets everything.
    std::string last_line() {
        const auto frames = outlet_->take();
        return frames.empty() ? std::string{} : std::string{frames.back().payload()};
    }
    std::optional<errc> closed() const {
        return outlet_->closed() ? std::optional{outlet_->reason()->code} : std::nullopt;
    }
    void hangs_up() { engine_->closed(session_); }

    // As if so much waited to be written.
    void is_slow(std::size_t queued = 1'000'000) { outlet_->hold(queued); }
    void is_quick() { outlet_->hold(0), engine_->drained(session_); }

    recorded_outlet& outlet() { return *outlet_; }
    session_handle session() const { return session_; }

private:
    // A connection outlives its session, whatever becomes of the peer in the script.
    static recorded_outlet* new_outlet() {
        static std::deque<recorded_outlet> all;
        return &all.emplace_back();
    }

    Engine* engine_;
    recorded_outlet* outlet_;
    session_handle session_{};
};
using peer = basic_peer<script_engine>;
using plain_peer = basic_peer<plain_engine>;

// One engine with everything it was given, except for the log.
template <class Chat>
struct node {
    node(scripted_store<memory_store>& store, manual_clock& clock, const options& o);

    engine<Chat>& operator*() { return *running; }
    engine<Chat>* operator->() { return running.get(); }
    void restart();

    scripted_store<memory_store>& store;
    manual_clock& clock;
    options numbers;
    script_authenticator authenticator{};
    script_gatekeeper gatekeeper{};
    script_directory directory{};
    script_offline offline{};
    script_bus bus{};
    script_observer observer{};
    std::unique_ptr<engine<Chat>> running{};
};

// Rates are off: a script that is about them switches them on.
options calm();

template <class Chat>
class basic_script {
public:
    using engine_type = tandem::engine<Chat>;
    using turn = typename engine_type::turn;
    using peer = basic_peer<engine_type>;

    explicit basic_script(const options& o = calm(), std::size_t engines = 1);
    basic_script(const basic_script&) = delete;
    basic_script& operator=(const basic_script&) = delete;

    engine_type& engine(std::size_t n = 0) { return *nodes[n].running; }
    node<Chat>& first() { return nodes.front(); }
    node<Chat>& second() { return nodes[1]; }

    // Connects and signs in, and forgets what was heard of it. `more`: fields of the request, "cursor=0".
    peer sign_in(const std::string& credential, const std::string& more = {}, std::size_t at = 0,
                 const std::vector<std::string_view>& subprotocols = {});
    peer connect(std::size_t at = 0) { return peer{engine(at)}; }

    conversation_id group(const char* id, const std::vector<user_id>& members);

    // Another machine's commit; what its bus would carry is returned.
    page elsewhere(draft d);
    page elsewhere(const conversation_id& c, const char* sender, const char* body);
    page elsewhere(const conversation_id& c, const char* subject, entry_kind joined_or_left);

    void pass(duration time);  // and tick
    void deliver();            // what the buses carry, once, in order
    void slow() { store.answer_at_once(false); }
    void quick() { store.answer_at_once(true), store.release_all(); }

    // The whole log, and what a pull of somebody returns, as text: "1 hi | 2 ho".
    std::string log();
    std::string pulls(const char* user, position cursor = {});
    page page_of(const char* user, position cursor = {}, limits most = {});

    manual_clock clock;
    scripted_store<memory_store> store{memory_store{tandem::epoch{7}}};
    std::deque<node<Chat>> nodes;
};
using script = basic_script<script_chat>;
using guarded_script = basic_script<guarded_chat>;
using guarded_peer = guarded_script::peer;

extern template struct node<script_chat>;
extern template struct node<guarded_chat>;
extern template class basic_script<script_chat>;
extern template class basic_script<guarded_chat>;

// An engine of the plain kind, for what is about the engine and not about its policies.
struct plain_script {
    explicit plain_script(const options& o = calm())
        : running{std::make_unique<plain_engine>(parts<plain_chat>{.observer = observer, .clock = clock}, o)} {}

    plain_peer sign_in(const std::string& user) {
        plain_peer p{*running};
        p.says("AUTH_REQ 1 credential=" + user);
        p.outlet().take();
        return p;
    }

    manual_clock clock;
    script_observer observer;
    std::unique_ptr<plain_engine> running;
};

}  // namespace tandem
