// Keys and bare bytes: whose a key is, and what bytes without a name are.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather_steps.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/factory_item.h"

namespace attest {
namespace gathering {
namespace {

// The public part that a bundle keeps of a key; nullopt where the bytes are no such thing.
std::optional<Point> kept_point(const Device& device, View bytes) {
  Point point{};
  if (!device.keys_left_out || bytes.size() != point.size() || !on_curve(bytes))
    return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), point.begin());
  return point;
}

std::optional<PrivateKey> key_of(Evidence& e, const Statement& s) {
  if (const auto kept = kept_point(e.device, bytes_of(s)))
    return PrivateKey{.scalar = {}, .public_key = *kept, .stated_public = {}};
  auto key = raw_private_key(bytes_of(s));
  if (key) return *key;
  e.device.damaged(s.place, "private key", key.error().what);
  return std::nullopt;
}

bool is_certificate(FactId fact) {
  return fact == FactId::dac || fact == FactId::pai || fact == FactId::paa ||
         fact == FactId::certificate;
}

// Of the web on the same curve, or of a fabric: no authority's, of no vendor, and no part of the
// chain. (One that issued itself is taken for a root first.)
bool is_of_another_trade(const Statement& s, const Certificate& c) {
  return (s.fact == FactId::certificate || s.fact == FactId::paa) &&
         c.vendor_id.how == SubjectId::How::absent && c.product_id.how == SubjectId::How::absent &&
         !contradicts(FactId::dac, c);
}

// Whose keys make others believed: the first certificate with each. (A device's certificate in the
// PAI's place makes its key no authority's.)
std::map<Point, const Statement*> authorities(const Device& device, Parsed& parsed) {
  std::map<Point, const Statement*> out;
  for (const Statement& s : device.statements) {
    if (!is_certificate(s.fact) || s.fact == FactId::dac) continue;
    const auto& certificate = parsed.of(s).certificate;
    if (certificate && (*certificate)->p256 && says_it_is(**certificate) != FactId::dac &&
        !is_of_another_trade(s, **certificate))
      out.try_emplace(*(*certificate)->p256, &s);
  }
  return out;
}

// Whose keys are no device's.
std::map<Point, const Certificate*> owners_of_another_trade(const Evidence& e, Parsed& parsed) {
  std::map<Point, const Certificate*> out;
  for (const Statement& s : e.device.statements) {
    if (!is_certificate(s.fact)) continue;
    const auto& certificate = parsed.of(s).certificate;
    if (certificate && (*certificate)->p256 && is_of_another_trade(s, **certificate))
      out.try_emplace(*(*certificate)->p256, certificate->get());
  }
  return out;
}
constexpr const char* kNamedAsOthers = "a key of another trade, as it is called there";
NotUsed not_used_key(const Place& place, const char* which, const Certificate& owner) {
  return {place_text(place),
          fmt::format("the {} key of {} ({})", which, kOfAnotherTrade, name_text(owner.subject))};
}

// Bare bytes that the signed response gives as its nonce are no key.
bool is_nonce(const Evidence& e, View bytes) {
  return e.elements && equal(bytes, e.elements->nonce);
}

using PlaceKey = std::tuple<std::string_view, std::optional<uint64_t>, std::string_view>;
PlaceKey key_of(const Place& place) {
  return {place.path, place.offset, place.item};
}

}  // namespace

bool Parsed::is_fingerprint(const Device& device, const Bytes& value) {
  Sha256 sought{};
  if (value.size() != sought.size()) return false;
  if (!fingerprints_) {
    fingerprints_.emplace();
    for (const Statement& s : device.statements) {
      if (s.fact != FactId::cd && !is_certificate(s.fact)) continue;
      fingerprints_->insert(sha256(bytes_of(s)));
      if (s.fact == FactId::cd) continue;
      if (const auto& read = of(s).certificate) fingerprints_->insert(sha256((*read)->public_key));
    }
  }
  std::copy(value.begin(), value.end(), sought.begin());
  return fingerprints_->contains(sought);
}

// The DAC's own among all private keys is the one that fits it, and the first where none does: of
// those that are said to be the DAC's where there are such, else of those in files of their own.
// The others stay OtherKeys: another place's right key makes no wrong one right.
void settle_keys(Evidence& e, Parsed& parsed) {
  const std::optional<Point> dac_point = e.dac.certificate ? e.dac.certificate->p256 : std::nullopt;
  const bool some_named = e.device.first(FactId::dac_private_key) != nullptr;
  std::optional<std::map<Point, const Certificate*>> of_others;
  const auto is_of_others = [&](const Statement& s, const Point& point) {
    if (s.fact != FactId::private_key) return false;
    if (!of_others) of_others = owners_of_another_trade(e, parsed);
    const auto owner = of_others->find(point);
    const bool owned = owner != of_others->end(), named = names_another_trade(s.place.item);
    if (owned) {
      e.not_used.push_back(not_used_key(s.place, "private", *owner->second));
    } else if (named) {
      e.not_used.push_back({place_text(s.place), kNamedAsOthers});
    }
    return owned || named;
  };
  const auto take = [&](const Statement& s, const PrivateKey& key) {
    e.dac_key = key;
    e.dac_key_place = s.place;
    e.dac_key_named = s.fact == FactId::dac_private_key ||
                      (s.fact == FactId::private_key && dac_point && key.public_key == *dac_point);
  };
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::dac_private_key && s.fact != FactId::private_key) continue;
    const auto key = key_of(e, s);
    if (!key) continue;
    const bool fits = dac_point && key->public_key == *dac_point;
    if (!fits && is_of_others(s, key->public_key)) continue;
    if (!fits)
      e.other_keys.push_back({s.place, key->public_key, s.fact == FactId::dac_private_key});
    if (some_named && s.fact == FactId::private_key) continue;
    const bool fitted = e.dac_key && dac_point && e.dac_key->public_key == *dac_point;
    if (!e.dac_key || (fits && !fitted)) take(s, *key);
  }
  if (some_named) return;
  // Bare bytes are the DAC's key when they fit the DAC, and nothing when they do not.
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::blob || !dac_point) continue;
    if (e.dac_key && e.dac_key->public_key == *dac_point) return;
    const auto kept = kept_point(e.device, bytes_of(s));
    if (!kept && bytes_of(s).size() != 32) continue;
    if (is_nonce(e, bytes_of(s))) continue;
    const auto point = kept ? kept : public_key_of(bytes_of(s));
    if (!point || *point != *dac_point) continue;
    if (const auto key = key_of(e, s)) take(s, *key);
  }
}

// Keys by whose signatures others are believed: of the PAI, of PAAs, of who signs declarations.
// They are looked for in every place, that of the DAC's own key among them.
void find_authority_keys(Evidence& e, Parsed& parsed) {
  std::optional<std::map<Point, const Statement*>> all;
  const auto owner = [&](const Point& point) -> std::string {
    if (e.dac.certificate && e.dac.certificate->p256 == point) return {};
    if (!all) all = authorities(e.device, parsed);
    if (const auto at = all->find(point); at != all->end())
      return fmt::format("{} ({})",
                         at->second->fact == FactId::pai   ? "the PAI"
                         : at->second->fact == FactId::paa ? "a PAA"
                                                           : "a certification authority",
                         name_text((*parsed.of(*at->second).certificate)->subject));
    if (e.paa && e.paa->key == point) return "the PAA of this chain";
    if (e.cd_signer && e.cd_signer->key == point) return "the signer of the declaration";
    return {};
  };
  for (const Statement& s : e.device.statements) {
    const bool key = s.fact == FactId::private_key || s.fact == FactId::dac_private_key ||
                     s.fact == FactId::blob;
    if (!key) continue;
    const auto kept = kept_point(e.device, bytes_of(s));
    if (!kept && bytes_of(s).size() != 32) continue;
    if (s.fact == FactId::blob && is_nonce(e, bytes_of(s))) continue;
    const auto point = kept ? kept : public_key_of(bytes_of(s));
    if (!point) continue;
    if (std::string whose = owner(*point); !whose.empty())
      e.authority_keys.push_back({.place = s.place, .whose = std::move(whose)});
  }
}

// Of a key that is an authority's its own check tells; without a DAC no key is another's. The one
// that was taken for the DAC's, for want of a better one, stays the first.
void settle_other_keys(Evidence& e) {
  if (!e.dac.certificate || !e.dac.certificate->p256) return e.other_keys.clear();
  std::set<PlaceKey> authorities;
  for (const AuthorityKey& a : e.authority_keys) authorities.insert(key_of(a.place));
  std::set<Point> known;
  std::vector<OtherKey> kept;
  for (OtherKey& key : e.other_keys) {
    if (!authorities.contains(key_of(key.place)) && known.insert(key.public_key).second)
      kept.push_back(std::move(key));
  }
  e.other_keys = std::move(kept);
}

// What a slot holds in another encoding than its firmware reads there is no certificate to those
// who receive it, whatever could be read out of it.
const Noted* slot_fault(const Device& device, Remark remark) {
  const auto at = std::find_if(device.remarks.begin(), device.remarks.end(),
                               [&](const Noted& n) { return n.remark == remark; });
  return at == device.remarks.end() ? nullptr : &*at;
}
std::string slot_text(const Noted& fault) {
  return fmt::format("{} {}", place_text(fault.place), fault.message);
}
void take_slot_fault(const Device& device, Remark remark, CertificateEvidence& certificate) {
  const Noted* fault = slot_fault(device, remark);
  if (fault == nullptr) return;
  certificate.place = fault->place;
  certificate.problem = slot_text(*fault);
}

// Bare bytes belong to an attestation response when the elements are there and nothing names them
// otherwise.
void settle_blobs(Evidence& e, Parsed& parsed) {
  if (e.elements_statement == nullptr) return;
  const View answered = e.elements ? e.elements->nonce : View{};
  const auto take = [&](Maybe<Bytes>& slot, auto&& fits) {
    if (slot != nullptr) return;
    for (const Statement& s : e.device.statements) {
      if (s.fact != FactId::blob || (e.dac_key && equal(e.dac_key->scalar, bytes_of(s))) ||
          !fits(bytes_of(s)))
        continue;
      slot = &bytes_of(s);
      return;
    }
  };
  // A nonce of a wrong length may be as long as a challenge or a signature: the one that the device
  // answered with is known by its bytes.
  take(e.nonce, [&](const Bytes& b) { return !answered.empty() && equal(b, answered); });
  take(e.nonce,
       [&](const Bytes& b) { return b.size() == 32 && !parsed.is_fingerprint(e.device, b); });
  take(e.signature, [&](const Bytes& b) { return b.size() == 64 && e.nonce != &b; });
  take(e.challenge, [&](const Bytes& b) { return b.size() == 16 && e.nonce != &b; });
}

// A file of bare bytes that turned out to be nothing is told of: whoever put it there took it for
// something. Of a device from a bundle the values of these are left out, and nothing is said of
// them but that.
void list_unused_blobs(Evidence& e, Parsed& parsed) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::blob) continue;
    const Bytes& bytes = bytes_of(s);
    const auto is = [&](Maybe<Bytes> used) { return used && *used == bytes; };
    const bool key = e.dac_key && equal(e.dac_key->scalar, bytes),
               kept = e.device.keys_left_out && !bytes.empty();
    const bool nonce = e.elements && equal(e.elements->nonce, bytes);
    if (is(e.nonce) || is(e.challenge) || is(e.signature) || key || nonce || kept) continue;
    e.not_used.push_back(
        {place_text(s.place), parsed.is_fingerprint(e.device, bytes)
                                  ? "the SHA-256 of a certificate or of the declaration here"
                                  : "bare bytes that are no challenge, nonce, signature or key of "
                                    "the DAC here, and open "
                                    "nothing"});
  }
}

// A public key that says not whose it is: the DAC's, or of a certificate above it. One of nobody is
// taken for what the device is said to have.
void settle_public_keys(Evidence& e, Parsed& parsed) {
  const auto of_others = owners_of_another_trade(e, parsed);
  for (Statement& s : e.device.statements) {
    if (s.fact != FactId::public_key) continue;
    const auto is_of = [&](const CertificateEvidence& c) {
      return c.certificate && equal(c.certificate->public_key, bytes_of(s));
    };
    if (!is_of(e.dac) && (is_of(e.pai) || is_of(e.paa_shown))) {
      e.not_used.push_back({place_text(s.place), "the public key of the PAI or the PAA"});
      continue;
    }
    Point point{};
    if (bytes_of(s).size() == point.size())
      std::copy(bytes_of(s).begin(), bytes_of(s).end(), point.begin());
    if (const auto owner = of_others.find(point); !is_of(e.dac) && owner != of_others.end()) {
      e.not_used.push_back(not_used_key(s.place, "public", *owner->second));
    } else if (!is_of(e.dac) && names_another_trade(s.place.item)) {
      e.not_used.push_back({place_text(s.place), kNamedAsOthers});
    } else {
      s.fact = FactId::dac_public_key;
    }
  }
}

}  // namespace gathering
}  // namespace attest
