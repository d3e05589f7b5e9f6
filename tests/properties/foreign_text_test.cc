// A text beside a good device says the same in whatever encoding it was saved, and with the noise
// of a serial line or of a disk around it.
#include "tests/support/check_rows.h"
#include "tests/support/damaged_beside.h"
#include "tests/support/support.h"
#include "verifier/matter/onboarding_payload.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string fails(const Report& report) {
  std::string out;
  for (const Finding* f : report.all(Status::fail))
    out += (out.empty() ? "" : " ") + std::string(f->check->id);
  return out;
}

struct Saved {
  const char* how;
  std::string text;
};
// Each `*` of the text is a letter that is not of ASCII.
std::vector<Saved> saved(std::string_view words) {
  const auto with = [&](std::string_view letter) {
    std::string out;
    for (const char c : words) out += c == '*' ? std::string(letter) : std::string(1, c);
    return out;
  };
  const std::string plain = with("ae"), nothing(1, '\0');
  std::string little, big, four;
  for (const char c : plain) {
    little += c + nothing;
    big += nothing + c;
    four += c + nothing + nothing + nothing;
  }
  return {
      {"UTF-8", with("\xC3\xA4")},
      {"Windows-1252", with("\xE4")},
      {"Windows-1251", with("\xD3\xF1\xF2\xF0\xEE\xE9")},
      {"GBK", with("\xB2\xFA\xC6\xB7")},
      {"Shift-JIS", with("\x90\xBB\x95\x69")},
      {"Windows-1252 behind a mark of UTF-8", "\xEF\xBB\xBF" + with("\xE4")},
      {"a NUL behind it", plain + nothing},
      {"NULs before it", nothing + nothing + nothing + "\n" + plain},
      {"a page of NULs behind it", plain + std::string(4096, '\0')},
      {"erased flash behind it", plain + std::string(600, '\xFF')},
      {"0xFF before it", "\xFF" + plain},
      {"noise of a line before it", "\xFF\xFE" + nothing + "\xF8\n" + plain},
      {"half a character behind it", plain + "\xC3"},
      {"a bell before it", "\x1B\x07\x08\n" + plain},
      {"DEL", "\x7F\n" + plain},
      {"UTF-16", "\xFF\xFE" + little},
      {"UTF-16 without a mark", little},
      {"UTF-16, big", "\xFE\xFF" + big},
      {"UTF-16 and a byte", "\xFF\xFE" + little + "x"},
      {"UTF-16, padded", "\xFF\xFE" + little + std::string(64, '\0')},
      {"UTF-16 behind ASCII", "it began\r\n" + little},
      {"UTF-32", "\xFF\xFE" + nothing + nothing + four},
      {"UTF-32 without a mark", four},
  };
}

}  // namespace

TEST_CASE("a text beside a good device says the same in any encoding") {
  const DeviceBeside device;
  const Bytes& dac = device.whole(Beside::second_dac);
  std::string array = "/* Ger*t */ const uint8_t dac[] = {";
  for (const uint8_t b : dac) array += fmt::format("0x{:02x}, ", b);
  const struct {
    const char* form;
    std::string text;
    const char* fails;
  } rows[] = {
      {"hex behind a word", "Ger*t: " + hex(dac) + "\n", "identity.one-dac"},
      {"base64 below a word", "Ger*t:\n" + base64(dac) + "\n", "identity.one-dac"},
      {"PEM below a word", "Ger*t\n" + to_pem("CERTIFICATE", dac), "identity.one-dac"},
      {"an array", array + "};\n", "identity.one-dac"},
      {"JSON", R"({"name": "Ger*t", "cert": ")" + base64(dac) + "\"}", "identity.one-dac"},
      {"a program", "name = 'Ger*t'\nDAC = bytes.fromhex('" + hex(dac) + "')\n",
       "identity.one-dac"},
      {"settings", "[x]\nname=Ger*t\ndac-cert=" + base64(dac) + "\n", "identity.one-dac"},
      {"a log", "Ger*t\n[1][1:1] CHIP:CTL: --> DAC's VID: 0x1470, PID: 0x8006\n",
       "identity.log-is-of-this-device"},
      {"a label", "label of Ger*t: MT:Y.K9042C00KA0648G00\n", "onboarding.vendor-agrees"},
      {"a label of 32 letters", "Ger*t at: MT:Y.K9042C00KA0648G00", "onboarding.vendor-agrees"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.form));
    for (const Saved& as : saved(row.text)) {
      CAPTURE(std::string(as.how));
      CHECK(fails(device.judge(Beside::second_dac, view(as.text))) == row.fails);
    }
  }
}

TEST_CASE("JSON that is evidence is read with letters of a code page, and is damaged by them") {
  const DeviceBeside device;
  const std::string json = R"({"product_label": "x", "part_number": "Ger*t"})";
  for (const Saved& as : saved(json)) {
    CAPTURE(std::string(as.how));
    const std::string how = as.how;
    if (how == "noise of a line before it" || how == "a bell before it" ||
        how == "UTF-16 behind ASCII")
      continue;  // no JSON
    const Report report = device.judge(Beside::second_dac, view(as.text));
    const bool whole = how.starts_with("UTF-");
    CHECK(fails(report) == (whole ? "" : "factory.is-intact"));
  }
  const Report report =
      device.judge(Beside::second_dac, view("{\"part_number\": \"0xFFF1\", \"x\xE4\": 1}"));
  CHECK(report.of(find_check("factory.is-intact"))
            ->message.find("lot/beside.der at 0x1c: JSON: expected UTF-8, found the byte 0xe4") !=
        std::string::npos);
}

TEST_CASE("a code that was retyped is a code where it is right, and words behind mt: are none") {
  const DeviceBeside device;
  for (const char* text : {
           "mt:y.k9042c00ka0648g00",
           "Mt:Y.K9042C00KA0648G00",
           "MT: Y.K9042C00KA0648G00",
           "MT : Y.K9042C00KA0648G00",
           "MT:Y.K90 42C00 KA0648G00",
           "its label: MT:Y.K9042C00KA 0648G00 here",
           "MT:Y.K9042C00\r\nKA0648G00\r\n",
           "the code is mt:y.k9042c00ka0648g00.",
           "mt:y.k9042c00 ka0648g00, and on",
       }) {
    CAPTURE(std::string(text));
    CHECK(fails(device.judge(Beside::second_dac, view(text))) == "onboarding.vendor-agrees");
  }
  for (const char* text : {"mt:configuration-of-it is here", "the MT: values are here and there",
                           "mt: y.k9042c00ka0648g01", "amt:y.k9042c00ka0648g00"}) {
    CAPTURE(std::string(text));
    CHECK(fails(device.judge(Beside::second_dac, view(text))) == "");
  }
}

TEST_CASE("a line of a log counts without its arrow") {
  const DeviceBeside device;
  for (const char* line : {"DAC's VID: 0x1470, PID: 0x8006", "-> DAC's VID: 0x1470, PID: 0x8006",
                           "--&gt; DAC's VID: 0x1470, PID: 0x8006"}) {
    CAPTURE(std::string(line));
    CHECK(fails(device.judge(Beside::second_dac, view(line))) == "identity.log-is-of-this-device");
  }
  CHECK(fails(device.judge(Beside::second_dac,
                           view("The log has `DAC's VID: 0x1470, PID: 0x8006`, and so on.\n"))) ==
        "");
}
