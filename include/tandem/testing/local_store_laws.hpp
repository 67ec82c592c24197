// Is it a local_store? Every sentence of the concept, tried on your type.
#pragma once

#include "local_store_laws/examination.hpp"

#include <type_traits>

namespace tandem {

// With these lines you know whether a client can rely on a store of yours:
//
//   #include <tandem/testing/local_store_laws.hpp>
//   struct my_bench {
//       my_store make() { return my_store{fresh_file()}; }
//       my_store restart(my_store old) { … }
//   };
//   int main() {
//       my_bench bench;
//       for (const auto& [law, why] : tandem::local_store_laws(bench)) std::cout << law << ": " << why << '\n';
//   }
//
// Only make() must be there: a store in which nothing has happened, beside others that are still in use. Each further
// member has more of the laws tried:
//
//   restart(store)   what a program finds that begins after this one has ended as it should.
//   crash(store)     what is found after the power was lost: any number of the last changes may be gone, if the store
//                    says that it may lose them, but none without those behind it.
//   break_at(n)      the nth call from now on of what is below the stores (a read, a write, a flush …) fails, once; 0
//                    takes it back. Returns whether the one planned before has struck. A change that failed is not
//                    there, and the store goes on.
//
// What happens by chance comes from a seed, and is the same on every machine. Returned are the laws that are broken,
// with what the store said and what it should have said.
template <class Bench>
std::vector<broken_local_law> local_store_laws(Bench&& bench, local_lives by_chance = {}) {
    return local_store_examination<std::remove_reference_t<Bench>>{bench, by_chance}.all();
}

}  // namespace tandem
