// A store of one's own in a world where everything goes wrong: engines that die, clients that crash, lines that break, messages that
// come late, twice or never. SQLite's stands for yours.
#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/testing/world/run_seeds.hpp>

#include <filesystem>

const std::filesystem::path folder = std::filesystem::temp_directory_path() / "tandem_simulate_my_store";

struct my_world : tandem::world::default_policies {
    using store = tandem::sqlite_store;
    static store make_store(tandem::epoch) {  // an empty one, for each world
        static int files = 0;
        return std::move(*store::open(folder / std::to_string(++files)));
    }
};

int main(int argc, char** argv) {
    std::filesystem::create_directory(folder);
    const int failed = tandem::world::run_seeds<my_world>(argc, argv);  // --seeds 50 --from 1
    std::filesystem::remove_all(folder);
    return failed;
}
