// The samples of Nordic, NXP, Telink, Bouffalo Lab, Linux, Silicon Labs' provisioning tool,
// bundles, requests, logs and firmware without a known form: what they hold is read right, what is
// wrong with their containers is found.
#include "tests/support/dump_samples.h"

using namespace attest;
using namespace attest::test;

TEST_CASE(
    "samples of vendors' factory data, logs, bundles and firmware are read as their meta.json "
    "says") {
  if (!have_shared("dumps")) return;
  check_samples({"nrf-", "nxp-", "telink-", "bouffalolab-", "linux-ini-", "silabs-provision-",
                 "bundles-", "dac-csr-", "chiptool-", "firmware-carving-"});
}

TEST_CASE("random corruption of vendors' factory data, logs, bundles and firmware") {
  if (!have_shared("dumps")) return;
  // A hash or a CRC stands over all that these two say; the text files beside them are under no
  // guard. A CD is left out: where the container's head is hit too, it is carved, and then its own
  // signature guards it.
  const std::set<FactId> factory = {FactId::vendor_id,
                                    FactId::product_id,
                                    FactId::vendor_name,
                                    FactId::product_name,
                                    FactId::serial_number,
                                    FactId::discriminator,
                                    FactId::passcode,
                                    FactId::spake2p_iterations,
                                    FactId::spake2p_salt,
                                    FactId::spake2p_verifier,
                                    FactId::dac,
                                    FactId::pai,
                                    FactId::dac_private_key,
                                    FactId::hardware_version,
                                    FactId::hardware_version_string,
                                    FactId::manufacturing_date};
  corrupt_samples({{"nxp-", factory}, {"bouffalolab-", factory}}, 200);
  // Nothing in these protects a value, or a signature that the checks verify does: only survival is
  // asked.
  const std::set<FactId> none;
  corrupt_samples({{"nrf-", none},
                   {"telink-", none},
                   {"linux-ini-", none},
                   {"chiptool-", none},
                   {"dac-csr-", none}},
                  100);
  corrupt_samples({{"silabs-provision-", none}, {"bundles-", none}}, 30);
}

TEST_CASE("random corruption of firmware without a known form") {
  if (!have_shared("dumps")) return;
  corrupt_samples({{"firmware-carving-", std::set<FactId>{}}}, 10);
}
