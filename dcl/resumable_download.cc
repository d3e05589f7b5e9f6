#include "dcl/resumable_download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "dcl/file_text.h"
#include "dcl/network.h"
#include "verifier/base/json.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {
namespace {

constexpr size_t kMaxState = 64u << 10;

tl::unexpected<Error> failed(const std::string& path, const char* doing, int number) {
  return error(
      fmt::format("{}: cannot be {}: {}", path, doing, errno_text(number, Doing::writing)));
}

// What a server said of a file goes back to it in a header: one line of plain text.
bool is_header_text(const std::string& s) {
  return s.size() <= 256 &&
         std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

// RFC 9110 13.1.5: a weak entity tag does not say that the bytes are the same.
bool names_bytes(const Validators& v) {
  return (!v.etag.empty() && !v.etag.starts_with("W/")) || !v.last_modified.empty();
}

}  // namespace

ResumableDownload::ResumableDownload(ResumableDownload&& other) noexcept {
  *this = std::move(other);
}
ResumableDownload& ResumableDownload::operator=(ResumableDownload&& other) noexcept {
  std::swap(url_, other.url_);
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(validators_, other.validators_);
  std::swap(whole_, other.whole_);
  std::swap(more_, other.more_);
  std::swap(enough_, other.enough_);
  return *this;
}
ResumableDownload::~ResumableDownload() {
  if (fd_ >= 0) ::close(fd_);  // and with it the lock
}

Result<void> ResumableDownload::lock(std::chrono::milliseconds patience) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) return failed(path_, "opened", errno);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failed(path_, "locked", errno);
    if (std::chrono::steady_clock::now() >= until)
      return error(fmt::format("{}: another process is fetching it", shown_url(url_)));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return {};
}

Result<uint64_t> ResumableDownload::size() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return failed(path_, "read", errno);
  if (!S_ISREG(info.st_mode))
    return error(fmt::format("{}: expected a regular file, found something else", path_));
  return static_cast<uint64_t>(info.st_size);
}

// A state that cannot be read, or that is of other bytes, is none: then everything is fetched.
void ResumableDownload::read_state() {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path_ + ".json", unknown))
    return;  // a FIFO is not waited for
  std::ifstream in(path_ + ".json", std::ios::binary);
  std::string text(kMaxState, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  const auto state = parse_json(text);
  if (!state) return;
  const auto string = [&](const char* key) {
    const Json* member = state->find(key);
    return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
  };
  if (string("url") != url_) return;
  validators_ = {.etag = string("etag"), .last_modified = string("last_modified")};
  if (!is_header_text(validators_.etag) || !is_header_text(validators_.last_modified))
    validators_ = {};
  const Json* whole = state->find("size");
  const auto at_hand = size();
  whole_ = whole != nullptr && at_hand && whole->natural() == *at_hand;
}

Result<void> ResumableDownload::write_state(bool whole) {
  Json state{Json::Object{}};
  state.set("url", printable(url_))
      .set("etag", printable(validators_.etag))
      .set("last_modified", printable(validators_.last_modified));
  if (whole) {
    const auto at_hand = size();
    if (!at_hand) return tl::unexpected(at_hand.error());
    state.set("size", *at_hand);
  }
  const std::string path = path_ + ".json", aside = path + ".new";
  {
    std::ofstream out(aside, std::ios::binary | std::ios::trunc);
    out << dump(state);
    out.flush();
    if (!out) return failed(aside, "written", errno);
  }
  if (std::rename(aside.c_str(), path.c_str()) != 0) return failed(path, "written", errno);
  whole_ = whole;
  return {};
}

Result<void> ResumableDownload::put(uint64_t offset, View piece) {
  const uint64_t room = enough_ > offset ? enough_ - offset : 0;
  more_ = piece.size() > room;
  if (more_) piece = piece.first(static_cast<size_t>(room));
  while (!piece.empty()) {
    const ssize_t n = ::pwrite(fd_, piece.data(), piece.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed(path_, "written", n == 0 ? ENOSPC : errno);
    piece = piece.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  if (more_)
    return error(
        fmt::format("{}: expected at most {} bytes, found more", shown_url(url_), enough_));
  return {};
}

Result<void> ResumableDownload::fetch(Downloader& from, const KeepOptions& options,
                                      uint64_t at_hand, const OnDownload& progress) {
  std::optional<Error> not_kept;
  DownloadRequest request{
      .url = url_, .limits = options.limits, .known = validators_, .from = whole_ ? 0 : at_hand};
  // The order matters: bytes of an older file are gone before the newer file's validators stand
  // beside them.
  request.begins = [&](const Validators& validators, uint64_t offset) -> Result<void> {
    if (offset != 0) return {};
    if (::ftruncate(fd_, 0) != 0) return failed(path_, "written", errno);
    validators_ = validators;
    return write_state(false);
  };
  const auto got = from.get(
      request, [&](uint64_t offset, View piece) { return put(offset, piece); }, progress);
  if (more_) return {};
  if (!got) return tl::unexpected(got.error());
  if (got->kind == Downloaded::Kind::unchanged) return {};
  return write_state(true);
}

Result<ResumableDownload> ResumableDownload::get(Downloader* from, const std::string& url,
                                                 const KeepOptions& options,
                                                 const OnDownload& progress) {
  std::error_code wrong;
  std::filesystem::create_directories(options.folder, wrong);
  if (wrong)
    return error(fmt::format("{}: cannot be made: {}", options.folder,
                             errno_text(wrong.value(), Doing::writing)));
  ResumableDownload out;
  out.url_ = url;
  out.path_ = options.folder + "/" + hex(sha256(view(url))).substr(0, 32);
  out.enough_ = options.enough;
  if (auto locked = out.lock(options.limits.total); !locked) return tl::unexpected(locked.error());
  out.read_state();
  auto at_hand = out.size();
  if (!at_hand) return tl::unexpected(at_hand.error());
  if (from == nullptr) {
    if (!out.whole_)
      return error(fmt::format("{}: offline, and it was never fetched whole", shown_url(url)));
    out.more_ = *at_hand > options.enough;
    return out;
  }
  // Without a validator, or with more than is wanted, there is nothing to continue.
  const bool usable = (out.whole_ ? !out.validators_.empty() : names_bytes(out.validators_)) &&
                      *at_hand <= options.enough;
  if (!usable) out.validators_ = {}, out.whole_ = false;
  const uint64_t start = usable ? *at_hand : 0;
  auto done = out.fetch(*from, options, start, progress);
  // A server that has nothing after the bytes at hand (416), or another idea of them, is asked for
  // everything.
  if (!done && start != 0 && !out.whole_ && out.size() == start) {
    out.validators_ = {};
    done = out.fetch(*from, options, 0, progress);
  }
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace attest::dcl
