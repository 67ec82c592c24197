// DEMONSTRATION ONLY: gives anybody a token for any name, and groups to whoever has one. Replace it by your own
// sign-in.
#pragma once

#include <tandem/adapters/asio/http_exchange.hpp>
#include <tandem/adapters/jwt/jwt_authenticator.hpp>
#include <tandem/adapters/jwt/jwt_issuer.hpp>
#include <tandem/engine/engine.hpp>
#include <tandem/pull/bearer.hpp>

#include <nlohmann/json.hpp>
#include <openssl/rand.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>

// The secret that signs the tokens: made at the first start, readable by its owner alone. Tokens outlive a restart.
inline tandem::result<std::string> secret_in(const std::string& file) {
    unsigned char fresh[32];
    if (RAND_bytes(fresh, sizeof fresh) != 1) return tandem::error{tandem::errc::store_failed, "no random bytes"};
    if (const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); made >= 0) {
        const bool whole = ::write(made, fresh, sizeof fresh) == sizeof fresh && ::fsync(made) == 0;
        ::close(made);
        if (!whole) return tandem::error{tandem::errc::store_failed, file + " cannot be written"};
    }
    std::ifstream in{file, std::ios::binary};
    std::string secret{std::istreambuf_iterator<char>{in}, {}};
    if (secret.size() != sizeof fresh)
        return tandem::error{tandem::errc::store_failed, file + " is no key of 32 bytes; remove it to get another"};
    return secret;
}

inline tandem::jwt_options token_options() { return {.issuer = "tandem-demo", .audience = "tandem-demo"}; }

// POST /demo/login {"user":"alice"} -> {"token":…}
// POST /demo/group {"name":"Friends","members":["bob"]} -> {"conversation":"group:…"}, in the name of the token's
// user.
template <class Engine>
class desk {
public:
    desk(Engine& engine, tandem::jwt_authenticator& users, tandem::jwt_issuer issuer)
        : engine_{engine}, users_{users}, issuer_{std::move(issuer)} {}

    bool operator()(const tandem::http_request& r, const tandem::http_exchange& exchange) {
        if (r.path() != "/demo/login" && r.path() != "/demo/group") return false;
        if (r.method != "POST") exchange.answer({.status = 405, .fields = {{"Allow", "POST"}}});
        else if (const json body = json::parse(r.body, nullptr, false); !body.is_object())
            refuse(exchange, 400, "the body is no JSON object");
        else if (r.path() == "/demo/login") login(body, exchange);
        else group(body, r.field("Authorization"), exchange);
        return true;
    }

private:
    using json = nlohmann::json;

    static constexpr std::size_t longest_name = 32;  // of a group: its id is the name and eight letters
    static constexpr std::size_t most_members = 100;

    void login(const json& body, const tandem::http_exchange& exchange) {
        const auto user = user_in(member(body, "user"));
        if (!user) return refuse(exchange, 400, "a name has 1 to 47 bytes and no control characters");
        auto token = issuer_.issue({.user = *user}, tandem::days(7));
        if (!token) return refuse(exchange, 500, "no token could be made");
        answer(exchange, 200, {{"token", *token}, {"user", user->view()}});
    }

    void group(const json& body, std::string_view authorization, const tandem::http_exchange& exchange) {
        const auto credential = tandem::bearer_credential(authorization);
        const auto who = users_.verify(credential.value_or(""));
        if (!who) return refuse(exchange, 401, "sign in first");
        const json &name = member(body, "name"), &listed = member(body, "members");
        if (!name.is_string() || name.get_ref<const std::string&>().size() > longest_name || !user_in(name))
            return refuse(exchange, 400, "a group's name has 1 to 32 bytes");
        if (!listed.is_array() || listed.empty() || listed.size() > most_members)
            return refuse(exchange, 400, "a group has 1 to 100 other members");
        std::vector<tandem::user_id> members;
        for (const json& one : listed) {
            const auto user = user_in(one);
            if (!user) return refuse(exchange, 400, "one of the members is no name");
            if (*user != who->user) members.push_back(*user);
        }
        // The demo keeps no table of groups: what a group is called stands in its id, before the '~'.
        char unlike_others[9] = {};
        std::snprintf(unlike_others, sizeof unlike_others, "%08x", std::random_device{}());
        const tandem::group_id id{name.get<std::string>() + '~' + unlike_others};
        const tandem::done<tandem::stored> then{[exchange](const tandem::result<tandem::stored>& made) {
            if (made) answer(exchange, 200, {{"conversation", made->conversation.text()}});
            else refuse(exchange, 503, tandem::text(made.error().code));
        }};
        engine_.create_group(id, who->user, members, then);
    }

    // Never a copy: one of something deep would need as deep a stack.
    static const json& member(const json& of, const char* name) {
        static const json none;
        const auto found = of.find(name);
        return found == of.end() ? none : *found;
    }
    static tandem::result<tandem::user_id> user_in(const json& text) {
        if (!text.is_string()) return tandem::errc::invalid_argument;
        return tandem::user_id::parse(text.get_ref<const std::string&>());
    }

    static void answer(const tandem::http_exchange& to, int status, const json& body) {
        to.answer({.status = status,
                   .fields = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}},
                   .content_type = "application/json",
                   .body = body.dump()});
    }
    static void refuse(const tandem::http_exchange& to, int status, std::string_view why) {
        answer(to, status, {{"text", why}});
    }

    Engine& engine_;
    tandem::jwt_authenticator& users_;
    tandem::jwt_issuer issuer_;
};
