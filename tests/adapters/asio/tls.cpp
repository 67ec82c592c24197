#include "tandem/adapters/asio/tls_context.hpp"

#include "tandem/adapters/json/json_pages.hpp"

#include "certificate.hpp"
#include "live.hpp"

using namespace tandem;

namespace {

// A peer that encrypts.
class tls_peer {
public:
    tls_peer(std::uint16_t port, const tls_context& trusting, const std::string& host = "localhost")
        : socket_{port}, tls_{trusting.connect(host)} {
        tls_->begin();
        exchange();
    }

    void send(std::string_view text) {
        waiting_ += text;
        exchange();
    }
    const std::string& got() {
        exchange();
        return plain_;
    }
    bool has(std::string_view text) { return got().find(text) != std::string::npos; }
    bool ended() { return got(), socket_.ended(); }
    bool was_told_goodbye() { return got(), over_; }
    bool is_established() { return got(), tls_->is_established(); }
    // Who is it?
    std::string fingerprint() { return tls_->peer_fingerprint(); }
    peer& socket() { return socket_; }

private:
    void exchange() {
        std::string cipher = socket_.got().substr(read_);
        read_ += cipher.size();
        tls_->feed({cipher.data(), cipher.size()});
        std::vector<char> room(16 * 1024);
        for (int size = 1; size > 0;) {
            size = tls_->read(room);
            if (size > 0) plain_.append(room.data(), static_cast<std::size_t>(size));
            over_ = over_ || size == detail::tls_session::over;
        }
        if (tls_->is_established() && !waiting_.empty()) {
            out_.add(frame{waiting_}, spare_);
            waiting_.clear();
        }
        for (;;) {
            const bytes piece = tls_->next_piece(out_, room, spare_);
            if (piece.empty()) return;
            socket_.send(piece);
            tls_->written(piece.size());
        }
    }

    peer socket_;
    std::unique_ptr<detail::tls_session> tls_;
    detail::outbox out_;
    detail::outbox::spare_queues spare_;
    std::string waiting_, plain_;
    std::size_t read_ = 0;
    bool over_ = false;
};

struct tls_server : live_server<> {
    certificate_files files;
    tls_context context = *tls_context::for_servers(files.certificate, files.key);
    std::uint16_t tls_port = *server->listen("127.0.0.1", 0, context);

    explicit tls_server(const server_options& o = {}) : live_server<>{o} {}
    tls_context trust() const { return *tls_context::for_clients(files.certificate); }
};

std::string get(std::string_view target, std::string_view more = {}) {
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n" + std::string{more} + "\r\n";
}

}  // namespace

TEST_CASE("over TLS all is the same: pull, WebSocket, and a goodbye of TLS at the end") {
    tls_server live;
    tls_peer p{live.tls_port, live.trust()};
    p.send(get("/api/sync", "Authorization: Bearer alice\r\n"));
    CHECK(live.until([&] { return p.has("\"hasMore\":false"); }));
    p.send("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string said;
    append_masked(said, websocket_opcode::text, "AUTH_REQ 1 credential=alice", 7);
    p.send(said);
    CHECK(live.until([&] { return p.has("AUTH_RSP 1"); }));
    live.engine.kick(user_id{"alice"});
    CHECK(live.until([&] { return p.was_told_goodbye(); }));
    CHECK(p.has("KICK_OUT"));
}

TEST_CASE("large answers arrive whole, although they do not fit into a record") {
    tls_server live;
    live.server->on_request([](const http_request&, const http_exchange& x) {
        return x.answer({.body = std::string(3'000'000, 'x') + "the end"}), true;
    });
    tls_peer p{live.tls_port, live.trust()};
    p.send(get("/large"));
    CHECK(live.until([&] { return p.has("the end"); }));
    CHECK(p.got().size() > 3'000'000);
}

TEST_CASE("a client that does not trust the server says nothing to it") {
    tls_server live;
    const certificate_files other;
    tls_peer stranger{live.tls_port, *tls_context::for_clients(other.certificate)};
    tls_peer wrong_name{live.tls_port, live.trust(), "elsewhere.example"};
    for (tls_peer* p : {&stranger, &wrong_name}) {
        p->send(get("/health"));
        CHECK(live.until([&] { return p->ended(); }));
        CHECK_FALSE(p->is_established());
        CHECK_FALSE(p->has("fine"));
    }
    CHECK(live.until([&] { return live.server->connections() == 0; }));
}

TEST_CASE("S12 TLS 1.1 is not spoken") {
    tls_server live;
    SSL_CTX* const old = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(old, 0);
    SSL_CTX_set_min_proto_version(old, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(old, TLS1_1_VERSION);
    peer p{live.tls_port};
    {
        detail::tls_session hello{old, "localhost"};
        hello.begin();
        detail::outbox none;
        detail::outbox::spare_queues spare;
        std::vector<char> room(16 * 1024);
        const bytes first = hello.next_piece(none, room, spare);
        REQUIRE_FALSE(first.empty());
        p.send(first);
    }
    SSL_CTX_free(old);
    CHECK(live.until([&] { return p.ended(); }));
    REQUIRE(p.got().size() >= 7);
    CHECK(p.got()[0] == 0x15);  // an alert …
    CHECK(p.got()[6] == 70);    // … protocol_version
}

TEST_CASE(
    "S12 a certificate is renewed and no session falls; a bad one changes nothing, and the error names its file") {
    tls_server live;
    tls_peer before{live.tls_port, live.trust()};
    CHECK(live.until([&] { return before.is_established(); }));
    const std::string first = before.fingerprint();

    certificate_files::write(live.files.certificate, "no certificate");
    const auto bad = live.context.reload();
    REQUIRE_FALSE(bad);
    CHECK(bad.error().detail.find("certificate.pem") != std::string::npos);
    live.files.renew();
    const certificate_files other;
    std::filesystem::copy_file(other.key, live.files.key, std::filesystem::copy_options::overwrite_existing);
    CHECK_FALSE(live.context.reload());  // a key of another certificate
    live.files.renew();
    live.files.write_rsa_key();
    CHECK_FALSE(live.context.reload());  // and of another kind

    live.files.renew();
    CHECK(live.context.reload());
    tls_peer after{live.tls_port, live.trust()};
    CHECK(live.until([&] { return after.is_established(); }));
    CHECK(after.fingerprint() != first);
    before.send(get("/health"));
    CHECK(live.until([&] { return before.has("fine"); }));
}

TEST_CASE("files that are no certificate are refused at once") {
    CHECK_FALSE(tls_context::for_servers("/nowhere/certificate.pem", "/nowhere/key.pem"));
    CHECK_FALSE(tls_context::for_clients("/nowhere/trusted.pem"));
}

TEST_CASE("S03 a TLS handshake has its time, too") {
    tls_server live{{.arrive_within = milliseconds(150)}};
    peer silent{live.tls_port}, half{live.tls_port};
    half.send(std::string_view{"\x16\x03\x01\x02\x00\x01", 6});
    CHECK(live.until([&] { return silent.ended() && half.ended(); }));
}

TEST_CASE("S13 plain text where TLS was expected, or garbage, ends the connection, and nothing else") {
    tls_server live;
    tls_peer good{live.tls_port, live.trust()};
    for (const std::string& garbage :
         {get("/health"), std::string(5000, '\xff'), std::string{"\x16\x03\x01\xff\xff"} + std::string(70'000, 'x')}) {
        peer p{live.tls_port};
        p.send(garbage);
        CHECK(live.until([&] { return p.ended(); }));
        CHECK_FALSE(p.has("fine"));
    }
    good.send(get("/health"));
    CHECK(live.until([&] { return good.has("fine"); }));
}

TEST_CASE("S54 over TLS, too, a close ends in a closed descriptor") {
    tls_server live{{.close_within = milliseconds(150)}};
    tls_peer silent{live.tls_port, live.trust()};
    silent.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(live.until([&] { return silent.has("501"); }));
    CHECK(live.until([&] { return live.server->connections() == 0; }));
}
