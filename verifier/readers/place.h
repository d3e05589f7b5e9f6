// Place: where something was said.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

// Where something was said: a file (inside archives "lot.zip!a/b.bin"), a byte in it, and the name
// it has there.
struct Place {
  std::string path;
  std::optional<uint64_t> offset;
  std::string
      item;  // "chip-factory/dac-cert", "TLV 201/1"; empty when the file is the thing itself

  bool operator==(const Place&) const = default;
};
std::string place_text(const Place& place);  // "factory.bin at 0x1040 (chip-factory/dac-cert)"

}  // namespace attest
