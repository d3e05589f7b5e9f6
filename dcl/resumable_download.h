// ResumableDownload: a large file fetched into a folder of the cache, where it stays: when the
// connection breaks or the program is killed the next one fetches the rest, and when it is there
// the server is only asked whether there is a newer one.
//
// Two files an address, both named after its digest: the bytes, and beside them (.json) the
// address, what the server gave to tell this file from another, and whether it is whole. Bytes are
// continued only with such a validator, so that the halves of two files are never joined. One
// process at a time has the file; others wait for it.
#pragma once

#include "dcl/download.h"

namespace attest::dcl {

struct KeepOptions {
  std::string folder;  // made when it is not there
  DownloadLimits limits = {};
  // No more bytes are wanted: what goes beyond is left where it is, and that is told.
  uint64_t enough = UINT64_MAX;
};

class ResumableDownload {
 public:
  // Fetches it, or the rest of it. With a null downloader: what was fetched before, if that is
  // whole.
  static Result<ResumableDownload> get(Downloader* from, const std::string& url,
                                       const KeepOptions& options, const OnDownload& progress = {});
  ResumableDownload(ResumableDownload&& other) noexcept;
  ResumableDownload& operator=(ResumableDownload&& other) noexcept;
  ~ResumableDownload();  // the file stays

  const std::string& path() const { return path_; }
  bool more() const { return more_; }  // there was more than enough

 private:
  ResumableDownload() = default;
  Result<void> lock(std::chrono::milliseconds patience);
  void read_state();
  Result<void> write_state(bool whole);
  Result<void> put(uint64_t offset, View piece);
  Result<uint64_t> size() const;
  Result<void> fetch(Downloader& from, const KeepOptions& options, uint64_t at_hand,
                     const OnDownload& progress);

  std::string url_, path_;
  int fd_ = -1;
  Validators validators_;
  bool whole_ = false, more_ = false;
  uint64_t enough_ = UINT64_MAX;
};

}  // namespace attest::dcl
