#include "verifier/gather/gather.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/gather/file_digests.h"
#include "verifier/gather/gather_steps.h"
#include "verifier/gather/lot_cache.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/secret_paths.h"

namespace attest {

using namespace gathering;

namespace {

// --- attestation and declaration ---

// Whether every part of the response that is there stands in a commissioner's log.
bool all_logged(const Evidence& e) {
  constexpr FactId kParts[] = {FactId::attestation_elements, FactId::attestation_signature,
                               FactId::attestation_nonce, FactId::attestation_challenge};
  size_t parts = 0;
  for (const FactId part : kParts) {
    const Statement* s = e.device.first(part);
    if (s == nullptr) continue;
    ++parts;
    if (!is_log(e, s->place.path)) return false;
  }
  return parts != 0;
}

void gather_attestation(Evidence& e) {
  e.elements_statement = e.device.first(FactId::attestation_elements);
  e.signature = e.device.bytes(FactId::attestation_signature);
  e.nonce = e.device.bytes(FactId::attestation_nonce);
  e.challenge = e.device.bytes(FactId::attestation_challenge);
  e.response_is_logged = all_logged(e);
  if (e.elements_statement == nullptr) return;
  auto elements = parse_attestation_elements(bytes_of(*e.elements_statement));
  if (elements) {
    e.elements = *elements;
  } else {
    e.elements_problem = elements.error().what;
  }
}

void gather_declaration(Evidence& e, LotCache* cache) {
  if (const Statement* s = choose_declaration(e)) {
    e.cd_place = s->place;
    e.cd_bytes = bytes_of(*s);
  } else if (e.elements && !e.elements->certification_declaration.empty()) {
    e.cd_place = e.elements_statement->place;
    e.cd_place->item = "attestation elements, tag 1";
    e.cd_bytes = to_bytes(e.elements->certification_declaration);
  } else if (const Noted* fault = slot_fault(e.device, Remark::cd_slot)) {
    e.cd_place = fault->place;
    e.cms_problem = slot_text(*fault);
    return;
  } else {
    return;
  }
  const ParsedDeclaration own =
      cache != nullptr ? ParsedDeclaration{} : read_declaration(e.cd_bytes);
  const ParsedDeclaration& read = cache != nullptr ? cache->declaration(e.cd_bytes) : own;
  e.cms = read.cms;
  e.cms_problem = read.cms_problem;
  if (const Noted* fault = slot_fault(e.device, Remark::cd_slot)) e.cms_problem = slot_text(*fault);
  e.cms_trailing = read.trailing;
  e.cd = read.cd;
  e.cd_problem = read.cd_problem;
}

// An id is a number of 16 bits. A wider one was given, and is none: it does not read as absent.
std::optional<uint16_t> id16(Device& device, FactId fact) {
  std::optional<uint16_t> out;
  std::vector<const Statement*> wide;
  for (const Statement& s : device.statements) {
    const auto* n = s.fact == fact ? std::get_if<uint64_t>(&s.value) : nullptr;
    if (n == nullptr) continue;
    if (*n > 0xFFFF) {
      wide.push_back(&s);
    } else if (!out) {
      out = static_cast<uint16_t>(*n);
    }
  }
  for (const Statement* s : wide)
    device.damaged(s->place, fact_name(fact),
                   fmt::format("expected at most 65535, found {}",
                               found_number(std::get<uint64_t>(s->value))));
  return out;
}

// Of an algorithm that nobody here checks: its signature says nothing, either way. (Damage to its
// name leaves two names that differ.)
bool is_of_another_algorithm(const Certificate& c) {
  return c.same_algorithm && algorithm_of_signature(c.signature_algorithm) == nullptr;
}

// As its issuer signed it: what stands outside the signed part agrees with what is in it.
Checked is_as_issued(const Certificate& c, const VerifyingKey& issuer, SignatureEngine& engine) {
  const KeyAlgorithm* named = algorithm_of_signature(c.signature_algorithm);
  return c.same_algorithm && named != nullptr && (!issuer || named == issuer.algorithm)
             ? signed_by(c, issuer, engine)
             : Checked::refused;
}

// Whether a PAI beside the chosen one may have issued the DAC as well: a renewal, a twin, one of
// the same key in another name. Two such are two truths about one part. Where the key id that the
// DAC names decides, a name that several PAIs of a vendor have in common says nothing.
bool may_have_issued(const Certificate& other, const Certificate& dac, const Certificate& chosen,
                     SignatureEngine& engine) {
  if (!VerifyingKey(other) || equal(other.public_key, chosen.public_key)) return true;
  const auto skid = other.skid(), akid = dac.akid();
  if (skid && akid) return *skid == *akid;
  return same_name(other.subject, dac.issuer) ||
         signed_by(dac, VerifyingKey(other), engine) != Checked::refused;
}

// A file with a PAI beside the one that issued the DAC: a whole one, signed by a trusted PAA, that
// cannot have issued it is another product's and told of; any other stays a second PAI of this
// part.
void settle_other_pais(Evidence& e, const std::vector<Statement*>& others, Parsed& parsed,
                       const Asked& asked, LotCache* cache) {
  for (Statement* other : others) {
    const ParsedCertificate& entry = parsed.of(*other);
    if (!entry.certificate || entry.used != bytes_of(*other).size()) continue;
    if (!e.dac.certificate || !e.pai.certificate ||
        may_have_issued(**entry.certificate, *e.dac.certificate, *e.pai.certificate, asked.engine))
      continue;
    std::optional<FoundPaa> own, *found = cache != nullptr ? cache->paa(*entry.certificate) : &own;
    if (!*found) *found = find_paa(**entry.certificate, e.policy, asked);
    if ((*found)->paa == nullptr ||
        is_as_issued(**entry.certificate, (*found)->paa->verifying_key(), asked.engine) !=
            Checked::verified)
      continue;
    e.not_used.push_back({place_text(other->place), "another PAI, which did not issue this DAC"});
    const FactValue same = other->value;
    for (Statement& s : e.device.statements) {
      if (s.fact == FactId::pai && s.value == same) s.fact = FactId::certificate;
    }
  }
}

// Who may sign revocation lists for a PAA or a PAI, without a list beside it: no second DAC, and
// damage where its issuer did not sign it so.
void settle_delegates(Evidence& e, Parsed& parsed, const Asked& asked) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::certificate) continue;
    const ParsedCertificate& entry = parsed.of(s);
    if (!entry.certificate || !is_for_lists_only(**entry.certificate) ||
        signs_lists(**entry.certificate, e.crls))
      continue;
    const Certificate& c = **entry.certificate;
    const auto akid = c.akid();
    const bool of_pai = e.pai.certificate && akid && akid == e.pai.certificate->skid();
    const FoundPaa above = of_pai ? FoundPaa() : find_paa(c, e.policy, asked);
    const VerifyingKey issuer = of_pai                 ? VerifyingKey(*e.pai.certificate)
                                : above.paa != nullptr ? above.paa->verifying_key()
                                                       : VerifyingKey();
    if (!issuer) {
      e.not_used.push_back({place_text(s.place),
                            "a certificate for signing revocation lists, of an issuer that is not "
                            "known here: believed in nothing"});
    } else if (is_as_issued(c, issuer, asked.engine) == Checked::refused ||
               entry.used != bytes_of(s).size()) {
      e.device.note(Remark::damaged_credential, s.place,
                    "a certificate for signing revocation lists that its issuer's key did not "
                    "sign: it is not as it was issued");
    } else {
      e.not_used.push_back(
          {place_text(s.place),
           fmt::format("a certificate for signing revocation lists ({}), and no list of it here",
                       name_text(c.subject))});
    }
  }
}

// What nobody judges, because it is not the one that counts, is damaged evidence where it is not
// whole: a root that does not verify itself.
void note_damage(Evidence& e, Parsed& parsed, SignatureEngine& engine) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::paa) continue;
    const ParsedCertificate& entry = parsed.of(s);
    if (!entry.certificate) {
      e.device.note(Remark::damaged_credential, s.place,
                    fmt::format("expected a PAA, found {} bytes that are no certificate: {}",
                                bytes_of(s).size(), entry.certificate.error().what));
      continue;
    }
    const Certificate& root = **entry.certificate;
    const bool trusted = e.paa && e.paa->certificate && equal(e.paa->certificate->der, bytes_of(s));
    if (trusted) continue;
    const size_t behind = bytes_of(s).size() - entry.used;
    if (behind != 0) {
      e.device.note(Remark::damaged_credential, s.place,
                    fmt::format("a PAA with {} bytes behind it", behind));
    } else if (!is_of_another_algorithm(root) && (root.ecdsa || VerifyingKey(root)) &&
               is_as_issued(root, VerifyingKey(root), engine) == Checked::refused) {
      e.device.note(Remark::damaged_credential, s.place,
                    "a PAA that its own key did not sign: it is not as it was issued");
    } else {
      e.not_used.push_back({place_text(s.place),
                            e.paa ? "a PAA that is not the trusted one of this device: believed in "
                                    "nothing"
                                  : "a PAA among the evidence: compared, and believed in nothing"});
    }
  }
}

// A list that points to the PAI or the PAA as its issuer and is not what that key signed may have
// revoked this device before it was damaged.
void note_damaged_lists(Evidence& e) {
  for (const CrlEvidence& list : e.crls) {
    if (list.list == nullptr) {
      e.device.note(Remark::damaged_credential, list.place,
                    fmt::format("a revocation list that cannot be read: {}", list.problem));
    } else if (list.altered) {
      e.device.note(Remark::damaged_credential, list.place,
                    "a revocation list that its issuer's key did not sign: it is not as it was "
                    "issued");
    }
  }
}

// A PAA that is said to be the device's: believed in nothing, but the PAI is its work or it is not.
// Where no PAA is trusted, that the PAI's signature is by this one is all there is to say of it.
void compare_named_paa(Evidence& e, SignatureEngine& engine) {
  if (!e.pai.certificate || !e.paa_shown.certificate) return;
  const Certificate& root = *e.paa_shown.certificate;
  const Checked answer = signed_by(*e.pai.certificate, VerifyingKey(root), engine);
  if (answer == Checked::verified) {
    if (!e.paa) e.answers[static_cast<size_t>(Signed::pai)] = true;
  } else if (answer == Checked::refused) {
    e.device.note(
        Remark::damaged_credential, *e.paa_shown.place,
        fmt::format("the PAA that is named as the device's ({}) did not issue its PAI: the "
                    "signature is by another key (the PAI's issuer is {})",
                    name_text(root.subject), name_text(e.pai.certificate->issuer)));
  }
}

// A request of another trade beside the device: it is for no key of the DAC, and nothing in it is
// of Matter. (Below 1.3.6.1.4.1.37244 lie all names of Matter's certificates.)
bool is_of_another_trade(const Csr& csr, const CertificateEvidence& dac) {
  constexpr uint8_t kMatter[] = {0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0xA2, 0x7C};
  return dac.certificate && !csr.vid && !csr.pid && !find(csr.der, kMatter) &&
         !(csr.public_key && equal(*csr.public_key, dac.certificate->public_key));
}

void gather_csrs(Evidence& e) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::csr) continue;
    auto csr = parse_csr(bytes_of(s));
    if (csr && is_of_another_trade(*csr, e.dac)) {
      e.not_used.push_back({place_text(s.place),
                            "a request for a certificate of another trade: it names no vendor and "
                            "no product, and its key is not the DAC's"});
      continue;
    }
    CsrEvidence out{.place = s.place, .csr = {}, .problem = {}, .self_signed = {}};
    if (csr) {
      out.csr = std::move(*csr);
    } else {
      out.problem = csr.error().what;
    }
    e.csrs.push_back(std::move(out));
  }
}

// The content of a declaration beside the declaration itself: the same facts without what the CSA
// signed them with, and no second declaration.
void settle_bare_declarations(Evidence& e) {
  auto& all = e.device.statements;
  const auto is_cd = [](const Statement& s) { return s.fact == FactId::cd; };
  if (std::count_if(all.begin(), all.end(), is_cd) < 2) return;
  std::vector<Bytes> contents;
  for (const Statement& s : all) {
    if (!is_cd(s)) continue;
    if (auto cms = parse_cms(std::get<Bytes>(s.value))) contents.push_back(std::move(cms->content));
  }
  std::erase_if(all, [&](const Statement& s) {
    if (!is_cd(s) || std::none_of(contents.begin(), contents.end(), [&](const Bytes& content) {
          return equal(content, std::get<Bytes>(s.value));
        }))
      return false;
    e.not_used.push_back(
        {place_text(s.place), "the content of the declaration that stands beside it, unsigned"});
    return true;
  });
}

}  // namespace

Evidence gather(Reading reading, const Policy& policy, const TrustStore& trust, Ledger* ledger,
                SignatureEngine& engine, std::optional<Device> ordered, LotCache* cache,
                std::span<const CertificatePtr> known) {
  Evidence e;
  e.policy = policy;
  mask_paths(reading, policy.show_passcode);
  for (Waiver& waiver : e.policy.waivers) {
    // (What is shown of it, a bundle keeps.)
    if (std::string shown = shown_text(waiver.reason); shown != printable(waiver.reason))
      waiver.reason = std::move(shown);
  }
  e.device = std::move(reading.device);
  e.files = std::move(reading.files);
  leave_out_digests(e);
  e.not_used = std::move(reading.not_used);
  for (OtaImageFile& file : reading.ota_images)
    e.ota_images.push_back({.place = std::move(file.place), .image = std::move(file.image)});
  e.given_anchors = trust.given_count();
  if (ledger != nullptr) e.ledger = ledger->status();

  Parsed parsed(cache, known);
  read_lists(e, reading.shared_lists.get());
  read_sets(e, reading.shared_sets.get(), reading.given_sets.get());
  settle_bare_declarations(e);
  settle_other_responses(e, engine);
  settle_fuse_dumps(e);
  settle_cores(e);
  settle_misplaced(e.device, parsed);
  OwnOnes own = own_ones(e.device, FactId::pai);
  const OwnOnes own_dacs = own_ones(e.device, FactId::dac);
  const bool paa_is_named = cache == nullptr && e.device.first(FactId::paa) != nullptr;
  settle_roles(e, parsed);
  e.dac = certificate_evidence(choose_dac(e.device, own_dacs, parsed, engine), parsed);
  add_beside_dac(own, e.device, e.dac);
  std::vector<Statement*> other_pais;
  e.pai = certificate_evidence(choose_pai(e.device, e.dac, parsed, own, other_pais), parsed);
  e.paa_shown = certificate_evidence(e.device.first(FactId::paa), parsed);
  take_slot_fault(e.device, Remark::dac_slot, e.dac);
  take_slot_fault(e.device, Remark::pai_slot, e.pai);
  gather_attestation(e);
  settle_keys(e, parsed);
  settle_public_keys(e, parsed);
  settle_blobs(e, parsed);
  list_unused_blobs(e, parsed);
  gather_declaration(e, cache);
  e.vid = id16(e.device, FactId::vendor_id);
  e.pid = id16(e.device, FactId::product_id);
  const Asked asked{.trust = trust, .ledger = ledger, .engine = engine};
  find_anchors(e, asked, cache);
  find_root_above(e, asked);
  if (paa_is_named) compare_named_paa(e, engine);
  e.sought_paa = sought_paa(e, asked);
  find_authority_keys(e, parsed);
  settle_other_keys(e);
  settle_other_pais(e, other_pais, parsed, asked, cache);
  settle_delegates(e, parsed, asked);
  note_damage(e, parsed, engine);
  if (ledger != nullptr && policy.network != Network::none)
    gather_ledger(e, *ledger, engine, cache);
  judge_lists(e, engine);
  note_damaged_lists(e);
  e.ordered = std::move(ordered);
  settle_images(e, engine);
  e.onboarding = onboarding_evidence(e.device, e.ordered ? &*e.ordered : nullptr,
                                     cache != nullptr ? cache->tried() : nullptr);
  for (const CodeEvidence& code : e.onboarding.codes) {
    if (code.other_device)
      e.not_used.push_back({place_text(code.place),
                            "a payload that is joined to the device's: another device's, of which "
                            "form and vendor are judged"});
  }
  gather_csrs(e);
  gather_nocsr(e);
  ask_sets(e);
  return e;
}

bool is_log(const Evidence& e, const std::string& path) {
  return std::any_of(e.files.begin(), e.files.end(), [&](const EvidenceFile& f) {
    return f.path == path && f.kind == commissioner_log_reader.kind;
  });
}

const char* why_absent(const Evidence& e, Remark lacking) {
  if (e.device.noted(lacking)) return "factory.entries-are-complete";
  if (e.device.noted(Remark::wrong_key)) return "factory.keys-fit";
  if (e.device.noted(Remark::encrypted_no_key) || e.device.noted(Remark::flash_encrypted))
    return "factory.is-unlocked";
  return nullptr;
}

namespace {

bool may_verify(const Csr& csr) {
  return csr.public_key && csr.ecdsa && equal(csr.signature_algorithm, oid::kEcdsaWithSha256);
}

// The device's signature, and the request's own.
void request_nocsr(const Evidence& e, std::vector<SignatureRequest>& out) {
  if (!e.nocsr) return;
  const NocsrEvidence& n = *e.nocsr;
  if (n.place && n.signature && n.signature->size() == 64 && n.challenge && e.dac.certificate &&
      e.dac.certificate->p256) {
    SignatureJob job{
        .key = *e.dac.certificate->p256, .digest = sha256(n.bytes, *n.challenge), .signature = {}};
    std::copy(n.signature->begin(), n.signature->end(), job.signature.begin());
    out.push_back({.what = Signed::nocsr, .job = job});
  }
  if (n.csr && may_verify(*n.csr))
    out.push_back({.what = Signed::nocsr_csr,
                   .job = SignatureJob{.key = *n.csr->public_key,
                                       .digest = sha256(n.csr->info),
                                       .signature = *n.csr->ecdsa}});
}

}  // namespace

std::vector<SignatureRequest> signature_requests(const Evidence& e) {
  std::vector<SignatureRequest> out;
  out.reserve(kSignedCount);
  const auto certificate = [&](Signed what, const Certificate& below, const VerifyingKey& key) {
    if (e.answer(what) || e.is_unsupported(what) || !key ||
        algorithm_of_signature(below.signature_algorithm) != key.algorithm)
      return;
    if (auto job = signature_job(below, key)) out.push_back({.what = what, .job = *job});
  };
  if (e.dac.certificate && e.pai.certificate)
    certificate(Signed::dac, *e.dac.certificate, VerifyingKey(*e.pai.certificate));
  if (e.pai.certificate && e.paa)
    certificate(Signed::pai, *e.pai.certificate, e.paa->verifying_key());
  if (e.paa && e.paa->certificate)
    certificate(Signed::paa_self, *e.paa->certificate, e.paa->verifying_key());
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
    if (csr && may_verify(*csr))
      out.push_back({.what = Signed::csr,
                     .job = SignatureJob{.key = *csr->public_key,
                                         .digest = sha256(csr->info),
                                         .signature = *csr->ecdsa},
                     .index = i});
  }
  request_nocsr(e, out);
  if (!e.answer(Signed::cd) && e.cms && e.cd_signer && !e.cms->signers.empty() &&
      e.cms->signers.front().ecdsa)
    out.push_back({.what = Signed::cd,
                   .job = SignatureJob{.key = e.cd_signer->key,
                                       .digest = sha256(e.cms->content),
                                       .signature = *e.cms->signers.front().ecdsa}});
  return out;
}

void take_answer(Evidence& e, const SignatureRequest& request, Checked answer) {
  const bool good = answer == Checked::verified;
  if (request.what == Signed::csr) {
    e.csrs[request.index].self_signed = good;
  } else if (request.what == Signed::nocsr) {
    e.nocsr->signed_by_dac = good;
  } else if (request.what == Signed::nocsr_csr) {
    e.nocsr->csr_signed = good;
  } else if (answer == Checked::unsupported) {
    e.unsupported[static_cast<size_t>(request.what)] = true;
  } else {
    e.answers[static_cast<size_t>(request.what)] = good;
  }
}

std::vector<Checked> check_all(std::span<const SignatureRequest> requests,
                               SignatureEngine& engine) {
  std::vector<Checked> out(requests.size());
  std::vector<SignatureJob> jobs;
  std::vector<size_t> of;
  jobs.reserve(requests.size());
  of.reserve(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    if (const auto* job = std::get_if<SignatureJob>(&requests[i].job)) {
      jobs.push_back(*job);
      of.push_back(i);
    } else {
      out[i] = check(engine, requests[i].job);
    }
  }
  std::vector<uint8_t> answers(jobs.size());
  engine.verify(jobs, answers);
  for (size_t i = 0; i < of.size(); ++i)
    out[of[i]] = answers[i] == 1 ? Checked::verified : Checked::refused;
  return out;
}

void verify_signatures(Evidence& e, SignatureEngine& engine) {
  Evidence* const one[] = {&e};
  verify_signatures(one, engine);
}

void verify_signatures(std::span<Evidence* const> chains, SignatureEngine& engine) {
  struct OfChain {
    Evidence* of;
    SignatureRequest request;
    size_t asked;  // among those that differ
  };
  std::vector<OfChain> all;
  std::vector<SignatureRequest> asked;
  for (Evidence* e : chains) {
    for (SignatureRequest& request : signature_requests(*e)) {
      const auto same = std::find_if(
          asked.begin(), asked.end(),
          [&](const SignatureRequest& known) { return is_same(known.job, request.job); });
      const auto at = static_cast<size_t>(same - asked.begin());
      if (same == asked.end()) asked.push_back(request);
      all.push_back({.of = e, .request = std::move(request), .asked = at});
    }
  }
  const auto answers = check_all(asked, engine);
  for (const OfChain& one : all) take_answer(*one.of, one.request, answers[one.asked]);
}

}  // namespace attest
