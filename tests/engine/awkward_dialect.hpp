// A language made to be awkward: whatever a dialect may do that the native ones do not.
#pragma once

#include <tandem/codec/dialect.hpp>
#include <tandem/codec/reply_queue.hpp>

#include <string>
#include <vector>

namespace tandem {

// Lines of words. A request is "<verb> <ticket> <trace> …", answered in the order of the requests with both strings; who
// speaks "Loudly" is shouted at. It greets before anybody is accepted, pings on its own and hangs up on who does not
// answer; a message is two frames, a header and a body; a sender hears their own message again.
class awkward_dialect : public plain_manners {
public:
    static constexpr dialect_traits traits{.echo_to_origin = true};
    static constexpr unsigned variants = 2;
    static constexpr duration between_pings = seconds(10);

    struct names {
        std::string ticket;
        std::string trace;
    };
    struct state {
        reply_queue<names> replies;
        unsigned variant = 0;
        bool begun = false;
        bool pinged = false;
    };
    struct envelope : tandem::envelope {
        std::vector<std::string_view> words;
    };

    static bool fill(const envelope& e, auth_request& r);
    static bool fill(const envelope& e, heartbeat_request& r);
    static bool fill(const envelope& e, send_request& r);
    static bool fill(const envelope& e, revoke_request& r);
    static bool fill(const envelope& e, mark_request& r);

    greeting greet(const hello& h, state& s);
    beat tick(state& s, instant now);

    template <class Out>
    result<> open(const message& m, state& s, Out out) {
        envelope e;
        if (auto opened = open_line(m, s, e); !opened) return opened;
        if (e.number != command::none) out(e);
        return success();
    }

    template <class Request>
        requires requires(const envelope& e, Request& r) { fill(e, r); }
    result<Request> read(const envelope& e) {
        Request r;
        if (!fill(e, r)) return error{errc::malformed, "too few words"};
        return r;
    }

    frames write(const push_message& e, unsigned variant);
    frames write(const push_revoke& e, unsigned variant);
    frames write(const push_edit& e, unsigned variant);
    frames write(const push_read_receipt& e, unsigned variant);
    frames write(const news& e, unsigned variant);
    frames write(const refusal& e, unsigned variant);
    frames write(const kick_out& e, unsigned variant);

    frames answer(state& s, const refusal& r, const correlation& to);
    frames answer(state& s, const auth_reply& r, const correlation& to);
    frames answer(state& s, const heartbeat_reply& r, const correlation& to);
    frames answer(state& s, const send_reply& r, const correlation& to);
    frames answer(state& s, const revoke_reply& r, const correlation& to);
    frames answer(state& s, const mark_reply& r, const correlation& to);

private:
    static result<> open_line(const message& m, state& s, envelope& e);
    static frames reply(state& s, const correlation& to, const std::string& text);
};
static_assert(dialect<awkward_dialect> && ticks<awkward_dialect>);

}  // namespace tandem
