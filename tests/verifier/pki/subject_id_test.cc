#include "verifier/pki/subject_id.h"

#include "tests/support/der_writer.h"

using namespace attest;
using namespace attest::test;
using How = SubjectId::How;

TEST_CASE("subject id: vendor and product id of a subject") {
  const std::string long_name(59, 'x');
  const struct {
    Bytes subject;
    How vendor_how;
    unsigned vendor;
    How product_how;
    unsigned product;
  } rows[] = {
      {sequence({}), How::absent, 0, How::absent, 0},
      {sequence({vid("FFF1"), pid("00B1")}), How::attribute, 0xFFF1, How::attribute, 0x00B1},
      {sequence({rdn(join({attribute("2.5.4.3", "x"),
                           attribute("1.3.6.1.4.1.37244.2.1", "FFF1", der::kPrintableString)}))}),
       How::attribute, 0xFFF1, How::absent, 0},
      {sequence({vid("fff1")}), How::malformed, 0, How::absent, 0},
      {sequence({vid("FFF")}), How::malformed, 0, How::absent, 0},
      {sequence({vid("0FFF1")}), How::malformed, 0, How::absent, 0},
      {sequence({vid("")}), How::malformed, 0, How::absent, 0},
      {sequence({vid("FFF1"), vid("FFF1")}), How::duplicate, 0xFFF1, How::absent, 0},
      {sequence({pid("8001"), pid("8000"), pid("8002")}), How::absent, 0, How::duplicate, 0x8001},
      {sequence({cn("Mvid:FFF1 Mpid:00B1")}), How::common_name, 0xFFF1, How::common_name, 0x00B1},
      {sequence({cn("Mpid:00B1,x,Mvid:FFF1")}), How::common_name, 0xFFF1, How::common_name, 0x00B1},
      {sequence({cn("xMvid:FFF1Mpid:00B199")}), How::common_name, 0xFFF1, How::common_name, 0x00B1},
      {sequence({cn("Mvid:FF1 Mvid:FFF2 Mvid:FFF3")}), How::common_name, 0xFFF2, How::absent, 0},
      {sequence({cn("MpidMvid:FFF10 Mpid:00B1")}), How::common_name, 0xFFF1, How::common_name,
       0x00B1},
      {sequence({cn("MVID:FFF1 mpid:00B1")}), How::absent, 0, How::absent, 0},
      {sequence({cn("Mvid: FFF1")}), How::malformed, 0, How::absent, 0},
      {sequence({cn("Mvid:fff1 Mpid:00B1")}), How::malformed, 0, How::common_name, 0x00B1},
      {sequence({cn("Mvid:FFF1 Mpid:")}), How::common_name, 0xFFF1, How::malformed, 0},
      // Only the first 64 octets of a common name count.
      {sequence({cn(long_name.substr(4) + "Mvid:FFF1")}), How::common_name, 0xFFF1, How::absent, 0},
      {sequence({cn(long_name + "Mvid:FFF1")}), How::malformed, 0, How::absent, 0},
      {sequence({cn(long_name + "xMvid:FFF1")}), How::absent, 0, How::absent, 0},
      // The first common name that says anything is the one that counts.
      {sequence({cn("nothing"), cn("Mvid:FFF1"), cn("Mpid:8000")}), How::common_name, 0xFFF1,
       How::absent, 0},
      // One attribute switches the common names off, but not their mistakes.
      {sequence({cn("Mvid:FFF1"), pid("8000")}), How::absent, 0, How::attribute, 0x8000},
      {sequence({cn("Mvid:FFF2 Mpid:8002"), vid("FFF1"), pid("8000")}), How::attribute, 0xFFF1,
       How::attribute, 0x8000},
      {sequence({cn("Mvid:zzzz"), vid("FFF1"), pid("8000")}), How::malformed, 0, How::attribute,
       0x8000},
  };
  for (const auto& row : rows) {
    CertificateParts parts;
    parts.subject = row.subject;
    const auto c = parsed(parts);
    CAPTURE(name_text(c->subject));
    CHECK(c->vendor_id.how == row.vendor_how);
    CHECK(c->vendor_id.value == row.vendor);
    CHECK(c->product_id.how == row.product_how);
    CHECK(c->product_id.value == row.product);
    CHECK(c->vid().has_value() ==
          (row.vendor_how == How::attribute || row.vendor_how == How::common_name));
  }
  CertificateParts parts;
  parts.subject = sequence({vid("FF1")});
  CHECK(parsed(parts)->vendor_id.found == "FF1");
}
