#include "verifier/readers/credentials/stated_role.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/slot.h"

namespace attest {
namespace {

bool is_authority(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  return constraints && constraints->ca && c.key_usage.value &&
         (c.key_usage.value->bits & KeyUsage::key_cert_sign) != 0;
}
// "200 bytes of 00"; what the bytes are that are no DER.
std::string description(View item) {
  if (item.empty()) return "nothing";
  if (is_erased(item)) return fmt::format("{} bytes of {:02X}", item.size(), item[0]);
  return fmt::format("{} bytes that are no certificate", item.size());
}

}  // namespace

bool is_root(const Certificate& c) {
  const auto skid = c.skid(), akid = c.akid();
  return c.self_issued() && !(skid && akid && *skid != *akid);
}

// (A PAI may have a product, too.)
bool is_of_one_device(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  const bool signs = c.key_usage.value && (c.key_usage.value->bits & KeyUsage::key_cert_sign) != 0;
  return constraints && !constraints->ca && !signs && c.product_id.how != SubjectId::How::absent;
}

bool contradicts(FactId role, const Certificate& c) {
  if (role == FactId::dac) return is_authority(c);
  return role == FactId::pai && (is_of_one_device(c) || (is_authority(c) && is_root(c)));
}

const char* called_by_itself(const Certificate& c) {
  return is_of_one_device(c) ? "a DAC" : is_root(c) ? "a root" : "a PAI";
}

namespace {

const char* sent_as(FactId role) {
  return role == FactId::dac ? "DAC" : role == FactId::pai ? "PAI" : "certification declaration";
}

// What a declaration's place holds instead; empty: one.
std::string no_declaration(const Statement& s) {
  if (s.fact == FactId::cd)
    return looks_like_cms(std::get<Bytes>(s.value))
               ? ""
               : "the content of a declaration, which nobody signed";
  const auto certificate = parse_certificate(std::get<Bytes>(s.value));
  return certificate ? called_by_itself(**certificate) : "";
}

}  // namespace

void hold_to_role(FactId role, size_t before, Reading& reading) {
  Statement* only = nullptr;
  auto& all = reading.device.statements;
  for (size_t i = before; i < all.size(); ++i) {
    if (all[i].fact != FactId::certificate && all[i].fact != FactId::cd) continue;
    if (only != nullptr) return;
    only = &all[i];
  }
  if (only == nullptr) return;
  std::string found;
  if (role == FactId::cd) {
    found = no_declaration(*only);
  } else if (only->fact == FactId::cd) {
    found = "a certification declaration";
  } else {
    const auto certificate = parse_certificate(std::get<Bytes>(only->value));
    if (certificate && contradicts(role, **certificate)) only->fact = role;
  }
  if (!found.empty())
    wrong_encoding(role, only->place,
                   fmt::format("holds {}, expected the {}", found, sent_as(role)), reading);
}

void say_no_certificate(FactId role, View item, const Place& place, Reading& reading) {
  const auto other = is_erased(item) ? std::nullopt : disguise(item);
  wrong_encoding(role, place,
                 fmt::format("holds {}, expected the {} in DER",
                             other ? other->found : description(item), sent_as(role)),
                 reading);
  const View inside = other ? View(other->inside) : item;
  if (const auto key = parse_private_key(inside)) {  // kept as one, so that nothing shows it
    reading.holds("private-key");
    reading.device.say(FactId::private_key, Bytes(key->scalar.begin(), key->scalar.end()), place);
  } else if (other && parse_certificate(inside)) {
    reading.holds("certificate");
    reading.device.say(FactId::certificate, other->inside, place);
  }
}

}  // namespace attest
