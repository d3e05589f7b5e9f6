// A block of PEM whose lines something stands before, or behind: a quotation, the number of a line,
// what a log puts there.
#include "tests/support/damaged_beside.h"
#include "tests/support/support.h"
#include "verifier/pki/key.h"
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

// Each line in this frame: '#' is its number, '@' the line itself.
std::string framed(std::string_view pem, std::string_view frame, size_t first) {
  std::string out;
  for (size_t number = first; !pem.empty(); ++number) {
    const std::string_view line = pem.substr(0, pem.find('\n'));
    pem.remove_prefix(std::min(line.size() + 1, pem.size()));
    for (const char c : frame)
      out += c == '#' ? std::to_string(number) : c == '@' ? std::string(line) : std::string(1, c);
    out += '\n';
  }
  return out;
}

}  // namespace

TEST_CASE("a block of PEM in a frame is the certificate that it is, and half of it is damage") {
  const DeviceBeside device;
  const std::string pem = to_pem("CERTIFICATE", device.whole(Beside::second_dac));
  for (const char* frame :
       {"> @",
        ">@",
        "> > @",
        ">> @",
        "| @",
        "|@",
        "# @",
        "#: @",
        "#:@",
        " # | @",
        "    #\t@",
        "[#] @",
        "2026-01-01 10:00:# INFO @",
        "[2026-01-01T10:00:#.17Z] [main/INFO] @",
        "Jan  1 10:00:# host ca[12]: @",
        "I (#) ca: @",
        "ca-1  | @",
        "REM @",
        "% @",
        "(gdb) @",
        "| @ |",
        "| # | @ |",
        "<li>@</li>",
        "// @",
        " * @",
        "+@",
        "\u00a0\u00a0@",
        "\"@\",",
        "{\"log\":\"@\\n\"}",
        "{\"log\":\"@\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T10:00:00.#Z\"}",
        "{\"time\":\"2026-01-01T10:00:00.#Z\",\"log\":\"@\\r\\n\"}",
        "\u2502 @ \u2502"}) {
    CAPTURE(std::string(frame));
    const std::string all = framed(pem, frame, 7);  // one digit and two
    CHECK(fails(device.judge(Beside::second_dac, view(all))) == "identity.one-dac");
    const std::string more = "he wrote:\n" + all + "\nand so on\n";
    CHECK(fails(device.judge(Beside::second_dac, view(more))) == "identity.one-dac");
    const std::string cut = all.substr(0, all.size() * 6 / 10);
    CHECK(fails(device.judge(Beside::second_dac, view(cut))) ==
          "evidence.credentials-are-readable");
  }
  // With blanks that do not break everywhere.
  std::string unbroken = pem;
  for (size_t at = 0; (at = unbroken.find(' ', at)) != std::string::npos;)
    unbroken.replace(at, 1, "\u00a0");
  CHECK(fails(device.judge(Beside::second_dac, view(unbroken))) == "identity.one-dac");
  // What cannot be told from the letters is damage, and never passed over.
  for (const char* frame : {"{\"log\":\"#@\\n\"}"}) {
    CAPTURE(std::string(frame));
    CHECK(fails(device.judge(Beside::second_dac, view(framed(pem, frame, 1)))) ==
          "evidence.credentials-are-readable");
  }
}

// (What took each to the end of the text would not be done this hour.)
TEST_CASE("blocks of PEM that nothing closes: the text behind them is looked at once") {
  const DeviceBeside device;
  const std::string one = "-----BEGIN CERTIFICATE-----\n" +
                          base64(View(device.whole(Beside::second_dac)).first(48)) + "\n";
  std::string all;
  while (all.size() < 8u << 20) all += one;
  CHECK(fails(device.judge(Beside::second_dac, view(all))) == "evidence.credentials-are-readable");
}
