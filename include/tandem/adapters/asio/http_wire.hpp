// A wire on which HTTP requests come, one answered after the other.
#pragma once

#include "http_exchange.hpp"
#include "wire.hpp"

#include "../../transport/http1/http_request_reader.hpp"
#include "../../transport/http1/http_writer.hpp"

namespace tandem::detail {

// What a connection has while a request is on its way; nothing of it while it rests.
struct http_side {
    explicit http_side(const http_limits& l) : reader{l} {}

    http_request_reader reader;
    http_exchange::state* exchange = nullptr;  // the request that is being answered
    std::string rest{};                        // what came behind it
    std::string origin{};
    bool keep_alive = false;
    bool without_body = false;
    bool serving = false;   // a request is being looked at: it stays until that is over
    bool answered = false;  // meanwhile
};

// Who has ended their side of the connection is gone, even for an answer that is on its way. A pipelined request waits until the
// one before is answered and taken; soon nothing more is read.
class http_wire : public wire {
protected:
    using wire::wire;

    // Answers, now or later, or becomes something else.
    virtual void serve(const http_request& r) = 0;
    // What the answer to every request has, given the request's Origin.
    virtual void dress(http_answer& a, std::string_view origin) = 0;

    bool speaks_http() const {
        return is_in(phase::arriving) || is_in(phase::resting) || is_in(phase::answering) || is_in(phase::holding);
    }

    // Returns what is no HTTP any more.
    std::span<char> take_http(std::span<char> data) {
        while (!data.empty() && speaks_http() && !is_last()) {
            if (!http_) http_ = std::make_unique<http_side>(host().options.http);
            if (has_to_wait()) return hold(data), std::span<char>{};
            if (is_in(phase::resting)) host().enter(*this, phase::arriving);
            data = data.subspan(http_->reader.feed({data.data(), data.size()}));
            if (const int status = http_->reader.refused()) return refuse(status), std::span<char>{};
            if (http_->reader.wants_continue()) put("HTTP/1.1 100 Continue\r\n\r\n"), see_to_me();
            if (http_->reader.whole()) begin(http_->reader.request());
        }
        return data;
    }

    // An answer of somebody's who may take their time.
    http_exchange exchange(std::string address) {
        host().enter(*this, phase::answering);
        auto state = std::make_shared<http_exchange::state>();
        state->connection = this;
        state->answer = [](void* self, http_answer&& a) { static_cast<http_wire*>(self)->answer(std::move(a)); };
        state->address = std::move(address);
        http_->exchange = state.get();
        return http_exchange{std::move(state)};
    }

    void answer(http_answer a) {
        http_->exchange = nullptr;
        dress(a, http_->origin);
        put_answer(a);
        host().enter(*this, phase::resting);
        if (!http_->keep_alive || host().draining) return close_when_written();
        if (http_->serving) http_->answered = true;
        else http_->reader.next();
        see_to_me();
    }

    // Nobody knows where the next request would begin.
    void refuse(int status) {
        http_answer a{.status = status};
        if (status == 426) a.fields.emplace_back("Sec-WebSocket-Version", "13");
        http_->keep_alive = false;
        http_->without_body = false;
        answer(std::move(a));
    }

    void written() override {
        if (!http_ || http_->exchange || !speaks_http()) return;
        if (http_->rest.empty()) {
            if (http_->reader.idle()) http_.reset();
            return;
        }
        std::string rest = std::exchange(http_->rest, {});
        host().begin_round();
        take({rest.data(), rest.size()});
        if (is_closed() || is_in(phase::closing)) return;
        if (!http_ || http_->rest.size() <= host().options.pipelined_bytes) go_on_reading();
    }

    void ended() override {
        if (!http_) return;
        if (const auto open = std::exchange(http_->exchange, nullptr)) {
            open->connection = nullptr;
            if (auto gone = std::move(open->gone)) gone();
        }
        http_.reset();
    }

    void end_http() { http_.reset(); }
    // Whoever asks from there is told nothing, not even why.
    void forget_origin() { http_->origin.clear(); }
    std::size_t held_by_http() const {
        return http_ ? sizeof *http_ + http_->reader.held_bytes() + http_->rest.capacity() : 0;
    }
    bool is_answering() const { return http_ && http_->exchange; }

private:
    // Requests are answered in the order they came.
    bool has_to_wait() const {
        return http_->exchange || !http_->rest.empty() || unwritten() > host().options.pipelined_bytes;
    }

    void begin(const http_request& r) {
        http_->keep_alive = r.keep_alive && r.minor_version >= 1;
        http_->without_body = r.method == "HEAD";
        http_->origin = r.field("Origin");
        http_->serving = true;
        serve(r);
        if (!http_) return;  // it is no HTTP any more, or gone
        http_->serving = false;
        if (std::exchange(http_->answered, false)) http_->reader.next();
    }

    void hold(std::span<char> data) {
        http_->rest.append(data.data(), data.size());
        if (http_->rest.size() <= host().options.pipelined_bytes) return;
        hold_reading();
        if (is_in(phase::answering)) host().enter(*this, phase::holding);
    }

    void put_answer(const http_answer& a) {
        std::string head;
        append_http_head(head, a, http_->keep_alive && !host().draining);
        const bool without = http_->without_body || in_http::has_no_body(in_http::as_status(a.status));
        const std::string_view body = without ? std::string_view{} : std::string_view{a.body};
        put_large(head, body);
    }

    std::unique_ptr<http_side> http_;
};

}  // namespace tandem::detail
