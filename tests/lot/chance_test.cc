// Chance and samples, against figures worked out by hand.

#include "lot/chance.h"

#include "lot/sample.h"
#include "tests/support/support.h"

using namespace attest;

TEST_CASE("how often random passcodes repeat or follow each other") {
  // n (n - 1) / 2 pairs, each alike once in 99,999,987.
  CHECK(expected_repeats(1000, 2) == doctest::Approx(499'500 / kPasscodes));
  CHECK(expected_repeats(1'000'000, 2) == doctest::Approx(5000).epsilon(0.001));
  CHECK(expected_repeats(10, 11) == 0);
  CHECK(expected_runs(1'000'000, 2) == doctest::Approx(10'000).epsilon(0.001));
  CHECK(expected_runs(200, 3) < 1e-9);
}

TEST_CASE("how many share a value of few, and how many different ones there are") {
  // Two devices, 4096 values: alike once in 4096. Exact, also where most values are shared.
  CHECK(expected_shared(2, 2, 4096) == doctest::Approx(1.0 / 4096));
  CHECK(expected_shared(3, 3, 4096) == doctest::Approx(1.0 / 4096 / 4096));
  CHECK(expected_shared(2, 3, 4096) == 0);
  CHECK(expected_shared(10'000, 2, 4096) == 4096);  // no more than the average
  // Of a coin thrown four times three or more heads: 5 of 16; heads or tails twice that.
  CHECK(expected_shared(4, 4, 2) == doctest::Approx(2.0 / 16));
  // Poisson with 2.44 at 15: 4096 * 4.6e-8.
  CHECK(expected_shared(10'000, 15, 4096) == doctest::Approx(1.94e-4).epsilon(0.05));
  CHECK(expected_shared(1'000'000, 400, 4096) < 1e-15);
  CHECK(expected_shared(200, 200, 4096) == 0);  // too small for a number
  CHECK(expected_different(1, 4096) == doctest::Approx(1));
  CHECK(expected_different(200, 4096) == doctest::Approx(195.22).epsilon(0.001));
  CHECK(expected_different(1'000'000, 4096) == doctest::Approx(4096));
  CHECK(least_different(200, 4096, 1e-4) == doctest::Approx(195.22 - 30.35).epsilon(0.01));
}

TEST_CASE("what a sample without a fault says: no more than so many are faulty") {
  // Of 10 with 5 looked at: with 4 faulty, C(6,5) / C(10,5) = 6 / 252 = 2.4 %; with 3 faulty, 21 /
  // 252 = 8.3 %.
  CHECK(most_faulty(10, 5, 0) == 3);
  // The rule of three: of many, 3 / n.
  CHECK(most_faulty(1'000'000, 300, 0) == doctest::Approx(9936).epsilon(0.01));
  // All were looked at: as many as were found.
  CHECK(most_faulty(50, 50, 0) == 0);
  CHECK(most_faulty(50, 50, 7) == 7);
  CHECK(most_faulty(50, 0, 0) == 50);
  // With faults found the bound is above the share in the sample.
  CHECK(most_faulty(1000, 100, 5) > 50);
  CHECK(most_faulty(1000, 100, 5) < 120);
}

TEST_CASE("a sample's words") {
  const LotSample none = sample_statement(10'000, 200, 1, 0, 0);
  CHECK(none.words ==
        "200 of 10000 devices drawn at random with seed 1: none rejected. With 95 % confidence at "
        "most 147 devices of the lot (1.5 %) would be rejected; "
        "what only shows between devices was looked for among the drawn ones only");
  CHECK(sample_statement(1, 1, 1, 0, 0).words ==
        "all 1 device of the lot were judged: this is no sample");
}

TEST_CASE("the drawing depends on the seed and the place alone") {
  CHECK(sample_rank(1, 0) == sample_rank(1, 0));
  CHECK(sample_rank(1, 0) != sample_rank(2, 0));
  CHECK(sample_rank(1, 0) != sample_rank(1, 1));
  // Evenly: of 10,000 places about as many below the middle as above.
  size_t low = 0;
  for (uint64_t i = 0; i < 10'000; ++i) low += sample_rank(7, i) >> 63 == 0;
  CHECK(low > 4'800);
  CHECK(low < 5'200);
}

TEST_CASE("the odds that docs/lots.md states") {
  // Two equal passcodes: an error among so many devices, a warning among more.
  CHECK(expected_repeats(141, 2) <= 1e-4);
  CHECK(expected_repeats(142, 2) > 1e-4);
  CHECK(expected_repeats(447, 2) <= 1e-3);
  CHECK(expected_repeats(448, 2) > 1e-3);
  // Two equal discriminators, at the lab.
  CHECK(expected_shared(29, 2, 4096) <= 0.1);
  CHECK(expected_shared(30, 2, 4096) > 0.1);
}
