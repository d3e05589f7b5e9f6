// Checks of a device against the approved sample that came before it (--after): what may not change
// from Test to Production, and, as notes, what did. What one of the two shows and the other does
// not cannot be compared, and stays open.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/catalogue.h"
#include "verifier/sample_facts.h"

namespace attest {
namespace {

constexpr const char* kNoSample = "no approved sample to compare with (--after)";

constexpr const char kVendorId[] = "vendor id", kProductId[] = "product id",
                     kVendorName[] = "vendor name", kProductName[] = "product name",
                     kDeviceType[] = "device type", kSoftware[] = "software version",
                     kSoftwareText[] = "software version string", kHardware[] = "hardware version",
                     kHardwareText[] = "hardware version string",
                     kFirmware[] = "firmware information", kDac[] = "DAC", kPai[] = "PAI",
                     kPaa[] = "PAA", kType[] = "declaration type", kSigner[] = "declaration signer",
                     kId[] = "declaration id";

Outcome was_approved(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  if (e.after->verdict == "approve") return pass();
  return fail(fmt::format("the sample in {} was not approved: its verdict is {}",
                          printable(e.after->source), e.after->verdict),
              "approve", e.after->verdict, printable(e.after->source));
}

Outcome is_vouched_for(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  if (e.after->signer_is_known) return pass();
  if (e.after->signer.empty())
    return fail(fmt::format("the bundle {} is not signed: whoever wrote it, nobody vouches for it",
                            printable(e.after->source)),
                "a bundle signed by a known key", "no signature", printable(e.after->source));
  return fail(fmt::format("the bundle {} is signed as {}, and nothing says that this is who it "
                          "should be",
                          printable(e.after->source), printable(e.after->signer)),
              "a bundle signed by a known key", "a key that its own signature names",
              printable(e.after->source));
}

Outcome differs(const Evidence& e, const char* name, const std::string& now,
                const std::string& before) {
  return fail(fmt::format("{} is {}, the approved sample in {} has {}", name, now,
                          printable(e.after->source), before),
              before, now, printable(e.after->source));
}

// What may not change.
template <const char* Name>
Outcome as_approved(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  const std::string* before = e.after->find(Name);
  const auto now = sample_fact(e, Name);
  if (before == nullptr && !now)
    return skipped(fmt::format("neither the approved sample nor the evidence gives a {}", Name));
  if (before == nullptr)
    return unknown(fmt::format("the evidence gives the {} {}, the approved sample in {} gives none",
                               Name, *now, printable(e.after->source)),
                   "have a sample approved whose evidence shows it");
  if (!now)
    return unknown(fmt::format("the approved sample in {} has the {} {}, the evidence gives none",
                               printable(e.after->source), Name, *before));
  return *now == *before ? pass() : differs(e, Name, *now, *before);
}

// What may: a note.
template <const char* Name>
Outcome since_approval(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  const std::string* before = e.after->find(Name);
  const auto now = sample_fact(e, Name);
  if (before == nullptr) return skipped(fmt::format("the approved sample gives no {}", Name));
  if (!now) return skipped(fmt::format("the evidence gives no {}", Name));
  return *now == *before ? pass() : differs(e, Name, *now, *before);
}

// Two devices have two DACs; the same one would be the same part, judged twice.
Outcome is_another_part(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  const std::string* before = e.after->find(kDac);
  const auto now = sample_fact(e, kDac);
  if (!now) return blocked(e.dac.present() ? "dac.is-one-certificate" : "dac.is-present");
  if (before == nullptr)
    return unknown(fmt::format("the approved sample in {} has no DAC to compare with",
                               printable(e.after->source)));
  if (now != *before) return pass();
  return fail("this is the part that was approved as the earlier sample: its DAC is the same",
              "another DAC", "the same one", printable(e.after->source));
}

Outcome ledger_facts(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  std::string message;
  for (const char* name :
       {"ledger vendor", "ledger model", "ledger version", "ledger certification"}) {
    const std::string* before = e.after->find(name);
    const auto now = sample_fact(e, name);
    if (before == nullptr ? !now : now == *before) continue;
    message += fmt::format("{}{}: {}, was {}", message.empty() ? "" : "; ", name,
                           now.value_or("not asked"), before == nullptr ? "not asked" : *before);
  }
  return message.empty() ? pass() : fail(std::move(message));
}

constexpr const char* kStays =
    "What was approved on Test is what goes into production; only credentials and certification "
    "change.";
constexpr const char* kAgain =
    "have the changed product approved on Test again, or correct the part";
constexpr const char* kShow =
    "hand over evidence that shows it, as the approved sample's did (device.json, a log, a dump)";
constexpr const char* kChanges = "It may change from Test to Production; a person looks at it.";

#define STAYS(ID, NAME, TITLE)                                                          \
  {                                                                                     \
    .id = "expect." ID "-is-as-approved", .title = TITLE, .proves_authenticity = false, \
    .run = as_approved<NAME>, .rule = kStays, .remedy = kAgain, .when_unknown = kShow,  \
  }
#define CHANGES(ID, NAME, TITLE)                                                 \
  {                                                                              \
    .id = "expect." ID "-since-approval", .title = TITLE, .severity = kInfo,     \
    .proves_authenticity = false, .run = since_approval<NAME>, .rule = kChanges, \
  }

constexpr Check kChecks[] = {
    {
        .id = "expect.sample-was-approved",
        .title = "the earlier sample was approved",
        .proves_authenticity = false,
        .run = was_approved,
        .rule = "Production follows a sample that was approved. Its bundle is judged again, so "
                "that the verdict is not taken from a file.",
        .remedy = "have a sample approved first",
    },
    {
        .id = "expect.sample-is-vouched-for",
        .title = "the earlier sample's bundle is signed by a known key",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = is_vouched_for,
        .rule = "Anybody can write a bundle that says approve; the signature of somebody who is "
                "known to approve samples is what tells such a one from the sample.",
        .remedy = "name the certificate of who approves samples with --signed-by",
    },
    {
        .id = "expect.sample-is-another-part",
        .title = "this part is not the earlier sample",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = is_another_part,
        .rule = "A production sample has credentials of its own.",
        .remedy = "judge the production sample, not the part from Test",
        .when_unknown = "have a sample approved whose evidence shows its DAC",
    },
    STAYS("vendor-id", kVendorId, "the vendor is the approved sample's"),
    STAYS("product-id", kProductId, "the product is the approved sample's"),
    STAYS("vendor-name", kVendorName, "the vendor's name is the approved sample's"),
    STAYS("product-name", kProductName, "the product's name is the approved sample's"),
    STAYS("device-type", kDeviceType, "the device type is the approved sample's"),
    STAYS("software-version", kSoftware, "the software version is the approved sample's"),
    STAYS("software-version-string", kSoftwareText,
          "the software version's text is the approved sample's"),
    STAYS("hardware-version", kHardware, "the hardware version is the approved sample's"),
    STAYS("hardware-version-string", kHardwareText,
          "the hardware version's text is the approved sample's"),
    STAYS("firmware-information", kFirmware, "the firmware information is the approved sample's"),
    CHANGES("pai", kPai, "how the PAI changed since the sample was approved"),
    CHANGES("paa", kPaa, "how the PAA changed since the sample was approved"),
    CHANGES("declaration-type", kType,
            "how the declaration's type changed since the sample was approved"),
    CHANGES("declaration-signer", kSigner,
            "how the declaration's signer changed since the sample was approved"),
    CHANGES("declaration-id", kId,
            "how the declaration's certificate id changed since the sample was approved"),
    {
        .id = "expect.ledger-facts-since-approval",
        .title = "how the ledger's facts changed since the sample was approved",
        .severity = kInfo,
        .proves_authenticity = false,
        .run = ledger_facts,
        .rule = kChanges,
    },
};

}  // namespace

std::span<const Check> sample_checks() {
  return kChecks;
}

}  // namespace attest
