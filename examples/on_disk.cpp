// A log in a file: what a server has acknowledged is there when it starts again. The disk is worked by threads of its own.
#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/codec/tiny_codec.hpp>
#include <tandem/store/worker_store.hpp>
#include <tandem/tandem.hpp>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <iostream>
#include <mutex>

struct my_chat : tandem::default_policies {
    using store = tandem::worker_store<tandem::sqlite_store>;
    using authenticator = tandem::trust_everyone;
    using dialects = tandem::dialects<tandem::tiny_dialect>;
};

// In place of your event loop: functions that other threads have for this one.
class event_loop {
public:
    void post(tandem::function<void()> f) {
        const std::lock_guard lock{mutex_};
        posted_.push_back(std::move(f));
        some_.notify_one();
    }

    void run_one() {
        std::unique_lock lock{mutex_};
        some_.wait(lock, [&] { return !posted_.empty(); });
        auto f = std::move(posted_.front());
        posted_.pop_front();
        lock.unlock();
        f();
    }

private:
    std::mutex mutex_;
    std::condition_variable some_;
    std::deque<tandem::function<void()>> posted_;
};

struct screen {
    std::string name;
    int lines = 0;
    void send(const tandem::frame& f) { ++lines, std::cout << name << " gets  " << f.payload() << '\n'; }
    void close(const tandem::error& why) { std::cout << name << " is closed: " << text(why.code) << '\n'; }
    std::size_t queued_bytes() const { return 0; }
};

// A server from its start to its end: somebody says these lines, and hears so many.
bool live(const std::string& file, const std::string& who, const std::vector<std::string>& says, int hears) {
    event_loop loop;
    auto log = tandem::sqlite_store::open(file);
    if (!log) return std::cerr << log.error().detail << '\n', false;
    tandem::worker<tandem::sqlite_store> disk{std::move(*log)};
    tandem::engine<my_chat> engine{
        {.store = tandem::worker_store{disk, [&](auto answer) { loop.post(std::move(answer)); }}}};

    screen hers{who};
    const auto session = engine.open(hers)->session;
    for (const std::string& line : says) {
        const int heard = hers.lines;
        engine.receive(session, {line});
        while (hers.lines == heard) loop.run_one();
    }
    while (hers.lines < hears) loop.run_one();
    return true;
}

int main() {
    const auto folder = std::filesystem::temp_directory_path() / "tandem_on_disk";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    const std::string file = folder / "chat.db";
    const std::vector<std::string> alice = {"AUTH_REQ 1 credential=alice",
                                            "SEND_REQ 2 to=bob send_id=a body=hello%20bob",
                                            "SEND_REQ 3 to=bob send_id=b body=still%20there?"};
    // The server is started again. Bob has stored all up to position 1, and is told what he has missed.
    const std::vector<std::string> bob = {"AUTH_REQ 1 credential=bob cursor=1"};
    const bool well = live(file, "alice", alice, 3) && live(file, "bob  ", bob, 2);
    std::filesystem::remove_all(folder);
    return well ? 0 : 1;
}
