// Our half of a talk with another implementation of RFC 6455.
//   interop_peer serve            says "port <n>" and echoes all it hears; "kick me" ends the session from our side
//   interop_peer connect <port>   opens /0, /1, /2 … one after the other, echoes what it hears, does what it is asked
//                                 to, and says how each ended; goes when one is closed with 4999
#include "tandem/adapters/asio/asio_client.hpp"
#include "tandem/adapters/asio/asio_server.hpp"
#include "tandem/adapters/json/json_pages.hpp"
#include "tandem/engine/engine.hpp"
#include "tandem/store/memory_store.hpp"

#include <cstdlib>
#include <iostream>

using namespace tandem;

namespace {

// --- a server whose language has one word: say that again

struct on_echo {
    struct request {
        static constexpr command_name is{1001, "ECHO_REQ"};
        bytes payload;
        bool text = false;
    };
    struct reply {
        bytes payload;
        bool text = false;
    };
    template <class Call>
    void operator()(Call& c, const request& r) const {
        c.reply(reply{r.payload, r.text});
    }
};

struct echo_dialect : plain_manners {
    struct envelope : tandem::envelope {
        message said{};
    };

    // Each is somebody else, or the newest would end the oldest.
    greeting greet(const hello& h, state&) {
        name = "user" + std::to_string(++users);
        greeting g = greet_by_subprotocol(h, "echo.tandem", true);
        g.credential = name;
        return g;
    }
    template <class Out>
    result<> open(const message& m, state&, Out out) {
        if (m.data == "kick me") return errc::kicked;
        envelope e;
        e.name = on_echo::request::is.name;
        e.said = m;
        out(e);
        return success();
    }
    template <std::same_as<on_echo::request> Request>
    result<Request> read(envelope& e) const {
        return Request{e.said.data, e.said.text};
    }
    frames answer(state&, const on_echo::reply& r, const correlation&) const { return frame{r.payload, r.text}; }
    // Of everything else it says nothing.
    frames answer(state&, const auth_reply&, const correlation&) const { return {}; }
    frames answer(state&, const refusal&, const correlation&) const { return {}; }
    template <class Event>
    frames write(const Event&, unsigned) const {
        return {};
    }

    std::string name;
    int users = 0;
};

struct echo_chat : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<echo_dialect>;
    using pages = page_codecs<json_pages>;
    using handlers = tandem::handlers<on_echo>;
};

int serve() {
    asio::io_context loop;
    engine<echo_chat> echo{
        {}, {.max_frame_bytes = 70'000, .max_frame_bytes_before_sign_in = 70'000, .session_rate = {}, .user_rate = {}}};
    asio_server server{loop, echo, {.arrivals_per_address = {}}};
    const auto port = server.listen_plain("127.0.0.1", 0);
    if (!port) return std::cerr << port.error().detail << '\n', 1;
    std::cout << "port " << *port << std::endl;
    loop.run();
    return 0;
}

// --- a client that does what it is told

class led_client {
public:
    led_client(asio::io_context& loop, std::uint16_t port)
        : port_{port}, client_{loop,
                               {.opened = [this](std::string_view s) { subprotocol_ = s; },
                                .message = [this](bytes payload, bool text) { take(payload, text); },
                                .pong = [this](bytes payload) { client_.send("pong " + std::string{payload}, true); },
                                .closed = [this](const websocket_end& e) { over(e); }},
                               {.close_within = milliseconds(500), .queue_bytes = 4 * 1024 * 1024}} {
        open();
    }

private:
    void open() {
        client_.open({.at = {.host = "127.0.0.1", .port = port_},
                      .path = "/" + std::to_string(number_),
                      .subprotocols = {"one", "two"},
                      .fields = {{"Authorization", "Bearer somebody"}}});
    }
    void take(bytes payload, bool text) {
        if (payload == "close 4001") client_.close(static_cast<websocket_close_code>(4001), "as you wish");
        else if (payload == "close") client_.close();
        else if (payload.substr(0, 5) == "ping ") client_.ping(payload.substr(5));
        else client_.send(payload, text);
    }
    // ended <number> <code> <subprotocol> <status> <why>: <reason>
    void over(const websocket_end& e) {
        const int code = static_cast<int>(e.code);
        std::cout << "ended " << number_++ << ' ' << code << ' ' << (subprotocol_.empty() ? "-" : subprotocol_) << ' '
                  << e.status << ' ' << text(e.why.code) << ": " << e.reason << std::endl;
        subprotocol_.clear();
        if (code != 4999 && e.why.code != detail::unreachable) open();
    }

    std::uint16_t port_;
    int number_ = 0;
    std::string subprotocol_;
    websocket_client client_;
};

int connect(std::uint16_t port) {
    asio::io_context loop;
    led_client client{loop, port};
    loop.run();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    const std::string verb = count > 1 ? words[1] : "";
    if (verb == "serve") return serve();
    if (verb == "connect" && count > 2) return connect(static_cast<std::uint16_t>(std::atoi(words[2])));
    std::cerr << "interop_peer serve | connect <port>\n";
    return 2;
}
