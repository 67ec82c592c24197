// The ways in which a device pulls: straight from the store, or by HTTP from whichever engine it finds.
#pragma once

#include "json_speech.hpp"
#include "truth.hpp"

#include <tandem/core/answer.hpp>
#include <tandem/protocol/pull_request.hpp>
#include <tandem/testing/scripted_store.hpp>

#include <deque>

namespace world {

using world_store = scripted_store<audited_store>;

struct puller {
    virtual ~puller() = default;
    virtual void changes(const user_id& who, position from, epoch known, limits most, done<page> then) = 0;
    virtual void history(const user_id& who, const conversation_id& c, seq_range asked, done<history_page> then) = 0;
    // Does a page hide from former members how their conversations went on?
    virtual bool is_discreet() const = 0;
};

class store_puller final : public puller {
public:
    explicit store_puller(world_store& s) : store_{s} {}
    void changes(const user_id& who, position from, epoch known, limits most, done<page> then) override {
        store_.changes(who, from, most, done<page>{[known, from, then](result<page> r) {
                           if (r && (r->head.epoch != known || from > r->head.newest)) r = error{errc::reset};
                           then(std::move(r));
                       }});
    }
    void history(const user_id&, const conversation_id& c, seq_range asked, done<history_page> then) override {
        store_.history(c, asked, limits{}, std::move(then));
    }
    bool is_discreet() const override { return false; }

private:
    world_store& store_;
};

// `ask` reaches an engine. Its answers are under way for a while, and the status of each has to be one that fits.
class api_puller final : public puller {
public:
    using asker = function<void(const pull_request&, done<pull_answer>)>;
    api_puller(asker ask, seeded_random& chance, book& b) : ask_{std::move(ask)}, chance_{chance}, book_{b} {}

    void changes(const user_id& who, position from, epoch known, limits most, done<page> then) override {
        std::string target = "/api/sync?count=" + std::to_string(most.entries);
        const bool inclusive = chance_.chance(30);  // some clients say what they want next, not what they have
        target += inclusive ? "&fromSeq=" + std::to_string(from.value + 1) : "&lastSeq=" + std::to_string(from.value);
        target += "&epoch=" + std::to_string(known.value);
        get<page>(who, std::move(target), std::move(then), [from](const json& j) -> result<page> {
            if (j.value("reset", false)) return error{errc::reset};
            page p = from_json::page_of(j);
            p.from = from;
            return p;
        });
    }

    // Forwards from the first, or backwards from behind the last: the same entries.
    void history(const user_id& who, const conversation_id& c, seq_range asked, done<history_page> then) override {
        std::string target = "/api/messages/history?conversation=";
        for (const char byte : c.text()) target += byte == ':' && chance_.chance(50) ? "%3A" : std::string(1, byte);
        target += "&count=" + std::to_string(asked.last.value - asked.first.value + 1);
        target += chance_.chance(50) ? "&after=" + std::to_string(asked.first.value - 1)
                                     : "&before=" + std::to_string(asked.last.value + 1);
        get<history_page>(who, std::move(target), std::move(then),
                          [](const json& j) -> result<history_page> { return from_json::history_page_of(j); });
    }
    bool is_discreet() const override { return true; }

    // Another log: what is under way was asked of the old one, and may be answered by either.
    void forget() { ++log_; }

    // One answer arrives.
    bool step() {
        if (arriving_.empty()) return false;
        const auto i = static_cast<std::ptrdiff_t>(chance_.below(arriving_.size()));
        auto answer = std::move(arriving_[static_cast<std::size_t>(i)]);
        arriving_.erase(arriving_.begin() + i);
        answer();
        return true;
    }

private:
    template <class T, class Read>
    void get(const user_id& who, std::string target, done<T> then, Read read) {
        book_.note([&] { return std::string{who.view()} + " GET " + target; });
        const std::string authorization = "Bearer " + std::string{who.view()};
        const done<pull_answer> came{[this, log = log_, target, then, read](result<pull_answer> r) {
            arriving_.push_back([this, log, target, then, read, r = std::move(r)] {
                then(log == log_ ? understand<T>(target, r, read) : result<T>{error{errc::store_failed}});
            });
        }};
        ask_({.method = "GET", .target = target, .accept = "application/json", .authorization = authorization}, came);
    }

    template <class T, class Read>
    result<T> understand(const std::string& target, const result<pull_answer>& r, Read read) {
        if (!r) return r.error();  // the server died first
        book_.note([&] { return std::to_string(r->status) + " to " + target + ": " + r->body; });
        const json j = json::parse(r->body, nullptr, false);
        if (!j.is_object() || r->content_type != "application/json")
            book_.fail("an answer that is no JSON: " + r->body);
        else if (r->status == 200) return read(j);
        if (r->status != 429 && r->status != 503)
            book_.fail(std::to_string(r->status) + " to " + target + ": " + r->body);
        return error{errc::store_failed};
    }

    asker ask_;
    seeded_random& chance_;
    book& book_;
    std::deque<function<void()>> arriving_;
    unsigned log_ = 0;
};

}  // namespace world
