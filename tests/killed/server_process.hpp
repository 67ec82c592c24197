// A server in a process of its own, that can be killed and started again.
#pragma once

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

class server_process {
public:
    server_process() = default;
    server_process(const server_process&) = delete;
    ~server_process() { kill(); }

    // Its port: what it says is read up to there.
    int start(std::vector<std::string> command) {
        int said[2];
        if (::pipe2(said, O_CLOEXEC) != 0) fail("no pipe");
        child_ = ::fork();
        if (child_ < 0) fail("no process");
        if (child_ == 0) become(std::move(command), said[1]);
        ::close(said[1]);
        output_ = said[0];
        return port_in(output_);
    }
    // As if the power had gone: it finishes nothing.
    void kill() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        ::close(output_);
        child_ = -1;
    }

private:
    [[noreturn]] static void fail(const char* why) {
        std::perror(why);
        std::exit(2);
    }
    [[noreturn]] static void become(std::vector<std::string> command, int output) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(output, STDOUT_FILENO);
        std::vector<char*> words;
        for (std::string& word : command) words.push_back(word.data());
        words.push_back(nullptr);
        ::execv(words[0], words.data());
        ::_exit(127);
    }
    // "chat_server: http://127.0.0.1:41234/ (Ctrl-C stops it)"
    static int port_in(int from) {
        static constexpr std::string_view host = "://127.0.0.1:";
        std::string heard;
        for (char c; ::read(from, &c, 1) == 1;) {
            heard += c;
            const std::size_t url = heard.find(host);
            if (c == '/' && url != heard.npos && heard.size() > url + host.size())
                return std::atoi(heard.c_str() + url + host.size());
        }
        std::fprintf(stderr, "the server did not start: %s\n", heard.c_str());
        std::exit(2);
    }

    pid_t child_ = -1;
    int output_ = -1;  // open: it may say more
};
