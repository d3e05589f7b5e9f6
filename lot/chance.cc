#include "lot/chance.h"

#include <algorithm>
#include <cmath>

namespace attest {
namespace {

// lgamma keeps its sign in a global variable; none of these arguments is negative.
double log_choose(uint64_t n, uint64_t k) {
  const auto log_factorial = [](uint64_t x) {
    int sign = 0;
    return ::lgamma_r(static_cast<double>(x) + 1.0, &sign);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// That a sample of `size` has at most `found` of `faulty` among `lot`.
double at_most(uint64_t lot, uint64_t faulty, uint64_t size, uint64_t found) {
  const double all = log_choose(lot, size);
  double sum = 0;
  for (uint64_t k = 0; k <= std::min(found, faulty); ++k) {
    if (size - k > lot - faulty) continue;  // not enough good ones to fill the sample
    sum += std::exp(log_choose(faulty, k) + log_choose(lot - faulty, size - k) - all);
  }
  return sum;
}

}  // namespace

double expected_repeats(uint64_t devices, uint64_t size) {
  if (size < 2 || size > devices) return size < 2 ? static_cast<double>(devices) : 0;
  return std::exp(log_choose(devices, size) - static_cast<double>(size - 1) * std::log(kPasscodes));
}

double expected_runs(uint64_t devices, uint64_t length) {
  return static_cast<double>(devices) *
         std::pow(static_cast<double>(devices) / kPasscodes, static_cast<double>(length) - 1.0);
}

double expected_shared(uint64_t devices, uint64_t size, uint64_t values) {
  const double n = static_cast<double>(devices), all = static_cast<double>(values);
  const double p = 1 / all, k = static_cast<double>(size);
  if (size > devices) return 0;
  if (k <= n * p + 1) return all;  // no more than the average
  double term = std::exp(std::log(all) + log_choose(devices, size) + k * std::log(p) +
                         (n - k) * std::log1p(-p));
  double sum = 0;
  constexpr double kRest = 1e-12;
  for (double i = k; i <= n && term > sum * kRest; ++i) {
    sum += term;
    term *= (n - i) / (i + 1) * p / (1 - p);
  }
  return sum;
}

double expected_different(uint64_t devices, uint64_t values) {
  const double all = static_cast<double>(values);
  return -all * std::expm1(static_cast<double>(devices) * std::log1p(-1 / all));
}

double least_different(uint64_t devices, uint64_t values, double probability) {
  return expected_different(devices, values) -
         std::sqrt(static_cast<double>(devices) * -std::log(probability) / 2);
}

uint64_t most_faulty(uint64_t lot, uint64_t size, uint64_t found) {
  if (size == 0) return lot;
  // The probability falls as more are faulty: the last number for which it is still above 5 %.
  uint64_t low = found, high = lot;
  while (low < high) {
    const uint64_t middle = low + (high - low + 1) / 2;
    if (at_most(lot, middle, size, found) > 0.05) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace attest
