#include "serve/rate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace attest::serve {

unsigned Rate::take(const std::string& peer, double now_seconds) {
  return asked(peer, now_seconds, 1);
}
unsigned Rate::wait(const std::string& peer, double now_seconds) {
  return asked(peer, now_seconds, 0);
}

unsigned Rate::asked(const std::string& peer, double now_seconds, double cost) {
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMost) {
    std::erase_if(buckets_, [&](const auto& one) {
      return one.second.left + (now_seconds - one.second.when) * a_second_ >= at_once_;
    });
    if (buckets_.size() >= kMost) buckets_.clear();
  }
  auto [at, is_new] = buckets_.try_emplace(peer, Bucket{.left = at_once_, .when = now_seconds});
  Bucket& bucket = at->second;
  const double passed = std::max(0.0, now_seconds - bucket.when);
  bucket.left = std::min(at_once_, bucket.left + passed * a_second_);
  bucket.when = now_seconds;
  if (bucket.left >= 1) {
    bucket.left -= cost;
    return 0;
  }
  return static_cast<unsigned>(std::clamp(std::ceil((1 - bucket.left) / a_second_), 1.0, 3600.0));
}

void Rate::give_back(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  const auto at = buckets_.find(peer);
  if (at != buckets_.end()) at->second.left = std::min(at_once_, at->second.left + 1);
}

size_t Rate::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

std::string peer_key(const std::string& address) {
  in6_addr bits{};
  if (::inet_pton(AF_INET6, address.c_str(), &bits) != 1) return address;
  if (IN6_IS_ADDR_V4MAPPED(&bits)) return address.substr(address.rfind(':') + 1);
  std::fill(std::begin(bits.s6_addr) + 8, std::end(bits.s6_addr), uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(AF_INET6, &bits, text.data(), text.size()) == nullptr ? address : text.data();
}

}  // namespace attest::serve
