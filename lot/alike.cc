#include "lot/alike.h"

#include <algorithm>

#include "verifier/matter/basic_information.h"
#include "verifier/pki/der.h"
#include "verifier/pki/extension_content.h"

namespace attest {
namespace {

constexpr size_t kNonceSize = 32, kChallengeSize = 16, kSignatureSize = 64;
constexpr size_t kMostIdBytes = 256;

// Where the values of a JSON text stand. The text was accepted by the parser, so its shape is not
// questioned here.
struct Leaf {
  std::string path;   // "attestation.nonce"; keys as they are written
  size_t begin, end;  // of a string what stands between the quotes
  bool string;
};

class Leaves {
 public:
  explicit Leaves(std::string_view json) : json_(json) {}
  // Nullopt: a key of it is none that a record has ("", "a.b", "n\u006fnce"), so that its paths
  // could be taken for others'.
  std::optional<std::vector<Leaf>> all() {
    value("");
    if (odd_) return std::nullopt;
    return std::move(out_);
  }

 private:
  char now() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < json_.size() &&
           std::string_view(" \t\r\n").find(json_[at_]) != std::string_view::npos)
      ++at_;
  }
  std::pair<size_t, size_t> string() {
    const size_t begin = ++at_;
    while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    const size_t end = std::min(at_, json_.size());
    ++at_;
    return {begin, end};
  }
  void value(const std::string& path) {
    skip_blanks();
    const char first = now();
    if (first == '{' || first == '[') {
      ++at_;
      for (skip_blanks(); at_ < json_.size() && now() != '}' && now() != ']'; skip_blanks()) {
        std::string inner = path + "[]";
        if (first == '{') {
          const auto [begin, end] = string();
          const std::string_view key = json_.substr(begin, end - begin);
          odd_ = odd_ || key.empty() || !std::all_of(key.begin(), key.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-';
                 });
          inner = (path.empty() ? "" : path + ".") + std::string(key);
          skip_blanks();
          ++at_;  // the colon
        }
        value(inner);
        skip_blanks();
        if (now() == ',') ++at_;
      }
      ++at_;
    } else if (first == '"') {
      const auto [begin, end] = string();
      out_.push_back({.path = path, .begin = begin, .end = end, .string = true});
    } else {
      const size_t begin = at_;
      while (at_ < json_.size() &&
             std::string_view(",]} \t\r\n").find(json_[at_]) == std::string_view::npos)
        ++at_;
      out_.push_back({.path = path, .begin = begin, .end = at_, .string = false});
    }
  }

  std::string_view json_;
  size_t at_ = 0;
  std::vector<Leaf> out_;
  bool odd_ = false;
};

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}
bool is_plain(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return is_plain(c); });
}
bool is_number(std::string_view s) {
  return !s.empty() && s.size() <= 18 && (s.size() == 1 || s[0] != '0') &&
         std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Text of a name that says nothing of vendor or product (Matter Core 6.2.2.2: the fallback stands
// in the common name).
bool is_mere_text(View v) {
  const std::string_view s = text(v);
  return is_plain(s) && s.find("Mvid:") == std::string_view::npos &&
         s.find("Mpid:") == std::string_view::npos;
}

// Positive and minimal in DER, in one of its two forms: those of one form and size are alike.
enum class SerialForm : uint8_t { other, plain, padded };
SerialForm form_of(View serial) {
  if (serial.empty()) return SerialForm::other;
  if (serial[0] != 0) return serial[0] < 0x80 ? SerialForm::plain : SerialForm::other;
  return serial.size() > 1 && serial[1] >= 0x80 ? SerialForm::padded : SerialForm::other;
}

struct Parts {
  View tbs, algorithm, signature;
};
// The three parts of a certificate; nullopt when it is not plainly one.
std::optional<Parts> parts_of(View certificate) {
  der::Cursor outer(certificate);
  auto inside = outer.enter(0x30, "certificate");
  if (!inside || !outer.empty()) return std::nullopt;
  const View whole = inside->rest();
  const auto tbs = inside->expect(0x30, "tbs");
  if (!tbs) return std::nullopt;
  const View after_tbs = inside->rest();
  const auto algorithm = inside->expect(0x30, "algorithm");
  if (!algorithm) return std::nullopt;
  const View after_algorithm = inside->rest();
  const auto signature = inside->bit_string("signature");
  if (!signature || !inside->empty()) return std::nullopt;
  return Parts{.tbs = whole.first(whole.size() - after_tbs.size()),
               .algorithm = after_tbs.first(after_tbs.size() - after_algorithm.size()),
               .signature = *signature};
}

// As signature_job of a whole certificate; nullopt when it is no signature of the key's algorithm.
std::optional<AnyJob> job_of(const Parts& parts, const VerifyingKey& key) {
  if (key.algorithm->ml_dsa) {
    const MlDsaJob job{.set = *key.algorithm->ml_dsa,
                       .key = key.ml_dsa,
                       .message = parts.tbs,
                       .signature = parts.signature};
    return job.signature.size() == sizes_of(job.set).signature ? std::optional<AnyJob>(job)
                                                               : std::nullopt;
  }
  const auto numbers = der::ecdsa_signature(parts.signature);
  if (!numbers) return std::nullopt;
  return SignatureJob{.key = key.p256, .digest = sha256(parts.tbs), .signature = *numbers};
}

}  // namespace

struct AlikeRecords::Own {
  std::string_view id, serial_number, dac, elements, signature, nonce, challenge;
  bool id_is_number = false;
};

namespace {

bool has_response(const Evidence& e) {
  return e.elements_statement != nullptr && e.signature != nullptr && e.nonce != nullptr &&
         e.challenge != nullptr;
}
bool has_part_of_response(const Evidence& e) {
  return e.elements_statement != nullptr || e.signature != nullptr || e.nonce != nullptr ||
         e.challenge != nullptr;
}

// What compares the record's own things with others, or is asked for by name, is for the full
// judge.
bool asks_more_than_signatures(const Evidence& e) {
  return e.device.posture.said() != 0 || e.dac_key || !e.authority_keys.empty() ||
         !e.other_keys.empty() || e.device.first(FactId::dac_public_key) != nullptr ||
         !e.csrs.empty() || e.nocsr || !e.unchecked_responses_why.empty() || !e.crls.empty() ||
         !e.onboarding.codes.empty() || !e.ota_images.empty() || e.ota_fetch || e.ordered ||
         e.after || !e.policy.waivers.empty();
}

// Its DAC and PAI are plain ones, its signature verifies, and nothing in it hangs on what a record
// may have of its own.
bool can_have_alikes(const Evidence& e) {
  const Certificate* dac = e.dac.certificate.get();
  if (dac == nullptr || !e.other_chains.empty() || e.dac.trailing != 0 ||
      dac->der.size() > strongest(*dac).longest_certificate || !dac->p256 || !e.pai.certificate ||
      !VerifyingKey(*e.pai.certificate) || e.answer(Signed::dac) != true)
    return false;
  if (asks_more_than_signatures(e)) return false;
  if (std::count_if(e.device.statements.begin(), e.device.statements.end(),
                    [](const Statement& s) { return s.fact == FactId::dac; }) != 1)
    return false;
  // Constraints on names are asked of the DAC's own.
  if (constraints_of(*e.pai.certificate) ||
      (e.paa && e.paa->certificate && constraints_of(*e.paa->certificate)))
    return false;
  return !equal(dac->der, e.pai.certificate->der) &&  // a fault of this one alone
         e.dac_revocation.answer != RevocationState::Answer::revoked && !e.dac_in_sets.named &&
         has_response(e) == has_part_of_response(e);
}

}  // namespace

std::optional<AlikeRecords> AlikeRecords::to(std::string_view line, const Evidence& e,
                                             std::span<const Check* const> checks) {
  if (!std::all_of(checks.begin(), checks.end(),
                   [](const Check* c) { return alike_may_pass_by(*c); }) ||
      !can_have_alikes(e))
    return std::nullopt;
  const Certificate& dac = *e.dac.certificate;
  AlikeRecords out;
  out.learn_above(e);
  if (!out.learn_dac(dac) || (has_response(e) && !out.learn_response(e)) ||
      !out.cut(line, has_response(e)))
    return std::nullopt;
  // Whatever was learned has to find itself alike: else something above was misunderstood.
  const auto itself = out.match(line);
  const auto own = signature_job(dac, out.pai_key_);
  if (!itself || itself->dac_key != *dac.p256 || !own || !is_same(itself->of_dac, *own))
    return std::nullopt;
  return out;
}

void AlikeRecords::learn_above(const Evidence& e) {
  dac_certificate_ = e.dac.certificate;
  longest_dac_ = strongest(*dac_certificate_).longest_certificate;
  if (e.pai.certificate->p256) keys_above_.push_back(*e.pai.certificate->p256);
  // As chain.keys-differ compares: the trusted PAA's, else that of the root which is shown.
  if (e.paa) {
    if (e.paa->key) keys_above_.push_back(*e.paa->key);
  } else if (e.paa_shown.certificate && e.paa_shown.certificate->p256) {
    keys_above_.push_back(*e.paa_shown.certificate->p256);
  }
  if (e.cd_signer) keys_above_.push_back(e.cd_signer->key);
  pai_ = e.pai.certificate;
  pai_key_ = VerifyingKey(*pai_);
  facts_ = e.facts;
  for (const RevocationSetEvidence& one : e.revocation_sets) {
    if (one.set != nullptr) sets_.push_back(one.set);
  }
  faulty_serials_ = {kFallbackSerialNumber};
  for (const Statement& s : e.device.statements) {
    const auto* id = std::get_if<std::string>(&s.value);
    if (s.fact == FactId::unique_id && id != nullptr) faulty_serials_.push_back(*id);
  }
}

// Where the DAC's own things stand in what is signed of it. False: it is written in another way
// than most.
bool AlikeRecords::learn_dac(const Certificate& dac) {
  const auto parts = parts_of(dac.der);
  if (!parts || form_of(dac.serial) == SerialForm::other || !dac.skid() ||
      dac.public_key.size() != Point{}.size())
    return false;
  tbs_ = to_bytes(parts->tbs);
  algorithm_ = to_bytes(parts->algorithm);
  const auto region = [&](Region::Kind kind, View v) {
    regions_.push_back(
        {.kind = kind, .at = static_cast<size_t>(v.data() - parts->tbs.data()), .size = v.size()});
  };
  region(Region::Kind::serial, dac.serial);
  for (const NameAttribute& a : dac.subject.attributes) {
    if (!equal(a.oid, oid::kCommonName)) continue;
    if (!is_mere_text(a.value)) return false;
    region(Region::Kind::text, a.value);
  }
  region(Region::Kind::key, dac.public_key.subspan(1));
  for (const Extension& extension : dac.extensions) {
    if (!equal(extension.oid, oid::kSubjectKeyId)) continue;
    if (dac.subject_key_id.count != 1 || extension.value.size() != KeyId{}.size() + 2) return false;
    region(Region::Kind::key_id, extension.value.subspan(2));
  }
  std::sort(regions_.begin(), regions_.end(),
            [](const Region& a, const Region& b) { return a.at < b.at; });
  return true;
}

// The elements, and the one place of the nonce in them.
bool AlikeRecords::learn_response(const Evidence& e) {
  if (!e.elements || e.answer(Signed::attestation) != true ||
      e.elements->nonce.size() != kNonceSize || !equal(*e.nonce, e.elements->nonce) ||
      e.challenge->size() != kChallengeSize)
    return false;
  elements_ = std::get<Bytes>(e.elements_statement->value);
  const View nonce = e.elements->nonce;
  const auto at = std::search(elements_.begin(), elements_.end(), nonce.begin(), nonce.end());
  if (at == elements_.end() ||
      std::search(at + 1, elements_.end(), nonce.begin(), nonce.end()) != elements_.end())
    return false;
  nonce_at_ = static_cast<size_t>(at - elements_.begin());
  return true;
}

std::optional<AlikeRecords::Slot> AlikeRecords::slot_of(std::string_view path, bool is_string,
                                                        bool response) {
  if (path == "id") return is_string ? Slot::id : Slot::id_number;
  if (!is_string) return std::nullopt;
  if (path == "serial_number") return Slot::serial_number;
  if (path == "dac") return Slot::dac;
  if (!response) return std::nullopt;
  if (path == "attestation.elements") return Slot::elements;
  if (path == "attestation.signature") return Slot::signature;
  if (path == "attestation.nonce") return Slot::nonce;
  if (path == "attestation.challenge") return Slot::challenge;
  return std::nullopt;
}

// The line, cut at the values that a record may have of its own.
bool AlikeRecords::cut(std::string_view line, bool response) {
  const auto leaves = Leaves(line).all();
  if (!leaves) return false;
  size_t done = 0, response_slots = 0;
  bool has_dac = false;
  for (const Leaf& leaf : *leaves) {
    const auto slot = slot_of(leaf.path, leaf.string, response);
    if (!slot) continue;
    if (std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return p.slot == slot; }))
      return false;
    has_dac = has_dac || slot == Slot::dac;
    response_slots += slot >= Slot::elements ? 1 : 0;
    pieces_.push_back({.fixed = std::string(line.substr(done, leaf.begin - done)), .slot = slot});
    done = leaf.end;
  }
  pieces_.push_back({.fixed = std::string(line.substr(done)), .slot = std::nullopt});
  return has_dac && response_slots == (response ? 4u : 0u);
}

std::optional<AlikeRecord> AlikeRecords::match(std::string_view line) const {
  Own own;
  size_t at = 0;
  for (const Piece& piece : pieces_) {
    if (line.substr(at, piece.fixed.size()) != piece.fixed) return std::nullopt;
    at += piece.fixed.size();
    if (!piece.slot) break;
    const size_t end = *piece.slot == Slot::id_number ? line.find_first_not_of("0123456789", at)
                                                      : line.find('"', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view value = line.substr(at, end - at);
    at = end;
    switch (*piece.slot) {
      case Slot::id_number:
        own.id_is_number = true;
        [[fallthrough]];
      case Slot::id:
        own.id = value;
        break;
      case Slot::serial_number:
        own.serial_number = value;
        break;
      case Slot::dac:
        own.dac = value;
        break;
      case Slot::elements:
        own.elements = value;
        break;
      case Slot::signature:
        own.signature = value;
        break;
      case Slot::nonce:
        own.nonce = value;
        break;
      case Slot::challenge:
        own.challenge = value;
        break;
    }
    if (value.empty()) return std::nullopt;  // "" is "not given"
  }
  if (at != line.size()) return std::nullopt;
  if (own.id_is_number ? !is_number(own.id) : !is_plain(own.id) || own.id.size() > kMostIdBytes)
    return std::nullopt;
  if (!is_plain(own.serial_number) || own.serial_number.size() > kMostSerialNumberBytes ||
      std::find(faulty_serials_.begin(), faulty_serials_.end(), own.serial_number) !=
          faulty_serials_.end())
    return std::nullopt;

  AlikeRecord out;
  auto der = from_base64(own.dac);
  if (!der || !take_dac(std::move(*der), out) || !take_response(own, out)) return std::nullopt;
  out.name = own.id;
  if (!own.id.empty()) out.id = own.id_is_number ? out.name : '"' + out.name + '"';
  out.serial_number = own.serial_number;
  return out;
}

bool AlikeRecords::take_dac(Bytes der, AlikeRecord& out) const {
  if (der.size() > longest_dac_ || equal(der, pai_->der)) return false;
  out.dac = std::move(der);
  const auto parts = parts_of(out.dac);
  if (!parts || parts->tbs.size() != tbs_.size() || !equal(parts->algorithm, algorithm_))
    return false;
  size_t done = 0;
  for (const Region& region : regions_) {
    if (!equal(parts->tbs.subspan(done, region.at - done),
               View(tbs_).subspan(done, region.at - done)))
      return false;
    done = region.at + region.size;
    const View own = parts->tbs.subspan(region.at, region.size),
               known = View(tbs_).subspan(region.at, region.size);
    if (region.kind == Region::Kind::serial && form_of(own) != form_of(known)) return false;
    if (region.kind == Region::Kind::text && !equal(own, known) && !is_mere_text(own)) return false;
    if (region.kind == Region::Kind::key) {
      out.dac_key[0] = 0x04;
      std::copy(own.begin(), own.end(), out.dac_key.begin() + 1);
    }
    if (region.kind == Region::Kind::serial) {
      if (std::any_of(sets_.begin(), sets_.end(), [&](const RevocationSetPtr& set) {
            return set->names(*dac_certificate_, own);
          }))
        return false;
      for (const CrlEvidence& list : facts_->lists) {
        if (list.list == nullptr || list.of != ListOf::pai) continue;
        const auto entry = list.list->find(own, dac_certificate_->issuer);
        if (!entry || *entry) return false;
      }
    }
  }
  if (!equal(parts->tbs.subspan(done), View(tbs_).subspan(done))) return false;
  // A device with an authority's key is a finding of its own.
  if (std::find(keys_above_.begin(), keys_above_.end(), out.dac_key) != keys_above_.end())
    return false;
  // With a response the engine answers for the key too: a signature under a key off the curve is
  // none.
  if (elements_.empty() && !on_curve(out.dac_key)) return false;
  const auto job = job_of(*parts, pai_key_);
  if (!job) return false;
  out.of_dac = *job;
  return true;
}

bool AlikeRecords::take_response(const Own& own, AlikeRecord& out) const {
  if (elements_.empty()) return true;
  const auto elements = from_hex(own.elements), signature = from_hex(own.signature),
             nonce = from_hex(own.nonce), challenge = from_hex(own.challenge);
  if (!elements || !signature || !nonce || !challenge) return false;
  if (elements->size() != elements_.size() || signature->size() != kSignatureSize ||
      nonce->size() != kNonceSize || challenge->size() != kChallengeSize)
    return false;
  const View known(elements_), found(*elements);
  const size_t after = nonce_at_ + kNonceSize;
  if (!equal(found.first(nonce_at_), known.first(nonce_at_)) ||
      !equal(found.subspan(after), known.subspan(after)) ||
      !equal(found.subspan(nonce_at_, kNonceSize), *nonce))
    return false;
  SignatureJob job{.key = out.dac_key, .digest = sha256(found, *challenge), .signature = {}};
  std::copy(signature->begin(), signature->end(), job.signature.begin());
  out.of_attestation = job;
  out.nonce = std::move(*nonce);
  return true;
}

}  // namespace attest
