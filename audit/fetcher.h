// Fetcher: what the entries of an audited product lead to: bounded, never into private networks,
// each address once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "dcl/download.h"

namespace attest::audit {

class Fetcher {
 public:
  explicit Fetcher(dcl::MakeDownloader make) : make_(std::move(make)) {}

  // What came of an address. `fault` is the address's or its server's; `unknown` is what kept us
  // from finding out: the network, or a server that is unwilling.
  struct Came {
    std::string body;
    std::string fault, unknown;
    bool network = false;
    bool good() const { return fault.empty() && unknown.empty(); }
  };
  // The file, which must have this size.
  Came file(const std::string& url, uint64_t size);
  // Whether something answers; nothing of it is read.
  Came answer(const std::string& url);

 private:
  Result<dcl::Downloader*> downloader();
  Came get(dcl::DownloadRequest request, bool body);

  dcl::MakeDownloader make_;
  std::unique_ptr<dcl::Downloader> downloader_;
  std::optional<Error> none_;
  std::map<std::string, Came> answered_;
};

}  // namespace attest::audit
