// A list that is nearly always empty.
#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace tandem {

// One pointer, and nothing behind it while the list is empty: for what few of many things have.
template <class T>
class rare_list {
public:
    rare_list() = default;
    rare_list(std::vector<T> items) {
        if (!items.empty()) items_ = std::make_unique<std::vector<T>>(std::move(items));
    }
    rare_list(std::initializer_list<T> items) : rare_list{std::vector<T>(items)} {}
    rare_list(rare_list&&) = default;
    rare_list& operator=(rare_list&&) = default;
    rare_list(const rare_list& other) {
        if (other.items_) items_ = std::make_unique<std::vector<T>>(*other.items_);
    }
    rare_list& operator=(const rare_list& other) { return *this = rare_list{other}; }
    ~rare_list() = default;

    void clear() { items_.reset(); }
    void push_back(T item) {
        if (!items_) items_ = std::make_unique<std::vector<T>>();
        items_->push_back(std::move(item));
    }

    bool empty() const { return !items_; }
    std::size_t size() const { return items_ ? items_->size() : 0; }
    const T* begin() const { return items_ ? items_->data() : nullptr; }
    const T* end() const { return begin() + size(); }

    const std::vector<T>& all() const {
        static const std::vector<T> none;
        return items_ ? *items_ : none;
    }
    operator const std::vector<T>&() const { return all(); }

    friend bool operator==(const rare_list& a, const rare_list& b) { return a.all() == b.all(); }

private:
    std::unique_ptr<std::vector<T>> items_;
};

}  // namespace tandem
