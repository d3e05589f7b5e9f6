#include "verifier/revocation.h"

#include <fmt/format.h>

#include <algorithm>

namespace attest {
namespace {

bool signed_by(const Crl& crl, const Certificate& issuer, SignatureEngine& engine) {
  if (!crl.ecdsa || !issuer.p256 || !equal(crl.signature_algorithm, oid::kEcdsaWithSha256)) return false;
  const SignatureJob job{.key = *issuer.p256, .digest = sha256(crl.tbs), .signature = *crl.ecdsa};
  uint8_t good = 0;
  engine.verify({&job, 1}, {&good, 1});
  return good == 1;
}

// The certificate that the list names as its issuer: by key id where it gives one, by name in any case.
const Certificate* issuer_of(const Crl& crl, std::span<const Certificate* const> issuers) {
  for (const Certificate* c : issuers) {
    if (c == nullptr || !same_name(c->subject, crl.issuer)) continue;
    if (!crl.authority_key_id || c->skid() == crl.authority_key_id) return c;
  }
  return nullptr;
}

std::string wrong_with(const Crl& crl, const Certificate& issuer, Instant at, SignatureEngine& engine) {
  if (crl.version != 2) return fmt::format("its version is {}, expected 2", crl.version);
  if (!crl.unknown_critical.empty()) return fmt::format("it has a critical extension that is not understood ({})", crl.unknown_critical.front());
  if (issuer.key_usage.value && (issuer.key_usage.value->bits & KeyUsage::crl_sign) == 0) return "its issuer may not sign lists (no cRLSign)";
  if (crl.partition && (crl.partition->only_attribute || crl.partition->only_some_reasons)) return "it covers only a part of what can be revoked";
  if (!signed_by(crl, issuer, engine)) return "its signature does not verify with its issuer's key";
  if (at < crl.this_update) return fmt::format("it is not in force before {}", rfc3339(crl.this_update));
  if (!crl.next_update) return "it does not say until when it holds (no nextUpdate)";
  if (at >= *crl.next_update) return fmt::format("it is stale: a newer one was due {}", rfc3339(*crl.next_update));
  return {};
}

}  // namespace

CrlEvidence judge_crl(const Bytes& der, const Place& place, std::span<const Certificate* const> issuers, Instant at, SignatureEngine& engine) {
  CrlEvidence out{.place = place, .crl = nullptr, .problem = {}, .issuer = nullptr};
  auto crl = parse_crl(der);
  if (!crl) {
    out.problem = crl.error().what;
    return out;
  }
  out.crl = std::move(*crl);
  out.issuer = issuer_of(*out.crl, issuers);
  out.problem = out.issuer == nullptr ? fmt::format("it is of another issuer ({})", name_text(out.crl->issuer)) : wrong_with(*out.crl, *out.issuer, at, engine);
  return out;
}

RevocationState revocation_of(const Certificate& certificate, const Certificate* issuer, std::span<const CrlEvidence> lists) {
  RevocationState out;
  for (const CrlEvidence& list : lists) {
    if (issuer == nullptr || list.issuer != issuer) continue;
    if (!list.problem.empty()) {
      if (out.answer == RevocationState::Answer::no_list) {
        out.answer = RevocationState::Answer::unknown;
        out.why = fmt::format("{}: {}", place_text(list.place), list.problem);
        out.place = list.place;
      }
      continue;
    }
    if (const auto entry = find_revoked(*list.crl, certificate.serial, certificate.issuer)) {
      return {.answer = RevocationState::Answer::revoked, .why = {}, .place = list.place, .date = entry->date, .reason = entry->reason};
    }
    if (out.answer == RevocationState::Answer::no_list) {
      out.answer = RevocationState::Answer::not_revoked;
      out.place = list.place;
    }
  }
  return out;
}

std::string reason_text(std::optional<unsigned> reason) {
  constexpr const char* kReasons[] = {"unspecified", "key compromise", "authority compromise", "affiliation changed", "superseded", "cessation of operation", "certificate hold", "", "removed from the list", "privilege withdrawn", "attribute authority compromise"};
  if (!reason) return "no reason given";
  return *reason < std::size(kReasons) && kReasons[*reason][0] != '\0' ? kReasons[*reason] : fmt::format("reason {}", *reason);
}

}  // namespace attest
