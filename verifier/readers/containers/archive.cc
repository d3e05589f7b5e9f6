// Archives: zip, tar and 7z, and gz, zst, xz, bz2 and lz4 around a tar or a single file. Members
// are read in memory, one at a time, and recognised like any file. Nothing is written; a member
// whose path climbs out of the archive is named and left alone.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "verifier/readers/containers/otherwise.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

using std::string_view_literals::operator""sv;

constexpr uint64_t kMaxMember = 256u << 20;  // held in memory
constexpr size_t kMaxPath = 4096;
// Firmware compresses to a third, erased flash to a thousandth. Much out of little is a bomb, once
// it is much.
constexpr uint64_t kBombFloor = 128u << 20, kBombRatio = 250;
// Of archives inside an archive together: what comes out of them, and how many members they have.
// (A flat one has no more members than its own size bears.)
constexpr uint64_t kNestedFloor = 256u << 20;
constexpr size_t kNestedFiles = 8192, kLeastPerFile = 64;
// A line for every odd member of a hostile archive would be a flood of its own.
constexpr size_t kMaxComplaints = 20;
constexpr size_t kMostNamed = 100'000;  // members that are passed by, whose names are looked at

bool recognises(const Source& s) {
  const View v = s.bytes;
  const auto begins = [&](std::string_view magic) {
    return v.size() > magic.size() && text(v.first(magic.size())) == magic;
  };
  constexpr std::string_view kMagics[] = {"PK\x03\x04"sv,          // zip
                                          "PK\x05\x06"sv,          // an empty one
                                          "7z\xBC\xAF\x27\x1C"sv,  // 7z
                                          "\x1F\x8B\x08"sv,        // gz
                                          "\x28\xB5\x2F\xFD"sv,    // zst
                                          "\xFD\x37zXZ\0"sv,       // xz
                                          "\x04\x22\x4D\x18"sv};   // lz4
  if (std::any_of(std::begin(kMagics), std::end(kMagics), begins)) return true;
  constexpr size_t kBlockAt = 4;  // bz2: "BZh", a level, and a block of data or the end
  if (begins("BZh") && (text(v).substr(kBlockAt).starts_with("\x31\x41\x59\x26\x53\x59") ||
                        text(v).substr(kBlockAt).starts_with("\x17\x72\x45\x38\x50\x90")))
    return true;
  return v.size() >= 512 && text(v.subspan(257, 5)) == "ustar";
}

// "/etc/passwd", "..", "a/../../b", "C:\x": nothing that a well-meant archive has.
bool climbs(std::string_view path) {
  if (path.starts_with('/') || path.starts_with('\\') || (path.size() > 1 && path[1] == ':'))
    return true;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find_first_of("/\\", at), path.size());
    if (path.substr(at, end - at) == "..") return true;
    at = end + 1;
  }
  return false;
}

// The first member of a bundle of ours, compressed: what is behind it are copies.
bool says_bundle(View manifest) {
  return find(manifest.first(std::min<size_t>(manifest.size(), 4096)),
              view("\"matter-attest/bundle/"))
      .has_value();
}

class Unpacking {
 public:
  Unpacking(const Source& s, Reading& reading) : source_(s), reading_(reading) {
    budget_.unpacked_bytes =
        std::min(budget_.unpacked_bytes, std::max(kNestedFloor, kBombRatio * s.bytes.size()));
  }

  // False ends the unpacking.
  bool member(const ArchiveMember& m) {
    const std::string path =
        m.path.empty()
            ? source_.path
            : source_.path + "!" + quotable_path(printable(m.path.substr(0, kMaxPath)), ++nth_);
    const Place place{.path = path, .offset = {}, .item = {}};
    if (!stopped_.empty()) return pass_by(path);
    // As in a folder: none of these is the part's fault. (What a name hides that nobody opens is
    // not known.)
    if (m.kind == ArchiveMember::Kind::link)
      return odd(path, fmt::format("a link to \"{}\": links in an archive are not followed",
                                   quotable(printable(m.target.substr(0, 200)))));
    if (m.kind == ArchiveMember::Kind::other)
      return odd(path, "neither a file nor a folder: not read");
    if (m.path.size() > kMaxPath)
      return unread(place, fmt::format("its path has {} bytes, more than {}: not read",
                                       m.path.size(), kMaxPath));
    if (climbs(m.path)) return unread(place, "its path leads out of the archive: not read");
    if (reading_.files.size() >= reading_.budget.files)
      return stop(place, "more files come out of the archives than are read of all evidence");
    const uint64_t limit = std::min(kMaxMember, left());
    const auto content = m.content(limit);
    if (!content) return refused(m, place, content.error(), limit);
    unpacked_ += content->size();
    if (!any_ && m.path == "manifest.json" && says_bundle(*content)) {
      reading_.not_used.push_back(
          {source_.path, "a bundle of matter-attest: replay judges it again, unpacked"});
      return false;
    }
    any_ = true;
    if (m.encrypted) {  // all passphrases were tried at once
      for (Secret& secret : reading_.secrets) secret.opened = secret.opened || secret.given;
    }
    if (reading_.depth >= reading_.budget.depth)
      return unread(
          place, fmt::format("containers nested deeper than {}: not read", reading_.budget.depth));
    read_in({.path = path, .bytes = *content}, place);
    return true;
  }

  // It breaks off here, or its members did: damage where something of it is evidence. A document or
  // a download of another trade is no part of the device.
  void finish(const std::optional<Error>& broke_off) {
    if (broke_off) broken_.push_back({.path = source_.path, .why = broke_off->what});
    const bool evidence = said() != before_;
    // Of no use, it is told of once: where it ends too early, so does the member that it ends in.
    if (broke_off && !evidence) {
      broken_.erase(broken_.begin() + 1, broken_.end());
      broken_.front().path = source_.path;
    }
    if (odd_ > kMaxComplaints)
      reading_.not_used.push_back(
          {source_.path, fmt::format("{} further members that are not read: links, names that "
                                     "lead out of it and the like",
                                     odd_ - kMaxComplaints)});
    if (passed_by_ > kMaxComplaints)
      reading_.not_used.push_back(
          {source_.path,
           fmt::format("{} further members: {}", passed_by_ - kMaxComplaints, stopped_)});
    for (NotUsed& one : broken_) {
      if (evidence) {
        reading_.device.damaged({.path = one.path, .offset = {}, .item = {}},
                                one.path == source_.path ? "archive" : "archive member", one.why);
      } else {
        one.why = "cannot be unpacked, and nothing else in the archive is evidence: " + one.why;
        reading_.not_used.push_back(std::move(one));
      }
    }
  }

 private:
  size_t said() const {
    return reading_.device.statements.size() + reading_.device.remarks.size() +
           reading_.locked.size() + reading_.ota_images.size();
  }
  // What may still come out: by the budget of everything, and before this archive counts as a bomb.
  uint64_t left() const {
    const uint64_t sane = std::max(kBombFloor, kBombRatio * source_.bytes.size());
    return std::min(budget_.unpacked_bytes, sane > unpacked_ ? sane - unpacked_ : 0);
  }
  // What an archive in this one brings counts against what this one may.
  void read_in(const Source& inside, const Place& place) {
    const Budget outer = reading_.budget;
    const size_t before = reading_.files.size();
    const bool nested = recognises(inside);
    reading_.budget.unpacked_bytes = budget_.unpacked_bytes;
    if (nested)
      reading_.budget.files =
          static_cast<unsigned>(std::min<size_t>(outer.files, before + nested_files_));
    const auto done = read_inside(inside, reading_);
    const uint64_t used = budget_.unpacked_bytes - reading_.budget.unpacked_bytes;
    const bool full = nested && (reading_.files.size() >= reading_.budget.files ||
                                 reading_.budget.unpacked_bytes == 0);
    budget_.unpacked_bytes -= used;
    reading_.budget = outer;
    reading_.budget.unpacked_bytes -= used;
    if (nested) nested_files_ -= std::min(nested_files_, reading_.files.size() - before);
    if (!done) reading_.device.damaged(place, "archive member", done.error().what);
    if (!full) return;
    stopped_ = "more comes out of the archives in this one than is read of it: not read";
    if (!reading_.device.noted(Remark::unreadable_file))
      reading_.device.note(Remark::unreadable_file, place, stopped_);
  }
  bool refused(const ArchiveMember& m, const Place& place, const Error& why, uint64_t limit) {
    if (m.encrypted) {
      reading_.open_or_keep({.place = place,
                             .what = "archive member",
                             .open = [](Reading&) { return false; },  // only while it is unpacked
                             .file = {}});
      return true;
    }
    // Limits of ours are no fault of the part: what lies behind them is not known.
    if (why.what.starts_with("more than") && limit == kMaxMember)
      return unread(place, fmt::format("larger than {} bytes: not read", kMaxMember));
    const bool all = limit == budget_.unpacked_bytes;
    if (why.what.starts_with("more than")) {
      // (The archive around this one goes no further, either.)
      if (all && reading_.depth > 0 && limit == reading_.budget.unpacked_bytes)
        reading_.budget.unpacked_bytes = 0;
      return stop(place, all ? "more comes out of the archives than is read of all evidence"
                             : fmt::format("more than {} bytes and {} times its size come out of "
                                           "this archive: taken for a bomb",
                                           kBombFloor, kBombRatio));
    }
    broken_.push_back({.path = place.path, .why = why.what});
    return broken_.size() <= kMaxComplaints || stop(place, "more members cannot be read");
  }
  bool odd(const std::string& path, std::string why) {
    if (++odd_ <= kMaxComplaints)
      reading_.not_used.push_back({.path = path, .why = std::move(why)});
    return true;
  }
  bool unread(const Place& place, const std::string& why) {
    if (odd_ < kMaxComplaints || !reading_.device.noted(Remark::unreadable_file))
      reading_.device.note(Remark::unreadable_file, place, why);
    return odd(place.path, why);
  }
  // Nothing more of it is unpacked; its members are still named, where that costs no unpacking.
  bool stop(const Place& place, const std::string& why) {
    reading_.not_used.push_back({.path = place.path, .why = why});
    reading_.device.note(Remark::unreadable_file, place, why);
    stopped_ = "behind a member at which the unpacking ended: not read";
    return is_listed();
  }
  bool is_listed() const {
    const std::string_view all = text(source_.bytes);
    return all.starts_with("PK") || (all.size() >= 512 && all.substr(257, 5) == "ustar");
  }
  bool pass_by(const std::string& path) {
    ++passed_by_;
    if (passed_by_ <= kMaxComplaints) reading_.not_used.push_back({.path = path, .why = stopped_});
    return is_listed() && passed_by_ < kMostNamed;
  }

  const Source& source_;
  Reading& reading_;
  const size_t before_ = said();
  std::vector<NotUsed> broken_;
  bool any_ = false;  // a member came before this one
  size_t nth_ = 0;
  uint64_t unpacked_ = 0;
  Budget budget_ = reading_.budget;  // of this archive and all that is in it
  size_t nested_files_ = std::max(kNestedFiles, source_.bytes.size() / kLeastPerFile);
  std::string stopped_;  // why nothing more is unpacked
  size_t odd_ = 0, passed_by_ = 0;
};

Result<void> read(const Source& s, Reading& reading) {
  if (reading.codecs == nullptr) return error("archives need the codecs, which were not given");
  const auto keys = passphrases(reading);
  Unpacking unpacking(s, reading);
  bool any = false;
  const auto done = reading.codecs->archive(s.bytes, keys, [&](const ArchiveMember& m) {
    any = true;
    return unpacking.member(m);
  });
  if (!any) {
    // Memory may begin as an archive does.
    read_otherwise(s, archive_reader,
                   done ? "nothing is in it"
                        : fmt::format("an archive that cannot be opened: {}", done.error().what),
                   reading);
    return {};
  }
  unpacking.finish(done ? std::nullopt : std::optional(done.error()));
  return {};
}

}  // namespace

const Reader archive_reader{.kind = "archive",
                            .expects = "an archive (zip, tar, 7z, gz, zst, xz, bz2, lz4)",
                            .content = Content::bytes,
                            .recognises = recognises,
                            .read = read};

}  // namespace attest
