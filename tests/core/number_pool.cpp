#include <tandem/core/number_pool.hpp>

#include <doctest/doctest.h>

using tandem::number_pool;

TEST_CASE("a pool counts up, and gives what came back first") {
    number_pool pool;
    CHECK(pool.take() == 0);
    CHECK(pool.take() == 1);
    CHECK(pool.take() == 2);
    pool.give_back(1);
    CHECK(pool.taken() == 2);
    CHECK(pool.take() == 1);
    CHECK(pool.take() == 3);
    CHECK(pool.highest() == 4);
    CHECK(pool.taken() == 4);
}
