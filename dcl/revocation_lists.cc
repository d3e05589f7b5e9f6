#include "dcl/revocation_lists.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "dcl/file_text.h"
#include "dcl/network.h"
#include "verifier/gather/revocation.h"
#include "verifier/pki/key.h"

namespace attest::dcl {
namespace {

constexpr const char* kPemLabel = "X509 CRL";

// A file that grows while a download runs, gone with its object. What maps it keeps its bytes.
class PartFile {
 public:
  static Result<PartFile> create(const std::string& path) {
    PartFile out;
    out.path_ = path;
    out.fd_ = ::open(path.c_str(),
                     O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (out.fd_ < 0)
      return error(
          fmt::format("{}: cannot be written: {}", path, std::generic_category().message(errno)));
    return out;
  }
  PartFile(PartFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), fd_(std::exchange(other.fd_, -1)) {}
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Result<void> append(View piece) const {
    while (!piece.empty()) {
      const ssize_t n = ::write(fd_, piece.data(), piece.size());
      if (n <= 0)
        return error(fmt::format("{}: cannot be written: {}", path_,
                                 std::generic_category().message(errno)));
      piece = piece.subspan(static_cast<size_t>(n));
    }
    return {};
  }
  const std::string& path() const { return path_; }

 private:
  PartFile() = default;
  std::string path_;
  int fd_ = -1;
};

// One process at a time replaces lists.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : fd_(::open((folder + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  }
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

bool has_digest(const RevocationPoint& point) {
  return !point.data_digest.empty();
}

// Is the file at hand the one that the ledger's entry describes, as far as it describes one?
bool fits(const ListSource& source, const RevocationPoint& point) {
  if (point.data_file_size != 0 && source.size != point.data_file_size) return false;
  return !has_digest(point) ||
         (source.digest_type == point.data_digest_type && source.digest == point.data_digest);
}

// The list in a file that was served: DER, or one PEM block.
Result<CrlPtr> list_of(const std::shared_ptr<MappedFile>& file) {
  const View served = file->view();
  if (!looks_like_pem(served)) return salvage_crl(served, file);
  PemFile pem = parse_pem(served);
  Bytes* found = nullptr;
  for (PemBlock& block : pem.blocks) {
    if (block.label != kPemLabel) continue;
    if (found != nullptr)
      return error(fmt::format("expected one {} block, found several", kPemLabel));
    found = &block.der;
  }
  if (found == nullptr) return error(fmt::format("expected a {} block, found none", kPemLabel));
  return salvage_crl(std::move(*found));
}

bool signed_by_its_signer(const RevokedList& list, const RevocationPoint& point,
                          SignatureEngine& engine) {
  const auto signer = parse_certificate(point.crl_signer);
  return signer && same_name(list.crl().issuer, (*signer)->subject) &&
         signed_by(list, VerifyingKey(**signer), engine);
}

std::string list_path(const std::string& folder, const std::string& url) {
  return fmt::format("{}/{}.list", folder, hex(View(sha256(view(url))).first(16)));
}

std::string issue_text(const Crl& crl) {
  return fmt::format("{}of {}", crl.number ? fmt::format("number {} ", hex(*crl.number)) : "",
                     rfc3339(crl.this_update));
}

}  // namespace

// A list as it came.
struct RevocationLists::Fetched {
  bool unchanged = false;
  ListSource source;
  RevokedListPtr list;
};

std::string lists_folder(const std::string& cache_folder, const std::string& chain_id) {
  return cache_folder.empty() ? "" : cache_folder + "/" + chain_id + ".crl";
}

std::optional<CarriedList> kept_list(const std::string& folder, const std::string& url) {
  if (folder.empty()) return std::nullopt;
  auto file = ListFile::open(list_path(folder, url));
  if (!file || !*file || (*file)->source.url != url) return std::nullopt;
  // All of it is read, so all of it has to be sound.
  auto crl = parse_crl(to_bytes((*file)->list->crl().der));
  if (!crl || sha256((*crl)->tbs) != (*file)->list->tbs_digest()) return std::nullopt;
  return CarriedList{.source = std::move((*file)->source), .der = to_bytes((*crl)->der)};
}

Result<void> keep_list(const std::string& folder, const CarriedList& list, Instant now) {
  auto crl = parse_crl(list.der, std::make_shared<const Bytes>());
  if (!crl) return tl::unexpected(crl.error());
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  const FolderLock lock(folder);
  const std::string path = list_path(folder, list.source.url);
  const auto there = ListFile::open(path);
  if (there && *there && same_series((*there)->list->crl(), **crl) &&
      is_newer((*there)->list->crl(), **crl))
    return {};
  return ListFile::write(path, list.source, RevokedList(std::move(*crl)), now);
}

RevocationLists::~RevocationLists() {
  std::error_code ignored;
  if (own_folder_) std::filesystem::remove_all(options_.folder, ignored);
}

std::string RevocationLists::path_of(const std::string& url) const {
  return list_path(options_.folder, url);
}

Result<void> RevocationLists::make_folder() {
  std::error_code failure;
  if (options_.folder.empty()) {
    std::string name =
        (std::filesystem::temp_directory_path(failure) / "matter-attest-XXXXXX").string();
    if (failure || ::mkdtemp(name.data()) == nullptr)
      return error("no place for the download: a folder in the temporary directory cannot be made");
    options_.folder = name;
    own_folder_ = true;
  }
  std::filesystem::create_directories(options_.folder, failure);
  if (failure)
    return error(fmt::format("{}: cannot be made: {}", options_.folder,
                             errno_text(failure.value(), Doing::writing)));
  // What a process that was killed left behind.
  const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
  for (const auto& file : std::filesystem::directory_iterator(options_.folder, failure)) {
    if (file.path().extension() == ".part" && file.last_write_time(failure) < yesterday)
      std::filesystem::remove(file.path(), failure);
  }
  return {};
}

Result<Downloader*> RevocationLists::downloader() {
  if (no_downloader_) return tl::unexpected(*no_downloader_);
  if (!downloader_) {
    auto made = options_.downloader
                    ? options_.downloader()
                    : Result<std::unique_ptr<Downloader>>(error("no network in this program"));
    if (!made) {
      no_downloader_ = made.error();
      return tl::unexpected(*no_downloader_);
    }
    downloader_ = std::move(*made);
  }
  return downloader_.get();
}

void RevocationLists::note(const RevocationPoint& point, const std::string& line) {
  notes_.push_back(fmt::format("the revocation list {}: {}", shown_url(point.data_url), line));
}

std::string RevocationLists::key_of(const RevocationPoint& point) {
  return fmt::format("{} {} {} {} {}", point.data_url, point.data_file_size, point.data_digest_type,
                     point.data_digest, hex(sha256(point.crl_signer)));
}

Result<RevokedListPtr> RevocationLists::get(const RevocationPoint& point) {
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(point);
  const auto known = answered_.find(key);
  if (known != answered_.end()) return known->second;
  return answered_.emplace(key, look(point)).first->second;
}

std::string RevocationLists::not_refreshed(const RevocationPoint& point) const {
  const std::lock_guard lock(mutex_);
  const auto found = not_refreshed_.find(key_of(point));
  return found == not_refreshed_.end() ? std::string() : found->second;
}

bool RevocationLists::wrongly_served(const RevocationPoint& point) const {
  const std::lock_guard lock(mutex_);
  return wrongly_served_.contains(key_of(point));
}

ListState RevocationLists::state(const RevocationPoint& point) const {
  const std::lock_guard lock(mutex_);
  if (options_.folder.empty()) return {};
  auto file = ListFile::open(path_of(point.data_url));
  if (!file) return {.list = nullptr, .fetched_at = {}, .problem = file.error().what};
  if (!*file) return {};
  return {.list = (*file)->list,
          .fetched_at = (*file)->fetched_at,
          .problem =
              fits((*file)->source, point) ? "" : "not the file that the ledger's entry describes"};
}

std::vector<std::string> RevocationLists::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

Result<RevokedListPtr> RevocationLists::look(const RevocationPoint& point) {
  for (const CarriedList& list : options_.carried) {
    if (list.source.url != point.data_url || !fits(list.source, point)) continue;
    auto crl = salvage_crl(list.der);
    if (!crl) continue;
    not_refreshed_[key_of(point)] = fmt::format("it is the one that {} carries", options_.where);
    return std::make_shared<const RevokedList>(RevokedList::indexed(std::move(*crl)));
  }
  const std::string kept_from =
      options_.offline ? "nothing may be fetched offline" : options_.elsewhere;
  std::optional<ListFile> known;
  if (!options_.folder.empty()) {
    auto file = ListFile::open(path_of(point.data_url));
    if (!file) note(point, file.error().what);
    if (file && *file && (*file)->source.url == point.data_url && fits((*file)->source, point))
      known = std::move(*file);
  }
  if (known && !signed_by_its_signer(*known->list, point, options_.engine))
    known.reset();  // the ledger names another signer now
  if (known) {
    const auto& due = known->list->crl().next_update;
    const bool old = options_.now.seconds - known->fetched_at.seconds > options_.max_age ||
                     (due && options_.now >= *due);
    if (old && !kept_from.empty()) {
      not_refreshed_[key_of(point)] =
          fmt::format("it was last fetched {}, and {}", rfc3339(known->fetched_at), kept_from);
      note(point, not_refreshed_[key_of(point)]);
    }
    if (!old || !kept_from.empty()) return known->list;
  }
  if (!kept_from.empty())
    return error(fmt::format("it is not in {}, and {}", options_.where, kept_from));
  return refresh(point, known);
}

Result<RevokedListPtr> RevocationLists::refresh(const RevocationPoint& point,
                                                const std::optional<ListFile>& known) {
  auto fetched = fetch(point, known ? known->source.validators : Validators{});
  if (!fetched) {
    if (!known) return tl::unexpected(fetched.error());
    not_refreshed_[key_of(point)] = fetched.error().what;
    note(point, fetched.error().what + "; the one at hand is used");
    return known->list;
  }
  const std::string path = path_of(point.data_url);
  if (fetched->unchanged) {
    ListFile::touch(path, options_.now);
    return known->list;
  }
  // Only what the ledger's signer signed is kept: anything else would let whoever answers for the
  // address take away what is known. It is still handed on, so that the report says what is wrong
  // with it.
  if (!signed_by_its_signer(*fetched->list, point, options_.engine)) {
    if (!known) return fetched->list;
    note(point,
         fmt::format(
             "expected one signed by the ledger's signer, found one of {}; the one at hand is used",
             name_text(fetched->list->crl().issuer)));
    return known->list;
  }
  // One that is not encoded as it must be clears nobody, and is not kept. What it names is revoked,
  // unless an older issue is served again.
  if (const auto& damage = fetched->list->crl().damage) {
    const bool newer = !known || !same_series(known->list->crl(), fetched->list->crl()) ||
                       is_newer(fetched->list->crl(), known->list->crl());
    note(point, fmt::format("{}{}", damage->what, newer ? "" : "; the one at hand is used"));
    return newer ? fetched->list : known->list;
  }
  const FolderLock lock(options_.folder);
  auto now_there = ListFile::open(path);
  const bool same_point = now_there && *now_there && (*now_there)->source.url == point.data_url &&
                          fits((*now_there)->source, point) &&
                          signed_by_its_signer(*(*now_there)->list, point, options_.engine);
  if (same_point && same_series((*now_there)->list->crl(), fetched->list->crl()) &&
      is_newer((*now_there)->list->crl(), fetched->list->crl())) {
    note(point,
         fmt::format("an older one is served ({}) than is known here ({}); the newer one is used",
                     issue_text(fetched->list->crl()), issue_text((*now_there)->list->crl())));
    return (*now_there)->list;
  }
  const auto written = ListFile::write(path, fetched->source, *fetched->list, options_.now);
  if (!written) {
    note(point, "it cannot be kept: " + written.error().what);
    return fetched->list;
  }
  auto kept = ListFile::open(path);  // mapped now, and searched by its index
  return kept && *kept ? (*kept)->list : fetched->list;
}

Result<RevocationLists::Fetched> RevocationLists::fetch(const RevocationPoint& point,
                                                        const Validators& known) {
  // The downloader's errors begin with the URL, as the asker's lines do.
  const auto fail = [&](std::string why) {
    const std::string prefix = shown_url(point.data_url) + ": ";
    return error("it could not be fetched: " +
                 (why.starts_with(prefix) ? why.substr(prefix.size()) : std::move(why)));
  };
  const auto from = downloader();
  if (!from) return fail(from.error().what);
  if (const auto made = make_folder(); !made) return fail(made.error().what);
  std::optional<Hash> hash;
  if (has_digest(point)) {
    auto of_type = Hash::of_type(point.data_digest_type);
    if (!of_type) return error("the ledger's digest cannot be compared: " + of_type.error().what);
    hash = std::move(*of_type);
  }
  auto part =
      PartFile::create(fmt::format("{}/{}.{}.part", options_.folder,
                                   hex(View(sha256(view(point.data_url))).first(16)), ::getpid()));
  if (!part) return fail(part.error().what);
  DownloadRequest request{
      .url = point.data_url, .limits = options_.limits, .size = {}, .known = known};
  if (point.data_file_size != 0) request.size = point.data_file_size;
  DownloadMet met;
  request.met = &met;
  const auto served_wrongly = [&] { wrongly_served_.insert(key_of(point)); };
  const auto got = (*from)->get(
      request,
      [&](uint64_t, View piece) -> Result<void> {
        if (hash) hash->update(piece);
        return part->append(piece);
      },
      options_.progress);
  if (!got) {
    if (met.is_publishers_fault()) served_wrongly();
    return fail(got.error().what);
  }
  if (got->kind == Downloaded::Kind::unchanged)
    return Fetched{.unchanged = true, .source = {}, .list = nullptr};
  Fetched out{.source = {.url = point.data_url,
                         .validators = got->validators,
                         .size = got->size,
                         .digest_type = has_digest(point) ? point.data_digest_type : 0,
                         .digest = point.data_digest},
              .list = nullptr};
  if (hash) {
    const Bytes digest = hash->finish();
    const auto said = from_base64(point.data_digest);
    if (!said || !equal(*said, digest)) {
      served_wrongly();
      return error(fmt::format("its digest is {}, the ledger says {}", base64(digest),
                               printable(point.data_digest)));
    }
  }
  const auto file = MappedFile::open(part->path());
  if (!file) return fail(file.error().what);
  auto crl = list_of(*file);
  if (!crl) {
    served_wrongly();
    return error("what is served there is no revocation list: " + crl.error().what);
  }
  out.list = std::make_shared<const RevokedList>(std::move(*crl));
  return out;
}

}  // namespace attest::dcl
