// Why did this device get this message, or not?
#pragma once

#include "observer.hpp"
#include "trace_fact.hpp"

#include "../core/log_text.hpp"

#include <string>
#include <vector>

namespace tandem {

// An observer that remembers the last so many facts, 64 bytes each and no text: ids are hashed. Each receiver of a fan-out is
// a fact and costs about 12 ns, so one message to 1000 sessions pushes the 1000 oldest facts out; what is older than
// them cannot be told any more, and `why` says so. Facts go in order: while it is known that an entry was stored, so is
// all that became of it here since then. One engine's: what its users do elsewhere it does not see, but for marks.
class trace {
public:
    using fact = trace_fact;
    using what = fact::what;

    explicit trace(std::size_t facts = 65'536) : ring_(facts > 0 ? facts : 1) {}

    void turn_begun(instant now) { now_ = now; }
    void log_replaced(epoch) { noted_ = next_ = 0; }
    void placed(const entry& e) {
        note({.is = what::stored, .conversation = hash(e.conversation), .seq = e.place.seq, .last = e.place.position});
    }
    void acknowledged(const named_device& d, const conversation_id& c, place p) {
        note(d, {.is = what::acknowledged, .conversation = hash(c), .seq = p.seq, .last = p.position});
    }
    void pushed(const named_device& d, const carried& c) { note(what::pushed, d, c); }
    void skipped(const named_device& d, const carried& c) { note(what::skipped, d, c); }
    void pulled(const named_device& d, position from, position examined) {
        note(d, {.is = what::pulled, .first = from, .last = examined});
    }
    void reported(const named_device& d, position cursor) { note(d, {.is = what::reported, .last = cursor}); }
    void marked(const mark& m) {
        if (m.key != mark_key::received && m.key != mark_key::read) return;
        note({.is = m.key == mark_key::read ? what::read : what::received,
              .conversation = hash(m.conversation),
              .user = hash(m.owner),
              .seq = {m.value}});
    }

    // What became of one message for one device, in order. Asked where the engine runs.
    std::vector<fact> why(const conversation_id& c, seq s, const user_id& user, const device_id& device) const {
        question asked{hash(c), s, {}, hash(user), hash(device)};
        each([&](const fact& f) {
            if (f.is == what::stored && f.conversation == asked.conversation && f.seq == s) asked.position = f.last;
        });
        if (!asked.position) return {begins_at()};
        std::vector<fact> story;
        each([&](const fact& f) {
            if (concerns(f, asked) && !(is_once(f.is) && is_told(story, f.is))) story.push_back(f);
        });
        return story;
    }

    // The same as lines: the seconds since 1970, and a sentence.
    std::string text(const conversation_id& c, seq s, const user_id& user, const device_id& device) const {
        std::string lines = log_text(c.text(), 300) + ' ' + std::to_string(s.value) + " for " + log_text(user.view()) +
                            " on " + log_text(device.view()) + '\n';
        bool reached = false;
        for (const fact& f : why(c, s, user, device)) {
            lines += text_of(f) + '\n';
            reached = reached || (f.is >= what::pushed && f.is <= what::reported) || f.is >= what::forgotten;
        }
        if (!reached) lines += "nothing was pushed to this device or skipped for it, and it pulled nothing of this\n";
        return lines;
    }

private:
    struct question {
        std::uint64_t conversation;
        tandem::seq seq;
        tandem::position position;
        std::uint64_t user;
        std::uint64_t device;
    };

    // --- noting
    void note(fact f) {
        f.at = now_;
        ring_[next_] = f;
        next_ = next_ + 1 < ring_.size() ? next_ + 1 : 0;
        ++noted_;
    }
    void note(const named_device& d, fact f) {
        f.user = hash(d.user);
        f.device = d.device.empty() ? 0 : hash(d.device);
        note(f);
    }
    void note(what is, const named_device& d, const carried& c) {
        if (!c.is_mark) note(d, {.is = is, .conversation = hash(c.conversation), .first = c.first, .last = c.last});
    }

    // --- finding
    template <class F>
    void each(F f) const {
        const bool full = noted_ >= ring_.size();
        for (std::size_t i = full ? next_ : 0; full && i < ring_.size(); ++i) f(ring_[i]);
        for (std::size_t i = 0; i < next_; ++i) f(ring_[i]);
    }

    fact begins_at() const {
        if (noted_ <= ring_.size()) return {.is = what::never_stored, .at = now_};
        return {.is = what::forgotten, .at = ring_[next_].at};
    }

    static bool concerns(const fact& f, const question& asked) {
        const bool theirs = f.user == asked.user && (f.device == asked.device || f.device == 0);
        const bool same_log = f.conversation == asked.conversation;
        switch (f.is) {
            case what::stored:
            case what::acknowledged: return same_log && f.seq == asked.seq;
            case what::pushed:
            case what::skipped: return theirs && same_log && f.first <= asked.position && asked.position <= f.last;
            case what::pulled:
            case what::reported: return theirs && f.first < asked.position && asked.position <= f.last;
            case what::received:
            case what::read: return theirs && same_log && f.seq >= asked.seq;
            default: return false;
        }
    }

    // Whoever covers it once will cover it ever after.
    static bool is_once(what is) { return is == what::reported || is == what::received || is == what::read; }
    static bool is_told(const std::vector<fact>& story, what is) {
        for (const fact& f : story)
            if (f.is == is) return true;
        return false;
    }

    std::vector<fact> ring_;
    std::size_t next_ = 0;     // where the next fact goes
    std::uint64_t noted_ = 0;  // in all
    instant now_{};
};
}  // namespace tandem
