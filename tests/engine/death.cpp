// What a programmer does wrong is an assertion: each of these is tried in a child process.
#include "fixture.hpp"

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

using namespace tandem;

#if !defined(NDEBUG)

namespace {

bool is_caught(void (*wrong)()) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        static_cast<void>(std::freopen("/dev/null", "w", stderr));
        wrong();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

// A connection that calls the engine back from inside a verb.
struct meddling_outlet {
    plain_engine* engine = nullptr;
    bool in_send = false, in_flush = false, in_close = false;

    void send(const frame&) {
        if (in_send) engine->tick();
    }
    void flush() {
        if (in_flush) engine->tick();
    }
    void close(const error&) {
        if (in_close) engine->tick();
    }
    std::size_t queued_bytes() const { return 0; }
};

template <bool meddling_outlet::* Where>
void meddle() {
    plain_script s;
    meddling_outlet outlet{s.running.get()};
    outlet.*Where = true;
    const auto opened = s.running->open(outlet);
    s.running->receive(opened->session, {"AUTH_REQ 1 credential=alice", true});
    s.running->kick(opened->session);
}

// Its store keeps everything.
struct untrimmed_store : memory_store {
    void trim(const conversation_id&, seq) = delete;
};
static_assert(seq_store<untrimmed_store> && !trimming_store<untrimmed_store>);
struct untrimmed_chat : plain_chat {
    using store = untrimmed_store;
};

template <std::uint64_t Entries, int Days>
void run_untrimmed() {
    manual_clock clock;
    script_observer observer;
    options o = calm();
    o.keep_entries = Entries;
    o.keep_for = days(Days);
    engine<untrimmed_chat>{{.observer = observer, .clock = clock}, o}.tick();
}

}  // namespace

TEST_CASE("retention that the store cannot do is caught at the start, and no retention is let alone") {
    CHECK_FALSE(is_caught(run_untrimmed<0, 0>));
    CHECK(is_caught(run_untrimmed<100, 0>));
    CHECK(is_caught(run_untrimmed<0, 30>));
}

TEST_CASE("an outlet that calls the engine back is caught, wherever it does") {
    CHECK(is_caught(meddle<&meddling_outlet::in_send>));
    CHECK(is_caught(meddle<&meddling_outlet::in_flush>));
    CHECK(is_caught(meddle<&meddling_outlet::in_close>));
}

TEST_CASE("an outlet that only records is let alone") {
    CHECK_FALSE(is_caught([] {
        plain_script s;
        meddling_outlet outlet{s.running.get()};
        const auto opened = s.running->open(outlet);
        s.running->receive(opened->session, {"AUTH_REQ 1 credential=alice", true});
        s.running->kick(opened->session);
    }));
}

#endif
