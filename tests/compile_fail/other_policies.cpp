// expect: tandem: policies::gatekeeper needs  result<draft> admit(draft)  or  void admit(draft, done<draft>)
// expect: tandem: policies::directory needs  result<bool> may(const user_id&, const conversation_id&, action)
// expect: tandem: policies::offline needs  void wake(const entry&, std::span<const user_id>)
// expect: tandem: policies::event_sink needs  result<std::optional<log_head>> reached()
// expect: tandem: policies::event_sink needs  result<nothing> publish(const page&)  or  void publish(const page&, done<nothing>)
// expect: tandem: policies::bus needs  void publish(const page&)
// expect: tandem: policies::operators needs  result<identity> verify(std::string_view)
// expect: tandem: policies::clock needs  instant now()
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#ifdef TANDEM_WRONG
struct my_gatekeeper {
    bool admit(int);
};
struct nothing_at_all {};
#endif

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
#ifdef TANDEM_WRONG
    using gatekeeper = my_gatekeeper;
    using directory = nothing_at_all;
    using offline = nothing_at_all;
    using event_sink = nothing_at_all;
    using bus = nothing_at_all;
    using operators = nothing_at_all;
    using clock = nothing_at_all;
#endif
};

int main() { tandem::engine<my_chat> engine; }
