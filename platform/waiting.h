// Waiting: a transport that says after a while what it waits for, so that nobody looks at a screen
// on which nothing happens.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "dcl/transport.h"

namespace attest {

// Nothing is said of what is answered within `patience`; each get() says it once at most.
std::unique_ptr<dcl::Transport> saying_what_it_waits_for(std::unique_ptr<dcl::Transport> transport,
                                                         dcl::Say say,
                                                         std::chrono::milliseconds patience);

}  // namespace attest
