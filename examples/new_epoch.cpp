// new_epoch FILE: run it once on a log restored from a backup, so that no place is given out to two messages.
#include <tandem/adapters/sqlite/new_epoch.hpp>

#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cout
            << "new_epoch FILE gives a log a new epoch. No server may have it meanwhile; every device begins anew.\n";
        return argc == 1 ? 0 : 2;
    }
    const auto epoch = tandem::new_epoch(argv[1]);
    if (!epoch) return std::cerr << epoch.error().detail << '\n', 1;
    std::cout << argv[1] << " has epoch " << epoch->value << " now\n";
}
