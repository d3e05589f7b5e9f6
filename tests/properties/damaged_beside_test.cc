// What began as a credential and cannot be read, beside a good device. All flips and cuts:
// tests/bench/damaged_beside.cc.

#include "tests/support/damaged_beside.h"

#include <random>

#include "tests/support/check_rows.h"
#include "tests/support/support.h"
#include "verifier/readers/credentials/damaged.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string fails(const Report& report) {
  std::string out;
  for (const Finding* f : report.all(Status::fail))
    out += (out.empty() ? "" : " ") + std::string(f->check->id);
  return out;
}

Bytes utf16(std::string_view text, bool big, bool mark) {
  Bytes out;
  const auto put = [&](uint8_t c) {
    if (big) out.push_back(0);
    out.push_back(c);
    if (!big) out.push_back(0);
  };
  if (mark) out = big ? Bytes{0xFE, 0xFF} : Bytes{0xFF, 0xFE};
  for (const char c : text) put(static_cast<uint8_t>(c));
  return out;
}

Bytes joined(View a, View b) {
  Bytes out = to_bytes(a);
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

Bytes text_of(std::string_view s) {
  return to_bytes(view(s));
}

}  // namespace

TEST_CASE("a credential beside a good device, damaged in one of 1,000 ways, is never passed over") {
  const DeviceBeside device;
  for (const Beside what : kBeside) {
    CAPTURE(std::string(beside_name(what)));
    CHECK(device.judge_alone(what).verdict == Verdict::approve);
  }
  std::mt19937 random(20261129);
  for (int i = 0; i < 1000; ++i) {
    const Beside what = kBeside[random() % std::size(kBeside)];
    const size_t which = random() % damages(device.whole(what));
    CAPTURE(std::string(beside_name(what)));
    CAPTURE(which);
    CHECK(!passed_over(device.judge(what, damaged(device.whole(what), which))));
  }
}

// The header and what follows it tell what something began as: each bit of it, and each cut in it.
TEST_CASE("the head of a credential beside a good device: every bit and every cut") {
  const DeviceBeside device;
  for (const Beside what : kBeside) {
    const Bytes& whole = device.whole(what);
    CAPTURE(std::string(beside_name(what)));
    for (size_t which = 0; which < 8 * 24; ++which) {
      CAPTURE(which);
      CHECK(!passed_over(device.judge(what, damaged(whole, which))));
    }
    for (size_t size = 2; size < 72; ++size) {
      CAPTURE(size);
      const Report report = device.judge(what, View(whole).first(size));
      CHECK(report.verdict == Verdict::reject);
      CHECK(report.all(Status::fail).size() == 1);
      CHECK(!passed_over(report));
    }
    // One byte is a digit as well: a warning, and on main an error.
    const Report one = device.judge(what, View(whole).first(1));
    CHECK(one.verdict == Verdict::approve);
    CHECK(one.of(find_check("evidence.is-understood"))->status == Status::warn);
    CHECK(device.judge(what, View(whole).first(1), Network::main)
              .of(find_check("evidence.is-understood"))
              ->status == Status::fail);
  }
}

TEST_CASE("what lies beside a good device: two truths, damage, something like it, and innocence") {
  const DeviceBeside device;
  const Bytes& dac = device.whole(Beside::second_dac);
  const Bytes& pai = device.whole(Beside::second_pai);
  const Bytes& cd = device.whole(Beside::second_cd);
  const std::string pem = to_pem("CERTIFICATE", dac), base = base64(dac), digits = hex(dac);
  const std::string damaged_check = "evidence.credentials-are-readable";
  std::string armour = pem, label = pem;
  armour[3] = '_';
  label[13] = 'E';  // -----BEGIN CEETIFICATE
  const Bytes p384 =
      sequence({integer(1), octets(Bytes(48, 0x31)), tlv(0xA0, object_id("1.3.132.0.34")),
                tlv(0xA1, bits(joined(raw("04"), Bytes(96, 0x11))))});
  const Bytes number = joined(raw("00"), Bytes(128, 0xC5));
  const Bytes rsa = sequence({integer(0), tlv(der::kInteger, number), integer(3)});
  const struct {
    std::string name;
    Bytes bytes;
    std::string fails;  // on network none
    std::string fails_on_main = {};
  } rows[] = {
      {"another DAC", dac, "identity.one-dac"},
      {"as UTF-16, little, with a mark", utf16(pem, false, true), "identity.one-dac"},
      {"as UTF-16, little, without", utf16(pem, false, false), "identity.one-dac"},
      {"as UTF-16, big, with a mark", utf16(pem, true, true), "identity.one-dac"},
      {"as UTF-16, big, without", utf16(pem, true, false), "identity.one-dac"},
      {"as base64", text_of(base), "identity.one-dac"},
      {"as base64, cut", text_of(base.substr(0, base.size() / 2)), damaged_check},
      {"as base64, cut by a letter", text_of(base.substr(0, base.size() - 1)), damaged_check},
      {"as hex, cut", text_of(digits.substr(0, 101)), damaged_check},
      {"as PEM, cut", text_of(pem.substr(0, pem.size() / 2)), damaged_check},
      {"as PEM, cut in its first line", text_of(pem.substr(0, 15)), damaged_check},
      {"as PEM with another label", text_of(label), damaged_check},
      {"as UTF-16 PEM, cut", utf16(pem.substr(0, 300), false, true), damaged_check},
      {"with junk before it", joined(raw("0102030405"), dac), "identity.one-dac"},
      {"another PAI", pai, ""},
      {"another PAI and a DAC in one file", joined(pai, dac), "identity.one-pai"},
      {"a declaration and another in one file", joined(cd, cd), "identity.one-cd"},
      {"half a DAC behind junk", joined(raw("0102030405"), View(dac).first(200)), damaged_check},
      {"PEM in a program's source",
       text_of("static const char ca[] =\n  \"-----BEGIN CERTIFICATE-----\\n\"\n  \"MIIB\\n\"\n"
               "  \"-----END CERTIFICATE-----\\n\";\n"),
       damaged_check},
      {"a list of parts",
       text_of(R"([{"vendor_id": 65522, "product_id": 1}, {"vendor_id": 65522, "product_id": 2}])"),
       ""},
      {"a key on P-384", p384, "", "evidence.is-understood"},
      {"an RSA key", rsa, ""},
      {"an RSA key as PEM", text_of(to_pem("RSA PRIVATE KEY", rsa)), ""},
      {"parameters", text_of(to_pem("DH PARAMETERS", raw("3006020117020105"))), ""},
      {"misspelt keys", text_of(R"({"vendorid": "0xFFF2", "productId": "0x8001"})"), "",
       "evidence.is-understood"},
      {"nested keys", text_of(R"({"device": {"vendor_id": 65522, "product_id": 32769}})"), "",
       "evidence.is-understood"},
      {"keys in an array", text_of(R"([{"vendor_id": 65522, "product_id": 32769}])"), "",
       "evidence.is-understood"},
      {"a key with a slip", text_of(R"({"vendro_id": 65522})"), "", "evidence.is-understood"},
      {"another program's settings",
       text_of(R"({"vendor_id": 1, "name": "probe", "port": 8080, "tls": {"ca": "x"}})"), ""},
      {"a log without an exchange",
       text_of("I (1439) chip[DL]: Starting\nI (1449) chip[DL]: BLE advertising\n"), ""},
      {"notes that name a command", text_of("run chip-tool ... certificate-chain-request 1\n"), ""},
      {"notes", text_of("the second part of the box was opened\n"), ""},
      {"nothing", {}, ""},
      {"a zero", text_of("0\n"), ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Report none = device.judge(Beside::second_dac, row.bytes);
    CHECK(fails(none) == row.fails);
    CHECK(none.verdict == (row.fails.empty() ? Verdict::approve : Verdict::reject));
    const Report main = device.judge(Beside::second_dac, row.bytes, Network::main);
    for (const char* id : {"evidence.credentials-are-readable", "evidence.is-understood"})
      CHECK((main.of(find_check(id))->status == Status::fail) ==
            (row.fails == id || row.fails_on_main == id));
  }
}

TEST_CASE("evidence: what was handed over") {
  check_rows(
      {
          {"evidence.credentials-are-readable", {}, Status::pass, ""},
          {.id = "evidence.credentials-are-readable",
           .facts = {},
           .status = Status::fail,
           .words = "flash.bin at 0x40: cut; flash.bin at 0x40: flipped\ncredentials that can be "
                    "read | 2 that cannot",
           .remarks = {{Remark::damaged_credential, "cut"},
                       {Remark::damaged_credential, "flipped"}}},
          {"evidence.is-understood", {}, Status::pass, ""},
          {.id = "evidence.is-understood",
           .facts = {},
           .status = Status::warn,
           .words = "flash.bin at 0x40: misspelt\nevidence in a form that is read | something like "
                    "it",
           .remarks = {{Remark::resembles_evidence, "misspelt"}}},
          {.id = "evidence.second-unit-is-shown",
           .facts = {},
           .status = Status::pass,
           .words = "",
           .stage = Stage::lab,
           .one_of_many = true},
          {.id = "evidence.second-unit-is-shown",
           .facts = {},
           .status = Status::unknown,
           .words = "a lab needs two units of the product, each with a DAC of its own; here is one",
           .stage = Stage::lab},
          {"evidence.could-be-read", {}, Status::pass, ""},
          {.id = "evidence.could-be-read",
           .facts = {},
           .status = Status::unknown,
           .words = "flash.bin at 0x40: no permission",
           .remarks = {{Remark::unreadable_file, "no permission"}}},
      },
      {"evidence"});
}
