#include "dcl/list_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "verifier/base/json.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {
namespace {

constexpr uint8_t kMagic[8] = {'M', 'A', 'C', 'R', 'L', 0, 0, 2};
constexpr size_t kPage = 4096;
constexpr size_t kSum = 8;
constexpr size_t kFixed = sizeof kMagic + 4 + 4 + 32;  // before the head
constexpr size_t kMaxHead = 64u << 10;

size_t pages_of(size_t size) {
  return (size + kPage - 1) / kPage;
}
size_t padded(size_t size) {
  return pages_of(size) * kPage;
}

void put_sum(Bytes& sums, View page) {
  const Sha256 digest = sha256(page);
  sums.insert(sums.end(), digest.begin(), digest.begin() + kSum);
}

// The pages of a list file, compared with their sums when they are first touched. Shared between
// threads: the worst that a race does is to compare twice.
class Pages {
 public:
  Pages(std::shared_ptr<MappedFile> file, View data, View sums, std::string path)
      : file_(std::move(file)),
        data_(data),
        sums_(sums),
        path_(std::move(path)),
        good_(pages_of(data.size())) {}

  bool sound(View part) {
    if (part.empty()) return true;
    const auto from = static_cast<size_t>(part.data() - data_.data());
    for (size_t page = from / kPage; page <= (from + part.size() - 1) / kPage; ++page) {
      if (good_[page].load(std::memory_order_relaxed)) continue;
      const View octets = data_.subspan(page * kPage, std::min(kPage, data_.size() - page * kPage));
      const Sha256 digest = sha256(octets);
      if (!equal(View(digest).first(kSum), sums_.subspan(page * kSum, kSum))) {
        std::error_code ignored;  // out of the way: the next one who asks fetches it anew
        std::filesystem::rename(path_, path_ + ".unusable", ignored);
        return false;
      }
      good_[page].store(true, std::memory_order_relaxed);
    }
    return true;
  }

 private:
  std::shared_ptr<MappedFile> file_;
  View data_, sums_;
  std::string path_;
  std::vector<std::atomic<bool>> good_;
};

struct Head {
  ListSource source;
  size_t der_size = 0;
  CrlSummary summary;
  Sha256 tbs_digest{};
  size_t entries_at = 0, entries_size = 0;
};

std::string head_text(const ListSource& source, const RevokedList& list) {
  const Crl& crl = list.crl();
  Json out, unknown{Json::Array{}};
  for (const std::string& oid : crl.unknown_critical) unknown.push(oid);
  out.set("url", source.url)
      .set("etag", source.validators.etag)
      .set("last_modified", source.validators.last_modified);
  out.set("size", source.size).set("digest_type", source.digest_type).set("digest", source.digest);
  out.set("list_size", static_cast<uint64_t>(crl.der.size()))
      .set("entries", static_cast<uint64_t>(crl.entry_count))
      .set("unknown_critical", std::move(unknown));
  out.set("tbs_sha256", hex(list.tbs_digest()));
  out.set("entries_at",
          static_cast<uint64_t>(crl.entries.empty() ? 0 : crl.entries.data() - crl.der.data()))
      .set("entries_size", static_cast<uint64_t>(crl.entries.size()));
  return dump(out);
}

Result<Head> read_head(View text_of_head) {
  const auto json = parse_json(text(text_of_head), {.bytes = kMaxHead, .depth = 4});
  if (!json) return tl::unexpected(json.error());
  bool whole = true;
  const auto string = [&](const char* name) {
    const Json* value = json->find(name);
    whole = whole && value != nullptr && value->is_string();
    return whole ? *value->string() : std::string();
  };
  const auto number = [&](const char* name) {
    const Json* value = json->find(name);
    const auto n = value != nullptr ? value->natural() : std::nullopt;
    whole = whole && n.has_value();
    return n.value_or(0);
  };
  Head out;
  out.source = {.url = string("url"),
                .validators = {.etag = string("etag"), .last_modified = string("last_modified")},
                .size = number("size"),
                .digest_type = static_cast<uint32_t>(number("digest_type")),
                .digest = string("digest")};
  out.der_size = number("list_size");
  out.summary.entry_count = number("entries");
  out.entries_at = number("entries_at");
  out.entries_size = number("entries_size");
  const auto digest = from_hex(string("tbs_sha256"));
  const Json* unknown = json->find("unknown_critical");
  if (!whole || !digest || digest->size() != out.tbs_digest.size() || unknown == nullptr ||
      !unknown->is_array())
    return error("head: a member is missing");
  std::copy(digest->begin(), digest->end(), out.tbs_digest.begin());
  for (const Json& oid : *unknown->array()) {
    if (oid.is_string()) out.summary.unknown_critical.push_back(*oid.string());
  }
  if (out.der_size > kMaxCrlBytes || out.summary.entry_count > out.der_size ||
      out.entries_at > out.der_size || out.entries_size > out.der_size - out.entries_at)
    return error("head: a size is out of range");
  return out;
}

// Written in one go, all of it or an error.
Result<void> write_all(int fd, View bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), std::min<size_t>(bytes.size(), 1u << 20));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      return error(
          fmt::format("{}: cannot be written: {}", path, std::generic_category().message(errno)));
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

Result<ListFile> read_file(const std::string& path, const std::shared_ptr<MappedFile>& file) {
  const View whole = file->view();
  if (whole.size() < kFixed || !equal(whole.first(sizeof kMagic), kMagic))
    return error("not a revocation list of this cache");
  const size_t head_size = le32(whole, 8), sums_size = le32(whole, 12);
  const size_t data_at = padded(kFixed + head_size + sums_size);
  if (head_size > kMaxHead || data_at > whole.size() ||
      sums_size != pages_of(whole.size() - data_at) * kSum)
    return error("its parts do not fit its size");
  if (!equal(sha256(whole.subspan(kFixed, head_size + sums_size)), whole.subspan(16, 32)))
    return error("its head does not match its digest");
  auto head = read_head(whole.subspan(kFixed, head_size));
  if (!head) return tl::unexpected(head.error());
  const View data = whole.subspan(data_at);
  if (head->der_size > data.size()) return error("it is cut short");
  const View der = data.first(head->der_size);
  const auto pages =
      std::make_shared<Pages>(file, data, whole.subspan(kFixed + head_size, sums_size), path);
  const size_t behind = head->entries_at + head->entries_size;
  if (!pages->sound(der.first(head->entries_at)) || !pages->sound(der.subspan(behind)))
    return error("it does not match its digests");
  auto crl = reopen_crl(der, file, head->summary);
  if (!crl) return tl::unexpected(crl.error());
  const auto index = CrlIndex::over(data.subspan(head->der_size), head->summary.entry_count);
  if (!index) return tl::unexpected(index.error());
  return ListFile{.source = std::move(head->source),
                  .list = std::make_shared<const RevokedList>(
                      std::move(*crl), *index, head->tbs_digest,
                      [pages](View part) { return pages->sound(part); }),
                  .fetched_at = file->modified()};
}

}  // namespace

Result<std::shared_ptr<MappedFile>> MappedFile::open(const std::string& path) {
  // A pipe in its place must not be waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  const auto fail = [&](const std::string& why) {
    if (fd >= 0) ::close(fd);
    return error(fmt::format("{}: {}", path, why));
  };
  struct stat about = {};
  if (fd < 0 || ::fstat(fd, &about) != 0) return fail(std::generic_category().message(errno));
  if (!S_ISREG(about.st_mode)) return fail("expected a file");
  std::shared_ptr<MappedFile> out(new MappedFile);
  out->modified_ = {about.st_mtime};
  if (about.st_size > 0) {
    const auto size = static_cast<size_t>(about.st_size);
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) return fail(std::generic_category().message(errno));
    out->view_ = {static_cast<const uint8_t*>(at), size};
  }
  ::close(fd);
  return out;
}

MappedFile::~MappedFile() {
  if (!view_.empty()) ::munmap(const_cast<uint8_t*>(view_.data()), view_.size());
}

Result<std::optional<ListFile>> ListFile::open(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  auto read = read_file(path, *file);
  if (!read) return within(path, read.error());
  return std::optional<ListFile>(std::move(*read));
}

Result<void> ListFile::write(const std::string& path, const ListSource& source,
                             const RevokedList& list, Instant now) {
  const Crl& crl = list.crl();
  const Bytes index = CrlIndex::build(crl);
  const std::string head = head_text(source, list);
  if (head.size() > kMaxHead)
    return error(
        fmt::format("{}: its head has {} bytes, expected at most {}", path, head.size(), kMaxHead));
  Bytes sums;
  const size_t data_size = crl.der.size() + index.size();
  sums.reserve(pages_of(data_size) * kSum);
  Bytes page;
  for (size_t at = 0; at < data_size; at += kPage) {
    const size_t size = std::min(kPage, data_size - at),
                 of_list = at < crl.der.size() ? std::min(size, crl.der.size() - at) : 0;
    if (of_list == size) {
      put_sum(sums, crl.der.subspan(at, size));
      continue;
    }
    page.assign(crl.der.end() - static_cast<std::ptrdiff_t>(of_list), crl.der.end());
    const View rest = View(index).subspan(at + of_list - crl.der.size(), size - of_list);
    page.insert(page.end(), rest.begin(), rest.end());
    put_sum(sums, page);
  }
  Bytes front(kMagic, kMagic + sizeof kMagic);
  for (const size_t size : {head.size(), sums.size()}) {
    for (unsigned i = 0; i < 4; ++i) front.push_back(static_cast<uint8_t>(size >> (8 * i)));
  }
  const Sha256 digest = sha256(view(head), sums);
  front.insert(front.end(), digest.begin(), digest.end());
  front.insert(front.end(), head.begin(), head.end());
  front.insert(front.end(), sums.begin(), sums.end());
  front.resize(padded(front.size()));

  const std::string beside = fmt::format("{}.{}.part", path, ::getpid());
  const int fd = ::open(beside.c_str(),
                        O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (fd < 0)
    return error(
        fmt::format("{}: cannot be written: {}", beside, std::generic_category().message(errno)));
  auto written = write_all(fd, front, beside);
  if (written) written = write_all(fd, crl.der, beside);
  if (written) written = write_all(fd, index, beside);
  if (written && ::fsync(fd) != 0)
    written = error(
        fmt::format("{}: cannot be written: {}", beside, std::generic_category().message(errno)));
  ::close(fd);
  if (written) {
    touch(beside, now);
    if (::rename(beside.c_str(), path.c_str()) != 0)
      written = error(
          fmt::format("{}: cannot be written: {}", path, std::generic_category().message(errno)));
  }
  if (!written) ::unlink(beside.c_str());
  return written;
}

void ListFile::touch(const std::string& path, Instant now) {
  const timespec times[2] = {{.tv_sec = now.seconds, .tv_nsec = 0},
                             {.tv_sec = now.seconds, .tv_nsec = 0}};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

}  // namespace attest::dcl
