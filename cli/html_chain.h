// The chain of a device as a picture of a page: boxes and links, a broken link drawn broken.
#pragma once

#include "cli/chain_picture.h"
#include "cli/markup.h"

namespace attest::cli {

void html_chain(Markup& page, const ChainPicture& picture);

}  // namespace attest::cli
