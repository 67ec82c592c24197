// Arbitrary requests against an engine with a little in its store: every one is answered once, with a page or a failure.
#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>
#include <tandem/testing/manual_clock.hpp>

#include <cstdlib>

namespace {

using namespace tandem;

struct policies : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect>;
    using pages = page_codecs<json_pages>;
    using clock = manual_clock;
};

void require(bool holds) {
    if (!holds) std::abort();
}

void pull(engine<policies>& e, const pull_request& r) {
    int times = 0;
    e.pull(r, done<pull_answer>{[&](result<pull_answer> a) {
               ++times;
               require(a && a->status >= 200 && a->status < 600 && !a->body.empty() &&
                       a->content_type == "application/json");
           }});
    e.parts().clock->advance(seconds(2));
    e.tick();  // marks are put once a second
    require(times == 1);
}

// The next line of the input.
std::string_view line_of(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    engine<policies> e{{.store = memory_store{epoch{7}}}};
    const auto g = e.create_group("g", "alice");
    e.join(g, "bob");
    e.leave(g, "bob");
    e.send({.conversation = g, .sender = "alice", .body = "x"});
    std::string_view rest{reinterpret_cast<const char*>(data), size};
    while (!rest.empty()) {  // the first byte of a line chooses what the line is
        const std::string_view line = line_of(rest);
        const std::string_view what = line.substr(line.empty() ? 0 : 1);
        const auto post = [&](std::string_view path) {
            pull(e, {.method = "POST", .target = path, .authorization = "Bearer bob", .body = what});
        };
        switch (line.empty() ? '\0' : line[0]) {
            case 's': post("/api/messages/send"); break;
            case 'r': post("/api/messages/read"); break;
            case 'v': post("/api/messages/revoke"); break;
            case 'e': post("/api/messages/edit"); break;
            case 'a': pull(e, {.method = "GET", .target = "/api/sync", .authorization = what}); break;
            case 't':
                pull(e, {.method = "GET",
                         .target = "/api/sync",
                         .content_type = what,
                         .accept = what,
                         .authorization = "Bearer bob"});
                break;
            case 'h':
                pull(e, {.method = "GET",
                         .target = std::string{"/api/messages/history?"}.append(what),
                         .authorization = "Bearer bob"});
                break;
            case 'y':
                pull(
                    e,
                    {.method = "GET", .target = std::string{"/api/sync?"}.append(what), .authorization = "Bearer bob"});
                break;
            default: pull(e, {.method = "GET", .target = line, .authorization = "Bearer bob"});
        }
    }
    return 0;
}
