// A push of 277 bytes, written and a send read, in each dialect.
#include "figures.hpp"
#include "people.hpp"

#include <tandem/adapters/json/json_dialect.hpp>
#include <tandem/codec/tiny_codec.hpp>

namespace tandem::benchmarks {
namespace {

entry a_message() {
    entry e;
    e.sender = user_id{id36("user", 1)};
    e.conversation = conversation_id::direct(e.sender, user_id{id36("user", 2)});
    e.send_id = send_id{id36("send", 3)};
    e.body = std::string(96, 'x');
    e.time = {1'700'000'000'000};
    e.place = {{12}, {3456}};
    e.number = 11;
    return e;
}

double copy_of_277() {
    const std::string bytes(277, 'x');
    return nanoseconds_per(200'000, [&] { keep(frame{bytes}); });
}

template <class Dialect>
measured encode() {
    Dialect codec;
    const entry e = a_message();
    const double ours = nanoseconds_per(100'000, [&] { keep(codec.write(push_message{e}, 0)); });
    return {ours, "ns", ours / copy_of_277(), "a frame copied from 277 bytes"};
}

template <class Dialect>
measured decode(const std::string& frame, bool text) {
    Dialect codec;
    typename Dialect::state state;
    std::size_t read = 0;
    const double ours = nanoseconds_per(100'000, [&] {
        (void)codec.open({frame, text}, state, [&](typename Dialect::envelope& e) {
            const auto r = codec.template read<send_request>(e);
            read += r ? r->body.size() : 0;
        });
    });
    if (read == 0) std::abort();
    return {ours, "ns", ours / copy_of_277(), "a frame copied from 277 bytes"};
}

const std::string to = id36("user", 2), id = id36("send", 3), body(200, 'x');
const std::string in_json = R"({"command":"SEND_REQ","sequence":7,"body":{"to":")" + to + R"(","clientMsgId":")" + id +
                            R"(","body":")" + body + R"("}})";
const std::string in_tiny = "SEND_REQ 7 to=" + to + " send_id=" + id + " body=" + body;

static const figure protobuf_encode{"codec/protobuf/encode", encode<protobuf_dialect>, repeat{5}};
static const figure protobuf_decode{
    "codec/protobuf/decode", [] { return decode<protobuf_dialect>(send_frame(to, id, body, 7), false); }, repeat{5}};
static const figure json_encode{"codec/json/encode", encode<json_dialect>, repeat{5}};
static const figure json_decode{"codec/json/decode", [] { return decode<json_dialect>(in_json, true); }, repeat{5}};
static const figure tiny_encode{"codec/tiny/encode", encode<tiny_dialect>, repeat{5}};
static const figure tiny_decode{"codec/tiny/decode", [] { return decode<tiny_dialect>(in_tiny, true); }, repeat{5}};

}  // namespace
}  // namespace tandem::benchmarks
