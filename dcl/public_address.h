// PublicAddress: which IP addresses may be reached when the URL comes from somebody else. A URL on
// a public ledger must not lead into the network of whoever verifies: not to this machine, a
// private network, a router's or a cloud's own services.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace attest::dcl {

struct IpAddress {
  std::array<uint8_t, 16> bytes{};  // of IPv4 the first four
  bool v6 = false;

  std::string text() const;
};

// Globally reachable by the IANA special-purpose address registries (RFC 6890). An IPv4 address
// inside an IPv6 one (mapped, NAT64, 6to4) counts as itself.
bool is_public(const IpAddress& address);

}  // namespace attest::dcl
