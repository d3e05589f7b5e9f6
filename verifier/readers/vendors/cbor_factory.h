// The CBOR map in which Nordic's and Telink's tools keep factory data: text keys, byte strings and
// numbers, no header and no checksum. Both take the same way through it and differ in their keys.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/slot.h"

namespace attest {

struct CborKey {
  const char* name;
  std::optional<FactoryItem> item;  // nullopt: known, and no fact about a device's attestation
};

// Of these keys, those that the firmware cannot attest itself without.
std::vector<NeededEntry> needed_entries(std::span<const CborKey> keys);

// Does such a map begin here? (A map whose first key is "version" or one of `keys`, maybe behind
// tag 55799.)
bool looks_like_cbor_factory(View bytes, std::span<const CborKey> keys);
// States what the map holds up to where it breaks off; a break is damage at its offset.
Result<void> read_cbor_factory(const Source& s, std::span<const CborKey> keys, Reading& reading);

// A value of the JSON that such a map is made of: text is UTF-8, or bytes as "hex:..." (nordic.cc).
void read_factory_member(const CborKey& key, const Json& value, const Place& place,
                         std::span<NeededEntry> needed, Reading& reading);

// The keys of the two (nordic.cc, telink.cc).
std::span<const CborKey> nordic_keys();

}  // namespace attest
