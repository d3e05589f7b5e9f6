// The stylesheet of the HTML reports. It stands in the page, whose content security policy names
// its hash: nothing else can style or load anything. Colour is never the only sign of a status.
#pragma once

#include "report/markup.h"

namespace attest {

Literal report_style();

}  // namespace attest
