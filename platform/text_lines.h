// TextLines: on which line of a text file a place is. A report names bytes; who shows a file to
// people shows lines.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "platform/files.h"

namespace attest {

class TextLines {
 public:
  // From 1: of the offset; without one of the place's key, as JSON quotes it; else the first.
  // Nullopt: no regular file, too large to be read by people, or no text.
  std::optional<uint64_t> line_of(const Place& place);

 private:
  std::map<std::string, std::optional<std::string>> texts_;
};

}  // namespace attest
