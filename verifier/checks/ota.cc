// Checks on software images (Core 11.20): the image by itself and against the device it is for. A
// home's hub offers and a device installs what passes here.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/counted.h"
#include "verifier/checks/ota_rules.h"

namespace attest {
namespace {

using namespace ota_rules;

constexpr size_t kMaxVersionString = 64, kMaxReleaseNotesUrl = 256;  // bytes; Core 11.20
constexpr size_t kLeastDigest = 32;                                  // bytes: 256 bits

std::string bytes_text(uint64_t n) {
  return counted(n, "byte");
}

// --- the image by itself ---

Outcome is_fetched(const RecordView& record) {
  if (!record.ota_fetch) return skipped("no OTA image was to be fetched");
  if (record.ota_fetch->outcome == OtaFetch::Outcome::fetched) return pass();
  return record.ota_fetch->outcome == OtaFetch::Outcome::nothing ? skipped(record.ota_fetch->why)
                                                                 : unknown(record.ota_fetch->why);
}

Outcome is_wellformed(const RecordView& record) {
  return every(record, [](const OtaEvidence& ota) -> Problem {
    if (!ota.image.header)
      return fail(
          fmt::format("{} is no OTA image that can be read: {}", place(ota), ota.image.problem),
          "a Matter OTA image", ota.image.problem, place(ota));
    return std::nullopt;
  });
}

Outcome sizes_agree(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    // A sum that overflows agrees with nothing.
    if (h.total_size >= h.payload_offset() && h.total_size - h.payload_offset() == h.payload_size)
      return std::nullopt;
    return fail(fmt::format("the sizes in {} contradict each other: {} bytes in all are not {} of "
                            "header and {} of payload",
                            place(ota), h.total_size, h.payload_offset(), h.payload_size),
                "total size = header + payload",
                fmt::format("{} and {} + {}", h.total_size, h.payload_offset(), h.payload_size),
                place(ota));
  });
}

Outcome size_is_as_stated(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const uint64_t said = h.total_size, found = ota.image.size;
    if (ota.cut) return blocked("ota.size-matches-ledger");
    if (said == found) return std::nullopt;
    const std::string what =
        found < said ? fmt::format("{} ends {} too early", place(ota), bytes_text(said - found))
                     : fmt::format("{} has {} after its end", place(ota), bytes_text(found - said));
    return fail(what, fmt::format("{} bytes", said), fmt::format("{} bytes", found), place(ota));
  });
}

Outcome version_string_is_usable(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const size_t size = h.software_version_string.size();
    if (size >= 1 && size <= kMaxVersionString) return std::nullopt;
    return fail(fmt::format("the software version string in {} has {} bytes", place(ota), size),
                fmt::format("1 to {} bytes", kMaxVersionString), fmt::format("{}", size),
                place(ota));
  });
}

Outcome release_notes_are_https(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const auto& url = h.release_notes_url;
    if (!url || (url->starts_with("https://") && url->size() <= kMaxReleaseNotesUrl))
      return std::nullopt;
    const bool length = url->size() > kMaxReleaseNotesUrl;
    return fail(
        fmt::format("the address of the release notes in {} {}", place(ota),
                    length ? fmt::format("has {} bytes", url->size()) : "is not an https address"),
        fmt::format("https://..., at most {} bytes", kMaxReleaseNotesUrl),
        printable(url->substr(0, 80)), place(ota));
  });
}

// An update only goes up (Core 11.20.3), so a device that may take the image runs a version below
// the image's.
Outcome applicable_range_is_usable(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const uint32_t least = h.min_applicable.value_or(0);
    if (h.max_applicable && least > *h.max_applicable)
      return fail(fmt::format("no version can be updated with {}: the lowest is {}, the highest {}",
                              place(ota), least, *h.max_applicable),
                  "lowest <= highest", fmt::format("{} > {}", least, *h.max_applicable),
                  place(ota));
    if (h.min_applicable && least >= h.software_version)
      return fail(
          fmt::format(
              "no version can be updated with {}: it holds version {} and is for {} and later",
              place(ota), h.software_version, least),
          fmt::format("below {}", h.software_version), std::to_string(least), place(ota));
    return std::nullopt;
  });
}

Outcome applicable_range_ends_below(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    if (!h.max_applicable || *h.max_applicable < h.software_version) return std::nullopt;
    return fail(fmt::format("{} holds version {} and says that it is for versions up to {}",
                            place(ota), h.software_version, *h.max_applicable),
                fmt::format("below {}", h.software_version), std::to_string(*h.max_applicable),
                place(ota));
  });
}

Outcome digest_type_is_known(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const uint32_t type = h.digest_type;
    if (ota_digest_size(type) != 0) return std::nullopt;
    return fail(fmt::format("the digest type in {} is {}", place(ota), type),
                "1 to 12, as registered with IANA", std::to_string(type), place(ota));
  });
}

Outcome digest_is_long_enough(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const uint32_t type = h.digest_type;
    if (ota_digest_size(type) >= kLeastDigest) return std::nullopt;
    return fail(fmt::format("the digest in {} is {}, which has {} bits", place(ota),
                            type_text(type), 8 * ota_digest_size(type)),
                "256 bits or more", type_text(type), place(ota));
  });
}

Outcome payload_digest_matches(const RecordView& record) {
  return every_header(record, [](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    if (ota.cut) return blocked("ota.size-matches-ledger");
    const size_t size = ota_digest_size(h.digest_type);
    if (h.digest.size() != size)
      return fail(fmt::format("the digest in {} has {} bytes, {} has {}", place(ota),
                              h.digest.size(), type_text(h.digest_type), size),
                  fmt::format("{} bytes", size), fmt::format("{} bytes", h.digest.size()),
                  place(ota));
    if (!ota.image.payload_digest)
      return unknown(fmt::format("the digest in {} is {}, which is not made here", place(ota),
                                 type_text(h.digest_type)));
    if (*ota.image.payload_digest == h.digest) return std::nullopt;
    return fail(
        fmt::format("the payload of {} does not have the digest that its header gives", place(ota)),
        hex(h.digest), hex(*ota.image.payload_digest), place(ota));
  });
}

// --- against the device ---

// What the device is: Basic Information says it, else the declaration, else the DAC.
struct DeviceIds {
  MaybeValue<uint16_t> vid;
  std::vector<uint16_t> pids;
  const char* by = "";
};
DeviceIds device_ids(const RecordView& record) {
  if (const auto pid = record.pid; record.vid || pid)
    return {.vid = record.vid,
            .pids = pid ? std::vector{*pid} : std::vector<uint16_t>{},
            .by = "the device is"};
  if (const auto cd = record.cd_if_any)
    return {.vid = cd->vendor_id, .pids = cd->product_ids, .by = "the declaration names"};
  if (const auto& dac = record.dac_if_any) {
    const auto pid = dac->pid();
    return {.vid = dac->vid(),
            .pids = pid ? std::vector{*pid} : std::vector<uint16_t>{},
            .by = "the DAC names"};
  }
  return {};
}

Outcome vendor_matches_device(const RecordView& record) {
  const DeviceIds device = device_ids(record);
  if (!device.vid) return skipped("the device's vendor id is not in the evidence");
  return every_header(record, [&](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const uint16_t vid = h.vendor_id;
    if (vid == *device.vid) return std::nullopt;
    return fail(fmt::format("{} is for vendor {}, {} {}", place(ota), hex_id(vid), device.by,
                            hex_id(*device.vid)),
                hex_id(*device.vid), hex_id(vid), place(ota));
  });
}

Outcome product_matches_device(const RecordView& record) {
  const DeviceIds device = device_ids(record);
  if (device.pids.empty()) return skipped("the device's product id is not in the evidence");
  return every_header(record, [&](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    const uint16_t pid = h.product_id;
    if (std::find(device.pids.begin(), device.pids.end(), pid) != device.pids.end())
      return std::nullopt;
    const std::string first = hex_id(first_of(device.pids)),
                      more = device.pids.size() > 1
                                 ? fmt::format(" and {} more", device.pids.size() - 1)
                                 : "";
    return fail(fmt::format("{} is for product {}, {} {}{}", place(ota), hex_id(pid), device.by,
                            first, more),
                first + more, hex_id(pid), place(ota));
  });
}

Outcome version_string_matches_device(const RecordView& record) {
  const auto version = record.device.number<FactId::software_version>();
  const auto string = record.device.string<FactId::software_version_string>();
  if (!version || string == nullptr)
    return skipped("the device's software version and its text are not both in the evidence");
  bool same_version = false;
  Outcome out = every_header(record, [&](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    if (h.software_version != *version) return std::nullopt;
    same_version = true;
    if (h.software_version_string == *string) return std::nullopt;
    return fail(fmt::format("device and image call software version {} differently: {} and {}",
                            *version, quoted(*string), quoted(h.software_version_string)),
                quoted(*string), quoted(h.software_version_string), place(ota));
  });
  if (out.status == Status::pass && !same_version)
    return skipped("the image holds another software version than the device");
  return out;
}

Outcome applies_to_device(const RecordView& record) {
  const auto version = record.device.number<FactId::software_version>();
  if (!version) return skipped("the device's software version is not in the evidence");
  return every_header(record, [&](const OtaEvidence& ota, const OtaHeader& h) -> Problem {
    if (h.software_version == *version) return std::nullopt;
    if (h.software_version < *version)
      return fail(fmt::format("{} holds version {}, older than the device's {}", place(ota),
                              h.software_version, *version),
                  fmt::format("{} or later", *version), std::to_string(h.software_version),
                  place(ota));
    const bool below = *version < h.min_applicable.value_or(0),
               above = h.max_applicable && *version > *h.max_applicable;
    if (!below && !above) return std::nullopt;
    return fail(fmt::format("{} is not for a device of version {}, but for {} {}", place(ota),
                            *version, below ? "versions from" : "versions up to",
                            below ? *h.min_applicable : *h.max_applicable),
                fmt::format("{} to {}", h.min_applicable.value_or(0),
                            h.max_applicable ? std::to_string(*h.max_applicable) : "any"),
                std::to_string(*version), place(ota));
  });
}

// --- against the ledger ---

constexpr const char* kFormat = "Matter Core 11.20";
constexpr const char
    *kPackAgain = "pack the image again",
    *kFetchAgain = "copy or fetch the image again; if it is the published one, publish it anew",
    *kThisImage = "take the image of this product";

constexpr Check kChecks[] = {
    {
        .id = "ota.is-fetched",
        .title = "the image that the ledger names could be fetched",
        .spec = kEntry,
        .proves_authenticity = false,
        .run = rule<is_fetched>,
        .rule = "Hubs fetch an update from the entry's otaUrl. What could not be fetched was not "
                "judged.",
        .remedy = "try again later, or give the image with --ota",
        .when_unknown = "let the image's server be asked, or hand the image over with --ota",
    },
    {
        .id = "ota.is-wellformed",
        .title = "the image's header can be read",
        .spec = kFormat,
        .proves_authenticity = false,
        .run = rule<is_wellformed>,
        .rule = "File identifier, sizes and the TLV header, its fields in order: a device that "
                "cannot read them refuses the image.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.sizes-agree",
        .title = "the sizes in the header add up",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<sizes_agree>,
        .rule = "Total size is fixed part, header and payload. A device reserves space by the one "
                "and stops by the other.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.size-is-as-stated",
        .title = "the image is as long as its header says",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .consequence_of = {"ota.sizes-agree"},
        .proves_authenticity = false,
        .run = rule<size_is_as_stated>,
        .rule = "An image that ends early was cut off; what follows its end was never meant to be "
                "installed.",
        .remedy = kFetchAgain,
    },
    {
        .id = "ota.version-string-is-usable",
        .title = "the image's software version string has 1 to 64 bytes",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<version_string_is_usable>,
        .rule = "A longer one lets the SDK's devices refuse the image; an empty one tells its user "
                "nothing.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.release-notes-are-https",
        .title = "the image's release notes are at an https address",
        .severity = kWarning,
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<release_notes_are_https>,
        .rule = "The address is shown to the user.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.applicable-range-is-usable",
        .title = "some version can be updated with the image",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<applicable_range_is_usable>,
        .rule = "Lowest and highest applicable version must leave one below the image's own: "
                "devices do not go back.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.applicable-range-ends-below-version",
        .title = "the image is for versions below its own",
        .severity = kWarning,
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .consequence_of = {"ota.applicable-range-is-usable"},
        .proves_authenticity = false,
        .run = rule<applicable_range_ends_below>,
        .rule = "A highest applicable version at or above the image's own means nothing, and the "
                "SDK's tool refuses to write it.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.digest-type-is-known",
        .title = "the image's digest is of a known type",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<digest_type_is_known>,
        .rule = "The number is from IANA's registry of named hash algorithms.",
        .remedy = kPackAgain,
    },
    {
        .id = "ota.digest-is-long-enough",
        .title = "the image's digest has 256 bits or more",
        .severity = kWarning,
        .spec = kFormat,
        .after = {"ota.digest-type-is-known"},
        .proves_authenticity = false,
        .run = rule<digest_is_long_enough>,
        .rule = "A digest cut short lets somebody make another payload with the same one.",
        .remedy = "pack the image again with sha-256",
    },
    {
        .id = "ota.payload-digest-matches",
        .title = "the payload is the one that was packed",
        .spec = kFormat,
        .after = {"ota.digest-type-is-known"},
        .consequence_of = {"ota.size-is-as-stated", "ota.sizes-agree"},
        .proves_authenticity = false,
        .run = rule<payload_digest_matches>,
        .rule = "The header's digest is over the payload alone. A device that checks it refuses a "
                "damaged image; one that does not installs it.",
        .remedy = kFetchAgain,
        .when_unknown = "compute the digest of the payload with a tool that knows this algorithm",
    },
    {
        .id = "ota.vendor-matches-device",
        .title = "the image is for the device's vendor",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .proves_authenticity = false,
        .run = rule<vendor_matches_device>,
        .rule = "A device installs its vendor's images only.",
        .remedy = kThisImage,
    },
    {
        .id = "ota.product-matches-device",
        .title = "the image is for the device's product",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .consequence_of = {"ota.vendor-matches-device"},
        .proves_authenticity = false,
        .run = rule<product_matches_device>,
        .rule = "Another product's image makes a device of another kind, or none.",
        .remedy = kThisImage,
    },
    {
        .id = "ota.version-string-matches-device",
        .title = "device and image call the same software version the same",
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .consequence_of = {"ota.vendor-matches-device", "ota.product-matches-device",
                           "ledger.version-string-matches"},
        .proves_authenticity = false,
        .run = rule<version_string_matches_device>,
        .rule = "A device that runs the image's version reports the image's text for it.",
        .remedy = "build firmware and image from the same version constants",
    },
    {
        .id = "ota.applies-to-device",
        .title = "the device would take the image",
        .severity = kWarning,
        .spec = kFormat,
        .after = {"ota.is-wellformed"},
        .consequence_of = {"ota.applicable-range-is-usable", "ota.vendor-matches-device",
                           "ota.product-matches-device"},
        .proves_authenticity = false,
        .run = rule<applies_to_device>,
        .rule =
            "Only a newer version is installed, and only on versions within the image's limits.",
        .remedy = "take a later image, or one for the device's version",
    },
};

}  // namespace

std::span<const Check> ota_checks() {
  return kChecks;
}

}  // namespace attest
