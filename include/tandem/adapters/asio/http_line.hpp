// The requests to one server, one after the other, over a connection that is kept.
#pragma once

#include "http_link.hpp"

#include "../../core/answer.hpp"
#include "../../transport/http1/http_writer.hpp"

#include <deque>

namespace tandem {

struct http_call {
    std::string method = "GET";
    std::string target = "/";                                   // path?query
    std::vector<std::pair<std::string, std::string>> fields{};  // {"Authorization", "Bearer …"}
    std::string body{};
    duration within = seconds(30);  // from now on, its time in the queue included
    bool repeatable = false;        // to do it twice is as good as once; a GET or a HEAD always is
};

namespace detail {

// What waits is answered in its order, each exactly once. The one in front may have been sent: then its connection is
// busy until the answer is whole, and ends if nobody waits for the answer any more.
class http_line final : public http_asker, public std::enable_shared_from_this<http_line> {
public:
    using ticket = std::uint64_t;

    http_line(asio::io_context& loop, server_place to, const link_options& o)
        : loop_{loop}, to_{std::move(to)}, options_{o}, timer_{loop} {}

    ticket ask(const http_call& c, done<http_reply> then) {
        if (gone_) return then(error{errc::unknown_outcome, "the client is gone"}), 0;
        request made{.number = ++last_, .method = c.method, .then = std::move(then), .until = clock::now()};
        std::vector<http_field> fields;
        for (const auto& [name, value] : c.fields) fields.push_back({name, value});
        if (to_.host.empty() || !append_http_request(made.bytes, c.method, c.target, to_.authority(), fields, c.body)) {
            made.late = {errc::invalid_argument, "this host, method or target cannot be asked for"};
        } else if (waiting_.size() >= options_.requests) {
            made.late = {errc::overloaded, "too many requests wait for this server"};
            made.bytes.clear();
        } else {
            made.repeatable = c.repeatable || c.method == "GET" || c.method == "HEAD";
            made.until += std::chrono::milliseconds(c.within.milliseconds);
        }
        waiting_.push_back(std::move(made));
        go_on();
        return last_;
    }

    void cancel(ticket number) {
        for (std::size_t i = 0; i < waiting_.size(); ++i)
            if (waiting_[i].number == number)
                return refuse(i, {errc::unknown_outcome, "the request was cancelled"}), go_on();
    }

    void close() {
        gone_ = true;
        drop_link();
        timer_.cancel();
        while (!waiting_.empty()) refuse(0, {errc::unknown_outcome, "the client is gone"});
    }

    std::size_t waiting() const { return waiting_.size(); }

private:
    using clock = std::chrono::steady_clock;

    struct request {
        ticket number = 0;
        std::string method{}, bytes{};  // no bytes: there is no way to say it
        done<http_reply> then{};
        clock::time_point until{};
        error late{errc::timed_out, "no answer in time"};
        bool repeatable = false;
    };

    // --- told by the link
    void can_ask() override { go_on(); }
    void answered(http_reply reply, bool kept) override {
        asking_ = false;
        if (!kept) link_ = {};
        const request first = take_out(0);
        go_on();
        first.then(std::move(reply));
    }
    void ended(const error& why, bool untouched) override {
        link_ = {};
        if (!std::exchange(asking_, false)) return why.code == unreachable ? refuse_all(why) : go_on();
        if (untouched && waiting_.front().repeatable) return go_on();  // once: the next connection is fresh
        refuse(0, why.code == lost ? error{errc::unknown_outcome, "no whole answer: " + why.detail} : why);
        go_on();
    }

    // --- the one in front
    void go_on() {
        watch();
        if (gone_ || asking_ || waiting_.empty() || waiting_.front().bytes.empty()) return;
        if (link_ && link_->is_connected() && !link_->takes_a_request()) drop_link();
        if (!link_) return dial();
        if (!link_->is_connected()) return;
        asking_ = true;
        link_->ask(waiting_.front().method, waiting_.front().bytes);
    }

    void dial() {
        link_ = http_link::ptr{new http_link{loop_, options_, shared_from_this()}};
        link_->dial(to_);
    }
    void drop_link() {
        asking_ = false;
        if (const auto link = std::exchange(link_, {})) link->drop();
    }

    // --- those that get no answer
    request take_out(std::size_t i) {
        request taken = std::move(waiting_[i]);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
        return taken;
    }
    void refuse(std::size_t i, const error& why) {
        if (i == 0 && asking_) drop_link();
        take_out(i).then(why);
    }
    // Those that wait now: what they are told may make others ask.
    void refuse_all(const error& why) {
        const ticket last = last_;
        while (!waiting_.empty() && waiting_.front().number <= last) refuse(0, why);
        go_on();
    }

    // --- deadlines: one timer, and none while nobody waits
    void watch() {
        if (waiting_.empty() || gone_) {
            if (std::exchange(watching_, false)) timer_.cancel();
            return;
        }
        auto earliest = waiting_.front().until;
        for (const request& r : waiting_)
            if (r.until < earliest) earliest = r.until;
        if (watching_ && timer_.expiry() <= earliest) return;
        watching_ = true;
        timer_.expires_at(earliest);
        timer_.async_wait([self = shared_from_this()](const std::error_code& cancelled) {
            if (cancelled) return;
            self->watching_ = false;
            self->refuse_late_ones();
            self->go_on();
        });
    }
    void refuse_late_ones() {
        const auto now = clock::now();
        for (std::size_t i = 0; i < waiting_.size();) {
            if (waiting_[i].until > now) ++i;
            else refuse(i, error{waiting_[i].late}), i = 0;
        }
    }

    asio::io_context& loop_;
    server_place to_;
    link_options options_;
    asio::steady_timer timer_;
    http_link::ptr link_;
    std::deque<request> waiting_;
    ticket last_ = 0;
    bool asking_ = false;  // the one in front was sent
    bool watching_ = false;
    bool gone_ = false;
};

}  // namespace detail

}  // namespace tandem
