// The transport on libcurl. The library is loaded when the first transport is made, not when the
// program starts: a command that needs no network does not pay for libcurl and its forty
// dependencies.
#pragma once

#include <functional>
#include <string>

#include "dcl/network.h"
#include "dcl/transport.h"

namespace attest::dcl {

struct CurlOptions {
  Budget budget;
  std::string user_agent = own_user_agent();
  // Told what is waited for when something takes long.
  std::function<void(const std::string&)> say = {};
  std::string ca_file = {};  // extra trusted certificate authorities (PEM) in place of the
                             // system's; empty: the system's
};

// Fails when libcurl is not installed, and says what to install.
Result<std::unique_ptr<Transport>> make_curl_transport(const CurlOptions& options = {});

}  // namespace attest::dcl
