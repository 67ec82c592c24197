#include "server_process.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tandem::benchmarks {

namespace {

[[noreturn]] void serve(const server_setup& setup, int channel) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    stay_on_core(0);
    switch (setup.kind) {
        case server_kind::with_memory: serve_from_memory(setup, channel);
        case server_kind::with_sqlite: serve_from_sqlite(setup, channel);
        case server_kind::with_crew: serve_from_crew(setup, channel);
        default: serve_floor(setup, channel);
    }
}

std::size_t kilobytes_after(const std::string& file, std::string_view key) {
    std::ifstream in{file};
    for (std::string word; in >> word;)
        if (word == key) {
            std::size_t value = 0;
            in >> value;
            return value;
        }
    return 0;
}

}  // namespace

void stay_on_core(int core) {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int c = 0; c < CPU_SETSIZE; ++c)
        if (core < 0 || c == core) CPU_SET(c, &one);
    sched_setaffinity(0, sizeof one, &one);  // refused where there is one core only
}

std::size_t memory_of_sockets() {
    std::ifstream in{"/proc/net/sockstat"};
    bool of_tcp = false;
    for (std::string word; in >> word;) {
        if (word.back() == ':') of_tcp = word == "TCP:";
        else if (std::size_t pages = 0; of_tcp && word == "mem" && in >> pages)
            return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    }
    return 0;
}

void tell(int channel, std::uint64_t number) {
    if (write(channel, &number, sizeof number) != sizeof number) _exit(1);
}

server_process::server_process(const server_setup& setup) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw failed{"no socketpair"};
    std::fflush(nullptr);
    child_ = fork();
    if (child_ < 0) throw failed{"cannot fork"};
    if (child_ == 0) {
        close(ends[0]);
        serve(setup, ends[1]);
    }
    close(ends[1]);
    channel_ = ends[0];
    if (clock_getcpuclockid(child_, &clock_) != 0) throw failed{"no processor clock of a child"};
    try {
        port_ = static_cast<std::uint16_t>(hear());
    } catch (...) {
        end();
        throw;
    }
}

void server_process::end() {
    if (child_ < 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    close(channel_);
    child_ = -1;
}

std::uint64_t server_process::hear() const {
    std::uint64_t number = 0;
    pollfd readable{.fd = channel_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, static_cast<int>(most_seconds * 1000)) != 1) throw failed{"the server says nothing"};
    if (read(channel_, &number, sizeof number) != sizeof number) throw failed{"the server ended before its time"};
    return number;
}

double server_process::pages_of_store() const {
    tell(channel_, 1);
    return static_cast<double>(hear());
}

double server_process::cpu_seconds() const {
    std::timespec t{};
    clock_gettime(clock_, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double server_process::cpu_seconds_of(std::string_view thread_name) const {
    double nanoseconds = 0;
    for (const auto& task : std::filesystem::directory_iterator{"/proc/" + std::to_string(child_) + "/task"}) {
        std::string name;
        std::getline(std::ifstream{task.path() / "comm"} >> std::ws, name);
        double spent = 0;
        std::ifstream{task.path() / "schedstat"} >> spent;
        if (name == thread_name) nanoseconds += spent;
    }
    return nanoseconds / 1e9;
}

std::size_t server_process::memory() const {
    std::size_t all = 0, resident = 0;
    std::ifstream{"/proc/" + std::to_string(child_) + "/statm"} >> all >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t server_process::peak_memory() const {
    return kilobytes_after("/proc/" + std::to_string(child_) + "/status", "VmHWM:") * 1024;
}

}  // namespace tandem::benchmarks
