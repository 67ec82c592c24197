// Any bytes to a client on tandem.v1.protobuf: heard, and read as every answer of the pull API; what it made of them is
// written as a server would, and read again.
#include <tandem/adapters/protobuf/protobuf_client.hpp>

#include <cstdlib>

using namespace tandem;

namespace {

namespace wire = detail::in_protobuf;

template <class Noun>
void same_again(const Noun& heard) {
    const std::string first = wire::octets_of(heard);
    Noun again{};
    wire::heard_reader in{first};
    if (!in.read(again) || wire::octets_of(again) != first) std::abort();
}

template <class Answer>
void read(bytes body) {
    if (const auto answer = protobuf_client{}.read_answer<Answer>(body)) same_again(*answer);
    else if (answer.error().code != errc::malformed || answer.error().detail.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static protobuf_client client;
    const bytes input{reinterpret_cast<const char*>(data), size};
    if (const auto heard = client.hear({input})) {
        std::visit(
            []<class Word>(const Word& word) {
                if constexpr (!std::same_as<Word, heard::unknown>) same_again(word);
            },
            heard->word);
    } else if (heard.error().code != errc::malformed || heard.error().detail.empty()) {
        std::abort();
    }
    read<heard::sync_page>(input);
    read<heard::history>(input);
    read<heard::overviews>(input);
    read<send_reply>(input);
    read<revoke_reply>(input);
    read<edit_reply>(input);
    read<mark_reply>(input);
    read<heard::refused>(input);
    return 0;
}
