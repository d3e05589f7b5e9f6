// CertificationDeclaration: the TLV payload of a CD (Core 6.3.1), every element read even where the
// SDK stops.
#pragma once

#include "verifier/base/bytes.h"
#include "verifier/base/maybe.h"

namespace attest {

struct CertificationDeclaration {
  uint16_t format_version = 0;
  uint16_t vendor_id = 0;
  std::vector<uint16_t> product_ids;
  uint32_t device_type_id = 0;
  std::string certificate_id;  // UTF-8 as it stands, padding included
  uint8_t security_level = 0;
  uint16_t security_information = 0;
  uint16_t version_number = 0;
  uint8_t certification_type =
      0;  // 0 development and test, 1 provisional, 2 official, others reserved
  MaybeValue<uint16_t> dac_origin_vendor_id, dac_origin_product_id;
  MaybeValue<std::vector<Bytes>> authorized_paa_list;  // entries of any length as they stand
  std::vector<std::string> unknown_tags;               // after tag 8, in order
  // An unknown tag stands after tag 8 and before 9, 10 or 11: the SDK stops reading there and does
  // not apply what follows.
  bool unknown_tag_hides_fields = false;

  bool operator==(const CertificationDeclaration&) const = default;
};
std::string certification_type_text(uint8_t type);  // "official (2)"

// Strict: one anonymous structure, mandatory fields in tag order, right types and widths, nothing
// after it. Integers may use any width that fits the field. The error names the field, what was
// expected and what was found. A product id array of any length, a wrong certificate_id length, an
// incomplete dac_origin pair parse: checks judge them.
Result<CertificationDeclaration> parse_certification_declaration(View tlv);
Bytes encode(const CertificationDeclaration&
                 cd);  // for fixtures: shortest widths, tag order, no unknown tags

}  // namespace attest
