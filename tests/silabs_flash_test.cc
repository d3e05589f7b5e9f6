#include "tests/dump_samples.h"

using namespace attest;

TEST_CASE("silabs: the samples") {
  if (!test::have_shared("dumps")) return;
  test::check_samples({"silabs-", "ti-"});
}
