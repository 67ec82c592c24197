#pragma once
// A figure answers one question: a value, its unit, and its ratio to something measured in the same run.
// Not Google Benchmark: it times one loop, while each of our figures is a comparison of two.
//
//     static const figure copy{"bytes/copy", [] {
//         double ours = nanoseconds_per(1000, [] { … });
//         double floor = nanoseconds_per(1000, [] { … });
//         return measured{ours, "ns", ours / floor, "memcpy"};
//     }, repeat{5}};

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <malloc.h>
#include <string>
#include <utility>
#include <vector>

namespace tandem::benchmarks {

struct measured {
    double value;
    std::string unit;
    double ratio;
    std::string against;
};

struct repeat {
    int times = 1;
};

// Registers itself, so it lives as long as the program: static, at namespace scope.
struct figure {
    figure(std::string its_name, std::function<measured()> its_run, repeat its_repeat = {})
        : name(std::move(its_name)), run(std::move(its_run)), repetitions(its_repeat) {
        all().push_back(this);
    }
    figure(const figure&) = delete;
    figure& operator=(const figure&) = delete;

    static std::vector<figure*>& all() {
        static std::vector<figure*> figures;
        return figures;
    }

    std::string name;
    std::function<measured()> run;
    repeat repetitions;  // the run with the median value is the one printed
};

// Without it the compiler drops work nobody looks at.
template <typename T>
void keep(const T& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

// Processor time, not time on the wall: nothing measured here sleeps, and the machine has other things to do.
inline double nanoseconds_spent() {
    std::timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

template <typename Work>
double nanoseconds_per(std::size_t rounds, Work work) {
    const double start = nanoseconds_spent();
    for (std::size_t round = 0; round < rounds; ++round) work();
    return (nanoseconds_spent() - start) / static_cast<double>(rounds);
}

// The first touch of a page is the system's work, and takes longer than a message of ours. What is timed after this finds
// its memory touched.
inline void touch_memory(std::size_t size) {
    mallopt(M_MMAP_MAX, 0);  // all from one heap, and nothing of it goes back
    mallopt(M_TRIM_THRESHOLD, -1);
    void* all = std::malloc(size);
    std::memset(all, 1, size);
    asm volatile("" : : "r"(all) : "memory");
    std::free(all);
}

}  // namespace tandem::benchmarks
