// A file of erased flash: somebody dumped a place where nothing was ever written. It says that
// something is absent, which is not the same as saying nothing.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr size_t kLeast = 256;

bool recognises(const Source& s) {
  if (s.bytes.size() < kLeast || (s.bytes[0] != 0xFF && s.bytes[0] != 0x00)) return false;
  // Overlapping comparison: every byte is the one before it.
  return std::memcmp(s.bytes.data(), s.bytes.data() + 1, s.bytes.size() - 1) == 0;
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("erased-flash");
  reading.device.note(Remark::erased, {.path = s.path, .offset = s.base, .item = {}},
                      fmt::format("all {} bytes are {}: nothing was ever written here",
                                  s.bytes.size(), s.bytes[0] == 0xFF ? "erased" : "zero"));
  return {};
}

}  // namespace

const Reader erased_flash_reader{.kind = "raw",
                                 .expects = "erased flash",
                                 .content = Content::bytes,
                                 .recognises = recognises,
                                 .read = read};

}  // namespace attest
