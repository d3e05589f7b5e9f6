// Der: a strict cursor over DER. Definite minimal lengths, tags below 31, nothing beyond the
// enclosing value, bounded depth by construction (the caller descends, the cursor never recurses).
#pragma once

#include "verifier/base/bytes.h"

namespace attest::der {

enum Tag : uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kUtf8String = 0x0C,
  kNumericString = 0x12,
  kPrintableString = 0x13,
  kTeletexString = 0x14,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kVisibleString = 0x1A,
  kUniversalString = 0x1C,
  kBmpString = 0x1E,
  kSequence = 0x30,
  kSet = 0x31,
};
constexpr uint8_t context(unsigned n) {
  return static_cast<uint8_t>(0x80 | n);
}  // [n] primitive
constexpr uint8_t context_constructed(unsigned n) {
  return static_cast<uint8_t>(0xA0 | n);
}  // [n] constructed

struct Element {
  uint8_t tag = 0;
  View body;   // the content octets
  View whole;  // tag, length and content
};

class Cursor {
 public:
  // `base` is the offset of `data` in the outermost input: errors carry absolute offsets.
  explicit Cursor(View data, uint64_t base = 0) : data_(data), base_(base) {}

  bool empty() const { return at_ == data_.size(); }
  uint64_t offset() const { return base_ + at_; }
  View rest() const { return data_.subspan(at_); }
  std::optional<uint8_t> peek() const {
    return empty() ? std::nullopt : std::optional<uint8_t>(data_[at_]);
  }

  Result<Element> any(std::string_view name);  // the next element, whatever it is
  Result<Element> expect(uint8_t tag,
                         std::string_view name);  // the next element, which must have this tag
  Result<std::optional<Element>> optional(
      uint8_t tag, std::string_view name);  // nullopt when another tag stands here
  Result<Cursor> enter(uint8_t tag,
                       std::string_view name);  // a cursor over the content of the next element
  Result<bool> boolean(std::string_view name);  // 00 or FF only
  Result<View> integer(std::string_view name);  // minimal two's complement content octets
  Result<uint64_t> small_integer(std::string_view name, uint64_t max);
  Result<View> oid(std::string_view name);  // content octets, well-formed arcs
  Result<View> bit_string(std::string_view name, unsigned* unused_bits = nullptr);
  Result<void> end(std::string_view name);  // nothing may follow

 private:
  View data_;
  uint64_t base_ = 0;
  size_t at_ = 0;
};

// What stands behind a tag and its length at the start of `input`, as far as the input goes. For
// recognising a kind that may be cut off or badly encoded: any form of length will do. Parsers use
// a Cursor.
std::optional<View> peel(View input, uint8_t tag);

std::string tag_text(uint8_t tag);         // "INTEGER (0x02)"
std::string oid_text(View oid);            // "1.2.840.10045.4.3.2"
Bytes oid_bytes(std::string_view dotted);  // content octets; empty when the text is no OID

// ECDSA-Sig-Value -> r | s, 32 bytes each. Refuses non-minimal, negative and over-long integers
// (SEC 1, C.5).
Result<std::array<uint8_t, 64>> ecdsa_signature(View der);

}  // namespace attest::der
