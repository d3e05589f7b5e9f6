#include "cli/lot_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "codecs/door.h"
#include "verifier/json.h"
#include "verifier/pki/certificate.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/reader.h"
#include "verifier/siphash.h"

namespace attest::cli {
namespace {

constexpr size_t kMostFiles = 20'000'000;
constexpr size_t kMostBatch = 32;                // devices
constexpr uint64_t kMostMember = 256u << 20;
constexpr uint64_t kMostUnpacked = 64ull << 30;  // of one archive; only a few devices of it are held at a time
constexpr size_t kIgnoredShown = 5;
constexpr size_t kMostFilesOfOne = 16;           // that lie side by side
constexpr size_t kMembersPeeked = 16;
const std::string kOnlyMember = "data";          // of a gz or zst file, which gives it no name

const Reader* reader_of(const Source& source) {
  for (const Reader* reader : readers()) {
    if (reader->recognises(source)) return reader;
  }
  return nullptr;
}

bool is_archive(const std::string& path, View bytes) { return archive_reader.recognises({.path = path, .bytes = bytes, .member = true}); }

// A file of an archive while it is handed over, read in pieces: its records may be more than memory holds.
class Member {
 public:
  Member(const ArchiveMember& member, uint64_t& unpacked) : member_(member), unpacked_(unpacked) {}

  // What it begins with, at least `most` octets where it has them. What is behind them may be broken.
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
    if (start_.size() > kMostMember) return error(fmt::format("more than the allowed {} bytes come out", kMostMember));
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
    if (unpacked_ > kMostUnpacked) broken_ = Error{.what = fmt::format("more than the allowed {} bytes come out of the archive", kMostUnpacked), .offset = {}};
    if (broken_) return tl::unexpected(*broken_);
    return n;
  }

  const ArchiveMember& member_;
  uint64_t& unpacked_;   // of the whole archive
  Bytes start_;
  size_t read_ = 0;
  bool ended_ = false;
  std::optional<Error> broken_;
};

// The files of an archive until `take` says no. An error is about the archive itself: what came before its break was
// handed over.
tl::expected<void, Error> walk(View archive, const std::vector<std::string>& passphrases, uint64_t& unpacked, const std::function<bool(const std::string&, Member&)>& take) {
  return loaded_codecs().archive(archive, passphrases, [&](const ArchiveMember& member) {
    if (member.kind != ArchiveMember::Kind::file) return true;
    const std::string_view path = member.path;
    Member its(member, unpacked);
    return take(path.empty() ? kOnlyMember : printable(path.substr(path.starts_with("./") ? 2 : 0)), its);
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

// Nothing else is in it. (An archive with other things is taken for what it says of one device.)
bool is_archive_of_records(View archive, const std::vector<std::string>& passphrases) {
  uint64_t unpacked = 0;
  size_t records = 0;
  bool others = false;
  const auto done = walk(archive, passphrases, unpacked, [&](const std::string& name, Member& member) {
    if (has_records(name, member)) {
      ++records;
    } else {
      others = true;
    }
    return !others && records < kMembersPeeked;
  });
  return (done || records > 0) && !others && records > 0;
}

std::vector<std::string> passphrases_of(const std::vector<Secret>& secrets) {
  std::vector<std::string> out;
  for (const Secret& secret : secrets) {
    if (secret.passphrase) out.emplace_back(text(secret.bytes));
  }
  return out;
}

// Certificates and declarations that belong to no single device.
bool holds_only_shared(const std::string& path, View bytes) {
  Reading reading;
  if (!read_evidence({.path = path, .bytes = bytes}, reading) || reading.device.statements.empty()) return false;
  return std::all_of(reading.device.statements.begin(), reading.device.statements.end(), [](const Statement& s) {
    if (s.fact == FactId::pai || s.fact == FactId::paa || s.fact == FactId::cd) return true;
    const auto certificate = s.fact == FactId::certificate ? parse_certificate(std::get<Bytes>(s.value)) : Result<CertificatePtr>(nullptr);
    return certificate && *certificate && (*certificate)->basic_constraints.value && (*certificate)->basic_constraints.value->ca;
  });
}

// --- the tree ---------------------------------------------------------------------------------------------

struct Folder {
  std::map<std::string, std::unique_ptr<Folder>> folders;
  std::vector<std::string> files;   // relative paths
};

std::unique_ptr<Folder> grown(const std::vector<std::string>& files) {
  auto root = std::make_unique<Folder>();
  for (const std::string& file : files) {
    Folder* at = root.get();
    size_t from = 0;
    for (size_t slash = file.find('/'); slash != std::string::npos; from = slash + 1, slash = file.find('/', from)) {
      auto& below = at->folders[file.substr(from, slash - from)];
      if (!below) below = std::make_unique<Folder>();
      at = below.get();
    }
    at->files.push_back(file);
  }
  return root;
}

void all_below(const Folder& folder, std::vector<std::string>& out) {
  out.insert(out.end(), folder.files.begin(), folder.files.end());
  for (const auto& [name, below] : folder.folders) all_below(*below, out);
}

class Sorting {
 public:
  explicit Sorting(const std::function<FileRole(const std::string&)>& role) : role_(role) {}

  LotTree sort(const Folder& root) {
    const Folder* top = &root;
    std::string path;
    while (top->files.empty() && top->folders.size() == 1) {   // a folder around all of it says nothing
      const auto& [name, below] = *top->folders.begin();
      if (!below->folders.empty() && has_device_file(*below)) break;
      path += (path.empty() ? "" : "/") + name;
      top = below.get();
    }
    group(*top, path);
    std::sort(tree_.units.begin(), tree_.units.end(), [](const LotUnit& a, const LotUnit& b) { return a.name < b.name; });
    shorten();
    return std::move(tree_);
  }

 private:
  // A folder of devices: the root, or one that has subfolders and no evidence beside them.
  void group(const Folder& folder, const std::string& path) {
    for (const std::string& file : folder.files) {
      const FileRole role = role_(file);
      if (role == FileRole::device || role == FileRole::archive) tree_.units.push_back({.name = file, .files = {file}});
      if (role == FileRole::shared) tree_.shared.push_back(file);
      if (role == FileRole::manifest) tree_.manifests.push_back(file);
      if (role == FileRole::records) tree_.records.push_back(file);
      if (role == FileRole::none) tree_.ignored.push_back(file);
    }
    for (const auto& [name, below] : folder.folders) {
      const std::string its = path.empty() ? name : path + "/" + name;
      if (has_device_file(*below)) {
        if (has_more_than_one(*below)) {
          group(*below, its);
        } else {
          device(*below, its);
        }
      } else if (!below->folders.empty() || has_lots(*below)) {
        group(*below, its);
      } else {
        beside(*below, its);
      }
    }
  }
  bool has_device_file(const Folder& folder) const {
    return std::any_of(folder.files.begin(), folder.files.end(), [&](const std::string& file) { return role_(file) == FileRole::device; });
  }
  std::ptrdiff_t count(const Folder& folder, FileRole role) const {
    return std::count_if(folder.files.begin(), folder.files.end(), [&](const std::string& file) { return role_(file) == role; });
  }
  // More files than describe one device: each is a device's.
  bool has_more_than_one(const Folder& folder) const {
    return folder.folders.empty() && folder.files.size() > kMostFilesOfOne && count(folder, FileRole::device) > static_cast<std::ptrdiff_t>(kMostFilesOfOne);
  }
  // Archives, each of a device, or records.
  bool has_lots(const Folder& folder) const { return count(folder, FileRole::archive) > 1 || count(folder, FileRole::records) > 0; }
  void device(const Folder& folder, const std::string& path) {
    LotUnit unit{.name = path, .files = {}};
    all_below(folder, unit.files);
    tree_.units.push_back(std::move(unit));
  }
  // No evidence about one device in it: what a tool keeps for all of them, or a device of which nothing can be read.
  void beside(const Folder& folder, const std::string& path) {
    bool shared = false;
    for (const std::string& file : folder.files) {
      const FileRole role = role_(file);
      shared = shared || role == FileRole::shared || role == FileRole::manifest;
      if (role == FileRole::shared) tree_.shared.push_back(file);
    }
    if (!shared && !folder.files.empty()) device(folder, path);
  }

  // Folders that all devices lie in say nothing about any.
  void shorten() {
    if (tree_.units.empty()) return;
    const auto parent = [](const std::string& name) { return name.substr(0, std::min(name.rfind('/') + 1, name.size())); };
    std::string common = parent(tree_.units.front().name);
    for (const LotUnit& unit : tree_.units) {
      while (!unit.name.starts_with(common)) common = parent(common.substr(0, common.size() - 1));
    }
    for (LotUnit& unit : tree_.units) unit.name.erase(0, common.size());
  }

  const std::function<FileRole(const std::string&)>& role_;
  LotTree tree_;
};

// --- folders ----------------------------------------------------------------------------------------------

// The files of a device as they are now: a resumed run must not take another device for the one it has judged.
uint64_t files_digest(const std::string& root, const LotUnit& unit) {
  std::string all;
  for (const std::string& file : unit.files) {
    struct stat info {};
    const bool there = ::stat((root + file).c_str(), &info) == 0;
    all += fmt::format("{}\n{} {}.{}\n", file, there ? info.st_size : -1, there ? info.st_mtim.tv_sec : 0, there ? info.st_mtim.tv_nsec : 0);
  }
  return siphash(SipKey{}, view(all));
}

class FolderSource final : public LotSource {
 public:
  FolderSource(std::string root, std::vector<LotUnit> units) : root_(std::move(root)), units_(std::move(units)) {}
  std::optional<uint64_t> size() const override { return units_.size(); }
  Result<bool> next(LotBatch& batch) override {
    for (; at_ < units_.size() && !batch.full(kMostBatch); ++at_) {
      LotUnit& unit = units_[at_];
      LotItem::Files files;
      LotItem item{.name = unit.name, .input = files_digest(root_, unit), .what = LotItem::Files{}};
      for (const std::string& file : unit.files) files.push_back({.path = root_ + file, .content = {}, .problem = {}});
      item.what = std::move(files);
      batch.items.push_back(std::move(item));
      unit = {};
    }
    return !batch.items.empty();
  }

 private:
  std::string root_;
  std::vector<LotUnit> units_;
  size_t at_ = 0;
};

Result<Bytes> content_of(const std::string& path) {
  const auto file = FileBytes::open(path);
  if (!file) return tl::unexpected(file.error());
  return to_bytes(file->view());
}

void list_ignored(const std::vector<std::string>& ignored, LotInput& input) {
  input.ignored = ignored.size();
  input.ignored_names.assign(ignored.begin(), ignored.begin() + static_cast<std::ptrdiff_t>(std::min(ignored.size(), kIgnoredShown)));
}

// Files side by side, and no others: the one folder of `files` ("", "lot", "a/lot"), where they are few enough to be one
// device's.
std::optional<std::string> only_folder(const std::vector<std::string>& files, const std::vector<LotUnit>& units) {
  if (files.size() < 2 || files.size() > kMostFilesOfOne || units.empty()) return std::nullopt;
  const auto folder_of = [](const std::string& file) { return file.substr(0, file.find('/') == std::string::npos ? 0 : file.rfind('/')); };
  const std::string folder = folder_of(files.front());
  for (const std::string& file : files) {
    if (folder_of(file) != folder) return std::nullopt;
  }
  for (const LotUnit& unit : units) {
    if (unit.files.size() != 1) return std::nullopt;
  }
  return folder;
}

// Files of which one has a DAC, and the others complete it, are one device's, and not each a device. (Requests are each a
// device's.) Below the input itself a folder is a device's unless its files have several DACs.
class SideBySide {
 public:
  void add(const std::string& path, View bytes) {
    Reading reading;
    reading.codecs = &loaded_codecs();
    if (!read_evidence({.path = path, .bytes = bytes, .member = true}, reading)) return;
    requests_ = requests_ || reading.device.first(FactId::csr) != nullptr;
    dacs_ += reading.device.first(FactId::dac) != nullptr || reading.device.first(FactId::certificate) != nullptr;
  }
  bool one_device(const std::string& folder) const { return !requests_ && (dacs_ == 1 || (dacs_ == 0 && !folder.empty())); }

 private:
  size_t dacs_ = 0;
  bool requests_ = false;
};

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

LotTree of_one_device(const std::string& name, const std::vector<std::string>& files) {
  return {.units = {{.name = name, .files = files}}, .shared = {}, .manifests = {}, .records = {}, .ignored = {}};
}

// --- archives ---------------------------------------------------------------------------------------------

// Read twice: what is in it, then device by device. Members are held until their device is whole; a thread of its own
// unpacks, and waits when a few devices lie ready.
class ArchiveSource final : public LotSource {
 public:
  // `label`: what its devices' names begin with.
  ArchiveSource(std::string path, FileBytes file, std::vector<std::string> passphrases, std::string label) : path_(std::move(path)), label_(std::move(label)), file_(std::move(file)), passphrases_(std::move(passphrases)) {}
  ~ArchiveSource() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    if (unpacking_.joinable()) unpacking_.join();
  }

  tl::expected<void, Error> list(LotInput& input) {
    std::map<std::string, FileRole> roles;
    std::map<std::string, Bytes> beside;   // small things that stand beside the devices
    const auto done = walk_all([&](const std::string& name, Member& member) {
      const bool records = has_records(name, member);
      const auto content = records ? Result<Bytes>(Bytes{}) : member.whole();
      // What cannot be read is some device's, until somebody knows better.
      FileRole role = records ? FileRole::records : content ? file_role(name, *content) : FileRole::device;
      if (role == FileRole::archive && is_archive_of_records(*content, passphrases_)) role = FileRole::records;
      roles[name] = role;
      if (role == FileRole::shared || role == FileRole::manifest) beside[name] = std::move(*content);
      return true;
    });
    if (!done && roles.empty()) return done;
    std::vector<std::string> files;
    for (const auto& [name, role] : roles) files.push_back(name);
    LotTree tree = lot_tree(files, [&](const std::string& name) { return roles.at(name); });
    if (const auto folder = only_folder(files, tree.units)) {
      SideBySide all;
      static_cast<void>(walk_all([&](const std::string& name, Member& member) {
        if (roles[name] != FileRole::device) return true;
        if (const auto content = member.whole()) all.add(name, *content);
        return true;
      }));
      if (all.one_device(*folder)) tree = of_one_device(last_part(folder->empty() ? path_ : *folder), files);
    }
    for (const auto& [from, to] : {std::pair(&tree.shared, &input.shared), std::pair(&tree.manifests, &input.manifests)}) {
      for (const std::string& name : *from) to->push_back({.path = path_ + "!" + name, .content = std::move(beside[name]), .problem = {}});
    }
    list_ignored(tree.ignored, input);
    records_ = {tree.records.begin(), tree.records.end()};
    units_ = std::move(tree.units);
    for (size_t i = 0; i < units_.size(); ++i) {
      for (const std::string& file : units_[i].files) unit_of_[file] = i;
    }
    return {};
  }

  std::optional<uint64_t> size() const override { return records_.empty() ? std::optional<uint64_t>(units_.size()) : std::nullopt; }

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
  tl::expected<void, Error> walk_all(const std::function<bool(const std::string&, Member&)>& take) {
    uint64_t unpacked = 0;
    auto done = walk(file_.view(), passphrases_, unpacked, take);
    if (!done) return error(fmt::format("{}: {}", path_, done.error().what));
    return {};
  }

  void unpack() {
    std::unordered_map<size_t, LotItem> begun;
    const auto done = walk_all([&](const std::string& name, Member& member) {
      if (records_.contains(name)) return hand_over_records(name, member);
      const auto at = unit_of_.find(name);
      if (at == unit_of_.end()) return true;
      auto content = member.whole();
      const LotUnit& unit = units_[at->second];
      LotItem& item = begun.try_emplace(at->second, LotItem{.name = named(unit.name), .input = 0, .what = LotItem::Files{}}).first->second;
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
    // Devices behind its break are not known; the archive stands for them, and the lot goes on with the next input.
    if (!done) hand_over({.name = path_, .input = 1, .what = LotItem::Line{.text = {}, .problem = done.error().what, .held = {}}});
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  bool hand_over_records(const std::string& name, Member& member) {
    if (!is_archive(name, member.start(512))) return hand_over_lines(name, records_.size() > 1 ? named(name) : label_, member);
    const auto content = member.whole();
    if (!content) return broken(name, content.error());
    uint64_t unpacked = 0;
    bool wanted = true;
    const auto done = walk(*content, passphrases_, unpacked, [&](const std::string& inner, Member& its) {
      const std::string whole = inner == kOnlyMember ? name : name + "!" + inner;
      return wanted = hand_over_lines(whole, named(whole), its);
    });
    return wanted && (done || broken(name, done.error()));
  }
  bool hand_over_lines(const std::string& name, const std::string& of, Member& member) {
    const auto lines = record_source([&](std::span<uint8_t> to) { return member.read(to); }, true, of);
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
    return hand_over({.name = !file ? named(name) : label_.empty() ? path_ : label_, .input = 1, .what = LotItem::Line{.text = {}, .problem = fmt::format("{}: {}", file ? path_ : path_ + "!" + name, why.what), .held = {}}});
  }
  std::string named(const std::string& name) const { return label_.empty() ? name : label_ + "!" + name; }
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
  std::vector<LotUnit> units_;
  std::unordered_map<std::string, size_t> unit_of_;
  std::set<std::string> records_;   // members that are NDJSON
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<LotItem> ready_;
  bool ended_ = false, stopped_ = false;
  std::thread unpacking_;
};

Result<LotInput> open_archive(const std::string& path, FileBytes file, const std::vector<Secret>& secrets) {
  LotInput out;
  auto source = std::make_unique<ArchiveSource>(path, std::move(file), passphrases_of(secrets), std::string());
  if (auto done = source->list(out); !done) return tl::unexpected(done.error());
  out.source = std::move(source);
  return out;
}

Result<LotInput> open_folder(const std::string& path, const std::vector<Secret>& secrets, bool digests) {
  auto files = files_below(path, kMostFiles);
  if (!files) return tl::unexpected(files.error());
  const std::string root = path.ends_with('/') ? path : path + "/";
  for (std::string& file : *files) file.erase(0, root.size());
  const std::vector<std::string> passphrases = passphrases_of(secrets);
  std::map<std::string, FileRole> known;
  std::set<std::string> packed;   // records in an archive of their own
  LotTree tree = lot_tree(*files, [&](const std::string& file) {
    const auto at = known.find(file);
    if (at != known.end()) return at->second;
    const auto bytes = FileBytes::open(root + file);
    FileRole role = bytes ? file_role(file, bytes->view()) : FileRole::none;
    if (role == FileRole::archive && is_archive_of_records(bytes->view(), passphrases)) {
      role = FileRole::records;
      packed.insert(file);
    }
    if (role != FileRole::device) known.emplace(file, role);   // most are devices, and those are asked for once
    return role;
  });
  if (const auto folder = only_folder(*files, tree.units)) {
    SideBySide all;
    for (const LotUnit& unit : tree.units) {
      if (const auto file = FileBytes::open(root + unit.files.front())) all.add(unit.files.front(), file->view());
    }
    if (all.one_device(*folder)) tree = of_one_device(last_part(folder->empty() ? root.substr(0, root.size() - 1) : *folder), *files);
  }
  LotInput out;
  for (const auto& [from, to] : {std::pair(&tree.shared, &out.shared), std::pair(&tree.manifests, &out.manifests)}) {
    for (const std::string& file : *from) {
      auto content = content_of(root + file);
      if (!content) return tl::unexpected(content.error());
      to->push_back({.path = root + file, .content = std::move(*content), .problem = {}});
    }
  }
  list_ignored(tree.ignored, out);
  std::vector<std::unique_ptr<LotSource>> sources;
  if (!tree.units.empty() || tree.records.empty()) sources.push_back(std::make_unique<FolderSource>(root, std::move(tree.units)));
  for (const std::string& file : tree.records) {
    const std::string label = tree.records.size() > 1 ? file : std::string();
    if (!packed.contains(file)) {
      sources.push_back(record_file_source(root + file, digests, label));
      continue;
    }
    auto bytes = FileBytes::open(root + file);
    if (!bytes) return tl::unexpected(bytes.error());
    auto source = std::make_unique<ArchiveSource>(root + file, std::move(*bytes), passphrases, label);
    if (auto done = source->list(out); !done) return tl::unexpected(done.error());
    sources.push_back(std::move(source));
  }
  out.source = chained(std::move(sources));
  return out;
}

}  // namespace

FileRole file_role(const std::string& path, View bytes) {
  const Source source{.path = path, .bytes = bytes, .member = true};
  if (archive_reader.recognises(source)) return FileRole::archive;   // first: without compression its members' lines are its own
  if (holds_records(bytes)) {
    // One line without credentials is a device.json.
    const std::string_view all = text(bytes);
    const size_t end = all.find('\n'), more = all.find_first_not_of(" \t\r\n", std::min(end, all.size()));
    const auto first = parse_json(all.substr(0, end));
    const bool credentials = first && (first->find("dac") != nullptr || first->find("pai") != nullptr || first->find("cd") != nullptr);
    return credentials || more != std::string_view::npos ? FileRole::records : FileRole::device;
  }
  const Reader* reader = reader_of(source);
  if (reader == nullptr) return FileRole::none;
  const std::string_view kind = reader->kind;
  if (kind == "manifest") return FileRole::manifest;
  // Anything may have bytes in it that look like a certificate; it is a device's when they are.
  if (kind == "raw") {
    Reading reading;
    const bool read = read_evidence({.path = path, .bytes = bytes, .member = true}, reading).has_value();
    return read && !reading.device.statements.empty() ? FileRole::device : FileRole::none;
  }
  for (const char* credential : {"x509", "pem-bundle", "pkcs7", "cms-cd"}) {
    if (kind == credential) return holds_only_shared(path, bytes) ? FileRole::shared : FileRole::device;
  }
  return FileRole::device;
}

LotTree lot_tree(const std::vector<std::string>& files, const std::function<FileRole(const std::string&)>& role) { return Sorting(role).sort(*grown(files)); }

Result<LotInput> open_lot_input(const std::string& path, const std::vector<Secret>& secrets, bool digests) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return open_folder(path, secrets, digests);
  auto file = FileBytes::open(path);
  if (!file) return tl::unexpected(file.error());
  const FileRole role = file_role(path, file->view());
  LotInput out;
  if (role == FileRole::archive) return open_archive(path, std::move(*file), secrets);
  if (role == FileRole::manifest) {
    out.manifests.push_back({.path = path, .content = to_bytes(file->view()), .problem = {}});
    return out;
  }
  if (role == FileRole::records) {
    out.source = record_file_source(path, digests);
    return out;
  }
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1), name = path.substr(folder.size());
  out.source = std::make_unique<FolderSource>(folder, std::vector<LotUnit>{{.name = name, .files = {name}}});
  return out;
}

}  // namespace attest::cli
