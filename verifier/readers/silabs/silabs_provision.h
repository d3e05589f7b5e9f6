// SilabsProvision: the one-page store of Silicon Labs' provisioning ("flash storage", also the
// binary export of provision.py): a length of two bytes, then entries, everything big endian. It
// carries no checksum. Layout after the Matter extension's provision/ and ProvisionStorageFlash.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// Do at least so many entries with known ids begin here?
bool looks_like_silabs_provision(View page, size_t entries = 4);
void read_silabs_provision(const Source& source, Reading& reading);

// The setup payload that the part prints at boot: the bits of its QR code, passcode included.
void say_setup_payload(View bits, const Place& place, Reading& reading);

}  // namespace attest
