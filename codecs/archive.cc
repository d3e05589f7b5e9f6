// Archives, on libarchive: zip, tar and 7z, and gz, zst, xz, bz2 and lz4 around a tar or around one
// file. Nothing is written anywhere and no path of a member is ever opened.

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include <algorithm>
#include <memory>

#include "codecs/formats.h"

namespace attest::codecs {
namespace {

struct Closer {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
using Handle = std::unique_ptr<struct archive, Closer>;

std::string complaint(struct archive* a) {
  const char* text = archive_error_string(a);
  return text == nullptr ? "it cannot be read" : text;
}

Result<size_t> next(struct archive* a, std::span<uint8_t> to) {
  const la_ssize_t got = archive_read_data(a, to.data(), to.size());
  if (got < 0) return error(complaint(a));
  return static_cast<size_t>(got);
}

// The size a member states is a claim; memory grows only with what really comes out.
Result<Bytes> content(struct archive* a, uint64_t limit) {
  constexpr size_t kStep = 1u << 16;
  Bytes out;
  for (;;) {
    const size_t at = out.size();
    if (at > limit) return error(fmt::format("more than the allowed {} bytes come out", limit));
    out.resize(at + kStep);
    const auto got = next(a, std::span(out).subspan(at));
    if (!got) return tl::unexpected(got.error());
    out.resize(at + *got);
    if (*got == 0) return out;
  }
}

// The library turns names into the locale's characters, and gives none where it cannot: this thread
// has UTF-8 meanwhile.
class Utf8Names {
 public:
  Utf8Names()
      : made_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)),
        before_(made_ == nullptr ? nullptr : uselocale(made_)) {}
  ~Utf8Names() {
    if (made_ == nullptr) return;
    uselocale(before_);
    freelocale(made_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t made_, before_;
};

ArchiveMember describe(struct archive* a, struct archive_entry* entry) {
  ArchiveMember member;
  // A single compressed file comes as an entry named "data" by the library.
  const char* path = archive_entry_pathname(entry);
  if (archive_format(a) != ARCHIVE_FORMAT_RAW)
    member.path = path != nullptr ? path : fmt::format("member {}", archive_file_count(a));
  const char* hard = archive_entry_hardlink(entry);
  const char* soft = archive_entry_symlink(entry);
  member.encrypted = archive_entry_is_data_encrypted(entry) == 1;
  if (hard != nullptr || archive_entry_filetype(entry) == AE_IFLNK) {
    member.kind = ArchiveMember::Kind::link;
    member.target = hard != nullptr ? hard : soft != nullptr ? soft : "";
  } else if (archive_entry_filetype(entry) != AE_IFREG) {
    member.kind = ArchiveMember::Kind::other;
  }
  member.content = [a](uint64_t limit) { return content(a, limit); };
  member.next = [a](std::span<uint8_t> to) { return next(a, to); };
  return member;
}

}  // namespace

Result<void> archive(View bytes, std::span<const std::string> passphrases,
                     const std::function<bool(const ArchiveMember&)>& member) {
  const Utf8Names names;
  const Handle a(archive_read_new());
  if (a == nullptr) return error("archive: no memory");
  archive_read_support_filter_gzip(a.get());
  archive_read_support_filter_zstd(a.get());
  archive_read_support_filter_xz(a.get());
  archive_read_support_filter_bzip2(a.get());
  archive_read_support_filter_lz4(a.get());
  archive_read_support_format_zip(a.get());
  archive_read_support_format_tar(a.get());
  archive_read_support_format_7zip(a.get());
  archive_read_support_format_raw(a.get());
  for (const std::string& passphrase : passphrases) {
    if (!passphrase.empty()) archive_read_add_passphrase(a.get(), passphrase.c_str());
  }
  if (archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return error(complaint(a.get()));
  for (bool any = false;; any = true) {
    struct archive_entry* entry = nullptr;
    // What is left of the member before: only then does the place tell what the end brings.
    if (any) archive_read_data_skip(a.get());
    const la_int64_t before = archive_filter_bytes(a.get(), 0);
    const int got = archive_read_next_header(a.get(), &entry);
    if (got == ARCHIVE_EOF) {
      // A tar ends with blocks of zeros: one that stops before them was cut between two members.
      const bool tar = (archive_format(a.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
      if (tar && any && archive_filter_bytes(a.get(), 0) == before)
        return error("the tar stops without its end: members behind it may be missing");
      return {};
    }
    if (got < ARCHIVE_WARN) return error(complaint(a.get()));
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (!member(describe(a.get(), entry))) return {};
  }
}

}  // namespace attest::codecs
