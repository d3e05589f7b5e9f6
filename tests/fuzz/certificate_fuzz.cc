// Property: a certificate that parses is exactly the first `consumed` bytes, parses the same from
// these alone, and from no shorter part; everything it points to lies inside it. A name is the same
// as itself, whatever it is made of.
#include <cstdlib>

#include "verifier/pki/certificate.h"
#include "verifier/pki/extension_content.h"
#include "verifier/pki/name.h"

using namespace attest;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void inside(View part, View whole) {
  require(part.empty() || (part.data() >= whole.data() &&
                           part.data() + part.size() <= whole.data() + whole.size()));
}

template <class T>
void consistent(const Known<T>& known) {
  require(known.count == 0 ? !known.value && known.problem.empty()
                           : known.value.has_value() == known.problem.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input(data, size);
  size_t consumed = 0;
  const auto got = parse_certificate(input, &consumed);
  if (!got) {
    require(!got.error().what.empty());
    return 0;
  }
  const Certificate& c = **got;
  require(consumed <= kMaxCertificateBytes && equal(c.der, input.first(consumed)));
  const auto again = parse_certificate(c.der);
  require(again && (*again)->sha256() == c.sha256() &&
          (*again)->vendor_id.found == c.vendor_id.found);
  require(!parse_certificate(View(c.der).first(consumed - 1)));
  for (const View part :
       {c.serial, c.tbs, c.signature_algorithm, c.tbs_signature_algorithm, c.signature,
        c.issuer.der, c.subject.der, c.key_algorithm, c.curve, c.public_key})
    inside(part, c.der);
  for (const auto* name : {&c.issuer, &c.subject}) {
    for (const auto& attribute : name->attributes) inside(attribute.value, name->der);
    require(is_utf8(name_text(*name)));
  }
  require(same_name(c.subject, c.subject) && same_name(c.subject, (*again)->subject));
  require(same_name(c.issuer, c.subject) == same_name(c.subject, c.issuer));
  consistent(c.basic_constraints);
  consistent(c.key_usage);
  consistent(c.subject_key_id);
  consistent(c.authority_key_id);
  consistent(c.crl_distribution_points);
  for (const auto* name : {&c.issuer, &c.subject}) require(is_within(*name, *name));
  const auto constraints = constraints_of(c);
  if (constraints) require(!constraints->permitted.empty() || !constraints->excluded.empty());
  if (constraints) static_cast<void>(violation(*constraints, c));
  if (c.p256) require(equal(*c.p256, c.public_key));
  return 0;
}
