// tandem_killed <chat_server> [kills [devices]]: a server that is killed in the middle of everything, again and again, under
// people who go on talking. What one of them was told is said must have reached every device of every member once, in one order.
#include "server_process.hpp"

#include "tandem/adapters/asio/asio_device.hpp"
#include "tandem/adapters/json/json_client.hpp"
#include "tandem/client/memory_local_store.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <set>

using namespace tandem;
using nlohmann::json;

namespace {

constexpr std::size_t members_of_a_group = 12;
constexpr auto most = std::chrono::seconds(200);  // altogether

[[noreturn]] void fail(const std::string& what) {
    std::cerr << "tandem_killed: " << what << '\n';
    std::exit(1);
}

struct phone_parts {
    using store = memory_local_store;
    using codec = json_client;
};

// A device, and what it was told: every entry once, every conversation without a hole.
class phone {
public:
    phone(asio::io_context& loop, const std::string& url, const user_id& who, const std::string& token, int number)
        : user{who}, device_{loop,
                             memory_local_store{std::random_device{}()},
                             {.user = who,
                              .device = device_id{std::to_string(number)},
                              .credential = token,
                              .servers = {url},
                              .first_wait = milliseconds(50),
                              .longest_wait = milliseconds(300)},
                             {.changed = [this](const local_change& c) { take(c); },
                              .state =
                                  [this](client_state s, errc why) {
                                      if (s >= client_state::wants_credential)
                                          fail(std::string{user.view()} + " was sent away: " + std::string{text(why)});
                                  }}} {
        if (auto started = device_.start(); !started) fail(started.error().detail);
    }

    void say(const conversation_id& c, std::string body) {
        if (auto said = device_->send(c, std::move(body)); !said) fail(said.error().detail);
    }
    bool is_done() { return device_->has_said_everything() && device_->state() == client_state::live; }

    user_id user;
    std::map<std::string, std::vector<entry>> has;  // by conversation
    std::size_t acked = 0;                          // of its own messages
    bool has_said = false;                          // and waits for the ack

private:
    void take(const local_change& c) {
        if (c.new_log) {
            if (!has.empty()) fail("the server's log became another one");
        }
        for (const queued_send& q : c.queued)
            if (q.failed != errc{}) fail("a send was refused: " + std::string{text(q.failed)});
        for (const entry& e : c.entries) {
            std::vector<entry>& run = has[e.conversation.text()];
            if (!run.empty() && e.place.seq != run.back().place.seq.next())
                fail(std::string{user.view()} + " is told " + std::to_string(e.place.seq.value) + " after " +
                     std::to_string(run.back().place.seq.value) + " in " + e.conversation.text());
            run.push_back(e);
        }
        acked += c.unqueued.size();
        if (!c.unqueued.empty()) has_said = false;
    }

    asio_device<phone_parts> device_;
};

class trial {
public:
    trial(const std::string& program, const std::filesystem::path& folder)
        : command_{program, "--per-address", "1000", "--file", (folder / "chat.db").string(), "--port"} {
        start(0);
    }

    // As many users as devices, but that every fifth has two.
    void gather(std::size_t devices) {
        http_client desk{loop_, {.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port_)}};
        std::vector<std::string> names;
        while (phones_.size() < devices) {
            const user_id user{"u" + std::to_string(names.size())};
            names.emplace_back(user.view());
            tokens_[user] = post(desk, "/demo/login", {{"user", user.view()}}, "")["token"];
            for (int n = 0; n < (names.size() % 5 == 0 ? 2 : 1); ++n)
                phones_.push_back(std::make_unique<phone>(loop_, url_, user, tokens_[user], n));
        }
        for (std::size_t first = 0; first + members_of_a_group <= names.size(); first += members_of_a_group / 2) {
            const auto from = names.begin() + static_cast<std::ptrdiff_t>(first);
            const json members(std::vector<std::string>(from + 1, from + members_of_a_group));
            const json made = post(desk, "/demo/group", {{"name", "g"}, {"members", members}}, tokens_[user_id{*from}]);
            const auto group = conversation_id::parse(made["conversation"].get<std::string>());
            for (std::size_t n = 0; n < members_of_a_group; ++n) rooms_[user_id{names[first + n]}].push_back(*group);
        }
        names_ = names;
    }

    // Between two deaths there are a few dozen acks, of which some are on their way.
    void live_through(int kills) {
        for (int killed = 0; killed < kills; ++killed) {
            const std::size_t until = acked() + 10 + below(60);
            go_on_until([&] { return acked() >= until; }, true);
            server_.kill();
            start(port_);
        }
        go_on_until([&] { return all_are_done(); }, false);
    }

    // Who was never here before, and asks now, is told the truth.
    void compare() {
        std::map<std::string, std::vector<entry>> truth;
        std::vector<std::unique_ptr<phone>> fresh;
        for (const auto& [user, token] : tokens_) fresh.push_back(std::make_unique<phone>(loop_, url_, user, token, 9));
        go_on_until([&] { return std::all_of(fresh.begin(), fresh.end(), [](auto& p) { return p->is_done(); }); },
                    false);
        std::map<user_id, phone*> fresh_of;
        for (const auto& p : fresh) fresh_of[p->user] = p.get();

        std::map<std::string, std::map<std::string, std::uint64_t>> places;  // by conversation: the seq of each body
        std::set<std::string> bodies;
        for (const auto& p : fresh)
            for (const auto& [c, run] : p->has)
                for (const entry& e : run)
                    if (e.kind == entry_kind::message)
                        if (const auto [at, is_new] = places[c].emplace(e.body, e.place.seq.value);
                            !is_new && at->second != e.place.seq.value)
                            fail("\"" + e.body + "\" stands twice in " + c);
        for (const auto& [c, of] : places)
            for (const auto& [body, seq] : of)
                if (!bodies.insert(body).second) fail("\"" + body + "\" stands in two conversations");
        if (bodies.size() != said_)
            fail(std::to_string(said_) + " were said, " + std::to_string(bodies.size()) + " are there");

        std::size_t deliveries = 0;
        for (const auto& p : phones_) {
            if (p->has.size() != fresh_of[p->user]->has.size())
                fail(std::string{p->user.view()} + " lacks a conversation");
            for (const auto& [c, run] : p->has) {
                const std::vector<entry>& other = fresh_of[p->user]->has[c];
                if (run.size() != other.size()) fail(std::string{p->user.view()} + " has not all of " + c);
                for (std::size_t i = 0; i < run.size(); ++i, ++deliveries)
                    if (run[i].place != other[i].place || run[i].body != other[i].body ||
                        run[i].sender != other[i].sender)
                        fail(std::string{p->user.view()} + " has another " + std::to_string(run[i].place.seq.value) +
                             " of " + c);
            }
        }
        std::cout << said_ << " messages, " << deliveries << " deliveries to " << phones_.size() << " devices of "
                  << names_.size() << " users: every one there, once, in order\n";
    }

private:
    void start(int port) {
        auto command = command_;
        command.push_back(std::to_string(port));
        port_ = server_.start(std::move(command));
        url_ = "http://127.0.0.1:" + std::to_string(port_);
    }
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    json post(http_client& desk, std::string path, const json& body, const std::string& token) {
        std::optional<json> told;
        http_call call{.method = "POST", .target = std::move(path), .body = body.dump()};
        if (!token.empty()) call.fields = {{"Authorization", "Bearer " + token}};
        desk.ask(call, done<http_reply>{[&](result<http_reply> r) {
                     if (!r || r->status != 200) fail("the desk refuses: " + (r ? r->body : r.error().detail));
                     told = json::parse(r->body);
                 }});
        while (!told) loop_.run_one();
        return *told;
    }

    // Everybody says the next thing as soon as the last one is acked: in one of their groups, or to somebody.
    void talk() {
        for (const auto& p : phones_) {
            if (p->has_said) continue;
            const auto& rooms = rooms_[p->user];
            const std::uint64_t which = below(rooms.size() + 1);
            const std::string& other = names_[below(names_.size())];
            if (which == rooms.size() && other == p->user.view()) continue;
            p->has_said = true;
            p->say(which < rooms.size() ? rooms[which] : conversation_id::direct(p->user, user_id{other}),
                   "message " + std::to_string(++said_));
        }
    }
    template <class Is>
    void go_on_until(Is is, bool talking) {
        while (!is()) {
            if (std::chrono::steady_clock::now() - began_ > most)
                fail("not all is delivered, " + std::to_string(acked()) + " of " + std::to_string(said_) +
                     " are acked");
            if (talking) talk();
            loop_.run_one_for(std::chrono::milliseconds(5));
            if (loop_.stopped()) loop_.restart();
        }
    }
    std::size_t acked() const {
        std::size_t n = 0;
        for (const auto& p : phones_) n += p->acked;
        return n;
    }
    // Everybody has what everybody else has.
    bool all_are_done() {
        std::map<std::string, std::uint64_t> heads;
        for (const auto& p : phones_)
            for (const auto& [c, run] : p->has) heads[c] = std::max(heads[c], run.back().place.seq.value);
        for (const auto& p : phones_) {
            if (!p->is_done()) return false;
            for (const auto& [c, run] : p->has)
                if (run.back().place.seq.value != heads[c]) return false;
        }
        return true;
    }

    asio::io_context loop_{1};
    std::mt19937_64 random_{20};
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::vector<std::string> command_;
    server_process server_;
    int port_ = 0;
    std::string url_;
    std::vector<std::string> names_;
    std::map<user_id, std::string> tokens_;
    std::map<user_id, std::vector<conversation_id>> rooms_;
    std::vector<std::unique_ptr<phone>> phones_;
    std::size_t said_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) fail("tandem_killed <chat_server> [kills [devices]]");
    const int kills = count > 2 ? std::atoi(arguments[2]) : 50;
    const int devices = count > 3 ? std::atoi(arguments[3]) : 100;
    std::string folder = (std::filesystem::temp_directory_path() / "tandem-killed-XXXXXX").string();
    if (!::mkdtemp(folder.data())) fail("no folder");
    {
        trial t{arguments[1], folder};
        t.gather(static_cast<std::size_t>(devices));
        t.live_through(kills);
        t.compare();
    }
    std::filesystem::remove_all(folder);
    std::cout << "killed " << kills << " times\n";
}
