// How vendor and product id stand in a subject name, by the rules of Matter Core 6.2.2.2: as
// attributes of their own, or inside a common name ("Mvid:FFF1 Mpid:8000") where a CA cannot write
// those attributes.
#pragma once

#include "verifier/pki/certificate.h"

namespace attest {

struct SubjectIds {
  SubjectId vendor, product;
};
SubjectIds subject_ids(const Name& subject);

// The id when it stands there once and well formed, in either way.
std::optional<uint16_t> readable_id(const SubjectId& id);

}  // namespace attest
