#include "lot/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "codecs/loader.h"
#include "lot/tree.h"
#include "verifier/crypto/siphash.h"

namespace attest {
namespace {

constexpr size_t kMostBatch = 32;             // devices
constexpr uint64_t kMostMember = 256u << 20;  // in memory
constexpr uint64_t kMostUnpacked =
    64ull << 30;  // of one archive; only a few devices of it are held at a time
constexpr size_t kMembersPeeked = 16;
const std::string kOnlyMember = "data";  // of a gz or zst file, which gives it no name

// A file of an archive while it is handed over, read in pieces: its records may be more than memory
// holds.
class Member {
 public:
  Member(const ArchiveMember& member, uint64_t& unpacked) : member_(member), unpacked_(unpacked) {
    if (member.kind == ArchiveMember::Kind::link)
      broken_ = Error{.what = fmt::format("a link to \"{}\": links in an archive are not followed",
                                          printable(member.target.substr(0, 200))),
                      .offset = {}};
  }
  bool is_link() const { return member_.kind == ArchiveMember::Kind::link; }

  // What it begins with, at least `most` octets where it has them. What is behind them may be
  // broken.
  View start(size_t most) {
    while (start_.size() < most && !ended_ && !broken_) {
      const size_t at = start_.size();
      start_.resize(at + kStep);
      const auto n = more(std::span(start_).subspan(at));
      start_.resize(at + n.value_or(0));
    }
    return start_;
  }
  bool ended() const { return ended_; }
  Result<Bytes> whole() {
    start(kMostMember + 1);
    if (broken_) return tl::unexpected(*broken_);
    if (start_.size() > kMostMember)
      return error(fmt::format("more than the allowed {} bytes come out", kMostMember));
    return std::move(start_);
  }
  // From its begin.
  Result<size_t> read(std::span<uint8_t> to) {
    if (read_ == start_.size()) return more(to);
    const size_t n = std::min(to.size(), start_.size() - read_);
    std::copy_n(start_.begin() + static_cast<std::ptrdiff_t>(read_), n, to.begin());
    read_ += n;
    return n;
  }

 private:
  static constexpr size_t kStep = 1u << 16;

  Result<size_t> more(std::span<uint8_t> to) {
    if (broken_) return tl::unexpected(*broken_);
    if (ended_) return 0;
    const auto n = member_.next(to);
    if (!n) broken_ = n.error();
    ended_ = n && *n == 0;
    unpacked_ += n.value_or(0);
    if (unpacked_ > kMostUnpacked)
      broken_ = Error{.what = fmt::format("more than the allowed {} bytes come out of the archive",
                                          kMostUnpacked),
                      .offset = {}};
    if (broken_) return tl::unexpected(*broken_);
    return n;
  }

  const ArchiveMember& member_;
  uint64_t& unpacked_;  // of the whole archive
  Bytes start_;
  size_t read_ = 0;
  bool ended_ = false;
  std::optional<Error> broken_;
};

// The files of an archive until `take` says no. An error is about the archive itself: what came
// before its break was handed over.
Result<void> walk(View archive, const std::vector<std::string>& passphrases, uint64_t& unpacked,
                  const std::function<bool(const std::string&, Member&)>& take,
                  std::vector<NotUsed>* others = nullptr) {
  std::map<std::string, size_t> seen;
  return loaded_codecs().archive(archive, passphrases, [&](const ArchiveMember& member) {
    if (member.kind == ArchiveMember::Kind::other) {
      if (others != nullptr)
        others->push_back({.path = printable(member.path), .why = "neither a file nor a folder"});
      return true;
    }
    const std::string_view path = member.path;
    std::string name =
        path.empty() ? kOnlyMember : printable(path.substr(path.starts_with("./") ? 2 : 0));
    if (const size_t times = ++seen[name]; times > 1)
      name += fmt::format(" ({})", times);  // a path may stand there twice
    Member its(member, unpacked);
    return take(name, its);
  });
}

// Whether it holds records, by no more of it than tells.
bool has_records(const std::string& name, Member& member) {
  const View few = member.start(1u << 10);
  const size_t from = text(few).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == std::string_view::npos || few[from] != '{') return false;
  const View start = member.start(kMostLineBytes + 1);
  return member.ended() ? file_role(name, start) == FileRole::records : holds_records(start);
}

// Read twice: what is in it, then device by device. Members are held until their device is whole; a
// thread of its own unpacks, and waits when a few devices lie ready.
class ArchiveSource final : public LotSource {
 public:
  // `label`: what its devices' names begin with.
  ArchiveSource(std::string path, FileBytes file, std::vector<std::string> passphrases,
                std::string label)
      : path_(std::move(path)),
        label_(std::move(label)),
        file_(std::move(file)),
        passphrases_(std::move(passphrases)) {}
  ~ArchiveSource() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    if (unpacking_.joinable()) unpacking_.join();
  }

  void list(LotInput& input) {
    std::map<std::string, FileRole> roles;
    std::map<std::string, Bytes> beside;  // small things that stand beside the devices
    std::map<std::string, std::string> reasons;
    std::vector<NotUsed> others;
    std::set<std::string> links;
    // What breaks here breaks again when it is unpacked, and is told then.
    static_cast<void>(walk_all(
        [&](const std::string& name, Member& member) {
          const bool records = has_records(name, member);
          const auto content = records ? Result<Bytes>(Bytes{}) : member.whole();
          // What cannot be read is some device's, until somebody knows better.
          FileRole role = records            ? FileRole::records
                          : content          ? file_role(name, *content)
                          : member.is_link() ? FileRole::none
                                             : FileRole::device;
          if (role == FileRole::archive && is_archive_of_records(*content, passphrases_))
            role = FileRole::records;
          roles[name] = role;
          if (member.is_link()) links.insert(name);
          if (role == FileRole::none)
            reasons[name] = content ? why_not_used(name, *content) : content.error().what;
          if (role == FileRole::shared || role == FileRole::manifest || role == FileRole::signer)
            beside[name] = std::move(*content);
          return true;
        },
        &others));
    settle_signers(roles, beside);
    std::vector<std::string> files;
    for (const auto& [name, role] : roles) files.push_back(name);
    LotTree tree = lot_tree(files, [&](const std::string& name) { return roles.at(name); });
    if (const auto folder = only_folder(files, tree)) {
      SideBySide all;
      static_cast<void>(walk_all([&](const std::string& name, Member& member) {
        if (roles[name] != FileRole::device) return true;
        if (const auto content = member.whole()) all.add(name, *content);
        return true;
      }));
      for (const std::string& name : tree.shared) {
        if (const auto content = beside.find(name); content != beside.end())
          all.add_shared(name, content->second);
      }
      if (all.one_device(*folder))
        tree = of_one_device(folder->path.empty() ? path_ : folder->path, files);
    }
    for (const auto& [from, to] :
         {std::pair(&tree.shared, &input.shared), std::pair(&tree.manifests, &input.manifests)}) {
      for (const std::string& name : *from)
        to->push_back(
            {.path = path_ + "!" + name, .content = std::move(beside[name]), .problem = {}});
    }
    for (const std::string& name : tree.ignored) {
      const auto why = reasons.find(name);
      input.not_used.push_back(
          {.path = path_ + "!" + name,
           .why = why == reasons.end() ? "no evidence about one device" : why->second});
    }
    for (NotUsed& other : others)
      input.not_used.push_back({.path = path_ + "!" + other.path, .why = std::move(other.why)});
    records_ = {tree.records.begin(), tree.records.end()};
    units_ = std::move(tree.units);
    // A link is none of the device's files; a device of nothing but links cannot be read.
    for (LotUnit& unit : units_) {
      if (std::all_of(unit.files.begin(), unit.files.end(),
                      [&](const std::string& file) { return links.contains(file); }))
        continue;
      std::erase_if(unit.files, [&](const std::string& file) {
        if (!links.contains(file)) return false;
        input.not_used.push_back({.path = path_ + "!" + file, .why = reasons[file]});
        return true;
      });
    }
    for (size_t i = 0; i < units_.size(); ++i) {
      for (const std::string& file : units_[i].files) unit_of_[file] = i;
    }
  }

  static void settle_signers(std::map<std::string, FileRole>& roles,
                             const std::map<std::string, Bytes>& beside) {
    Signers signers;
    for (const auto& [name, role] : roles) {
      if (role == FileRole::shared || role == FileRole::signer) signers.add(name, beside.at(name));
    }
    for (auto& [name, role] : roles) {
      if (role == FileRole::signer) role = signers.role_of(name, beside.at(name));
    }
  }

  std::optional<uint64_t> size() const override {
    return records_.empty() ? std::optional<uint64_t>(units_.size()) : std::nullopt;
  }

  Result<bool> next(LotBatch& batch) override {
    if (!unpacking_.joinable()) unpacking_ = std::thread([this] { unpack(); });
    std::unique_lock lock(mutex_);
    while (!batch.full(kMostBatch)) {
      changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
      if (ready_.empty()) break;
      batch.items.push_back(std::move(ready_.front()));
      ready_.pop_front();
      changed_.notify_all();
    }
    return !batch.items.empty();
  }

 private:
  Result<void> walk_all(const std::function<bool(const std::string&, Member&)>& take,
                        std::vector<NotUsed>* others = nullptr) {
    unpacked_ = 0;
    auto done = walk(file_.view(), passphrases_, unpacked_, take, others);
    if (!done) return error(fmt::format("{}: {}", path_, done.error().what));
    return {};
  }

  void unpack() {
    std::map<size_t, LotItem> begun;
    const auto done = walk_all([&](const std::string& name, Member& member) {
      if (records_.contains(name)) return hand_over_records(name, member);
      const auto at = unit_of_.find(name);
      if (at == unit_of_.end()) return true;
      auto content = member.whole();
      const LotUnit& unit = units_[at->second];
      LotItem& item =
          begun
              .try_emplace(at->second,
                           LotItem{.name = named(unit.name), .input = 0, .what = LotItem::Files{}})
              .first->second;
      auto& files = std::get<LotItem::Files>(item.what);
      LotFile file{.path = path_ + "!" + name, .content = {}, .problem = {}};
      item.input = (content ? siphash(SipKey{}, *content) : 1) + 31 * item.input;
      if (content) {
        file.content = std::move(*content);
      } else {
        file.problem = fmt::format("{}: {}", file.path, content.error().what);
      }
      files.push_back(std::move(file));
      if (files.size() < unit.files.size()) return true;
      LotItem whole = std::move(item);
      begun.erase(at->second);
      return hand_over(std::move(whole));
    });
    // Behind its break devices may be cut short, and others are not known; the archive stands for
    // those, and the lot goes on with the next input.
    for (auto& [unit, item] : begun) hand_over(std::move(item));
    if (!done)
      hand_over({.name = label_.empty() ? path_ : label_,
                 .input = 1,
                 .what = LotItem::Line{.text = {}, .problem = done.error().what, .held = {}}});
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  bool hand_over_records(const std::string& name, Member& member) {
    if (!is_archive(name, member.start(512)))
      return hand_over_lines(name, records_.size() > 1 ? named(name) : label_, member);
    const auto content = member.whole();
    if (!content) return broken(name, content.error());
    bool wanted = true;
    const auto done =
        walk(*content, passphrases_, unpacked_, [&](const std::string& inner, Member& its) {
          const std::string whole = inner == kOnlyMember ? name : name + "!" + inner;
          return wanted = hand_over_lines(whole, named(whole), its);
        });
    return wanted && (done || broken(name, done.error()));
  }
  bool hand_over_lines(const std::string& name, const std::string& of, Member& member) {
    const auto lines =
        record_source([&](std::span<uint8_t> to) { return member.read(to); }, true, of);
    for (;;) {
      LotBatch batch;
      const auto more = lines->next(batch);
      for (LotItem& item : batch.items) {
        if (!hand_over(std::move(item))) return false;
      }
      if (!more) return broken(name, more.error());
      if (!*more) return true;
    }
  }
  // What is behind the break of a member is not known: it stands for that.
  bool broken(const std::string& name, const Error& why) {
    const bool file = name == kOnlyMember;
    return hand_over(
        {.name = !file            ? named(name)
                 : label_.empty() ? path_
                                  : label_,
         .input = 1,
         .what = LotItem::Line{
             .text = {},
             .problem = fmt::format("{}: {}", file ? path_ : path_ + "!" + name, why.what),
             .held = {}}});
  }
  std::string named(const std::string& name) const {
    return label_.empty() ? name : label_ + "!" + name;
  }
  bool hand_over(LotItem item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() < 2 * kMostBatch || stopped_; });
    ready_.push_back(std::move(item));
    changed_.notify_all();
    return !stopped_;
  }

  std::string path_, label_;
  FileBytes file_;
  std::vector<std::string> passphrases_;
  uint64_t unpacked_ = 0;  // in this walk, archives inside included
  std::vector<LotUnit> units_;
  std::unordered_map<std::string, size_t> unit_of_;
  std::set<std::string> records_;  // members that are NDJSON
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<LotItem> ready_;
  bool ended_ = false, stopped_ = false;
  std::thread unpacking_;
};

}  // namespace

bool is_archive_of_records(View archive, const std::vector<std::string>& passphrases) {
  uint64_t unpacked = 0;
  size_t records = 0;
  bool others = false;
  const auto done =
      walk(archive, passphrases, unpacked, [&](const std::string& name, Member& member) {
        if (has_records(name, member)) {
          ++records;
        } else {
          others = true;
        }
        return !others && records < kMembersPeeked;
      });
  return (done || records > 0) && !others && records > 0;
}

Result<std::unique_ptr<LotSource>> archive_source(const std::string& path,
                                                  const std::vector<std::string>& passphrases,
                                                  const std::string& label, LotInput& beside) {
  if (auto there = codecs_there(); !there) return tl::unexpected(there.error());
  auto file = FileBytes::open(path);
  if (!file) return tl::unexpected(file.error());
  auto source = std::make_unique<ArchiveSource>(path, std::move(*file), passphrases, label);
  source->list(beside);
  return source;
}

}  // namespace attest
