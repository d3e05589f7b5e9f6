// Lines of a lot. A record is read exactly when it is a JSON object with a usable id, and its id is
// written out as it stands; a device's line that is read is written back to a line that reads the
// same.
#include <cstdlib>

#include "lot/device_line.h"
#include "lot/record.h"

using namespace attest;

namespace {

bool usable_id(const Json& record) {
  const Json* id = record.find("id");
  if (id == nullptr || id->is_null()) return true;
  const std::string* name = id->string() != nullptr   ? id->string()
                            : id->number() != nullptr ? &id->number()->text
                                                      : nullptr;
  return name != nullptr && name->size() <= 256;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line = text({data, size});
  const auto json = parse_json(line);
  const auto record = read_record(line, "line 1", size % 2 == 0);
  if (record.has_value() != (json && json->is_object() && usable_id(*json))) std::abort();
  if (record && !record->id.empty()) {
    DeviceLine answer;
    answer.id = record->id;
    answer.result.name = record->name;
    const auto written = parse_json(write_line(answer, LineForm::result));
    if (!written || !(*written->find("id") == *json->find("id"))) std::abort();
  }
  const auto part = read_line(line);
  if (part) {
    const std::string written = write_line(*part, LineForm::part);
    const auto again = read_line(written);
    if (!again || write_line(*again, LineForm::part) != written ||
        again->fingerprints != part->fingerprints || again->rows != part->rows)
      std::abort();
  }
  return 0;
}
