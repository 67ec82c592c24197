// Whether a session still gets everything pushed, and what it must report before it does again.
#pragma once

#include "../core/entry.hpp"

namespace tandem {

// fenced   signed in, everything is pushed, but what came before is still being pulled: no checkpoint yet
// live     everything is pushed: a checkpoint may be given
// pulling  something was skipped: nothing with a position is pushed until the session has reported a cursor at or
//          beyond the newest skipped one. So what a session is pushed has no holes between two reports.
class lag {
public:
    enum class state : unsigned char { fenced, live, pulling };

    // The head as it was read after the session's rooms were joined.
    void fence(position head) { must_report_ = head > must_report_ ? head : must_report_; }

    void skip(position skipped) {
        if (state_ != state::pulling) news_due_ = true;
        state_ = state::pulling;
        if (skipped > must_report_) must_report_ = skipped;
    }

    // The device says it has stored everything up to `cursor`. If that is not enough for a session that was skipped, the
    // next news is due: more was skipped while it pulled.
    void report(position cursor) {
        if (cursor >= must_report_) state_ = state::live, news_due_ = false;
        else if (state_ == state::pulling) news_due_ = true;
    }

    // What NEWS has to say, once for each time it is due.
    bool take_news() {
        const bool due = news_due_ && state_ == state::pulling;
        news_due_ = false;
        return due;
    }

    bool gets_pushes() const { return state_ != state::pulling; }
    bool gets_checkpoints() const { return state_ == state::live; }
    position must_report() const { return must_report_; }

private:
    position must_report_;
    state state_ = state::fenced;
    bool news_due_ = false;
};

}  // namespace tandem
