// Checks on certification requests (PKCS#10), with which a factory orders DACs.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <type_traits>
#include <variant>

#include "verifier/base/counted.h"
#include "verifier/checks/catalogue.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/der.h"

namespace attest {
namespace {

constexpr const char* kNone = "no certification request in the evidence";

// The first request for which `fault` has something to say, and how many more there are.
template <class Fault>
Outcome every(const RecordView& record, Fault&& fault) {
  MaybeValue<Outcome> first;
  size_t more = 0;
  for (const CsrEvidence& csr : record.csrs) {
    MaybeValue<Outcome> outcome = fault(csr);
    if (!outcome) continue;
    if (first) {
      ++more;
    } else {
      first = std::move(outcome);
      first->texts->source = place_text(csr.place);
    }
  }
  if (record.csrs.empty()) return skipped(kNone);
  if (!first) return pass();
  if (more > 0) first->texts->message += fmt::format(" (and {})", counted(more, "more request"));
  return std::move(*first);
}

Outcome is_wellformed(const RecordView& record) {
  return every(record, [](const CsrEvidence& r) -> MaybeValue<Outcome> {
    if (r.csr) return std::nullopt;
    return fail(fmt::format("the request in {} cannot be read: {}", place_text(r.place), r.problem),
                "a PKCS#10 request", r.problem);
  });
}

// Of a request with an ML-DSA key, which signs itself: the one name that both have. A DAC's key is
// never of it.
const KeyAlgorithm* ml_dsa_of(const Csr& csr) {
  const KeyAlgorithm* named =
      csr.curve.empty() ? algorithm_of_signature(csr.signature_algorithm) : nullptr;
  return named != nullptr && named->ml_dsa ? named : nullptr;
}

Outcome key_is_p256(const RecordView& record) {
  return every(record, [](const CsrEvidence& r) -> MaybeValue<Outcome> {
    if (!r.csr || (r.csr->p256 && r.csr->public_key)) return std::nullopt;
    const Maybe<KeyAlgorithm> ml_dsa = ml_dsa_of(*r.csr);
    const std::string found = r.csr->p256            ? "no point of it"
                              : ml_dsa != nullptr    ? fmt::format("a key of {}", ml_dsa->name)
                              : r.csr->curve.empty() ? "no named curve"
                                                     : der::oid_text(r.csr->curve);
    return fail(
        fmt::format("the request in {} has no key on P-256: {}", place_text(r.place), found),
        "a point of prime256v1", found);
  });
}

Outcome algorithm_is_right(const RecordView& record) {
  return every(record, [](const CsrEvidence& r) -> MaybeValue<Outcome> {
    if (!r.csr || equal(r.csr->signature_algorithm, oid::kEcdsaWithSha256)) return std::nullopt;
    const std::string found = der::oid_text(r.csr->signature_algorithm);
    return fail(fmt::format("the request in {} is signed with {}", place_text(r.place), found),
                "ecdsa-with-SHA256", found);
  });
}

Outcome signature_verifies(const RecordView& record) {
  return every(record, [](const CsrEvidence& r) -> MaybeValue<Outcome> {
    if (!r.csr || r.self_signed == true) return std::nullopt;
    // Its key or algorithm is at fault.
    if ((r.csr->ecdsa || ml_dsa_of(*r.csr) != nullptr) && !r.self_signed) return std::nullopt;
    return fail(fmt::format("the signature of the request in {} does not verify under its own key",
                            place_text(r.place)),
                "the signature of this key's holder",
                r.csr->ecdsa ? "another" : "no ECDSA signature");
  });
}

template <bool Vendor>
MaybeValue<uint16_t> id_of(const Csr& csr) {
  return Vendor ? csr.vid : csr.pid;
}

template <bool Vendor>
Outcome names_an_id(const RecordView& record) {
  const char* what = Vendor ? "vendor" : "product";
  return every(record, [&](const CsrEvidence& r) -> MaybeValue<Outcome> {
    if (!r.csr || id_of<Vendor>(*r.csr)) return std::nullopt;
    return fail(
        fmt::format("the request in {} names no {}: {}", place_text(r.place), what, r.csr->subject),
        fmt::format("a {} id in the subject", what), "none");
  });
}

// What the requests have to name: what was ordered, else what the device says of itself, else what
// most of them name.
struct Wanted {
  uint16_t id;
  std::string by;
};
template <bool Vendor>
MaybeValue<Wanted> wanted(const RecordView& record) {
  constexpr FactId kFact = Vendor ? FactId::vendor_id : FactId::product_id;
  const Maybe<Statement> order = record.ordered ? record.ordered->first(kFact) : nullptr;
  if (const Maybe<uint64_t> id = order == nullptr ? nullptr : std::get_if<uint64_t>(&order->value))
    return Wanted{.id = static_cast<uint16_t>(*id), .by = place_text(order->place)};
  const auto said = record.device.first<kFact>();
  if (const auto id = Vendor ? record.vid : record.pid; id && said != nullptr)
    return Wanted{.id = *id, .by = place_text(said->place)};
  if (const auto& dac = record.dac_if_any) {
    if (const auto id = Vendor ? dac->vid() : dac->pid())
      return Wanted{.id = *id, .by = fmt::format("the DAC in {}", dac->where())};
  }
  std::map<uint16_t, size_t> named;
  for (const CsrEvidence& r : record.csrs) {
    if (const auto id = r.csr ? id_of<Vendor>(*r.csr) : std::nullopt) ++named[*id];
  }
  if (named.size() < 2) return std::nullopt;
  const auto most = std::max_element(
      named.begin(), named.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return Wanted{.id = most->first,
                .by = fmt::format("{} of {} requests", most->second, record.csrs.size())};
}

template <bool Vendor>
Outcome id_matches(const RecordView& record) {
  const char* what = Vendor ? "vendor" : "product";
  if (record.csrs.empty()) return skipped(kNone);
  const auto want = wanted<Vendor>(record);
  if (!want)
    return skipped(fmt::format("nothing in the evidence says which {} the requests are for", what));
  return every(record, [&](const CsrEvidence& r) -> MaybeValue<Outcome> {
    const auto id = r.csr ? id_of<Vendor>(*r.csr) : std::nullopt;
    if (!id || *id == want->id) return std::nullopt;
    return fail(fmt::format("the request in {} names {} {}, {} {} {}", place_text(r.place), what,
                            hex_id(*id), want->by,
                            want->by.ends_with("requests") ? "name" : "names", hex_id(want->id)),
                hex_id(want->id), hex_id(*id));
  });
}

// Our reading: a request belongs to a DAC of the same evidence when it is the only one, or when its
// key is the DAC's.
Outcome key_is_the_dacs(const RecordView& record, const IfAny<Dac>& dac_if_any) {
  const auto& csrs = record.csrs;
  if (csrs.empty()) return skipped(kNone);
  if (!dac_if_any) return skipped("no readable DAC in the evidence to compare the request with");
  const Dac& dac = *dac_if_any;
  const Bytes dac_key = to_bytes(dac->public_key);
  const bool fits = std::any_of(csrs.begin(), csrs.end(), [&](const CsrEvidence& r) {
    return r.csr && r.csr->public_key && equal(*r.csr->public_key, dac_key);
  });
  if (fits) return pass();
  const auto readable = std::find_if(
      csrs.begin(), csrs.end(), [](const CsrEvidence& r) { return r.csr && r.csr->public_key; });
  if (readable == csrs.end()) return skipped("no request with a readable key in the evidence");
  return fail(fmt::format("the DAC in {} does not carry the key of the request in {}", dac.where(),
                          place_text(readable->place)),
              fmt::format("public key {}", hex(*readable->csr->public_key)),
              fmt::format("public key {}", hex(dac_key)), dac.where());
}

constexpr const char *kSyntax = "RFC 2986 4", *kProfile = "Matter Core 6.2.2.3",
                     *kIds = "Matter Core 6.2.2.2";
constexpr const char* kMakeAnew =
    "make the request anew, on the device or with the tool that holds its key";

constexpr Check kChecks[] = {
    {
        .id = "csr.is-wellformed",
        .title = "the certification request can be read",
        .spec = kSyntax,
        .proves_authenticity = false,
        .run = rule<is_wellformed>,
        .rule = "A CA reads subject and key out of the request and nothing else.",
        .remedy = kMakeAnew,
    },
    {
        .id = "csr.key-is-p256",
        .title = "the request's key is on P-256",
        .spec = kProfile,
        .after = {"csr.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<key_is_p256>,
        .rule = "A DAC has a key on prime256v1; a CA that issues for another curve issues a "
                "certificate that no commissioner accepts.",
        .remedy = kMakeAnew,
    },
    {
        .id = "csr.signature-algorithm-is-ecdsa-sha256",
        .title = "the request is signed with ecdsa-with-SHA256",
        .spec = kProfile,
        .after = {"csr.is-wellformed"},
        .consequence_of = {"csr.key-is-p256"},
        .proves_authenticity = false,
        .run = rule<algorithm_is_right>,
        .rule = "The one algorithm of Matter's attestation.",
        .remedy = kMakeAnew,
    },
    {
        .id = "csr.signature-verifies",
        .title = "the request is signed with its own key",
        .spec = kSyntax,
        .after = {"csr.is-wellformed"},
        .run = rule<signature_verifies>,
        .rule = "The signature shows that who asks holds the private key. Without it a DAC could "
                "be had for somebody else's key.",
        .remedy = kMakeAnew,
    },
    {
        .id = "csr.names-a-vendor",
        .title = "the request names a vendor",
        .spec = kIds,
        .after = {"csr.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<names_an_id<true>>,
        .rule = "The vendor id stands in the subject as an attribute of its own, or in the common "
                "name as Mvid:.",
        .remedy = "put the vendor id into the subject of the request",
    },
    {
        .id = "csr.names-a-product",
        .title = "the request names a product",
        .spec = kIds,
        .after = {"csr.is-wellformed"},
        .consequence_of = {"csr.names-a-vendor"},
        .proves_authenticity = false,
        .run = rule<names_an_id<false>>,
        .rule = "The product id stands in the subject as an attribute of its own, or in the common "
                "name as Mpid:.",
        .remedy = "put the product id into the subject of the request",
    },
    {
        .id = "csr.vendor-matches",
        .title = "the request is for the device's vendor",
        .spec = kIds,
        .after = {"csr.names-a-vendor"},
        .proves_authenticity = false,
        .run = rule<id_matches<true>>,
        .rule = "The DAC that is issued for the request names the request's vendor.",
        .remedy = "make the request anew with the right vendor id",
    },
    {
        .id = "csr.product-matches",
        .title = "the request is for the device's product",
        .spec = kIds,
        .after = {"csr.names-a-product"},
        .proves_authenticity = false,
        .run = rule<id_matches<false>>,
        .rule = "The DAC that is issued for the request names the request's product.",
        .remedy = "make the request anew with the right product id",
    },
    {
        .id = "csr.key-is-the-dacs",
        .title = "the DAC carries the key of the request",
        .spec = kProfile,
        .after = {"csr.is-wellformed"},
        .consequence_of = {"csr.names-a-vendor", "csr.names-a-product"},
        .run = rule<key_is_the_dacs>,
        .alike = "a record with a request is alike to none",
        .rule = "A DAC for another key came from another request: the device cannot sign as it.",
        .remedy = "find the DAC that was issued for this request",
    },
};

}  // namespace

std::span<const Check> csr_checks() {
  return kChecks;
}

}  // namespace attest
