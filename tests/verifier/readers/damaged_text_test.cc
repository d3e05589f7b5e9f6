// A credential written down as text beside a good device, with one bit of the text changed: what it
// was is still told, and it is never passed over.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "tests/support/damaged_beside.h"
#include "tests/support/der_writer.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Form {
  const char* name;
  std::string text;
};

std::string lines_of(std::string_view text, size_t width) {
  std::string out;
  for (size_t i = 0; i < text.size(); i += width) out += std::string(text.substr(i, width)) + "\n";
  return out;
}

std::vector<Form> forms_of(const Bytes& der, const char* label) {
  const std::string digits = hex(der);
  std::string colons, blanks;
  for (size_t i = 0; i < digits.size(); i += 2) {
    colons += (i == 0 ? "" : ":") + digits.substr(i, 2);
    blanks += (i == 0 ? "" : " ") + digits.substr(i, 2);
  }
  return {{"hex", digits + "\n"},
          {"hex with colons", colons + "\n"},
          {"hex with blanks", blanks + "\n"},
          {"hex in lines", lines_of(digits, 64)},
          {"base64", base64(der) + "\n"},
          {"base64 in lines", lines_of(base64(der), 64)},
          {"PEM", to_pem(label, der)}};
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return x == y || (std::isxdigit(static_cast<unsigned char>(x)) != 0 &&
                      std::tolower(static_cast<unsigned char>(x)) ==
                          std::tolower(static_cast<unsigned char>(y)));
  });
}

bool same_findings(const Report& a, const Report& b) {
  return std::equal(a.findings.begin(), a.findings.end(), b.findings.begin(), b.findings.end(),
                    [](const Finding& x, const Finding& y) { return x.status == y.status; });
}

}  // namespace

TEST_CASE("a credential as text beside a good device, one bit of the text changed") {
  const DeviceBeside device;
  size_t judged = 0, over = 0;
  for (const Beside what : kBeside) {
    const char* label = what == Beside::list                 ? "X509 CRL"
                        : what == Beside::second_cd          ? "CMS"
                        : what == Beside::cd_beside_elements ? "CMS"
                                                             : "CERTIFICATE";
    for (const Form& form : forms_of(device.whole(what), label)) {
      // Every bit of the head, and every 61st of the rest.
      const size_t bits = form.text.size() * 8;
      for (size_t bit = 0; bit < bits; bit += bit < 128 ? 3 : 61) {
        std::string changed = form.text;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
        if (form.name[0] == 'h' && same_but_for_case(changed, form.text)) continue;
        // What its readers take for the whole thing all the same (a PEM label, a separator) is
        // judged as the whole thing.
        const Report report = device.judge(what, view(changed));
        ++judged;
        if (same_findings(report, device.judge(what, device.whole(what)))) continue;
        if (!passed_over(report)) continue;
        ++over;
        FAIL_CHECK(fmt::format("{} as {}: bit {} of byte {} ('{}')", beside_name(what), form.name,
                               bit % 8, bit / 8, form.text[bit / 8]));
      }
    }
  }
  MESSAGE(judged << " judged, " << over << " passed over");
  CHECK(judged > 2000);
}
