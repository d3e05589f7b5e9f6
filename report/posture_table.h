// How a part is locked, in a line and in a small table: the findings of `security.*`, put together
// by what the person who orders parts asks for.
#pragma once

#include <string>
#include <vector>

#include "verifier/report.h"

namespace attest {

struct PostureRow {
  const char* name = "";   // "secure boot"
  const char* means = "";  // for the person who orders
  Status worst = Status::pass;
  std::string found;  // what its findings say; empty where all hold
};
// The rows that apply; none where nothing tells of the part's locks.
std::vector<PostureRow> posture_table(const Report& report);
const char* posture_mark(Status status);  // ✓ ✗ ?

// "locked as ordered: secure boot ✓ flash encryption ✓ debug ✗"; empty where there is no row.
std::string posture_line(const Evidence& evidence, const Report& report);

}  // namespace attest
