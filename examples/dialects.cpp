// One group, three languages: the native one in JSON, the routes of another system, and the lines of this terminal.
// An entry is encoded once for each language, however many speak it; who cannot pull is told again what they missed.
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/routes/routes_dialect.hpp>
#include <tandem/adapters/routes/routes_handlers.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <iostream>

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    // Asked in this order whose language a connection speaks; the last one takes whoever names none.
    using dialects = tandem::dialects<tandem::json_dialect, tandem::routes_dialect, tandem::tiny_dialect>;
    using handlers = tandem::handlers<tandem::on_route_online, tandem::on_route_chat, tandem::on_route_push>;
};
using my_engine = tandem::engine<my_chat>;

class client {
public:
    client(my_engine& engine, const char* name, const tandem::hello& hello) : engine_{engine}, name_{name} {
        session_ = engine_.open(*this, hello)->session;
        engine_.tick();
    }
    ~client() { engine_.closed(session_); }

    void says(std::string_view text) { engine_.receive(session_, {text, true}); }

    // What the engine needs of a connection.
    void send(const tandem::frame& f) { std::cout << name_ << " gets  " << f.payload() << '\n'; }
    void close(const tandem::error&) {}
    std::size_t queued_bytes() const { return 0; }

private:
    my_engine& engine_;
    const char* name_;
    tandem::session_handle session_;
};

int main() {
    my_engine engine;
    const tandem::user_id members[] = {"bob", "carol"};
    engine.create_group("team", "alice", members);

    const std::string_view native[] = {tandem::json_dialect::subprotocol};
    client alice{engine, "alice", {.subprotocols = native, .credential = "alice"}};
    client carol{engine, "carol", {.credential = "carol"}};
    {
        client bob{engine, "bob  ", {.path = "/ws", .query = "token=bob"}};
        std::cout << "\nalice says something, bob answers, carol has seen it\n";
        alice.says(
            R"({"command":"SEND_REQ","sequence":1,"body":{"conversation":"group:team","clientMsgId":"a1","body":"Lunch?"}})");
        bob.says(
            R"({"method":"conversation.chat","data":{"chatType":"group","conversationId":"team","msg":{"mType":1,"content":"At noon."}}})");
        carol.says("MARK_REQ 1 conversation=group:team key=read value=5");
    }
    std::cout << "\nbob is away; alice leaves him a note of her own\n";
    alice.says(
        R"({"command":"SEND_REQ","sequence":2,"body":{"to":"bob","clientMsgId":"a2","body":"Bring an umbrella."}})");

    std::cout << "\nbob is back, and speaks a language without pulls: he is told\n";
    client bob{engine, "bob  ", {.path = "/ws", .query = "token=bob"}};
}
