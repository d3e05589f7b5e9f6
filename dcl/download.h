// Download: fetches a file whose address somebody else wrote: a vendor's entry on a public ledger
// names the URL of a revocation list or of an image. Such a URL must not reach into the network of
// whoever verifies, and its server may be hostile or broken:
//   - http and https only, at the start and after every redirect; redirects are followed one by
//   one, a circle is named
//   - only public addresses, unless private ones are allowed; what is checked is the address that
//   is connected to, at
//     the moment of connecting, so a name that changes its mind in between gains nothing
//   - no proxy, cookie, password file or user name of the user's goes along
//   - size (said and real), time and a lowest speed are bounded, for each file and for the command
//   as a whole
// What comes is handed on as it comes; nothing is kept in memory. Every error is one line that
// names the URL.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "dcl/network.h"
#include "dcl/public_address.h"
#include "verifier/base/bytes.h"

namespace attest::dcl {

struct DownloadLimits {
  std::chrono::milliseconds connect{10'000};   // to establish one connection, its name resolved
  std::chrono::milliseconds total{300'000};    // of one file, redirects included
  std::chrono::milliseconds slow_for{15'000};  // the slowest speed is measured over this long
  uint64_t slowest = 256;                      // bytes a second
  uint64_t bytes = 64u << 20;                  // of the whole file
  unsigned redirects = 5;
};

// What a server gave with a file so that it can be asked whether there is a newer one.
struct Validators {
  std::string etag, last_modified;  // empty when not given

  bool empty() const { return etag.empty() && last_modified.empty(); }
  bool operator==(const Validators&) const = default;
};

// What a download met, for who judges the address and not the file.
struct DownloadMet {
  int status = 0;           // of the last HTTP answer; 0: there was none
  bool not_public = false;  // the address leads to hosts that may not be asked, and to no other
  bool other_size = false;  // the file is larger or smaller than it may be

  // Of a download that failed: the server says that there is nothing, and is not merely unwilling
  // or out of order; or the address cannot lead to the file, whoever asks.
  bool is_publishers_fault() const {
    return not_public || other_size || status == 404 || status == 410;
  }
};

struct DownloadRequest {
  std::string url;
  DownloadLimits limits = {};
  std::optional<uint64_t> size = {};  // that the file must have, where it is known before
  // Of the copy at hand. With `from` 0 the server is asked for a newer file only; else for the rest
  // of this very file.
  Validators known = {};
  uint64_t from = 0;  // so many bytes are at hand
  // Told once, before the first piece: what tells this file from another, and where its pieces
  // begin. Who wants to continue a download that breaks has to know it by then. An error ends the
  // download and is its answer.
  std::function<Result<void>(const Validators&, uint64_t offset)> begins = {};
  DownloadMet* met = nullptr;
  // Told about once a second, and before anything came, too: what is asked just now.
  std::function<void(const std::string& url)> waits = {};
};

struct Downloaded {
  enum class Kind : uint8_t {
    whole,      // the sink has got the file from its first byte
    rest,       // the sink has got what follows the bytes at hand
    unchanged,  // the copy at hand is the newest; the sink has got nothing
  } kind = Kind::whole;
  std::string url;  // that answered, after redirects
  Validators validators;
  uint64_t size = 0;  // of the whole file; for unchanged 0
};

// Takes the file piece by piece. `offset` is that of the first byte in the file: a server need not
// know about the rest of a file and may start again at 0. An error ends the download and is its
// answer.
using TakePiece = std::function<Result<void>(uint64_t offset, View piece)>;
// How far it is, now and then: bytes at hand, and of how many where that is known.
using OnDownload = std::function<void(uint64_t at_hand, std::optional<uint64_t> size)>;

// Virtual because the network begins here. Not for two threads at once.
class Downloader {
 public:
  virtual ~Downloader() = default;
  virtual Result<Downloaded> get(const DownloadRequest& request, const TakePiece& take,
                                 const OnDownload& progress = {}) = 0;
};
// Called when something has to be fetched, and not before.
using MakeDownloader = std::function<Result<std::unique_ptr<Downloader>>()>;

// Hosts that gave no answer at all, and why: whoever has a list of addresses to ask waits for each
// of them once. Not for two threads at once.
struct SilentHosts {
  std::map<std::string, std::string> why;  // by "host:port"
};

struct DownloadOptions {
  bool allow_private_hosts = false;
  std::string ca_file = {};  // trusted certificate authorities (PEM) in place of the system's
  std::string user_agent = own_user_agent();
  // Of all downloads of this downloader together.
  uint64_t all_bytes = uint64_t{4} << 30;
  std::chrono::milliseconds all_time{1'800'000};
  // Of all downloaders that one command makes; null: each address is asked, whatever its host did.
  std::shared_ptr<SilentHosts> silent = {};
  // Which addresses may be connected to when private hosts are not allowed. Tests stand on this
  // machine, so they put their own in its place.
  std::function<bool(const IpAddress&)> admits = is_public;
};

// On libcurl, loaded when the first downloader is made. Fails when libcurl is not installed, and
// says what to install.
Result<std::unique_ptr<Downloader>> make_downloader(const DownloadOptions& options);

// "http://…" or "https://…" as a URL on the ledger may be, else what is wrong with it: another
// scheme, a user name, characters that no URL has.
Result<void> check_web_address(const std::string& url);

}  // namespace attest::dcl
