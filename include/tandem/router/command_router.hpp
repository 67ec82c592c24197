// Finds the handler of an envelope and reads the request it wants.
#pragma once

#include "handler.hpp"

namespace tandem {

template <class... Hs>
class command_router {
public:
    explicit command_router(std::tuple<Hs...> hs = {}) : handlers_{std::move(hs)} {}

    // False: nobody handles this command. The call needs refuse(error) and admits(bool open_to_strangers).
    template <class Codec, class Call>
    bool route(Codec& codec, typename Codec::envelope& e, Call& call) {
        return std::apply([&](Hs&... h) { return (try_one(h, codec, e, call) || ...); }, handlers_);
    }

private:
    template <class H, class Codec, class Call>
    static bool try_one(H& h, Codec& codec, typename Codec::envelope& e, Call& call) {
        using request = typename H::request;
        constexpr command_name is = request::is;
        if (e.name.empty() ? e.number != is.number : e.name != is.name) return false;
        if (!call.admits(is_open_to_strangers<H>())) {
            call.refuse(error{errc::not_signed_in, "only signing in is possible now"});
        } else if constexpr (reads<Codec, request>) {
            if (auto r = codec.template read<request>(e)) h(call, *r);
            else call.refuse(r.error());
        } else {
            call.refuse(error{errc::unsupported, "this request is not spoken in this dialect"});
        }
        return true;
    }

    std::tuple<Hs...> handlers_;
};

}  // namespace tandem
