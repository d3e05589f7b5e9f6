// The chain of a device as a picture of a page: boxes and links, a broken link drawn broken.
#pragma once

#include "report/chain_view.h"
#include "report/markup.h"

namespace attest {

// Of a device with several chains each by itself, the first with what is the device's.
void html_chains(Markup& page, const ChainPictures& pictures);

}  // namespace attest
