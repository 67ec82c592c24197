// A verb of a policy answers now (returns) or later (is given a ticket). `ask` makes the two look alike.
#pragma once

#include "function.hpp"
#include "result.hpp"

#include <concepts>
#include <memory>

namespace tandem {

// The right to answer once. Copyable; the first call counts, later calls do nothing. It shares ownership of what it was
// asked about, so a policy may read its arguments until it has answered or dropped every copy. Dropping the last copy
// unanswered answers `unknown_outcome`: a policy that forgets a question never leaves anybody waiting.
template <class T>
class done {
public:
    done() = default;
    explicit done(function<void(result<T>)> then, std::shared_ptr<const void> about = {})
        : ticket_{std::make_shared<ticket>(std::move(then), std::move(about))} {}

    void operator()(result<T> answer) const {
        if (ticket_) ticket_->answer(std::move(answer));
    }

    explicit operator bool() const { return ticket_ != nullptr; }

private:
    struct ticket {
        ticket(function<void(result<T>)> f, std::shared_ptr<const void> a) : then{std::move(f)}, about{std::move(a)} {}
        ticket(const ticket&) = delete;
        ticket& operator=(const ticket&) = delete;
        ~ticket() { answer(error{errc::unknown_outcome, "the question was dropped without an answer"}); }

        void answer(result<T> value) {
            if (auto once = std::move(then)) once(std::move(value));
        }

        function<void(result<T>)> then;
        std::shared_ptr<const void> about;
    };

    std::shared_ptr<ticket> ticket_;
};

// A verb is a function object that names one member function: see the verbs beside each concept.
template <class Verb, class T, class... Args>
concept answers_now = requires(Verb verb, Args&&... args) {
    { verb(std::forward<Args>(args)...) } -> std::convertible_to<result<T>>;
};

template <class Verb, class T, class... Args>
concept answers_later = requires(Verb verb, Args&&... args, done<T> then) { verb(std::forward<Args>(args)..., then); };

template <class Verb, class T, class... Args>
concept answers = answers_now<Verb, T, Args...> || answers_later<Verb, T, Args...>;

template <class T, class Verb, class... Args>
    requires answers<Verb, T, Args...>
void ask(Verb verb, done<T> then, Args&&... args) {
    if constexpr (answers_later<Verb, T, Args...>) verb(std::forward<Args>(args)..., std::move(then));
    else then(verb(std::forward<Args>(args)...));
}

}  // namespace tandem
