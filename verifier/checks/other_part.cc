#include "verifier/checks/other_part.h"

#include <algorithm>

#include "verifier/base/maybe.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"
#include "verifier/readers/same_value.h"

namespace attest {
namespace {

// Of "dump.hex!0x00010000" and "part.zip!dac.der" the file that was handed over: what is in it is
// of one part, where it has one DAC.
std::string_view file_of(std::string_view path) {
  return path.substr(0, path.find('!'));
}

}  // namespace

OtherPart::OtherPart(const Evidence& e) : statements_(e.device.statements) {
  if (e.dac.bytes.empty() || waiver_for(e, *find_check("identity.one-dac")) != nullptr) return;
  std::set<std::string, std::less<>> own;
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::dac) continue;
    const Maybe<Bytes> dac = std::get_if<Bytes>(&s.value);
    if (dac != nullptr) (*dac == e.dac.bytes ? own : files_).emplace(file_of(s.place.path));
  }
  for (const std::string& file : own) files_.erase(file);
  if (files_.empty()) return;
  for (const Statement& s : statements_) {
    const Maybe<Bytes> bytes = std::get_if<Bytes>(&s.value);
    if (bytes != nullptr && !holds(s.place)) bytes_elsewhere_.emplace(s.fact, text(*bytes));
  }
}

bool OtherPart::holds(const Place& place) const {
  return files_.contains(file_of(place.path));
}

bool OtherPart::says(const Statement& value) const {
  if (files_.empty()) return false;
  if (const Maybe<Bytes> bytes = std::get_if<Bytes>(&value.value))
    return !bytes_elsewhere_.contains({value.fact, text(*bytes)});
  return std::all_of(statements_.begin(), statements_.end(), [&](const Statement& s) {
    return s.fact != value.fact || !same_value(s.fact, s.value, value.value) || holds(s.place);
  });
}

}  // namespace attest
