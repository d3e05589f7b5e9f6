// A manifest against itself and against devices.

#include "lot/manifest_rows.h"

#include <fmt/format.h>

#include "lot/manifest_tally.h"
#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"

using namespace attest;
using namespace attest::test;
using Column = ManifestColumn;

namespace {

ManifestRows opened(std::string_view text) {
  auto rows = ManifestRows::open("m.csv", text, {});
  REQUIRE_MESSAGE(rows, (rows ? "" : rows.error().what));
  return std::move(*rows);
}

std::vector<std::string> told(const FindingList& list) {
  std::vector<std::string> out;
  for (const LotFinding& f : list.findings)
    out.push_back(fmt::format("{}: {}", std::string(f.rule->id).substr(4), f.message));
  return out;
}

Evidence evidence_of(Device device) {
  Reading reading;
  reading.device = std::move(device);
  return gather(std::move(reading),
                Policy{.network = Network::none, .at = {}, .required = {}, .show_passcode = false},
                TrustStore{}, nullptr, openssl_engine());
}

// A device of the payload of Core's example: vendor 0xFFF1, product 0x8000, discriminator 3840,
// passcode 20202021.
constexpr const char* kQr = "MT:Y.K9042C00KA0648G00";
Device example() {
  Device device;
  const Place place{.path = "part.bin", .offset = {}, .item = {}};
  device.say(FactId::serial_number, std::string("SN1"), place);
  device.say(FactId::vendor_id, uint64_t{0xFFF1}, place);
  device.say(FactId::product_id, uint64_t{0x8000}, place);
  device.say(FactId::discriminator, uint64_t{3840}, place);
  device.say(FactId::qr_payload, std::string(kQr), place);
  return device;
}

}  // namespace

TEST_CASE("manifest rows: what is wrong with them alone") {
  const struct {
    std::string text;
    std::vector<std::string> findings;
  } rows[] = {
      {"serial,qr,passcode,discriminator\nSN1,MT:Y.K9042C00KA0648G00,20202021,3840\n", {}},
      {"serial,qr,passcode\nSN1,MT:Y.K9042C00KA0648G00,20202022\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the passcode is not the one in the QR "
        "code"}},
      {"serial,qr,discriminator,vid\nSN1,MT:Y.K9042C00KA0648G00,1,0xFFF2\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the discriminator is not the one in the "
        "QR code, the vendor id is not the one in the QR code"}},
      {"serial,manual code,passcode\nSN1,3497-011-2332,20202021\n", {}},
      {"serial,manual code,passcode\nSN1,34970112332,7\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the passcode is not the one in the "
        "manual code"}},
      {"serial,qr,manual code\nSN1,MT:Y.K9042C00KA0648G00,35038429585\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the manual code and the QR code are not "
        "of one device"}},
      {"serial,manual code\nSN1,34970112331\n",
       {"manifest-codes-are-valid: row 2 (SN1): manual code: check digit: expected the one that "
        "belongs to the digits before it, found another"}},
      {"serial,passcode\nSN1,abc\n",
       {"manifest-is-readable: row 2 (SN1): passcode: expected a whole number, found something "
        "else"}},
      {"serial,qr\nSN1\nSN2,\n", {"manifest-is-readable: row 2: expected 2 fields, found 1"}},
      {"serial,mac\nSN1,A\nSN2,B\nSN3,A\n",
       {"manifest-values-are-used-once: 2 rows have one mac: row 2 (SN1) and row 4 (SN3)"}},
      {"serial,mac\nSN1,A\nSN1,A\n",
       {"manifest-values-are-used-once: 2 rows have one mac: row 2 (SN1) and row 3 (SN1)"}},  // once,
                                                                                              // not
                                                                                              // twice
      {"serial,mac\nSN1,0A-0b\nSN2,0a:0B\n",
       {"manifest-values-are-used-once: 2 rows have one mac: row 2 (SN1) and row 3 (SN2)"}},  // one
                                                                                              // address
      {"device,serial\nLamp,SN1\nLamp,SN2\n", {}},  // what all rows are called names none
      {"name\nx\nx\n",
       {"manifest-values-are-used-once: 2 rows have one name: row 2 (x) and row 3 (x)"}},
      {"serial,qr,vid,pid\nSN1,MT:Y.K9042C00KA0648G00,FFF1,8000\n", {}},
      {"serial,qr,vid,pid\nSN1,MT:Y.K9042C00KA0648G00,FFF1,8001\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the product id is not the one in the QR "
        "code"}},
      {"serial,manual code\nSN1,2406147644\n",
       {"manifest-codes-are-valid: row 2 (SN1): manual code: expected 11 or 21 digits, found 10: "
        "its leading zero was lost, as in a spreadsheet that takes it for a number"}},
      {"serial,qr\nSN1,MX:1\n",
       {"manifest-codes-are-valid: row 2 (SN1): QR code: expected the prefix \"MT:\", found other "
        "text"}},
      {"serial,qr,manual code\nSN1,MT:Y.K9042C00KA0648G00,749701123365522327685\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the manual code and the QR code are not "
        "of one device"}},
      {"serial,manual code,vid,pid\nSN1,749701123365522327685,FFF1,8000\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the vendor id is not the one in the "
        "manual code"}},
      {"serial,qr,manual code,passcode\nSN1,MT:Y.K9042C00KA0648G00,34970112332,7\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): the passcode is not the one in the QR "
        "code"}},
      {"serial,SN,passcode,pin\nSN1,SN1,20202021,20202021.0\nSN2,,,7654321\n", {}},
      {"serial,SN\nSN1,SN2\n",
       {"manifest-rows-agree-with-themselves: row 2 (SN1): two columns have another serial each "
        "(name the right one with --column)"}},
      {"serial,SN,passcode\nSN1,,x\n",
       {"manifest-is-readable: row 2 (SN1): passcode: expected a whole number, found something "
        "else"}},
      {"serial,salt,verifier,iterations\nSN1,garbage!!,???,abc\n",
       {"manifest-is-readable: row 2 (SN1): iterations: expected a whole number, found \"abc\"",
        "manifest-is-readable: row 2 (SN1): salt: expected base64 or hex digits, found something "
        "else",
        "manifest-is-readable: row 2 (SN1): verifier: expected base64 or hex digits, found "
        "something else"}},
      {"serial,dac sha256\nSN1,0011\nSN2,x\n",
       {"manifest-is-readable: row 2 (SN1): dac_sha256: expected 32 bytes, found 2",
        "manifest-is-readable: row 3 (SN2): dac_sha256: expected hex digits, found \"x\""}},
      {"serial,dac\nSN1,MIIB!!!\nSN2,/srv/dac.der\nSN3,certs/3/dac\nSN4,x!?=\n",
       {"manifest-is-readable: row 2 (SN1): dac: expected a certificate as PEM, base64 or hex, "
        "found other text",
        "manifest-is-readable: row 5 (SN4): dac: expected a certificate as PEM, base64 or hex, "
        "found other text"}},
      {"serial,hardware version,mfg date\nSN1,rev B,spring\n", {}},
      // Rows are numbered as a spreadsheet does it, which shows empty ones.
      {"\nserial,passcode\r\nSN1,7\r\n\r\n,\r\nSN2,x\r\n , \r\n",
       {"manifest-is-readable: row 6 (SN2): passcode: expected a whole number, found something "
        "else"}},
      {"serial,mac\nSN1,A\nSN2,\"B\n",
       {"manifest-is-readable: row 3 and all after it: csv: a quote opens and never closes at byte "
        "21"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(told(opened(row.text).findings()) == row.findings);
  }
}

TEST_CASE("manifest rows: a table in which nothing names a device is refused") {
  const auto rows = ManifestRows::open("m.csv", "colour,passcode\nred,1\n", {});
  REQUIRE_FALSE(rows);
  CHECK(rows.error().what ==
        "expected a column that names devices (serial, name, cn, qr, dac_sha256, dac, mac, "
        "manual_code or verifier), found none: name one with --column serial=HEADER");
}

TEST_CASE("manifest rows: a device finds its row by what names it") {
  const std::string text =
      "serial,name,qr\nSN9,other,MT:x\nSN1,,\n,a/b,\n,unit-7,\n,,MT:Y.K9042C00KA0648G00\n";
  const ManifestRows rows = opened(text);
  CHECK(rows.size() == 5);
  CHECK(rows.row_of("x", example()) == 1u);
  Device nameless = example();
  nameless.statements.erase(nameless.statements.begin());
  CHECK(rows.row_of("unit-7", nameless) == 3u);
  CHECK(rows.row_of("line-a/unit-7", nameless) == 3u);
  CHECK(rows.row_of("a/b", nameless) == 2u);
  CHECK(rows.row_of("x", nameless) == 4u);
  CHECK(rows.row_of("x", Device{}) == std::nullopt);
  CHECK(rows.row_text(3) == "row 5 (unit-7)");
}

TEST_CASE("manifest rows: a device without a serial number is found by what its files are called") {
  const ManifestRows serials = opened("serial,passcode\nSN-1.a,1\nSN2,2\n"),
                     addresses = opened("mac,passcode\n7C:DF:A1:09:8C:B3,1\n");
  CHECK(serials.row_of("SN2", Device{}) == 1u);
  CHECK(serials.row_of("line-b/SN2.csr.der", Device{}) == 1u);
  CHECK(serials.row_of("SN-1.a.bin", Device{}) == 0u);
  CHECK(serials.row_of("SN2", example()) == std::nullopt);  // it says that it is SN1
  CHECK(addresses.row_of("7cdfa1098cb3.bin", Device{}) == 0u);
  CHECK(addresses.row_of("7C-DF-A1-09-8C-B3", Device{}) == 0u);
  CHECK(addresses.row_of("7c-df-a1-09-8c-b4", Device{}) == std::nullopt);
}

TEST_CASE("manifest rows: a part's own address finds its row, and contradicts another's") {
  const auto with = [](Trait trait, const char* value) {
    Reading reading;
    reading.device.posture.say(trait, Holds::yes, value, "", {});
    return gather(std::move(reading), {}, TrustStore::builtin(false), nullptr, openssl_engine());
  };
  const std::string table = "mac,serial\n7C:DF:A1:09:8C:B0,SN1\n7CDFA1FFFE098CC0,SN2\nnone,SN3\n";
  const ManifestRows rows = opened(table);
  const Evidence first = with(Trait::mac, "7cdfa1098cb0"), other = with(Trait::mac, "7cdfa1098cc0"),
                 efr = with(Trait::unique_id, "7cdfa1fffe098cc0");
  CHECK(rows.row_of("x", first.device) == 0u);
  CHECK(rows.row_of("x", efr.device) == 1u);
  CHECK(rows.row_of("SN2", first.device) == 1u);  // by its name, and then it contradicts
  const auto columns = [&](uint32_t row, const Evidence& e) { return rows.contradictions(row, e); };
  using Columns = std::vector<ManifestColumn>;
  CHECK(columns(0, first).empty());
  CHECK(columns(0, with(Trait::mac, "7cdfa1098cad")).empty());  // of another interface
  CHECK(columns(0, with(Trait::mac, "7cdfa1098cac")) == Columns{ManifestColumn::mac});
  CHECK(columns(0, other) == Columns{ManifestColumn::mac});
  CHECK(columns(1, other).empty());
  CHECK(columns(1, first) == Columns{ManifestColumn::mac});
  CHECK(columns(1, efr).empty());
  CHECK(columns(1, with(Trait::unique_id, "7cdfa1fffe098cc1")) == Columns{ManifestColumn::mac});
  CHECK(columns(2, other).empty());  // what is no address contradicts none
  CHECK(columns(0, with(Trait::chip, "esp32c3")).empty());
}

TEST_CASE("manifest rows: a table of certificates alone names devices by them") {
  Device device;
  device.say(FactId::dac, Bytes{0x30, 0x00}, {.path = "dac.der", .offset = {}, .item = {}});
  CHECK(opened("dac,passcode\nMAE=,1\nMAA=,2\n").row_of("x", device) == 1u);
}

TEST_CASE("manifest rows: what gen-verifier writes names devices by verifier, then by passcode") {
  Bytes one(97, 0x11), two(97, 0x22);
  one[32] = two[32] = 0x04;
  const auto row = [](unsigned index, unsigned passcode, const Bytes& verifier) {
    return fmt::format("{},{},1000,U1BBS0UyUCBLZXkgU2FsdA==,{}\n", index, passcode,
                       base64(verifier));
  };
  const std::string rows = row(0, 34567890, two) + row(1, 20202021, one);
  for (const std::string& table : {rows, "Index,PIN Code,Iteration Count,Salt,Verifier\n" + rows}) {
    const ManifestRows manifest = opened(table);
    CHECK(told(manifest.findings()).empty());
    REQUIRE(manifest.size() == 2);
    Device stated;
    stated.say(FactId::spake2p_verifier, two, {});
    CHECK(manifest.row_of("a", stated) == 0u);
    CHECK(manifest.row_of("a", example()) == 1u);  // by its code's passcode
    Device other;
    other.say(FactId::passcode, uint64_t{11223344}, {});
    CHECK_FALSE(manifest.row_of("a", other));
  }
  // Beside a column of names a passcode names nobody.
  const ManifestRows named = opened("serial,passcode,verifier\nSN9,20202021," + base64(one) + "\n");
  CHECK_FALSE(named.row_of("a", example()));
}

TEST_CASE("manifest rows: every column that can name a device does") {
  Device device;
  device.say(FactId::dac, Bytes{0x30, 0x00}, {.path = "dac.der", .offset = {}, .item = {}});
  device.say(FactId::manual_code, std::string("3497-011-2332"),
             {.path = "label.txt", .offset = {}, .item = {}});
  const std::string digest = hex(sha256(Bytes{0x30, 0x00})), other = hex(sha256(Bytes{0x30, 0x01}));
  CHECK(opened("serial,name,cn,qr,dac sha256\nA,Lamp,P,MT:a," + other + "\nB,Lamp,P,MT:b," +
               digest + "\n")
            .row_of("x", device) == 1u);
  CHECK(opened("serial,manual code\nA,20269549588\nB,34970112332\n").row_of("x", device) == 1u);
  CHECK(opened("manual code,vid\n20269549588,FFF1\n34970112332.0,FFF1\n").row_of("x", device) ==
        1u);
}

TEST_CASE(
    "manifest rows: of a row that is too short or too long no value is used, but its device is "
    "known") {
  const std::string text = "serial,name,passcode\nSN1,x\nSN2,y,12341234,z\n";
  const ManifestRows rows = opened(text);
  CHECK(told(rows.findings()) ==
        std::vector<std::string>{"manifest-is-readable: row 2: expected 3 fields, found 2",
                                 "manifest-is-readable: row 3: expected 3 fields, found 4"});
  CHECK(rows.findings().findings[0].devices == std::vector<std::string>{"row 2 (SN1)"});
  CHECK(rows.row_of("", example()) == 0u);
  CHECK(rows.contradictions(0, evidence_of(example())).empty());
  Device bare;
  rows.lend_codes(1, bare);
  CHECK(bare.statements.empty());
}

TEST_CASE("manifest tally: each table that a tool writes of all devices has all of them") {
  const std::string summary = "serial,passcode\nSN1,1\nSN3,3\nSN4,4\n",
                    names = "cn,serial\na,SN1\nb,SN2\nc,SN3\nd,SN4\n",
                    reprinted = "serial,mac\nSN1,A\n";
  std::vector<ManifestRows> tables;
  for (const std::string* text : {&summary, &names, &reprinted}) tables.push_back(opened(*text));
  ManifestTally tally(tables, 0);
  const std::vector<std::vector<std::pair<uint32_t, uint32_t>>> rows = {
      {{0, 0}, {1, 0}, {2, 0}}, {{1, 1}}, {{0, 1}, {1, 2}}, {{0, 2}, {1, 3}}};
  for (size_t i = 0; i < rows.size(); ++i) tally.add(fmt::format("dev-{}", i + 1), rows[i]);
  CHECK(told(tally.findings(true)) ==
        std::vector<std::string>{"manifest-names-every-device: 1 device does not stand in m.csv, "
                                 "but in another table beside the devices"});
  CHECK(tally.findings(true).findings[0].devices == std::vector<std::string>{"dev-2"});
}

TEST_CASE("manifest tally: a table beside one input is about the devices of that one") {
  const std::string text = "serial,passcode\nSN1,1\nSN2,3\n";
  std::vector<ManifestRows> tables;
  tables.push_back(opened(text));
  tables.front().lies_beside(1);
  CHECK(!tables.front().is_about(0));
  ManifestTally tally(tables, 0);
  tally.add("a", {}, 0);
  CHECK(told(tally.findings(false)).empty());
  tally.add("b", {}, 1);
  CHECK(told(tally.findings(false)) ==
        std::vector<std::string>{"manifest-names-every-device: 1 device does not stand in the "
                                 "tables that lie beside the devices"});
  // A row that one of another input has is not missing.
  const std::vector<std::pair<uint32_t, uint32_t>> first = {{0, 0}}, second = {{0, 1}};
  ManifestTally both(tables, 0);
  both.add("a", first, 0);
  both.add("b", second, 1);
  CHECK(told(both.findings(true)).empty());
}

TEST_CASE("manifest rows: of several rows with a device's serial number its own is taken") {
  const ManifestRows rows =
      opened("serial,qr\nSN1,MT:634J0Y.G27J6JB0Z010\nSN1,MT:Y.K9042C00KA0648G00\n");
  CHECK(rows.row_of("x", example()) == 1u);
  Device other;
  other.say(FactId::serial_number, std::string("SN1"), {.path = "p", .offset = {}, .item = {}});
  CHECK(rows.row_of("x", other) == 0u);
}

TEST_CASE(
    "manifest tally: a row that stands there twice has its device, one of another device has not") {
  const std::string text = "serial,name\nSN1,a\n,\nSN1,a\nSN1,b\n";
  std::vector<ManifestRows> tables;
  tables.push_back(opened(text));
  ManifestTally tally(tables, 1);
  const std::pair<uint32_t, uint32_t> first[] = {{0, 0}};
  tally.add("dev-1", first);
  CHECK(
      told(tally.findings(true)) ==
      std::vector<std::string>{
          "manifest-values-are-used-once: m.csv: 3 rows have one serial: row 2 (SN1) and row 4 "
          "(SN1)",
          "manifest-values-are-used-once: m.csv: 2 rows have one name: row 2 (SN1) and row 4 (SN1)",
          "manifest-names-no-other: m.csv: 1 of 3 rows has no device in the lot"});
  CHECK(tally.findings(true).findings[2].devices == std::vector<std::string>{"row 5 (SN1)"});
}

TEST_CASE("manifest rows: what a device contradicts") {
  const struct {
    const char* header;
    const char* row;
    std::vector<Column> differ;
  } rows[] = {
      {"serial,vid,pid,discriminator,qr", "SN1,65521,0x8000,3840,MT:Y.K9042C00KA0648G00", {}},
      {"serial,pid", "SN1,0x8001", {Column::product_id}},
      {"serial,discriminator,vid", "SN1,1,1", {Column::discriminator, Column::vendor_id}},
      {"serial,passcode", "SN1,20202021", {}},
      {"serial,passcode", "SN1,12341234", {Column::passcode}},
      {"serial,name,manual code", "SN1,x,34970112332", {}},  // the part has no manual code
      {"serial,product name", "SN1,Lamp", {}},               // nor a name
      {"serial,qr,passcode",
       "SN1,MT:Y.K9042C00KA0648G00,7",
       {}},  // wrong in itself: told of as that
  };
  for (const auto& row : rows) {
    CAPTURE(row.row);
    const std::string text = fmt::format("{}\n{}\n", row.header, row.row);
    CHECK(opened(text).contradictions(0, evidence_of(example())) == row.differ);
  }
}

TEST_CASE(
    "manifest rows: codes and numbers are compared by what they mean, whatever form each side has "
    "them in") {
  // All of vendor 0xFFF1, product 0x8000 unless their name says otherwise.
  const std::string qr = kQr, manual = "34970112332", other_passcode_qr = "MT:Y.K9042C000O0648G00",
                    other_passcode_manual = "34970212338",
                    other_discriminator_qr = "MT:Y.K90CEK01KA0648G00",
                    other_device_qr = "MT:Y.K90E.N16XS5P09R10", other_device_manual = "20269549588",
                    other_vendor_manual = "749701123365522327685";
  struct Said {
    FactId fact;
    FactValue value;
  };
  const Said passcode{FactId::passcode, uint64_t{20202021}},
      discriminator{FactId::discriminator, uint64_t{3840}}, its_qr{FactId::qr_payload, qr},
      its_manual{FactId::manual_code, manual}, vendor{FactId::vendor_id, uint64_t{0xFFF1}};
  const struct {
    std::vector<Said> part;
    std::string header, row;
    std::vector<Column> differ;
  } rows[] = {
      {{passcode, discriminator}, "qr", qr, {}},
      {{passcode, discriminator}, "qr", other_device_qr, {Column::qr_payload}},
      {{passcode, discriminator}, "qr", other_passcode_qr, {Column::qr_payload}},
      {{passcode, discriminator}, "qr", other_discriminator_qr, {Column::qr_payload}},
      {{passcode, discriminator}, "manual code", manual, {}},
      {{passcode, discriminator}, "manual code", other_passcode_manual, {Column::manual_code}},
      {{passcode, discriminator}, "manual code", other_device_manual, {Column::manual_code}},
      {{discriminator},
       "qr,manual code",
       other_device_qr + "," + other_device_manual,
       {Column::qr_payload, Column::manual_code}},
      {{its_qr}, "manual code", manual, {}},
      {{its_qr}, "manual code", other_device_manual, {Column::manual_code}},
      {{its_qr}, "manual code", other_vendor_manual, {Column::manual_code}},
      {{its_qr}, "discriminator", "3840", {}},
      {{its_qr}, "discriminator", "2222", {Column::discriminator}},
      {{its_qr}, "discriminator", "3841", {Column::discriminator}},
      {{its_qr}, "passcode", "81234567", {Column::passcode}},
      {{its_qr}, "vid,pid", "FFF1,8000", {}},
      {{its_qr}, "vid,pid", "FFF2,8001", {Column::vendor_id, Column::product_id}},
      {{its_manual}, "qr", qr, {}},
      {{its_manual},
       "qr",
       other_discriminator_qr,
       {}},  // a manual code has no more than 4 bits of it
      {{its_manual}, "qr", other_passcode_qr, {Column::qr_payload}},
      {{its_manual}, "qr", other_device_qr, {Column::qr_payload}},
      {{its_manual}, "discriminator", "3841", {}},
      {{its_manual}, "discriminator", "2222", {Column::discriminator}},
      {{its_manual}, "passcode,vid", "20202021,FFF2", {}},
      {{vendor, passcode}, "manual code", other_vendor_manual, {Column::manual_code}},
      {{vendor}, "manual code", manual, {}},
      {{its_qr, its_manual},
       "qr,manual code,passcode,discriminator,vid,pid",
       qr + "," + manual + ",20202021,3840,FFF1,8000",
       {}},
      {{},
       "qr,manual code,passcode,discriminator,vid,pid",
       qr + "," + manual + ",20202021,3840,FFF1,8000",
       {}},
  };
  for (const auto& row : rows) {
    Device device;
    const Place place{.path = "part.bin", .offset = {}, .item = {}};
    device.say(FactId::serial_number, std::string("SN1"), place);
    for (const Said& said : row.part) device.say(said.fact, said.value, place);
    const std::string text = fmt::format("serial,{}\nSN1,{}\n", row.header, row.row);
    CAPTURE(text);
    const ManifestRows table = opened(text);
    CHECK(table.findings().findings.empty());
    CHECK(table.contradictions(0, evidence_of(std::move(device))) == row.differ);
  }
}

TEST_CASE("manifest rows: a salt in hex is that in base64") {
  Device device = example();
  device.say(FactId::spake2p_salt, Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
             {.path = "part.bin", .offset = {}, .item = {}});
  const Evidence evidence = evidence_of(std::move(device));
  CHECK(opened("serial,salt\nSN1,000102030405060708090a0b0c0d0e0f\n")
            .contradictions(0, evidence)
            .empty());
  CHECK(opened("serial,salt\nSN1,000102030405060708090a0b0c0d0e0e\n").contradictions(0, evidence) ==
        std::vector<Column>{Column::spake2p_salt});
}

TEST_CASE("manifest rows: a code that was lent by a row does not speak for the part") {
  const ManifestRows rows = opened("serial,qr\nSN1,MT:Y.K90E.N16XS5P09R10\n");
  Device device;
  device.say(FactId::discriminator, uint64_t{3840}, {.path = "part.bin", .offset = {}, .item = {}});
  rows.lend_codes(0, device);
  REQUIRE(device.string(FactId::qr_payload) != nullptr);
  CHECK(rows.contradictions(0, evidence_of(std::move(device))) ==
        std::vector<Column>{Column::qr_payload});
}

TEST_CASE("manifest rows: a part without a code is judged with those of its row") {
  const std::string text =
      "serial,qr,passcode\nSN1,MT:Y.K9042C00KA0648G00,20202021\nSN2,MT:Y.K9042C00KA0648G00,7\n";
  const ManifestRows rows = opened(text);
  Device bare;
  rows.lend_codes(0, bare);
  REQUIRE(bare.string(FactId::qr_payload) != nullptr);
  CHECK(*bare.string(FactId::qr_payload) == kQr);
  CHECK(bare.number(FactId::passcode) == 20'202'021u);
  CHECK(place_text(bare.first(FactId::qr_payload)->place) == "m.csv (row 2, qr)");
  Device own = example();
  const size_t before = own.statements.size();
  rows.lend_codes(0, own);
  CHECK(own.statements.size() == before);
  Device other;
  rows.lend_codes(1, other);  // wrong in itself
  CHECK(other.statements.empty());
}

TEST_CASE("manifest tally: a row that stands in two tables of one kind") {
  const std::string first = "serial,device,mac\nSN1,Lamp,A\nSN2,Lamp,B\n",
                    second = "serial,device,mac\nSN3,Lamp,C\nSN2,Lamp,b\nSN4,Lamp,A\n",
                    of_other_kind = "serial,passcode\nSN1,20202021\n";
  std::vector<ManifestRows> tables;
  for (const std::string* text : {&first, &second, &of_other_kind}) tables.push_back(opened(*text));
  const FindingList list = ManifestTally(tables, 3).findings(false);
  CHECK(told(list) ==
        std::vector<std::string>{"manifest-values-are-used-once: m.csv: 2 rows have what belongs "
                                 "to a row of m.csv: row 3 (SN2) and row 3 (SN2)"});
  REQUIRE(list.findings.size() == 1);
  CHECK(list.findings[0].devices == std::vector<std::string>{"row 3 (SN2)", "row 4 (SN4)"});
  CHECK(list.findings[0].count == 2);
  const std::string one = "serial,device\nSN1,Lamp\n", other = "serial,device\nSN2,Lamp\n";
  std::vector<ManifestRows> of_one_product;
  for (const std::string* text : {&one, &other}) of_one_product.push_back(opened(*text));
  CHECK(ManifestTally(of_one_product, 2).findings(false).findings.empty());
  CHECK(ManifestTally(tables, 0)
            .findings(false)
            .findings.empty());  // found beside the devices: printed again
}

TEST_CASE("manifest tally: columns that nobody understands are noted once, of given tables") {
  const std::string one = "serial,operator,line\nSN1,A,B\n",
                    other = "serial,line,colour\nSN2,A,B\n", found = "serial,size\nSN3,1\n";
  std::vector<ManifestRows> tables;
  for (const std::string* text : {&one, &other, &found}) tables.push_back(opened(*text));
  CHECK(ManifestTally(tables, 2).notes() ==
        std::vector<std::string>{
            "columns not understood: operator, line, colour (map them with --column)"});
  CHECK(ManifestTally(std::span(tables).last(1), 0).notes().empty());
}

TEST_CASE("manifest tally: who is missing on either side") {
  const std::string given = "serial,mac\nSN1,A\nSN2,B\nSN3,C\n",
                    found = "cn,serial\na,SN1\nb,SN2\n";
  std::vector<ManifestRows> tables;
  tables.push_back(opened(given));
  tables.push_back(opened(found));
  ManifestTally tally(tables, 1);
  const std::pair<uint32_t, uint32_t> first[] = {{0, 0}, {1, 0}}, second[] = {{1, 1}};
  tally.add("dev-1", first);
  tally.add("dev-2", second);
  tally.add("dev-9", {});
  CHECK(told(tally.findings(true)) ==
        std::vector<std::string>{
            "manifest-names-every-device: 2 devices do not stand in the manifest",
            "manifest-names-every-device: 1 device does not stand in the tables that lie beside "
            "the devices",
            "manifest-names-no-other: m.csv: 2 of 3 rows have no device in the lot"});
  CHECK(tally.findings(true).findings[0].devices == std::vector<std::string>{"dev-2", "dev-9"});
  CHECK(tally.findings(true).findings[2].devices ==
        std::vector<std::string>{"row 3 (SN2)", "row 4 (SN3)"});
  CHECK(told(tally.findings(false)).size() == 2);  // of a sample nobody knows who is missing
}
