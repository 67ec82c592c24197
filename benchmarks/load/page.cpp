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

// One connection, on which a page is asked for as soon as the one before is there.
class page_reader {
public:
    page_reader(const std::string& media_type, server_kind kind)
        : setup_{.kind = kind, .groups = {{"pages", members_}}, .missed = missed, .file = files_.file("log")},
          server_{setup_}, all_{server_.port()},
          request_{"GET /api/sync?lastSeq=" + std::to_string(members_.size()) +
                   "&count=500 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer reader\r\nAccept: " + media_type +
                   "\r\n\r\n"} {
        all_.http_only = true;
        all_.on_frame = [this](client& c, std::string_view data) { take(c, data); };
        all_.add("");
        all_.connect_all();
        ask();
        all_.until([&] { return pages_ > 100; });
        pause();
    }

    // Pages in a second of the server's processor.
    double over_http() {
        const std::uint64_t start = nanoseconds_now(), before = pages_;
        const double cpu = server_.cpu_seconds();
        ask();
        all_.until([&] { return seconds_since(start) > 0.4; });
        pause();
        return static_cast<double>(pages_ - before) / (server_.cpu_seconds() - cpu);
    }
    double of_store() const { return server_.pages_of_store(); }

private:
    void ask() {
        asks_ = is_asked_ = true;
        all_.write(all_[0], request_);
    }
    void pause() {
        asks_ = false;
        all_.until([&] { return !is_asked_; });
    }
    void take(client& c, std::string_view data) {
        c.unread.append(data);
        const std::size_t size = answer_size(c.unread);
        if (size == 0) return;
        if (pages_ == 0 && size < missed * 200) throw failed{"the page has less than was missed"};
        c.unread.erase(0, size);
        ++pages_;
        is_asked_ = asks_;
        if (asks_) all_.write(c, request_);
    }

    const std::vector<std::string> members_{"writer", "reader"};
    folder files_;
    server_setup setup_;
    server_process server_;
    crowd all_;
    std::string request_;
    std::uint64_t pages_ = 0;
    bool asks_ = false, is_asked_ = false;
};

void measure(const std::string& name, const std::string& media_type, server_kind kind, const char* store) {
    page_reader reader{media_type, kind};
    const auto c = in_turn(9, [&] { return reader.over_http(); }, [&] { return reader.of_store(); });
    print(name, c.value(), "pages per server CPU second", c.ratio(), store);
}

struct both_stores {
    both_stores() {
        for (const auto& [name, type] :
             {std::pair{"protobuf", "application/x-protobuf"}, {"json", "application/json"}}) {
            const std::string figure = "wire/page_500/" + std::string{name};
            add(figure, type, server_kind::with_sqlite, "sqlite_store's own changes()");
            add(figure + "/memory", type, server_kind::with_memory, "memory_store's own changes()");
        }
    }
    void add(const std::string& figure, const std::string& type, server_kind kind, const char* store) {
        scenarios.push_back(
            std::make_unique<scenario>(figure, [=](const std::string& name) { measure(name, type, kind, store); }));
    }
    std::vector<std::unique_ptr<scenario>> scenarios;
};
const both_stores pages;

}  // namespace

}  // namespace tandem::benchmarks
