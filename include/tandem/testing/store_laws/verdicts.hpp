// What a store is worth, law by law and guarantee by guarantee.
#pragma once

#include "law.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace tandem {

struct law_verdict {
    enum class what : unsigned char { holds, broken, not_offered };
    const char* name;
    const char* earns;
    what became;
    std::string why{};     // broken: what it should have been. not_offered: what it takes
    std::string replay{};  // broken: how to have exactly this again
    circumstance under = circumstance::calls;
};

struct guarantee_verdict {
    enum class what : unsigned char { earned, in_part, broken, not_tried };
    const char* guarantee;
    what became;
    std::string tried{};                     // under which circumstances it holds
    const law_verdict* broken_by = nullptr;  // lives as long as the store_worth it came from
};

// Collects the verdicts on the laws, and says which guarantees of the design they earn together.
class store_worth {
public:
    void add(law_verdict v) { laws_.push_back(std::move(v)); }

    const std::vector<law_verdict>& laws() const { return laws_; }

    bool all_hold() const {
        for (const law_verdict& v : laws_)
            if (v.became == law_verdict::what::broken) return false;
        return true;
    }

    std::vector<guarantee_verdict> guarantees() const {
        std::vector<guarantee_verdict> all;
        for (const char* guarantee : design) all.push_back(verdict_on(guarantee));
        return all;
    }

private:
    static constexpr const char* design[] = {
        "durable", "unique",   "idempotent", "contiguous", "one order", "no phantom", "immutable", "revoked",
        "prefix",  "progress", "membership", "marks",      "unread",    "retention",  "bounded",   "reset"};

    static bool earns(const law_verdict& v, std::string_view guarantee) {
        for (std::string_view left = v.earns; !left.empty();) {
            const auto end = std::min(left.find(", "), left.size());
            if (left.substr(0, end) == guarantee) return true;
            left.remove_prefix(std::min(end + 2, left.size()));
        }
        return false;
    }

    guarantee_verdict verdict_on(const char* guarantee) const {
        using what = guarantee_verdict::what;
        guarantee_verdict verdict{guarantee, what::not_tried};
        // Without a law that holds under these it is earned in part at most.
        const bool is_durable = std::string_view{guarantee} == "durable";
        const circumstance needed = is_durable ? circumstance::crashes : circumstance::calls;
        bool needed_holds = false;
        for (const law_verdict& v : laws_) {
            if (!earns(v, guarantee)) continue;
            if (v.became == law_verdict::what::broken && !verdict.broken_by) verdict.broken_by = &v;
            if (v.became != law_verdict::what::holds) continue;
            const std::string under = circumstance_names[static_cast<std::size_t>(v.under)];
            if (verdict.tried.find(under) == std::string::npos)
                verdict.tried += (verdict.tried.empty() ? "" : ", ") + under;
            needed_holds = needed_holds || v.under == needed;
        }
        if (verdict.broken_by) verdict.became = what::broken;
        else if (!verdict.tried.empty()) verdict.became = needed_holds ? what::earned : what::in_part;
        return verdict;
    }

    std::vector<law_verdict> laws_;
};

// One line a law as it is tried, and at the end one a guarantee.
struct print_verdict {
    void operator()(const law_verdict& v) const {
        static constexpr const char* words[] = {"holds      ", "BROKEN     ", "not tried  "};
        std::printf("%s%-58s %s\n", words[static_cast<int>(v.became)], v.name, v.earns);
        if (!v.why.empty()) std::printf("           %s\n", v.why.c_str());
        if (!v.replay.empty()) std::printf("           again: %s\n", v.replay.c_str());
    }

    void operator()(const store_worth& worth) const {
        static constexpr const char* words[] = {"earned", "in part", "BROKEN", "not tried"};
        std::printf("\nWhat it is worth:\n");
        for (const guarantee_verdict& g : worth.guarantees()) {
            std::printf("%-12s %-11s", g.guarantee, words[static_cast<int>(g.became)]);
            if (g.broken_by) std::printf("again: %s\n", g.broken_by->replay.c_str());
            else std::printf("%s\n", g.tried.c_str());
        }
    }
};

}  // namespace tandem
