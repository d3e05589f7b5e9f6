// Credentials in a text whose own reader does not take them: every form that has keys of its own,
// logs, comments, what stands behind PEM, cells. What revokes the device, or is another's, or is
// damaged, is seen; what is the device's own changes nothing.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "fixtures/forge/crl_builder.h"
#include "tests/support/damaged_beside.h"
#include "tests/support/der_writer.h"
#include "tests/support/pasted_forms.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/pki/key.h"
#include "verifier/readers/own_output.h"
#include "verifier/readers/reader.h"

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
  const Bytes& revoking = device.whole(Beside::list);
  Bytes clean = list({Bytes{0x77, 0x01}});
  Bytes key =
      sequence({integer(1), octets(Bytes(plan.pai_key.scalar.begin(), plan.pai_key.scalar.end())),
                tlv(0xA0, object_id("1.2.840.10045.3.1.7"))});

  Bytes list(std::vector<Bytes> serials) const {
    return forge::revocation_list(forge::list_plan(plan.pai, plan.pai_key, std::move(serials)),
                                  plan.pai_key);
  }
  std::string of(std::string_view beside) const {
    return fails(device.judge(Beside::list, view(beside)));
  }
};

std::string quoted(std::string_view s) {
  std::string out;
  for (const char c : s)
    out += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return "\"" + out + "\"";
}
std::string escaped(std::string_view s) {
  const std::string out = quoted(s);
  return out.substr(1, out.size() - 2);
}
std::string each_line(std::string_view before, std::string_view s) {
  std::string out;
  while (!s.empty()) {
    const std::string_view line = s.substr(0, s.find('\n'));
    s.remove_prefix(std::min(line.size() + 1, s.size()));
    out += std::string(before) + std::string(line) + "\n";
  }
  return out;
}

// Where something may stand; `kind` is that of the reader which takes the rest.
struct Host {
  const char* kind;
  std::string before, behind;
  std::string (*written)(std::string_view) = [](std::string_view s) { return std::string(s); };

  std::string with(std::string_view value) const { return before + written(value) + behind; }
};

std::vector<Host> hosts() {
  const forge::DevicePlan plan = forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000);
  const std::string pai = to_pem("CERTIFICATE", forge::make(plan).pai),
                    log = "CHIP:TOO: --> DAC's VID: 0xFFE0, PID: 0x8000\n",
                    ini = "[DEFAULT]\nmfg-date=2026-01-01\n",
                    cpms = R"({"matter":{"instance_info":{"vendor_id":"0xFFE0"},)",
                    nordic = R"({"sn":"S-1","hw_ver":1,"vendor_id":65504,"product_id":32768,)";
  const auto comment = [](std::string_view s) { return each_line("# ", s); };
  const auto logged = [](std::string_view s) {
    return each_line("[1700000000.1] [1:2] CHIP:CTL: ", s);
  };
  return {
      {"device-json", R"({"vendor_id":"0xFFE0","product_id":"0x8000","extra":)", "}", quoted},
      {"device-json", R"({"vendor_id":"0xFFE0","spake2p":{"extra":["x",)", "]}}", quoted},
      {"vector-json", R"({"basic_info_pid":32768,"extra":)", "}", quoted},
      {"cpms-json", cpms + R"("extra":)", "}}", quoted},
      {"cpms-json", cpms + R"("attestation_credentials":{"dac_cert":)", "}}}", quoted},
      {"cpms-json", R"({"extra":)", "," + cpms.substr(1) + R"("ota":{}}})", quoted},
      {"nordic-factory-data", nordic + R"("user":{"extra":)", "}}", quoted},
      {"nordic-factory-data", nordic + R"("extra":)", "}", quoted},
      {"telink-factory-data", R"({"serial_num":"S-1","spake2_verifier":null,"extra":)", "}",
       quoted},
      {"ti-factory-data", R"({"elements":[{"vendor_id":65504,"len":2},{"extra":)", "}]}", quoted},
      {"ti-factory-data", R"({"elements":[{"vendor_id":65504,"len":2}],"extra":)", "}", quoted},
      {"commissioner-log", R"({"attributes":{"0/40/2":65504,"extra":)", "}}", quoted},
      {"commissioner-log", R"({"extra":)", R"(,"attributes":{"0/40/2":65504}})", quoted},
      {"onboarding-text", "Salt,Verifier,discriminator,extra\n,,3840,\"", "\"\n"},
      {"linux-ini", ini + "extra=", "\n", escaped},
      {"linux-ini", ini + "[other]\nf/1/a=", "\n", escaped},
      {"linux-ini", ini, "", comment},
      {"pem-bundle", pai, "\n"},
      {"pem-bundle", pai + "extra: ", "\n"},
      {"pem-bundle", pai + R"({"extra":)", "}\n", quoted},
      {"pem-bundle", "", "\n" + pai},
      {"commissioner-log", log, "\n" + log},
      {"commissioner-log", log + "the list: ", "\n"},
      {"commissioner-log", log + R"({"extra":)", "}\n", quoted},
      {"commissioner-log", log, log, logged},
  };
}

std::vector<std::string> forms(const char* label, View der) {
  return {base64(der), hex(der), to_pem(label, der), in_chunks(base64(der), 64, "", "\n"),
          in_lines(der, xxd_line)};
}

}  // namespace

TEST_CASE("loose credentials: lists and keys in every form that has a reader of its own") {
  const World w;
  size_t asked = 0;
  for (const Host& host : hosts()) {
    CAPTURE(host.before);
    for (const std::string& form : forms("X509 CRL", w.revoking)) {
      CAPTURE(form);
      CHECK(w.of(host.with(form)) == kRevoked);
      ++asked;
    }
    for (const std::string& form : forms("EC PRIVATE KEY", w.key)) {
      CAPTURE(form);
      CHECK(w.of(host.with(form)) == "key.is-no-authority-key");
    }
    // The innocent: the device's own, and a list that names nobody of here.
    for (const auto& [label, der] : {std::pair<const char*, const Bytes&>{"X509 CRL", w.clean},
                                     {"CERTIFICATE", w.good.dac},
                                     {"CMS", w.good.cd}}) {
      // (A declaration in the DAC's own place is a fault there.)
      const bool in_place =
          label == std::string_view("CMS") &&
          std::string_view(host.before).find("\"dac_cert\":") != std::string::npos;
      for (const std::string& form : forms(label, der)) {
        if (in_place) continue;
        CAPTURE(form);
        CHECK(w.of(host.with(form)) == "");
      }
    }
    CHECK(w.of(host.with("a note about the sample")) == "");
    CHECK(w.of(host.with(std::string(64, 'a'))) == "");
    for (const std::string& form : {base64(w.good.elements), hex(w.good.elements)})
      CHECK(w.of(host.with(form)) == "");
  }
  CHECK(asked == hosts().size() * 5);
  for (const std::string& form : {base64(w.good.elements), hex(w.good.elements)})
    CHECK(w.of("sn,extra\n1," + form + "\n") == "");
}

TEST_CASE("loose credentials: what is damaged, in every form that has a reader of its own") {
  const World w;
  const std::string pem = to_pem("X509 CRL", w.revoking), base = base64(w.revoking);
  Bytes flipped = w.revoking;
  flipped[1] ^= 0x10;
  std::string strange = base, strange_pem = pem;
  strange[60] = '*';
  strange_pem[100] = '*';
  const std::string rows[] = {
      base64(flipped),
      hex(flipped),
      to_pem("X509 CRL", flipped),
      base.substr(0, base.size() * 2 / 3 - 1),
      hex(w.revoking).substr(0, 301),
      strange,
      strange_pem,
      pem.substr(0, pem.size() * 2 / 3),
      pem.substr(0, 200) + "\n-----END X509 CRL-----\n",
  };
  for (const Host& host : hosts()) {
    CAPTURE(host.before);
    for (const std::string& row : rows) {
      CAPTURE(row);
      CHECK(w.of(host.with(row)) == kDamaged);
    }
  }
}

TEST_CASE("loose credentials: every reader that leaves text to others has a form above") {
  std::set<std::string> with_rest, tried;
  for (const Reader* reader : readers()) {
    // (read_device_json looks itself, for the records of a lot as well; a table of verifiers does
    // cell by cell.)
    if (reader->rest != Rest::nothing || reader->kind == std::string("device-json") ||
        reader->kind == std::string("onboarding-text"))
      with_rest.insert(reader->kind);
  }
  for (const Host& host : hosts()) {
    tried.insert(host.kind);
    const std::string text = host.with("a note");
    const Reader* reader = reader_of({.path = "x", .bytes = view(text), .member = true});
    CAPTURE(text);
    REQUIRE(reader != nullptr);
    CHECK(std::string(reader->kind) == host.kind);
  }
  CHECK(with_rest == tried);
}

TEST_CASE("loose credentials: a PEM block in the middle of a line is read, or is damage") {
  const World w;
  const std::string pem = to_pem("X509 CRL", w.revoking);
  for (const std::string& text : {"notes of the day\nextra=" + pem,
                                  "notes of the day\nextra=" + escaped(pem) + " and so on\n",
                                  "extra=" + pem + "and more\n", "# see " + escaped(pem)}) {
    CAPTURE(text);
    CHECK(w.of(text) == kRevoked);
  }
  std::string cut = escaped(pem);
  cut.erase(150, 80);
  CHECK(w.of("notes\nextra=" + cut + " and so on\n") == kDamaged);
  CHECK(w.of("notes\nextra=" + escaped(pem).substr(0, 250) + " and so on\n") == kDamaged);
}

TEST_CASE("loose credentials: values behind one another are values of their own") {
  const World w;
  const Bytes& pai = w.good.pai;
  const Bytes& other = w.device.whole(Beside::second_dac);
  const Bytes nonce(w.good.nonce), verifier = [] {
    Bytes out(97, 0x29);
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(i * 41 + 7);
    out[32] = 4;
    return out;
  }();
  REQUIRE(nonce.size() == 32);
  const std::function<std::string(View)> writings[] = {
      [](View v) { return hex(v); },
      [](View v) { return base64(v); },
      [](View v) {
        std::string out = base64(v);
        return out.erase(out.find_last_not_of('=') + 1);
      },
      [](View v) { return listed(v, "{:02X}", ":"); },
      [](View v) { return in_chunks(hex(v), 64, "", "\n"); },
      [](View v) { return in_chunks(base64(v), 64, "", "\n"); },
      [](View v) { return in_chunks(base64(v), 76, "  ", "\n"); },
      [](View v) { return in_chunks(base64(v), 64, "", " "); },
      [](View v) { return listed(v, "{:02x}", " ", 16) + "\n"; },
  };
  // All bytes in one word of base64 as well, and what is whole there.
  const std::string joined = "certs: " + base64([&] {
                               Bytes all = w.good.dac;
                               for (const View v : {View(pai), View(w.good.cd)})
                                 all.insert(all.end(), v.begin(), v.end());
                               return all;
                             }()) +
                             "\n";
  CHECK(w.of(joined) == "");
  CHECK(w.of(joined.substr(7)) == "");
  // (Of bytes with blanks only the end of a line parts what has no length.)
  size_t written = 0;
  for (const auto& as : writings) {
    CAPTURE(written);
    const bool lines = ++written == std::size(writings);
    for (const std::string between : {"", " ", "\t", ",", "\n", "\n\n", ", ", "; ", " | "}) {
      // (Without anything between them only what has a length of its own ends.)
      if (lines ? !between.starts_with('\n') : between.empty() && written > 1) continue;
      CAPTURE(between);
      const auto row = [&](std::initializer_list<View> values) {
        std::string out;
        for (const View v : values) out += (out.empty() ? "" : between) + as(v);
        return out + "\n";
      };
      for (const std::string before : {"", "SN1\t", "SN0001,", "DAC PAI CD\n", "certs: ", "x="}) {
        CAPTURE(before);
        if (!before.empty() && between != " " && between != "\n") continue;
        const auto of = [&](std::initializer_list<View> values) {
          return w.of(before + row(values));
        };
        // The device's own.
        CHECK(of({w.good.dac, pai, w.good.cd}) == "");
        CHECK(of({w.good.cd, w.good.dac}) == "");
        CHECK(of({w.good.dac, other}).find("identity.one-dac") != std::string::npos);
        CHECK(of({w.good.dac, w.revoking}) == kRevoked);
        if (between.empty()) continue;
        CHECK(of({nonce, w.good.dac}) == "");
        CHECK(of({verifier, w.good.dac, pai}) == "");
        CHECK(of({w.good.dac, verifier}) == "");
        CHECK(of({w.good.elements, w.good.dac}) == "");
        CHECK(of({pai, nonce, w.good.dac, verifier, w.clean}) == "");
        // What is another's, revokes or is damaged.
        CHECK(of({nonce, other}).find("identity.one-dac") != std::string::npos);
        CHECK(of({pai, w.good.cd, other, w.good.dac}).find("identity.one-dac") !=
              std::string::npos);
        CHECK(of({verifier, w.revoking, pai}) == kRevoked);
        CHECK(of({w.good.dac, View(w.revoking).first(w.revoking.size() - 30)}) == kDamaged);
        CHECK(of({nonce, View(w.good.cd).first(w.good.cd.size() - 40)}) != "");
      }
    }
  }
}

TEST_CASE("loose credentials: cells that nobody knows, and comments, in tables of verifiers") {
  const World w;
  const forge::DevicePlan plan = w.plan;
  const Bytes& other = w.device.whole(Beside::second_dac);
  Bytes flipped = w.revoking;
  flipped[1] ^= 0x10;
  const Bytes cut(w.revoking.begin(), w.revoking.end() - 30);
  const auto in_cell = [](const std::string& value) {
    std::string out = "\"";
    for (const char c : value) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  };
  const auto writings = [&](const char* label, View der) {
    auto out = forms(label, der);
    out.push_back(escaped(to_pem(label, der)));
    out.push_back(listed(der, "{:02x}", ":"));
    out.push_back(listed(der, "{:02x}", " "));
    return out;
  };
  // With `@` for the separator and `$` for the value. The facts are left out: they would be
  // another's.
  const std::string salt = base64(Bytes(32, 0x73));
  const std::vector<std::string> tables = {
      "Index@PIN Code@Iteration Count@Salt@Verifier@Note\n0@@@" + salt + "@@$\n",
      "Index@PIN Code@Iteration Count@Salt@Verifier@CD\n0@@@" + salt + "@@$\n",
      "Index@PIN Code@Iteration Count@Salt@Verifier@Note@Batch\n0@@@" + salt + "@@$@B7\n",
      "Note@Index@PIN Code@Iteration Count@Salt@Verifier\n$@0@@@" + salt + "@\n",
      "Index@PIN Code@Iteration Count@Salt@Verifier@DAC\n0@@@" + salt + "@@$\n",
      "serial@note\nS1@$\n",
      "serial@note@more\nS1@$@x\nS2@@\n",
  };
  size_t asked = 0;
  for (const std::string& table : tables) {
    for (const char separator : {',', ';', '\t'}) {
      const auto of = [&](const std::string& value) {
        std::string text;
        for (const char c : table) {
          if (c == '$')
            text += in_cell(value);
          else
            text += c == '@' ? separator : c;
        }
        CAPTURE(text);
        ++asked;
        return w.of(text);
      };
      CAPTURE(table);
      CAPTURE(separator);
      CHECK(of("a note") == "");
      for (const std::string& form : writings("CERTIFICATE", w.good.dac)) CHECK(of(form) == "");
      for (const std::string& form : writings("CERTIFICATE", other)) {
        CAPTURE(form);
        CHECK(of(form).find("identity.one-dac") != std::string::npos);
      }
      for (const std::string& form : writings("X509 CRL", w.revoking)) CHECK(of(form) == kRevoked);
      for (const Bytes& bad : {flipped, cut}) {
        for (const std::string& form : {base64(bad), hex(bad), to_pem("X509 CRL", bad)}) {
          CAPTURE(form);
          CHECK(of(form) == kDamaged);
        }
      }
    }
  }
  CHECK(asked == tables.size() * 3 * (1 + 3 * 8 + 6));
  // A comment is no row, and what stands in one is read as elsewhere.
  const std::string row = fmt::format("0,,,{},\n", salt),
                    head = "Index,PIN Code,Iteration Count,Salt,Verifier\n";
  for (const std::string& text : std::vector<std::string>{
           head + row + "# $\n", head + "# $\n" + row, "# $\n" + head + row,
           "#$\n" + head + row + "# made, twice\n", "serial,note\nS1,x\n# $\n",
           "serial,note\n#$\nS1,x\n", "# of the factory\nserial,note\nS1,x\n# the list: $\n"}) {
    CAPTURE(text);
    const auto of = [&](const std::string& value) {
      std::string all = text;
      return w.of(all.replace(all.find('$'), 1, value));
    };
    CHECK(of("a note, of somebody") == "");
    for (const std::string& form : {base64(w.good.dac), hex(w.good.dac)}) CHECK(of(form) == "");
    for (const std::string& form : {base64(other), hex(other)})
      CHECK(of(form).find("identity.one-dac") != std::string::npos);
    for (const std::string& form : {base64(w.revoking), hex(w.revoking)})
      CHECK(of(form) == kRevoked);
    for (const Bytes& bad : {flipped, cut}) {
      for (const std::string& form : {base64(bad), hex(bad)}) CHECK(of(form) == kDamaged);
    }
  }
}

TEST_CASE("loose credentials: arrays of bytes, of lines, and names in JSON") {
  const World w;
  const Bytes& other = w.device.whole(Beside::second_dac);
  const std::function<std::string(View)> writings[] = {
      [](View v) { return "[" + listed(v, "{}", ",") + "]"; },
      [](View v) { return "[[1,2],[" + listed(v, "{}", ", ", 16, ",\n") + "]]"; },
      [](View v) {
        std::string out;
        for (const uint8_t b : v) out += fmt::format(",{}", static_cast<int8_t>(b));
        return "[" + out.substr(1) + "]";
      },
      [](View v) { return "[\"" + listed(v, "{:02x}", "\",\"") + "\"]"; },
      [](View v) { return "[\"0x" + listed(v, "{:02X}", "\",\"0x") + "\"]"; },
      [](View v) { return R"({"type":"Buffer","data":[)" + listed(v, "{}", ",") + "]}"; },
      [](View v) {
        std::string out;
        for (size_t i = 0; i < v.size(); ++i)
          out += fmt::format("{}\"{}\":{}", i == 0 ? "" : ",", i, v[i]);
        return "{" + out + "}";
      },
      [](View v) { return "[" + listed(view(base64(v)), "{}", ",") + "]"; },
      [](View v) { return "{" + ::quoted(base64(v)) + ":1}"; },
      [](View v) { return "{" + ::quoted(hex(v)) + ":{\"x\":[]}}"; },
      [](View v) { return "[" + in_chunks(base64(v), 64, "\"", "\",") + "\"\"]"; },
  };
  Bytes flipped = w.revoking;
  flipped[1] ^= 0x10;
  const Bytes cut(w.revoking.begin(), w.revoking.end() - 30);
  size_t asked = 0;
  for (const Host& host : hosts()) {
    if (!host.before.starts_with('{') || host.before.ends_with("\"dac_cert\":")) continue;
    CAPTURE(host.before);
    size_t written = 0;
    for (const auto& as : writings) {
      CAPTURE(written);
      ++written;
      ++asked;
      const auto of = [&](View v) { return w.of(host.before + as(v) + host.behind); };
      CHECK(of(w.good.dac) == "");
      CHECK(of(w.clean) == "");
      CHECK(of(w.revoking) == kRevoked);
      CHECK(of(other).find("identity.one-dac") != std::string::npos);
      for (const Bytes& bad : {flipped, cut}) CHECK(of(bad) == kDamaged);
    }
    const auto of = [&](const std::string& value) {
      return w.of(host.before + value + host.behind);
    };
    // PEM, line by line.
    for (const auto& [der, right] :
         {std::pair<const Bytes&, std::string>{w.good.dac, ""}, {w.revoking, kRevoked}}) {
      std::string lines;
      for (std::string pem = to_pem(right.empty() ? "CERTIFICATE" : "X509 CRL", der);
           !pem.empty();) {
        const size_t end = pem.find('\n');
        lines += (lines.empty() ? "" : ",") + ::quoted(pem.substr(0, end));
        pem.erase(0, end + 1);
      }
      CHECK(of("[" + lines + "]") == right);
    }
    // An element that is no byte.
    CHECK(of("[" + listed(View(w.revoking).first(90), "{}", ",") + ",999," +
             listed(View(w.revoking).subspan(91), "{}", ",") + "]") == kDamaged);
    // The innocent.
    Bytes noise, ramp(256, 0);
    for (size_t i = 0; i < 600; ++i) noise.push_back(static_cast<uint8_t>(i * i * 7 + i / 3));
    for (size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<uint8_t>(i);
    for (const Bytes& innocent : {noise, ramp, Bytes(200, 48), Bytes(64, 0)})
      CHECK(of(writings[0](innocent)) == "");
    CHECK(of("[48,130,1,144,48,130,1,55]") == "");
    CHECK(of(R"(["a","note",{"in":"lines"},[],{}])") == "");
    CHECK(of("{" + ::quoted(std::string(80, 'a')) + ":1}") == "");
  }
  CHECK(asked >= 10 * std::size(writings));
  // In JSON that no reader knows.
  for (const auto& as : writings) {
    CHECK(w.of("{\"x\":" + as(w.revoking) + "}\n") == kRevoked);
    CHECK(w.of("{\"x\":" + as(w.good.dac) + "}\n") == "");
  }
}

TEST_CASE("loose credentials: large lists, and long tables") {
  const World w;
  const Bytes serial = to_bytes(parse_certificate(w.good.dac).value()->serial);
  std::vector<Bytes> many;
  for (uint32_t i = 0; i < 4000; ++i)
    many.push_back(Bytes{0x70, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)});
  const Bytes clean = w.list(many);
  many.push_back(serial);
  const Bytes large = w.list(many);
  REQUIRE(large.size() > (64u << 10));
  for (const char* host : {R"({"vendor_id":"0xFFE0","extra":"@"})", "sn,crl\n1,@\n",
                           "[DEFAULT]\nmfg-date=2026-01-01\nextra=@\n"}) {
    CAPTURE(host);
    const auto with = [&](const std::string& value) {
      std::string text = host;
      return w.of(text.replace(text.find('@'), 1, value));
    };
    CHECK(with(base64(large)) == kRevoked);
    CHECK(with(base64(clean)) == "");
  }
  // Behind the certificates of many devices.
  std::string table = "sn,value\n";
  forge::DevicePlan plan = w.plan;
  for (uint64_t i = 0; i < 4200; ++i)
    table += fmt::format("{},{}\n", i, base64(forge::numbered_dac(plan, "long-table", i)));
  CHECK(w.of(table) == "");
  CHECK(w.of(table + "x," + base64(w.revoking) + "\n") == kRevoked);
  // More lists than are kept: what is not read is told of.
  std::string lists = "sn,value\n";
  for (uint8_t i = 0; i < 68; ++i) {
    for (uint8_t k = 0; k < 64; ++k) {
      Bytes one = w.clean;
      one[one.size() - 1] = i;
      one[one.size() - 2] = k;
      lists += fmt::format("{},{}\n", i * 64 + k, base64(one));
    }
  }
  const Report report = w.device.judge(Beside::list, view(lists));
  CHECK(report.of(find_check("evidence.could-be-read"))->status == Status::unknown);
}

TEST_CASE("attestation responses: several that one DAC signed are no contradiction") {
  const World w;
  forge::Device again = w.good;
  again.nonce = Bytes(32, 0x5C);
  again.present();
  REQUIRE(again.elements != w.good.elements);
  const auto json = [](const forge::Device& d) {
    return fmt::format(
        R"({{"attestation":{{"elements":"{}","signature":"{}","nonce":"{}","challenge":"{}"}}}})",
        hex(d.elements), hex(d.signature), hex(d.nonce), hex(d.challenge));
  };
  CHECK(w.of(json(w.good)) == "");
  CHECK(w.of(json(again)) == "");
  forge::Device other = again;
  other.challenge = Bytes(16, 0x21);
  other.sign_elements();
  CHECK(w.of(json(other)) == "");
  // One that the key did not sign, of another nonce than was sent, of another declaration.
  const char* unsigned_one = "attestation.signature-verifies";
  forge::Device bad = again;
  bad.signature[10] ^= 1;
  CHECK(w.of(json(bad)) == unsigned_one);
  bad = again;
  bad.dac_key = w.plan.pai_key;
  bad.sign_elements();
  CHECK(w.of(json(bad)) == unsigned_one);
  bad = again;
  bad.nonce = Bytes(32, 0x5D);
  CHECK(w.of(json(bad)) == "attestation.nonce-matches");
  bad = again;
  bad.present(w.device.whole(Beside::second_cd));
  CHECK(w.of(json(bad)) != "");
}

TEST_CASE("a signer of revocation lists without a list is no second DAC") {
  const World w;
  const forge::KeyPair key = forge::key_named("a delegate of lists");
  forge::CertificatePlan plan = w.plan.pai;
  plan.subject = {forge::common_name("PAA Delegate")};
  plan.public_key = Bytes(key.point.begin(), key.point.end());
  plan.replace(forge::basic_constraints(false));
  plan.replace(forge::key_usage(KeyUsage::crl_sign));
  const Bytes delegate = forge::certificate(plan, forge::paa_any().key);
  CHECK(fails(w.device.judge(Beside::list, delegate)) == "");
  CHECK(w.device.judge(Beside::list, delegate).verdict == Verdict::approve);
  const forge::Device stranger = forge::make(forge::good_plan("a delegate's stranger"));
  const Report other =
      w.device.judge(Beside::list, forge::certificate(
                                       [&] {
                                         forge::CertificatePlan p = plan;
                                         p.replace(forge::authority_key_id(Bytes(20, 0x19)));
                                         return p;
                                       }(),
                                       stranger.dac_key));
  CHECK(other.verdict == Verdict::approve);
  // Damaged, or signed by nobody: told of.
  Bytes bad = delegate;
  bad[bad.size() - 3] ^= 1;
  CHECK(fails(w.device.judge(Beside::list, bad)) == kDamaged);
  // What may sign other things as well stays a certificate of a device.
  plan.replace(forge::key_usage(KeyUsage::crl_sign | KeyUsage::digital_signature));
  CHECK(fails(w.device.judge(Beside::list, forge::certificate(plan, forge::paa_any().key))) != "");
}

TEST_CASE("reports of this program: lines of any number, and a document of 16 MiB at most") {
  const std::string line = "{\"id\":\"a\",\"verdict\":\"approve\"}\n",
                    last = "{\"lot\":{\"schema\":\"matter-attest/lot/1\"}}\n";
  std::string lines;
  while (lines.size() < (17u << 20)) lines += line;
  CHECK(!why_own_output(view(lines + last)).empty());
  const std::string document = R"({"schema":"matter-attest/report/1","notes":")";
  CHECK(!why_own_output(view(document + "x\"}")).empty());
  CHECK(why_own_output(view(document + std::string(17u << 20, 'x') + "\"}")).empty());
}
