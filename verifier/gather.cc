#include "verifier/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <forward_list>

#include "verifier/remembered.h"

namespace attest {
namespace {

const Bytes& bytes_of(const Statement& s) {
  return std::get<Bytes>(s.value);
}

// --- which certificate is which ------------------------------------------------------------------

// Certificates as they were first parsed: each is parsed once, however often it is asked for.
class Parsed {
 public:
  explicit Parsed(Remembered* remembered) : remembered_(remembered) {}
  const ParsedCertificate& of(const Statement& s) {
    for (const auto& [statement, certificate] : entries_) {
      if (statement == &s) return certificate;
    }
    // Every device has a DAC of its own; what is above it is what a lot shares.
    const bool shared = remembered_ != nullptr && s.fact != FactId::dac;
    return entries_
        .emplace_front(
            &s, shared ? remembered_->certificate(bytes_of(s)) : read_certificate(bytes_of(s)))
        .second;
  }

 private:
  Remembered* remembered_;
  std::forward_list<std::pair<const Statement*, ParsedCertificate>> entries_;
};

// One certificate of unknown role.
struct Candidate {
  Statement* statement;
  CertificatePtr certificate;  // null when not parseable
};

// Issued by itself, as far as it says: a DAC may bear its PAI's name, and is told from a root by
// the key ids.
bool is_root(const Certificate& c) {
  const auto skid = c.skid(), akid = c.akid();
  return c.self_issued() && !(skid && akid && *skid != *akid);
}

bool issued(const Certificate& above, const Certificate& below) {
  if (&above == &below) return false;
  const auto skid = above.skid(), akid = below.akid();
  if (skid && akid && *skid == *akid) return true;
  return equal(above.subject.der, below.issuer.der) && !is_root(above);
}

bool signs_declarations(const Certificate& c) {
  const auto skid = c.skid(), akid = c.akid();
  const KeyId csa = csa_certification_ca().subject_key_id;
  return (skid && (*skid == csa || *skid == test_cd_signer().subject_key_id)) ||
         (akid && *akid == csa);
}

// What a certificate says of itself; the extension decides where it is there, the subject where it
// is not.
FactId says_it_is(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  const bool signs = c.key_usage.value && (c.key_usage.value->bits & KeyUsage::key_cert_sign) != 0;
  const bool has_pid = c.product_id.how != SubjectId::How::absent;
  if (constraints && constraints->ca && (signs || !has_pid)) return FactId::pai;
  if (constraints && !constraints->ca && !signs) return FactId::dac;
  return signs || !has_pid ? FactId::pai : FactId::dac;
}

// Certificates of a fabric: its subject names a node, a fabric or who signs for one. No vendor and
// no product stand there.
bool is_operational(const Certificate& c) {
  constexpr uint8_t kFabric[] = {0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0xA2, 0x7C, 0x01};
  if (c.vendor_id.how != SubjectId::How::absent || c.product_id.how != SubjectId::How::absent)
    return false;
  return std::any_of(
      c.subject.attributes.begin(), c.subject.attributes.end(), [&](const NameAttribute& a) {
        return a.oid.size() == sizeof kFabric + 1 && equal(a.oid.first(sizeof kFabric), kFabric) &&
               a.oid.back() >= 1 && a.oid.back() <= 6;
      });
}
// Of the web: neither a key, nor a signature, nor a name as a device's certificates have them.
bool is_of_another_trade(const Certificate& c) {
  return !c.p256 && !c.ecdsa && c.vendor_id.how == SubjectId::How::absent &&
         c.product_id.how == SubjectId::How::absent;
}

// Roles come from the relation between the certificates first (a DAC with a wrong CA flag is still
// issued by its PAI), then from what each says of itself.
void settle_roles(Evidence& e, Parsed& parsed) {
  Device& device = e.device;
  std::vector<NotUsed>& others = e.not_used;
  std::vector<Candidate> open;
  std::vector<std::pair<FactId, CertificatePtr>> settled;
  for (Statement& s : device.statements) {
    if (s.fact == FactId::dac || s.fact == FactId::pai) {
      if (const auto& certificate = parsed.of(s).certificate)
        settled.emplace_back(s.fact, *certificate);
    }
  }
  for (Statement& s : device.statements) {
    if (s.fact != FactId::certificate) continue;
    // The same bytes stand elsewhere with their role: nothing new.
    const auto twin =
        std::find_if(device.statements.begin(), device.statements.end(), [&](const Statement& t) {
          return (t.fact == FactId::dac || t.fact == FactId::pai || t.fact == FactId::paa) &&
                 bytes_of(t) == bytes_of(s);
        });
    if (twin != device.statements.end()) {
      s.fact = twin->fact;
      continue;
    }
    const auto& certificate = parsed.of(s).certificate;
    if (!certificate) {
      open.push_back({.statement = &s, .certificate = nullptr});
    } else if (signs_declarations(**certificate)) {
      others.push_back(
          {place_text(s.place),
           fmt::format("a certificate of a CD signer ({}), compared with the trusted ones and not "
                       "believed",
                       name_text((*certificate)->subject))});
    } else if (is_operational(**certificate)) {
      others.push_back({place_text(s.place),
                        fmt::format("an operational certificate ({}): a fabric issued it, it is no "
                                    "DAC; ask with certificate-chain-request 1",
                                    name_text((*certificate)->subject))});
    } else if (is_of_another_trade(**certificate)) {
      others.push_back({place_text(s.place),
                        fmt::format("a certificate of another trade ({}): no P-256 key, no vendor",
                                    name_text((*certificate)->subject))});
    } else if (signs_lists(**certificate, e.crls)) {
      others.push_back(
          {place_text(s.place),
           fmt::format("a certificate for signing revocation lists ({}), believed as far as the "
                       "PAA or PAI delegated to it",
                       name_text((*certificate)->subject))});
      e.crl_signers.push_back(*certificate);
    } else if (is_root(**certificate)) {
      s.fact = FactId::paa;
      settled.emplace_back(FactId::paa, *certificate);
    } else {
      open.push_back({.statement = &s, .certificate = *certificate});
    }
  }
  const auto is_below = [&](const Certificate& c) {  // issued by something that is no root
    for (const Candidate& o : open) {
      if (o.certificate && issued(*o.certificate, c)) return true;
    }
    return std::any_of(settled.begin(), settled.end(), [&](const auto& s) {
      return s.first == FactId::pai && issued(*s.second, c);
    });
  };
  const auto is_above = [&](const Certificate& c) {
    for (const Candidate& o : open) {
      if (o.certificate && issued(c, *o.certificate)) return true;
    }
    return std::any_of(settled.begin(), settled.end(), [&](const auto& s) {
      return s.first == FactId::dac && issued(c, *s.second);
    });
  };
  for (Candidate& candidate : open) {
    if (!candidate.certificate) continue;
    const Certificate& c = *candidate.certificate;
    const bool above = is_above(c), below = is_below(c);
    candidate.statement->fact =
        above != below ? (above ? FactId::pai : FactId::dac) : says_it_is(c);
  }
  for (const Candidate& candidate : open) {
    if (candidate.certificate) continue;
    candidate.statement->fact = device.first(FactId::dac) == nullptr   ? FactId::dac
                                : device.first(FactId::pai) == nullptr ? FactId::pai
                                                                       : FactId::certificate;
    if (candidate.statement->fact == FactId::certificate)
      device.note(Remark::damaged_credential, candidate.statement->place,
                  fmt::format("a certificate that cannot be read, beside a DAC and a PAI: {}",
                              parsed.of(*candidate.statement).certificate.error().what));
  }
}

CertificateEvidence certificate_evidence(const Statement* statement, Parsed& parsed) {
  CertificateEvidence out;
  if (statement == nullptr) return out;
  out.place = statement->place;
  out.bytes = bytes_of(*statement);
  const ParsedCertificate& entry = parsed.of(*statement);
  if (entry.certificate) {
    out.certificate = *entry.certificate;
    out.trailing = out.bytes.size() - entry.used;
  } else {
    out.problem = entry.certificate.error().what;
    out.problem_at = entry.certificate.error().offset.value_or(0);
  }
  return out;
}

// Of several PAIs, the one whose key the DAC names. `others`: those beside it, where one fits.
const Statement* choose_pai(Device& device, const CertificateEvidence& dac, Parsed& parsed,
                            std::vector<Statement*>& others) {
  std::vector<Statement*> all;
  for (Statement& s : device.statements) {
    if (s.fact == FactId::pai && std::none_of(all.begin(), all.end(), [&](const Statement* t) {
          return t->value == s.value;
        }))
      all.push_back(&s);
  }
  if (all.empty()) return nullptr;
  Statement* chosen = nullptr;
  // PAIs of one vendor often share their name: the key id decides, the name only where no key id
  // does.
  for (const bool by_key_id : {true, false}) {
    for (Statement* s : all) {
      if (chosen != nullptr || all.size() == 1 || !dac.certificate) break;
      const auto& certificate = parsed.of(*s).certificate;
      if (!certificate) continue;
      const auto skid = (*certificate)->skid();
      if (by_key_id ? skid && skid == dac.certificate->akid() &&
                          names_certificate(*dac.certificate, **certificate)
                    : issued(**certificate, *dac.certificate))
        chosen = s;
    }
  }
  if (chosen == nullptr) return all.front();
  std::copy_if(all.begin(), all.end(), std::back_inserter(others),
               [&](const Statement* s) { return s != chosen; });
  return chosen;
}

// --- keys and bare bytes ------------------------------------------------------------------------

// The public part that a bundle keeps of a key; nullopt where the bytes are no such thing.
std::optional<Point> kept_point(const Device& device, View bytes) {
  Point point{};
  if (!device.keys_left_out || bytes.size() != point.size() || !on_curve(bytes))
    return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), point.begin());
  return point;
}

void take_key(Evidence& e, const Statement& s, bool named) {
  const auto kept = kept_point(e.device, bytes_of(s));
  auto key = kept ? PrivateKey{.scalar = {}, .public_key = *kept, .stated_public = {}}
                  : raw_private_key(bytes_of(s));
  if (!key) {
    e.device.damaged(s.place, "private key", key.error().what);
    return;
  }
  e.dac_key = *key;
  e.dac_key_place = s.place;
  e.dac_key_named = named;
}

void settle_keys(Evidence& e) {
  const std::optional<Point> dac_point = e.dac.certificate ? e.dac.certificate->p256 : std::nullopt;
  if (const Statement* named = e.device.first(FactId::dac_private_key)) {
    take_key(e, *named, true);
    return;
  }
  // A key in a file of its own is the DAC's when it fits the DAC, and taken for it when it fits
  // nothing else here.
  const Statement* unexplained = nullptr;
  for (const Statement& s : e.device.statements) {
    const auto kept = s.fact == FactId::private_key || s.fact == FactId::blob
                          ? kept_point(e.device, bytes_of(s))
                          : std::nullopt;
    if (s.fact != FactId::private_key &&
        !(s.fact == FactId::blob && (kept || bytes_of(s).size() == 32)))
      continue;
    if (s.fact == FactId::blob && e.elements && equal(bytes_of(s), e.elements->nonce))
      continue;  // the nonce, and no key
    const auto point = kept ? kept : public_key_of(bytes_of(s));
    if (point && dac_point && *point == *dac_point) {
      take_key(e, s, s.fact == FactId::private_key);
      return;
    }
    if (s.fact == FactId::blob) continue;
    const bool other =
        point && ((e.pai.certificate && e.pai.certificate->p256 == *point) ||
                  (e.paa_shown.certificate && e.paa_shown.certificate->p256 == *point));
    if (other) {
      e.not_used.push_back(
          {place_text(s.place),
           "the private key of a certification authority; it has no business beside a device"});
    } else if (unexplained == nullptr) {
      unexplained = &s;
    }
  }
  if (unexplained != nullptr) take_key(e, *unexplained, false);
}

// Bare bytes belong to an attestation response when the elements are there and nothing names them
// otherwise.
void settle_blobs(Evidence& e) {
  if (e.elements_statement == nullptr) return;
  const View answered = e.elements ? e.elements->nonce : View{};
  const auto take = [&](const Bytes*& slot, auto&& fits) {
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
  take(e.nonce, [](const Bytes& b) { return b.size() == 32; });
  take(e.signature, [&](const Bytes& b) { return b.size() == 64 && &b != e.nonce; });
  take(e.challenge, [&](const Bytes& b) { return b.size() == 16 && &b != e.nonce; });
}

// A file of bare bytes that turned out to be nothing is told of: whoever put it there took it for
// something. Of a device from a bundle the values of these are left out, and nothing is said of
// them but that.
void list_unused_blobs(Evidence& e) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::blob) continue;
    const Bytes& bytes = bytes_of(s);
    const auto is = [&](const Bytes* used) { return used != nullptr && *used == bytes; };
    const bool key = e.dac_key && equal(e.dac_key->scalar, bytes),
               kept = e.device.keys_left_out && !bytes.empty();
    const bool nonce = e.elements && equal(e.elements->nonce, bytes);
    if (is(e.nonce) || is(e.challenge) || is(e.signature) || key || nonce || kept) continue;
    e.not_used.push_back({place_text(s.place),
                          "bare bytes that are no challenge, nonce, signature or key of the DAC "
                          "here, and open nothing"});
  }
}

// A public key that says not whose it is: the DAC's, or of a certificate above it. One of nobody is
// taken for what the device is said to have.
void settle_public_keys(Evidence& e) {
  for (Statement& s : e.device.statements) {
    if (s.fact != FactId::public_key) continue;
    const auto is_of = [&](const CertificateEvidence& c) {
      return c.certificate && equal(c.certificate->public_key, bytes_of(s));
    };
    if (!is_of(e.dac) && (is_of(e.pai) || is_of(e.paa_shown))) {
      e.not_used.push_back({place_text(s.place), "the public key of the PAI or the PAA"});
    } else {
      s.fact = FactId::dac_public_key;
    }
  }
}

// --- attestation and declaration
// -------------------------------------------------------------------

void gather_attestation(Evidence& e) {
  e.elements_statement = e.device.first(FactId::attestation_elements);
  e.signature = e.device.bytes(FactId::attestation_signature);
  e.nonce = e.device.bytes(FactId::attestation_nonce);
  e.challenge = e.device.bytes(FactId::attestation_challenge);
  if (e.elements_statement == nullptr) return;
  auto elements = parse_attestation_elements(bytes_of(*e.elements_statement));
  if (elements) {
    e.elements = *elements;
  } else {
    e.elements_problem = elements.error().what;
  }
}

void gather_declaration(Evidence& e, Remembered* remembered) {
  if (const Statement* s = e.device.first(FactId::cd)) {
    e.cd_place = s->place;
    e.cd_bytes = bytes_of(*s);
  } else if (e.elements && !e.elements->certification_declaration.empty()) {
    e.cd_place = e.elements_statement->place;
    e.cd_place->item = "attestation elements, tag 1";
    e.cd_bytes = to_bytes(e.elements->certification_declaration);
  } else {
    return;
  }
  const ParsedDeclaration own =
      remembered != nullptr ? ParsedDeclaration{} : read_declaration(e.cd_bytes);
  const ParsedDeclaration& read = remembered != nullptr ? remembered->declaration(e.cd_bytes) : own;
  e.cms = read.cms;
  e.cms_problem = read.cms_problem;
  e.cms_trailing = read.trailing;
  e.cd = read.cd;
  e.cd_problem = read.cd_problem;
}

// --- anchors
// ----------------------------------------------------------------------------------------

bool signed_by(const Certificate& below, const std::optional<Point>& key) {
  if (!below.ecdsa || !key) return false;
  const SignatureJob job{.key = *key, .digest = below.tbs_digest(), .signature = *below.ecdsa};
  uint8_t good = 0;
  openssl_engine().verify({&job, 1}, {&good, 1});
  return good == 1;
}

// Several PAAs can share a key id (renewals, twins): the one that fits is the one that signed.
const Paa* fitting(const std::vector<const Paa*>& candidates, const Certificate& pai) {
  if (candidates.size() == 1) return candidates.front();
  for (const Paa* paa : candidates) {
    const bool named = paa->certificate == nullptr || names_certificate(pai, *paa->certificate);
    if (named && equal(paa->subject, pai.issuer.der) && signed_by(pai, paa->key)) return paa;
  }
  for (const Paa* paa : candidates) {
    if (signed_by(pai, paa->key)) return paa;
  }
  return candidates.empty() ? nullptr : candidates.front();
}

FoundPaa find_paa(const Certificate& pai, const Policy& policy, const TrustStore& trust,
                  Ledger* ledger) {
  FoundPaa out;
  const auto take = [&](const Paa& paa, Evidence::PaaFound how) {
    out.paa = std::make_shared<const Paa>(paa);
    out.found = how;
    return out;
  };
  const auto akid = pai.akid();
  if (akid) {
    if (const Paa* paa = fitting(trust.paas(*akid), pai))
      return take(*paa, Evidence::PaaFound::by_key_id);
    if (ledger != nullptr) {
      const auto fact = ledger->approved_paa(*akid);
      if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
        std::vector<Paa> anchors;
        for (const LedgerCertificate& entry : found->value) {
          auto certificate = parse_certificate(entry.der);
          if (!certificate) continue;
          if (auto paa = paa_from(*certificate, Origin::ledger, found->from.source))
            anchors.push_back(std::move(*paa));
        }
        std::vector<const Paa*> candidates;
        for (const Paa& paa : anchors) candidates.push_back(&paa);
        if (const Paa* paa = fitting(candidates, pai))
          return take(*paa, Evidence::PaaFound::by_key_id);
      } else if (const auto* why = std::get_if<Unknown>(&fact)) {
        out.unknown_why = why->why;
      }
    }
  }
  if (const Paa* named = trust.paa_named(pai.issuer.der)) {
    // Only a PAA that really signed tells of a wrong key id; a namesake tells nothing. Without any
    // key id the name is all there is to go by, and the signature then says whether the PAI was
    // changed.
    if (!akid || signed_by(pai, named->key)) return take(*named, Evidence::PaaFound::by_name);
  }
  if (out.unknown_why.empty() && ledger == nullptr) {
    if (policy.network != Network::none) {
      out.unknown_why = fmt::format("the {} ledger was not asked", network_name(policy.network));
    } else if (trust.paa_count() == 0) {
      out.unknown_why = "no trusted PAA was given";
    }
  }
  if (!out.unknown_why.empty()) out.found = Evidence::PaaFound::unknown;
  return out;
}

FoundSigner find_cd_signer(const Cms& cms, const Policy& policy, const TrustStore& trust,
                           Ledger* ledger) {
  FoundSigner out;
  if (cms.signers.empty() || !cms.signers.front().subject_key_id) return out;
  const auto id = key_id(*cms.signers.front().subject_key_id);
  if (!id) return out;
  if (const CdSigner* signer = trust.cd_signer(*id)) {
    out.signer = std::make_shared<const CdSigner>(*signer);
    return out;
  }
  if (ledger == nullptr) return out;
  const auto fact = ledger->cd_signer(*id);
  if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
    for (const LedgerCertificate& entry : found->value) {
      auto certificate = parse_certificate(entry.der);
      if (!certificate) continue;
      auto signer = cd_signer_from(*certificate, Origin::ledger, found->from.source);
      if (signer && signer->under_csa) {
        out.signer = std::make_shared<const CdSigner>(std::move(*signer));
        return out;
      }
    }
  } else if (const auto* why = std::get_if<Unknown>(&fact);
             why != nullptr && policy.network == Network::main) {
    // On the main network a new signing key of the CSA may exist that is not built in; the test
    // network's declarations are signed with the built-in ones.
    out.unknown_why = why->why;
  }
  return out;
}

// The anchor of the chain and the signer of the declaration; a lot asks for each once.
void find_anchors(Evidence& e, const TrustStore& trust, Ledger* ledger, Remembered* remembered) {
  if (e.pai.certificate) {
    std::optional<FoundPaa> own,
        *found = remembered != nullptr ? remembered->paa(e.pai.certificate) : &own;
    if (!*found) *found = find_paa(*e.pai.certificate, e.policy, trust, ledger);
    e.paa = (*found)->paa;
    e.paa_found = (*found)->found;
    e.paa_unknown_why = (*found)->unknown_why;
  }
  if (e.cms) {
    std::optional<FoundSigner> own,
        *found = remembered != nullptr ? remembered->signer(e.cms) : &own;
    if (!*found) *found = find_cd_signer(*e.cms, e.policy, trust, ledger);
    e.cd_signer = (*found)->signer;
    e.cd_signer_unknown_why = (*found)->unknown_why;
  }
}

bool ecdsa_sha256(const Certificate& c) {
  return equal(c.signature_algorithm, oid::kEcdsaWithSha256);
}

// As its issuer signed it: what stands outside the signed part agrees with what is in it.
bool is_as_issued(const Certificate& c, const std::optional<Point>& issuer) {
  return c.same_algorithm && ecdsa_sha256(c) && signed_by(c, issuer);
}

// A PAI beside the one that issued the DAC: a whole one, signed by a trusted PAA, is another
// product's and told of; any other stays a second PAI of this part.
void settle_other_pais(Evidence& e, const std::vector<Statement*>& others, Parsed& parsed,
                       const TrustStore& trust, Ledger* ledger, Remembered* remembered) {
  for (Statement* other : others) {
    const ParsedCertificate& entry = parsed.of(*other);
    if (!entry.certificate || entry.used != bytes_of(*other).size()) continue;
    std::optional<FoundPaa> own,
        *found = remembered != nullptr ? remembered->paa(*entry.certificate) : &own;
    if (!*found) *found = find_paa(**entry.certificate, e.policy, trust, ledger);
    if ((*found)->paa == nullptr || !is_as_issued(**entry.certificate, (*found)->paa->key))
      continue;
    e.not_used.push_back({place_text(other->place), "another PAI, which did not issue this DAC"});
    const FactValue same = other->value;
    for (Statement& s : e.device.statements) {
      if (s.fact == FactId::pai && s.value == same) s.fact = FactId::certificate;
    }
  }
}

// What nobody judges, because it is not the one that counts, is damaged evidence where it is not
// whole: a root that does not verify itself.
void note_damage(Evidence& e, Parsed& parsed) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::paa) continue;
    const ParsedCertificate& entry = parsed.of(s);
    if (!entry.certificate) continue;
    const Certificate& root = **entry.certificate;
    const bool trusted = e.paa && e.paa->certificate && equal(e.paa->certificate->der, bytes_of(s));
    if (trusted) continue;
    const size_t behind = bytes_of(s).size() - entry.used;
    if (behind != 0) {
      e.device.note(Remark::damaged_credential, s.place,
                    fmt::format("a PAA with {} bytes behind it", behind));
    } else if (root.ecdsa && !is_as_issued(root, root.p256)) {
      e.device.note(Remark::damaged_credential, s.place,
                    "a PAA that its own key did not sign: it is not as it was issued");
    }
  }
}

// A list that names the PAI or the PAA as its issuer and is not what that key signed may have
// revoked this device before it was damaged.
void note_damaged_lists(Evidence& e) {
  const auto changed = [&](const RevokedList& list, const Name& issuer,
                           const std::optional<Point>& key) {
    return key && same_name(list.crl().issuer, issuer) && !signed_by(list, *key, openssl_engine());
  };
  for (const CrlEvidence& list : e.crls) {
    if (list.list == nullptr) {
      e.device.note(Remark::damaged_credential, list.place,
                    fmt::format("a revocation list that cannot be read: {}", list.problem));
    } else if (!list.problem.empty() &&
               ((e.pai.certificate &&
                 changed(*list.list, e.pai.certificate->subject, e.pai.certificate->p256)) ||
                (e.paa && e.paa->certificate &&
                 changed(*list.list, e.paa->certificate->subject, e.paa->key)))) {
      e.device.note(Remark::damaged_credential, list.place,
                    "a revocation list that its issuer's key did not sign: it is not as it was "
                    "issued");
    }
  }
}

void gather_csrs(Evidence& e) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::csr) continue;
    auto csr = parse_csr(bytes_of(s));
    CsrEvidence out{.place = s.place, .csr = {}, .problem = {}, .self_signed = {}};
    if (csr) {
      out.csr = std::move(*csr);
    } else {
      out.problem = csr.error().what;
    }
    e.csrs.push_back(std::move(out));
  }
}

}  // namespace

Evidence gather(Reading reading, const Policy& policy, const TrustStore& trust, Ledger* ledger,
                std::optional<Device> ordered, Remembered* remembered) {
  Evidence e;
  e.policy = policy;
  e.device = std::move(reading.device);
  e.files = std::move(reading.files);
  e.not_used = std::move(reading.not_used);
  for (OtaImageFile& file : reading.ota_images)
    e.ota_images.push_back({.place = std::move(file.place), .image = std::move(file.image)});
  e.given_anchors = trust.given_count();
  if (ledger != nullptr) e.ledger = ledger->status();

  Parsed parsed(remembered);
  read_lists(e);
  settle_roles(e, parsed);
  e.dac = certificate_evidence(e.device.first(FactId::dac), parsed);
  std::vector<Statement*> other_pais;
  e.pai = certificate_evidence(choose_pai(e.device, e.dac, parsed, other_pais), parsed);
  e.paa_shown = certificate_evidence(e.device.first(FactId::paa), parsed);
  gather_attestation(e);
  settle_keys(e);
  settle_public_keys(e);
  settle_blobs(e);
  list_unused_blobs(e);
  gather_declaration(e, remembered);
  e.dac_public_key = e.device.bytes(FactId::dac_public_key);
  const auto id16 = [&](FactId fact) -> std::optional<uint16_t> {
    const auto n = e.device.number(fact);
    return n && *n <= 0xFFFF ? std::optional<uint16_t>(static_cast<uint16_t>(*n)) : std::nullopt;
  };
  e.vid = id16(FactId::vendor_id);
  e.pid = id16(FactId::product_id);
  find_anchors(e, trust, ledger, remembered);
  settle_other_pais(e, other_pais, parsed, trust, ledger, remembered);
  note_damage(e, parsed);
  if (ledger != nullptr && policy.network != Network::none) gather_ledger(e, *ledger, remembered);
  judge_lists(e);
  note_damaged_lists(e);
  e.ordered = std::move(ordered);
  e.onboarding = onboarding_evidence(e.device, e.ordered ? &*e.ordered : nullptr,
                                     remembered != nullptr ? remembered->tried() : nullptr);
  gather_csrs(e);
  return e;
}

std::vector<SignatureRequest> signature_requests(const Evidence& e) {
  std::vector<SignatureRequest> out;
  out.reserve(kSignedCount);
  const auto certificate = [&](Signed what, const Certificate& below,
                               const std::optional<Point>& key) {
    if (!e.answer(what) && key && below.ecdsa && ecdsa_sha256(below))
      out.push_back(
          {.what = what,
           .job = {.key = *key, .digest = below.tbs_digest(), .signature = *below.ecdsa}});
  };
  if (e.dac.certificate && e.pai.certificate)
    certificate(Signed::dac, *e.dac.certificate, e.pai.certificate->p256);
  if (e.pai.certificate && e.paa) certificate(Signed::pai, *e.pai.certificate, e.paa->key);
  if (e.paa && e.paa->certificate) certificate(Signed::paa_self, *e.paa->certificate, e.paa->key);
  if (e.elements_statement != nullptr && e.signature != nullptr && e.challenge != nullptr &&
      e.signature->size() == 64 && e.dac.certificate && e.dac.certificate->p256) {
    SignatureJob job{.key = *e.dac.certificate->p256,
                     .digest = sha256(bytes_of(*e.elements_statement), *e.challenge),
                     .signature = {}};
    std::copy(e.signature->begin(), e.signature->end(), job.signature.begin());
    out.push_back({.what = Signed::attestation, .job = job});
  }
  for (size_t i = 0; i < e.csrs.size(); ++i) {
    const auto& csr = e.csrs[i].csr;
    if (csr && csr->public_key && csr->ecdsa &&
        equal(csr->signature_algorithm, oid::kEcdsaWithSha256))
      out.push_back(
          {.what = Signed::csr,
           .job = {.key = *csr->public_key, .digest = sha256(csr->info), .signature = *csr->ecdsa},
           .index = i});
  }
  if (!e.answer(Signed::cd) && e.cms && e.cd_signer && !e.cms->signers.empty() &&
      e.cms->signers.front().ecdsa)
    out.push_back({.what = Signed::cd,
                   .job = {.key = e.cd_signer->key,
                           .digest = sha256(e.cms->content),
                           .signature = *e.cms->signers.front().ecdsa}});
  return out;
}

void take_answer(Evidence& e, const SignatureRequest& request, bool good) {
  if (request.what == Signed::csr) {
    e.csrs[request.index].self_signed = good;
  } else {
    e.answers[static_cast<size_t>(request.what)] = good;
  }
}

void verify_signatures(Evidence& e, SignatureEngine& engine) {
  const auto requests = signature_requests(e);
  std::vector<SignatureJob> jobs;
  jobs.reserve(requests.size());
  for (const SignatureRequest& request : requests) jobs.push_back(request.job);
  std::vector<uint8_t> answers(jobs.size());
  engine.verify(jobs, answers);
  for (size_t i = 0; i < requests.size(); ++i) take_answer(e, requests[i], answers[i] == 1);
}

}  // namespace attest
