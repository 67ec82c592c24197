// A callable that is moved, never copied; small ones live inline. (<functional> costs more than everything we write.)
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace tandem {

template <class Signature>
class function;

template <class R, class... Args>
class function<R(Args...)> {
public:
    function() = default;

    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, function> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
    function(F&& f) {
        using callable = std::decay_t<F>;
        if constexpr (fits<callable>) {
            ::new (static_cast<void*>(room_)) callable(std::forward<F>(f));
            kind_ = &inline_kind<callable>;
        } else {
            ::new (static_cast<void*>(room_)) callable*(new callable(std::forward<F>(f)));
            kind_ = &heap_kind<callable>;
        }
    }

    function(function&& other) noexcept { take(other); }
    function& operator=(function&& other) noexcept {
        if (this != &other) {
            const function old{std::move(*this)};  // destroyed last: what it owned may call back and find this one new
            take(other);
        }
        return *this;
    }
    ~function() {
        if (kind_) kind_->destroy(room_);
    }

    R operator()(Args... args) { return kind_->call(room_, std::forward<Args>(args)...); }
    explicit operator bool() const { return kind_ != nullptr; }

    void reset() { const function old{std::move(*this)}; }

private:
    static constexpr std::size_t room = 48;

    struct kind {
        R (*call)(void*, Args&&...);
        void (*move)(void* from, void* to);
        void (*destroy)(void*);
    };

    template <class F>
    static constexpr bool fits =
        sizeof(F) <= room && alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;

    template <class F>
    static F& at(void* where) {
        return *static_cast<F*>(where);
    }

    template <class F>
    static R call(F& f, Args&&... args) {
        if constexpr (std::is_void_v<R>) static_cast<void>(f(std::forward<Args>(args)...));
        else return f(std::forward<Args>(args)...);
    }

    template <class F>
    static constexpr kind inline_kind{
        [](void* f, Args&&... args) -> R { return call(at<F>(f), std::forward<Args>(args)...); },
        [](void* from, void* to) {
            ::new (to) F(std::move(at<F>(from)));
            at<F>(from).~F();
        },
        [](void* f) { at<F>(f).~F(); }};

    template <class F>
    static constexpr kind heap_kind{
        [](void* f, Args&&... args) -> R { return call(*at<F*>(f), std::forward<Args>(args)...); },
        [](void* from, void* to) { ::new (to) F*(at<F*>(from)); }, [](void* f) { delete at<F*>(f); }};

    void take(function& other) {
        if (other.kind_) other.kind_->move(other.room_, room_);
        kind_ = std::exchange(other.kind_, nullptr);
    }

    alignas(std::max_align_t) unsigned char room_[room];
    const kind* kind_ = nullptr;
};

}  // namespace tandem
