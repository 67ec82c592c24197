// Any bytes from a server, at once and in parts of any size: the same answers, the same failure, memory within limits.
#include <tandem/transport/http1/http_answer_reader.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace tandem;

constexpr http_limits limits{.head_bytes = 300, .fields = 8, .body_bytes = 100};

void require(bool holds) {
    if (!holds) std::abort();
}

void append(std::string& out, const http_answer_view& a) {
    out.append(std::to_string(a.status)).append(a.keep_alive ? " keep" : " close");
    for (const http_field& f : a.fields) out.append("[").append(f.name).append("=").append(f.value).append("]");
    out.append("{").append(a.body).append("}\n");
}

// Everything a reader says, and what it took. Every second answer is to a HEAD, if the input says so.
class connection {
public:
    explicit connection(bool heads) : heads_{heads} {}

    void receive(std::string_view part) {
        while (true) {
            const std::size_t taken = reader_.feed(part);
            require(taken <= part.size());
            taken_ += taken;
            require(reader_.held_bytes() <=
                    2 * (limits.head_bytes + limits.body_bytes) + limits.fields * sizeof(http_field) + 64);
            part.remove_prefix(taken);
            if (!reader_.whole()) break;
            finish_answer();
        }
        require(part.empty() || reader_.failed() != errc{});
    }

    std::string closed() {
        const bool idle = reader_.idle();
        reader_.finish();
        require(reader_.whole() != (reader_.failed() != errc{}));
        if (reader_.whole()) append(told_, reader_.answer());
        return told_ + text(reader_.failed()) + (idle ? " idle " : " busy ") + std::to_string(taken_);
    }

private:
    void finish_answer() {
        const http_answer_view& a = reader_.answer();
        require(reader_.failed() == errc{} && reader_.feed("x") == 0);
        require(a.fields.size() <= limits.fields && a.body.size() <= limits.body_bytes);
        require(a.status == 101 || (a.status >= 200 && a.status <= 599));
        append(told_, a);
        reader_.next();
        require(reader_.idle() && !reader_.whole() && reader_.held_bytes() <= http_answer_reader::most_idle_bytes);
        if (heads_ && ++answers_ % 2 == 1) reader_.answers_to("HEAD");
    }

    http_answer_reader reader_{limits};
    std::string told_;
    std::size_t taken_ = 0;
    int answers_ = 0;
    bool heads_;
};

// A stream of chance alone seldom gets as far.
constexpr std::string_view openings[] = {
    "",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n",
};

}  // namespace

// The first eight bytes say how the stream begins, and how it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) return 0;
    const std::string stream =
        std::string{openings[data[1] / 64]}.append(reinterpret_cast<const char*>(data) + 8, size - 8);
    const bool heads = data[0] >= 128;
    connection whole{heads}, cut{heads}, slow{heads};
    whole.receive(stream);
    std::size_t turn = 0;
    for (std::string_view rest = stream; !rest.empty();) {
        const std::string_view part = rest.substr(0, 1 + data[turn++ % 8] % 64);
        cut.receive(part);
        rest.remove_prefix(part.size());
    }
    for (const char& c : stream) slow.receive({&c, 1});
    const std::string told = whole.closed();
    require(cut.closed() == told);
    require(slow.closed() == told);
    return 0;
}
