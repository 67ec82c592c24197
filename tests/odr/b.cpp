#include "everything_backwards.hpp"

int other_unit() { return 0; }
