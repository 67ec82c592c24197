// One device: a client engine on a shelf, and a network that belongs to the simulation.
#pragma once

#include "connection.hpp"
#include "shelf.hpp"
#include "watched_codec.hpp"

#include "../manual_clock.hpp"
#include "../random.hpp"

#include "../../client/client_engine.hpp"

namespace tandem::world {

// What the simulation does for a device that reaches out.
struct surroundings {
    virtual ~surroundings() = default;
    virtual void dial(int device) = 0;
    virtual void hang_up(int device) = 0;
    virtual void ask(int device, const pull_request& r, done<pull_answer> then) = 0;
};

struct device_network {
    surroundings* around;
    connection* const* line;
    int device;

    void connect(std::string_view, std::string_view) { around->dial(device); }
    void send(bytes payload, bool) {
        if (*line) (*line)->up.emplace_back(payload);
    }
    void disconnect() { around->hang_up(device); }
    void ask(std::string_view, const pull_request& r, done<pull_answer> then) {
        around->ask(device, r, std::move(then));
    }
};

template <class P>
class device {
    struct chat {
        using store = shelf<typename P::local_store>&;
        using codec = watched_codec<typename P::codec>;
        using network = device_network;
        using clock = manual_clock&;
    };

public:
    device(int index, user_id me, device_id name, const client_options& o, surroundings& around, truth& t, book& b,
           manual_clock& clock)
        : index_{index}, me_{me}, name_{name}, options_{o}, around_{around}, truth_{t}, book_{b}, clock_{clock},
          witness_{me, who(), P::echoes, t, b},
          shelf_{P::make_local_store(static_cast<std::uint64_t>(index) + 1), me, t, b} {
        options_.user = me, options_.device = name, options_.credential = std::string{me.view()};
        options_.servers = {"one", "another"};
        options_.seed = static_cast<std::uint64_t>(index) + 1;
        witness_.knows([this](const conversation_id& c, seq s) {
            return shelf_.epoch() != truth_.epoch() || shelf_.has_all(c, s);  // it may be about another log still
        });
    }

    // What is heard meanwhile is one transaction.
    class turn {
    public:
        explicit turn(device& d) : turn_{*d.client_} {}

    private:
        typename client_engine<chat>::turn turn_;
    };

    const user_id& me() const { return me_; }
    std::string who() const { return std::string{me_.view()} + "/" + std::string{name_.view()}; }
    class shelf<typename P::local_store>& stored() { return shelf_; }
    class witness& heard() { return witness_; }
    client_engine<chat>& client() { return *client_; }
    connection* line() const { return line_; }
    bool is_dialling() const { return dialling_; }

    // --- the network's side
    void dials() { dialling_ = true; }
    void is_connected(connection& to) {
        dialling_ = false;
        line_ = &to;
        to.device = index_;
        witness_.connected();
        client_->opened();
    }
    // The client knows already.
    void lets_go() { dialling_ = false, line_ = nullptr; }
    void lost(const error& why = errc::timed_out) {
        lets_go();
        client_->closed(why);
    }

    // The program begins.
    void start() {
        client_ = std::make_unique<client_engine<chat>>(
            client_parts<chat>{.store = shelf_,
                               .network = {&around_, &line_, index_},
                               .codec = watched_codec<typename P::codec>{witness_},
                               .clock = clock_},
            options_, client_events{.changed = [this](const local_change& c) { changed(c); }});
        if (!client_->start()) book_.fail(who() + " cannot read its shelf");
    }
    // The program ends, and begins again with what it has stored.
    void restart() {
        book_.note([&] { return who() + " restarts"; });
        client_.reset();
        start();
    }
    void tick() {
        if (client_->next_tick() <= clock_.now()) client_->tick();
    }

    // --- what the user does
    void send(const conversation_id& c, std::string body) {
        expect(client_->send(c, body), c, entry_kind::message, body);
    }
    void edit(const conversation_id& c, seq target, std::string body) {
        expect(client_->edit(c, target, body), c, entry_kind::edit, body, target);
    }
    void revoke(const conversation_id& c, seq target) {
        expect(client_->revoke(c, target), c, entry_kind::revoke, {}, target);
    }
    std::vector<conversation_id> conversations() const {
        std::vector<conversation_id> out;
        client_->each_conversation([&](const kept_conversation& k) {
            if (k.inside) out.push_back(k.conversation);
        });
        return out;
    }
    bool is_at_rest() const {
        return client_->state() == client_state::live && client_->has_said_everything() &&
               client_->cursor_now() == truth_.newest();
    }
    std::string state() const {
        static constexpr const char* names[] = {"offline", "connecting",           "catching up", "live",
                                                "polling", "without a credential", "ended"};
        return std::string{names[static_cast<int>(client_->state())]} + ", cursor " + at(client_->cursor_now()) +
               ", checkpoint " + (witness_.checkpoint() ? at(*witness_.checkpoint()) : "none") +
               (client_->has_said_everything() ? "" : ", has more to say");
    }

private:
    void changed(const local_change& c) {
        for (const queued_send& q : c.queued)
            if (q.failed != errc{}) truth_.refuse(me_, q.send_id);
    }
    void expect(const result<send_id>& id, const conversation_id& c, entry_kind kind, const std::string& body,
                seq target = {}) {
        if (id)
            truth_.expect(me_, *id,
                          {.device = index_, .conversation = c, .kind = kind, .body = body, .target = target});
    }

    int index_;
    user_id me_;
    device_id name_;
    client_options options_;
    surroundings& around_;
    truth& truth_;
    book& book_;
    manual_clock& clock_;
    class witness witness_;
    class shelf<typename P::local_store> shelf_;
    connection* line_ = nullptr;
    bool dialling_ = false;
    std::unique_ptr<client_engine<chat>> client_;
};

}  // namespace tandem::world
