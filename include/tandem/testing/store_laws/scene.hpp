// The people, places and drafts that the laws play with.
#pragma once

#include "../../store/seq_store.hpp"

#include <string>

namespace tandem {

struct scene {
    static inline const user_id ann{"ann"}, bob{"bob"}, cid{"cid"}, eve{"eve"};

    static conversation_id pair() { return conversation_id::direct(ann, bob); }
    static conversation_id group(std::string_view name = "g") {
        return conversation_id::group(basic_id<struct group_kind>{name});
    }

    static draft message(const conversation_id& c, const user_id& sender, std::string body, const send_id& id = {}) {
        draft d{c, sender, id};
        d.body = std::move(body);
        return d;
    }
    static draft joined(const conversation_id& c, const user_id& who, role as = role::member,
                        std::uint32_t history = 0) {
        draft d{c, who, {}, entry_kind::joined};
        d.subject = who, d.role = as, d.history = history;
        return d;
    }
    static draft left(const conversation_id& c, const user_id& who) {
        draft d{c, who, {}, entry_kind::left};
        d.subject = who;
        return d;
    }
    static draft revoke(const conversation_id& c, const user_id& by, seq target) {
        draft d{c, by, {}, entry_kind::revoke};
        d.target = target;
        return d;
    }
    static draft edit(const conversation_id& c, const user_id& by, seq target, std::string body) {
        draft d = revoke(c, by, target);
        d.kind = entry_kind::edit, d.body = std::move(body);
        return d;
    }
    static mark_change mark(const conversation_id& c, const user_id& owner, mark_key key, std::uint64_t value,
                            bool shared = false) {
        return {c, key, owner, value, shared};
    }

    static mark_change about(seq target, mark_change m) {
        m.target = target;
        return m;
    }
    static mark_change reaction(const conversation_id& c, const user_id& owner, seq target, std::uint64_t value) {
        return about(target, mark(c, owner, mark_key::reaction, value, true));
    }

    static bool is_placed(const outcome& o) { return o.became == outcome::what::placed; }
    static bool is_already(const outcome& o, place at) { return o.became == outcome::what::already && o.place == at; }
    static bool is_refused(const outcome& o, errc why) { return o.became == outcome::what::refused && o.why == why; }
    static bool is_changed(const mark_outcome& o) { return o.became == mark_outcome::what::changed; }
    static bool is_refused(const mark_outcome& o, errc why) {
        return o.became == mark_outcome::what::refused && o.why == why;
    }
    static std::string bodies(const std::vector<entry>& entries) {
        std::string all;
        for (const entry& e : entries) all += e.body + ",";
        return all;
    }
    static constexpr seq_range everything{seq{1}, seq{~std::uint64_t{0}}};
};

}  // namespace tandem
