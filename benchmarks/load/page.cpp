// Pull over HTTP: the same page of 500 entries again and again on one connection, against the store that makes it.
#include "scenario.hpp"

namespace tandem::benchmarks {

namespace {

constexpr std::uint32_t missed = 500;

// The size of a whole answer at the beginning of `data`; 0: it is not whole.
std::size_t answer_size(std::string_view data) {
    constexpr std::string_view length = "Content-Length: ";
    const std::size_t end = data.find("\r\n\r\n"), field = data.find(length);
    if (end == data.npos) return 0;
    if (!data.starts_with("HTTP/1.1 200") || field > end)
        throw failed{"not a page: " + std::string{data.substr(0, end)}};
    const std::size_t size = end + 4 + std::stoul(std::string{data.substr(field + length.size(), 12)});
    return data.size() >= size ? size : 0;
}

struct page_rates {
    double over_http, of_store;
};

page_rates of_one_run(const std::string& media_type) {
    const std::vector<std::string> members{"writer", "reader"};
    const server_setup setup{.kind = server_kind::with_memory, .groups = {{"pages", members}}, .missed = missed};
    server_process server{setup};
    crowd all{server.port()};
    all.http_only = true;
    const std::string request =
        "GET /api/sync?lastSeq=" + std::to_string(members.size()) +
        "&count=500 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer reader\r\nAccept: " + media_type + "\r\n\r\n";
    std::uint64_t pages = 0;
    all.on_frame = [&](client& c, std::string_view data) {
        c.unread.append(data);
        const std::size_t size = answer_size(c.unread);
        if (size == 0) return;
        if (pages == 0 && size < missed * 200) throw failed{"the page has less than was missed"};
        c.unread.erase(0, size);
        ++pages;
        all.write(c, request);
    };
    all.add("");
    all.connect_all();
    all.write(all[0], request);
    all.until([&] { return pages > 100; });
    const std::uint64_t start = nanoseconds_now(), before = pages;
    const double cpu = server.cpu_seconds();
    all.until([&] { return seconds_since(start) > 1; });
    const double over_http = static_cast<double>(pages - before) / (server.cpu_seconds() - cpu);
    return {over_http, server.pages_of_store()};
}

void measure(const std::string& name, const std::string& media_type) {
    std::vector<double> over_http, of_store;
    for (int i = 0; i < 3; ++i) {
        const page_rates r = of_one_run(media_type);
        over_http.push_back(r.over_http);
        of_store.push_back(r.of_store);
    }
    print(name, middle(over_http), "pages per server CPU second", middle(over_http) / middle(of_store),
          "the store's own changes()");
}

const scenario protobuf{"wire/page_500/protobuf",
                        [](const std::string& name) { measure(name, "application/x-protobuf"); }};
const scenario json{"wire/page_500/json", [](const std::string& name) { measure(name, "application/json"); }};

}  // namespace

}  // namespace tandem::benchmarks
