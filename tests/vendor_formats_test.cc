// The samples of Nordic, NXP, Telink, Bouffalo Lab, Linux, Silicon Labs' provisioning tool, bundles, requests, logs and
// firmware without a known form: what they hold is read right, what is wrong with their containers is found.
#include "tests/dump_samples.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("samples of vendors' factory data, logs, bundles and firmware are read as their meta.json says") {
  if (!have_shared("dumps")) return;
  check_samples({"nrf-", "nxp-", "telink-", "bouffalolab-", "linux-ini-", "silabs-provision-", "bundles-", "dac-csr-", "chiptool-", "firmware-carving-"});
}
