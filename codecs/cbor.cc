// CBOR, on libcbor's streaming decoder: one item at a time, nothing allocated, so that a hostile
// count or length costs nothing and a map that is cut short still gives what stands before the cut.

#include <cbor.h>
#include <fmt/format.h>

#include "codecs/formats.h"

namespace attest::codecs {
namespace {

using Kind = CborItem::Kind;

CborItem& item(void* context) {
  return *static_cast<CborItem*>(context);
}
void value(void* context, Kind kind, uint64_t v) {
  item(context).kind = kind;
  item(context).value = v;
}
void open(void* context, Kind kind) {
  item(context).kind = kind;
  item(context).indefinite = true;
}
void string(void* context, Kind kind, cbor_data data, size_t length) {
  item(context).kind = kind;
  item(context).content = {data, length};
}

cbor_callbacks callbacks() {
  cbor_callbacks c = cbor_empty_callbacks;
  c.uint8 = [](void* x, uint8_t v) { value(x, Kind::natural, v); };
  c.uint16 = [](void* x, uint16_t v) { value(x, Kind::natural, v); };
  c.uint32 = [](void* x, uint32_t v) { value(x, Kind::natural, v); };
  c.uint64 = [](void* x, uint64_t v) { value(x, Kind::natural, v); };
  c.negint8 = [](void* x, uint8_t v) { value(x, Kind::negative, v); };
  c.negint16 = [](void* x, uint16_t v) { value(x, Kind::negative, v); };
  c.negint32 = [](void* x, uint32_t v) { value(x, Kind::negative, v); };
  c.negint64 = [](void* x, uint64_t v) { value(x, Kind::negative, v); };
  c.byte_string = [](void* x, cbor_data d, size_t n) { string(x, Kind::bytes, d, n); };
  c.string = [](void* x, cbor_data d, size_t n) { string(x, Kind::text, d, n); };
  c.byte_string_start = [](void* x) { open(x, Kind::bytes); };
  c.string_start = [](void* x) { open(x, Kind::text); };
  c.array_start = [](void* x, size_t n) { value(x, Kind::array, n); };
  c.indef_array_start = [](void* x) { open(x, Kind::array); };
  c.map_start = [](void* x, size_t n) { value(x, Kind::map, n); };
  c.indef_map_start = [](void* x) { open(x, Kind::map); };
  c.tag = [](void* x, uint64_t v) { value(x, Kind::tag, v); };
  c.indef_break = [](void* x) { item(x).kind = Kind::stop; };
  return c;
}

}  // namespace

Result<CborItem> cbor(View bytes) {
  static const cbor_callbacks kCallbacks = callbacks();
  CborItem out;
  const cbor_decoder_result got = cbor_stream_decode(bytes.data(), bytes.size(), &kCallbacks, &out);
  if (got.status == CBOR_DECODER_NEDATA)
    return error(fmt::format("an item needs {} bytes, {} are left", got.required, bytes.size()), 0);
  if (got.status != CBOR_DECODER_FINISHED)
    return error(fmt::format("0x{:02x} begins no item", bytes[0]), 0);
  out.size = got.read;
  return out;
}

}  // namespace attest::codecs
