// Manual codes: read and made again, refused for the right reason, and no slip of a digit
// unnoticed.
#include <optional>
#include <string>
#include <utility>

#include "tests/support/support.h"
#include "verifier/matter/onboarding_payload.h"

using namespace attest;

namespace {

// The ids of the problems, a warning's in brackets.
std::string ids(const OnboardingPayload& payload) {
  std::string out;
  for (const auto& problem : payload.problems) {
    if (!out.empty()) out += ' ';
    out += problem.warning ? "(" + problem.id + ")" : problem.id;
  }
  return out;
}

OnboardingPayload example() {
  OnboardingPayload payload;
  payload.vendor_id = 0xFFF1;
  payload.product_id = 0x8000;
  payload.flow = 0;
  payload.capabilities = 2;
  payload.discriminator = 3840;
  payload.passcode = 20202021;
  return payload;
}

}  // namespace

TEST_CASE("manual codes are read and made again") {
  const struct {
    std::string text;
    int short_discriminator;
    uint32_t passcode;
    int vendor_id, product_id;
  } rows[] = {
      {"34970112332", 15, 20202021, 0, 0},
      {"749701123365521327687", 15, 20202021, 0xFFF1, 0x8000},
      {"745492075300001000013", 14, 12349876, 1, 1},
      {"619156140465523329207", 9, 23005908, 0xFFF3, 0x8098},
      {"702871264504387000187", 12, 43338551, 0x1123, 0x0012},
      {"402104334209029041311", 0, 54757432, 0x2345, 0x1023},
      {"403732495800069000166", 0, 81235604, 0x45, 0x10},
      {"641295075345367145262", 10, 12345679, 45367, 14526},
      {"529276236304562000322", 5, 38728284, 4562, 32},
      {"400001000000001000015", 0, 1, 1, 1},
      {"00000100007", 0, 1, 0, 0},
      {"00204800002", 0, 2048, 0, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = parse_manual_code(row.text);
    const bool long_form = row.vendor_id != 0;
    CHECK(ids(got) == "");
    CHECK(got.manual);
    CHECK(got.text == row.text);
    CHECK(got.long_form == long_form);
    CHECK(got.flow == (long_form ? std::nullopt : std::optional<uint8_t>(0)));
    CHECK_FALSE(got.capabilities);
    CHECK(got.discriminator == row.short_discriminator);
    CHECK(got.short_discriminator() == row.short_discriminator);
    CHECK(got.passcode == row.passcode);
    CHECK(got.vendor_id == (long_form ? std::optional<uint16_t>(row.vendor_id) : std::nullopt));
    CHECK(got.product_id == (long_form ? std::optional<uint16_t>(row.product_id) : std::nullopt));
    CHECK(make_manual_code(got).value() == row.text);
  }
  const auto grouped = parse_manual_code("3497-011-2332");
  CHECK(grouped == parse_manual_code("34970112332"));
}

TEST_CASE("manual codes are refused for the right reason") {
  const struct {
    std::string text;
    std::string ids;
    std::string message;
  } rows[] = {
      {"34970112333", "check-digit",
       "check digit: expected the one that belongs to the digits before it, found another"},
      {"3497 011 2332", "characters",
       "manual code: expected digits and \"-\" only, found \" \" as character 5"},
      {"3497011233\xC2", "characters",
       "manual code: expected digits and \"-\" only, found \"\\xC2\" as character 11"},
      {"", "length", "manual code: expected 11 or 21 digits, found 0"},
      {"3497011233", "length", "manual code: expected 11 or 21 digits, found 10"},
      // Right check digits, but the first digit belongs to the other form.
      {"74970112334", "length", "manual code: expected 21 digits after a first digit 7, found 11"},
      {"349701123365521327683", "length",
       "manual code: expected 11 digits after a first digit 3, found 21"},
      {"84970112332", "version-digit", "first digit: expected 0 to 7 (version 0), found 8"},
      {"949701123365521327687", "version-digit",
       "first digit: expected 0 to 7 (version 0), found 9"},
      {"01120767810", "passcode-range", "passcode: expected 1 to 99999998, found a larger number"},
      {"00000000005", "passcode-range", "passcode: expected 1 to 99999998, found zero"},
      {"00852607537", "passcode-forbidden",
       "passcode: expected one that is not trivial, found consecutive digits"},
      {"00000081926", "part-range", "digits 7 to 10: expected at most 8191, found a larger number"},
      {"402048000065536000018", "part-range",
       "digits 11 to 15 (vendor id): expected at most 65535, found 65536"},
      // The SDK takes these for passcodes 29607583 and 20217856.
      {"09999999995", "part-range part-range",
       "digits 2 to 6: expected at most 65535, found a larger number"},
      {"06553612341", "part-range", "digits 2 to 6: expected at most 65535, found a larger number"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = parse_manual_code(row.text);
    CHECK(ids(got) == row.ids);
    REQUIRE_FALSE(got.problems.empty());
    CHECK(got.problems.front().message == row.message);
    CHECK_FALSE(got.valid());
  }
}

TEST_CASE("a wrong digit and two swapped neighbours are always noticed") {
  const std::string good = "749701123365521327687";
  for (size_t i = 0; i < good.size(); ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string bad = good;
      bad[i] = c;
      if (bad != good) CHECK_FALSE(parse_manual_code(bad).valid());
    }
    std::string swapped = good;
    if (i > 0) std::swap(swapped[i], swapped[i - 1]);
    if (swapped != good) CHECK_FALSE(parse_manual_code(swapped).valid());
  }
}

TEST_CASE("the vendor and product of a long manual code are judged") {
  OnboardingPayload payload = example();
  payload.flow = 2;
  payload.vendor_id.reset();
  payload.product_id.reset();
  CHECK(parse_manual_code(make_manual_code(payload).value()).vendor_id == std::nullopt);

  const struct {
    uint16_t vendor_id, product_id;
    std::string why;
  } rows[] = {
      {0xFFF1, 0, "product id: expected one that is not 0 beside vendor 0xFFF1, found 0"},
      {0xFFF5, 1, "vendor id: expected 0 or 0x0001 to 0xFFF4, found 0xFFF5"},
  };
  for (const auto& row : rows) {
    payload.vendor_id = row.vendor_id;
    payload.product_id = row.product_id;
    CHECK(make_manual_code(payload).error().what == row.why);
  }
}
