// Who is connected here: users, their sessions, and the rooms they are in.
#pragma once

#include "room.hpp"
#include "session.hpp"

#include "../core/chunked.hpp"
#include "../core/number_table.hpp"

namespace tandem {

// A user has a number while they have a session or are in a room; a conversation has one while its room is not empty. A
// user's numbers therefore never mean somebody else while a room still holds them.
class session_hub {
public:
    static constexpr std::uint32_t nobody = 0xffffffffu;

    explicit session_hub(std::uint64_t seed = 0) : user_numbers_{seed}, room_numbers_{seed} {}

    // --- sessions
    session_handle open(outlet_ref outlet) {
        const std::uint32_t slot = slots_.take();
        if (slot == sessions_.size()) sessions_.add(), details_.add();
        session& s = sessions_[slot];
        const std::uint32_t generation = s.generation + 1;
        s = session{};
        s.outlet = outlet;
        s.generation = generation;
        s.alive = true;
        details_[slot] = {};
        return {slot, generation};
    }

    session* find(session_handle h) {
        if (h.slot >= sessions_.size()) return nullptr;
        session& s = sessions_[h.slot];
        return s.alive && s.generation == h.generation ? &s : nullptr;
    }
    session_details& details(session_handle h) { return details_[h.slot]; }
    session_handle handle_at(std::uint32_t slot) const { return {slot, sessions_[slot].generation}; }

    // The session is gone; its user stays in their rooms until `forget_user`.
    void close(session_handle h) {
        session* s = find(h);
        if (!s) return;
        if (s->user != nobody) unlink(s->user, h.slot);
        s->alive = false;
        s->outlet = {};
        slots_.give_back(h.slot);
    }

    template <class F>
    void each_session(F f) {
        for (std::uint32_t slot = 0; slot < sessions_.size(); ++slot)
            if (sessions_[slot].alive) f(handle_at(slot), sessions_[slot]);
    }
    std::size_t session_slots() const { return sessions_.size(); }
    std::size_t session_count() const { return slots_.taken(); }

    // --- users
    std::uint32_t sign_in(session_handle h, const user_id& user) {
        const std::uint32_t number = number_for(user);
        session& s = sessions_[h.slot];
        s.user = number;
        s.next_of_user = users_[number].first_session;
        users_[number].first_session = h.slot;
        return number;
    }

    // A look-up in steps, for those who look up several users at once and want to wait for memory only once.
    std::uint64_t hash_of(const short_text& user) const { return user_numbers_.hash_of(user); }
    void prefetch_number(std::uint64_t hash) const { user_numbers_.prefetch_slot(hash); }
    void prefetch_name(std::uint64_t hash) const { user_numbers_.prefetch_key(hash); }
    std::uint32_t number_of(const short_text& user, std::uint64_t hash) const { return user_numbers_.find(user, hash); }
    void prefetch_user(std::uint32_t user) const {
        if (user != nobody) detail::prefetch(users_[user]);
    }
    void prefetch_session_of(std::uint32_t user) const {
        if (user != nobody && has_sessions(user)) detail::prefetch(sessions_[users_[user].first_session]);
    }
    void prefetch_connection_of(std::uint32_t user) const {
        if (user != nobody && has_sessions(user))
            detail::prefetch(sessions_[users_[user].first_session].outlet.connection(), 1);
    }

    std::uint32_t number_of(const user_id& user) const { return user_numbers_.find(user); }
    const user_id& user(std::uint32_t number) const { return user_numbers_[number]; }
    void prefetch_user_of(const session& s) const {
        if (s.user != nobody) user_numbers_.prefetch(s.user);
    }
    // Present: the rooms of a user with sessions are joined, so that membership here is membership now.
    bool is_present(std::uint32_t user) const { return users_[user].present; }
    void set_present(std::uint32_t user, bool present) { users_[user].present = present; }
    bool has_sessions(std::uint32_t user) const { return users_[user].first_session != nobody; }

    // `f` may end the session it is given, no other.
    template <class F>
    void each_session_of(std::uint32_t user, F f) {
        if (user == nobody) return;
        for (std::uint32_t slot = users_[user].first_session; slot != nobody;) {
            const std::uint32_t next = sessions_[slot].next_of_user;
            f(handle_at(slot), sessions_[slot]);
            slot = next;
        }
    }

    // Lets the number go if nothing refers to it any more.
    void forget_user(std::uint32_t user) {
        if (has_sessions(user) || users_[user].rooms != in_none) return;
        users_[user].present = false;
        user_numbers_.release(user);
    }

    // --- rooms
    std::uint32_t room_of(const conversation_id& c) const { return room_numbers_.find(c); }
    room& room_at(std::uint32_t number) { return rooms_[number]; }
    const conversation_id& conversation(std::uint32_t room) const { return room_numbers_[room]; }
    std::size_t room_count() const { return room_numbers_.size(); }

    void join(const conversation_id& c, std::uint32_t user) {
        const auto [number, is_new] = room_numbers_.intern(c);
        if (number == rooms_.size()) rooms_.add();
        if (!rooms_[number].add(user)) return;
        user_record& u = users_[user];
        if (u.rooms == in_none) u.rooms = lists_.take() & in_none;
        if (u.rooms == room_lists_.size()) room_lists_.add();
        room_lists_[u.rooms].push_back(number);
    }

    void leave(std::uint32_t room, std::uint32_t user) {
        if (!rooms_[room].remove(user)) return;
        user_record& u = users_[user];
        auto& of_user = room_lists_[u.rooms];
        for (std::size_t at = of_user.size(); at-- > 0;)
            if (of_user[at] == room) {
                of_user[at] = of_user.back();
                of_user.pop_back();
                break;
            }
        if (of_user.empty()) {
            of_user = std::vector<std::uint32_t>{};
            lists_.give_back(u.rooms);
            u.rooms = in_none;
        }
        if (rooms_[room].size() == 0) {
            rooms_[room] = {};
            room_numbers_.release(room);
        }
    }

    bool is_in(const conversation_id& c, std::uint32_t user) const {
        const std::uint32_t room = room_of(c);
        return room != nobody && rooms_[room].contains(user);
    }

    std::size_t room_count_of(std::uint32_t user) const {
        return users_[user].rooms == in_none ? 0 : room_lists_[users_[user].rooms].size();
    }

    // Oldest first. Whoever leaves them all begins at the end: there each is found at once.
    std::vector<std::uint32_t> rooms_of(std::uint32_t user) const {
        return users_[user].rooms == in_none ? std::vector<std::uint32_t>{} : room_lists_[users_[user].rooms];
    }

    // Calls `f(handle, session)` for the sessions of the users in slots [from, …) of a room until about `most` users were
    // met, and returns the slot to go on from. Users, sessions and connections lie anywhere in memory: each is
    // fetched a block ahead, or the processor would wait for every one of them.
    template <class F>
    std::size_t walk(std::uint32_t room_number, std::size_t from, std::size_t most, F f) {
        const room& members = rooms_[room_number];
        std::size_t slot = from;
        for (std::size_t met = 0; slot < members.slots() && met < most;) {
            std::uint32_t block[16];
            std::size_t count = 0;
            for (; slot < members.slots() && count < 16; ++slot)
                if (const std::uint32_t user = members.at(slot); user != room::vacant) {
                    block[count++] = user;
                    __builtin_prefetch(&users_[user]);
                }
            for (std::size_t i = 0; i < count; ++i)
                if (const std::uint32_t first = users_[block[i]].first_session; first != nobody)
                    __builtin_prefetch(&sessions_[first]);
            for (std::size_t i = 0; i < count; ++i)
                if (const std::uint32_t first = users_[block[i]].first_session; first != nobody)
                    __builtin_prefetch(sessions_[first].outlet.connection());
            for (std::size_t i = 0; i < count; ++i) each_session_of(block[i], f);
            met += count;
        }
        return slot;
    }

private:
    static constexpr std::uint32_t in_none = 0x7fffffffu;

    // Eight bytes, because there is one for everybody: who is in no room has no list of rooms either.
    struct user_record {
        std::uint32_t first_session = nobody;
        std::uint32_t present : 1 = 0;
        std::uint32_t rooms : 31 = in_none;  // number of a list
    };
    static_assert(sizeof(user_record) == 8);

    std::uint32_t number_for(const user_id& user) {
        const std::uint32_t number = user_numbers_.intern(user).first;
        if (number == users_.size()) users_.add();
        return number;
    }

    void unlink(std::uint32_t user, std::uint32_t slot) {
        std::uint32_t* at = &users_[user].first_session;
        while (*at != slot) at = &sessions_[*at].next_of_user;
        *at = sessions_[slot].next_of_user;
    }

    chunked<session> sessions_;
    chunked<session_details> details_;
    number_pool slots_;
    number_table<user_id> user_numbers_;
    chunked<user_record> users_;
    chunked<std::vector<std::uint32_t>, 64> room_lists_;
    number_pool lists_;
    number_table<conversation_id> room_numbers_;
    chunked<room, 16> rooms_;
};

}  // namespace tandem
