// A chat server: WebSocket, pull API and a web page on one port, its log in a file. Open the page in two windows.
#include "desk.hpp"
#include "page_files.hpp"
#include "settings.hpp"

#include <tandem/adapters/asio/asio_server.hpp>
#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/adapters/protobuf/protobuf_dialect.hpp>
#include <tandem/adapters/protobuf/protobuf_pages.hpp>
#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/policy/metrics.hpp>
#include <tandem/policy/worker_metrics.hpp>
#include <tandem/store/worker_store.hpp>
#include <tandem/tandem.hpp>

#include <asio/signal_set.hpp>

#include <iostream>

struct chat : tandem::default_policies {
    using store = tandem::worker_store<tandem::sqlite_store>;
    using authenticator = tandem::jwt_authenticator&;
    using dialects = tandem::dialects<tandem::protobuf_dialect, tandem::json_dialect>;
    using pages = tandem::page_codecs<tandem::json_pages, tandem::protobuf_pages>;
    using observer = tandem::metrics&;
};

static int fail(const tandem::error& why) {
    std::cerr << "chat_server: " << why.detail << '\n';
    return 2;
}

static int serve(const settings& s) {
    auto page = page_files::read(s.page);
    if (!page) return fail(page.error());
    auto log = tandem::sqlite_store::open(s.file);
    if (!log) return fail(log.error());
    auto secret = secret_in(s.file + ".key");
    if (!secret) return fail(secret.error());
    auto key = tandem::jwt_key::hs256(*secret);
    if (!key) return fail(key.error());
    auto users = tandem::jwt_authenticator::make(token_options(), {*key});
    if (!users) return fail(users.error());
    auto issuer = tandem::jwt_issuer::make(*secret, token_options());
    if (!issuer) return fail(issuer.error());

    asio::io_context loop{1};
    tandem::metrics figures;
    tandem::worker<tandem::sqlite_store> disk{std::move(*log)};
    const auto post = [&loop](tandem::function<void()> answer) { asio::post(loop, std::move(answer)); };
    tandem::engine<chat> engine{
        {.store = tandem::worker_store{disk, post}, .authenticator = *users, .observer = figures},
        {.history_for_new_members = 50}};
    tandem::asio_server server{loop,
                               engine,
                               {.connections = s.max_connections,
                                .per_address = s.per_address,
                                .drain_within = tandem::seconds(5),
                                .come_back_within = tandem::seconds(3)}};
    server.on_request(std::move(*page));
    server.on_request(desk{engine, *users, std::move(*issuer)});

    const auto port = static_cast<std::uint16_t>(s.port);
    auto listening = tandem::result<std::uint16_t>{port};
    if (s.certificate.empty()) {
        listening = server.listen_plain(s.address, port);
    } else {
        auto tls = tandem::tls_context::for_servers(s.certificate, s.key);
        if (!tls) return fail(tls.error());
        listening = server.listen(s.address, port, std::move(*tls));
    }
    if (!listening) return fail(listening.error());
    if (s.metrics_port != 0) {
        const auto told = [&](std::string& out) {
            figures.write(out);
            tandem::write_worker_metrics(disk.load(), out);
        };
        const auto to = static_cast<std::uint16_t>(s.metrics_port);
        if (auto opened = server.listen_for_operators("127.0.0.1", to, told); !opened) return fail(opened.error());
    }

    asio::signal_set signals{loop, SIGINT, SIGTERM};
    signals.async_wait([&](const std::error_code& cancelled, int) {
        if (cancelled) return;
        std::cout << "chat_server: everybody is told to come back; once more ends it at once" << std::endl;
        server.drain([&] { loop.stop(); });
        signals.async_wait([&](const std::error_code& over, int) {
            if (!over) loop.stop();
        });
    });

    const bool v6 = s.address.find(':') != s.address.npos;
    std::cout << "chat_server: demonstration only, anybody gets a token for any name\n"
              << "chat_server: http" << (s.certificate.empty() ? "" : "s") << "://" << (v6 ? "[" : "") << s.address
              << (v6 ? "]" : "") << ':' << *listening << "/ (Ctrl-C stops it)" << std::endl;
    loop.run();
    return 0;
}

int main(int count, char** arguments) {
    const auto read = settings::read({arguments + 1, arguments + count});
    if (!read) return fail(read.error());
    if (read->help) return std::cout << settings::usage, 0;
    return serve(*read);
}
