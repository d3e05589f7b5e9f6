// A revocation set of the Matter SDK (verifier/matter/revocation_set.h): about many devices, and an
// unsigned word on each. What stands in it beside its own keys is read as in any JSON.

#include "verifier/matter/revocation_set.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/contains.h"
#include "verifier/base/json_doubled.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/json_head.h"

namespace attest {
namespace {

constexpr std::string_view kOwn[] = {"type",
                                     "issuer_subject_key_id",
                                     "issuer_name",
                                     "revoked_serial_numbers",
                                     "crl_signer_cert",
                                     "crl_signer_delegator"};

// One of its own with a byte that was hit, or one too few or too many: what it holds is no other's.
bool is_nearly(std::string_view name, std::string_view own) {
  const auto [a, b] = std::mismatch(name.begin(), name.end(), own.begin(), own.end());
  const std::string_view behind(a, name.end()), own_behind(b, own.end());
  const auto after_first = [](std::string_view s) {
    return s.substr(std::min<size_t>(1, s.size()));
  };
  return after_first(behind) == after_first(own_behind) || behind == after_first(own_behind) ||
         after_first(behind) == own_behind;
}
bool is_own(std::string_view name) {
  return std::any_of(std::begin(kOwn), std::end(kOwn),
                     [&](std::string_view own) { return is_nearly(name, own); });
}

constexpr size_t kMost = 1u << 20;  // bytes in which nothing but its kind is told

bool recognises(const Source& s) {
  if (looks_like_revocation_set(s.bytes)) return true;
  // It breaks off before the numbers of its first issuer.
  const std::string_view all = text(s.bytes);
  if (!contains(all, "\"revocation_set\"")) return false;
  const auto head = json_head(s.bytes, kMost);
  return head && head->broken && head->json.array() != nullptr;
}

// What stands in it beside its own keys. (An array too many makes nothing else of its entries.)
void add_others(const Json& json, Json& others) {
  if (const auto* elements = json.array()) {
    for (const Json& element : *elements) add_others(element, others);
  } else if (json.object() == nullptr) {
    others.push(json);
  } else {
    for (const auto& [name, value] : *json.object()) {
      if (!is_own(name)) others.push(Json(Json::Object{}).set(name, value));
    }
  }
}

Result<void> read(const Source& s, Reading& reading) {
  const Before before = Before::of(reading);
  reading.holds("revocation-set");
  reading.device.say(FactId::revocation_set, to_bytes(s.bytes),
                     {.path = s.path, .offset = {}, .item = {}});
  std::vector<DoubledKey> doubled;
  const auto json = parse_json_of_last_keys(text(s.bytes), doubled);
  if (!json || json->array() == nullptr) return {};  // a check says so
  Json others{Json::Array{}};
  add_others(*json, others);
  if (!others.array()->empty()) read_loose_json(others, s.path, {}, before, reading);
  return {};
}

}  // namespace

const Reader revocation_set_reader{.kind = "revocation-set",
                                   .expects = "a revocation set",
                                   .content = Content::bytes,
                                   .recognises = recognises,
                                   .read = read};

}  // namespace attest
