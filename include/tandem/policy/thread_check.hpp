// One engine, one thread at a time: asserted, or taken on trust.
#pragma once

#include <cassert>

namespace tandem {

// Entered by every verb of the engine. A strand may move between threads, so what is checked is that two calls never
// overlap, and that an outlet or a policy does not call the engine back from inside a verb that forbids it.
class checked_thread {
public:
    void enter() {
        const void* here = mark_of_this_thread();
        assert((depth_ == 0 || owner_ == here) && "two threads are inside one engine: post to its strand");
        owner_ = here;
        ++depth_;
    }
    void leave() { --depth_; }

private:
    static const void* mark_of_this_thread() {
        thread_local const char mark = 0;
        return &mark;
    }

    const void* owner_ = nullptr;
    int depth_ = 0;
};

struct unchecked_thread {
    void enter() {}
    void leave() {}
};

}  // namespace tandem
