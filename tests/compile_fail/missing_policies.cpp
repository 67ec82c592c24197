// expect: tandem: policies::authenticator needs  result<identity> verify(std::string_view)
// expect: tandem: policies::store needs  result<mark_outcomes> put(mark_changes)
// expect: tandem: policies::dialects needs at least one wire language
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

struct my_chat : tandem::default_policies {
#ifndef TANDEM_WRONG
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
#endif
};

int main() { tandem::engine<my_chat> engine; }
