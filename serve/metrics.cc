#include "serve/metrics.h"

#include <fmt/format.h>

namespace attest::serve {
namespace {

// Label values are routes and words of ours; a quote or a line end would be somebody else's.
std::string label(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void head(std::string& out, const char* name, const char* type, const char* help) {
  out += fmt::format("# HELP matter_attest_{} {}\n# TYPE matter_attest_{} {}\n", name, help, name,
                     type);
}

}  // namespace

void Metrics::answered(const std::string& route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  ++answers_[{route, status}];
  Times& times = times_[route];
  ++times.count;
  times.sum += seconds;
  for (size_t i = 0; i < kBounds.size(); ++i) times.within[i] += seconds <= kBounds[i] ? 1 : 0;
}
void Metrics::judged(const std::string& verdict) {
  const std::lock_guard lock(mutex_);
  ++verdicts_[verdict];
}
void Metrics::received(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  received_ += bytes;
}
void Metrics::refused(const std::string& why) {
  const std::lock_guard lock(mutex_);
  ++refused_[why];
}

std::string Metrics::text(const std::map<std::string, double>& now) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  head(out, "requests_total", "counter", "answers by route and status");
  for (const auto& [key, count] : answers_)
    out += fmt::format("matter_attest_requests_total{{route=\"{}\",status=\"{}\"}} {}\n",
                       label(key.first), key.second, count);
  head(out, "request_seconds", "histogram", "from the head of a request to its answer");
  for (const auto& [route, times] : times_) {
    const std::string name = label(route);
    for (size_t i = 0; i < kBounds.size(); ++i)
      out += fmt::format("matter_attest_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                         name, kBounds[i], times.within[i]);
    out += fmt::format(
        "matter_attest_request_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} {1}\n"
        "matter_attest_request_seconds_sum{{route=\"{0}\"}} {2:.6f}\n"
        "matter_attest_request_seconds_count{{route=\"{0}\"}} {1}\n",
        name, times.count, times.sum);
  }
  head(out, "verdicts_total", "counter", "verdicts of devices and lots");
  for (const auto& [verdict, count] : verdicts_)
    out +=
        fmt::format("matter_attest_verdicts_total{{verdict=\"{}\"}} {}\n", label(verdict), count);
  head(out, "refused_total", "counter", "requests that were refused before anything was read");
  for (const auto& [why, count] : refused_)
    out += fmt::format("matter_attest_refused_total{{why=\"{}\"}} {}\n", label(why), count);
  head(out, "received_bytes_total", "counter", "bytes of bodies");
  out += fmt::format("matter_attest_received_bytes_total {}\n", received_);
  for (const auto& [name, value] : now) {
    const std::string plain = name.substr(0, name.find('{'));
    if (out.find("# TYPE matter_attest_" + plain + " ") == std::string::npos)
      head(out, plain.c_str(), "gauge", "as of now");
    out += fmt::format("matter_attest_{} {}\n", name, value);
  }
  return out;
}

}  // namespace attest::serve
