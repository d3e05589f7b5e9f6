// What a log shows of a request with a nonce and its signed answer: of attestation, and of a
// CSRRequest. A log may hold several attempts; the last one is what its result is about.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "verifier/readers/reader.h"

namespace attest::log {

struct Value {
  Bytes bytes;
  uint64_t offset = 0;
};

// One kind of exchange: commands of Operational Credentials, and how its parts are called.
struct ExchangeKind {
  uint64_t request, response;  // Core 11.18.6: their numbers
  const char* name;            // "attestation": of all that it holds
  const char* called;          // in messages
  const char* items[4];        // of nonce, elements, signature, challenge
  FactId facts[4];
};
extern const ExchangeKind kAttestationExchange, kNocsrExchange;

class Exchange {
 public:
  enum Part : uint8_t { nonce, elements, signature, challenge };
  explicit Exchange(const ExchangeKind& kind) : kind_(kind) {}

  const ExchangeKind& kind() const { return kind_; }
  // A nonce or elements of another attempt than what is here: that one is given up.
  void put(Part part, Value value);
  const std::optional<Value>& at(Part part) const { return parts_[part]; }
  bool has(const std::string& item) const;  // a part of this name
  unsigned earlier() const { return earlier_; }
  void say(const std::string& path, Reading& reading) const;

  // Which part a command's field is; nullptr and nullopt: none.
  const char* item_of(std::optional<uint64_t> command, uint64_t field) const;
  std::optional<Part> part_of(std::optional<uint64_t> command, uint64_t field) const;
  // A value without a stated size that says itself that a part of it lacks.
  static bool is_cut(Part part, View bytes);

 private:
  const ExchangeKind& kind_;
  std::array<std::optional<Value>, 4> parts_;
  unsigned earlier_ = 0;
};

}  // namespace attest::log
