// expect: every member of tandem::handlers<...> must be a tandem::handler (router/handler.hpp)
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

struct roll_dice {
    static constexpr tandem::command_name is{static_cast<tandem::command>(1001), "ROLL_DICE"};
};

struct on_roll_dice {
#ifndef TANDEM_WRONG
    using request = roll_dice;
#endif
    void operator()(auto&, const roll_dice&) const {}
};

struct my_chat : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
    using handlers = tandem::handlers<on_roll_dice>;
};

int main() { tandem::engine<my_chat> engine; }
