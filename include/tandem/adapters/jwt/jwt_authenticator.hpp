// Who is it? Whoever a JSON Web Token says, if one of the configured keys has signed it.
#pragma once

#include "claims.hpp"
#include "invalidations.hpp"
#include "key_ring.hpp"

#include "../../core/clock.hpp"

#include <type_traits>

namespace tandem {

// Model of invalidating_authenticator, kept by value in a bag of parts or by reference. Signed tokens only (JWS, compact):
// what to trust is configured, nothing is fetched, nothing in a token says how to verify it. Every refusal is bad_credential,
// except that a token which is right in everything but its age is `expired`; the detail says why, for the log, and has no
// part of the token in it. An identity ends at exp + leeway, when its token would be refused.
//
// Threads: the engine's. Engines on several threads have one each (a key may be in all of them), and are told of new keys
// and of invalidations one by one. Durability: none; see `invalidate`. `Clock` may be a reference.
template <class Clock = system_clock>
    requires time_source<std::remove_reference_t<Clock>>
class basic_jwt_authenticator {
public:
    static result<basic_jwt_authenticator> make(jwt_options options, std::vector<jwt_key> keys)
        requires std::default_initializable<Clock>
    {
        return make(std::move(options), std::move(keys), Clock{});
    }
    static result<basic_jwt_authenticator> make(jwt_options options, std::vector<jwt_key> keys, Clock clock) {
        if (auto sound = detail::in_jwt::check(options); !sound) return sound.error();
        auto ring = detail::in_jwt::key_ring::make(std::move(keys));
        if (!ring) return ring.error();
        return basic_jwt_authenticator{std::move(options), std::move(*ring), static_cast<Clock&&>(clock)};
    }

    result<identity> verify(std::string_view token) {
        const auto read = detail::in_jwt::signed_token::read(token);
        if (!read) return read.error();
        if (!keys_.verifies(*read)) return detail::in_jwt::refused("no configured key has signed this token");
        auto claims = detail::in_jwt::read_claims(read->claims, options_);
        if (!claims) return claims.error();
        if (auto good = is_good_now(*claims); !good) return good.error();
        claims->who.expires = claims->expires + options_.leeway;
        return std::move(claims->who);
    }

    // The keys from now on. For a rotation: the old one and the new one, and later the new one alone. A token that only a
    // missing key has signed is refused at once; sessions it opened before go on until they end. If the keys are refused, the
    // ones before stay.
    result<> use_keys(std::vector<jwt_key> keys) {
        auto ring = detail::in_jwt::key_ring::make(std::move(keys));
        if (!ring) return ring.error();
        keys_ = std::move(*ring);
        return success();
    }

    // Tokens of this user that were issued up to now are void. iat counts whole seconds: one that is issued in the same
    // second is void, too. An issuer's clock may be ahead of this one by jwt_options::leeway, and so may be what it issued:
    // who fears that says now + leeway, and the user's new tokens are good after that time. It is kept in memory, for longest_life: after a restart, and in the authenticators of other
    // engines, say it again with the moment it was.
    result<> invalidate(const user_id& user) { return invalidate(user, clock_.now()); }
    result<> invalidate(const user_id& user, instant issued_up_to) {
        const instant now = clock_.now();
        if (options_.longest_life == duration{})
            return error{errc::unsupported,
                         "tokens may live for ever: set jwt_options::longest_life to invalidate some"};
        if (issued_up_to > now + options_.leeway)
            return error{errc::invalid_argument, "tokens that are still to be issued cannot be invalidated"};
        if (!invalid_.add(user, issued_up_to, now))
            return error{errc::overloaded,
                         "too many users are invalidated (jwt_options::most_invalidated): replace the key"};
        return success();
    }

    // How many users are remembered as invalidated.
    std::size_t invalidated() const { return invalid_.size(); }

private:
    basic_jwt_authenticator(jwt_options options, detail::in_jwt::key_ring keys, Clock clock)
        : options_{std::move(options)}, keys_{std::move(keys)},
          invalid_{options_.longest_life + options_.leeway, options_.most_invalidated},
          clock_{static_cast<Clock&&>(clock)} {}

    // Last of all its age: `expired` is said only to who had the right token.
    result<> is_good_now(const detail::in_jwt::claims& c) {
        using detail::in_jwt::refused;
        const instant now = clock_.now(), soon = now + options_.leeway;
        if (c.not_before && *c.not_before > soon) return refused("nbf is still to come");
        if (c.issued && *c.issued > soon) return refused("iat is still to come");
        if (options_.longest_life != duration{}) {
            if (!c.issued) return refused("there is no iat, which jwt_options::longest_life needs");
            if (c.expires > *c.issued + options_.longest_life)
                return refused("from iat to exp is longer than jwt_options::longest_life");
            if (invalid_.has(c.who.user, *c.issued)) return refused("the user's tokens of that time are invalidated");
        }
        if (c.expires + options_.leeway <= now) return error{errc::expired, "exp is past"};
        return success();
    }

    jwt_options options_;
    detail::in_jwt::key_ring keys_;
    detail::in_jwt::invalidations invalid_;
    Clock clock_;
};

using jwt_authenticator = basic_jwt_authenticator<>;
static_assert(invalidating_authenticator<jwt_authenticator>);

}  // namespace tandem
