#include <tandem/hub/login_policy.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

using namespace tandem;

// On the same device; on another device of the same platform; elsewhere.
static std::string replaced(logins allowed) {
    const login_policy p{.allowed = allowed};
    std::string said;
    for (const bool same_platform : {false, true}) said += p.replaces(true, same_platform) ? "device " : "";
    said += p.replaces(false, true) ? "platform " : "";
    said += p.replaces(false, false) ? "any" : "";
    return said;
}

TEST_CASE("a device has one session, the rest is the policy's") {
    CHECK(replaced(logins::any_number) == "device device ");
    CHECK(replaced(logins::one_per_platform) == "device device platform ");
    CHECK(replaced(logins::one_per_user) == "device device platform any");
}
