// expect: every member of tandem::dialects<...> must be a tandem::dialect (codec/dialect.hpp)
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#ifdef TANDEM_WRONG
struct my_language {};
#else
using my_language = tandem::tiny_dialect;
#endif

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<my_language>;
};

int main() { tandem::engine<my_chat> engine; }
