// tandem_load [prefix]: figures of the server over real sockets, those whose name begins so; one JSON line each.
#include "scenario.hpp"

#include <csignal>
#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

namespace tandem::benchmarks {

std::size_t as_many_as_possible(std::size_t wanted) {
    constexpr std::size_t others = 64;  // a server's files, its loop …
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur >= wanted + others) return wanted;
    const std::size_t possible = files.rlim_cur - others;
    std::fprintf(stderr, "tandem_load: %zu connections instead of %zu: no more descriptors (ulimit -Hn)\n", possible,
                 wanted);
    return possible;
}

folder::folder() {
    std::string made = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "load-XXXXXX").string();
    if (!mkdtemp(made.data())) throw failed{"no folder for a file: " + made};
    path_ = made;
}
folder::~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace tandem::benchmarks

int main(int argc, char** argv) {
    using namespace tandem::benchmarks;
    constexpr int nothing_begins_so = 3;
    const std::string_view prefix = argc > 1 ? argv[1] : "";
    std::signal(SIGPIPE, SIG_IGN);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    stay_on_core(1);

    auto scenarios = scenario::all();
    std::ranges::sort(scenarios, {}, &scenario::name);
    const bool exact = std::ranges::find(scenarios, prefix, &scenario::name) != scenarios.end();
    bool any = false;
    int status = 0;
    for (scenario* one : scenarios) {
        const bool wanted = one->name.starts_with(prefix) || prefix.starts_with(one->name + "/");
        if (exact ? one->name != prefix : !wanted) continue;
        any = true;
        try {
            one->run(one->name);
        } catch (const std::exception& e) {
            std::fprintf(stderr, "tandem_load: %s failed: %s\n", one->name.c_str(), e.what());
            status = 1;
        }
    }
    return any ? status : nothing_begins_so;
}
