// Whatever the cursor reads, the writer writes again: to the same elements, never longer, and to
// the same bytes where the input used the shortest forms. Skipping a container ends where reading
// it ends.
#include "tests/fuzz/property.h"
#include "verifier/matter/tlv.h"

using namespace attest;
using test::must;
using tlv::Type;

namespace {

bool same(const tlv::Element& a, const tlv::Element& b) {
  return a.type == b.type && a.tag == b.tag && a.unsigned_value == b.unsigned_value &&
         a.signed_value == b.signed_value && equal(a.bytes, b.bytes);
}

// The elements up to the end of the input; nullopt when it is no TLV.
std::optional<std::vector<tlv::Element>> elements(View data) {
  std::vector<tlv::Element> out;
  tlv::Cursor cursor(data);
  while (!cursor.empty()) {
    const uint64_t before = cursor.offset();
    const auto element = cursor.next();
    if (!element) {
      must(!element.error().what.empty() && element.error().offset == before,
           "an error has words and the place where it is");
      must(cursor.offset() == before, "an error moves nothing");
      return std::nullopt;
    }
    must(element->offset == before && cursor.offset() > before,
         "each element begins where the one before it ended");
    out.push_back(*element);
  }
  return out;
}

// nullopt where the writer has no way to write an element.
std::optional<Bytes> written(const std::vector<tlv::Element>& elements) {
  tlv::Writer w;
  for (const auto& e : elements) {
    switch (e.type) {
      case Type::signed_integer:
        w.signed_number(e.tag, e.signed_value);
        break;
      case Type::unsigned_integer:
        w.number(e.tag, e.unsigned_value);
        break;
      case Type::utf8:
        w.utf8(e.tag, text(e.bytes));
        break;
      case Type::octets:
        w.octets(e.tag, e.bytes);
        break;
      case Type::structure:
      case Type::array:
      case Type::list:
        w.open(e.type, e.tag);
        break;
      case Type::end:
        w.close();
        break;
      default:
        return std::nullopt;
    }
  }
  return w.bytes();
}

void check_skipping(View data, const std::vector<tlv::Element>& all) {
  if (all.empty() || !all.front().is_container()) return;
  size_t depth = 0, end = 0;
  for (; end < all.size(); ++end) {
    if (all[end].is_container()) ++depth;
    if (all[end].type == Type::end && --depth == 0) break;
  }
  tlv::Cursor cursor(data);
  must(cursor.next().has_value(), "the first element reads twice");
  const bool closed = end < all.size();
  must(cursor.skip_container().has_value() == closed, "exactly a closed container can be skipped");
  if (closed)
    must(cursor.offset() == all[end].offset + 1, "skipping ends behind the container's own end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input{data, size};
  const auto read = elements(input);
  if (!read) return 0;
  check_skipping(input, *read);
  const auto again = written(*read);
  if (!again) return 0;
  must(again->size() <= size, "the writer is never longer than the input");
  if (again->size() == size) must(equal(*again, input), "the shortest form is unique");
  const auto reread = elements(*again);
  must(reread && reread->size() == read->size(), "what was written can be read");
  for (size_t i = 0; i < read->size(); ++i)
    must(same((*read)[i], (*reread)[i]), "what was written reads the same");
  return 0;
}
