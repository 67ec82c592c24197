// Compiles only. Every public name of the umbrella is used unqualified after the POSIX headers: a name of ours that they
// have too would be ambiguous here, as it would be in the server of somebody who says `using namespace tandem`.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <tandem/codec/page_codec.hpp>
#include <tandem/codec/reply_queue.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/directory/directory.hpp>
#include <tandem/protocol/answers.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

using namespace tandem;

template <class... T>
void types() {}
template <auto... Value>
void values() {}
template <class... T>
void functions(T...) {}

void core() {
    types<bytes, short_text, basic_id<struct any_kind>, user_id, device_id, send_id, conversation_kind,
          conversation_id>();
    types<seq, position, epoch, place, entry_kind, role, draft, entry, interval, mark_key, merge, mark_change, mark>();
    types<errc, error, error_category_type, nothing, result<int>, done<int>, function<void()>, duration, instant>();
    types<rate, token_bucket, system_clock, frame, frames, outlet_ref, null_outlet, flat_index,
          number_table<user_id>>();
    types<chunked<int>>();
    functions(is_utf8, has_control, log_text, is_amendment, is_membership, is_countable, is_retryable, fingerprint_of,
              merge_of);
    functions(is_seq_mark, is_application_key, is_known, is_about, is_same, parse_users, make_error_code,
              error_category, success, milliseconds, seconds, minutes, days, hash_bytes);
    functions(hash(user_id{"a"}), hash(conversation_id{}), text(errc::gone));
    // `clock` alone would be POSIX's clock() too: the one name that has to be qualified.
    values<tandem::time_source<system_clock>, outlet<null_outlet>>();
    const auto verb = [](int n) { return n; };
    values<answers_now<decltype(verb), int, int>, answers_later<decltype(verb), int, int>,
           answers<decltype(verb), int, int>>();
    ask<int>(verb, done<int>{}, 1);
}

void protocol() {
    types<command, command_name, cursor, watch, presence>();
    types<auth_request, auth_reply, heartbeat_request, heartbeat_reply, logout_request, logout_reply,
          background_request, background_reply, send_request, send_reply, revoke_request, revoke_reply, edit_request,
          edit_reply, mark_request, mark_reply, typing_request, presence_request, presence_reply, relay_request,
          relay_reply>();
    types<push_message, push_revoke, push_edit, push_batch, news, push_read_receipt, push_received, push_mark,
          push_trimmed, push_typing, push_presence, push_relay, kick_out, refusal>();
    types<limits, log_head, membership, conversation_head, page, seq_range, history_page, overview, membership_list,
          member_page, mark_page, overview_page>();
    types<sync_answer, history_answer, receipts, conversations_answer, users_answer, failure>();
    functions(told_as(entry{}, [](const auto&) { return 0; }), told_as(mark{}, true, [](const auto&) { return 0; }));
}

void codec() {
    types<message, correlation, envelope, as<int>, hello, greeting, beat, when_missed, dialect_traits, plain_manners,
          dialects<tiny_dialect>, page_codecs<>, reply_queue<int>, tiny_dialect, tiny_fields, tiny_writer,
          tiny_name<watch>>();
    values<frame_codec<tiny_dialect>, dialect<tiny_dialect>, ticks<tiny_dialect>, reads<tiny_dialect, send_request>,
           writes<tiny_dialect, news>, answers_with<tiny_dialect, send_reply>, page_codec<int>,
           writes_answer<int, failure>, reads_body<int, send_request>>();
    functions(greet_by_subprotocol, tiny_names<watch>[0].value);
}

void store_policy_directory() {
    types<outcome, mark_outcome, found, drafts, mark_changes, outcomes, mark_outcomes, memory_store>();
    types<identity, trust_everyone, no_bus, no_sink, no_gatekeeper, no_observer, no_offline, checked_thread,
          unchecked_thread, action, open_directory, stage, named_device, carried>();
    values<seq_store<memory_store>, trimming_store<memory_store>, !joining_store<memory_store>,
           !reads_from_any_thread<memory_store>, authenticator<trust_everyone>, bus<no_bus>, event_sink<no_sink>,
           gatekeeper<no_gatekeeper>, offline<no_offline>, directory<open_directory>, !timing_observer<no_observer>,
           stage_count>();
    functions(verbs::append, verbs::append_together, verbs::verify, verbs::admit, verbs::reached, verbs::publish,
              verbs::may, hooks::received);
    functions(name_of(stage::turn), carried_by(entry{}), carried_by(mark{}));
}

void hub() {
    types<lag, logins, login_policy, room, session_handle, session_state, session, session_details, session_hub>();
}

struct on_roll {
    struct request {
        static constexpr command_name is{1001, "ROLL_REQ"};
    };
    template <class Call>
    void operator()(Call& c, const request&) const {
        c.refuse(errc::unsupported);
    }
};

struct small_server : default_policies {
    using store = memory_store;
    using authenticator = trust_everyone;
    using dialects = tandem::dialects<tiny_dialect>;
    using handlers = tandem::handlers<on_roll>;
};

void the_engine() {
    types<engine<small_server>, parts<small_server>, options, default_policies, handlers<on_roll>, built_in_handlers,
          reply_to, call<engine<small_server>>>();
    types<on_sign_in, on_heartbeat, on_logout, on_background, on_send, on_revoke, on_edit, on_mark, on_typing,
          on_presence, on_relay>();
    values<handler<on_roll>>();
    engine<small_server> e;
    null_outlet nowhere;
    (void)e.open(nowhere);
}

// And theirs are still theirs.
void posix() {
    functions(::send, ::read, ::write, ::close, ::signal, ::clock, ::time, ::access, ::sync);
    functions(send, recv, read, write, close, signal, time, access, sync);
}
