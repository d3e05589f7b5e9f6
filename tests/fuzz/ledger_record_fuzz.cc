// A node's answers: the first byte picks a schema, the rest is the body. A record that is accepted
// is found again under its own key from its own text, and a page's keys are all readable ones.
#include "dcl/records.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  using namespace attest::dcl;
  if (size == 0) return 0;
  const Schema schema = kSchemas[data[0] % std::size(kSchemas)];
  const auto body = parse_json(text({data + 1, size - 1}), {.bytes = 1u << 20, .depth = 32});
  if (!body) return 0;
  if (auto record = read_record(schema, *body)) {
    Json wrapper;
    wrapper.set(info(schema).one_member, record->object);
    const auto reread = parse_json(dump(wrapper));
    if (!reread) __builtin_trap();
    const auto again = read_one(schema, record->key, *reread);
    if (!again || again->object != record->object) __builtin_trap();
  }
  if (info(schema).list_member == nullptr) return 0;
  if (const auto page = read_page(schema, *body)) {
    for (const Record& record : page->records) {
      const auto again = read_record(schema, record.object);
      if (!again || again->key != record.key) __builtin_trap();
    }
  }
  return 0;
}
