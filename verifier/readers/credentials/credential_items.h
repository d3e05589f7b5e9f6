// Credentials as the items of vendors' containers hold them, each slot in its own encoding. An
// erased item (all FF, all 00 or empty) says nothing but that it is erased.
#pragma once

#include "verifier/readers/slot.h"

namespace attest {

bool is_erased(View item);  // empty, all FF or all 00
size_t der_size(
    View v);  // of the SEQUENCE that begins at v[0], by its own length; 0 where none begins

// Says the certificate under `role` (dac, pai, paa). Of a slot that takes any encoding, further
// ones of a PEM text as `certificate`.
void say_certificate_item(FactId role, Encoding encoding, View item, const Place& place,
                          Reading& reading);
// A certification declaration, in DER.
void say_cd_item(View item, const Place& place, Reading& reading);

enum class KeyItem : uint8_t { absent, plain, encrypted, unreadable };
// What the bytes are, without a word about it: says and notes nothing.
KeyItem key_item(View item, Bytes* scalar = nullptr);
// A key, in whatever form, and no rubbish or ciphertext.
bool is_some_key(View item);
// The scalar of a key in any of the forms that people keep; nullopt: it is none, or does not tell.
std::optional<Bytes> scalar_of(View item);
// Says dac_private_key, or notes that it is encrypted, or reports that it can not be read.
KeyItem say_dac_key_item(Encoding encoding, View item, const Place& place, Reading& reading);

// Keys that were said since `before` stand in a place of this name.
void call_keys(const std::string& name, size_t before, Reading& reading);

}  // namespace attest
