// Who may administer?
#pragma once

#include "authenticator.hpp"

namespace tandem {

// Meaning: an authenticator of its own (see authenticator.hpp), for operators instead of users: no credential of a user is
// one of an operator. Threads and durability as there.
struct no_operators {
    result<identity> verify(std::string_view) const { return errc::bad_credential; }
};
static_assert(authenticator<no_operators>);

}  // namespace tandem
