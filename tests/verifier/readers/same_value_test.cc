// Whether two statements say the same, each in its own spelling.

#include "verifier/readers/same_value.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("same value: a date and a manual code may be grouped, nothing else is") {
  const struct {
    FactId fact;
    const char *a, *b;
    bool same;
  } rows[] = {
      {FactId::manufacturing_date, "2026-05-05", "20260505", true},
      {FactId::manufacturing_date, "2026-05-05", "20260505LINE-A", true},
      {FactId::manufacturing_date, "20260505", "20260505LINE-A", true},
      {FactId::manufacturing_date, "2026-05-05LINE-A", "20260505LINE-A", true},
      {FactId::manufacturing_date, "20260505LINE-B", "20260505LINE-A", false},
      {FactId::manufacturing_date, "2026-05-05", "20260506", false},
      {FactId::manufacturing_date, "2026-5-5", "20260505", false},
      {FactId::manufacturing_date, "today", "today", true},
      {FactId::manufacturing_date, "today", "today!", false},
      {FactId::manufacturing_date, "", "20260505", false},
      {FactId::manual_code, "3497-0112-332", "34970112332", true},
      {FactId::manual_code, "3497-0112-332", "34970112333", false},
      {FactId::serial_number, "2026-05-05", "20260505", false},
      {FactId::part_number, "1-2", "12", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(same_value(row.fact, std::string(row.a), std::string(row.b)) == row.same);
    CHECK(same_value(row.fact, std::string(row.b), std::string(row.a)) == row.same);
  }
  CHECK(same_value(FactId::vendor_id, uint64_t{1}, uint64_t{1}));
  CHECK(!same_value(FactId::manufacturing_date, std::string("1"), uint64_t{1}));
}

TEST_CASE("same value: a dump's date and a controller's are no contradiction") {
  const auto stated = [](const char* first, const char* second) {
    Device device;
    device.say(FactId::manufacturing_date, std::string(first),
               {.path = "dump", .offset = {}, .item = {}});
    device.say(FactId::manufacturing_date, std::string(second),
               {.path = "log", .offset = {}, .item = {}});
    return conflicts(device).size();
  };
  CHECK(stated("2026-05-05", "20260505") == 0);
  CHECK(stated("2026-05-05", "20260605") == 1);
}
