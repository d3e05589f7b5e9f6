// Software images beside a device: one that is right in everything passes every check, and one
// wrong thing a row gives one finding, on that thing.

#include <functional>

#include "tests/support/check_rows.h"
#include "tests/support/ota_images.h"
#include "tests/support/support.h"
#include "tests/support/version_ledger.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// A device of version 7, its update to version 9, and the ledger's entry of version 9.
struct World {
  OtaParts image;
  std::optional<size_t> cut_at;  // the file as it came
  std::vector<Given> device = {{FactId::vendor_id, uint64_t{0xFFF1}},
                               {FactId::product_id, uint64_t{0x8000}},
                               {FactId::software_version, uint64_t{kDevices}},
                               {FactId::software_version_string, std::string("7.0")}};
  ModelVersion entry{.vid = 0xFFF1,
                     .pid = 0x8000,
                     .software_version = 9,
                     .software_version_string = "9.0",
                     .firmware_information = "",
                     .ota_url = "https://example.com/9.ota",
                     .ota_checksum = "",
                     .ota_checksum_type = 1,
                     .min_applicable = 3,
                     .max_applicable = 8};
  std::optional<Fact<ModelVersion>> entry_fact;
  std::optional<ModelVersion> fetched_from;
  std::optional<OtaFetch> fetch;
  bool cut = false, given = true;
  Network network = Network::test;

  World() {
    image.header.min_applicable = 3;
    image.header.max_applicable = 8;
    image.header.release_notes_url = "https://example.com/9";
    publish();
  }
  // The ledger's entry describes the image as it is now.
  void publish() {
    const Bytes file = image.bytes();
    entry.ota_file_size = file.size();
    entry.ota_checksum = base64(digest_of(entry.ota_checksum_type, file));
  }
  void say(FactId fact, FactValue value) {
    std::erase_if(device, [&](const Given& g) { return g.fact == fact; });
    device.push_back({fact, std::move(value)});
  }
  Report judge() const {
    Bytes file = image.bytes();
    if (cut_at) file.resize(*cut_at);
    VersionLedger ledger;
    ledger.entry = entry_fact ? *entry_fact : Fact<ModelVersion>(Found<ModelVersion>{entry, kFrom});
    Reading reading;
    reading.device = device_of(device);
    if (given)
      reading.ota_images.push_back({.place = {.path = "update.ota", .offset = {}, .item = {}},
                                    .image = scan_ota_image(file)});
    const Policy policy{
        .network = network, .at = Instant{1'780'000'000}, .required = {}, .show_passcode = false};
    Evidence e = gather(std::move(reading), policy, TrustStore::builtin(false),
                        network == Network::none ? nullptr : &ledger, openssl_engine());
    e.ota_fetch = fetch;
    if (given) e.ota_images[0].fetched_from = fetched_from, e.ota_images[0].cut = cut;
    return attest::judge(e);
  }
};

struct Row {
  const char* what;
  const char* id;
  Status status;
  const char* words;
  std::function<void(World&)> change;
};

const Row kRows[] = {
    {"fetch failed", "ota.is-fetched", Status::unknown, "https://example.com/9.ota: no connection",
     [](World& w) {
       w.fetch = OtaFetch{.outcome = OtaFetch::Outcome::failed,
                          .why = "https://example.com/9.ota: no connection"};
     }},
    {"no file identifier", "ota.is-wellformed", Status::fail,
     "update.ota is no OTA image that can be read: fixed part: expected 16 bytes, found 3",
     [](World& w) { w.cut_at = 3; }},
    {"header cut", "ota.is-wellformed", Status::fail, "header: expected 91 bytes, found 34",
     [](World& w) { w.cut_at = 50; }},
    {"total size", "ota.sizes-agree", Status::fail,
     "the sizes in update.ota contradict each other: 3106 bytes in all are not 107 of header and "
     "3000 of payload",
     [](World& w) { w.image.unseal().header.total_size -= 1; }},
    {"total size, the file follows it", "ota.sizes-agree", Status::fail, "contradict each other",
     [](World& w) { w.image.unseal().header.total_size -= 1, w.cut_at = 3106; }},
    {"payload size", "ota.sizes-agree", Status::fail, "of header and 2999 of payload",
     [](World& w) { w.image.unseal().header.payload_size -= 1; }},
    {"sizes that overflow", "ota.sizes-agree", Status::fail, "18446744073709551615 of payload",
     [](World& w) { w.image.unseal().header.payload_size = ~uint64_t{0}; }},
    {"truncated", "ota.size-is-as-stated", Status::fail, "update.ota ends 1107 bytes too early",
     [](World& w) { w.cut_at = 2000; }},
    {"trailing", "ota.size-is-as-stated", Status::fail, "update.ota has 4 bytes after its end",
     [](World& w) { w.image.trailing = Bytes(4, 0); }},
    {"no version string", "ota.version-string-is-usable", Status::fail,
     "the software version string in update.ota has 0 bytes",
     [](World& w) {
       w.image.header.software_version_string = w.entry.software_version_string = "", w.publish();
     }},
    {"version string of 65 bytes", "ota.version-string-is-usable", Status::fail, "has 65 bytes",
     [](World& w) {
       w.image.header.software_version_string = w.entry.software_version_string =
           std::string(65, '9'),
       w.publish();
     }},
    {"release notes over http", "ota.release-notes-are-https", Status::warn,
     "is not an https address",
     [](World& w) { w.image.header.release_notes_url = "http://example.com", w.publish(); }},
    {"release notes too long", "ota.release-notes-are-https", Status::warn, "has 300 bytes",
     [](World& w) {
       w.image.header.release_notes_url = "https://" + std::string(292, 'x'), w.publish();
     }},
    {"lowest above highest", "ota.applicable-range-is-usable", Status::fail,
     "no version can be updated with update.ota: the lowest is 8, the highest 3",
     [](World& w) {
       w.image.header.min_applicable = w.entry.min_applicable = 8,
       w.image.header.max_applicable = w.entry.max_applicable = 3, w.publish();
     }},
    {"lowest at the image's own", "ota.applicable-range-is-usable", Status::fail,
     "it holds version 9 and is for 9 and later",
     [](World& w) {
       w.image.header.min_applicable = w.entry.min_applicable = 9,
       w.image.header.max_applicable.reset(), w.publish();
     }},
    {"highest at the image's own", "ota.applicable-range-ends-below-version", Status::warn,
     "update.ota holds version 9 and says that it is for versions up to 9",
     [](World& w) { w.image.header.max_applicable = w.entry.max_applicable = 9, w.publish(); }},
    {"digest type", "ota.digest-type-is-known", Status::fail, "the digest type in update.ota is 13",
     [](World& w) { w.image.header.digest_type = 13, w.publish(); }},
    {"digest cut short", "ota.digest-is-long-enough", Status::warn,
     "the digest in update.ota is 2 (sha-256-128), which has 128 bits",
     [](World& w) { w.image.header.digest_type = 2, w.publish(); }},
    {"payload changed", "ota.payload-digest-matches", Status::fail,
     "the payload of update.ota does not have the digest that its header gives",
     [](World& w) { w.image.unseal().payload[77] ^= 1; }},
    {"digest changed", "ota.payload-digest-matches", Status::fail, "does not have the digest",
     [](World& w) { w.image.unseal().header.digest[0] ^= 1; }},
    {"digest of another length", "ota.payload-digest-matches", Status::fail,
     "the digest in update.ota has 32 bytes, 8 (sha-512) has 64",
     [](World& w) { w.image.unseal().header.digest_type = 8, w.publish(); }},
    {"another vendor's", "ota.vendor-matches-device", Status::fail,
     "update.ota is for vendor 0xFFF2, the device is 0xFFF1",
     [](World& w) {
       w.image.header.vendor_id = 0xFFF2, w.image.header.product_id = 0x8001,
       w.entry_fact = Absent{kFrom};
     }},
    {"another product's", "ota.product-matches-device", Status::fail,
     "update.ota is for product 0x8001, the device is 0x8000",
     [](World& w) { w.image.header.product_id = 0x8001, w.entry_fact = Absent{kFrom}; }},
    {"text of the device's own version", "ota.version-string-matches-device", Status::fail,
     "device and image call software version 9 differently: \"9.1\" and \"9.0\"",
     [](World& w) {
       w.say(FactId::software_version, uint64_t{9}),
           w.say(FactId::software_version_string, std::string("9.1")),
           w.entry.software_version_string = "9.1";
     }},
    {"older than the device", "ota.applies-to-device", Status::warn,
     "update.ota holds version 9, older than the device's 10",
     [](World& w) { w.say(FactId::software_version, uint64_t{10}); }},
    {"device too old", "ota.applies-to-device", Status::warn,
     "update.ota is not for a device of version 2, but for versions from 3",
     [](World& w) { w.say(FactId::software_version, uint64_t{2}); }},
    {"device too new", "ota.applies-to-device", Status::warn,
     "is not for a device of version 7, but for versions up to 5",
     [](World& w) { w.image.header.max_applicable = w.entry.max_applicable = 5, w.publish(); }},
    {"fetched another version", "ota.is-what-was-announced", Status::fail,
     "the otaUrl of software version 8 leads to an image of software version 9",
     [](World& w) { w.fetched_from = w.entry, w.fetched_from->software_version = 8; }},
    {"not on the ledger", "ota.version-is-known", Status::warn,
     "software version 9 of product 0x8000 of vendor 0xFFF1, which update.ota holds, is not on the "
     "ledger testnet-2.0",
     [](World& w) { w.entry_fact = Absent{kFrom}; }},
    {"ledger cut off", "ota.version-is-known", Status::unknown,
     "is on the ledger is not known: cut off", [](World& w) { w.entry_fact = Unknown{"cut off"}; }},
    {"withdrawn", "ota.version-is-valid", Status::fail,
     "the vendor withdrew software version 9, which update.ota holds",
     [](World& w) { w.entry.valid = false; }},
    {"text of the ledger", "ota.version-string-matches-ledger", Status::fail,
     "ledger and image call software version 9 differently",
     [](World& w) { w.entry.software_version_string = "9"; }},
    {"not announced", "ota.is-announced", Status::warn,
     "the ledger's entry of software version 9 has neither size nor checksum",
     [](World& w) { w.entry.ota_file_size = 0, w.entry.ota_checksum = "", w.entry.ota_url = ""; }},
    {"size of the ledger", "ota.size-matches-ledger", Status::fail,
     "update.ota has not the size that the ledger gives",
     [](World& w) { w.entry.ota_file_size = 9007199254740993; }},
    {"more than announced", "ota.size-matches-ledger", Status::fail,
     "behind the ledger's otaUrl there is more than its otaFileSize of 2000 bytes",
     [](World& w) {
       w.entry.ota_file_size = 2000, w.fetched_from = w.entry, w.cut_at = 2000, w.cut = true;
     }},
    {"checksum type", "ota.checksum-type-is-known", Status::fail,
     "the ledger's otaChecksumType is 9", [](World& w) { w.entry.ota_checksum_type = 9; }},
    {"checksum", "ota.checksum-matches-ledger", Status::fail,
     "update.ota has not the checksum that the ledger gives",
     [](World& w) { w.entry.ota_checksum = base64(Bytes(32, 7)); }},
    {"SHA-256 under the id of SHA-512", "ota.checksum-matches-ledger", Status::fail,
     "has 32 bytes, and its type 8 (sha-512) has 64; it is the image's 1 (sha-256)",
     [](World& w) { w.entry.ota_checksum_type = 8; }},
    {"SHA-512 under the id of SHA3-512", "ota.checksum-matches-ledger", Status::fail,
     "update.ota has not the checksum that the ledger gives; it is the image's 8 (sha-512)",
     [](World& w) { w.entry.ota_checksum_type = 8, w.publish(), w.entry.ota_checksum_type = 12; }},
    {"checksum in hex", "ota.checksum-matches-ledger", Status::fail,
     "the ledger's otaChecksum cannot be read",
     [](World& w) { w.entry.ota_checksum = "0x" + hex(Bytes(32, 7)); }},
    {"lowest of the ledger", "ota.applicable-range-matches-ledger", Status::fail,
     "ledger and update.ota differ about the lowest version",
     [](World& w) { w.entry.min_applicable = 4; }},
    {"highest of the ledger", "ota.applicable-range-matches-ledger", Status::fail,
     "ledger and update.ota differ about the highest version",
     [](World& w) { w.entry.max_applicable = 7; }},
};

bool is_noticed(const Finding& f) {
  return f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown;
}

void check_row(const Row& row) {
  World w;
  row.change(w);
  const Report report = w.judge();
  for (const Finding& f : report.findings) {
    const std::string id = f.check->id;
    if (!id.starts_with("ota.")) continue;
    if (id == row.id) {
      CHECK_MESSAGE(f.status == row.status,
                    id << " is " << status_name(f.status) << ": " << f.message);
      CHECK_MESSAGE(f.message.find(row.words) != std::string::npos, id << ": " << f.message);
    } else {
      CHECK_MESSAGE(!is_noticed(f), "besides, " << id << ": " << f.message);
    }
  }
}

}  // namespace

TEST_CASE("ota: one wrong thing, one finding") {
  std::set<std::string> noticed;
  for (const Row& row : kRows) {
    CAPTURE(row.what);
    check_row(row);
    noticed.insert(row.id);
  }
  for (const Check* check : catalogue()) {
    if (std::string_view(check->id).starts_with("ota."))
      CHECK_MESSAGE(noticed.count(check->id) == 1, std::string(check->id) << ": no row fails it");
  }
}

TEST_CASE("ota: an image that is right passes every check") {
  for (const uint32_t type : {1u, 7u, 8u, 10u, 11u, 12u}) {
    CAPTURE(type);
    World w;
    w.image.header.digest_type = w.entry.ota_checksum_type = type;
    w.say(FactId::software_version, uint64_t{9});
    w.say(FactId::software_version_string, std::string("9.0"));
    w.fetch = OtaFetch{.outcome = OtaFetch::Outcome::fetched, .why = ""};
    w.publish();
    w.fetched_from = w.entry;
    const Report report = w.judge();
    for (const Finding& f : report.findings) {
      if (std::string_view(f.check->id).starts_with("ota."))
        CHECK_MESSAGE(f.status == Status::pass, std::string(f.check->id)
                                                    << " is " << status_name(f.status) << ": "
                                                    << f.message);
    }
  }
}

TEST_CASE("ota: what does not apply is skipped, and what is unknown never passes") {
  const auto status = [](const World& w, const char* id) {
    return w.judge().findings[check_index(*find_check(id))].status;
  };
  World none;
  none.given = false;
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (id.starts_with("ota.")) CHECK_MESSAGE(status(none, check->id) == Status::skipped, id);
  }
  World alone;
  alone.network = Network::none;
  for (const char* id :
       {"ota.version-is-known", "ota.checksum-matches-ledger", "ota.size-matches-ledger"})
    CHECK(status(alone, id) == Status::skipped);
  CHECK(status(alone, "ota.payload-digest-matches") == Status::pass);
  World first;
  first.fetch =
      OtaFetch{.outcome = OtaFetch::Outcome::nothing, .why = "the ledger's entry names no image"};
  CHECK(status(first, "ota.is-fetched") == Status::skipped);
  World open_limits;  // left out, so not contradicted
  open_limits.image.header.min_applicable.reset();
  open_limits.image.header.max_applicable.reset();
  open_limits.publish();
  CHECK(status(open_limits, "ota.applicable-range-matches-ledger") == Status::pass);
  World sha3;  // sha3-224, which only SDK headers know
  sha3.image.header.digest_type = 9;
  sha3.publish();
  CHECK(status(sha3, "ota.payload-digest-matches") == Status::unknown);
  World by_declaration;
  by_declaration.device.clear();
  CHECK(status(by_declaration, "ota.vendor-matches-device") == Status::skipped);
  World own;  // the image of the version that the device runs: the entry is the device's, and told
              // of there
  own.say(FactId::software_version, uint64_t{9});
  own.entry_fact = Absent{kFrom};
  const Report report = own.judge();
  const Finding& known = report.findings[check_index(*find_check("ota.version-is-known"))];
  CHECK(known.status == Status::blocked);
  CHECK(std::string(known.blocked_by->id) == "ledger.version-is-known");
  own.entry_fact.reset();
  own.entry.valid = false;
  CHECK(status(own, "ota.version-is-valid") == Status::blocked);
  World unknown_entry;
  unknown_entry.entry_fact = Unknown{"cut off"};
  CHECK(status(unknown_entry, "ota.checksum-matches-ledger") == Status::blocked);
}
