// A place that states what lies in it: the answer to a request for the DAC, an array that is called
// kPaiCert, a member "dac_cert". Like a slot of a vendor's container (slot.h), but that others than
// the firmware read it. What lies there instead is the part's fault, and told at the place. A place
// with what it states says no more than a file would: content decides.
#pragma once

#include "verifier/pki/certificate.h"
#include "verifier/readers/reader.h"

namespace attest {

// The certificate says of itself, without doubt, that it is another than the DAC or the PAI that
// its place states: an authority's in the DAC's, a device's or a root in the PAI's.
bool contradicts(FactId role, const Certificate& certificate);
// Issued by itself, as far as it says: a DAC may bear its PAI's name, and is told from a root by
// the key ids.
bool is_root(const Certificate& certificate);
// A device's, as a DAC has to be.
bool is_of_one_device(const Certificate& certificate);
// What it is there, for messages: "a PAI", "a DAC", "a root".
const char* called_by_itself(const Certificate& certificate);

// Of what was said since `before`: the one certificate of a place that states another takes the
// stated role, and is judged in it; a declaration in a certificate's place, and what is no signed
// declaration in its place, is told of there. Several are a list.
void hold_to_role(FactId role, size_t before, Reading& reading);
// What a place states to be a certificate or a declaration and is none: text, zeros, a key. A
// certificate that can be had out of it is said all the same.
void say_no_certificate(FactId role, View item, const Place& place, Reading& reading);

}  // namespace attest
