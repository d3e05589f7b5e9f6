// Blocks of PEM in documents, mail, colours and joined strings: what a person sees there is read.
#include <fmt/format.h>

#include "tests/support/damaged_beside.h"
#include "tests/support/support.h"
#include "verifier/pki/key.h"
#include "verifier/readers/text/unmarked_text.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string fails(const Report& report) {
  std::string out;
  for (const Finding* f : report.all(Status::fail))
    out += (out.empty() ? "" : " ") + std::string(f->check->id);
  return out;
}

std::string replaced(std::string s, std::string_view what, std::string_view with) {
  for (size_t at = 0; (at = s.find(what, at)) != std::string::npos; at += with.size())
    s.replace(at, what.size(), with);
  return s;
}
// Each line between these; '#' is its number.
std::string marked(std::string_view pem, std::string_view before, std::string_view behind) {
  std::string out;
  for (size_t number = 0; !pem.empty(); ++number) {
    const std::string_view line = pem.substr(0, pem.find('\n'));
    pem.remove_prefix(std::min(line.size() + 1, pem.size()));
    out += replaced(std::string(before), "#", std::to_string(number));
    out += line;
    out += behind;
  }
  return out;
}

struct Form {
  const char* name;
  std::string (*write)(const std::string& pem);
};
const Form kForms[] = {
    {"lines broken by tags",
     [](const std::string& p) { return "<p>" + marked(p, "", "<br>") + "</p>"; }},
    {"the same, closed",
     [](const std::string& p) { return "<p>" + marked(p, "", "<br/>\n") + "</p>"; }},
    {"blanks that do not break",
     [](const std::string& p) { return "<p>" + marked(p, "", "&nbsp;<br>") + "</p>"; }},
    {"a part each", [](const std::string& p) { return marked(p, "<div>", "</div>"); }},
    {"a part each, with a class",
     [](const std::string& p) { return marked(p, "<div class=\"line\" id=\"L#\">", "</div>"); }},
    {"rows with numbers",
     [](const std::string& p) {
       return "<table>" + marked(p, "<tr><td>#</td><td>", "</td></tr>\n") + "</table>";
     }},
    {"coloured by a page",
     [](const std::string& p) {
       return "<pre>" + marked(p, "<span class=\"s1\">", "</span>\n") + "</pre>";
     }},
    {"coloured by a terminal",
     [](const std::string& p) { return marked(p, "\x1b[32m", "\x1b[0m\n"); }},
    {"a document's paragraphs",
     [](const std::string& p) {
       return "<?xml version=\"1.0\"?><w:document><w:body>" +
              marked(p, "<w:p><w:r><w:t xml:space=\"preserve\">", "</w:t></w:r></w:p>") +
              "</w:body></w:document>";
     }},
    {"another document's",
     [](const std::string& p) {
       return "<?xml version=\"1.0\"?><office:text>" +
              marked(p, "<text:p text:style-name=\"P1\">", "</text:p>") + "</office:text>";
     }},
    {"characters by number",
     [](const std::string& p) {
       return "<pre>" + replaced(replaced(replaced(p, "+", "&#43;"), "/", "&#x2F;"), "=", "&#61;") +
              "</pre>";
     }},
    {"mail",
     [](const std::string& p) {
       return "From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
              replaced(replaced(p, "=", "=3D"), "\n", "\r\n");
     }},
    {"an address on the web",
     [](const std::string& p) {
       return "https://ca.example/show?cert=" +
              replaced(replaced(replaced(replaced(replaced(p, "+", "%2B"), "/", "%2F"), "=", "%3D"),
                                " ", "%20"),
                       "\n", "%0A");
     }},
    {"an address that leaves a plus as it is",
     [](const std::string& p) {
       return "GET /show?cert=" + replaced(replaced(p, " ", "%20"), "\n", "%0A") + " HTTP/1.1\n";
     }},
    {"a form",
     [](const std::string& p) {
       return "cert=" +
              replaced(replaced(replaced(replaced(replaced(p, "+", "%2B"), "/", "%2F"), "=", "%3D"),
                                " ", "+"),
                       "\n", "%0A") +
              "&x=1";
     }},
    {"RTF",
     [](const std::string& p) {
       return "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Courier;}}\\f0 " + replaced(p, "\n", "\\par\n") +
              "}";
     }},
    {"a data base's strings",
     [](const std::string& p) {
       return "INSERT INTO certs VALUES ('" + replaced(p, "\n", "'||chr(10)||'") + "');\n";
     }},
    {"another one's",
     [](const std::string& p) {
       return "SET @p = CONCAT('" + replaced(p, "\n", "', CHAR(10), '") + "');\n";
     }},
    {"Basic",
     [](const std::string& p) {
       return "pem = \"" + replaced(p, "\n", "\" & vbCrLf & \"") + "\"\n";
     }},
    {"a log", [](const std::string& p) { return marked(p, "2026-01-01 10:00:00 INFO ", "\n"); }},
    {"a service's log",
     [](const std::string& p) { return marked(p, "2026-01-01T10:00:00.1234567Z ", "\n"); }},
    {"a container's log",
     [](const std::string& p) { return marked(p, "2026-01-01T10:00:0#.5Z stdout F ", "\n"); }},
    {"numbers of lines", [](const std::string& p) { return marked(p + p, "  #  ", "\n"); }},
};

}  // namespace

TEST_CASE("marked-up blocks: the certificate that it is, and half of it is damage") {
  const DeviceBeside device;
  const std::string pem = to_pem("CERTIFICATE", device.whole(Beside::second_dac));
  REQUIRE(pem.find('+') != std::string::npos);
  for (const Form& form : kForms) {
    CAPTURE(std::string(form.name));
    const std::string all = form.write(pem);
    CHECK(fails(device.judge(Beside::second_dac, view(all))) == "identity.one-dac");
    const std::string more = "he wrote:\n" + all + "\nand so on\n";
    if (!all.starts_with("{\\rtf"))
      CHECK(fails(device.judge(Beside::second_dac, view(more))) == "identity.one-dac");
    // A letter of it that is none.
    const std::string letters = pem.substr(pem.size() / 2, 8);
    REQUIRE(all.find(letters) != std::string::npos);
    const std::string hit = replaced(all, letters, letters.substr(0, 3) + "!" + letters.substr(4));
    CHECK(fails(device.judge(Beside::second_dac, view(hit))) ==
          "evidence.credentials-are-readable");
  }
}

TEST_CASE("marked-up blocks: whatever stands around a line right behind a marker, it is not lost") {
  const DeviceBeside device;
  const std::string pem = to_pem("CERTIFICATE", device.whole(Beside::second_dac));
  for (const char* around : {"@~~", "(@)", "\"@\",", "@ |x| y", "==@==", "~ @ ~", "\\\\@\\\\"}) {
    const std::string_view form = around;
    const size_t line = form.find('@');
    const std::string all =
        marked(pem, std::string(form.substr(0, line)), std::string(form.substr(line + 1)) + "\n");
    CHECK_MESSAGE(!passed_over(device.judge(Beside::second_dac, view(all))), around);
  }
}

TEST_CASE("marked-up blocks: as long as before, and nothing else is touched") {
  const std::string plain = "a <b> & c\n-----BEGIN X-----\nAB=\n-----END X-----\n<br>\n";
  CHECK_FALSE(unmarked_blocks(plain));
  const std::string web = "x <br>\n-----BEGIN X-----<br>A&#43;B<br>-----END X----- <br>";
  const auto meant = unmarked_blocks(web);
  REQUIRE(meant);
  CHECK(meant->size() == web.size());
  CHECK(meant->starts_with("x <br>\n-----BEGIN X-----"));
  CHECK(meant->find("\nA+B") != std::string::npos);
  CHECK(meant->find("\n-----END X-----") != std::string::npos);
  CHECK(meant->ends_with(" <br>"));
  for (const char* open :
       {"-----BEGIN X-----<br>AB", "-----BEGIN", "-----BEGIN X-----<br>-----END"})
    CHECK_FALSE(unmarked_blocks(open));
}

TEST_CASE("marked-up blocks: padding at a line's end is no soft break of mail") {
  for (size_t size = 40; size < 96; ++size) {
    for (size_t before = 2; before < 40; ++before) {
      const std::string text =
          marked(to_pem("X", Bytes(size, 0x5A)), std::string(before - 1, 'x') + " ", "\n");
      CHECK_MESSAGE(!unmarked_blocks(text).has_value(), text);
    }
  }
}

// (What looked at a text again from each of its parts would not be done this year.)
TEST_CASE("marked-up blocks: each part of a text is looked at once") {
  constexpr size_t kSize = 8u << 20;
  const auto repeated = [](std::string_view what) {
    std::string out;
    while (out.size() < kSize) out += what;
    return out;
  };
  for (const std::string& text :
       {repeated("  12 -----BEGIN X-----\n"), repeated("-----BEGIN "), repeated("<td> 1 </td>"),
        repeated("-----BEGIN X-----\n" + std::string(60u << 10, '=') + "\n-----END X-----\n"),
        repeated(std::string(200, ' ') + "-----BEGIN X-----\n-----END X-----\n")}) {
    CAPTURE(text.substr(0, 40));
    CHECK(!unmarked_blocks(text).has_value());
  }
}
