#include "platform/text_lines.h"

#include <algorithm>
#include <string_view>

namespace attest {
namespace {

constexpr size_t kMostText = 4u << 20;

std::optional<std::string> text_at(const std::string& path) {
  uint64_t size = 0;
  const auto bytes = file_head(path, kMostText, size);
  if (!bytes || size > kMostText || std::find(bytes->begin(), bytes->end(), 0) != bytes->end())
    return std::nullopt;
  return std::string(text(*bytes));
}

}  // namespace

std::optional<uint64_t> TextLines::line_of(const Place& place) {
  auto known = texts_.find(place.path);
  if (known == texts_.end()) known = texts_.emplace(place.path, text_at(place.path)).first;
  if (!known->second) return std::nullopt;
  const std::string_view whole = *known->second;
  size_t at = place.offset.value_or(0);
  if (!place.offset && !place.item.empty()) {
    const std::string key = '"' + place.item.substr(place.item.find_last_of("/.") + 1) + '"';
    at = whole.find(key);
    if (at == std::string_view::npos) at = 0;
  }
  if (at > whole.size()) return std::nullopt;
  return 1 + static_cast<uint64_t>(
                 std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace attest
