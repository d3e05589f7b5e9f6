// One value of a vendor's factory data, made a statement. The containers differ; what a
// discriminator, a salt or a DAC key may look like inside them does not, and is decided here.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

enum class ItemForm : uint8_t {
  number,  // little-endian, 0 to 8 bytes
  text,    // UTF-8; one trailing NUL is dropped
  bytes,   // as they are, certificates and declarations in DER
  base64,  // text that means bytes
  key,     // a DAC private key: 32 bytes
};

struct FactoryItem {
  FactId fact;
  ItemForm form;
};

// States the item under its name. A value that cannot be what it should be is damage at its place;
// one that is all FF or, where zeros mean nothing, all 00 is erased flash: absent, not wrong.
void say_item(const FactoryItem& item, View raw, const Place& place, Reading& reading);
// The widest value that a fact can have: what lies above was not stored by any tool.
uint64_t widest(FactId fact);
// One that is wider, for a message: what has as many digits as a passcode may be one, in the wrong
// place.
std::string found_number(uint64_t number);
// The same for a number that the container holds as such.
void say_number(FactId fact, uint64_t number, const Place& place, Reading& reading);

// The secrets that can be AES keys of these lengths, as bytes or as hex digits in a file. Views
// into reading.secrets.
std::vector<Bytes> raw_keys(const Reading& reading, std::initializer_list<size_t> lengths);
// The secrets as passphrases: given as such, or the first line of a short text file.
std::vector<std::string> passphrases(const Reading& reading);

}  // namespace attest
