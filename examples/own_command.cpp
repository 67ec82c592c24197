// A command of your own: a request, a reply, a handler, and how they are spelled in one dialect.
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/memory_store.hpp>
#include <tandem/tandem.hpp>

#include <iostream>

namespace game {

struct roll_dice {
    static constexpr tandem::command_name is{1000u, "ROLL_DICE"};
    std::uint32_t sides = 6;
    std::string_view opponent{};
};

struct dice_rolled {
    static constexpr tandem::command_name is{1001u, "DICE_ROLLED"};
    tandem::user_id player{};
    std::uint32_t shows = 0;
};

// Found by argument-dependent lookup: one free function for what is read, one for what is written.
tandem::result<roll_dice> read_tiny(const tandem::tiny_fields& fields, tandem::as<roll_dice>) {
    roll_dice r;
    return fields.fill(r, "sides", r.sides, "opponent", r.opponent);
}
void write_tiny(const dice_rolled& r, tandem::tiny_writer& to) { to.put("player", r.player).put("shows", r.shows); }

// The rule of the command: check, decide, reply, tell the opponent.
struct on_roll_dice {
    using request = roll_dice;

    void operator()(auto& call, const roll_dice& r) {
        if (r.sides < 2) return call.refuse(tandem::errc::invalid_argument);
        const auto opponent = tandem::user_id::parse(r.opponent);
        if (!opponent) return call.refuse(opponent.error());
        const dice_rolled rolled{call.user(), ++rolls_ * 7 % r.sides + 1};
        call.reply(rolled);
        call.tell(*opponent, rolled);
    }

    std::uint32_t rolls_ = 0;
};

}  // namespace game

struct my_game : tandem::default_policies {
    using store = tandem::memory_store;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
    using handlers = tandem::handlers<game::on_roll_dice>;
};

struct screen {
    const char* name;
    void send(const tandem::frame& f) { std::cout << name << " gets  " << f.payload() << '\n'; }
    void close(const tandem::error&) {}
    std::size_t queued_bytes() const { return 0; }
};

int main() {
    tandem::engine<my_game> engine;
    screen alices{"alice"}, bobs{"bob  "};
    const auto alice = engine.open(alices)->session;
    const auto bob = engine.open(bobs)->session;
    engine.receive(alice, {"AUTH_REQ 1 credential=alice"});
    engine.receive(bob, {"AUTH_REQ 1 credential=bob"});
    engine.receive(alice, {"ROLL_DICE 2 sides=20 opponent=bob"});
    engine.receive(bob, {"ROLL_DICE 2 sides=1 opponent=alice"});
}
