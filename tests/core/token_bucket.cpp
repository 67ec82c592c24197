#include <tandem/core/token_bucket.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace tandem;

static constexpr instant start{1'700'000'000'000};

static int taken(token_bucket& bucket, const rate& allowed, instant now, int tries = 1000) {
    int n = 0;
    for (int i = 0; i < tries; ++i) n += bucket.take(allowed, now);
    return n;
}

TEST_CASE("the burst is allowed at once, and no more while time stands still") {
    token_bucket bucket;
    CHECK(taken(bucket, {.per_second = 10, .burst = 5}, start) == 5);
    CHECK(taken(bucket, {.per_second = 10, .burst = 5}, start) == 0);
}

TEST_CASE("it refills at the rate, up to the burst") {
    const rate allowed{.per_second = 10, .burst = 5};
    token_bucket bucket;
    CHECK(taken(bucket, allowed, start) == 5);
    CHECK(taken(bucket, allowed, start + milliseconds(99)) == 0);
    CHECK(taken(bucket, allowed, start + milliseconds(100)) == 1);
    CHECK(taken(bucket, allowed, start + milliseconds(350)) == 2);
    CHECK(taken(bucket, allowed, start + milliseconds(400)) == 1);  // the half that was left over was not lost
    CHECK(taken(bucket, allowed, start + minutes(10)) == 5);
}

TEST_CASE("a refused take costs nothing") {
    const rate allowed{.per_second = 1, .burst = 1};
    token_bucket bucket;
    CHECK(taken(bucket, allowed, start) == 1);
    CHECK(taken(bucket, allowed, start + milliseconds(999)) == 0);
    CHECK(taken(bucket, allowed, start + seconds(1)) == 1);
}

TEST_CASE("on the long run the rate holds") {
    for (const rate allowed : {rate{3, 7}, rate{7, 1}, rate{1000, 50}, rate{90, 90}}) {
        CAPTURE(allowed.per_second);
        token_bucket bucket;
        std::int64_t n = 0;
        for (int ms = 0; ms < 100'000; ++ms) n += taken(bucket, allowed, start + milliseconds(ms), 3);
        const std::int64_t fair = allowed.burst + 100 * std::int64_t{allowed.per_second};
        CHECK(n >= fair - 1);
        CHECK(n <= fair + 1 + fair / 1000);
    }
}

TEST_CASE("no rate means no limit") {
    token_bucket bucket;
    CHECK(taken(bucket, {}, start) == 1000);
    CHECK(bucket.take({}, start, 4'000'000'000u));
    CHECK(bucket.wait({}, start, 4'000'000'000u) == duration{});
    CHECK(bucket.is_full(start));
}

TEST_CASE("more than the burst is allowed when the bucket is full, and has to be made up for") {
    const rate allowed{.per_second = 100, .burst = 10};
    token_bucket bucket;
    CHECK(bucket.take(allowed, start, 1000));
    CHECK_FALSE(bucket.take(allowed, start + seconds(9), 1));
    CHECK(bucket.wait(allowed, start, 1) == milliseconds(9910));
    CHECK_FALSE(bucket.take(allowed, start + milliseconds(9909), 1));
    CHECK(bucket.take(allowed, start + milliseconds(9910), 1));

    token_bucket touched;
    CHECK(touched.take(allowed, start, 1));
    CHECK_FALSE(touched.take(allowed, start, 1000));
    CHECK(touched.take(allowed, start + milliseconds(10), 1000));
}

TEST_CASE("whoever waits as long as told is let through, whoever waits less is not") {
    for (const rate allowed : {rate{3, 7}, rate{1000, 50}, rate{1, 1}, rate{7, 3}})
        for (const std::uint32_t amount : {1u, 2u, 7u, 60u}) {
            CAPTURE(allowed.per_second);
            CAPTURE(amount);
            token_bucket bucket;
            CHECK(bucket.wait(allowed, start, amount) == duration{});
            taken(bucket, allowed, start);
            const duration wait = bucket.wait(allowed, start, amount);
            REQUIRE(wait > duration{});
            CHECK_FALSE(token_bucket{bucket}.take(allowed, start + wait + milliseconds(-1), amount));
            CHECK(token_bucket{bucket}.take(allowed, start + wait, amount));
        }
}

TEST_CASE("a bucket is full until something is taken, and again when that is made up for") {
    const rate allowed{.per_second = 10, .burst = 5};
    token_bucket bucket;
    CHECK(bucket.is_full(start));
    CHECK(bucket.take(allowed, start));
    CHECK_FALSE(bucket.is_full(start + milliseconds(99)));
    CHECK(bucket.is_full(start + milliseconds(100)));
}

TEST_CASE("a clock that runs backwards gives nothing away") {
    const rate allowed{.per_second = 10, .burst = 5};
    token_bucket bucket;
    CHECK(taken(bucket, allowed, start) == 5);
    CHECK(taken(bucket, allowed, start - minutes(1)) == 0);
    CHECK(taken(bucket, allowed, start + milliseconds(100)) == 1);
}
