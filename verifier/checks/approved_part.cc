// Checks of a device against the approved sample that came before it (--after): what may not change
// from Test to Production, and, as notes, what did. What one of the two shows and the other does
// not cannot be compared, and stays open.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"
#include "verifier/rules/part_facts.h"

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

Outcome was_approved(const RecordView& record) {
  if (!record.after) return skipped(kNoSample);
  const ApprovedPart& sample = *record.after;
  if (sample.verdict == "approve") return pass();
  return fail(fmt::format("the sample in {} was not approved: its verdict is {}",
                          printable(sample.source), sample.verdict),
              "approve", sample.verdict, printable(sample.source));
}

Outcome is_vouched_for(const RecordView& record) {
  if (!record.after) return skipped(kNoSample);
  const ApprovedPart& sample = *record.after;
  if (sample.signer_is_known) return pass();
  if (sample.signer.empty())
    return fail(fmt::format("the bundle {} is not signed: whoever wrote it, nobody vouches for it",
                            printable(sample.source)),
                "a bundle signed by a known key", "no signature", printable(sample.source));
  return fail(fmt::format("the bundle {} is signed as {}, and nothing says that this is who it "
                          "should be",
                          printable(sample.source), printable(sample.signer)),
              "a bundle signed by a known key", "a key that its own signature names",
              printable(sample.source));
}

Outcome differs(const ApprovedPart& sample, const char* name, const std::string& now,
                const std::string& before) {
  return fail(fmt::format("{} is {}, the approved sample in {} has {}", name, now,
                          printable(sample.source), before),
              before, now, printable(sample.source));
}

// What may not change.
template <const char* Name>
Outcome as_approved(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  const Maybe<std::string> before = e.after->find(Name);
  const auto now = part_fact(e, Name);
  if (before == nullptr && !now)
    return skipped(fmt::format("neither the approved sample nor the evidence gives a {}", Name));
  if (before == nullptr)
    return unknown(fmt::format("the evidence gives the {} {}, the approved sample in {} gives none",
                               Name, *now, printable(e.after->source)),
                   "have a sample approved whose evidence shows it");
  if (!now)
    return unknown(fmt::format("the approved sample in {} has the {} {}, the evidence gives none",
                               printable(e.after->source), Name, *before));
  return *now == *before ? pass() : differs(*e.after, Name, *now, *before);
}

// What may: a note.
template <const char* Name>
Outcome since_approval(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  const Maybe<std::string> before = e.after->find(Name);
  const auto now = part_fact(e, Name);
  if (before == nullptr) return skipped(fmt::format("the approved sample gives no {}", Name));
  if (!now) return skipped(fmt::format("the evidence gives no {}", Name));
  return *now == *before ? pass() : differs(*e.after, Name, *now, *before);
}

// Two devices have two DACs; the same one would be the same part, judged twice.
Outcome is_another_part(const Evidence& e) {
  if (!e.after) return skipped(kNoSample);
  const Maybe<std::string> before = e.after->find(kDac);
  const auto now = part_fact(e, kDac);
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
    const Maybe<std::string> before = e.after->find(name);
    const auto now = part_fact(e, name);
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

constexpr const char* kNoLots = "--after compares one device with its sample, never a lot's";

template <const char* Name>
constexpr Check stays(const char* id, const char* title) {
  return {
      .id = id,
      .title = title,
      .proves_authenticity = false,
      .run = rule<as_approved<Name>>,
      .alike = kNoLots,
      .rule = kStays,
      .remedy = kAgain,
      .when_unknown = kShow,
  };
}
template <const char* Name>
constexpr Check changes(const char* id, const char* title) {
  return {
      .id = id,
      .title = title,
      .severity = kInfo,
      .proves_authenticity = false,
      .run = rule<since_approval<Name>>,
      .alike = kNoLots,
      .rule = kChanges,
  };
}

constexpr Check kChecks[] = {
    {
        .id = "expect.sample-was-approved",
        .title = "the earlier sample was approved",
        .proves_authenticity = false,
        .run = rule<was_approved>,
        .rule = "Production follows a sample that was approved. Its bundle is judged again, so "
                "that the verdict is not taken from a file.",
        .remedy = "have a sample approved first",
    },
    {
        .id = "expect.sample-is-vouched-for",
        .title = "the earlier sample's bundle is signed by a known key",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<is_vouched_for>,
        .rule = "Anybody can write a bundle that says approve; the signature of somebody who is "
                "known to approve samples is what tells such a one from the sample.",
        .remedy = "name the certificate of who approves samples with --signed-by",
    },
    {
        .id = "expect.sample-is-another-part",
        .title = "this part is not the earlier sample",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<is_another_part>,
        .alike = kNoLots,
        .rule = "A production sample has credentials of its own.",
        .remedy = "judge the production sample, not the part from Test",
        .when_unknown = "have a sample approved whose evidence shows its DAC",
    },
    stays<kVendorId>("expect.vendor-id-is-as-approved", "the vendor is the approved sample's"),
    stays<kProductId>("expect.product-id-is-as-approved", "the product is the approved sample's"),
    stays<kVendorName>("expect.vendor-name-is-as-approved",
                       "the vendor's name is the approved sample's"),
    stays<kProductName>("expect.product-name-is-as-approved",
                        "the product's name is the approved sample's"),
    stays<kDeviceType>("expect.device-type-is-as-approved",
                       "the device type is the approved sample's"),
    stays<kSoftware>("expect.software-version-is-as-approved",
                     "the software version is the approved sample's"),
    stays<kSoftwareText>("expect.software-version-string-is-as-approved",
                         "the software version's text is the approved sample's"),
    stays<kHardware>("expect.hardware-version-is-as-approved",
                     "the hardware version is the approved sample's"),
    stays<kHardwareText>("expect.hardware-version-string-is-as-approved",
                         "the hardware version's text is the approved sample's"),
    stays<kFirmware>("expect.firmware-information-is-as-approved",
                     "the firmware information is the approved sample's"),
    changes<kPai>("expect.pai-since-approval", "how the PAI changed since the sample was approved"),
    changes<kPaa>("expect.paa-since-approval", "how the PAA changed since the sample was approved"),
    changes<kType>("expect.declaration-type-since-approval",
                   "how the declaration's type changed since the sample was approved"),
    changes<kSigner>("expect.declaration-signer-since-approval",
                     "how the declaration's signer changed since the sample was approved"),
    changes<kId>("expect.declaration-id-since-approval",
                 "how the declaration's certificate id changed since the sample was approved"),
    {
        .id = "expect.ledger-facts-since-approval",
        .title = "how the ledger's facts changed since the sample was approved",
        .severity = kInfo,
        .proves_authenticity = false,
        .run = rule<ledger_facts>,
        .alike = kNoLots,
        .rule = kChanges,
    },
};

}  // namespace

std::span<const Check> sample_checks() {
  return kChecks;
}

}  // namespace attest
