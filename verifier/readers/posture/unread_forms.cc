#include "verifier/readers/posture/unread_forms.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "verifier/base/characters.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

// SPSDK's settings: what its tools read of a part (get-config) has the form of what they burn.
bool is_nxp_settings(const Source& s) {
  if (!tool::is_output(s, {"family:"})) return false;
  bool family = false, registers = false, page = false, settings = false;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const std::string_view text = line.text;
    family = family || text.starts_with("family: ");
    registers = registers || text == "registers:";
    settings = settings || text == "settings:";
    page = page || text.starts_with("type: CMPA") || text.starts_with("type: CFPA");
  }
  return family && (registers || (page && settings));
}

// "fuses10.bin": as espefuse numbers the files of its blocks, which have nothing but the block's
// bytes in them. (Some chips have blocks of 24, 28, 12 or 8 bytes; what is no zeros of 32 is read
// as the bare bytes that it may be as well.)
bool is_efuse_block(const Source& s) {
  struct Form {
    size_t bytes, last;
  };
  constexpr Form kForms[] = {{8, 0}, {12, 1}, {24, 3}, {28, 0}, {32, 10}};
  std::string_view name = s.path;
  name.remove_prefix(name.find_last_of("/!") + 1);
  name = name.substr(0, name.rfind('.'));
  size_t digits = 0;
  while (digits < name.size() && is_digit(name[name.size() - 1 - digits])) ++digits;
  if (digits == 0 || digits > 2 || digits == name.size()) return false;
  const auto block = tool::number(name.substr(name.size() - digits));
  return block && std::any_of(std::begin(kForms), std::end(kForms), [&](const Form& form) {
           return s.bytes.size() == form.bytes && *block <= form.last;
         });
}

}  // namespace

std::string unread_form(const Source& source) {
  if (is_nxp_settings(source))
    return "settings of an NXP part: a file that was read of a part looks like one that tells what "
           "to burn, so it says nothing of this part; hand over what nxpfuses print or shadowregs "
           "print shows";
  if (is_efuse_block(source))
    return "it may be one block of an eFuse dump, which does not say which chip or part it is of: "
           "hand over espefuse summary, or dump --format joint";
  return {};
}

}  // namespace attest
