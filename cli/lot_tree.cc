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

const Reader* reader_of(const Source& source) {
  for (const Reader* reader : readers()) {
    if (reader->recognises(source)) return reader;
  }
  return nullptr;
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
      if (has_many_devices(*below)) {
        group(*below, its);
      } else if (has_device_file(*below)) {
        device(*below, its);
      } else if (!below->folders.empty()) {
        group(*below, its);
      } else {
        beside(*below, its);
      }
    }
  }
  bool has_device_file(const Folder& folder) const {
    return std::any_of(folder.files.begin(), folder.files.end(), [&](const std::string& file) { return role_(file) == FileRole::device; });
  }
  // More files than describe one device, or archives: each is a device's.
  bool has_many_devices(const Folder& folder) const {
    if (!folder.folders.empty() || folder.files.size() < 2) return false;
    const auto count = [&](FileRole role) { return std::count_if(folder.files.begin(), folder.files.end(), [&](const std::string& file) { return role_(file) == role; }); };
    if (folder.files.size() > kMostFilesOfOne && count(FileRole::device) > static_cast<std::ptrdiff_t>(kMostFilesOfOne)) return true;
    return count(FileRole::archive) > 1 && !has_device_file(folder);
  }
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

Result<LotInput> open_folder(const std::string& path, bool digests) {
  auto files = files_below(path, kMostFiles);
  if (!files) return tl::unexpected(files.error());
  const std::string root = path.ends_with('/') ? path : path + "/";
  for (std::string& file : *files) file.erase(0, root.size());
  std::map<std::string, FileRole> known;
  LotTree tree = lot_tree(*files, [&](const std::string& file) {
    const auto at = known.find(file);
    if (at != known.end()) return at->second;
    const auto bytes = FileBytes::open(root + file);
    const FileRole role = bytes ? file_role(file, bytes->view()) : FileRole::none;
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
    sources.push_back(record_file_source(root + file, digests, tree.records.size() > 1 ? file : std::string()));
  }
  out.source = chained(std::move(sources));
  return out;
}

// --- archives ---------------------------------------------------------------------------------------------

// Read twice: what is in it, then device by device. Members are held until their device is whole; a thread of its own
// unpacks, and waits when a few devices lie ready.
class ArchiveSource final : public LotSource {
 public:
  ArchiveSource(std::string path, FileBytes file, std::vector<std::string> passphrases) : path_(std::move(path)), file_(std::move(file)), passphrases_(std::move(passphrases)) {}
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
    const auto done = walk([&](const std::string& name, Result<Bytes> content) {
      // What cannot be read is some device's, until somebody knows better.
      const FileRole role = content ? file_role(name, *content) : FileRole::device;
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
      static_cast<void>(walk([&](const std::string& name, Result<Bytes> content) {
        if (content && roles[name] == FileRole::device) all.add(name, *content);
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
  // An error is about the archive itself: what came before its break was handed over.
  tl::expected<void, Error> walk(const std::function<bool(const std::string&, Result<Bytes>)>& take) {
    uint64_t unpacked = 0;
    auto done = loaded_codecs().archive(file_.view(), passphrases_, [&](const ArchiveMember& member) {
      if (member.kind != ArchiveMember::Kind::file) return true;
      auto content = member.content(std::min(kMostMember, kMostUnpacked - unpacked));
      if (content) unpacked += content->size();
      const std::string_view path = member.path;
      return take(path.empty() ? "data" : printable(path.substr(path.starts_with("./") ? 2 : 0)), std::move(content));
    });
    if (!done) return error(fmt::format("{}: {}", path_, done.error().what));
    return {};
  }

  void unpack() {
    std::unordered_map<size_t, LotItem> begun;
    const auto done = walk([&](const std::string& name, Result<Bytes> content) {
      if (records_.contains(name)) return hand_over_records(name, std::move(content));
      const auto at = unit_of_.find(name);
      if (at == unit_of_.end()) return true;
      const LotUnit& unit = units_[at->second];
      LotItem& item = begun.try_emplace(at->second, LotItem{.name = unit.name, .input = 0, .what = LotItem::Files{}}).first->second;
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
  bool hand_over_records(const std::string& name, Result<Bytes> content) {
    if (!content) return hand_over({.name = name, .input = 1, .what = LotItem::Line{.text = {}, .problem = fmt::format("{}!{}: {}", path_, name, content.error().what), .held = {}}});
    bool wanted = true;
    each_record(*content, records_.size() > 1 ? name : std::string(), [&](LotItem item) { return wanted = hand_over(std::move(item)); });
    return wanted;
  }
  bool hand_over(LotItem item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() < 2 * kMostBatch || stopped_; });
    ready_.push_back(std::move(item));
    changed_.notify_all();
    return !stopped_;
  }

  std::string path_;
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
  std::vector<std::string> passphrases;
  for (const Secret& secret : secrets) {
    if (secret.passphrase) passphrases.emplace_back(text(secret.bytes));
  }
  LotInput out;
  auto source = std::make_unique<ArchiveSource>(path, std::move(file), std::move(passphrases));
  if (auto done = source->list(out); !done) return tl::unexpected(done.error());
  out.source = std::move(source);
  return out;
}

}  // namespace

FileRole file_role(const std::string& path, View bytes) {
  if (holds_records(bytes)) {
    // One line without credentials is a device.json.
    const std::string_view all = text(bytes);
    const size_t end = all.find('\n'), more = all.find_first_not_of(" \t\r\n", std::min(end, all.size()));
    const auto first = parse_json(all.substr(0, end));
    const bool credentials = first && (first->find("dac") != nullptr || first->find("pai") != nullptr || first->find("cd") != nullptr);
    return credentials || more != std::string_view::npos ? FileRole::records : FileRole::device;
  }
  const Reader* reader = reader_of({.path = path, .bytes = bytes, .member = true});
  if (reader == nullptr) return FileRole::none;
  const std::string_view kind = reader->kind;
  if (kind == "manifest") return FileRole::manifest;
  if (kind == "archive") return FileRole::archive;
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
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return open_folder(path, digests);
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
