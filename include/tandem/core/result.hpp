// A value, or what went wrong. (C++20 has no std::expected; aliasing it where present would split one type in two.)
#pragma once

#include "error.hpp"

#include <cassert>
#include <new>
#include <utility>

namespace tandem {

struct nothing {
    friend bool operator==(nothing, nothing) { return true; }
};

template <class T = nothing>
class [[nodiscard]] result {
public:
    using value_type = T;

    result(T value) : ok_{true}, value_(std::move(value)) {}
    result(tandem::error error) : ok_{false}, error_(std::move(error)) {}
    result(errc code) : ok_{false}, error_(code) {}

    result(const result& other) : ok_{other.ok_} { build(other); }
    result(result&& other) noexcept : ok_{other.ok_} { build(std::move(other)); }
    result& operator=(result other) noexcept {
        destroy();
        ok_ = other.ok_;
        build(std::move(other));
        return *this;
    }
    ~result() { destroy(); }

    explicit operator bool() const { return ok_; }

    T& operator*() & { return value(); }
    const T& operator*() const& { return const_cast<result&>(*this).value(); }
    T&& operator*() && { return std::move(value()); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &**this; }

    const tandem::error& error() const {
        assert(!ok_ && "result::error() asked of a success");
        return error_;
    }

private:
    T& value() {
        assert(ok_ && "result dereferenced although it holds an error");
        return value_;
    }

    template <class Other>
    void build(Other&& other) {
        if (ok_) ::new (static_cast<void*>(&value_)) T(std::forward<Other>(other).value_);
        else ::new (static_cast<void*>(&error_)) tandem::error(std::forward<Other>(other).error_);
    }
    void destroy() {
        if (ok_) value_.~T();
        else error_.~error();
    }

    // By hand: a dozen std::variants would cost more compile time than the rest of the core.
    bool ok_;
    union {
        T value_;
        tandem::error error_;
    };
};

inline result<> success() { return nothing{}; }

}  // namespace tandem
