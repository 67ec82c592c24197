// Any bytes from a client, at once and in parts of any size: the same requests, the same refusal, memory within limits.
#include <tandem/transport/http1/http_request_reader.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace tandem;

constexpr http_limits limits{.head_bytes = 300, .fields = 8, .body_bytes = 100};

void require(bool holds) {
    if (!holds) std::abort();
}

// What holds of every request that is given out.
void examine(const http_request& r) {
    require(!r.method.empty() && !r.target.empty() && r.target[0] == '/' && r.path().size() <= r.target.size());
    require(r.fields.size() <= limits.fields && r.body.size() <= limits.body_bytes);
    require(r.minor_version == 0 || detail::in_http::count_of(r.fields, "host") == 1);
    require(detail::in_http::count_of(r.fields, "transfer-encoding") == 0);
    require(detail::in_http::count_of(r.fields, "content-length") <= 1);
    require(r.body.empty() || r.field("content-length") == std::to_string(r.body.size()));
    for (const http_field& f : r.fields) {
        require(detail::is_token(f.name) && detail::trimmed(f.value) == f.value);
        for (const char c : f.value) require(c == '\t' || !detail::in_http::is_control(c));
    }
}

void append(std::string& out, const http_request& r) {
    out.append(r.method).append(" ").append(r.target).append(std::to_string(r.minor_version));
    out.append(r.keep_alive ? " keep" : " close");
    for (const http_field& f : r.fields) out.append("[").append(f.name).append("=").append(f.value).append("]");
    out.append("{").append(r.body).append("}\n");
}

// Everything a reader says, and what it took.
class connection {
public:
    void receive(std::string_view part) {
        while (true) {
            const std::size_t taken = reader_.feed(part);
            require(taken <= part.size());
            taken_ += taken, came_ += taken;
            require(reader_.held_bytes() <= 2 * came_ + limits.fields * sizeof(http_field) + kept_ + 64);
            part.remove_prefix(taken);
            if (!reader_.whole()) break;
            finish_request();
        }
        require(part.empty() || reader_.refused() != 0);
    }

    std::string told() const {
        return told_ + std::to_string(reader_.refused()) + (reader_.idle() ? " idle " : " busy ") +
               std::to_string(taken_);
    }

private:
    void finish_request() {
        require(reader_.refused() == 0 && reader_.feed("x") == 0);
        examine(reader_.request());
        append(told_, reader_.request());
        reader_.next();
        require(reader_.idle() && !reader_.whole());
        kept_ = reader_.held_bytes(), came_ = 0;
        require(kept_ <= http_request_reader::most_idle_bytes);
    }

    http_request_reader reader_{limits};
    std::string told_;
    std::size_t taken_ = 0, came_ = 0, kept_ = 0;
};

// A stream of chance alone seldom gets as far.
constexpr std::string_view openings[] = {
    "",
    "GET /a?b HTTP/1.1\r\nHost: h\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
};

}  // namespace

// The first eight bytes say how the stream begins, and how it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) return 0;
    const std::string stream =
        std::string{openings[data[1] / 64]}.append(reinterpret_cast<const char*>(data) + 8, size - 8);
    connection whole, cut, slow;
    whole.receive(stream);
    std::size_t turn = 0;
    for (std::string_view rest = stream; !rest.empty();) {
        const std::string_view part = rest.substr(0, 1 + data[turn++ % 8] % 64);
        cut.receive(part);
        rest.remove_prefix(part.size());
    }
    for (const char& c : stream) slow.receive({&c, 1});
    require(cut.told() == whole.told());
    require(slow.told() == whole.told());
    return 0;
}
