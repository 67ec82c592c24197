// An engine beside the handlers of a websocketpp server of yours.
#pragma once

#include "websocketpp_rounds.hpp"

#include "../../codec/dialect.hpp"
#include "../../hub/session.hpp"
#include "../../pull/bearer.hpp"
#include "../../pull/status.hpp"

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/frame.hpp>
#include <websocketpp/http/constants.hpp>

#include <unordered_set>

namespace tandem {

// Whoever your validate handler gives it belongs to the engine, with handlers of its own; everybody else, and all of your
// handlers, stay as they are.
//   tandem::websocketpp_bridge bridge{server, engine};
//   server.set_validate_handler([&](auto who) { return wants_to_chat(who) ? bridge.validate(who) : true; });
// Runs on the one thread that runs the server's loop, which is the engine's too. It ends before both; with it end its
// connections.
template <class Server, class Engine>
class websocketpp_bridge {
    using connection_type = typename Server::connection_type;
    using message_ptr = typename Server::message_ptr;

public:
    websocketpp_bridge(Server& server, Engine& engine)
        : server_{server}, rounds_{std::make_shared<rounds>(server, engine)} {
        rounds_->at_end([this] { return end_of_round(); });
        rounds_->later();
    }
    websocketpp_bridge(const websocketpp_bridge&) = delete;
    ~websocketpp_bridge() {
        rounds_->finish_turn();
        for (visitor* v : std::exchange(visitors_, {})) v->forsake();
        rounds_->stop();
    }

    // The answer of your validate handler. A refusal has its HTTP status.
    bool validate(websocketpp::connection_hdl who) {
        connection_type& to = *server_.get_con_from_hdl(who);
        if (to.get_request_header("Sec-WebSocket-Version") != "13") {
            to.replace_header("Sec-WebSocket-Version", "13");
            return refuse(to, 426);
        }
        rounds_->enter();
        const auto v = std::make_shared<visitor>(*this, to);
        const auto opened = greet(*v);
        if (!opened) return refuse(to, opened.error().code == errc::unsupported ? 400 : status_of(opened.error().code));
        v->begin(opened->session);
        websocketpp::lib::error_code not_offered;
        to.select_subprotocol(std::string{opened->subprotocol}, not_offered);
        to.set_max_message_size(rounds_->engine().settings().max_frame_bytes);
        serve(v);
        return true;
    }

    std::size_t connections() const { return visitors_.size(); }

private:
    using rounds = detail::websocketpp_rounds<Server, Engine>;

    class visitor : public websocketpp_outlet<Server> {
        using outlet = websocketpp_outlet<Server>;

    public:
        visitor(websocketpp_bridge& of, connection_type& to) : outlet{to, of.message_}, of_{&of} {
            of_->visitors_.insert(this);
        }
        visitor(const visitor&) = delete;
        ~visitor() { closed(); }

        // --- the engine's side
        void close(const error& why) {
            ended_ = true;
            outlet::close(why);
        }
        void flush() {
            if (!of_) return;
            if (this->queued_bytes() > 0) of_->behind_.insert(this);
            of_->rounds_->told();
        }

        // --- the connection's side
        void begin(session_handle s) { session_ = s; }
        void receive(const message& m) {
            if (enter()) of_->rounds_->engine().receive(session_, m);
        }
        void probed(std::string_view pong) {
            if (const auto token = outlet::token_of(pong); token && enter())
                of_->rounds_->engine().probed(session_, *token);
        }
        void drained() {
            if (enter()) of_->rounds_->engine().drained(session_);
        }
        void closed() {
            if (!of_) return;
            if (enter()) of_->rounds_->engine().closed(session_);
            of_->visitors_.erase(this);
            of_->behind_.erase(this);
            of_ = nullptr;
        }
        void forsake() {
            if (enter()) of_->rounds_->engine().closed(session_);
            outlet::forsake(errc::shutting_down);
            of_ = nullptr;
        }

    private:
        // False: the engine knows it no more.
        bool enter() {
            if (!of_ || ended_) return false;
            of_->rounds_->enter();
            return true;
        }

        websocketpp_bridge* of_;
        session_handle session_;
        bool ended_ = false;
    };

    auto greet(visitor& v) {
        connection_type& to = v.connection();
        const auto& offered = to.get_requested_subprotocols();
        const std::vector<std::string_view> subprotocols{offered.begin(), offered.end()};
        const std::string_view resource = to.get_resource();
        const std::size_t path = resource.find('?');
        const std::string& authorization = to.get_request_header("Authorization");
        const std::string address = to.get_remote_endpoint();
        return rounds_->engine().open(v,
                                      {.subprotocols = subprotocols,
                                       .path = resource.substr(0, path),
                                       .query = path == resource.npos ? std::string_view{} : resource.substr(path + 1),
                                       .credential = bearer_credential(authorization).value_or(std::string_view{}),
                                       .address = without_port(address)});
    }

    // Of 192.0.2.1:80 or [2001:db8::1]:80.
    static std::string_view without_port(std::string_view endpoint) {
        const std::string_view address = endpoint.substr(0, endpoint.rfind(':'));
        return address.starts_with('[') ? address.substr(1, address.size() - 2) : address;
    }

    static bool refuse(connection_type& to, int status) {
        to.set_status(static_cast<websocketpp::http::status_code::value>(status));
        return false;
    }

    static void serve(const std::shared_ptr<visitor>& v) {
        using who = websocketpp::connection_hdl;
        connection_type& to = v->connection();
        to.set_open_handler([v](who) { v->opened(); });
        to.set_fail_handler([v](who) { v->closed(); });
        to.set_close_handler([v](who) { v->closed(); });
        to.set_message_handler([v](who, const message_ptr& m) {
            v->receive({m->get_payload(), m->get_opcode() == websocketpp::frame::opcode::text});
        });
        to.set_pong_handler([v](who, const std::string& payload) { v->probed(payload); });
        to.set_ping_handler([v](who, const std::string& payload) { return v->answer_ping(payload), false; });
    }

    // websocketpp does not tell when a queue has become empty: it is looked at.
    bool end_of_round() {
        message_.forget();
        for (auto at = behind_.begin(); at != behind_.end();) {
            visitor* const v = *at;
            if (v->queued_bytes() > 0) {
                ++at;
                continue;
            }
            at = behind_.erase(at);
            v->drained();
        }
        return !behind_.empty();
    }

    Server& server_;
    std::shared_ptr<rounds> rounds_;
    websocketpp_message<Server> message_;
    std::unordered_set<visitor*> visitors_, behind_;
};

}  // namespace tandem
