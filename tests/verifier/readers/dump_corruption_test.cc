// Damaged dumps: no crash, no hang, and nothing that a container's checksums protect is given out
// wrong without a word.
#include "tests/support/dump_samples.h"

using namespace attest;

TEST_CASE("dumps: random corruption of the Espressif samples") {
  if (!test::have_shared("dumps")) return;
  test::corrupt_samples({{"esp-nvs-", {}}, {"esp-securecert-", {}}}, 200);
}

TEST_CASE("dumps: random corruption of whole flash images") {
  if (!test::have_shared("dumps")) return;
  // NVM3, the provisioning page and the TI table carry no checksum over what they hold: only
  // survival is asked.
  test::corrupt_samples(
      {{"esp-flash", {}}, {"silabs-", std::set<FactId>{}}, {"ti-", std::set<FactId>{}}}, 50);
}
