// One connection of a client that asks over HTTP: a request, its answer, the next request.
#pragma once

#include "client_wire.hpp"

#include "../../transport/http1/http_answer_reader.hpp"

namespace tandem {

struct http_reply {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields{};
    std::string body{};

    // Without case, the first of that name; empty when there is none.
    std::string_view field(std::string_view name) const {
        for (const auto& [other, value] : fields)
            if (detail::same_word(other, name)) return value;
        return {};
    }
};

namespace detail {

// What an http_line is told by its link.
class http_asker {
public:
    virtual void can_ask() = 0;
    // `kept`: the link takes another request; otherwise it has ended.
    virtual void answered(http_reply reply, bool kept) = 0;
    // `untouched`: it was kept from an earlier request, and nothing of an answer to this one has come.
    virtual void ended(const error& why, bool untouched) = 0;

protected:
    ~http_asker() = default;
};

class http_link final : public client_wire {
public:
    using ptr = counted_ptr<http_link>;

    http_link(asio::io_context& loop, const link_options& o, std::shared_ptr<http_asker> of)
        : client_wire{loop, o}, of_{std::move(of)}, reader_{o.answer} {}

    void ask(std::string_view method, bytes request) {
        asked_ = true;
        reader_.answers_to(method);
        put_at_once(request);
    }
    // Nobody else has closed it or spoken on it meanwhile. A fresh one may have had greetings of TLS.
    bool takes_a_request() { return is_connected() && (!used_ || is_quiet()); }

    void drop() {
        forsake();
        of_.reset();
    }

private:
    void connected() override {
        no_limit();
        tell([](http_asker& a) { a.can_ask(); });
    }

    void take(std::span<char> data) override {
        if (!asked_) return end({errc::malformed, "the server answered what nobody asked"});
        const std::size_t taken = reader_.feed({data.data(), data.size()});
        if (reader_.failed() != errc{}) return end({reader_.failed(), what_is_wrong()});
        if (reader_.whole()) finish(taken == data.size());
    }
    void said_all() override {
        if (!asked_) return;
        reader_.finish();
        if (reader_.whole()) finish(false);
    }

    void finish(bool in_step) {
        const http_answer_view& a = reader_.answer();
        if (a.status == 101) return end({errc::malformed, "the server changed the protocol, unasked"});
        const bool kept = in_step && a.keep_alive;
        http_reply reply{.status = a.status, .body = std::string{a.body}};
        for (const http_field& f : a.fields) reply.fields.emplace_back(f.name, f.value);
        reader_.next();
        asked_ = false;
        used_ = true;
        const std::shared_ptr<http_asker> alive = of_;
        if (!kept) drop();
        alive->answered(std::move(reply), kept);
    }

    void ended(const error& why) override {
        const bool untouched = asked_ && used_ && why.code == lost && reader_.idle();
        tell([&](http_asker& a) { a.ended(why, untouched); });
        of_.reset();
    }

    const char* what_is_wrong() const {
        return reader_.failed() == errc::too_large ? "the answer is larger than link_options::answer allows"
                                                   : "what came is no answer of an HTTP server";
    }

    template <class Tell>
    void tell(Tell t) {
        if (const std::shared_ptr<http_asker> alive = of_) t(*alive);
    }

    std::shared_ptr<http_asker> of_;
    http_answer_reader reader_;
    bool asked_ = false;
    bool used_ = false;  // for a request before this one
};

}  // namespace detail

}  // namespace tandem
