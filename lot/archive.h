// Archives of a lot: their members are files like those of a folder, and members with records are
// read as a stream.
#pragma once

#include "lot/open.h"

namespace attest {

// The archive's devices, and in `beside` what stands beside them. `label`: what its devices' names
// begin with, where there are several archives. What is broken in it is a device that cannot be
// read. An error: it cannot be opened.
Result<std::unique_ptr<LotSource>> archive_source(const std::string& path,
                                                  const std::vector<std::string>& passphrases,
                                                  const std::string& label, LotInput& beside);
// Nothing else is in it. (An archive with other things is taken for what it says of one device.)
bool is_archive_of_records(View archive, const std::vector<std::string>& passphrases);

}  // namespace attest
