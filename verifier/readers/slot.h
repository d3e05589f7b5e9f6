// Slot: a place in a vendor's container for one value, and the one encoding in which the firmware
// reads or sends it. What lies there in another (PEM, base64, hex digits, a key's DER where its 32
// bytes belong) is the part's fault and told at the slot: the firmware takes the bytes as they are.
// The value is stated all the same, so that everything else about it can be judged.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

enum class Encoding : uint8_t {
  any,     // PEM or DER, keys also as 32 bytes: of esp_secure_cert alone, whose reader takes all
  der,     // certificates and declarations
  raw,     // bytes without a structure around them
  sec1,    // an ECPrivateKey
  base64,  // text
};

// What bytes are instead of what a slot should hold, and the value inside, where it can be had.
struct Disguise {
  std::string found;  // "PEM", "base64", "SEC1 DER of 121"
  Bytes inside;
};
// Text in which bytes are written down, and bytes with a frame of their own. Nullopt: neither.
std::optional<Disguise> disguise(View item);

// A slot whose value has a length: a salt, a verifier, a public key. Answers the value as the
// firmware means it; nullopt: there is none, and why was said.
std::optional<Bytes> slot_value(FactId fact, Encoding encoding, View item, const Place& place,
                                Reading& reading);
// The fault itself. `what`: "holds PEM; the firmware sends these bytes as the DAC".
void wrong_encoding(FactId slot, const Place& place, std::string what, Reading& reading);

// An entry that the firmware cannot attest itself without.
struct NeededEntry {
  FactId fact;  // dac, pai, cd, dac_private_key
  const char* name;
  bool held = false;
};
// Marks the entry of this fact as held: a value that is there, whatever it is. Erased flash is no
// certificate; a key may have been erased after it moved into the part's own store.
void mark_held(std::span<NeededEntry> entries, FactId fact, View value);
// A container that holds some of these and not the others lacks them: one remark each.
void note_lacking(std::span<const NeededEntry> entries, const Place& container, Reading& reading);

}  // namespace attest
