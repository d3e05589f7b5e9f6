// The words for what an onboarding code and the ledger say in numbers: the ways in which a device
// is discovered (Matter Core 5.1.3.1, a bit each) and its commissioning flow. One table, from which
// payload, inspect, the checks and dcl take them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace attest {

struct DiscoveryCapability {
  const char* name;
  const char* found_by;  // as inspect says it: "found by the IP network"
};
// In the order of the bits; the others are reserved.
inline constexpr DiscoveryCapability kDiscoveryWays[] = {
    {"Soft AP", "Wi-Fi access point"}, {"BLE", "Bluetooth LE"}, {"on network", "the IP network"},
    {"Wi-Fi PAF", "Wi-Fi PAF"},        {"NFC", "NFC"},          {"Thread", "Thread"},
};
inline constexpr uint8_t kReservedCapabilities =
    static_cast<uint8_t>(0xFF << std::size(kDiscoveryWays));

struct CommissioningFlow {
  const char* name;
  const char* means;  // as inspect says it
};
// By their numbers; the others are reserved.
inline constexpr CommissioningFlow kFlows[] = {
    {"standard", "standard flow (0): it waits as soon as it has power"},
    {"user intent", "user-intent flow (1): something has to be pressed first"},
    {"custom", "custom flow (2): as its maker says"},
};

// What is wrong with a code, with the kind of code before it, once.
inline std::string told_of_code(bool manual, const std::string& problem) {
  const std::string kind = manual ? "manual code: " : "QR code: ";
  return problem.starts_with(kind) ? problem : kind + problem;
}

// A text made of the tables when the program is compiled, ending with a zero.
class TableText {
 public:
  constexpr TableText& add(std::string_view text) {
    for (const char c : text) text_.at(size_++) = c;
    return *this;
  }
  constexpr TableText& number(size_t value) {
    if (value >= 10) number(value / 10);
    text_.at(size_++) = static_cast<char>('0' + value % 10);
    return *this;
  }
  constexpr const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 256> text_{};
  size_t size_ = 0;
};

// "0 standard, 1 user intent, 2 custom"
constexpr TableText flow_list(std::string_view end = "") {
  TableText out;
  for (size_t i = 0; i < std::size(kFlows); ++i)
    out.add(i == 0 ? "" : ", ").number(i).add(" ").add(kFlows[i].name);
  return out.add(end);
}
// "Soft AP 1, BLE 2", or "1 Soft AP, 2 BLE".
enum class Bits : uint8_t { behind, before };
constexpr TableText capability_list(Bits bits, std::string_view begin, std::string_view end = "") {
  TableText out;
  out.add(begin);
  for (size_t i = 0; i < std::size(kDiscoveryWays); ++i) {
    out.add(i == 0 ? "" : ", ");
    if (bits == Bits::before) out.number(size_t{1} << i).add(" ");
    out.add(kDiscoveryWays[i].name);
    if (bits == Bits::behind) out.add(" ").number(size_t{1} << i);
  }
  return out.add(end);
}

}  // namespace attest
