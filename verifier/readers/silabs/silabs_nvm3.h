// Nvm3: Silicon Labs' object store in flash. Pages of 512 * 2^k bytes form a ring; each begins with
// a header of five words whose erase count is guarded by a Berger code, then objects back to back,
// the latest of a key being the valid one. Berger codes guard object headers as well; what an
// object holds carries no checksum. Layout after the Simplicity SDK's nvm3_page.c and
// nvm3_object.h.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

struct Nvm3Object {
  uint32_t key = 0;  // 20 bits
  Bytes data;
  uint64_t offset = 0;  // of its header, or of its first fragment's, in the image
};

struct Nvm3 {
  std::vector<Nvm3Object> objects;         // alive, by key
  std::vector<IntegrityProblem> problems;  // places: offset in the image and item, no path
  size_t begin = 0, end = 0;               // from the first page to behind the last
  size_t page_size = 0;
  bool encrypted = false;  // the authenticated format: unreadable without the device's keys
  bool truncated = false;  // the image ends within a page
  const Nvm3Object* find(uint32_t key) const;
};

// Does any page stand on the grid of 512 bytes?
bool has_nvm3(View image);
Nvm3 parse_nvm3(View image);

}  // namespace attest
