// The chain of a device as a picture of a page: boxes and links, a broken link drawn broken.
#pragma once

#include "report/chain_view.h"
#include "report/markup.h"

namespace attest {

void html_chain(Markup& page, const ChainPicture& picture);

}  // namespace attest
