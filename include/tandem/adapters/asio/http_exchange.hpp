// One HTTP request's right to be answered, by code of yours.
#pragma once

#include "../../core/function.hpp"
#include "../../transport/http1/http_answer.hpp"
#include "../../transport/http1/http_request.hpp"

#include <memory>
#include <string>

namespace tandem {

// Copyable; the first answer counts. It may come later (long polling), on the loop's thread: the connection waits, and if the
// peer goes meanwhile `when_gone` is called. Dropping the last copy unanswered answers 500.
class http_exchange {
public:
    struct state {
        void* connection = nullptr;  // null: answered, or gone
        void (*answer)(void* connection, http_answer&&) = nullptr;
        function<void()> gone{};
        std::string address{};  // of the client; a proxy of yours may have said it

        state() = default;
        state(const state&) = delete;
        state& operator=(const state&) = delete;
        ~state() {
            if (connection) answer(connection, http_answer{.status = 500});
        }
    };

    http_exchange() = default;
    explicit http_exchange(std::shared_ptr<state> s) : state_{std::move(s)} {}

    void answer(http_answer a) const {
        void* const c = is_open() ? std::exchange(state_->connection, nullptr) : nullptr;
        if (!c) return;
        const auto never = std::move(state_->gone);  // it may hold this exchange
        state_->answer(c, std::move(a));
    }
    void when_gone(function<void()> f) const {
        if (is_open()) state_->gone = std::move(f);
    }
    bool is_open() const { return state_ && state_->connection; }
    std::string_view address() const { return state_ ? std::string_view{state_->address} : std::string_view{}; }

private:
    std::shared_ptr<state> state_;
};

// False: not for me; the next one is asked, and then the engine's pull API. The request dies with the call.
using http_handler = function<bool(const http_request&, const http_exchange&)>;

}  // namespace tandem
