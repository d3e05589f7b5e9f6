#include "audit/fetcher.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace attest::audit {
namespace {

using std::chrono::milliseconds;

constexpr dcl::DownloadLimits kPatience{
    .connect = milliseconds(5'000), .total = milliseconds(30'000), .slow_for = milliseconds(8'000)};

}  // namespace

Result<dcl::Downloader*> Fetcher::downloader() {
  if (none_) return tl::unexpected(*none_);
  if (downloader_) return downloader_.get();
  auto made =
      make_ ? make_() : Result<std::unique_ptr<dcl::Downloader>>(error("nothing may be fetched"));
  if (!made) {
    none_ = made.error();
    return tl::unexpected(made.error());
  }
  downloader_ = std::move(*made);
  return downloader_.get();
}

Fetcher::Came Fetcher::get(dcl::DownloadRequest request, bool body) {
  Came out;
  const auto from = downloader();
  if (!from) {
    out.unknown = from.error().what;
    return out;
  }
  dcl::DownloadMet met;
  bool began = false;
  request.met = &met;
  request.begins = [&](const dcl::Validators&, uint64_t) -> Result<void> {
    began = true;
    if (body) return {};
    return error("enough");
  };
  const auto done = (*from)->get(request, [&](uint64_t offset, View piece) -> Result<void> {
    if (offset == 0) out.body.clear();
    out.body += text(piece);
    return {};
  });
  if (done || (began && !body)) return out;
  out.body.clear();
  out.network = met.status == 0 && !met.not_public;
  (met.is_publishers_fault() ? out.fault : out.unknown) = done.error().what;
  return out;
}

Fetcher::Came Fetcher::file(const std::string& url, uint64_t size) {
  dcl::DownloadRequest request{.url = url, .limits = kPatience, .size = size};
  request.limits.bytes = size;
  return get(std::move(request), true);
}

Fetcher::Came Fetcher::answer(const std::string& url) {
  const auto known = answered_.find(url);
  if (known != answered_.end()) return known->second;
  dcl::DownloadRequest request{.url = url, .limits = kPatience};
  request.limits.bytes = UINT64_MAX;  // nothing of it is read
  return answered_[url] = get(std::move(request), false);
}

}  // namespace attest::audit
