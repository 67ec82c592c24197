// The keys that count at the moment.
#pragma once

#include "jwt_key.hpp"
#include "signed_token.hpp"

#include <vector>

namespace tandem::detail::in_jwt {

// A key with a kid is asked about tokens that name it; one without, about every token. Either way only if the token's alg
// is the key's own. How many keys have no kid is limited: a stranger's token is tried with each of them.
class key_ring {
public:
    static constexpr std::size_t most_without_kid = 4;

    static result<key_ring> make(std::vector<jwt_key> keys) {
        const auto wrong = [](std::string why) { return error{errc::invalid_argument, std::move(why)}; };
        if (keys.empty()) return wrong("there is no key, so nobody could sign in");
        std::size_t without_kid = 0;
        for (const jwt_key& key : keys) {
            if (key.kid().empty() && ++without_kid > most_without_kid)
                return wrong("more than 4 keys have no kid: name them, and let the issuer name them in its tokens");
            for (const jwt_key* other = keys.data(); other != &key; ++other)
                if (!key.kid().empty() && other->kid() == key.kid() && other->algorithm() == key.algorithm())
                    return wrong("two keys have the kid " + key.kid() + " and the same algorithm");
        }
        return key_ring{std::move(keys)};
    }

    bool verifies(const signed_token& token) const {
        for (const jwt_key& key : keys_)
            if (is_for(key, token) && key.verifies(token.text, token.signature)) return true;
        return false;
    }

private:
    explicit key_ring(std::vector<jwt_key> keys) : keys_{std::move(keys)} {}

    static bool is_for(const jwt_key& key, const signed_token& token) {
        return token.algorithm == name_of(key.algorithm()) && (key.kid().empty() || token.kid == key.kid());
    }

    std::vector<jwt_key> keys_;
};

}  // namespace tandem::detail::in_jwt
