// The CBOR map in which Nordic's and Telink's tools keep factory data: text keys, byte strings and
// numbers, no header and no checksum. Both take the same way through it and differ in their keys.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/slot.h"

namespace attest {

// A key of factory data, be it CBOR or the JSON it is made of.
struct FactoryKey {
  const char* name;
  std::optional<FactoryItem> item;  // nullopt: known, and no fact about a device's attestation
};

// Of these keys, those that the firmware cannot attest itself without.
std::vector<NeededEntry> needed_entries(std::span<const FactoryKey> keys);

// Does such a map begin here? (A map whose first key is "version" or one of `keys`, maybe behind
// tag 55799.)
bool looks_like_cbor_factory(View bytes, std::span<const FactoryKey> keys);
// States what the map holds up to where it breaks off; a break is damage at its offset.
Result<void> read_cbor_factory(const Source& s, std::span<const FactoryKey> keys, Reading& reading);

// A value of the JSON that such a map, or TI's table in flash, is made of: text is UTF-8, or bytes
// as "hex:...".
void read_factory_member(const FactoryKey& key, const Json& value, const Place& place,
                         std::span<NeededEntry> needed, Reading& reading);

// The keys of Nordic's map, which Telink's has as well.
std::span<const FactoryKey> nordic_keys();

}  // namespace attest
