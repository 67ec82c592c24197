// Reads HTTP requests from bytes: the server's side of a connection.
#pragma once

#include "content_length.hpp"
#include "http_head.hpp"
#include "http_request.hpp"

#include <utility>

namespace tandem {

namespace detail::in_http {

// What the fields say of the body, or the status to refuse them with.
struct body_plan {
    int refused = 0;
    std::size_t length = 0;
    bool continues = false;  // the client waits for a "100 Continue"
};

inline body_plan plan_of(const http_request& r, const http_limits& limits) {
    const std::size_t hosts = count_of(r.fields, "host"), lengths = count_of(r.fields, "content-length");
    if (hosts > 1 || (hosts == 0 && r.minor_version >= 1) || !is_host(r.field("host"))) return {400};
    if (count_of(r.fields, "transfer-encoding") != 0) return {lengths == 0 ? 501 : 400};
    if (lengths > 1) return {400};
    const auto length = content_length(lengths == 0 ? "0" : r.field("content-length"));
    if (!length) return {400};
    if (*length > limits.body_bytes) return {413};
    bool expects = false;
    for (const http_field& f : r.fields) {
        if (!same_word(f.name, "expect")) continue;
        if (!same_word(f.value, "100-continue")) return {417};
        expects = true;
    }
    return {0, static_cast<std::size_t>(*length), expects && r.minor_version >= 1};
}

}  // namespace detail::in_http

// One request at a time: feed until it is whole, answer, next(), and feed what was not taken. Whatever can be read in
// two ways is refused; answer with refused() and close, for nobody knows where the next request would begin. Memory
// follows the bytes that came, never a length that was declared. It stays where it is: its request views it.
class http_request_reader {
public:
    static constexpr std::size_t most_idle_bytes = 4 * 1024;  // what it keeps allocated between requests

    explicit http_request_reader(const http_limits& limits = {})
        : limits_{limits}, head_{limits, detail::in_http::http_head::leading_line::taken} {}
    http_request_reader(const http_request_reader&) = delete;
    http_request_reader& operator=(const http_request_reader&) = delete;

    // Takes bytes up to the end of one request and says how many; none once whole or refused.
    std::size_t feed(std::string_view bytes) {
        std::size_t taken = 0;
        while (taken < bytes.size() && !whole_ && refused_ == 0)
            taken += head_.whole() ? feed_body(bytes.substr(taken)) : feed_head(bytes.substr(taken));
        return taken;
    }

    // Forgets the request.
    void next() {
        head_.clear();
        fields_.clear();
        body_.clear();
        if (held_bytes() > most_idle_bytes) release();
        request_ = {};
        plan_ = {};
        refused_ = 0;
        whole_ = false;
    }

    bool whole() const { return whole_; }
    // 0, or the status to answer before closing: 400 413 414 417 431 501 505.
    int refused() const { return refused_; }
    // When whole.
    const http_request& request() const { return request_; }
    // True once, when the head has come, nothing of the body has, and the client waits to be told "100 Continue".
    bool wants_continue() { return std::exchange(plan_.continues, false) && !whole_ && body_.empty(); }
    // Nothing of a request has come: as good as a fresh one.
    bool idle() const { return head_.idle(); }
    std::size_t held_bytes() const {
        return head_.held_bytes() + body_.capacity() + fields_.capacity() * sizeof(http_field);
    }

private:
    std::size_t feed_head(std::string_view bytes) {
        const bool begins = !head_.has_first_line();
        const std::size_t taken = head_.feed(bytes);
        refused_ = head_.refused();
        if (refused_ == 0 && begins && head_.has_first_line())
            refused_ = detail::in_http::read_request_line(head_.first_line(), request_);
        if (refused_ == 0 && head_.whole()) head_came();
        return taken;
    }

    void head_came() {
        (void)detail::in_http::read_request_line(head_.first_line(), request_);  // its text may have moved since
        head_.list_fields(fields_);
        request_.fields = fields_;
        request_.keep_alive = detail::in_http::keeps_alive(fields_, request_.minor_version);
        plan_ = detail::in_http::plan_of(request_, limits_);
        refused_ = plan_.refused;
        whole_ = refused_ == 0 && plan_.length == 0;
    }

    std::size_t feed_body(std::string_view bytes) {
        const std::string_view part = bytes.substr(0, plan_.length - body_.size());
        body_.append(part);
        whole_ = body_.size() == plan_.length;
        request_.body = body_;
        return part.size();
    }

    void release() {
        head_.release();
        std::vector<http_field>{}.swap(fields_);
        std::string{}.swap(body_);
    }

    http_limits limits_;
    detail::in_http::http_head head_;
    std::vector<http_field> fields_;
    std::string body_;
    http_request request_;
    detail::in_http::body_plan plan_;
    int refused_ = 0;
    bool whole_ = false;
};

}  // namespace tandem
