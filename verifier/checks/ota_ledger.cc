// Checks on software images against the ledger's entry of the image's own software version
// (Core 11.23.6).

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "verifier/checks/ota_rules.h"

namespace attest {
namespace {

using namespace ota_rules;

// And for what the ledger says about it: image, header, entry.
template <class Wrong>
Outcome every_entry(const RecordView& record, const Wrong& problem) {
  return every_header(record, [&](const OtaEvidence& ota, const OtaHeader& header) -> Problem {
    const Maybe<ModelVersion> found = entry_of(ota.entry);
    return found == nullptr ? std::nullopt : Problem(problem(ota, header, *found));
  });
}

std::string version_text(const OtaHeader& h) {
  return fmt::format("software version {} of product {} of vendor {}", h.software_version,
                     hex_id(h.product_id), hex_id(h.vendor_id));
}

// The ledger's word as what is expected.
Outcome differs(const LedgerStatus& ledger, std::string message, const std::string& entry,
                std::string image) {
  return fail(std::move(message), fmt::format("{} (ledger)", entry), std::move(image),
              ledger.source);
}

Outcome is_what_was_announced(const RecordView& record) {
  bool fetched = false;
  Outcome out = every_header(record, [&](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    if (!ota.fetched_from) return std::nullopt;
    fetched = true;
    const ModelVersion& entry = *ota.fetched_from;
    if (h.software_version == entry.software_version) return std::nullopt;
    return differs(
        record.ledger,
        fmt::format("the otaUrl of software version {} leads to an image of software version {}",
                    entry.software_version, h.software_version),
        std::to_string(entry.software_version), std::to_string(h.software_version));
  });
  if (out.status == Status::pass && !fetched) return skipped("no OTA image was fetched");
  return out;
}

// The image holds the very version that the device runs: what is wrong with its entry is told
// there.
bool is_of_devices_entry(const LedgerFacts& facts, const OtaHeader& h) {
  return facts.vid == h.vendor_id && facts.pid == h.product_id &&
         facts.software_version == h.software_version;
}

Outcome version_is_known(const RecordView& record) {
  return every_header(record, [&](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    if (std::holds_alternative<Found<ModelVersion>>(ota.entry)) return std::nullopt;
    if (is_of_devices_entry(record.facts, h)) return blocked("ledger.version-is-known");
    const std::string what = version_text(h);
    if (std::holds_alternative<Absent>(ota.entry))
      return differs(record.ledger,
                     fmt::format("{}, which {} holds, is not on the ledger {}", what, place(ota),
                                 record.ledger.chain_id),
                     "an entry", fmt::format("none at height {}", record.ledger.height));
    if (record.ledger_is_silent) return unknown_like("ledger.answers");
    const std::string& why = std::get<Unknown>(ota.entry).why;
    return unknown(fmt::format("whether {} is on the ledger is not known{}", what,
                               why.empty() ? "" : ": " + why));
  });
}

Outcome version_is_valid(const RecordView& record) {
  return every_entry(record, [&](const auto& ota, const auto& h, const auto& entry) -> Problem {
    if (entry.valid) return std::nullopt;
    if (is_of_devices_entry(record.facts, h)) return blocked("ledger.version-is-valid");
    return differs(record.ledger,
                   fmt::format("the vendor withdrew software version {}, which {} holds",
                               entry.software_version, place(ota)),
                   "softwareVersionValid false", fmt::format("version {}", entry.software_version));
  });
}

Outcome version_string_matches_ledger(const RecordView& record) {
  return every_entry(record, [&](const auto&, const auto& h, const auto& entry) -> Problem {
    const std::string& image = h.software_version_string;
    if (image == entry.software_version_string) return std::nullopt;
    return differs(record.ledger,
                   fmt::format("ledger and image call software version {} differently",
                               entry.software_version),
                   quoted(entry.software_version_string), quoted(image));
  });
}

bool announces(const ModelVersion& entry) {
  return entry.ota_file_size != 0 || !entry.ota_checksum.empty();
}

Outcome is_announced(const RecordView& record) {
  return every_entry(record, [&](const auto&, const auto&, const auto& entry) -> Problem {
    if (announces(entry)) return std::nullopt;
    return differs(record.ledger,
                   fmt::format("the ledger's entry of software version {} has neither size nor "
                               "checksum of an OTA image",
                               entry.software_version),
                   "none", "an image");
  });
}

// The ledger lets otaUrl stand alone; what it leaves out cannot be compared, and is-announced says
// so.
Outcome size_matches_ledger(const RecordView& record) {
  return every_entry(record, [&](const auto& ota, const auto&, const auto& entry) -> Problem {
    // A download is cut by the size of the entry whose address was asked.
    const auto& asked = ota.fetched_from;
    const uint64_t said = ota.cut && asked ? asked->ota_file_size : entry.ota_file_size;
    if (ota.cut)
      return differs(
          record.ledger,
          fmt::format("behind the ledger's otaUrl there is more than its otaFileSize of {} bytes",
                      said),
          fmt::format("{} bytes", said), "more");
    if (said == 0 || said == ota.image.size) return std::nullopt;
    return differs(record.ledger,
                   fmt::format("{} has not the size that the ledger gives", place(ota)),
                   fmt::format("{} bytes", said), fmt::format("{} bytes", ota.image.size));
  });
}

bool ledger_knows(uint32_t type) {
  return Hash::of_type(type).has_value();
}

Outcome checksum_type_is_known(const RecordView& record) {
  return every_entry(record, [&](const auto&, const auto&, const auto& entry) -> Problem {
    if (entry.ota_checksum.empty() || ledger_knows(entry.ota_checksum_type)) return std::nullopt;
    return fail(fmt::format("the ledger's otaChecksumType is {}", entry.ota_checksum_type),
                "1, 7, 8, 10, 11 or 12", std::to_string(entry.ota_checksum_type),
                record.ledger.source);
  });
}

Outcome checksum_matches_ledger(const RecordView& record) {
  return every_entry(record, [&](const auto& ota, const auto&, const auto& entry) -> Problem {
    if (ota.cut) return blocked("ota.size-matches-ledger");
    if (entry.ota_checksum.empty()) return std::nullopt;
    const uint32_t type = entry.ota_checksum_type;
    const auto said = from_base64(entry.ota_checksum);
    if (!said)
      return fail(fmt::format("the ledger's otaChecksum cannot be read: {}", said.error().what),
                  "base64", printable(entry.ota_checksum), record.ledger.source);
    const Maybe<Bytes> found = ota.image.digest(type);
    if (found == nullptr)
      return unknown(
          fmt::format("the checksum {} of {} was not made", type_text(type), place(ota)));
    if (*said == *found) return std::nullopt;
    // Core 11.23.6: ids are IANA's, 8 is SHA-512. The SDK's own script takes 8 for SHA-256, and
    // so do entries made with it.
    std::string hint;
    for (const OtaDigest& digest : ota.image.digests) {
      if (digest.value == *said)
        hint = fmt::format("; it is the image's {}", type_text(digest.type));
    }
    if (said->size() != found->size())
      return differs(record.ledger,
                     fmt::format("the ledger's otaChecksum has {} bytes, and its type {} has {}{}",
                                 said->size(), type_text(type), found->size(), hint),
                     entry.ota_checksum, base64(*found));
    return differs(record.ledger,
                   fmt::format("{} has not the checksum that the ledger gives{}", place(ota), hint),
                   entry.ota_checksum, base64(*found));
  });
}

// Our reading: a limit that the header leaves out is not contradicted by the ledger's.
Outcome applicable_range_matches_ledger(const RecordView& record) {
  return every_entry(record, [&](const auto& ota, const auto& h, const auto& entry) -> Problem {
    if (h.min_applicable && *h.min_applicable != entry.min_applicable)
      return differs(
          record.ledger,
          fmt::format("ledger and {} differ about the lowest version that may be updated",
                      place(ota)),
          std::to_string(entry.min_applicable), std::to_string(*h.min_applicable));
    if (h.max_applicable && *h.max_applicable != entry.max_applicable)
      return differs(
          record.ledger,
          fmt::format("ledger and {} differ about the highest version that may be updated",
                      place(ota)),
          std::to_string(entry.max_applicable), std::to_string(*h.max_applicable));
    return std::nullopt;
  });
}

constexpr const char* kEntry = "Matter Core 11.23.6";
constexpr const char* kCorrect =
    "publish the image that the ledger's entry describes; size and checksum of an entry cannot be "
    "changed, so another image needs another software version";

constexpr Check kChecks[] = {
    {
        .id = "ota.is-what-was-announced",
        .title = "the ledger's address leads to the version it is given for",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<is_what_was_announced>,
        .rule = "A hub that asks for one version and is given another offers it again and again.",
        .remedy = "correct the otaUrl of the entry",
    },
    {
        .id = "ota.version-is-known",
        .title = "the image's software version is on the ledger",
        .severity = kMustBeThere,
        .spec = kEntry,
        .after = {"ledger.answers", "ota.is-wellformed"},
        .consequence_of = {"ota.vendor-matches-device", "ota.product-matches-device",
                           "ota.is-what-was-announced", "ledger.vendor-is-known",
                           "ledger.model-is-known", "credentials.no-test-vendor",
                           "credentials.no-development-dac", "credentials.no-test-paa"},
        .open_on_main_only = true,
        .proves_authenticity = false,
        .run = rule<version_is_known>,
        .rule = "Hubs find updates on the ledger, and compare what they fetch with it.",
        .remedy = "publish the software version on the ledger",
        .when_unknown =
            "fetch the entry (matter-attest dcl sync), or give a snapshot or node that has it",
    },
    {
        .id = "ota.version-is-valid",
        .title = "the vendor did not withdraw the image's software version",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.version-is-known"},
        .proves_authenticity = false,
        .run = rule<version_is_valid>,
        .rule = "softwareVersionValid false is the vendor's own \"do not use\".",
        .remedy = "take an image of a version that is in force",
    },
    {
        .id = "ota.version-string-matches-ledger",
        .title = "ledger and image call the software version the same",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.version-is-known"},
        .consequence_of = {"ota.version-string-matches-device"},
        .proves_authenticity = false,
        .run = rule<version_string_matches_ledger>,
        .rule = "The text belongs to the number.",
        .remedy = "pack the image with the text that was published",
    },
    {
        .id = "ota.is-announced",
        .title = "the ledger gives size and checksum of the image",
        .severity = kMustBeThere,
        .spec = kEntry,
        .after = {"ota.version-is-known"},
        .proves_authenticity = false,
        .run = rule<is_announced>,
        .rule = "Without them nothing binds the image to what was certified.",
        .remedy = "publish otaUrl, otaFileSize and otaChecksum with the software version",
    },
    {
        .id = "ota.size-matches-ledger",
        .title = "the image has the size that the ledger gives",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.version-is-known"},
        .consequence_of = {"ota.sizes-agree", "ota.size-is-as-stated", "ota.is-what-was-announced"},
        .proves_authenticity = false,
        .run = rule<size_matches_ledger>,
        .rule = "otaFileSize counts the whole file, header included.",
        .remedy = kCorrect,
    },
    {
        .id = "ota.checksum-type-is-known",
        .title = "the ledger's checksum is of a known type",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.version-is-known"},
        .proves_authenticity = false,
        .run = rule<checksum_type_is_known>,
        .rule = "1 is SHA-256, 7 SHA-384, 8 SHA-512, 10 to 12 SHA3-256, -384 and -512.",
        .remedy = "have the ledger's entry corrected",
    },
    {
        .id = "ota.checksum-matches-ledger",
        .title = "the image is the one that was published",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.checksum-type-is-known"},
        .consequence_of = {"ota.sizes-agree", "ota.size-is-as-stated", "ota.payload-digest-matches",
                           "ota.size-matches-ledger", "ota.version-string-matches-ledger",
                           "ota.version-string-matches-device",
                           "ota.applicable-range-matches-ledger", "ota.is-what-was-announced"},
        .proves_authenticity = false,
        .run = rule<checksum_matches_ledger>,
        .rule = "otaChecksum is over the whole file, and the only thing on the ledger that tells "
                "this image from another.",
        .remedy = kCorrect,
        .when_unknown =
            "judge the image with the ledger's entry of its version at hand (--ota, --ledger)",
    },
    {
        .id = "ota.applicable-range-matches-ledger",
        .title = "ledger and image agree about the versions that may be updated",
        .severity = kMustAgree,
        .spec = kEntry,
        .after = {"ota.version-is-known"},
        .proves_authenticity = false,
        .run = rule<applicable_range_matches_ledger>,
        .rule = "Hubs offer by the ledger's limits, devices accept by the image's.",
        .remedy = kCorrect,
    },
};

}  // namespace

std::span<const Check> ota_ledger_checks() {
  return kChecks;
}

}  // namespace attest
