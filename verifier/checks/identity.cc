// Checks on who the certificates speak for: vendor and product across PAA, PAI and DAC, and
// evidence that disagrees with itself. Where two of three agree, the odd one out is the part at
// fault.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/other_part.h"
#include "verifier/gather/chains.h"

namespace attest {
namespace {

Outcome dac_vendor_matches_pai(const DacVendor& dac, const PaiVendor& pai, const LotView& lot) {
  if (dac.id == pai.id) return pass();
  // The PAA sides with the DAC: the PAI is the odd one, and its own check says so.
  if (const auto paa = lot.paa_if_any; paa != nullptr && paa->vid == dac.id)
    return blocked("pai.vendor-matches-paa");
  return fail(
      fmt::format("the DAC names vendor {}, its PAI names {}", hex_id(dac.id), hex_id(pai.id)),
      hex_id(pai.id), hex_id(dac.id), dac.where());
}

Outcome dac_product_matches_pai(const DacProduct& dac, const Pai& pai) {
  const auto product = pai->pid();
  if (!product)
    return skipped("the PAI names no product, so it may issue for every product of its vendor");
  if (dac.id == *product) return pass();
  return fail(fmt::format("the DAC names product {}, its PAI is for {} only", hex_id(dac.id),
                          hex_id(*product)),
              hex_id(*product), hex_id(dac.id), dac.where());
}

Outcome pai_vendor_matches_paa(const PaiVendor& pai, const Paa& paa) {
  if (!paa.vid) return skipped("the PAA names no vendor, so it may issue for all");
  if (pai.id == *paa.vid) return pass();
  return fail(fmt::format("the PAI names vendor {}, its PAA is for {} only", hex_id(pai.id),
                          hex_id(*paa.vid)),
              hex_id(*paa.vid), hex_id(pai.id), pai.where());
}

// A device's chains are for commissioners of different kinds; the device is one.
Outcome chains_agree(const Dac& dac, const Evidence& e) {
  if (e.other_chains.empty()) return skipped("the evidence has one chain");
  for (const auto& chain : e.other_chains) {
    const Maybe<Certificate> other = chain->dac.certificate.get();
    if (other == nullptr) continue;
    const std::string other_place = place_text(*chain->dac.place), own_place = dac.where(),
                      where = own_place + " and " + other_place, name = chain_name(*chain),
                      own = chain_name(e);
    const auto differ = [&](const char* what, std::string expected, std::string actual) {
      return fail(fmt::format("the DAC of the {} chain in {} has another {} than that of the {} "
                              "chain in {}",
                              name, other_place, what, own, own_place),
                  std::move(expected), std::move(actual), where);
    };
    const auto id = [](MaybeValue<uint16_t> n) { return n ? hex_id(*n) : "none"; };
    // (A key of another algorithm has a finding of its own.)
    if (other->p256 && dac->p256 && *other->p256 != *dac->p256)
      return differ(
          "key",
          hex(View(dac->public_key).first(std::min<size_t>(16, dac->public_key.size()))) + "…",
          hex(View(other->public_key).first(std::min<size_t>(16, other->public_key.size()))) + "…");
    if (other->vid() != dac->vid()) return differ("vendor id", id(dac->vid()), id(other->vid()));
    if (other->pid() != dac->pid()) return differ("product id", id(dac->pid()), id(other->pid()));
  }
  return pass();
}

// One certificate, and in one of its places bytes behind it.
bool differ_behind_it(const Conflict& conflict, const CertificateEvidence& c) {
  if (c.trailing == 0 || !c.certificate) return false;
  const View der = c.certificate->der;
  return std::all_of(conflict.values.begin(), conflict.values.end(), [&](const Statement* s) {
    const auto& bytes = std::get<Bytes>(s->value);
    return bytes.size() >= der.size() && equal(View(bytes).first(der.size()), der);
  });
}

template <FactId F>
Outcome only_one(const Evidence& e) {
  for (Conflict& conflict : conflicts(e.device)) {
    if (conflict.fact != F) continue;
    if (F != FactId::dac) {
      const OtherPart other_part(e);
      std::erase_if(conflict.values, [&](const Statement* s) { return other_part.says(*s); });
      if (conflict.values.size() < 2) return blocked("identity.one-dac");
    }
    // Which of several PAIs is the device's, its DAC says.
    if (F == FactId::pai && !e.dac.present()) return blocked("dac.is-present");
    if (F == FactId::dac && e.dac.present() && e.dac.bytes.empty())
      return blocked("dac.is-present");
    if (F == FactId::dac && differ_behind_it(conflict, e.dac))
      return blocked("dac.has-no-trailing-bytes");
    std::string places;
    constexpr size_t kMostPlaces = 8;
    for (size_t i = 0; i < conflict.values.size() && i < kMostPlaces; ++i)
      places += (i == 0 ? "" : " and ") + place_text(conflict.values[i]->place);
    if (conflict.values.size() > kMostPlaces)
      places += fmt::format(" and {} more", conflict.values.size() - kMostPlaces);
    return fail(fmt::format("the evidence holds {} different {}s: {}", conflict.values.size(),
                            F == FactId::cd    ? "certification declaration"
                            : F == FactId::dac ? "DAC"
                                               : "PAI",
                            places),
                "one", std::to_string(conflict.values.size()), places);
  }
  return pass();
}

// Whose label it is, of a code that may not be shown: "0xFFF2 / 0x8001".
std::string product_of(const Evidence& e, const Statement& code) {
  for (const CodeEvidence& c : e.onboarding.codes) {
    if (c.place != code.place || c.payload.manual != (code.fact == FactId::manual_code)) continue;
    const Maybe<std::string> said = std::get_if<std::string>(&code.value);
    const std::string& whole = c.payload.joined.empty() ? c.payload.text : c.payload.joined;
    if (said == nullptr || whole != *said || !c.has_values()) continue;
    return c.payload.vendor_id
               ? fmt::format("of {}, discriminator {}", product_text(c.payload),
                             c.payload.discriminator)
               : fmt::format("with short discriminator {}", c.payload.short_discriminator());
  }
  return {};
}

Outcome facts_agree(const Evidence& e) {
  std::string message, expected, actual, source;
  size_t count = 0;
  bool of_another_part = false;
  const OtherPart other_part(e);
  for (Conflict& conflict : conflicts(e.device)) {
    if (conflict.fact == FactId::dac || conflict.fact == FactId::pai || conflict.fact == FactId::cd)
      continue;
    if (is_secret(conflict.fact)) continue;
    const size_t others = std::erase_if(
        conflict.values, [&](const Statement* value) { return other_part.says(*value); });
    of_another_part = of_another_part || others != 0;
    if (conflict.values.size() < 2) continue;
    const Statement &a = *conflict.values.at(0), &b = *conflict.values.at(1);
    const bool masked = is_masked(conflict.fact) && !e.policy.show_passcode;
    if (count++ == 0) {
      message = fmt::format("{} is given differently in {} and {}", fact_name(conflict.fact),
                            place_text(a.place), place_text(b.place));
      const std::string one = product_of(e, a), other = product_of(e, b);
      const bool told = !one.empty() && !other.empty() && one != other;
      if (told) message += fmt::format(": the first is a code {}, the other one {}", one, other);
      expected = !masked ? value_text(a.fact, a.value)
                 : told  ? "a code " + one
                         : "the same in both";
      actual = !masked ? value_text(b.fact, b.value) : told ? "a code " + other : "they differ";
      source = place_text(b.place);
    } else {
      message += fmt::format("; so is {}", fact_name(conflict.fact));
    }
  }
  if (count == 0) return of_another_part ? blocked("identity.one-dac") : pass();
  return fail(std::move(message), std::move(expected), std::move(actual), std::move(source));
}

Outcome keys_are_known(const RecordView& record) {
  std::string message, source;
  for (const Noted& noted : record.device.remarks()) {
    if (noted.remark != Remark::unknown_key) continue;
    message += (message.empty() ? "" : "; ") + noted.message;
    if (source.empty()) source = place_text(noted.place);
  }
  return message.empty()
             ? pass()
             : fail(std::move(message), "the keys of device.json", "others", std::move(source));
}

// What a log says of the DAC, the PAI and the declaration, and what they say themselves.
MaybeValue<FactValue> own_value(const Evidence& e, FactId logged) {
  const auto number = [](MaybeValue<uint16_t> n) {
    return n ? MaybeValue<FactValue>(uint64_t{*n}) : std::nullopt;
  };
  const auto bytes = [](MaybeValue<View> v) {
    return v ? MaybeValue<FactValue>(to_bytes(*v)) : std::nullopt;
  };
  const Certificate *dac = e.dac.certificate.get(), *pai = e.pai.certificate.get();
  const Maybe<CertificationDeclaration> cd = e.cd.get();
  const Maybe<Cms> cms = e.cms.get();
  const auto key = [&](const Certificate* c) {
    const auto id = c == nullptr ? std::nullopt : c->skid();
    return id ? MaybeValue<FactValue>(Bytes(id->begin(), id->end())) : std::nullopt;
  };
  switch (logged) {
    case FactId::logged_dac_vendor_id:
      return dac == nullptr ? std::nullopt : number(dac->vid());
    case FactId::logged_dac_product_id:
      return dac == nullptr ? std::nullopt : number(dac->pid());
    case FactId::logged_dac_key_id:
      return key(dac);
    case FactId::logged_pai_key_id:
      return key(pai);
    case FactId::logged_cd_vendor_id:
      return cd == nullptr ? std::nullopt : number(cd->vendor_id);
    case FactId::logged_cd_signer:
      return cms != nullptr && cms->signers.size() == 1
                 ? bytes(first_of(cms->signers).subject_key_id)
                 : std::nullopt;
    default:
      return std::nullopt;
  }
}
const char* logged_name(FactId logged) {
  return logged == FactId::logged_dac_vendor_id    ? "the DAC's vendor"
         : logged == FactId::logged_dac_product_id ? "the DAC's product"
         : logged == FactId::logged_dac_key_id     ? "the DAC's key id"
         : logged == FactId::logged_pai_key_id     ? "the PAI's key id"
         : logged == FactId::logged_cd_vendor_id   ? "the declaration's vendor"
                                                   : "the declaration's signing key";
}

Outcome log_is_of_this_device(const Evidence& e) {
  bool compared = false;
  for (const Statement& s : e.device.statements) {
    const auto own = own_value(e, s.fact);
    if (!own) continue;
    compared = true;
    if (*own == s.value) continue;
    const std::string theirs = value_text(s.fact, s.value), ours = value_text(s.fact, *own);
    return fail(fmt::format("the log gives {} as {}, here it is {}: the log is of another device",
                            logged_name(s.fact), theirs, ours),
                theirs, ours, place_text(s.place));
  }
  return compared ? pass() : skipped("no log that says what it was given");
}

constexpr Check kChecks[] = {
    {
        .id = "pai.vendor-matches-paa",
        .title = "PAI and PAA name the same vendor",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 205,
        .after = {"paa.is-trusted"},
        .consequence_of = {"pai.signature-verifies", "chain.pai-issuer-is-paa"},
        .run = rule<pai_vendor_matches_paa>,
        .rule = "A PAA that names a vendor issues for that vendor only. Without this, one vendor's "
                "root could speak for another's products.",
        .remedy = "have the PAI issued below a PAA of its vendor, or below one that names none",
    },
    {
        .id = "dac.vendor-matches-pai",
        .title = "DAC and PAI name the same vendor",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 305,
        .consequence_of = {"chain.dac-authority-key-is-pai", "dac.signature-verifies",
                           "pai.signature-verifies"},
        .run = rule<dac_vendor_matches_pai>,
        .rule = "Without this, a vendor with a genuine PAI could attest another vendor's product.",
        .remedy = "have the DAC issued for the vendor of its PAI; the id in the factory's request "
                  "is wrong",
    },
    {
        .id = "dac.product-matches-pai",
        .title = "the DAC's product is the one its PAI is for",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 306,
        .after = {"dac.names-a-product", "pai.product-id-is-wellformed"},
        .consequence_of = {"chain.dac-authority-key-is-pai", "dac.signature-verifies",
                           "pai.signature-verifies", "dac.vendor-matches-pai",
                           "pai.vendor-matches-paa"},
        .run = rule<dac_product_matches_pai>,
        .rule = "A PAI that names a product issues for that product only; below another vendor's "
                "PAI its product id says nothing.",
        .remedy = "have the DAC issued below a PAI of its product, or below one that names none",
    },
    {
        .id = "identity.one-dac",
        .title = "the evidence is about one DAC",
        .run = rule<only_one<FactId::dac>>,
        .alike = "an alike record gives one DAC: one that gives several is alike to none",
        .rule = "One verification is about one device. Two DACs mean that files of two devices "
                "were mixed.",
        .remedy = "hand over the evidence of one device, or use the lot command for several",
    },
    {
        .id = "identity.chains-agree",
        .title = "the DACs of a device's chains are of one key, vendor and product",
        .spec = "Matter Core 6.2, draft of 1.7",
        .run = rule<chains_agree>,
        .alike = "a record with several chains is alike to none",
        .rule = "A device has a legacy and a post-quantum chain for commissioners of either kind. "
                "Both DACs carry the one key that the device signs with, and name one product.",
        .remedy = "put the two DACs that were issued for this device's key and product into the "
                  "part: batches were mixed",
    },
    {
        .id = "identity.one-pai",
        .title = "the evidence has one PAI",
        .run = rule<only_one<FactId::pai>>,
        .alike = "an alike record gives the same PAIs, byte for byte",
        .rule = "Of several PAIs the one that the DAC names is used; when none fits, it is open "
                "which one the part carries. A file with a PAI that cannot have issued the DAC is "
                "set aside; what the part itself holds, and what may have issued the DAC as well, "
                "is not.",
        .remedy = "hand over the PAI that the part carries",
    },
    {
        .id = "identity.one-cd",
        .title = "the evidence has one certification declaration",
        .run = rule<only_one<FactId::cd>>,
        .alike = "an alike record gives the same declarations, byte for byte",
        .rule = "Two declarations mean that the evidence describes two states of the part.",
        .remedy = "hand over the declaration that the part carries",
    },
    {
        .id = "identity.facts-agree",
        .title = "no fact is given in two ways",
        .run = rule<facts_agree>,
        .alike = "a record gives each fact that an alike one has of its own in one place only, and "
                 "all others as that one does",
        .rule = "Where two files or two places of one file disagree about one fact, one of them is "
                "not about this device, or the part was written twice.",
        .remedy = "find out which of the two places is right, and correct the other",
    },
    {
        .id = "identity.log-is-of-this-device",
        .title = "what a log says of DAC, PAI and declaration is what they say",
        .consequence_of = {"identity.one-dac", "identity.one-pai", "identity.one-cd",
                           "identity.facts-agree", "dac.signature-verifies",
                           "cd.signature-verifies"},
        .run = rule<log_is_of_this_device>,
        .alike = "a record has no key for what a log says of the certificates, and no log is lent "
                 "to it",
        .rule = "A commissioner's log states the ids and key ids of the certificates and of the "
                "declaration that it was given. They are compared with those, and with nothing "
                "else: on a product that another maker's module carries, Basic Information differs "
                "from the DAC by design.",
        .remedy = "hand over the log of this device, or the certificates that the log is about",
    },
    {
        .id = "identity.keys-are-known",
        .title = "every key of the written facts is known",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<keys_are_known>,
        .rule = "A misspelled key would be a fact that nobody compares.",
        .remedy = "correct the spelling, or leave the key out",
    },
};

}  // namespace

std::span<const Check> identity_checks() {
  return kChecks;
}

}  // namespace attest
