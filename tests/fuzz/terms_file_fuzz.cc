// terms_problems: whatever a vendor serves, a few problems in printable words; what has none is
// JSON.
#include "audit/terms_file.h"
#include "tests/fuzz/property.h"
#include "verifier/base/bytes.h"
#include "verifier/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using attest::test::must;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto problems = attest::audit::terms_problems(text, 3);
  must(problems.size() <= 10, "a few problems");
  for (const std::string& problem : problems)
    must(problem == attest::printable(problem), "printable");
  if (problems.empty()) must(attest::parse_json(text).has_value(), "JSON");
  return 0;
}
