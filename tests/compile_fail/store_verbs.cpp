// expect: tandem: policies::store needs  result<outcomes> append(drafts)  or  void append(drafts, done<outcomes>)
// expect: tandem: policies::store needs  result<log_head> head()  or  void head(done<log_head>)
// expect: tandem: policies::store needs  result<page> tail(position, limits)  or  void tail(position, limits, done<page>)
// expect: tandem: policies::store needs  result<mark_page> marks(const conversation_id&, seq_range targets, position after,
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

struct my_store : tandem::memory_store {
#ifdef TANDEM_WRONG
    int append(tandem::drafts);                                // answers something else
    tandem::result<tandem::log_head> head(int);                // asks for something else
    tandem::result<tandem::mark_page> marks(tandem::user_id);  // asks for something else, too
    tandem::page tail(tandem::position, tandem::done<int>);    // is neither now nor later
#endif
};

struct my_chat : tandem::default_policies {
    using store = my_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

int main() { tandem::engine<my_chat> engine; }
