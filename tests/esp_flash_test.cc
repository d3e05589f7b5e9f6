#include "tests/dump_samples.h"

using namespace attest;

TEST_CASE("esp flash: the samples") {
  if (!test::have_shared("dumps")) return;
  test::check_samples({"esp-flash"});
}
