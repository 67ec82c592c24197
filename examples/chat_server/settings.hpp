// What the command line says, or what is wrong with it.
#pragma once

#include <tandem/core/result.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

struct settings {
    std::string address = "127.0.0.1";
    std::uint32_t port = 8080;
    std::string file = "chat.db";
    std::string page = CHAT_SERVER_PAGE;
    std::string certificate{};
    std::string key{};
    std::uint32_t max_connections = 10'000;
    std::uint32_t per_address = 64;
    std::uint32_t metrics_port = 0;
    bool help = false;

    static tandem::result<settings> read(std::span<const char* const> arguments) {
        settings s;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const std::string_view name = arguments[i];
            if (name == "--help" || name == "-h") {
                s.help = true;
                return s;
            }
            if (!s.knows(name)) return wrong(name, "there is no such option; --help tells which there are");
            if (++i == arguments.size()) return wrong(name, "it needs a value");
            if (auto taken = s.take(name, arguments[i]); !taken) return taken.error();
        }
        if (s.certificate.empty() != s.key.empty())
            return wrong("--tls-certificate, --tls-key", "TLS needs both, or neither");
        return s;
    }

    static constexpr std::string_view usage = R"(A chat server with a web page, on tandem.

  --address ADDRESS        where to listen (127.0.0.1); 0.0.0.0 or :: is everywhere
  --port PORT              WebSocket, pull API and page (8080); 0: any that is free, it is printed
  --file FILE              the log (chat.db); FILE.key beside it signs the tokens
  --page DIR               where index.html and its companions are
  --tls-certificate FILE   PEM; with --tls-key the server speaks https and wss only
  --tls-key FILE           PEM
  --max-connections N      altogether (10000)
  --per-address N          from one address (64)
  --metrics-port PORT      /metrics for Prometheus, on 127.0.0.1 (none)
  --help                   this

FOR DEMONSTRATION ONLY: whoever asks gets a token for any name, and no password is asked for. Put your own way of
signing in there before anybody you do not know can reach it.
Ctrl-C ends it gently: everybody is told to come back. A second one ends it at once.
)";

private:
    static tandem::error wrong(std::string_view option, std::string_view what) {
        return {tandem::errc::invalid_argument, std::string{option}.append(": ").append(what)};
    }

    std::string* text(std::string_view name) {
        if (name == "--address") return &address;
        if (name == "--file") return &file;
        if (name == "--page") return &page;
        if (name == "--tls-certificate") return &certificate;
        if (name == "--tls-key") return &key;
        return nullptr;
    }
    std::uint32_t* number(std::string_view name) {
        if (name == "--port") return &port;
        if (name == "--max-connections") return &max_connections;
        if (name == "--per-address") return &per_address;
        if (name == "--metrics-port") return &metrics_port;
        return nullptr;
    }
    bool knows(std::string_view name) { return text(name) || number(name); }

    tandem::result<> take(std::string_view name, std::string_view value) {
        if (std::string* const to = text(name)) {
            if (value.empty()) return wrong(name, "it needs a value");
            *to = value;
            return tandem::success();
        }
        const bool is_port = name.ends_with("port");
        const std::uint64_t least = name == "--port" ? 0 : 1, most = is_port ? 65535 : 10'000'000;
        std::uint64_t n = value.empty() || value.size() > 8 ? most + 1 : 0;
        for (const char c : value) n = c >= '0' && c <= '9' && n <= most ? n * 10 + std::uint64_t(c - '0') : most + 1;
        if (n < least || n > most)
            return wrong(name, std::string{value}.append(" is no number from ") + std::to_string(least) + " to " +
                                   std::to_string(most));
        *number(name) = static_cast<std::uint32_t>(n);
        return tandem::success();
    }
};
