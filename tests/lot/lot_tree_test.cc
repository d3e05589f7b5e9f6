// Which files of a folder are one device's.

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fixtures/forge/crl_builder.h"
#include "fixtures/forge/device_builder.h"
#include "lot/shared.h"
#include "lot/tree.h"
#include "tests/support/der_writer.h"
#include "tests/support/own_credentials.h"
#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/evidence.h"
#include "verifier/pki/key.h"

using namespace attest;

namespace {

std::string told(const LotTree& tree) {
  std::string out;
  for (const LotUnit& unit : tree.units) {
    out += unit.name + "(";
    for (const std::string& file : unit.files) out += (out.ends_with('(') ? "" : " ") + file;
    out += ") ";
  }
  const auto list = [&](const char* what, const std::vector<std::string>& files) {
    for (const std::string& file : files) out += std::string(what) + ":" + file + " ";
  };
  list("shared", tree.shared);
  list("manifest", tree.manifests);
  list("records", tree.records);
  list("ignored", tree.ignored);
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// What a file is stands in its name here.
FileRole by_name(const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);
  if (name.starts_with("dump") || name.starts_with("dac")) return FileRole::device;
  if (name.starts_with("pai") || name.starts_with("cd")) return FileRole::shared;
  if (name.ends_with(".csv")) return FileRole::manifest;
  if (name.ends_with(".zip")) return FileRole::archive;
  if (name.ends_with(".ndjson")) return FileRole::records;
  return FileRole::none;
}

}  // namespace

TEST_CASE("lot tree: folders, files, and what lies beside the devices") {
  const struct {
    std::vector<std::string> files;
    const char* tree;
  } rows[] = {
      {{"0001/dump.bin", "0001/label.png", "0002/dump.bin"},
       "0001(0001/dump.bin 0001/label.png) 0002(0002/dump.bin)"},
      {{"dac1.der", "dac2.der"}, "dac1.der(dac1.der) dac2.der(dac2.der)"},
      {{"a.zip", "b.zip"}, "a.zip(a.zip) b.zip(b.zip)"},
      // A vendor's tool: tables and a staging folder beside the devices, files of a device in
      // folders of its own.
      {{"fff2_8001/cn_dacs.csv", "fff2_8001/staging/pai.der", "fff2_8001/staging/master.csv",
        "fff2_8001/summary.csv", "fff2_8001/u1/dump.bin", "fff2_8001/u1/internal/dac.der",
        "fff2_8001/u2/dump.bin"},
       "u1(fff2_8001/u1/dump.bin fff2_8001/u1/internal/dac.der) u2(fff2_8001/u2/dump.bin) "
       "shared:fff2_8001/staging/pai.der manifest:fff2_8001/cn_dacs.csv "
       "manifest:fff2_8001/summary.csv ignored:fff2_8001/staging/master.csv"},
      {{"cd.der", "devices/a/dac.der", "devices/b/dac.der", "pai.pem", "readme.txt"},
       "a(devices/a/dac.der) b(devices/b/dac.der) shared:cd.der shared:pai.pem ignored:readme.txt"},
      {{"line-a/1/dump", "line-b/1/dump"}, "line-a/1(line-a/1/dump) line-b/1(line-b/1/dump)"},
      // Records by the day; and those that lie with a device's dump, which are the device's.
      {{"day-1/a.ndjson", "day-2/a.ndjson", "day-2/b.ndjson"},
       "records:day-1/a.ndjson records:day-2/a.ndjson records:day-2/b.ndjson"},
      {{"0001/dump.bin", "0001/log.ndjson", "0002/dump.bin"},
       "0001(0001/dump.bin 0001/log.ndjson) 0002(0002/dump.bin)"},
      // Nothing of it can be read, but it is a device of the lot.
      {{"0001/dump.bin", "0002/rubbish"}, "0001(0001/dump.bin) 0002(0002/rubbish)"},
      // A folder around all of it, as most archives have one: its files are devices as they are
      // without it.
      {{"lot/cd.der", "lot/dac1", "lot/dac2"}, "dac1(lot/dac1) dac2(lot/dac2) shared:lot/cd.der"},
      {{"2026/lot/a.zip", "2026/lot/b.zip"}, "a.zip(2026/lot/a.zip) b.zip(2026/lot/b.zip)"},
      {{"0001/dump.bin", "0001/internal/dac.der"}, "0001(0001/dump.bin 0001/internal/dac.der)"},
      {{"a/1.zip", "a/2.zip", "b/dump"}, "a/1.zip(a/1.zip) a/2.zip(a/2.zip) b(b/dump)"},
      {{"m.csv"}, "manifest:m.csv"},
      {{}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.tree);
    CHECK(told(lot_tree(row.files, by_name)) == row.tree);
  }
}

TEST_CASE("lot tree: more files than one device has are each a device") {
  std::vector<std::string> files = {"b/dump"};
  for (size_t i = 10; i < 27; ++i) files.push_back("a/dump" + std::to_string(i));
  std::sort(files.begin(), files.end());
  CHECK(lot_tree(files, by_name).units.size() == 18);
  files.erase(files.begin());
  CHECK(lot_tree(files, by_name).units.size() == 2);
}

TEST_CASE("lot tree: what a file is to a lot is told by its content") {
  const struct {
    const char* what;
    Bytes content;
    FileRole role;
  } rows[] = {
      {"a DAC", test::own_dac(), FileRole::device},
      {"a PAI", test::own_pai(), FileRole::shared},
      {"a table", to_bytes(view("serial,mac\nA,B\n")), FileRole::manifest},
      {"a device.json", to_bytes(view("{\"serial_number\":\"A\"}\n")), FileRole::device},
      {"records", to_bytes(view("{\"serial_number\":\"A\"}\n{\"serial_number\":\"B\"}\n")),
       FileRole::records},
      {"one record", to_bytes(view("{\"id\":1,\"dac\":\"MAA=\"}\n")), FileRole::records},
      {"a record over many lines", to_bytes(view("{\n  \"id\": 1,\n  \"dac\": \"MAA=\"\n}\n")),
       FileRole::records},
      {"records whose first line is broken", to_bytes(view("{oops\n{\"id\":1,\"dac\":\"MAA=\"}\n")),
       FileRole::records},
      {"a log that quotes JSON", to_bytes(view("started\n{\"serial_number\":\"A\"}\n")),
       FileRole::none},
      {"a note", to_bytes(view("made on a Tuesday\n")), FileRole::none},
      {"nothing", {}, FileRole::none},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK((file_role("x", row.content) == row.role));
  }
}

TEST_CASE("lot tree: what is no file is a device where it is called as those beside it") {
  const auto tree = [](const std::vector<std::string>& files,
                       const std::vector<std::string>& nothing) {
    return told(lot_tree(files, by_name, {}, nothing));
  };
  CHECK(tree({"dac1.der", "dac2.der"}, {"dac3.der", "notes"}) ==
        "dac1.der(dac1.der) dac2.der(dac2.der) dac3.der(dac3.der)");
  CHECK(tree({"01/dac.der", "02/dac.der"}, {"03", "common"}) ==
        "01(01/dac.der) 02(02/dac.der) 03(03)");
  // In a device's folder it is that device's affair.
  CHECK(tree({"01/dac.der", "02/dac.der"}, {"02/pai.der"}) == "01(01/dac.der) 02(02/dac.der)");
  // Unless there is nothing else in it: then that is what could not be read.
  CHECK(tree({"01/dac.der", "02/dac.der"}, {"03/dac.der"}) ==
        "01(01/dac.der) 02(02/dac.der) 03(03/dac.der)");
  // Called as the files and as the folders beside it: one device all the same.
  CHECK(tree({"dac1", "dac2/dac.der", "dac3/dac.der"}, {"dac4"}) ==
        "dac1(dac1) dac2(dac2/dac.der) dac3(dac3/dac.der) dac4(dac4)");
}

TEST_CASE("lot tree: files of one device, with folders beside them that are none") {
  const struct {
    std::vector<std::string> files;
    const char* folder;  // null: they are several devices'
  } rows[] = {
      {{"cd.der", "dac.der", "logs/boot.log", "pai.der"}, ""},
      {{"cd.der", "dac.der", "pai.der"}, ""},
      {{"lot/cd.der", "lot/dac.der", "lot/logs/boot.log"}, "lot"},
      {{"dac_0001.der", "logs-2026/boot.log", "pai.der"}, ""},
      {{"0001.dac", "dac", "logs/dump"}, ""},
      {{"dac0001.bin", "dac0002/rubbish", "pai.der"}, nullptr},
      {{"cd.der", "devices/a/dac.der", "pai.der"}, nullptr},
      {{"0001/dump.bin", "0001/label.png", "0002/dump.bin"}, nullptr},
      {{"dac.der", "logs/boot.log"}, nullptr},
  };
  for (const auto& row : rows) {
    CAPTURE(row.files.front());
    CAPTURE(row.files.size());
    const auto folder = only_folder(row.files, lot_tree(row.files, by_name));
    REQUIRE(folder.has_value() == (row.folder != nullptr));
    if (folder) CHECK(folder->path == row.folder);
  }
}

TEST_CASE("lot tree: a certificate of no device is none, and leaves its neighbours one device") {
  test::CertificateParts noc, web;
  noc.subject = test::sequence({test::rdn(test::sequence(
      {test::object_id("1.3.6.1.4.1.37244.1.1"), test::tlv(0x0C, "0000000000000001")}))});
  web.subject = web.issuer = test::sequence({test::cn("example.com")});
  noc.issuer = test::sequence({test::cn("a fabric")});
  for (const Bytes& der : {noc.der(), web.der()}) {
    CHECK((file_role("x", der) == FileRole::none));
    CHECK(why_not_used("x", der).starts_with("a certificate of no device"));
    SideBySide all;
    all.add("noc.der", der);
    all.add("dac.der", test::own_dac());
    CHECK(all.one_device({.path = "", .deep = false}));
    all.add("dac2.der", test::own_dac());
    CHECK(!all.one_device({.path = "", .deep = false}));
  }
}

TEST_CASE("lot tree: one DAC in several files is one device's, unless they are numbered") {
  const struct {
    const char *first, *second;
    bool one;
  } rows[] = {
      {"dac.der", "dac.pem", true},      {"dac.pem", "commissioning.log", true},
      {"0001.der", "0001.log", true},    {"dac.der", "log-2026-11-30.txt", true},
      {"0001.der", "0002.der", false},   {"dac.der", "dac2.der", false},
      {"unit1.log", "unit2.pem", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CAPTURE(row.second);
    SideBySide all;
    all.add(row.first, test::own_dac());
    all.add(row.second, test::own_dac());
    CHECK(all.one_device({.path = "", .deep = false}) == row.one);
  }
}

TEST_CASE("lot tree: words and pictures of people, and hidden folders, are no devices") {
  const auto is_aside = [](const std::string& file) {
    return file.ends_with(".md") || file.ends_with(".png");
  };
  const struct {
    std::vector<std::string> files;
    const char* tree;
  } rows[] = {
      {{"docs/a.md", "docs/b.png", "kitchen/dump", "hall/dump"},
       "hall(hall/dump) kitchen(kitchen/dump) ignored:docs/a.md ignored:docs/b.png"},
      {{".git/HEAD", ".git/objects/0a/1f", "1/dump"},
       "1(1/dump) ignored:.git/HEAD ignored:.git/objects/0a/1f"},
      {{"1/dump", "2/dump", "sub/deeper/a.md"}, "1(1/dump) 2(2/dump) ignored:sub/deeper/a.md"},
      // What nobody can read may be all that is there of a device.
      {{"garden/a.md", "garden/x.bin", "kitchen/dump"},
       "garden(garden/a.md garden/x.bin) kitchen(kitchen/dump)"},
      {{".hidden/dump", "1/dump"}, ".hidden(.hidden/dump) 1(1/dump)"},
      // Called as the devices are.
      {{"1/dump", "2/dump", "3/a.md"}, "1(1/dump) 2(2/dump) 3(3/a.md)"},
      // Alone they are all that there is.
      {{"a/a.md", "b/b.md"}, "a(a/a.md) b(b/b.md)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.tree);
    std::vector<std::string> files = row.files;
    std::sort(files.begin(), files.end());
    CHECK(told(lot_tree(files, by_name, {}, {}, is_aside)) == row.tree);
  }
}

TEST_CASE("lot tree: a legacy and a post-quantum DAC of one key are one device's") {
  constexpr const char* kMlDsa44 = "2.16.840.1.101.3.4.3.17";
  const auto dac = [](const char* issuer, const char* key, const char* algorithm) {
    forge::CertificatePlan plan = forge::good_plan(key).dac;
    const Sha256 id = sha256(view(std::string_view(issuer)));
    plan.replace(forge::authority_key_id(View(id).first(20)));
    plan.algorithm = plan.tbs_algorithm = algorithm;
    return forge::certificate(plan, forge::key_named(issuer));
  };
  const Bytes legacy = dac("a", "one", forge::kEcdsaWithSha256), other = dac("b", "one", kMlDsa44),
              same_issuer = dac("a", "one", kMlDsa44), other_key = dac("b", "two", kMlDsa44),
              other_legacy = dac("b", "one", forge::kEcdsaWithSha256);
  const struct {
    const char* what;
    std::vector<Bytes> files;
    bool one;
  } rows[] = {
      {"one", {legacy}, true},
      {"two chains", {legacy, other}, true},
      {"two chains, the other way round", {other, legacy}, true},
      {"two keys", {legacy, other_key}, false},
      {"below one issuer", {legacy, same_issuer}, false},
      {"both legacy: a key that is used twice", {legacy, other_legacy}, false},
      {"twice the same", {legacy, legacy}, true},
      {"two chains, and another device", {legacy, other, other_key}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    SideBySide all;
    for (const Bytes& file : row.files) all.add("dac.der", file);
    CHECK(all.one_device({.path = "", .deep = false}) == row.one);
  }
}

TEST_CASE(
    "lot tree: lists belong to all devices, what cannot be read to none, foreign keys to nobody") {
  const forge::DevicePlan plan = forge::good_plan("good");
  const forge::Device good = forge::make(plan);
  const Bytes list = forge::revocation_list(
      forge::list_plan(plan.pai, plan.pai_key, {Bytes{0x77, 0x01}}), plan.pai_key);
  Bytes cut = good.cd, key = from_hex("302e020100300506032b657004220420").value();
  cut.resize(cut.size() / 2);
  key.resize(key.size() + 32, 0x5A);
  CHECK((file_role("x.crl", list) == FileRole::shared));
  CHECK((file_role("x.pem", view(to_pem("X509 CRL", list))) == FileRole::shared));
  CHECK((file_role("cd.der", good.cd) == FileRole::shared));
  CHECK((file_role("cd2.der", cut) == FileRole::device));
  CHECK((file_role("key.pem", view(to_pem("PRIVATE KEY", key))) == FileRole::none));
  // A list is lent to each; the declaration to who has none, or to compare with the one in its
  // response, unless there are several.
  const auto lent = [&](const std::vector<Bytes>& declarations, FactId own) {
    Device shared, device;
    shared.say(FactId::crl, list, {.path = "x.crl", .offset = {}, .item = {}});
    for (const Bytes& cd : declarations)
      shared.say(FactId::cd, cd, {.path = "cd", .offset = {}, .item = {}});
    Reading reading;
    device.say(own, Bytes{1}, {.path = "own", .offset = {}, .item = {}});
    reading.device = std::move(device);
    LotShared(std::move(shared)).lend(reading);
    std::string out = reading.shared_lists == nullptr ? "" : "crl ";
    for (const Statement& s : reading.device.statements)
      if (s.place.path != "own") out += std::string(fact_name(s.fact)) + " ";
    return out;
  };
  CHECK(lent({good.cd}, FactId::dac) == "crl cd ");
  CHECK(lent({good.cd}, FactId::attestation_elements) == "crl cd ");
  CHECK(lent({good.cd, cut}, FactId::attestation_elements) == "crl ");
  CHECK(lent({good.cd}, FactId::cd) == "crl ");
  CHECK(lent({good.cd}, FactId::csr) == "");
}

TEST_CASE(
    "lot tree: a list that is not in order is still its issuer's; its delegate is shared, too") {
  const forge::DevicePlan plan = forge::good_plan("good");
  // A byte behind it: salvaged, as it is beside one device.
  const Bytes list = forge::revocation_list(
      forge::list_plan(plan.pai, plan.pai_key, {Bytes{0x77, 0x01}}), plan.pai_key);
  Bytes odd = list;
  odd.push_back(0);
  REQUIRE(!parse_crl(odd).has_value());
  REQUIRE(salvage_crl(odd).has_value());
  CHECK((file_role("odd.crl", odd) == FileRole::shared));
  Bytes cut = list;
  cut.resize(cut.size() / 4);
  CHECK((file_role("cut.crl", cut) != FileRole::shared));

  const auto key = forge::key_named("delegate");
  forge::CertificatePlan delegate = plan.pai;
  delegate.serial = Bytes{0x11, 0x22};
  delegate.issuer = plan.pai.subject;
  delegate.subject = {forge::common_name("PAI lists")};
  delegate.public_key = to_bytes(key.point);
  delegate.replace(forge::subject_key_id(forge::key_id_of(key)));
  delegate.replace(forge::authority_key_id(forge::key_id_of(plan.pai_key)));
  delegate.replace(forge::basic_constraints(false));
  delegate.replace(forge::key_usage(KeyUsage::crl_sign));
  const Bytes signer = forge::certificate(delegate, plan.pai_key);
  const Bytes its =
      forge::revocation_list(forge::list_plan(delegate, key, {Bytes{0x77, 0x01}}), key);
  // It signs nothing else: no device's, whether there is a list of it or not.
  CHECK((file_role("signer.der", signer) == FileRole::shared));
  // One that may sign other things, too, is as its list says: beside it or in its own file.
  delegate.replace(forge::key_usage(KeyUsage::crl_sign | KeyUsage::digital_signature));
  const Bytes both = forge::certificate(delegate, plan.pai_key);
  REQUIRE((file_role("signer.der", both) == FileRole::signer));
  REQUIRE((file_role("signer.pem", view(to_pem("CERTIFICATE", both))) == FileRole::signer));
  const std::string file = to_pem("CERTIFICATE", both) + to_pem("X509 CRL", its);
  REQUIRE((file_role("both.pem", view(file)) == FileRole::signer));
  Signers of_itself;
  of_itself.add("both.pem", view(file));
  CHECK((of_itself.role_of("both.pem", view(file)) == FileRole::shared));
  Signers none, others, own;
  others.add("x.crl", list);
  own.add("x.crl", list);
  own.add("its.crl", its);
  CHECK((none.role_of("signer.der", both) == FileRole::device));
  CHECK((others.role_of("signer.der", both) == FileRole::device));
  CHECK((own.role_of("signer.der", both) == FileRole::shared));
  CHECK((file_role("dac.der", test::own_dac()) == FileRole::device));

  // It is lent as its list is, to a device with a PAI of its own as well.
  Device shared;
  shared.say(FactId::certificate, signer, {.path = "signer.der", .offset = {}, .item = {}});
  shared.say(FactId::crl, its, {.path = "its.crl", .offset = {}, .item = {}});
  shared.say(FactId::crl, its, {.path = "again.crl", .offset = {}, .item = {}});
  const LotShared lot(std::move(shared));
  CHECK(lot.unused().size() == 3);  // the list that lies there twice is one of them
  Reading reading;
  reading.device.say(FactId::pai, Bytes{1}, {.path = "own", .offset = {}, .item = {}});
  lot.lend(reading);
  REQUIRE(reading.device.statements.size() == 2);
  CHECK(reading.device.statements[1].place.path == "signer.der");
  REQUIRE(reading.shared_lists != nullptr);
  CHECK(reading.shared_lists->size() == 1);
  CHECK(lot.unused().size() == 2);
  Evidence judged;
  judged.crls = *reading.shared_lists;
  lot.saw(judged);
  CHECK(lot.unused().size() == 2);  // of nobody's issuer so far
  judged.crls.front().of = ListOf::pai;
  lot.saw(judged);
  REQUIRE(lot.unused().size() == 1);
  CHECK(lot.unused().front().path == "again.crl");

  // Without its list it is lent to nobody, and named.
  Device alone;
  alone.say(FactId::certificate, signer, {.path = "signer.der", .offset = {}, .item = {}});
  const LotShared no_list(std::move(alone));
  Reading other;
  no_list.lend(other);
  CHECK(other.device.statements.empty());
  CHECK(no_list.unused().size() == 1);
  CHECK(no_list.digest() != lot.digest());
}

TEST_CASE("lot tree: what lies beside records is no device's; erased memory is nobody's") {
  LotTree tree;
  tree.units = {{.name = "dac.der", .files = {"dac.der"}}};
  const std::vector<std::string> files = {"dac.der", "five.ndjson"};
  CHECK(only_folder(files, tree).has_value());
  tree.records = {"five.ndjson"};
  CHECK(!only_folder(files, tree).has_value());
  for (const uint8_t fill : {uint8_t{0xFF}, uint8_t{0x00}}) {
    const Bytes erased(4096, fill);
    CHECK((file_role("flash.bin", erased) == FileRole::none));
    CHECK(why_not_used("flash.bin", erased).find("nothing was ever written") != std::string::npos);
  }
}

TEST_CASE("lot tree: what is named is lent beside what lies there, to those that have neither") {
  const forge::DevicePlan plan = forge::good_plan("good");
  const forge::Device good = forge::make(plan);
  const Bytes list = forge::revocation_list(
      forge::list_plan(plan.pai, plan.pai_key, {Bytes{0x77, 0x01}}), plan.pai_key);
  forge::CertificatePlan other = plan.pai;
  const auto key = forge::key_named("another PAI");
  other.public_key = to_bytes(key.point);
  other.replace(forge::subject_key_id(forge::key_id_of(key)));
  const Bytes stranger = forge::certificate(other, key);
  using Said = std::vector<std::pair<FactId, Bytes>>;
  const auto device_of = [](const Said& said, const char* path) {
    Device out;
    for (const auto& [fact, bytes] : said)
      out.say(fact, bytes, {.path = path, .offset = {}, .item = {}});
    return out;
  };
  // What a device of a DAC and `own` is lent: "crl beside named".
  const auto lent = [&](const Said& own, const Said& beside, const Said& named) {
    const auto all = std::make_shared<const LotNamed>(device_of(named, "named"));
    const LotShared shared(device_of(beside, "beside"), all);
    Reading reading;
    reading.device = device_of(own, "own");
    reading.device.say(FactId::dac, good.dac, {.path = "own", .offset = {}, .item = {}});
    shared.lend(reading);
    std::string out = reading.shared_lists == nullptr ? "" : "crl ";
    for (const Statement& s : reading.device.statements) {
      if (s.place.path != "own") out += s.place.path + ":" + std::string(fact_name(s.fact)) + " ";
    }
    CHECK(all->unused().empty() == (out.find("named") != std::string::npos));
    return out;
  };
  using F = FactId;
  const Said pai = {{F::pai, good.pai}}, odd = {{F::pai, stranger}}, cd = {{F::cd, good.cd}};
  CHECK(lent({}, {{F::crl, list}}, pai) == "crl named:pai ");
  CHECK(lent({}, {{F::crl, list}, {F::certificate, good.pai}}, odd) == "crl beside:certificate ");
  CHECK(lent({}, {{F::certificate, stranger}}, pai) == "named:pai ");
  CHECK(lent({}, {{F::certificate, good.pai}}, cd) == "beside:certificate named:cd ");
  CHECK(lent({}, {{F::cd, Bytes{1}}}, cd) == "beside:cd ");
  CHECK(lent({{F::certificate, stranger}}, {}, pai) == "");
  CHECK(lent({{F::certificate, good.pai}, {F::cd, Bytes{1}}}, {}, odd) == "");
  CHECK(lent({{F::pai, stranger}}, {}, cd) == "named:cd ");
}
