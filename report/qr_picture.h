// A QR code as a file: SVG, PNG or plain text, as the file's name ends.
#pragma once

#include "verifier/readers/codecs.h"

namespace attest {

// An error names the endings that are known.
Result<std::string> qr_picture(std::string_view payload, std::string_view file_name,
                               Codecs& codecs);

}  // namespace attest
