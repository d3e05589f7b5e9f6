// Rate: how much one peer may ask for, by a bucket each that fills again with time. A peer with an
// IPv6 address is its network of 64 bits. Bounded: who fills the table with addresses only makes it
// forget the ones that are full again.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace attest::serve {

class Rate {
 public:
  Rate(double a_second, double at_once) : a_second_(a_second), at_once_(at_once) {}
  // Seconds to wait, rounded up; 0: it may.
  unsigned take(const std::string& peer, double now_seconds);
  // What was taken for something that turned out well.
  void give_back(const std::string& peer);
  // Whether it would have to wait, with nothing taken.
  unsigned wait(const std::string& peer, double now_seconds);
  size_t size() const;

 private:
  static constexpr size_t kMost = 20'000;
  struct Bucket {
    double left = 0, when = 0;
  };
  unsigned asked(const std::string& peer, double now_seconds, double cost);
  const double a_second_, at_once_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

// What a peer is known by: of an IPv6 address the first 64 bits.
std::string peer_key(const std::string& address);

}  // namespace attest::serve
