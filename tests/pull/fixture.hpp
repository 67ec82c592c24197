// A server that answers pulls, with a store and an authenticator that tests may write the script of.
#pragma once

#include <tandem/adapters/json/json_pages.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>
#include <tandem/testing/manual_clock.hpp>
#include <tandem/testing/recorded_outlet.hpp>
#include <tandem/testing/scripted_store.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pulling {

using namespace tandem;
using nlohmann::json;
using slow_store = scripted_store<memory_store>;

template <class Store, class Authenticator, class Pages = page_codecs<json_pages>>
struct policies : default_policies {
    using store = Store&;
    using authenticator = Authenticator&;
    using dialects = tandem::dialects<tiny_dialect>;
    using pages = Pages;
    using clock = manual_clock&;
};

// One answer, or none yet.
struct pending {
    int times = 0;
    bool dropped = false;  // answered with an error instead
    errc why{};
    pull_answer answer{};

    json body() const { return json::parse(answer.body); }
};
using pending_ptr = std::shared_ptr<pending>;

inline done<pull_answer> ticket_for(const pending_ptr& p) {
    return done<pull_answer>{[p](result<pull_answer> r) {
        ++p->times;
        if (r) p->answer = std::move(*r);
        else p->dropped = true, p->why = r.error().code;
    }};
}

template <class Store = memory_store, class Authenticator = trust_everyone, class Pages = page_codecs<json_pages>>
struct server {
    using engine_type = engine<policies<Store, Authenticator, Pages>>;

    explicit server(tandem::options o = {})
        : options{o}, running{std::make_unique<engine_type>(
                          parts<policies<Store, Authenticator, Pages>>{
                              .store = store, .authenticator = authenticator, .clock = clock},
                          o)} {
        settle();
    }

    // A store that waits for its script answers all it was asked.
    void settle() {
        if constexpr (requires { store.release_all(); }) store.release_all();
    }

    pending_ptr ask(const pull_request& r) {
        auto p = std::make_shared<pending>();
        // What a request views dies with the call: here at once, so that whoever keeps a view is found out.
        const auto copy = [](std::string_view text) { return std::make_unique<std::string>(text); };
        auto method = copy(r.method), target = copy(r.target), type = copy(r.content_type), accept = copy(r.accept),
             authorization = copy(r.authorization), body = copy(r.body);
        running->pull({*method, *target, *type, *accept, *authorization, *body}, ticket_for(p));
        return p;
    }
    pending_ptr ask_get(std::string_view user, std::string_view target) {
        const std::string authorization = "Bearer " + std::string{user};
        return ask({.method = "GET", .target = target, .authorization = authorization});
    }
    pending_ptr ask_post(std::string_view user, std::string_view target, const json& body) {
        const std::string authorization = "Bearer " + std::string{user}, text = body.dump();
        return ask({.method = "POST",
                    .target = target,
                    .content_type = "application/json",
                    .authorization = authorization,
                    .body = text});
    }

    // The answer, which must be there by now.
    pull_answer get(std::string_view user, std::string_view target) { return have(ask_get(user, target)); }
    pull_answer post(std::string_view user, std::string_view target, const json& body) {
        return have(ask_post(user, target, body));
    }
    json page(std::string_view user, std::string_view target) {
        const pull_answer a = get(user, target);
        REQUIRE_MESSAGE(a.status == 200, a.body);
        return json::parse(a.body);
    }
    pull_answer have(const pending_ptr& p) {
        settle();
        REQUIRE(p->times == 1);
        REQUIRE(!p->dropped);
        return p->answer;
    }

    // The parameter that a 400 names; for the rest, status and error.
    std::string refusal(const pull_answer& a) {
        const json b = json::parse(a.body);
        return std::to_string(a.status) + " " + b.value("text", "") +
               (b.contains("parameter") ? ": " + b.value("parameter", "") : "");
    }
    std::string refused(std::string_view user, std::string_view target) { return refusal(get(user, target)); }

    pull_answer send(std::string_view user, std::string_view to, std::string_view id, std::string_view body = "hello") {
        return post(user, "/api/messages/send", {{"conversation", to}, {"clientMsgId", id}, {"body", body}});
    }
    void join(std::string_view group, const user_id& user, role as = role::member) {
        running->join(conversation_id::group(basic_id<struct group_kind>{group}), user, as);
        settle();
    }
    void leave(std::string_view group, const user_id& user) {
        running->leave(conversation_id::group(basic_id<struct group_kind>{group}), user);
        settle();
    }

    tandem::options options;
    manual_clock clock;
    Store store{memory_store{epoch{7}}};
    Authenticator authenticator{};
    std::unique_ptr<engine_type> running;
};

}  // namespace pulling

// What nearly every test here asks is compiled once, in server.cpp.
extern template class tandem::engine<pulling::policies<pulling::memory_store, pulling::trust_everyone>>;
extern template class tandem::engine<pulling::policies<pulling::slow_store, pulling::trust_everyone>>;
extern template struct pulling::server<>;
extern template struct pulling::server<pulling::slow_store>;

namespace pulling {

// "group:g 1, group:g 2": what messages a page has.
inline std::string places(const json& page) {
    std::string all;
    for (const json& m : page["messages"])
        all += (all.empty() ? "" : ", ") + m["conversation"].get<std::string>() + " " + m["seq"].get<std::string>();
    return all;
}

inline std::string seqs(const json& page) {
    std::string all;
    for (const json& m : page["messages"]) all += (all.empty() ? "" : " ") + m["seq"].get<std::string>();
    return all;
}

inline std::string covered(const json& page) {
    return page["coveredFrom"].get<std::string>() + ".." + page["coveredTo"].get<std::string>() +
           (page["hasMore"].get<bool>() ? " more" : "");
}

}  // namespace pulling
