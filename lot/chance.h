// Chance: how often random passcodes would repeat or follow each other, and what a sample says
// about the whole.
#pragma once

#include <cstdint>

namespace attest {

// Core 5.1.7.1 leaves this many passcodes to draw from: 1 to 99999998 without the forbidden ones.
inline constexpr double kPasscodes = 99'999'998.0 - 11.0;

// Of `devices` random passcodes: how many groups of `size` or more devices with one passcode are to
// be expected, and how many runs of `length` passcodes that follow each other. Upper estimates.
double expected_repeats(uint64_t devices, uint64_t size);
double expected_runs(uint64_t devices, uint64_t length);

// Of `devices` that draw from `values` equally likely ones: how many of these are to be expected to
// be had by `size` devices or more. Exact; an upper bound of the chance that there is one.
double expected_shared(uint64_t devices, uint64_t size, uint64_t values);
// How many different ones they have, on average; and below which number they come no more often
// than with this probability (McDiarmid's inequality, so less often still).
double expected_different(uint64_t devices, uint64_t values);
double least_different(uint64_t devices, uint64_t values, double probability);

// The largest number of faulty devices among `lot` under which as few as `found` in a sample of
// `size` still happens with a probability above 5 %: with 95 % confidence the lot has no more.
// Exact (hypergeometric).
uint64_t most_faulty(uint64_t lot, uint64_t size, uint64_t found);

}  // namespace attest
