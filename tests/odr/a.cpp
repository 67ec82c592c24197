// A function that forgot `inline` is defined twice here, and the linker says its name.
#include "everything.hpp"

int other_unit();

int main() { return other_unit(); }
