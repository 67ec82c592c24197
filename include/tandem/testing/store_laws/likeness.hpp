// All that a store tells, beside all that it should tell.
#pragma once

#include "steps.hpp"

namespace tandem {

// Asks everything there is to ask of those who take part in a life.
class likeness {
public:
    explicit likeness(const store_steps& cast) : cast_{cast} {}

    std::string of(store_probe& s) const {
        std::string all = "head @" + std::to_string(s.head().newest.value) + "\n";
        all += tail_of(s);
        for (const user_id& u : cast_.users()) all += of(s, u);
        for (const conversation_id& c : cast_.conversations()) all += of(s, c);
        for (const user_id& u : cast_.users())
            for (std::uint64_t id = 0; id < cast_.send_ids(); ++id) all += line_of(s.find(u, name(id)), u, id);
        return all;
    }

    std::string of(const store_model& m) const {
        std::string all = "head @" + std::to_string(m.newest().value) + "\n";
        all += tail_of(m);
        for (const user_id& u : cast_.users()) all += of(m, u);
        for (const conversation_id& c : cast_.conversations()) all += of(m, c);
        for (const user_id& u : cast_.users())
            for (std::uint64_t id = 0; id < cast_.send_ids(); ++id) all += line_of(m.find(u, name(id)), u, id);
        return all;
    }

    static std::string tail_of(store_probe& s) {
        return "tail\n" + pages([&](position from) { return s.tail(from); });
    }
    static std::string tail_of(const store_model& m) { return "tail\n" + lines(m.range(nullptr, {}, m.newest())); }

    // What one user is told.
    static std::string of(store_probe& s, const user_id& u) {
        std::string all = "of " + std::string{u.view()} + "\n";
        all += pages([&](position from) { return s.changes(u, from); }) + sorted(s.memberships(u).memberships);
        std::vector<std::string> lines;
        for (const overview& o : s.overviews(u).conversations)
            lines.push_back(to_line(o.membership.conversation, o.head, o.read, o.received, o.unread));
        return all + sorted(std::move(lines)) + line_of(s.find(u, name(1)), u, 1);
    }
    static std::string of(const store_model& m, const user_id& u) {
        std::string all = "of " + std::string{u.view()} + "\n" + lines(m.range(&u, {}, m.newest()));
        all += sorted(m.memberships(u));
        std::vector<std::string> lines;
        for (const membership& of : m.memberships(u)) {
            const conversation_id& c = of.conversation;
            if (of.current()) lines.push_back(to_line(c, m.head(c), m.read(c, u), m.received(c, u), m.unread(c, u)));
        }
        return all + sorted(std::move(lines)) + line_of(m.find(u, name(1)), u, 1);
    }

    // What is told of one conversation.
    static std::string of(store_probe& s, const conversation_id& c) {
        const history_page h = s.history(c, scene::everything);
        return "in " + c.text() + "\n" + tandem::to_line(h.head) + "\n" + to_lines(h.entries) +
               to_lines(s.members(c, {}, 99).members) + to_lines(s.marks(c, {seq{0}, scene::everything.last}).marks);
    }
    static std::string of(const store_model& m, const conversation_id& c) {
        return "in " + c.text() + "\n" + tandem::to_line(m.head(c)) + "\n" + to_lines(m.history(c, scene::everything)) +
               to_lines(m.members(c)) + to_lines(m.marks(c, {seq{0}, scene::everything.last}));
    }

    // What differs, and not all the rest.
    void expect_same(store_probe& store, const store_model& model, std::string_view what) const {
        expect_same(of(store), of(model), what);
    }

    // As little as may differ, and the line it is in.
    static void expect_same(const std::string& got, const std::string& wanted, std::string_view what) {
        if (got == wanted) return;
        std::size_t from = 0;
        for (std::size_t i = 0; i < std::min(got.size(), wanted.size()) && got[i] == wanted[i]; ++i)
            if (got[i] == '\n') from = i + 1;
        const auto lines_of = [&](const std::string& all) { return all.substr(from, all.find('\n', from) - from); };
        tandem::expect_same(lines_of(got), lines_of(wanted), what);
    }

    static std::string sorted(std::vector<membership> all) {
        std::vector<std::string> lines;
        for (const membership& m : all) lines.push_back(tandem::to_line(m));
        return sorted(std::move(lines));
    }

    static std::string to_line(const conversation_id& c, const conversation_head& h, seq read, seq received,
                               std::uint64_t unread) {
        return c.text() + " " + tandem::to_line(h) + " read " + std::to_string(read.value) + " received " +
               std::to_string(received.value) + " unread " + std::to_string(unread);
    }

private:
    static std::string sorted(std::vector<std::string> lines) {
        std::sort(lines.begin(), lines.end());
        std::string all;
        for (const std::string& line : lines) all += line + "\n";
        return all;
    }

    static send_id name(std::uint64_t n) { return send_id{std::to_string(n)}; }

    static std::string line_of(const std::optional<found>& f, const user_id& sender, std::uint64_t id) {
        if (!f) return {};
        return std::string{sender.view()} + " sent " + std::to_string(id) + " to " + f->conversation.text() + " #" +
               std::to_string(f->place.seq.value) + " @" + std::to_string(f->place.position.value) + " number " +
               std::to_string(f->number) + " time " + std::to_string(f->time.milliseconds) + "\n";
    }

    static std::string lines(const page& p) { return to_lines(p.entries) + to_lines(p.marks); }

    template <class Read>
    static std::string pages(Read read) {
        page all, p;
        do {
            p = read(p.examined);
            expect(p.examined > p.from || !p.more, "a page examines something");
            all.entries.insert(all.entries.end(), p.entries.begin(), p.entries.end());
            all.marks.insert(all.marks.end(), p.marks.begin(), p.marks.end());
        } while (p.more);
        return lines(all);
    }

    const store_steps& cast_;
};

}  // namespace tandem
