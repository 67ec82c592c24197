#include "fixture.hpp"

using namespace pulling;

template class tandem::engine<policies<memory_store, trust_everyone>>;
template class tandem::engine<policies<slow_store, trust_everyone>>;
template struct pulling::server<>;
template struct pulling::server<slow_store>;
