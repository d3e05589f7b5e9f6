// Archives, on libarchive: zip, tar and 7z, and gz, zst, xz, bz2 and lz4 around a tar or around one
// file. Nothing is written anywhere and no path of a member is ever opened.

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <memory>

#include "codecs/formats.h"

namespace attest::codecs {
namespace {

using std::string_view_literals::operator""sv;

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

// What is packed by a compressor alone: the filter that unpacks it; none: no such bytes.
int compressor(View bytes) {
  constexpr struct {
    std::string_view magic;
    int filter;
  } kCompressors[] = {{"\x1F\x8B\x08"sv, ARCHIVE_FILTER_GZIP},
                      {"\x28\xB5\x2F\xFD"sv, ARCHIVE_FILTER_ZSTD},
                      {"\xFD\x37zXZ\0"sv, ARCHIVE_FILTER_XZ},
                      {"BZh"sv, ARCHIVE_FILTER_BZIP2},
                      {"\x04\x22\x4D\x18"sv, ARCHIVE_FILTER_LZ4}};
  for (const auto& one : kCompressors) {
    if (text(bytes).starts_with(one.magic)) return one.filter;
  }
  return ARCHIVE_FILTER_NONE;
}

// The head of a tar's first member: its checksum holds. (Zeros are an empty tar, and how memory
// that was never written begins.)
bool begins_a_tar(View block) {
  constexpr size_t kBlock = 512, kSum = 148, kDigits = 8;
  if (block.size() < kBlock || block[0] == 0) return false;
  int sum = 0, with_signs = 0, stated = 0;  // (Old programs added up characters with signs.)
  for (size_t i = 0; i < kBlock; ++i) {
    const uint8_t c = i >= kSum && i < kSum + kDigits ? ' ' : block[i];
    sum += c;
    with_signs += static_cast<int8_t>(c);
  }
  for (size_t i = kSum; i < kSum + kDigits; ++i) {
    if (block[i] >= '0' && block[i] <= '7') stated = stated * 8 + (block[i] - '0');
  }
  return stated == sum || stated == with_signs;
}

// Under a compressor lies a tar, or one file: its bytes, whatever they begin with. (The library
// would take them for a container of its own choice, and unpack once more what looks packed.)
Result<Handle> open_packed(View bytes, int filter, bool tar) {
  Handle a(archive_read_new());
  if (a == nullptr) return error("archive: no memory");
  if (tar) {
    archive_read_support_format_tar(a.get());
  } else {
    archive_read_support_format_raw(a.get());
  }
  if (archive_read_append_filter(a.get(), filter) != ARCHIVE_OK ||
      archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return error(complaint(a.get()));
  return a;
}
bool packs_a_tar(View bytes, int filter) {
  const auto a = open_packed(bytes, filter, false);
  struct archive_entry* entry = nullptr;
  if (!a || archive_read_next_header(a->get(), &entry) < ARCHIVE_WARN) return false;
  std::array<uint8_t, 512> block{};
  size_t size = 0;
  while (size < block.size()) {
    const auto got = next(a->get(), std::span(block).subspan(size));
    if (!got || *got == 0) return false;
    size += *got;
  }
  return begins_a_tar(block);
}

Result<Handle> open(View bytes, std::span<const std::string> passphrases) {
  if (const int filter = compressor(bytes); filter != ARCHIVE_FILTER_NONE)
    return open_packed(bytes, filter, packs_a_tar(bytes, filter));
  Handle a(archive_read_new());
  if (a == nullptr) return error("archive: no memory");
  archive_read_support_format_zip(a.get());
  archive_read_support_format_tar(a.get());
  archive_read_support_format_7zip(a.get());
  for (const std::string& passphrase : passphrases) {
    if (!passphrase.empty()) archive_read_add_passphrase(a.get(), passphrase.c_str());
  }
  if (archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return error(complaint(a.get()));
  return a;
}

// What lies before a zip and behind an archive is none of its members.
struct Around {
  View before, behind;
};
// By the record that ends it; the last one counts, as for the library.
Around around_zip(View bytes) {
  constexpr size_t kRecord = 22, kSize = 12, kOffset = 16, kComment = 20;
  const size_t at = text(bytes).rfind("PK\x05\x06"sv);
  if (at == std::string_view::npos || bytes.size() - at < kRecord) return {};
  const View record = bytes.subspan(at);
  const size_t end = kRecord + le16(record, kComment);
  const uint64_t listed = uint64_t{le32(record, kSize)} + le32(record, kOffset);
  return {.before = listed < at ? bytes.first(static_cast<size_t>(at - listed)) : View(),
          .behind = end < record.size() ? record.subspan(end) : View()};
}
Around around(struct archive* a, View bytes, bool packed) {
  const int format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;
  if (format == ARCHIVE_FORMAT_ZIP) return around_zip(bytes);
  // (Of a tar under a compressor the library does not unpack what is behind its end.)
  if (packed ? format != ARCHIVE_FORMAT_RAW : format != ARCHIVE_FORMAT_TAR) return {};
  const la_int64_t used = archive_filter_bytes(a, -1);
  if (used <= 0 || static_cast<uint64_t>(used) >= bytes.size()) return {};
  return {.before = {}, .behind = bytes.subspan(static_cast<size_t>(used))};
}
// Zeros, or erased memory, fill up.
bool says_something(View bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b != 0 && b != 0xFF; });
}
ArchiveMember beside(const char* path, View bytes) {
  ArchiveMember out;
  out.path = path;
  out.content = [bytes](uint64_t limit) -> Result<Bytes> {
    if (bytes.size() > limit)
      return error(fmt::format("more than the allowed {} bytes come out", limit));
    return to_bytes(bytes);
  };
  out.next = [bytes, at = size_t{0}](std::span<uint8_t> to) mutable -> Result<size_t> {
    const size_t n = std::min(to.size(), bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, to.begin());
    at += n;
    return n;
  };
  return out;
}

constexpr const char* kNothingComes = "it is damaged or cut where it begins";

}  // namespace

Result<void> archive(View bytes, std::span<const std::string> passphrases,
                     const std::function<bool(const ArchiveMember&)>& member) {
  const Utf8Names names;
  const bool packed = compressor(bytes) != ARCHIVE_FILTER_NONE;
  const auto opened = open(bytes, passphrases);
  if (!opened && packed) return error(kNothingComes);
  if (!opened) return tl::unexpected(opened.error());
  const Handle& a = *opened;
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
      const Around rest = any ? around(a.get(), bytes, packed) : Around{};
      if (says_something(rest.before) && !member(beside("(before it)", rest.before))) return {};
      if (says_something(rest.behind)) member(beside("(behind its end)", rest.behind));
      return {};
    }
    if (got < ARCHIVE_WARN && packed && !any) return error(kNothingComes);
    if (got < ARCHIVE_WARN) return error(complaint(a.get()));
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (!member(describe(a.get(), entry))) return {};
  }
}

}  // namespace attest::codecs
