// Property: what the cursor accepts as an element is the only DER encoding of its tag and content:
// writing tag, shortest length and content again gives the same bytes. An OID's text gives its
// octets back; so does a small integer's value.
#include <cstdlib>

#include "verifier/pki/der.h"

using namespace attest;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

Bytes encoded(uint8_t tag, View body) {
  Bytes out{tag};
  if (body.size() < 0x80) {
    out.push_back(static_cast<uint8_t>(body.size()));
  } else {
    Bytes length;
    for (size_t n = body.size(); n != 0; n >>= 8)
      length.insert(length.begin(), static_cast<uint8_t>(n));
    out.push_back(static_cast<uint8_t>(0x80 | length.size()));
    out.insert(out.end(), length.begin(), length.end());
  }
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

void check_values(const der::Element& element) {
  if (const auto oid = der::Cursor(element.whole).oid("oid")) {
    const std::string text = der::oid_text(*oid);
    if (!text.starts_with('#')) require(equal(der::oid_bytes(text), *oid));
  }
  if (const auto n = der::Cursor(element.whole).small_integer("n", UINT64_MAX)) {
    Bytes body;
    uint64_t left = *n;
    do {
      body.insert(body.begin(), static_cast<uint8_t>(left));
      left >>= 8;
    } while (left != 0);
    if (body[0] >= 0x80) body.insert(body.begin(), 0);
    require(equal(body, element.body));
  }
  if (const auto rs = der::ecdsa_signature(element.whole)) {
    der::Cursor outer(element.whole);
    der::Cursor inner = *outer.enter(der::kSequence, "signature");
    for (size_t i = 0; i < 2; ++i) {
      const View body = *inner.integer("number");
      const View half = View(*rs).subspan(32 * i, 32);
      const size_t shown = body.size() > 32 ? 32 : body.size();
      require(equal(half.subspan(32 - shown), body.subspan(body.size() - shown)));
      for (const uint8_t b : half.first(32 - shown)) require(b == 0);
    }
  }
}

void walk(der::Cursor cursor, unsigned depth) {
  while (!cursor.empty()) {
    const uint64_t at = cursor.offset();
    const auto element = cursor.any("element");
    if (!element) {
      require(element.error().what.starts_with("element: "));
      require(element.error().offset.has_value() && *element.error().offset >= at);
      return;
    }
    require(cursor.offset() == at + element->whole.size());
    require(equal(encoded(element->tag, element->body), element->whole));
    check_values(*element);
    if ((element->tag & 0x20) != 0 && depth < 32)
      walk(der::Cursor(element->body, cursor.offset() - element->body.size()), depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  walk(der::Cursor({data, size}), 0);
  return 0;
}
