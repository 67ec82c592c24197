// The bag of types an engine is made of, and what is said when one of them does not fit.
#pragma once

#include "../codec/dialect.hpp"
#include "../codec/page_codec.hpp"
#include "../core/clock.hpp"
#include "../directory/directory.hpp"
#include "../policy/authenticator.hpp"
#include "../policy/bus.hpp"
#include "../policy/event_sink.hpp"
#include "../policy/gatekeeper.hpp"
#include "../policy/observer.hpp"
#include "../policy/offline.hpp"
#include "../policy/operators.hpp"
#include "../policy/thread_check.hpp"
#include "../router/handler.hpp"
#include "../store/seq_store.hpp"

namespace tandem {

// Derive from it and replace what you bring yourself. A type is kept by value; write my_store& to keep it yourself.
struct default_policies {
    struct missing {};
    using store = missing;          // yours: tandem::memory_store to begin with
    using authenticator = missing;  // yours: nobody else knows your users
    using operators = no_operators;
    using dialects = tandem::dialects<>;
    using pages = page_codecs<>;
    using handlers = tandem::handlers<>;
    using directory = open_directory;
    using gatekeeper = no_gatekeeper;
    using offline = no_offline;
    using event_sink = no_sink;
    using bus = no_bus;
    using observer = no_observer;
    using clock = system_clock;
    using thread_check = checked_thread;
};

// One policy's object: kept by value, or found where you keep it.
template <class T>
class part {
public:
    part() : held_{} {}  // not "= default": g++ 12 fails inside on it when only some parts are named
    part(T value) : held_{std::move(value)} {}
    T& operator*() { return held_; }
    T* operator->() { return &held_; }

private:
    T held_;
};

template <class T>
class part<T&> {
public:
    part(T& kept) : kept_{&kept} {}
    T& operator*() { return *kept_; }
    T* operator->() { return kept_; }

private:
    T* kept_;
};

// The objects behind the types, in the same words: engine<my_chat> engine{{.store = my_store{…}}, {…}}.
template <class P>
struct parts {
    part<typename P::store> store{};
    part<typename P::authenticator> authenticator{};
    part<typename P::directory> directory{};
    part<typename P::gatekeeper> gatekeeper{};
    part<typename P::offline> offline{};
    part<typename P::event_sink> event_sink{};
    part<typename P::bus> bus{};
    part<typename P::observer> observer{};
    part<typename P::clock> clock{};
    part<typename P::operators> operators{};
};

namespace detail {

template <class T>
using plain = std::remove_cvref_t<T>;

// Each is a base of the engine: all that do not hold are reported, one sentence each.
#define TANDEM_REQUIRE(name, condition, sentence)                                                                      \
    template <class P>                                                                                                 \
    struct require_##name {                                                                                            \
        static_assert(condition, "tandem: " sentence);                                                                 \
    }

template <class P>
using store_of = plain<typename P::store>;

TANDEM_REQUIRE(store_append, (answers<decltype(verbs::append), outcomes, store_of<P>&, drafts>),
               "policies::store needs  result<outcomes> append(drafts)  or  void append(drafts, done<outcomes>)");
TANDEM_REQUIRE(
    store_put, (answers<decltype(verbs::put), mark_outcomes, store_of<P>&, mark_changes>),
    "policies::store needs  result<mark_outcomes> put(mark_changes)  or  void put(mark_changes, done<mark_outcomes>)");
TANDEM_REQUIRE(store_find,
               (answers<decltype(verbs::find), std::optional<found>, store_of<P>&, const user_id&, const send_id&>),
               "policies::store needs  result<std::optional<found>> find(const user_id&, const send_id&)  or the same "
               "as void with a done<std::optional<found>> last");
TANDEM_REQUIRE(store_head, (answers<decltype(verbs::head), log_head, store_of<P>&>),
               "policies::store needs  result<log_head> head()  or  void head(done<log_head>)");
TANDEM_REQUIRE(
    store_tail, (answers<decltype(verbs::tail), page, store_of<P>&, position, limits>),
    "policies::store needs  result<page> tail(position, limits)  or  void tail(position, limits, done<page>)");
TANDEM_REQUIRE(store_changes, (answers<decltype(verbs::changes), page, store_of<P>&, const user_id&, position, limits>),
               "policies::store needs  result<page> changes(const user_id&, position, limits)  or the same as void "
               "with a done<page> last");
TANDEM_REQUIRE(
    store_history,
    (answers<decltype(verbs::history), history_page, store_of<P>&, const conversation_id&, seq_range, limits>),
    "policies::store needs  result<history_page> history(const conversation_id&, seq_range, limits)  or the same as "
    "void with a done<history_page> last");
TANDEM_REQUIRE(store_memberships,
               (answers<decltype(verbs::memberships), membership_list, store_of<P>&, const user_id&>),
               "policies::store needs  result<membership_list> memberships(const user_id&)  or the same as void with a "
               "done<membership_list> last");
TANDEM_REQUIRE(store_member,
               (answers<decltype(verbs::member), membership, store_of<P>&, const conversation_id&, const user_id&>),
               "policies::store needs  result<membership> member(const conversation_id&, const user_id&)  or the same "
               "as void with a done<membership> last");
TANDEM_REQUIRE(
    store_members,
    (answers<decltype(verbs::members), member_page, store_of<P>&, const conversation_id&, const user_id&, std::size_t>),
    "policies::store needs  result<member_page> members(const conversation_id&, const user_id& after, std::size_t "
    "count)  or the same as void with a done<member_page> last");
TANDEM_REQUIRE(
    store_marks,
    (answers<decltype(verbs::marks), mark_page, store_of<P>&, const conversation_id&, seq_range, position,
             std::size_t>),
    "policies::store needs  result<mark_page> marks(const conversation_id&, seq_range targets, position after, "
    "std::size_t count)  or the same as void with a done<mark_page> last");
TANDEM_REQUIRE(store_overviews, (answers<decltype(verbs::overviews), overview_page, store_of<P>&, const user_id&>),
               "policies::store needs  result<overview_page> overviews(const user_id&)  or  void overviews(const "
               "user_id&, done<overview_page>)");
TANDEM_REQUIRE(authenticator_verify, (authenticator<plain<typename P::authenticator>>),
               "policies::authenticator needs  result<identity> verify(std::string_view)  or  void "
               "verify(std::string_view, done<identity>)");
TANDEM_REQUIRE(operators_verify, (authenticator<plain<typename P::operators>>),
               "policies::operators needs  result<identity> verify(std::string_view)  or  void "
               "verify(std::string_view, done<identity>)");
TANDEM_REQUIRE(directory_may, (directory<plain<typename P::directory>>),
               "policies::directory needs  result<bool> may(const user_id&, const conversation_id&, action)  or the "
               "same as void with a done<bool> last");
TANDEM_REQUIRE(gatekeeper_admit, (gatekeeper<plain<typename P::gatekeeper>>),
               "policies::gatekeeper needs  result<draft> admit(draft)  or  void admit(draft, done<draft>)");
TANDEM_REQUIRE(offline_wake, (offline<plain<typename P::offline>>),
               "policies::offline needs  void wake(const entry&, std::span<const user_id>)");
TANDEM_REQUIRE(event_sink_reached,
               (answers<decltype(verbs::reached), std::optional<log_head>, plain<typename P::event_sink>&>),
               "policies::event_sink needs  result<std::optional<log_head>> reached()  or  void "
               "reached(done<std::optional<log_head>>)");
TANDEM_REQUIRE(event_sink_publish,
               (answers<decltype(verbs::publish), nothing, plain<typename P::event_sink>&, const page&>),
               "policies::event_sink needs  result<nothing> publish(const page&)  or  void publish(const page&, "
               "done<nothing>)");
TANDEM_REQUIRE(bus_publish, (bus<plain<typename P::bus>>), "policies::bus needs  void publish(const page&)");
TANDEM_REQUIRE(clock_now, (time_source<plain<typename P::clock>>), "policies::clock needs  instant now()");
TANDEM_REQUIRE(
    dialects, (P::dialects::count > 0),
    "policies::dialects needs at least one wire language: using dialects = tandem::dialects<tandem::tiny_dialect>;");

#undef TANDEM_REQUIRE

template <class P>
struct required : require_store_append<P>,
                  require_store_put<P>,
                  require_store_find<P>,
                  require_store_head<P>,
                  require_store_tail<P>,
                  require_store_changes<P>,
                  require_store_history<P>,
                  require_store_memberships<P>,
                  require_store_member<P>,
                  require_store_members<P>,
                  require_store_marks<P>,
                  require_store_overviews<P>,
                  require_authenticator_verify<P>,
                  require_operators_verify<P>,
                  require_directory_may<P>,
                  require_gatekeeper_admit<P>,
                  require_offline_wake<P>,
                  require_event_sink_reached<P>,
                  require_event_sink_publish<P>,
                  require_bus_publish<P>,
                  require_clock_now<P>,
                  require_dialects<P> {};

}  // namespace detail

}  // namespace tandem
