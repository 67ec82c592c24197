// What a look-up in steps becomes: the machine's prefetch must be in it.
#include <tandem/core/number_table.hpp>

using table = tandem::number_table<tandem::user_id>;

void look_ahead(const table& names, const tandem::user_id* ids, std::uint64_t* hashes, int count) {
    for (int i = 0; i < count; ++i) names.prefetch_slot(hashes[i] = names.hash_of(ids[i]));
    for (int i = 0; i < count; ++i) names.prefetch_key(hashes[i]);
}
