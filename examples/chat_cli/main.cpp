// A chat in a terminal, with the chat server: chat_cli http://127.0.0.1:8080 alice [file]. What it knows lies in the file.
#include <tandem/adapters/asio/asio_device.hpp>
#include <tandem/adapters/json/json_client.hpp>
#include <tandem/adapters/sqlite/sqlite_local_store.hpp>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/read_until.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

using namespace tandem;

struct my_phone {
    using store = sqlite_local_store;
    using codec = json_client;
};

class chat {
public:
    chat(asio::io_context& loop, const std::string& url, const server_place& desk, user_id me, my_phone::store store)
        : loop_{loop}, me_{me}, input_{loop, ::dup(0)}, desk_{loop, desk},
          phone_{loop,
                 std::move(store),
                 {.user = me, .servers = {url}},
                 {.changed = [this](const local_change& c) { show(c); },
                  .state = [this](client_state s, errc why) { show(s, why); }}} {}

    result<> start() { return read_line(), phone_.start(); }

private:
    void show(const local_change& c) {
        for (const queued_send& q : c.queued)
            if (q.failed != errc{}) say("! not sent, " + std::string{text(q.failed)} + ": " + q.body);
        for (const entry& e : c.entries)
            if (e.conversation == here_) show(e), has_read(e.place.seq);
            else if (e.sender != me_) say("* " + std::string{e.sender.view()} + " in " + e.conversation.text());
        leave_if_done();
    }
    void show(const entry& e) {
        using enum entry_kind;
        const std::string what = e.kind == joined   ? " brings " + std::string{e.subject.view()}
                                 : e.kind == left   ? " sees off " + std::string{e.subject.view()}
                                 : e.kind == revoke ? " takes back " + std::to_string(e.target.value)
                                 : e.kind == edit   ? " corrects " + std::to_string(e.target.value) + ": " + e.body
                                 : e.revoked        ? " took this back"
                                                    : ": " + e.body;
        say(std::to_string(e.place.seq.value) + "  " + std::string{e.sender.view()} + what);
    }
    void show(client_state s, errc why) {
        say("-- " + std::string{text(s)} + (why == errc{} ? "" : ": " + std::string{text(why)}));
        if (s == client_state::wants_credential) sign_in();
        if (s == client_state::ended) loop_.stop();
        leave_if_done();
    }
    // What others wrote is not to move a cursor about.
    static void say(std::string line) {
        for (char& c : line)
            if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
        std::cout << line << std::endl;
    }

    void read_line() {
        asio::async_read_until(input_, asio::dynamic_buffer(typed_), '\n', [this](std::error_code over, std::size_t n) {
            if (over) return obey(typed_), is_over_ = true, leave_if_done();
            const std::string line = typed_.substr(0, n - 1);
            typed_.erase(0, n);
            obey(line);
            read_line();
        });
    }
    void obey(const std::string& line) {
        const std::string verb = line.substr(0, line.find(' '));
        const std::string rest = line.substr(std::min(verb.size() + 1, line.size()));
        if (line.empty()) return;
        if (verb == "/quit") loop_.stop();
        else if (verb == "/list") list();
        else if (verb == "/chat") go_to(rest);
        else if (verb == "/history") history(rest.empty() ? 20 : std::strtoul(rest.c_str(), nullptr, 10));
        else if (verb.starts_with('/')) say("/list, /chat USER, /chat CONVERSATION, /history [N], /quit");
        else if (here_ == conversation_id{}) say("with whom? /chat USER");
        else if (auto said = phone_->send(here_, line); !said) say("! " + said.error().detail);
    }
    void list() {
        phone_->each_conversation([&](const kept_conversation& c) {
            seq unread{1};
            if (const auto marks = phone_->store().marks(c.conversation))
                for (const mark& m : *marks)
                    if (m.key == mark_key::read && m.owner == me_) unread = seq{m.value + 1};
            const auto news = phone_->store().entries(c.conversation, {unread, c.next.previous()}, 1000);
            const auto counts = [&](const entry& e) { return is_countable(e.kind) && !e.revoked && e.sender != me_; };
            const auto n = news ? std::count_if(news->begin(), news->end(), counts) : 0;
            say("  " + c.conversation.text() + "  " + std::to_string(n) + " unread");
        });
    }
    void go_to(const std::string& name) {
        const auto there = conversation_id::parse(name);
        const auto user = user_id::parse(name);  // then it is theirs and mine
        if (!there && !user) return say("there is nobody of that name");
        here_ = there ? *there : conversation_id::direct(me_, *user);
        history(10);
        if (last()) has_read(last());
    }
    void history(std::size_t count) {
        const auto kept = phone_->store().entries(here_, {seq{1}, last()}, count);
        for (const entry& e : kept ? *kept : std::vector<entry>{}) show(e);
    }
    seq last() { return phone_->conversation(here_).next.previous(); }
    void has_read(seq up_to) {
        if (!phone_->read(here_, up_to)) say("! the file cannot be written");
    }
    // At the end of what was typed, once the server has everything.
    void leave_if_done() {
        if (is_over_ && phone_->state() == client_state::live && phone_->has_said_everything()) loop_.stop();
    }

    // The demonstration's way to sign in, whenever there is no token or the last one is no good.
    void sign_in() {
        desk_.ask({.method = "POST", .target = "/demo/login", .body = nlohmann::json{{"user", me_.view()}}.dump()},
                  done<http_reply>{[this](result<http_reply> reply) {
                      const bool yes = reply && reply->status == 200;
                      const auto told = nlohmann::json::parse(yes ? reply->body : "", nullptr, false);
                      if (yes && told.is_object()) return phone_->use_credential(told.value("token", ""));
                      again_.expires_after(std::chrono::seconds(2));
                      again_.async_wait([this](std::error_code) { sign_in(); });
                  }});
    }

    asio::io_context& loop_;
    user_id me_;
    conversation_id here_;
    std::string typed_;
    bool is_over_ = false;  // nothing more will be typed
    asio::posix::stream_descriptor input_;
    asio::steady_timer again_{loop_};
    http_client desk_;
    asio_device<my_phone> phone_;
};

int main(int count, char** arguments) {
    const auto fail = [](const error& why) { return std::cerr << "chat_cli: " << why.detail << '\n', 1; };
    if (count < 3) return fail({errc::invalid_argument, "chat_cli http://127.0.0.1:8080 NAME [FILE]"});
    const auto url = server_url::parse(arguments[1]);
    if (!url || url->is_encrypted || !url->folder.empty())
        return fail({errc::invalid_argument, "the server is http://HOST:PORT"});
    const auto me = user_id::parse(arguments[2]);
    if (!me) return fail(me.error());
    auto store = sqlite_local_store::open(count > 3 ? arguments[3] : std::string{me->view()} + ".chat");
    if (!store) return fail(store.error());
    asio::io_context loop{1};
    chat window{loop, arguments[1], {.host = url->host, .port = url->port}, *me, std::move(*store)};
    if (auto started = window.start(); !started) return fail(started.error());
    loop.run();
}
