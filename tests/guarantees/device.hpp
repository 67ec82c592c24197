// A device that follows the rules: holds pushes while it pulls, applies what continues, pulls when something is missing.
#pragma once

#include "engine/fixture.hpp"

namespace tandem {

inline const conversation_id pair = conversation_id::direct("alice", "bob");

struct device {
    // What it shows of one conversation.
    struct shown {
        seq first{};
        std::vector<std::string> bodies{};  // from `first` on
        seq last() const { return {first.value + bodies.size() - 1}; }
    };

    device(script& s, std::string user, std::size_t at = 0)
        : stage{s}, name{std::move(user)}, line{s.sign_in(name, "device=" + name, at)} {
        listen();
    }

    // Everything it heard since; true if something was missing.
    bool listen() {
        bool missing = false;
        for (const frame& f : line.outlet().take()) {
            const auto said = *tiny_fields::parse(f.payload());
            if (said.name() == "NEWS") missing = true;
            if (said.name() == "PUSH_MSG" || said.name() == "REVOKE_MSG_PUSH" || said.name() == "EDIT_PUSH")
                missing |= !apply(said);
            for (const std::string_view one : said.all("entry")) missing |= !apply(*tiny_fields::parse(one));
        }
        return missing;
    }

    // Pages first, then what was pushed meanwhile; then it says how far it is.
    void pull() {
        for (bool more = true; more;) {
            const page p = stage.page_of(name.c_str(), cursor, limits{.entries = 3});
            for (const entry& e : p.entries) {
                auto& of = shows[e.conversation.text()];
                if (of.bodies.empty()) of.first = e.place.seq;
                put(of, e.place.seq, e.body);
                if (e.kind == entry_kind::revoke || e.kind == entry_kind::edit) amend(of, e.target, e.body);
            }
            cursor = p.examined;
            more = p.more;
        }
        line.says("HEARTBEAT_REQ 9 cursor=" + std::to_string(cursor.value));
        listen();
    }

    std::string text(const conversation_id& c) {
        std::string all;
        for (const std::string& b : shows[c.text()].bodies) all += b + " ";
        return all;
    }

    script& stage;
    std::string name;
    peer line;
    position cursor{};
    std::map<std::string, shown> shows{};

private:
    // False: there is a hole before it.
    bool apply(const tiny_fields& e) {
        auto& of = shows[std::string{e.text("conversation")}];
        const seq at{e.number("seq")};
        if (of.bodies.empty() ? at != seq{1} : at > of.last().next()) return false;
        if (of.bodies.empty()) of.first = at;
        put(of, at, std::string{e.text("body")});
        if (e.has("target")) amend(of, seq{e.number("target")}, std::string{e.text("body")});
        return true;
    }

    static void put(shown& of, seq at, const std::string& body) {
        if (at == of.last().next()) of.bodies.push_back(body);
    }
    static void amend(shown& of, seq target, const std::string& body) {
        if (target >= of.first && target <= of.last()) of.bodies[target.value - of.first.value] = body;
    }
};

}  // namespace tandem
