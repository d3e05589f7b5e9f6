// A good device, and beside its files one more that holds credentials in a form that is not a file
// a credential: a PKCS#7 bundle, one behind the other, the cells of a table. What revokes the
// device or is another's is found there as it is anywhere.

#include "fixtures/forge/crl_builder.h"
#include "tests/support/damaged_beside.h"
#include "tests/support/der_writer.h"
#include "tests/support/pasted_forms.h"
#include "verifier/checks/catalogue.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kRevoked = "dac.is-not-revoked";
constexpr const char* kDamaged = "evidence.credentials-are-readable";

std::string fails(const Report& report) {
  std::string out;
  for (const Finding* f : report.all(Status::fail))
    out += (out.empty() ? "" : " ") + std::string(f->check->id);
  return out;
}

struct World {
  DeviceBeside device;
  forge::DevicePlan plan = forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000);
  forge::Device good = forge::make(plan);
  const Bytes& other_dac = device.whole(Beside::second_dac);
  const Bytes& other_cd = device.whole(Beside::second_cd);
  const Bytes& revoking = device.whole(Beside::list);
  Bytes clean = forge::revocation_list(
      forge::list_plan(plan.pai, plan.pai_key, {Bytes{0x77, 0x01}}), plan.pai_key);
  Bytes of_pai = forge::revocation_list(
      forge::list_plan(forge::paa_any().plan, forge::paa_any().key,
                       {to_bytes(parse_certificate(good.pai).value()->serial)}),
      forge::paa_any().key);
  Bytes key =
      sequence({integer(1), octets(Bytes(plan.dac_key.scalar.begin(), plan.dac_key.scalar.end())),
                tlv(0xA0, object_id("1.2.840.10045.3.1.7"))});

  std::string of(const Bytes& beside) const { return fails(device.judge(Beside::list, beside)); }
  std::string of(std::string_view beside) const { return of(to_bytes(view(beside))); }
};

Bytes bundle(const std::vector<Bytes>& certificates, const std::vector<Bytes>& lists) {
  Bytes all, crls;
  for (const Bytes& one : certificates) all.insert(all.end(), one.begin(), one.end());
  for (const Bytes& one : lists) crls.insert(crls.end(), one.begin(), one.end());
  return sequence(
      {object_id("1.2.840.113549.1.7.2"),
       tlv(0xA0, sequence({integer(1), tlv(der::kSet, Bytes{}),
                           sequence({object_id("1.2.840.113549.1.7.1")}),
                           all.empty() ? Bytes{} : tlv(0xA0, all),
                           crls.empty() ? Bytes{} : tlv(0xA1, crls), tlv(der::kSet, Bytes{})}))});
}
Bytes enveloped() {
  const Bytes recipient =
      sequence({integer(2), tlv(0x80, Bytes(20, 7)), sequence({object_id("1.2.840.113549.1.1.1")}),
                octets(Bytes(64, 9))});
  return sequence({object_id("1.2.840.113549.1.7.3"),
                   tlv(0xA0, sequence({integer(2), tlv(der::kSet, recipient),
                                       sequence({object_id("1.2.840.113549.1.7.1"),
                                                 sequence({object_id("2.16.840.1.101.3.4.1.42")}),
                                                 tlv(0x80, Bytes(80, 3))})}))});
}

std::string lines(const std::string& s, size_t width = 64, const char* before = "") {
  return in_chunks(s, width, before, "\n");
}

}  // namespace

TEST_CASE("lists in a PKCS#7 bundle are read, whatever form the bundle is in") {
  const World w;
  const Bytes both = bundle({w.good.pai}, {w.revoking}), only = bundle({}, {w.revoking});
  for (const Bytes& der : {both, only, bundle({w.good.pai}, {w.clean, w.revoking})}) {
    CHECK(w.of(der) == kRevoked);
    CHECK(w.of(base64(der)) == kRevoked);
    CHECK(w.of(hex(der)) == kRevoked);
    CHECK(w.of("static const uint8_t bundle[] = {" + listed(der, "0x{:02x}", ", ", 12) + "};\n") ==
          kRevoked);
    for (const char* label : {"PKCS7", "CMS", "PKCS #7 SIGNED DATA", "CERTIFICATE"}) {
      CAPTURE(label);
      CHECK(w.of(to_pem(label, der)) == kRevoked);
    }
  }
  CHECK(w.of(bundle({w.good.pai}, {w.of_pai})) == "pai.is-not-revoked");
  CHECK(w.of(join({bundle({w.good.pai}, {w.clean}), w.revoking})) == kRevoked);
  // The innocent: a clean list, alone too, and what is encrypted for somebody.
  for (const Bytes& der : {bundle({}, {w.clean}), bundle({w.good.pai, w.good.dac}, {w.clean}),
                           enveloped(), bundle({w.good.pai}, {})}) {
    CHECK(w.of(der) == "");
    CHECK(w.of(to_pem("CMS", der)) == "");
    CHECK(w.of(base64(der)) == "");
  }
  CHECK(std::string(other_cms(enveloped())) == "EnvelopedData");
  CHECK(w.device.judge(Beside::list, enveloped()).verdict == Verdict::approve);
  // A bit of a declaration makes it no other CMS.
  for (size_t which = 0; which < 8 * 24; ++which)
    CHECK(other_cms(damaged(w.good.cd, which)) == nullptr);
}

TEST_CASE("what stands behind a credential in its file is further evidence, or damage") {
  const World w;
  const Bytes junk = raw("0102030405060708"), zeros(40, 0), erased(40, 0xFF);
  const struct {
    const char* name;
    Bytes bytes;
    std::string fails;
  } rows[] = {
      {"two lists", join({w.clean, w.revoking}), kRevoked},
      {"three", join({w.clean, w.clean, w.revoking}), kRevoked},
      {"with padding between", join({w.clean, zeros, w.revoking, erased}), kRevoked},
      {"the revoking one first", join({w.revoking, w.clean}), kRevoked},
      {"a list and half of another", join({w.clean, to_bytes(View(w.revoking).first(90))}),
       kDamaged},
      {"a list and junk", join({w.clean, junk}), kDamaged},
      {"a list and another DAC", join({w.clean, w.other_dac}), "identity.one-dac"},
      {"a list and another declaration", join({w.clean, w.other_cd}), "identity.one-cd"},
      {"a list and PEM", join({w.clean, to_bytes(view(to_pem("CERTIFICATE", w.other_dac)))}),
       "identity.one-dac"},
      {"a list and a line end", join({w.clean, raw("0d0a")}), ""},
      {"a list and erased flash", join({w.clean, erased}), ""},
      {"a list and the DAC itself", join({w.clean, w.good.dac}), ""},
      {"a key and another DAC", join({w.key, w.other_dac}), "identity.one-dac"},
      {"a key and a list", join({w.key, w.revoking}), kRevoked},
      {"a key and many lists", join({w.key, Bytes(4096, 0), w.revoking}), kRevoked},
      {"a key and its DAC", join({w.key, w.good.dac}), ""},
      {"a key and junk", join({w.key, junk}), kDamaged},
      {"a key and erased flash", join({w.key, erased}), ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(w.of(row.bytes) == row.fails);
    const bool key = equal(View(row.bytes).first(w.key.size()), w.key);
    CHECK(w.of(to_pem(key ? "EC PRIVATE KEY" : "X509 CRL", row.bytes)) == row.fails);
  }
  for (const size_t width : {size_t{64}, size_t{10'000}}) {
    for (const bool padded : {true, false}) {
      std::string one = base64(w.clean);
      while (!padded && one.ends_with('=')) one.pop_back();
      CAPTURE(width);
      CAPTURE(one);
      CHECK(w.of(lines(one, width) + lines(base64(w.revoking), width)) == kRevoked);
      CHECK(w.of(lines(one, width) + "\n" + lines(base64(w.other_dac), width)) ==
            "identity.one-dac");
      CHECK(w.of(lines(one, width) + base64(w.revoking).substr(0, 100)) == kDamaged);
      CHECK(w.of(lines(one, width) + lines(base64(w.good.dac), width)) == "");
    }
    CHECK(w.of(lines(hex(w.clean), width) + lines(hex(w.revoking), width)) == kRevoked);
    CHECK(w.of(lines(hex(w.key), width) + lines(hex(w.other_dac), width)) == "identity.one-dac");
  }
}

TEST_CASE("credentials in the cells of a table, and in what reads as one, are evidence") {
  const World w;
  const std::string list = to_pem("X509 CRL", w.revoking), clean = to_pem("X509 CRL", w.clean),
                    dac = to_pem("CERTIFICATE", w.other_dac),
                    own = to_pem("CERTIFICATE", w.good.dac), base = base64(w.other_dac);
  const auto block = [](const std::string& pem) {
    std::string out;
    for (const char c : pem) out += c == '\n' ? "\n  " : std::string(1, c);
    return "  " + out.substr(0, out.size() - 2);
  };
  std::string flat = dac;
  for (size_t at = 0; (at = flat.find('\n', at)) != std::string::npos;) flat.replace(at, 1, "\\n");
  const struct {
    const char* name;
    std::string text, fails;
  } rows[] = {
      {"a list as PEM", "name,crl\nx,\"" + list + "\"\n", kRevoked},
      {"with semicolons", "name;crl\r\nx;\"" + list + "\"\r\n", kRevoked},
      {"with tabs", "sn\tcrl\n1\t" + base64(w.revoking) + "\n", kRevoked},
      {"as hex", "sn|crl\n1|" + hex(w.revoking) + "\n", kRevoked},
      {"in the second row", "sn,crl\n1," + base64(w.clean) + "\n2," + base64(w.revoking) + "\n",
       kRevoked},
      {"another DAC", "sn,dac\n1," + base + "\n", "identity.one-dac"},
      {"as PEM", "CN,certs\nx,\"" + dac + "\"\n", "identity.one-dac"},
      {"as PEM in one line", "CN,certs\nx," + flat + "\n", "identity.one-dac"},
      {"under a name that nobody knows", "serial,blob\n1," + hex(w.other_dac) + "\n",
       "identity.one-dac"},
      {"another declaration", "sn,cd\n1," + base64(w.other_cd) + "\n", "identity.one-cd"},
      {"a cut DAC", "sn,dac\n1," + base.substr(0, base.size() / 2) + "\n", kDamaged},
      {"a cut list as hex", "sn,crl\n1," + hex(View(w.revoking).first(99)) + "\n", kDamaged},
      {"a cut DAC as PEM", "sn,dac\n1,\"" + dac.substr(0, 200) + "\n-----END CERTIFICATE-----\"\n",
       kDamaged},
      {"YAML", "dac: |\n" + block(dac), "identity.one-dac"},
      {"a list in YAML", "sn: |\n  1\ncrl: |\n" + block(list), kRevoked},
      {"base64 in YAML", "dac: |\n" + lines(base, 64, "  "), "identity.one-dac"},
      {"a cut block in YAML", "dac: |\n" + block(dac.substr(0, 200)) + "\n", kDamaged},
      {"a bundle", "sn,p7\n1," + base64(bundle({w.good.pai}, {w.revoking})) + "\n", kRevoked},
      // The innocent: the device's own, and other devices' beside it.
      {"its own DAC", "CN,certs\nx,\"" + own + "\"\n", ""},
      {"its own DAC as base64", "sn,dac\n1," + base64(w.good.dac) + "\n", ""},
      {"its own in YAML", "dac: |\n" + block(own), ""},
      {"a clean list", "name,crl\nx,\"" + clean + "\"\n", ""},
      {"a lot's table", "CN,certs\nx,\"" + own + "\"\ny,\"" + dac + "\"\n", ""},
      {"no credentials", "sn,passcode,dac_sha256\n1,20202021," + hex(Bytes(32, 0x5A)) + "\n", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(w.of(row.text) == row.fails);
  }
  // A lot's table says in a list whom it revokes, and is told of.
  CHECK(w.of("CN,certs,crl\nx,\"" + own + "\",\"" + list + "\"\ny,\"" + dac + "\",\n") == kRevoked);
  Reading reading;
  const std::string table = "CN,certs\nx,\"" + own + "\"\ny,\"" + dac + "\"\n";
  REQUIRE(read_evidence({.path = "m.csv", .bytes = view(table)}, reading));
  REQUIRE(reading.not_used.size() == 1);
  CHECK(reading.not_used[0] ==
        NotUsed{"m.csv",
                "a table of several devices, which lot compares row by row: 2 of its "
                "certificates, keys and requests are theirs and not read"});
  CHECK(reading.device.statements.empty());
}

TEST_CASE("credentials under keys that nobody reads are evidence, in whatever JSON they stand") {
  const World w;
  const auto quoted = [](std::string s) {
    std::string out;
    for (const char c : s) out += c == '\n' ? std::string("\\n") : std::string(1, c);
    return "\"" + out + "\"";
  };
  const std::string hosts[] = {
      R"({"vendor_id":"0xFFE0","product_id":"0x8000","extra":@})",
      R"({"vendor_id":"0xFFE0","spake2p":{"extra":@}})",
      R"({"vendor_id":"0xFFE0","extra":{"inside":["x",@]}})",
      R"({"serial_number":"S-1","note":@})",
      R"({"basic_info_pid":32768,"extra":@})",
  };
  size_t asked = 0;
  for (const std::string& host : hosts) {
    CAPTURE(host);
    const auto with = [&](const std::string& value) {
      ++asked;
      std::string text = host;
      return w.of(text.replace(text.find('@'), 1, value));
    };
    for (const std::string& form :
         {base64(w.revoking), hex(w.revoking), to_pem("X509 CRL", w.revoking)})
      CHECK(with(quoted(form)) == kRevoked);
    CHECK(with(quoted(base64(w.other_dac))).find("identity.one-dac") != std::string::npos);
    // The innocent: text, a list that names nobody of here, the device's own certificate.
    for (const std::string& form : {std::string("a note about the sample"), base64(w.clean),
                                    to_pem("CERTIFICATE", w.good.dac), std::string(64, 'a')})
      CHECK(with(quoted(form)) == "");
    CHECK(with("12") == "");
  }
  CHECK(asked == std::size(hosts) * 9);
}

TEST_CASE(
    "lists and keys pasted into a commissioner's log, or behind the PEM of a file, are seen") {
  const World w;
  const std::string logs[] = {"CHIP:TOO: --> DAC's VID: 0xFFE0, PID: 0x8000\n",
                              "[1] CHIP:CTL: hello\n"};
  for (const std::string& log : logs) {
    CAPTURE(log);
    for (const std::string& pem :
         {to_pem("X509 CRL", w.revoking), to_pem("PKCS7", bundle({}, {w.revoking}))}) {
      CHECK(w.of(log + pem) == kRevoked);
      CHECK(w.of(pem + log) == kRevoked);
    }
    CHECK(w.of(log + to_pem("X509 CRL", w.of_pai)) == "pai.is-not-revoked");
    CHECK(w.of(log + to_pem("X509 CRL", w.clean)) == "");
    CHECK(w.of(log + to_pem("EC PRIVATE KEY", w.key)) == w.of(to_pem("EC PRIVATE KEY", w.key)));
  }
  const std::string pai = to_pem("CERTIFICATE", w.good.pai);
  for (const std::string& form : {base64(w.revoking), hex(w.revoking)}) {
    CHECK(w.of(pai + form + "\n") == kRevoked);
    CHECK(w.of(form + "\n" + pai) == kRevoked);
  }
  CHECK(w.of(pai + "a note behind it\n") == "");
  CHECK(w.of(pai + base64(w.clean) + "\n") == "");
}

TEST_CASE("the content of a declaration beside it is no second one") {
  const World w;
  const Bytes content = parse_cms(w.good.cd).value().content;
  CHECK(w.of(content) == "");
  Bytes other = content;
  other[other.size() / 2] ^= 0x01;
  CHECK(w.of(other) != "");
}

TEST_CASE("a log's PEM of 76 columns is read, and credentials in an ini under any key") {
  const World w;
  const auto wide = [](const Bytes& der) {
    return "-----BEGIN CERTIFICATE-----\n" + in_chunks(base64(der), 76, "", "\n") +
           "-----END CERTIFICATE-----\n";
  };
  const std::string log = "CHIP:TOO: --> DAC's VID: 0xFFE0, PID: 0x8000\n";
  CHECK(w.of(log + wide(w.other_dac)).find("identity.one-dac") != std::string::npos);
  CHECK(w.of(log + wide(w.good.dac)) == "");
  const std::string ini = "[DEFAULT]\nmfg-date=2026-01-01\nreboot-count=12\n";
  CHECK(w.of(ini + "note=" + base64(w.revoking) + "\n") == kRevoked);
  CHECK(w.of(ini + "note=" + base64(w.clean) + "\n") == "");
  CHECK(w.of(ini + "f/1/a=" + base64(Bytes(97, 0x15)) + "\n") == "");
}
