// From text to a document, for text a stranger wrote.
#pragma once

#include "../../core/result.hpp"

#include <nlohmann/json.hpp>

namespace tandem::detail::in_json {

using json = nlohmann::json;

inline constexpr std::size_t deepest = 16;

// Builds the document, and stops at what nlohmann lets pass: deep nesting, and a key that comes twice in one object (two
// readers would see two different messages). Invalid UTF-8, lone surrogates and numbers out of range stop nlohmann itself.
class strict_builder : public nlohmann::json_sax<json> {
public:
    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return enter(json::object()); }
    bool start_array(std::size_t) override { return enter(json::array()); }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }

    bool key(string_t& name) override {
        const auto [slot, is_new] = open_.back()->emplace(std::move(name), nullptr);
        slot_ = &*slot;
        return is_new || refuse("a key comes twice in one object");
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

    json document;
    const char* why = "no valid JSON";

private:
    bool refuse(const char* reason) {
        why = reason;
        return false;
    }

    bool add(json value) {
        place(std::move(value));
        return true;
    }

    json* place(json value) {
        if (open_.empty()) return &(document = std::move(value));
        if (open_.back()->is_object()) return &(*slot_ = std::move(value));
        open_.back()->push_back(std::move(value));
        return &open_.back()->back();
    }

    bool enter(json empty) {
        if (open_.size() == deepest) return refuse("nested deeper than 16");
        open_.push_back(place(std::move(empty)));
        return true;
    }

    bool leave() {
        open_.pop_back();
        return true;
    }

    std::vector<json*> open_;  // from the document down to where we are; these do not move while they are open
    json* slot_ = nullptr;     // where the next value of the innermost object goes
};

inline result<json> parse_strictly(std::string_view text) {
    strict_builder builder;
    if (!json::sax_parse(text, &builder)) return error{errc::malformed, builder.why};
    return std::move(builder.document);
}

}  // namespace tandem::detail::in_json
