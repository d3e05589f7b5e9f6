// The recorded ledger with the revocation lists that its points name.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "tests/support/dcl_support.h"

namespace attest::test {

// The web, where https://crl.example.com is the folder of recorded lists; `altered`: one of them is
// served with a byte that differs.
class RecordedWeb final : public dcl::Downloader {
 public:
  explicit RecordedWeb(std::string altered) : altered_(std::move(altered)) {}
  Result<dcl::Downloaded> get(const dcl::DownloadRequest& request, const dcl::TakePiece& take,
                              const dcl::OnDownload&) override {
    const std::string host = "https://crl.example.com/";
    if (!request.url.starts_with(host)) return error(request.url + ": no such host");
    const std::string name = request.url.substr(host.size());
    for (const auto& folder : {shared() / "dcl/materials", shared() / "dcl/materials/chip"}) {
      if (!std::filesystem::is_regular_file(folder / name)) continue;
      Bytes bytes = slurp(folder / name);
      if (name == altered_) bytes[bytes.size() - 10] ^= 0x01;
      if (const auto taken = take(0, bytes); !taken) return tl::unexpected(taken.error());
      return dcl::Downloaded{.kind = dcl::Downloaded::Kind::whole,
                             .url = request.url,
                             .validators = {},
                             .size = bytes.size()};
    }
    return error(request.url + ": expected the file, found the answer 404");
  }

 private:
  std::string altered_;
};

// Asks the node that serves the recordings, and fetches the lists from them.
inline auto recorded_ledger(Ledger4Test& node, const Folder& folder,
                            const std::string& altered = {}) {
  return dcl::CachedLedger::open(
      {.network = node.network,
       .cache_folder = folder.path(),
       .ledger = node.server.url(),
       .offline = false,
       .max_age = 86'400,
       .now = kNow,
       .engine = openssl_engine(),
       .transport = [] { return dcl::make_curl_transport({.budget = hasty()}); },
       .progress = {},
       .downloader = [=] { return std::make_unique<RecordedWeb>(altered); }});
}

}  // namespace attest::test
