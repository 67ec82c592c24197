// Is it a seq_store? Every sentence of the concept, tried on your type.
#pragma once

#include "store_laws/chance.hpp"
#include "store_laws/marking.hpp"
#include "store_laws/reading.hpp"
#include "store_laws/writing.hpp"

#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <type_traits>

namespace tandem {

// `earns`: the guarantees of the design that rest on it.
struct store_law {
    const char* name;
    const char* earns;
    void (*check)(store_probe&);  // on a store in which nothing has happened yet
    bool needs_trim = false;
};

struct law_verdict {
    enum class what : unsigned char { holds, broken, not_offered };
    const char* name;
    const char* earns;
    what became;
    std::string why;  // broken
};

struct print_verdict {
    void operator()(const law_verdict& v) const {
        static constexpr const char* words[] = {"holds     ", "BROKEN    ", "no trim() "};
        std::printf("%s %-58s %s\n", words[static_cast<int>(v.became)], v.name, v.earns);
        if (!v.why.empty()) std::printf("           %s\n", v.why.c_str());
    }
};

namespace detail {

template <class Made>
auto& pointed_at(Made& made) {
    if constexpr (requires { *made; }) return *made;
    else return made;
}

// check(probe) on a fresh store; returns what broke.
template <class Make, class Settle, class Check>
std::string broken_by(Make& make, Settle& settle, Check check) {
    auto made = make();
    auto& store = pointed_at(made);
    store_probe_of<std::remove_reference_t<decltype(store)>, Settle> probe{store, settle};
    try {
        check(static_cast<store_probe&>(probe));
        return {};
    } catch (const broken_law& broken) { return broken.why; } catch (const std::exception& e) {
        return std::string{"something that should be there is not: "} + e.what();
    }
}

}  // namespace detail

inline std::span<const store_law> all_store_laws() {
    using writing = laws_of_writing;
    using marking = laws_of_marking;
    using reading = laws_of_reading;
    static constexpr store_law all[] = {
        {"seqs and positions are given out without holes", "contiguous, one order", writing::order},
        {"the drafts of an append see those before them", "one order", writing::one_by_one},
        {"a repeated send is stored once", "unique, idempotent", writing::repeated},
        {"a retry is recognised before it can be refused", "idempotent", writing::repeated_by_one_who_left},
        {"a send id stands for one content", "unique", writing::reused},
        {"only members write", "membership, no phantom", writing::members_only},
        {"direct and self have those they name", "membership", writing::personal},
        {"joining decides what one sees", "membership", writing::joining},
        {"coming back adds an interval", "membership", writing::rejoining},
        {"a revoked body is shown nowhere", "immutable, revoked", writing::revoking},
        {"an edit replaces a body", "immutable", writing::editing},
        {"only kept messages can be amended", "immutable", writing::amending_nothing},
        {"marks merge by their rule", "marks", marking::merging},
        {"marks have a member and a seq that exists", "marks", marking::refusing},
        {"a mark may be of one entry", "marks", marking::targets},
        {"a mark of an entry is for those who see the entry", "marks, membership", marking::seen_targets},
        {"marks tells what is said of entries", "marks", marking::said_of},
        {"marks go with what they are about", "marks, retention", marking::trimmed_targets, true},
        {"a mark stands where it changed last", "marks, prefix", marking::moving},
        {"a mark is seen by its owner, and if shared by members", "marks, membership", marking::seen_by},
        {"unread is the formula", "unread", marking::unread},
        {"overviews list what one is in", "unread", marking::overviews},
        {"the tail is everything in order", "one order, progress", reading::everything_in_order},
        {"changes are what one may see", "membership, prefix", reading::only_what_one_may_see},
        {"pages leave nothing out", "prefix, progress", reading::pages},
        {"pages keep their limits", "bounded", reading::limits_of_bytes},
        {"a cursor beyond the head is told", "reset, not silence", reading::beyond_the_head},
        {"pages tell changed memberships", "membership, prefix", reading::changed_memberships},
        {"a history is the newest part of a range", "prefix", reading::history},
        {"members come in order, page by page", "membership", reading::members},
        {"memberships and member agree", "membership", reading::memberships},
        {"trimming forgets entries and nothing else", "retention", reading::trimming, true},
    };
    return all;
}

// Lives that a store must share with the model, each from its own seed: to try more of them, give more.
struct lives {
    std::uint64_t first_seed = 1;
    std::uint64_t count = 20;
    int steps = 400;
};

// Tries every law on a fresh store each: make() gives a store, or a pointer that owns one. report(law_verdict) hears of
// every law; settle(store) lets a store that answers later answer. True if none is broken.
template <class Make, class Report = print_verdict, class Settle = release_answers>
bool store_laws(Make make, Report report = {}, Settle settle = {}, lives by_chance = {}) {
    using what = law_verdict::what;
    bool all_hold = true;
    const auto tell = [&](const char* name, const char* earns, const std::string& why, bool offered = true) {
        report(law_verdict{name, earns, !offered ? what::not_offered : why.empty() ? what::holds : what::broken, why});
        all_hold = all_hold && why.empty();
    };
    for (const store_law& law : all_store_laws()) {
        bool offered = true;
        const std::string why = detail::broken_by(make, settle, [&](store_probe& s) {
            offered = !law.needs_trim || s.trims();
            if (offered) law.check(s);
        });
        tell(law.name, law.earns, why, offered);
    }
    std::string why;
    for (std::uint64_t n = 0; n < by_chance.count && why.empty(); ++n) {
        const std::uint64_t seed = by_chance.first_seed + n;
        why = detail::broken_by(make, settle, [&](store_probe& s) { law_of_chance{s, seed}.live(by_chance.steps); });
        if (!why.empty()) why = "seed " + std::to_string(seed) + ": " + why;
    }
    tell("lives by chance are as the model has them", "all of them together", why);
    return all_hold;
}

}  // namespace tandem
