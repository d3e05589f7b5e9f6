// The PAAs of both ledgers, as they are: every file is read, and what the profile says against one
// of them is listed with its reason in tests/exceptions.json.

#include <algorithm>
#include <set>

#include "tests/support/exceptions.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"

using namespace attest;
using namespace attest::test;

namespace {

// What the checks that look at a PAA alone say against it.
std::vector<std::string> findings_on(Paa paa) {
  Evidence e;
  e.policy = {.network = Network::none,
              .at = parse_rfc3339("2026-11-20T22:00:00Z").value(),
              .required = {},
              .show_passcode = false};
  e.paa = std::make_shared<const Paa>(std::move(paa));
  e.paa_found = Evidence::PaaFound::by_key_id;
  verify_signatures(e, openssl_engine());
  std::vector<std::string> out;
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (!id.starts_with("paa.") || id == "paa.is-trusted" || id == "paa.is-valid-at-dac-issuance")
      continue;
    const bool ready =
        std::none_of(check->after.begin(), check->after.end(), [&](const char* before) {
          return before != nullptr && std::find(out.begin(), out.end(), before) != out.end();
        });
    if (ready && ask(*check, e).status == Status::fail && check->severity.none != Severity::info)
      out.push_back(id);
  }
  return out;
}

}  // namespace

TEST_CASE("the ledgers' PAAs are read, and follow the profile or are listed") {
  if (!have_shared("matter-sdk/paa-main") || !have_shared("matter-sdk/paa-test")) return;
  const auto known = exceptions("paa_files");
  size_t read = 0;
  for (const char* folder : {"paa-main", "paa-test"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(shared() / "matter-sdk" / folder)) {
      const std::string name = std::string(folder) + "/" + entry.path().filename().string();
      CAPTURE(name);
      size_t used = 0;
      const Bytes bytes = slurp(entry.path());
      const auto certificate = parse_certificate(bytes, &used);
      REQUIRE_MESSAGE(certificate.has_value(), name << ": " << certificate.error().what);
      CHECK(used == bytes.size());
      ++read;
      const auto paa = paa_from(*certificate, Origin::given, name);
      std::vector<std::string> found =
          paa ? findings_on(*paa) : std::vector<std::string>{paa.error().what};
      const std::vector<std::string> expected = known.count(name) != 0
                                                    ? strings(*known.at(name).find("finds"))
                                                    : std::vector<std::string>{};
      const std::string all = found.empty() ? "nothing" : found.front();
      CHECK_MESSAGE(found == expected, name << ": found " << all);
    }
  }
  CHECK(read >= 150);
}
