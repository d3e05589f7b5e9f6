#include "verifier/readers/text/utf16.h"

#include <algorithm>

namespace attest {
namespace {

constexpr size_t kMost = 16u << 20, kLooked = 64;

enum class Order : uint8_t { little, big };
struct Form {
  Order order;
  size_t mark;  // octets of the byte order mark
};

// Printable ASCII, with zeros where the other halves stand.
bool looks(View v, Order order) {
  const size_t n = std::min(v.size(), kLooked) / 2;
  if (n < 4) return false;
  for (size_t i = 0; i < n; ++i) {
    const uint8_t low = v[2 * i + (order == Order::big)], high = v[2 * i + (order != Order::big)];
    const bool plain = (low >= 0x20 && low < 0x7F) || low == '\t' || low == '\r' || low == '\n';
    if (high != 0 || !plain) return false;
  }
  return true;
}

std::optional<Form> form_of(View v) {
  if (v.size() < 4 || v.size() > kMost) return std::nullopt;
  if (v[0] == 0xFF && v[1] == 0xFE) return Form{Order::little, 2};
  if (v[0] == 0xFE && v[1] == 0xFF) return Form{Order::big, 2};
  if (looks(v, Order::little)) return Form{Order::little, 0};
  if (looks(v, Order::big)) return Form{Order::big, 0};
  return std::nullopt;
}

void append(uint32_t c, Bytes& out) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<uint8_t>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)),
        put(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::optional<Bytes> utf8_of_utf16(View bytes) {
  const auto form = form_of(bytes);
  if (!form) return std::nullopt;
  const View v = bytes.subspan(form->mark);
  Bytes out;
  out.reserve(v.size() / 2);
  // A last byte alone is half a character of a text that was cut: what stands before it is text.
  for (size_t i = 0; i + 1 < v.size(); i += 2) {
    const auto unit = [&](size_t at) -> uint32_t {
      return form->order == Order::big ? static_cast<uint32_t>(v[at]) << 8 | v[at + 1]
                                       : static_cast<uint32_t>(v[at + 1]) << 8 | v[at];
    };
    uint32_t c = unit(i);
    if (c == 0 || (c >= 0xDC00 && c < 0xE000)) return std::nullopt;
    if (c >= 0xD800 && c < 0xDC00) {
      if (i + 3 >= v.size()) break;
      const uint32_t low = unit(i + 2);
      if (low < 0xDC00 || low >= 0xE000) return std::nullopt;
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    append(c, out);
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace attest
