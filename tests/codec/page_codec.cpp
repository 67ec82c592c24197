#include <tandem/codec/page_codec.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tandem;

namespace {

struct model {
    static constexpr std::string_view media_type = "text/x-model";

    template <class Answer>
    std::string write_answer(const Answer&) {
        return {};
    }
    template <class Request>
    result<Request> read_body(bytes) {
        return Request{};
    }
};
struct nameless {
    std::string write_answer(const auto&) { return {}; }
    template <class Request>
    result<Request> read_body(bytes) {
        return Request{};
    }
};
struct cannot_fail : model {
    template <class Answer>
        requires(!std::same_as<Answer, failure>)
    std::string write_answer(const Answer&) {
        return {};
    }
};
struct reads_no_marks : model {
    template <class Request>
        requires(!std::same_as<Request, mark_request>)
    result<Request> read_body(bytes) {
        return Request{};
    }
};

static_assert(page_codec<model>);
static_assert(!page_codec<nameless> && !page_codec<cannot_fail> && !page_codec<reads_no_marks>);
static_assert(std::tuple_size_v<page_codecs<model, model>::tuple> == 2);

}  // namespace
