// Policies that take their time: who may speak, and what is let through.
#pragma once

#include "truth.hpp"

#include "../../directory/directory.hpp"
#include "../../policy/authenticator.hpp"
#include "../../policy/gatekeeper.hpp"
#include "../random.hpp"

#include <deque>

namespace tandem::world {

// Answers now or at a later step, in any order: lanes have to keep theirs all the same.
class guards {
public:
    guards(truth& t, seeded_random& chance, book& b) : truth_{t}, chance_{chance}, book_{b} {}

    void later(function<void()> answer) {
        if (at_once_ || chance_.chance(50)) answer();
        else waiting_.push_back(std::move(answer));
    }
    bool step() {
        if (waiting_.empty()) return false;
        const auto i = static_cast<std::ptrdiff_t>(chance_.below(waiting_.size()));
        auto answer = std::move(waiting_[static_cast<std::size_t>(i)]);
        waiting_.erase(waiting_.begin() + i);
        answer();
        return true;
    }
    void heal() {
        at_once_ = true;
        muted_.clear();
    }

    void toggle_mute(const user_id& u) {
        truth_.excuse(u);
        if (!muted_.erase(u)) muted_.insert(u);
    }
    bool is_muted(const user_id& u) const { return muted_.contains(u); }

    // What becomes of a draft follows from its body, so a retry meets the same verdict; only "come back later" is chance.
    result<draft> admit(draft d) {
        if (!at_once_ && chance_.chance(4)) {
            book_.note([&] { return "gatekeeper: later, " + std::string{d.send_id.view()}; });
            return error{errc::overloaded, "later"};
        }
        const std::uint64_t mood = hash_bytes(d.body) % 16;
        if (mood == 0) {
            truth_.judge(d.sender, d.send_id, std::nullopt);
            return errc::not_allowed;
        }
        if (mood < 3 && d.kind == entry_kind::message) d.body = gently(d.body);  // an edit's reply could not say so
        truth_.judge(d.sender, d.send_id, d.body);
        return d;
    }

private:
    truth& truth_;
    seeded_random& chance_;
    book& book_;
    std::deque<function<void()>> waiting_;
    std::set<user_id> muted_;
    bool at_once_ = false;
};

struct late_gatekeeper {
    guards* of;
    void admit(draft d, done<draft> then) {
        of->later([g = of, d = std::move(d), then]() mutable { then(g->admit(std::move(d))); });
    }
};
struct late_directory {
    guards* of;
    void may(const user_id& u, const conversation_id&, action what, done<bool> then) {
        const bool yes = what != action::send || !of->is_muted(u);
        of->later([yes, then] { then(yes); });
    }
};
struct late_authenticator {
    guards* of;
    void verify(std::string_view credential, done<identity> then) {
        of->later([who = user_id{credential}, then] { then(identity{.user = who}); });
    }
};

}  // namespace tandem::world
