// Reads HTTP answers from bytes: the client's side of a connection.
#pragma once

#include "chunked_body.hpp"
#include "content_length.hpp"
#include "http_answer_view.hpp"
#include "http_head.hpp"

namespace tandem {

// One answer at a time, as the request reader does it. Interim answers (100, 102, 103) are passed over; 101 is whole at
// the end of its head, and what follows is not taken. It stays where it is: its answer views it.
class http_answer_reader {
public:
    static constexpr std::size_t most_idle_bytes = 4 * 1024;  // what it keeps allocated between answers
    static constexpr int most_interim = 16;                   // answers before the final one

    explicit http_answer_reader(const http_limits& limits = {})
        : limits_{limits}, head_{limits, detail::in_http::http_head::leading_line::refused}, chunks_{limits} {}
    http_answer_reader(const http_answer_reader&) = delete;
    http_answer_reader& operator=(const http_answer_reader&) = delete;

    // The request that the next answer is for; after next() it is no HEAD again.
    void answers_to(std::string_view method) { to_head_ = method == "HEAD"; }

    // Takes bytes up to the end of one answer and says how many; none once whole or failed.
    std::size_t feed(std::string_view bytes) {
        std::size_t taken = 0;
        while (taken < bytes.size() && !whole_ && failed_ == errc{})
            taken += head_.whole() ? feed_body(bytes.substr(taken)) : feed_head(bytes.substr(taken));
        return taken;
    }

    // The peer has closed: the end of a body that says no length, and too early for every other.
    void finish() {
        if (whole_ || failed_ != errc{}) return;
        if (head_.whole() && until_ == end::close) whole_ = true;
        else failed_ = errc::malformed;
    }

    // Forgets the answer.
    void next() {
        head_.clear();
        fields_.clear();
        body_.clear();
        if (held_bytes() > most_idle_bytes) release();
        chunks_ = detail::in_http::chunked_body{limits_};
        answer_ = {};
        interim_ = 0;
        failed_ = {};
        until_ = end::head;
        to_head_ = whole_ = false;
    }

    bool whole() const { return whole_; }
    errc failed() const { return failed_; }  // errc{} while nothing is wrong; else malformed or too_large, and close
    // When whole.
    const http_answer_view& answer() const { return answer_; }
    // Nothing of an answer has come: as good as a fresh one.
    bool idle() const { return head_.idle() && interim_ == 0; }
    std::size_t held_bytes() const {
        return head_.held_bytes() + body_.capacity() + fields_.capacity() * sizeof(http_field);
    }

private:
    enum class end : unsigned char { head, length, last_chunk, close };

    std::size_t feed_head(std::string_view bytes) {
        const bool begins = !head_.has_first_line();
        const std::size_t taken = head_.feed(bytes);
        if (head_.refused() != 0) failed_ = head_.refused() == 400 ? errc::malformed : errc::too_large;
        else if (begins && head_.has_first_line() && !detail::in_http::read_status_line(head_.first_line(), answer_))
            failed_ = errc::malformed;
        else if (head_.whole()) head_came();
        return taken;
    }

    void head_came() {
        if (answer_.status < 200 && answer_.status != 101) return pass_over();
        head_.list_fields(fields_);
        answer_.fields = fields_;
        answer_.keep_alive = detail::in_http::keeps_alive(fields_, answer_.minor_version);
        if (!is_without_body()) choose_end();
        if (until_ == end::close) answer_.keep_alive = false;
        whole_ = failed_ == errc{} && (until_ == end::head || (until_ == end::length && length_ == 0));
    }

    void pass_over() {
        if (++interim_ > most_interim) failed_ = errc::malformed;
        head_.clear();
    }

    bool is_without_body() const {
        return to_head_ || answer_.status < 200 || answer_.status == 204 || answer_.status == 304;
    }

    void choose_end() {
        const std::size_t lengths = detail::in_http::count_of(fields_, "content-length");
        const std::size_t codings = detail::in_http::count_of(fields_, "transfer-encoding");
        until_ = codings != 0 ? end::last_chunk : lengths != 0 ? end::length : end::close;
        if (codings + lengths > 1) failed_ = errc::malformed;
        else if (codings != 0 && !is_chunked()) failed_ = errc::malformed;
        else if (lengths != 0) read_length();
    }

    bool is_chunked() const {
        return answer_.minor_version >= 1 && detail::same_word(answer_.field("transfer-encoding"), "chunked");
    }

    void read_length() {
        const auto length = detail::in_http::content_length(answer_.field("content-length"));
        if (!length) failed_ = errc::malformed;
        else if (*length > limits_.body_bytes) failed_ = errc::too_large;
        else length_ = static_cast<std::size_t>(*length);
    }

    std::size_t feed_body(std::string_view bytes) {
        const std::size_t taken = until_ == end::last_chunk ? feed_chunks(bytes) : feed_plain(bytes);
        answer_.body = body_;
        return taken;
    }

    std::size_t feed_chunks(std::string_view bytes) {
        const std::size_t taken = chunks_.feed(bytes, body_);
        failed_ = chunks_.failed();
        whole_ = chunks_.whole() && failed_ == errc{};
        return taken;
    }

    std::size_t feed_plain(std::string_view bytes) {
        const std::size_t most = until_ == end::length ? length_ : limits_.body_bytes;
        const std::string_view part = bytes.substr(0, most - body_.size());
        body_.append(part);
        if (until_ == end::length) whole_ = body_.size() == length_;
        else if (part.size() < bytes.size()) failed_ = errc::too_large;
        return part.size();
    }

    void release() {
        head_.release();
        std::vector<http_field>{}.swap(fields_);
        std::string{}.swap(body_);
    }

    http_limits limits_;
    detail::in_http::http_head head_;
    detail::in_http::chunked_body chunks_;
    std::vector<http_field> fields_;
    std::string body_;
    http_answer_view answer_;
    std::size_t length_ = 0;  // when the length is the end
    int interim_ = 0;
    errc failed_{};
    end until_ = end::head;
    bool to_head_ = false, whole_ = false;
};

}  // namespace tandem
