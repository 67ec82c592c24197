// The files of the web page, read once at the start: what is not in the list does not exist.
#pragma once

#include <tandem/adapters/asio/http_exchange.hpp>
#include <tandem/core/result.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

class page_files {
public:
    static tandem::result<page_files> read(const std::string& folder) {
        struct kind {
            const char *name, *type;
        };
        constexpr std::array<kind, 7> list{{{"index.html", "text/html; charset=utf-8"},
                                            {"style.css", "text/css; charset=utf-8"},
                                            {"icon.svg", "image/svg+xml"},
                                            {"main.js", "text/javascript; charset=utf-8"},
                                            {"wire.js", "text/javascript; charset=utf-8"},
                                            {"store.js", "text/javascript; charset=utf-8"},
                                            {"view.js", "text/javascript; charset=utf-8"}}};
        page_files all;
        for (const kind& k : list) {
            std::ifstream in{folder + '/' + k.name, std::ios::binary};
            if (!in)
                return tandem::error{tandem::errc::not_found, "--page: " + folder + '/' + k.name + " cannot be read"};
            all.files_["/" + std::string{k.name}] = {k.type, {std::istreambuf_iterator<char>{in}, {}}};
        }
        return all;
    }

    // The path is looked up as it came: nothing in it is decoded, and it never reaches the file system.
    bool operator()(const tandem::http_request& r, const tandem::http_exchange& exchange) const {
        const auto found = files_.find(r.path() == "/" ? std::string_view{"/index.html"} : r.path());
        if (found == files_.end()) return false;
        if (r.method != "GET" && r.method != "HEAD") {
            exchange.answer({.status = 405, .fields = {{"Allow", "GET, HEAD"}}});
            return true;
        }
        exchange.answer({.fields = {{"Cache-Control", "no-cache"},
                                    {"Content-Security-Policy",
                                     "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action "
                                     "'none'; frame-ancestors 'none'"},
                                    {"X-Content-Type-Options", "nosniff"},
                                    {"Referrer-Policy", "no-referrer"}},
                         .content_type = found->second.type,
                         .body = found->second.text});
        return true;
    }

private:
    struct file {
        std::string type, text;
    };
    std::map<std::string, file, std::less<>> files_;
};
