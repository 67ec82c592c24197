// A server in a process of its own, on a core of its own: what it costs is what its process is charged with.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace tandem::benchmarks {

// A run that came to nothing: no figure, and the program's status says so.
struct failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

constexpr double most_seconds = 20;  // of one run of one server, its making included

struct group_setup {
    std::string name;
    std::vector<std::string> members;  // the first is the owner
};

enum class server_kind { floor_that_publishes, floor_that_echoes, with_memory, with_sqlite, with_crew };

struct server_setup {
    server_kind kind{};
    std::vector<group_setup> groups{};  // made before anybody is let in
    int send_buffer = 0;                // in the kernel, of each connection; 0: as it is
    std::size_t members = 1;            // of a crew
    std::uint32_t missed = 0;           // messages of 200 bytes in the first group
    std::string file{};                 // SQLite's
    std::uint16_t port = 0;
};

// The child ends with this object, and with this process.
class server_process {
public:
    explicit server_process(const server_setup& setup);
    ~server_process() { end(); }
    server_process(const server_process&) = delete;
    void end();

    std::uint16_t port() const { return port_; }
    double cpu_seconds() const;
    double cpu_seconds_of(std::string_view thread_name) const;
    std::size_t memory() const;       // resident, in bytes
    std::size_t peak_memory() const;  // likewise
    // Pages of the first group's second member from the store itself, in a second of the child's processor.
    double pages_of_store() const;

private:
    std::uint64_t hear() const;

    pid_t child_ = -1;
    clockid_t clock_{};
    int channel_ = -1;
    std::uint16_t port_ = 0;
};

void stay_on_core(int core);  // -1: on any
// What the system holds for all its TCP connections, ours and others'.
std::size_t memory_of_sockets();

// What runs in the child; `channel` takes the port, then questions. None of them returns.
[[noreturn]] void serve_floor(const server_setup& setup, int channel);
[[noreturn]] void serve_from_memory(const server_setup& setup, int channel);
[[noreturn]] void serve_from_sqlite(const server_setup& setup, int channel);
[[noreturn]] void serve_from_crew(const server_setup& setup, int channel);

void tell(int channel, std::uint64_t number);

struct engine_part {
    const char* name;
    std::size_t bytes;
};
std::vector<engine_part> parts_of_a_connection();

}  // namespace tandem::benchmarks
