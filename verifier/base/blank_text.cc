#include "verifier/base/blank_text.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"

namespace attest {
namespace {

struct Range {
  uint32_t from, to;
};
// White_Space, Default_Ignorable_Code_Point and controls of Unicode, and what has no ink though it
// is neither. In order.
constexpr Range kUnseen[] = {
    {0x00, 0x20},       {0x7F, 0xA0},       {0xAD, 0xAD},      {0x34F, 0x34F},   {0x61C, 0x61C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5},  {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800},  {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},  {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
    {0x1D159, 0x1D159}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

bool is_unseen(uint32_t code) {
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [&](const Range& r) { return code >= r.from && code <= r.to; });
}

}  // namespace

bool is_blank_text(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    uint32_t code = 0;
    const size_t size = utf8_character(text, at, code);
    if (size == 0 || !is_unseen(code)) return false;
    at += size;
  }
  return true;
}

}  // namespace attest
