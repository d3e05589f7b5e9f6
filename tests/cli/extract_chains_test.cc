// extract of a device with several chains: each chain is written, and no file is said to be left
// out.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "tests/support/folder.h"
#include "tests/support/post_quantum_chain.h"
#include "tests/support/run_words.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("extract: a device's chains are files of their own") {
  const Folder folder;
  const Chain legacy("P256/P256/P256", "legacy"), fourty_four("44/44/P256", "44"),
      sixty_five("65/65/P256", "65"), mixed("65/44/P256", "mixed");
  std::vector<std::string> words = {"extract", "-d", folder / "out"};
  size_t n = 0;
  for (const Chain* one : {&legacy, &fourty_four, &sixty_five, &mixed}) {
    for (const Bytes& der : {one->dac_der(), one->pai_der()})
      words.push_back(folder.write(fmt::format("{}.der", ++n), text(der)));
  }
  const SaidByCommand said = run_words(words);
  CHECK(said.code == 0);
  CHECK(said.err.find("given differently") == std::string::npos);
  const auto is = [&](const char* name, const Bytes& der) {
    return slurp(folder / "out" + "/" + name) == der;
  };
  CHECK(is("dac.der", legacy.dac_der()));
  CHECK(is("pai.der", legacy.pai_der()));
  CHECK(is("dac-ml-dsa-44.der", fourty_four.dac_der()));
  CHECK(is("pai-ml-dsa-44.der", fourty_four.pai_der()));
  // Two of one name are told apart by a number.
  const bool in_order = is("dac-ml-dsa-65.der", sixty_five.dac_der());
  CHECK(is(in_order ? "pai-ml-dsa-65.der" : "pai-ml-dsa-65-2.der", sixty_five.pai_der()));
  CHECK(is(in_order ? "dac-ml-dsa-65-2.der" : "dac-ml-dsa-65.der", mixed.dac_der()));
  CHECK(std::count(said.out.begin(), said.out.end(), '\n') == 8);
  // A chain alone, of whatever kind, has the short names.
  const SaidByCommand alone = run_words({"extract", "-d", folder / "alone", words[7], words[8]});
  CHECK(alone.code == 0);
  CHECK(slurp(folder / "alone" + "/dac.der") == sixty_five.dac_der());
}
