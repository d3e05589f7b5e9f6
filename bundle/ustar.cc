#include "bundle/ustar.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace attest {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kSizeAt = 124, kSizeDigits = 11, kChecksumAt = 148;

void put(Bytes& block, size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
}

Bytes header(const TarMember& member) {
  Bytes block(kBlock);
  put(block, 0, member.name);
  put(block, 100, "0000644");
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, kSizeAt, fmt::format("{:011o}", member.content.size()));
  put(block, 136, "00000000000");
  put(block, kChecksumAt, "        ");
  put(block, 156, "0");
  put(block, 257, std::string_view("ustar\00000", 8));
  put(block, 329, "0000000");
  put(block, 337, "0000000");
  const unsigned sum = std::accumulate(block.begin(), block.end(), 0u);
  put(block, kChecksumAt, fmt::format("{:06o}", sum));
  block[kChecksumAt + 6] = 0;
  return block;
}

size_t padded(size_t size) {
  return (size + kBlock - 1) / kBlock * kBlock;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() < 100 &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
             std::string_view::npos;
}

}  // namespace

Bytes write_ustar(const std::vector<TarMember>& members) {
  Bytes out;
  for (const TarMember& member : members) {
    const Bytes block = header(member);
    out.insert(out.end(), block.begin(), block.end());
    out.insert(out.end(), member.content.begin(), member.content.end());
    out.resize(padded(out.size()));
  }
  out.resize(out.size() + 2 * kBlock);  // the end
  return out;
}

Result<std::vector<TarMember>> read_ustar(View archive) {
  if (archive.size() > kMaxUstarBytes)
    return error(
        fmt::format("expected at most {} bytes, found {}", kMaxUstarBytes, archive.size()));
  std::vector<TarMember> members;
  size_t at = 0;
  for (;;) {
    const bool is_tar =
        archive.size() >= kBlock && text(archive.subspan(257, 5)) == std::string_view("ustar");
    if (at == 0 && !is_tar)
      return error(
          "expected a bundle, as verify --bundle writes one, found something else (no ustar "
          "archive)");
    if (archive.size() - at < kBlock) return error("the archive ends too early", at);
    const View block = archive.subspan(at, kBlock);
    if (block[0] == 0) break;
    if (members.size() == kMaxUstarMembers)
      return error(fmt::format("expected at most {} members, found more", kMaxUstarMembers), at);
    const auto name_end = std::find(block.begin(), block.begin() + 100, uint8_t{0});
    std::string name(block.begin(), name_end);
    if (!is_name(name))
      return error(
          fmt::format("expected the header of a member, found the name \"{}\"", printable(name)),
          at);
    size_t size = 0;
    for (size_t i = 0; i < kSizeDigits; ++i) {
      const uint8_t digit = block[kSizeAt + i];
      if (digit < '0' || digit > '7')
        return error(fmt::format("{}: expected an octal size", name), at + kSizeAt + i);
      size = size * 8 + (digit - '0');
    }
    at += kBlock;
    if (size > archive.size() || archive.size() - at < padded(size))
      return error(
          fmt::format("{}: {} bytes are named, {} are left", name, size, archive.size() - at), at);
    members.push_back({.name = std::move(name), .content = to_bytes(archive.subspan(at, size))});
    at += padded(size);
  }
  const Bytes again = write_ustar(members);
  const auto [here, there] =
      std::mismatch(archive.begin(), archive.end(), again.begin(), again.end());
  if (here != archive.end() || there != again.end())
    return error("the archive is not written as expected",
                 static_cast<uint64_t>(here - archive.begin()));
  return members;
}

}  // namespace attest
