// One WebSocket of a client's: the handshake, the frames, the goodbye.
#pragma once

#include "client_wire.hpp"
#include "masking_keys.hpp"

#include "../../core/function.hpp"
#include "../../transport/http1/http_answer_reader.hpp"
#include "../../transport/http1/http_writer.hpp"
#include "../../transport/websocket/websocket_answer.hpp"
#include "../../transport/websocket/websocket_reader.hpp"
#include "../../transport/websocket/websocket_writer.hpp"

namespace tandem {

struct websocket_target {
    server_place at;
    std::string path = "/ws";  // and query
    std::vector<std::string> subprotocols{};
    std::vector<std::pair<std::string, std::string>> fields{};  // {"Authorization", "Bearer …"}
};

struct websocket_end {
    error why;                                                          // its detail is for the log
    websocket_close_code code = websocket_close_code::connection_lost;  // the server's last word, if it said one
    std::string reason{};                                               // with it
    int status = 0;                                                     // the HTTP answer of a server that refused
};

// Each is called from the loop, never from within a verb, and may destroy the client. Views die with the call.
struct websocket_handlers {
    function<void(std::string_view subprotocol)> opened{};  // empty: the server has chosen none
    function<void(bytes payload, bool text)> message{};
    function<void(bytes payload)> pong{};
    function<void()> drained{};                     // after send() said no, or writing had to wait
    function<void(const websocket_end&)> closed{};  // once and last, whatever happened
};

namespace detail {

inline errc reason_of_refusal(int status) {
    switch (status) {
        case 401: return errc::bad_credential;
        case 403: return errc::not_allowed;
        case 404: return errc::not_found;
        case 429: return errc::rate_limited;
        case 500:
        case 502:
        case 503:
        case 504: return errc::overloaded;
        default: return errc::unsupported;
    }
}

// Whole seconds; a date, which it may be too, says nothing here.
inline duration retry_after(std::string_view field) {
    constexpr std::size_t most_digits = 6;
    std::int64_t number = 0;
    if (field.empty() || field.size() > most_digits) return {};
    for (const char c : field) {
        if (c < '0' || c > '9') return {};
        number = number * 10 + (c - '0');
    }
    return seconds(number);
}

class websocket_link final : public client_wire {
public:
    using ptr = counted_ptr<websocket_link>;

    websocket_link(asio::io_context& loop, const link_options& o, std::shared_ptr<websocket_handlers> h)
        : client_wire{loop, o}, handlers_{std::move(h)}, http_{std::make_unique<http_answer_reader>(o.answer)},
          reader_{websocket_role::client, o.message} {}

    void open(const websocket_target& t) {
        for (const std::string& name : t.subprotocols) offered_.append(offered_.empty() ? "" : ", ").append(name);
        key_ = websocket_key(keys_.nonce());
        std::vector<http_field> fields{{"Upgrade", "websocket"},
                                       {"Connection", "Upgrade"},
                                       {"Sec-WebSocket-Version", "13"},
                                       {"Sec-WebSocket-Key", key_}};
        if (!offered_.empty()) fields.push_back({"Sec-WebSocket-Protocol", offered_});
        for (const auto& [name, value] : t.fields) fields.push_back({name, value});
        const bool can_be_said =
            !t.at.host.empty() && append_http_request(request_, "GET", t.path, t.at.authority(), fields, {});
        if (!can_be_said || !websocket_subprotocols::parse(offered_))
            return end_soon({errc::invalid_argument, "this host, path or subprotocol cannot be asked for"});
        dial(t.at);
    }

    // --- verbs. False: it is not open, or too much is waiting.
    bool send(bytes payload, bool text) {
        if (!is_open()) return false;
        if (unwritten() + payload.size() > options().queue_bytes) return want_room(), false;
        say(text ? websocket_opcode::text : websocket_opcode::binary, payload);
        return true;
    }
    bool ping(bytes payload) {
        const bool can = is_open() && payload.size() < 126 && unwritten() <= options().queue_bytes;
        if (can) say(websocket_opcode::ping, payload);
        return can;
    }
    void close(websocket_close_code code, std::string_view reason) {
        if (is_closed() || says_goodbye_) return;
        says_goodbye_ = true;
        if (!is_open_) return end_soon({errc::logged_out, "closed before it was open"});
        say(websocket_opcode::close, websocket_close_payload(code, reason));
        limit(options().close_within, {errc::timed_out, "the server did not answer the close in time"});
    }
    bool is_open() const { return is_open_ && !says_goodbye_ && !is_closed(); }

    void drop() {
        forsake();
        handlers_.reset();
    }

private:
    void connected() override { put(std::exchange(request_, {})); }
    void take(std::span<char> data) override {
        if (!is_open_ && says_goodbye_) return;
        if (!is_open_) data = take_answer(data);
        if (is_open_ && !data.empty() && !is_over_ && !is_closed()) take_frames(data);
    }
    void drained() override {
        if (is_open()) tell([](websocket_handlers& h) { return &h.drained; });
    }
    void ended(const error& why) override {
        if (!is_over_) end_.why = why;
        if (!is_open_ && why.code == lost) end_.why.code = unreachable;
        tell([](websocket_handlers& h) { return &h.closed; }, end_);
        handlers_.reset();
    }

    // --- HTTP. Returns what follows the answer.
    std::span<char> take_answer(std::span<char> data) {
        data = data.subspan(http_->feed({data.data(), data.size()}));
        if (http_->failed() != errc{}) end({http_->failed(), "what came is no answer of an HTTP server"});
        else if (http_->whole()) shake_hands(http_->answer());
        return data;
    }
    void said_all() override {
        if (is_open_) return;
        http_->finish();
        if (http_->whole()) shake_hands(http_->answer());
    }

    void shake_hands(const http_answer_view& a) {
        const std::string upgrade = joined(a, "Upgrade"), connection = joined(a, "Connection"),
                          accept = joined(a, "Sec-WebSocket-Accept"), subprotocol = joined(a, "Sec-WebSocket-Protocol"),
                          extensions = joined(a, "Sec-WebSocket-Extensions");
        if (a.status != 101) return refused(a);
        const auto checked = check_websocket_answer({.status = a.status,
                                                     .upgrade = upgrade,
                                                     .connection = connection,
                                                     .accept = accept,
                                                     .subprotocol = subprotocol,
                                                     .extensions = extensions},
                                                    key_, *websocket_subprotocols::parse(offered_));
        if (!checked) return end(checked.error());
        no_limit();
        is_open_ = true;
        http_.reset();
        tell([](websocket_handlers& h) { return &h.opened; }, std::string_view{subprotocol});
    }
    static std::string joined(const http_answer_view& a, std::string_view name) {
        return http_request{.fields = a.fields}.joined(name);
    }
    void refused(const http_answer_view& a) {
        end_.status = a.status;
        end({reason_of_refusal(a.status), "the server answered " + std::to_string(a.status),
             retry_after(a.field("Retry-After"))});
    }

    // --- frames
    void take_frames(std::span<char> data) {
        answered_ping_ = false;
        const websocket_close_code fault =
            reader_.feed(data.data(), data.size(), [&](const websocket_message& m) { return take_message(m); });
        if (fault != websocket_close_code::none) fail(fault);
    }

    // False: nothing more is wanted.
    bool take_message(const websocket_message& m) {
        switch (m.opcode) {
            case websocket_opcode::ping: answer_ping(m.payload); break;
            case websocket_opcode::pong: tell([](websocket_handlers& h) { return &h.pong; }, m.payload); break;
            case websocket_opcode::close: answer_goodbye(m); break;
            default:
                if (says_goodbye_) break;
                tell([](websocket_handlers& h) { return &h.message; }, m.payload, m.opcode == websocket_opcode::text);
        }
        return !is_closed() && !is_over_;
    }

    // One for all that came together, and none to a server that does not take what it was sent.
    void answer_ping(bytes payload) {
        if (says_goodbye_ || std::exchange(answered_ping_, true) || waits_to_write()) return;
        say(websocket_opcode::pong, payload);
    }

    void answer_goodbye(const websocket_message& m) {
        end_.code = m.code;
        end_.reason = std::string{m.payload};
        const errc why = says_goodbye_ ? errc::logged_out : reason_of_close(m.code);  // its answer repeats our code
        if (!says_goodbye_) say(websocket_opcode::close, websocket_close_payload(m.code));
        wait_for_the_end({why, end_.reason});
    }
    void fail(websocket_close_code why) {
        if (!says_goodbye_) say(websocket_opcode::close, websocket_close_payload(why));
        wait_for_the_end({reason_of_close(why), "what the server sent is not allowed in a WebSocket"});
    }
    // The server closes first, or time does.
    void wait_for_the_end(error why) {
        says_goodbye_ = is_over_ = true;
        end_.why = why;
        limit(options().close_within, std::move(why));
    }

    void say(websocket_opcode opcode, bytes payload) {
        std::string framed;
        append_masked(framed, opcode, payload, keys_.next());
        put(framed);
    }

    // The handler lives until it returns, whatever it does.
    template <class Which, class... Args>
    void tell(Which which, const Args&... args) {
        const std::shared_ptr<websocket_handlers> alive = handlers_;
        if (!alive) return;
        if (auto* const handler = which(*alive); *handler) (*handler)(args...);
    }

    std::shared_ptr<websocket_handlers> handlers_;
    masking_keys keys_;
    std::string request_, key_, offered_;
    std::unique_ptr<http_answer_reader> http_;  // until it is open
    websocket_reader reader_;
    websocket_end end_{errc::dead_session};
    bool is_open_ = false;
    bool says_goodbye_ = false;  // nothing more is said
    bool is_over_ = false;       // nothing more is heard
    bool answered_ping_ = false;
};

}  // namespace detail

}  // namespace tandem
