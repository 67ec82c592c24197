// How to prove a store of one's own; SQLite's stands for yours. At the end stands what it has earned, and what was not tried.
#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/testing/store_laws.hpp>

#include <filesystem>

const std::filesystem::path folder = std::filesystem::temp_directory_path() / "tandem_prove_a_store";

struct my_bench {
    int files = 0;
    tandem::sqlite_store make() { return ++files, restart(); }  // a fresh store
    tandem::sqlite_store restart() {  // the one made last, opened again; optional, as what else a bench may have
        return std::move(*tandem::sqlite_store::open(folder / std::to_string(files)));
    }
};

int main() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    const bool sound = tandem::store_laws(my_bench{});
    std::filesystem::remove_all(folder);
    return sound ? 0 : 1;
}
