// Revocation sets by both rules: the SDK's, which compares texts and ends its search, and ours.

#include "verifier/matter/revocation_set.h"

#include <fmt/format.h>

#include "fixtures/forge/device_builder.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct World {
  forge::Device device = forge::make(forge::good_plan("revocation set"));
  CertificatePtr dac = parse_certificate(device.dac).value(),
                 pai = parse_certificate(device.pai).value();
  std::string serial = hex_upper(dac->serial), name = base64(pai->subject.der),
              id = hex_upper(*pai->skid()), signer = base64(pai->der);
  std::string paa = base64(forge::certificate(forge::paa_fff1().plan, forge::paa_fff1().key));

  Json entry(const std::vector<std::string>& serials) const {
    Json numbers{Json::Array{}};
    for (const std::string& one : serials) numbers.push(one);
    return Json(Json::Object{})
        .set("type", "revocation_set")
        .set("issuer_subject_key_id", id)
        .set("issuer_name", name)
        .set("revoked_serial_numbers", std::move(numbers))
        .set("crl_signer_cert", signer);
  }
  Json entry() const { return entry({serial}); }
};

Json with(const Json& entry, std::string_view key, const Json& value) {
  Json out{Json::Object{}};
  bool there = false;
  for (const auto& [name, kept] : *entry.object()) {
    there = there || name == key;
    out.set(name, name == key ? value : kept);
  }
  return there ? out : out.set(std::string(key), value);
}
Json without(const Json& entry, std::string_view key) {
  Json out{Json::Object{}};
  for (const auto& [name, kept] : *entry.object()) {
    if (name != key) out.set(name, kept);
  }
  return out;
}
Json list(std::initializer_list<Json> values) {
  return Json::Array(values);
}

RevocationSetPtr set_of(std::vector<Json> entries) {
  auto set = parse_revocation_set(dump(Json(Json::Array(std::move(entries)))));
  REQUIRE_MESSAGE(set, (set ? "" : set.error().what));
  return *set;
}

std::string entry_text(const std::optional<size_t>& entry) {
  return entry ? fmt::format("[{}]", *entry) : "-";
}
// "ours, the SDK's, why not; what cannot be read; what the SDK loses"
std::string told(const RevocationSet& set, const Certificate& certificate) {
  const auto answer = set.of(certificate);
  std::string out = fmt::format("{} {}{}", entry_text(answer.entry), entry_text(answer.sdk_entry),
                                answer.unclear ? " unclear" : "");
  if (!answer.sdk_misses.empty()) out += ": " + answer.sdk_misses;
  for (const RevocationSetFault& fault : set.unreadable())
    out += fmt::format("\nunread [{}] {}", fault.entry, fault.what);
  for (const RevocationSetFault& fault : set.lost_on_sdk())
    out += fmt::format("\nlost [{}] {}", fault.entry, fault.what);
  return out;
}

}  // namespace

TEST_CASE("revocation set: the SDK's rule and ours, entry by entry") {
  const World w;
  const Json good = w.entry(), other = w.entry({"1234"});
  std::string lower = w.serial;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
  const std::string ends = "its search ends at entry [0]: ";
  const std::string not_signer =
      "its crl_signer_cert is of CN=Forged PAA for FFF1, VID=FFF1, which is not written as the "
      "entry's issuer is";
  const std::string odd = "the serial number is not written as " + w.serial;
  const std::string texts =
      "1 of 1 serial numbers are written otherwise than the SDK compares them, upper-case hex of "
      "an "
      "even length without leading zeros: ";
  const struct {
    const char* name;
    std::vector<Json> entries;
    std::string told;
  } rows[] = {
      {"nothing", {}, "- -"},
      {"as the SDK wants it", {good}, "[0] [0]"},
      {"another serial number", {other}, "- -"},
      {"two entries of one issuer", {other, good}, "[1] [1]"},
      {"another issuer",
       {with(good, "issuer_subject_key_id", std::string(40, '0'))},
       "- -\nlost [0] its crl_signer_cert has the key id " + w.id +
           ", which is not the entry's, so that the SDK's search ends there"},
      {"lower case",
       {w.entry({lower})},
       "[0] -: " + odd + "\nlost [0] " + texts + '"' + lower + '"'},
      {"a leading zero byte",
       {w.entry({"00" + w.serial})},
       "[0] -: " + odd + "\nlost [0] " + texts + "\"00" + w.serial + '"'},
      {"an odd number of digits",
       {w.entry({"0" + w.serial})},
       "[0] -: " + odd + "\nlost [0] " + texts + "\"0" + w.serial + '"'},
      {"a prefix",
       {w.entry({"0x" + w.serial})},
       "[0] -: " + odd + "\nlost [0] " + texts + "\"0x" + w.serial + '"'},
      {"its key id in lower case",
       {with(good, "issuer_subject_key_id", hex(*w.pai->skid()))},
       "[0] -: issuer_subject_key_id is not written in 40 upper-case digits\nlost [0] its "
       "issuer_subject_key_id is \"" +
           hex(*w.pai->skid()) +
           "\", which the SDK compares as a text with 40 upper-case digits\nlost [0] its "
           "crl_signer_cert has the key id " +
           w.id + ", which is not the entry's, so that the SDK's search ends there"},
      {"a signer that does not fit, behind it the entry",
       {with(other, "crl_signer_cert", w.paa), good},
       "[1] -: " + ends + not_signer + "\nlost [0] " + not_signer +
           ", so that the SDK's search ends there\nlost [1] the SDK's search ends before it, at "
           "entry [0] of the same issuer"},
      {"a delegator that does not fit",
       {with(good, "crl_signer_delegator", w.paa)},
       "[0] -: " + ends +
           "its crl_signer_delegator is of CN=Forged PAA for FFF1, VID=FFF1, which is not written "
           "as the entry's issuer is\nlost [0] its crl_signer_delegator is of CN=Forged PAA for "
           "FFF1, VID=FFF1, which is not written as the entry's issuer is, so that the SDK's "
           "search "
           "ends there"},
      {"a delegated list",
       {with(with(good, "crl_signer_cert", w.paa), "crl_signer_delegator", w.signer)},
       "[0] [0]"},
      {"no signer",
       {without(good, "crl_signer_cert")},
       "[0] -: " + ends +
           "its crl_signer_cert is not there\nlost [0] its crl_signer_cert is not there, so that "
           "the "
           "SDK's search ends there"},
      {"a signer that is not base64",
       {with(good, "crl_signer_cert", "!")},
       "[0] -: " + ends +
           "its crl_signer_cert is not base64\nlost [0] its crl_signer_cert is not base64, so that "
           "the SDK's search ends there"},
      {"a signer of 603 bytes",
       {with(good, "crl_signer_cert", base64(Bytes(603, 0x30)))},
       "[0] -: " + ends +
           "its crl_signer_cert has 603 bytes, of which the SDK reads 600 at most\nlost [0] its "
           "crl_signer_cert has 603 bytes, of which the SDK reads 600 at most, so that the SDK's "
           "search ends there"},
      {"a null, and behind it the entry",
       {Json(), good},
       "[1] [1]\nunread [0] expected an object, found null"},
      {"a number, and behind it the entry",
       {Json(7), good},
       "[1] -: its search ends at entry [0]: it is number, into which the SDK's reader cannot "
       "look\nunread [0] expected an object, found number\nlost [0] it is number, into which the "
       "SDK's reader cannot look: nothing from there on is found"},
      {"no issuer",
       {with(other, "issuer_name", "not base64"), good},
       "[1] [1]\nunread [0] issuer_name: expected a name in DER, in base64, found \"not base64\""},
      {"no issuer, and nothing else",
       {with(other, "issuer_name", Json(7))},
       "- - unclear\nunread [0] issuer_name: expected a name in DER, in base64, found number"},
      {"no key id",
       {without(other, "issuer_subject_key_id")},
       "- - unclear\nunread [0] issuer_subject_key_id: expected 20 bytes in hex, found none"},
      {"a serial number in base64 beside a good one",
       {w.entry({"MDAx=", w.serial})},
       "[0] [0]\nunread [0] revoked_serial_numbers: expected hex, and 1 of 2 cannot be read: [0] "
       "is "
       "\"MDAx=\""},
      {"a serial number that is a number",
       {with(good, "revoked_serial_numbers", list({Json(7)}))},
       "- - unclear\nunread [0] revoked_serial_numbers: expected hex, and 1 of 1 cannot be read: "
       "[0] "
       "is number"},
      {"no serial numbers",
       {with(good, "revoked_serial_numbers", w.serial)},
       "- - unclear\nunread [0] revoked_serial_numbers: expected an array, found \"" + w.serial +
           '"'},
      {"another type",
       {with(good, "type", "revoked")},
       "[0] [0]\nunread [0] type: expected \"revocation_set\", found \"revoked\""},
      {"a name that is no name",
       {with(other, "issuer_name", "MDAx")},
       "- - unclear\nunread [0] issuer_name: expected a name in DER: "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string found = told(*set_of(row.entries), *w.dac);
    CHECK_MESSAGE((found == row.told || (row.told.ends_with(": ") && found.starts_with(row.told))),
                  "\nfound    " << found << "\nexpected " << row.told);
  }
}

TEST_CASE("revocation set: what is none as a whole") {
  const struct {
    std::string text, what;
  } rows[] = {
      {"", "expected a revocation set, a JSON array: "},
      {"{}", "expected a revocation set, a JSON array, found object"},
      {"[{\"type\":", "expected a revocation set, a JSON array: "},
      {"[] 1", "expected a revocation set, a JSON array: "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto set = parse_revocation_set(row.text);
    REQUIRE_FALSE(set);
    CHECK_MESSAGE(set.error().what.starts_with(row.what), set.error().what);
  }
  CHECK(parse_revocation_set("\xEF\xBB\xBF[]"));
}

TEST_CASE("revocation set: of a hundred thousand serial numbers each is found at once") {
  const World w;
  std::vector<std::string> serials;
  for (int i = 0; i < 100'000; ++i) serials.push_back(fmt::format("01{:08X}", i));
  serials.push_back(w.serial);
  const auto set = set_of({w.entry(serials)});
  CHECK(set->serials() == 100'001);
  CHECK(told(*set, *w.dac) == "[0] [0]");
  for (int i = 0; i < 1'000; ++i) CHECK(set->names(*w.dac, *from_hex(serials.at(i * 100))));
  CHECK_FALSE(set->names(*w.dac, Bytes{0x02}));
}

// As the SDK's JSON library reads them: the last counts. The other entries are read all the same.
TEST_CASE("revocation set: a key that stands twice costs its entry alone") {
  const World w;
  const auto doubled = [&](std::string_view key, const std::string& first) {
    std::string out = dump(w.entry());
    return out.insert(1, fmt::format("\"{}\":{},", key, first));
  };
  const std::string zeros = '"' + std::string(40, '0') + '"';
  const auto said = [&](const std::string& text) {
    const auto set = parse_revocation_set(text);
    REQUIRE_MESSAGE(set, (set ? "" : set.error().what));
    return told(**set, *w.dac);
  };
  const std::string twice = "\" stands in it twice, and the SDK takes the last";
  CHECK(said("[" + doubled("issuer_subject_key_id", zeros) + "]") ==
        "[0] [0]\nunread [0] \"issuer_subject_key_id" + twice);
  CHECK(said("[" + doubled("type", "\"x\"") + "," + dump(w.entry({"1234"})) + "]") ==
        "[0] [0]\nunread [0] \"type" + twice);
  const std::string last = dump(with(w.entry({"1234"}), "comment", 1));
  const std::string hidden =
      last.substr(0, last.size() - 1) + ",\"revoked_serial_numbers\":[\"5678\"]}";
  CHECK(said("[" + hidden + "]") == "- - unclear\nunread [0] \"revoked_serial_numbers" + twice);
  CHECK(said("[" + hidden + "," + dump(w.entry()) + "]") ==
        "[1] [1]\nunread [0] \"revoked_serial_numbers" + twice);
}

// The SDK's own set, and every certificate of its vectors that is at hand, in the order of the
// entries.
TEST_CASE("revocation set: the SDK's sample, its seven entries and each vector beside it") {
  if (!have_shared("field/23-revocation-set-json") || !have_shared("matter-sdk")) return;
  const auto set = parse_revocation_set(
      text(slurp(shared() / "field/23-revocation-set-json/revocation-set.json")));
  REQUIRE(set);
  CHECK((*set)->entries().size() == 7);
  CHECK((*set)->unreadable().empty());
  CHECK((*set)->lost_on_sdk().empty());
  std::string counts;
  for (const RevocationSet::Entry& entry : (*set)->entries())
    counts += fmt::format(" {}", entry.numbers.size());
  CHECK(counts == " 1 3 1 1 1 1 1");

  const auto revoked = shared() / "matter-sdk/revoked",
             attestation = shared() / "matter-sdk/attestation";
  const struct {
    std::filesystem::path certificate;
    const char* told;  // ours, the SDK's
  } rows[] = {
      {revoked / "Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der", "[0] [0]"},
      {revoked / "Matter-Development-DAC-FFF1-8001-Revoked-01-Cert.der", "[1] [1]"},
      {revoked / "Matter-Development-DAC-FFF1-8001-Revoked-02-Cert.der", "[1] [1]"},
      {revoked / "Matter-Development-DAC-FFF1-8001-Revoked-03-Cert.der", "[1] [1]"},
      {revoked / "Chip-Test-DAC-FFF1-8001-Revoked-Signed-By-Revoked-PAI-Cert.der", "[2] [2]"},
      {revoked / "Chip-Test-DAC-FFF1-8001-Signed-By-Revoked-PAI-Cert.der", "- -"},
      {revoked / "Matter-Development-PAI-FFF1-noPID-Cert.der", "- -"},
      {attestation / "Chip-Test-DAC-FFF1-8000-0000-Cert.der", "- -"},
      {attestation / "Chip-Test-PAI-FFF1-8000-Cert.der", "- -"},
  };
  std::string table = "\n| certificate | ours | the SDK's |\n";
  for (const auto& row : rows) {
    const auto certificate = parse_certificate(slurp(row.certificate));
    REQUIRE(certificate);
    const auto answer = (*set)->of(**certificate);
    table += fmt::format("| {} | {} | {} |\n", row.certificate.filename().string(),
                         entry_text(answer.entry), entry_text(answer.sdk_entry));
    CHECK_MESSAGE(told(**set, **certificate) == row.told, row.certificate.string());
  }
  // Of the last four entries no certificate is at hand: one with their issuer and serial number is
  // told of as named by its entry, since names() looks at nothing else.
  for (size_t i = 3; i < 7; ++i) {
    const RevocationSet::Entry& entry = (*set)->entries()[i];
    CHECK(entry.sdk_stops.empty());
    CHECK(entry.written.size() == entry.numbers.size());
    table += fmt::format("| (entry [{}], no certificate at hand) | {} | {} |\n", i,
                         entry.numbers.size(), entry.written.size());
  }
  MESSAGE(table);
}
