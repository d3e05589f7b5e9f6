#include "dcl/public_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

namespace attest::dcl {
namespace {

struct Range {
  std::array<uint8_t, 16> prefix;
  unsigned bits;
};

bool in(const IpAddress& address, const Range& range) {
  const unsigned whole = range.bits / 8, rest = range.bits % 8;
  if (!std::equal(range.prefix.begin(), range.prefix.begin() + whole, address.bytes.begin()))
    return false;
  const auto mask = static_cast<uint8_t>(0xFF00u >> rest);
  return rest == 0 || ((address.bytes[whole] ^ range.prefix[whole]) & mask) == 0;
}

// IANA IPv4 special-purpose address registry: what is not globally reachable, multicast, and the
// two anycast ranges that lead through somebody's relay.
constexpr Range kNotPublicV4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // carrier-grade NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local; a cloud's metadata service
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // IETF protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 3},            // multicast, reserved, broadcast
};

// IANA IPv6: global unicast is 2000::/3; inside it, what is not globally reachable.
constexpr Range kGlobalUnicastV6{{0x20}, 3};
constexpr Range kNotPublicV6[] = {
    {{0x20, 0x01, 0x00}, 23},        // IETF protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
    {{0x3F, 0xFF}, 20},              // documentation
};

// IPv6 addresses that stand for an IPv4 one, and where it is in them.
struct Embedded {
  Range range;
  size_t at;
};
constexpr Embedded kEmbedded[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96}, 12},  // v4-mapped
    {{{0x00, 0x64, 0xFF, 0x9B}, 96}, 12},                    // NAT64, RFC 6052
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

}  // namespace

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN] = {};
  inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), out, sizeof out);
  return out;
}

bool is_public(const IpAddress& address) {
  const auto inside = [&](const Range& range) { return in(address, range); };
  if (!address.v6) return std::none_of(std::begin(kNotPublicV4), std::end(kNotPublicV4), inside);
  for (const auto& [range, at] : kEmbedded) {
    if (!in(address, range)) continue;
    IpAddress v4;
    std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, v4.bytes.begin());
    return is_public(v4);
  }
  return in(address, kGlobalUnicastV6) &&
         std::none_of(std::begin(kNotPublicV6), std::end(kNotPublicV6), inside);
}

}  // namespace attest::dcl
