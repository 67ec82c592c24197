// expect: tandem: engine.pull needs a spelling: using pages = tandem::page_codecs<tandem::json_pages>;
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

int main() {
    tandem::engine<my_chat> engine;
#ifdef TANDEM_WRONG
    engine.pull({}, {});
#endif
}
