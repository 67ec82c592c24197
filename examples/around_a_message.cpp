// What a chat backend needs around a message: a say before it is stored, somebody to wake, a queue that gets everything,
// figures, and an answer to "why did he not get it?".
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/policy/metrics.hpp>
#include <tandem/policy/observers.hpp>
#include <tandem/policy/trace.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <iostream>
#include <sstream>

// May change or refuse what is sent; may also answer later, and only those who sent it wait.
struct moderation {
    tandem::result<tandem::draft> admit(tandem::draft d) {
        if (d.body.find("buy now") != d.body.npos) return tandem::error{tandem::errc::not_allowed, "advertising"};
        return d;
    }
};

// Told of those who are away: once for each conversation, until they have read it.
struct notifications {
    void wake(const tandem::entry& e, std::span<const tandem::user_id> absent) {
        for (const tandem::user_id& user : absent)
            std::cout << "  notify " << user.view() << ": " << e.sender.view() << " wrote \"" << e.body << "\"\n";
    }
};

// Gets the whole log, from a cursor that it keeps where it keeps the rest: at least once, in order, across crashes.
struct archive {
    std::optional<tandem::log_head> cursor{tandem::log_head{}};  // from the beginning

    tandem::result<std::optional<tandem::log_head>> reached() { return cursor; }
    tandem::result<> publish(const tandem::page& piece) {
        for (const tandem::entry& e : piece.entries)
            std::cout << "  archive " << e.place.position.value << ' ' << e.conversation.text() << " \"" << e.body
                      << "\"\n";
        cursor = tandem::log_head{piece.head.epoch, piece.examined};
        return tandem::success();
    }
};

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using gatekeeper = moderation;
    using offline = notifications;
    using event_sink = archive;
    using observer = tandem::observers<tandem::metrics, tandem::trace>;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

struct screen {
    void send(const tandem::frame& f) { std::cout << "  alice gets " << f.payload() << '\n'; }
    void close(const tandem::error&) {}
    std::size_t queued_bytes() const { return 0; }
};

int main() {
    tandem::engine<my_chat> engine{{}, {.keep_for = tandem::days(365)}};
    screen alices;
    const auto alice = engine.open(alices)->session;
    const auto says = [&](const char* line) {
        std::cout << line << '\n';
        engine.receive(alice, {line});
    };
    says("AUTH_REQ 1 credential=alice device=phone");
    says("SEND_REQ 2 to=bob send_id=1 body=hello");
    says("SEND_REQ 3 to=bob send_id=2 body=are%20you%20there?");
    says("SEND_REQ 4 to=bob send_id=3 body=buy%20now!");

    auto& observer = *engine.parts().observer;
    const auto both = tandem::conversation_id::direct("alice", "bob");
    std::cout << "\nwhy did bob's tablet not get the first one?\n"
              << observer.get<tandem::trace>().text(both, {1}, "bob", "tablet");

    std::string figures;
    observer.get<tandem::metrics>().write(figures);
    std::cout << "\nand some of the figures a Prometheus server would read:\n";
    std::istringstream lines{figures};
    for (std::string line; std::getline(lines, line);)
        if (line[0] != '#' && line.find('{') == line.npos) std::cout << line << '\n';
}
