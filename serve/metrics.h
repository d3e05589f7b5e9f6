// Metrics: what the server counts, in the text form of Prometheus.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace attest::serve {

class Metrics {
 public:
  void answered(const std::string& route, int status, double seconds);
  void judged(const std::string& verdict);
  void received(uint64_t bytes);
  void refused(const std::string& why);  // "login", "rate", "host", "origin"
  // `now`: what others count, by the names of gauges.
  std::string text(const std::map<std::string, double>& now) const;

 private:
  static constexpr std::array<double, 9> kBounds = {0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2, 10, 60};
  struct Times {
    std::array<uint64_t, kBounds.size()> within{};
    uint64_t count = 0;
    double sum = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, uint64_t> answers_;
  std::map<std::string, Times> times_;
  std::map<std::string, uint64_t> verdicts_, refused_;
  uint64_t received_ = 0;
};

}  // namespace attest::serve
