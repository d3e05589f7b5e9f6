#include "tests/dump_samples.h"

using namespace attest;

TEST_CASE("esp nvs: the samples") {
  if (!test::have_shared("dumps")) return;
  test::check_samples({"esp-nvs-", "esp-securecert-"});
}
