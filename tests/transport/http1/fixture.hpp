// What a reader makes of a stream, as text; and the same stream cut in every way, which may change nothing.
#pragma once

#include <tandem/transport/http1/http_answer_reader.hpp>
#include <tandem/transport/http1/http_request_reader.hpp>

#include <doctest/doctest.h>

#include <string>

namespace tandem {

inline std::string told(const http_request& r) {
    std::string text{r.method};
    text.append(" ").append(r.target).append(r.minor_version == 0 ? " 1.0" : "").append(r.keep_alive ? "" : " close");
    if (!r.body.empty()) text.append(" body=").append(r.body);
    return text;
}

inline std::string told(const http_answer_view& a) {
    std::string text = std::to_string(a.status);
    text.append(a.minor_version == 0 ? " 1.0" : "").append(a.keep_alive ? "" : " close");
    if (!a.body.empty()) text.append(" body=").append(a.body);
    return text;
}

// A server that answers nothing: what it was asked, and how it ended. "GET /a | POST /b body=x | refused 400".
class listening {
public:
    explicit listening(const http_limits& limits) : reader_{limits} {}

    void hears(std::string_view part) {
        while (true) {
            const std::size_t taken = reader_.feed(part);
            taken_ += taken;
            part.remove_prefix(taken);
            if (!reader_.whole()) break;
            note(told(reader_.request()));
            reader_.next();
        }
        CHECK((part.empty() || reader_.refused() != 0));
    }

    std::string heard() const {
        const std::string end = reader_.refused() != 0 ? "refused " + std::to_string(reader_.refused())
                                : reader_.idle()       ? ""
                                                       : "waits";
        return text_ + (text_.empty() || end.empty() ? "" : " | ") + end;
    }
    std::size_t taken() const { return taken_; }

private:
    void note(const std::string& what) { text_ += (text_.empty() ? "" : " | ") + what; }

    http_request_reader reader_;
    std::string text_;
    std::size_t taken_ = 0;
};

// A client that asked once. "200 body=x then 5" when 5 bytes behind the answer were left alone.
class waiting {
public:
    explicit waiting(const http_limits& limits, std::string_view method) : reader_{limits} {
        reader_.answers_to(method);
    }

    void hears(std::string_view part) {
        const std::size_t taken = reader_.feed(part);
        taken_ += taken, left_ += part.size() - taken;
        CHECK((taken == part.size() || reader_.whole() || reader_.failed() != errc{}));
    }
    void closed() { reader_.finish(); }

    std::string heard() const {
        if (reader_.failed() != errc{}) return text(reader_.failed());
        if (!reader_.whole()) return reader_.idle() ? "" : "waits";
        return told(reader_.answer()) + (left_ == 0 ? "" : " then " + std::to_string(left_));
    }
    std::size_t taken() const { return taken_; }

private:
    http_answer_reader reader_;
    std::size_t taken_ = 0, left_ = 0;
};

// At once, byte by byte, and in two parts cut at every place (of a long stream: at some).
template <class Peer>
std::string heard_in_every_way(std::string_view stream, const auto& fresh) {
    Peer whole = fresh();
    whole.hears(stream);
    Peer slow = fresh();
    for (const char c : stream) slow.hears({&c, 1});
    CHECK(slow.heard() == whole.heard());
    CHECK(slow.taken() == whole.taken());
    const std::size_t step = 1 + stream.size() / 400;
    for (std::size_t at = 1; at < stream.size(); at += step) {
        Peer cut = fresh();
        cut.hears(stream.substr(0, at));
        cut.hears(stream.substr(at));
        if (cut.heard() == whole.heard() && cut.taken() == whole.taken()) continue;
        INFO("cut at " << at);
        CHECK(cut.heard() == whole.heard());
        CHECK(cut.taken() == whole.taken());
    }
    return whole.heard();
}

inline std::string asked(std::string_view stream, const http_limits& limits = {}) {
    return heard_in_every_way<listening>(stream, [&] { return listening{limits}; });
}

inline std::string answered(std::string_view stream, const http_limits& limits = {}, std::string_view method = "GET") {
    return heard_in_every_way<waiting>(stream, [&] { return waiting{limits, method}; });
}

}  // namespace tandem
