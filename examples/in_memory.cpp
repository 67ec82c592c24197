// Two users, one message: the whole engine in one process, without a network.
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <iostream>

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;  // the credential is the user's name
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

// Where your server would write to a socket, this prints.
struct screen {
    const char* name;
    void send(const tandem::frame& f) { std::cout << name << " gets  " << f.payload() << '\n'; }
    void close(const tandem::error& why) { std::cout << name << " is closed: " << text(why.code) << '\n'; }
    std::size_t queued_bytes() const { return 0; }
};

int main() {
    tandem::engine<my_chat> engine;
    screen alices{"alice"}, bobs{"bob  "};
    const auto alice = engine.open(alices)->session;
    const auto bob = engine.open(bobs)->session;

    engine.receive(alice, {"AUTH_REQ 1 credential=alice"});
    engine.receive(bob, {"AUTH_REQ 1 credential=bob"});
    engine.receive(alice, {"SEND_REQ 2 to=bob send_id=first body=hello%20bob"});

    engine.closed(bob);  // whatever bob misses now, he pulls later
    engine.receive(alice, {"SEND_REQ 3 to=bob send_id=second body=still%20there?"});
}
