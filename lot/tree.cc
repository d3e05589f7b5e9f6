#include "lot/tree.h"

#include <algorithm>
#include <map>
#include <memory>

#include "codecs/loader.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"
#include "verifier/pki/algorithms.h"
#include "verifier/readers/reader.h"

namespace attest {
namespace {

constexpr size_t kMostFilesOfOne = 16;  // that lie side by side
constexpr size_t kMostFilesBelow = 64;  // with those in folders beside them

struct Folder {
  std::map<std::string, std::unique_ptr<Folder>> folders;
  std::vector<std::string> files, nothing;  // relative paths
};

// "a/b/": the folder itself.
Folder* folder_at(Folder& root, const std::string& path) {
  Folder* at = &root;
  size_t from = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos;
       from = slash + 1, slash = path.find('/', from)) {
    auto& below = at->folders[path.substr(from, slash - from)];
    if (!below) below = std::make_unique<Folder>();
    at = below.get();
  }
  return at;
}

// How devices that lie side by side are called: what stands before their numbers and behind them,
// and how long it is when all are as long. What is called so and says nothing is a device that
// cannot be read, and no file beside them.
class Likeness {
 public:
  void add(std::string_view name) {
    const size_t first = name.find_first_of(kDigits), last = name.find_last_of(kDigits);
    if (first == std::string_view::npos) return;
    const std::string_view before = name.substr(0, first), after = name.substr(last + 1);
    if (!any_) {
      before_ = before;
      after_ = after;
      size_ = name.size();
    } else {
      before_.resize(static_cast<size_t>(
          std::mismatch(before_.begin(), before_.end(), before.begin(), before.end()).first -
          before_.begin()));
      after_ = after_.substr(
          after_.size() -
          static_cast<size_t>(
              std::mismatch(after_.rbegin(), after_.rend(), after.rbegin(), after.rend()).first -
              after_.rbegin()));
      if (size_ != name.size()) size_ = 0;
    }
    any_ = true;
  }
  bool like(std::string_view name) const {
    if (!any_ || (size_ != 0 && name.size() != size_) ||
        name.size() <= before_.size() + after_.size() || !name.starts_with(before_) ||
        !name.ends_with(after_))
      return false;
    return name.substr(before_.size(), name.size() - before_.size() - after_.size())
               .find_first_of(kDigits) != std::string_view::npos;
  }

 private:
  static constexpr const char* kDigits = "0123456789";
  std::string before_, after_;
  size_t size_ = 0;  // 0: they differ
  bool any_ = false;
};

std::string_view name_of(const std::string& path) {
  return std::string_view(path).substr(path.rfind('/') + 1);
}

void all_below(const Folder& folder, std::vector<std::string>& out) {
  out.insert(out.end(), folder.files.begin(), folder.files.end());
  for (const auto& [name, below] : folder.folders) all_below(*below, out);
}

void no_files_below(const Folder& folder, std::vector<std::string>& out) {
  out.insert(out.end(), folder.nothing.begin(), folder.nothing.end());
  for (const auto& [name, below] : folder.folders) no_files_below(*below, out);
}

class Sorting {
 public:
  Sorting(const std::function<FileRole(const std::string&)>& role,
          const std::function<bool(const std::string&)>& is_aside)
      : role_(role), is_aside_(is_aside) {}

  LotTree sort(const Folder& root) {
    const Folder* top = &root;
    std::string path;
    while (top->files.empty() &&
           top->folders.size() == 1) {  // a folder around all of it says nothing
      const auto& [name, below] = *top->folders.begin();
      if (!below->folders.empty() && has_device_file(*below)) break;
      path += (path.empty() ? "" : "/") + name;
      top = below.get();
    }
    group(*top, path);
    std::sort(tree_.units.begin(), tree_.units.end(),
              [](const LotUnit& a, const LotUnit& b) { return a.name < b.name; });
    shorten();
    return std::move(tree_);
  }

 private:
  // Whose a list's signer is, the caller says (Signers); untold it is somebody's.
  FileRole role_of(const std::string& file) const {
    const FileRole role = role_(file);
    return role == FileRole::signer ? FileRole::device : role;
  }
  // A folder of devices: the root, or one that has subfolders and no evidence beside them.
  void group(const Folder& folder, const std::string& path) {
    const Likeness files = sort_files(folder), folders = sort_folders(folder, path);
    // What is no file and is called as the devices beside it are, be they files or folders: one.
    for (const std::string& nothing : folder.nothing) {
      if (files.like(name_of(nothing)) || folders.like(name_of(nothing)))
        tree_.units.push_back({.name = nothing, .files = {nothing}, .unknown = true});
    }
  }
  // Both tell how the devices among them are called.
  Likeness sort_files(const Folder& folder) {
    Likeness devices;
    std::vector<std::string> unknown;
    for (const std::string& file : folder.files) {
      const FileRole role = role_of(file);
      if (role == FileRole::device || role == FileRole::archive) {
        tree_.units.push_back({.name = file, .files = {file}});
        devices.add(name_of(file));
      }
      if (role == FileRole::shared) tree_.shared.push_back(file);
      if (role == FileRole::manifest) tree_.manifests.push_back(file);
      if (role == FileRole::records) tree_.records.push_back(file);
      if (role == FileRole::none) unknown.push_back(file);
    }
    for (const std::string& file : unknown) {
      if (devices.like(name_of(file))) {
        tree_.units.push_back({.name = file, .files = {file}, .unknown = true});
      } else {
        tree_.ignored.push_back(file);
      }
    }
    return devices;
  }
  Likeness sort_folders(const Folder& folder, const std::string& path) {
    Likeness devices;
    std::vector<std::pair<std::string, const Folder*>> others;  // its path
    for (const auto& [name, below] : folder.folders) {
      const std::string its = path.empty() ? name : path + "/" + name;
      if (!has_device_file(*below)) {
        others.emplace_back(its, below.get());
      } else if (has_more_than_one(*below)) {
        group(*below, its);
      } else {
        device(*below, its);
        devices.add(name);
      }
    }
    const bool among_devices = !tree_.units.empty();
    for (const auto& [its, below] : others) {
      if (name_of(its).starts_with('.') && !any_device_below(*below)) {
        all_below(*below, tree_.ignored);
      } else if (has_lots(*below)) {
        group(*below, its);
      } else if (devices.like(name_of(its))) {
        device(*below, its);
      } else if (!below->folders.empty()) {
        group(*below, its);
      } else {
        beside(*below, its, among_devices);
      }
    }
    return devices;
  }
  bool has_device_file(const Folder& folder) const {
    return std::any_of(folder.files.begin(), folder.files.end(),
                       [&](const std::string& file) { return role_of(file) == FileRole::device; });
  }
  bool any_device_below(const Folder& folder) const {
    return has_device_file(folder) ||
           std::any_of(folder.folders.begin(), folder.folders.end(),
                       [&](const auto& below) { return any_device_below(*below.second); });
  }
  std::ptrdiff_t count(const Folder& folder, FileRole role) const {
    return std::count_if(folder.files.begin(), folder.files.end(),
                         [&](const std::string& file) { return role_of(file) == role; });
  }
  // More files than describe one device: each is a device's.
  bool has_more_than_one(const Folder& folder) const {
    return folder.folders.empty() && folder.files.size() > kMostFilesOfOne &&
           count(folder, FileRole::device) > static_cast<std::ptrdiff_t>(kMostFilesOfOne);
  }
  // Archives, each of a device, or records.
  bool has_lots(const Folder& folder) const {
    return count(folder, FileRole::archive) > 1 || count(folder, FileRole::records) > 0;
  }
  void device(const Folder& folder, const std::string& path) {
    LotUnit unit{.name = path, .files = {}};
    all_below(folder, unit.files);
    // Where there is nothing else, what cannot be read is all that there is of it.
    if (unit.files.empty()) no_files_below(folder, unit.files);
    tree_.units.push_back(std::move(unit));
  }
  // No evidence about one device in it: what a tool keeps for all of them, words and pictures of
  // people beside devices, or a device of which nothing can be read.
  void beside(const Folder& folder, const std::string& path, bool among_devices) {
    bool shared = among_devices && !folder.files.empty() &&
                  std::all_of(folder.files.begin(), folder.files.end(), [&](const auto& file) {
                    return role_of(file) == FileRole::none && is_aside_(file);
                  });
    for (const std::string& file : folder.files) {
      const FileRole role = role_of(file);
      shared = shared || role == FileRole::shared || role == FileRole::manifest;
      if (role == FileRole::shared) tree_.shared.push_back(file);
    }
    for (const std::string& file : folder.files) {
      if (shared && role_of(file) != FileRole::shared) tree_.ignored.push_back(file);
    }
    if (!shared && !folder.files.empty()) device(folder, path);
  }

  // Folders that all devices lie in say nothing about any.
  void shorten() {
    if (tree_.units.empty()) return;
    const auto parent = [](const std::string& name) {
      return name.substr(0, std::min(name.rfind('/') + 1, name.size()));
    };
    std::string common = parent(tree_.units.front().name);
    for (const LotUnit& unit : tree_.units) {
      while (!unit.name.starts_with(common)) common = parent(common.substr(0, common.size() - 1));
    }
    for (LotUnit& unit : tree_.units) unit.name.erase(0, common.size());
  }

  const std::function<FileRole(const std::string&)>& role_;
  const std::function<bool(const std::string&)>& is_aside_;
  LotTree tree_;
};

}  // namespace

LotTree lot_tree(const std::vector<std::string>& files,
                 const std::function<FileRole(const std::string&)>& role,
                 const std::vector<std::string>& empty, const std::vector<std::string>& nothing,
                 const std::function<bool(const std::string&)>& is_aside) {
  Folder root;
  for (const std::string& file : files) folder_at(root, file)->files.push_back(file);
  for (const std::string& folder : empty) folder_at(root, folder + "/");
  for (const std::string& path : nothing) folder_at(root, path)->nothing.push_back(path);
  return Sorting(role, is_aside).sort(root);
}

namespace {

std::string folder_of(const std::string& file) {
  return file.substr(0, file.find('/') == std::string::npos ? 0 : file.rfind('/'));
}
std::string_view before_number(std::string_view name) {
  return name.substr(0, name.find_first_of("0123456789"));
}
// A folder may be a device beside another when both are numbered alike.
bool may_be_devices(std::string_view file, std::string_view folder) {
  return before_number(folder) != folder && before_number(folder) == before_number(file);
}

}  // namespace

std::optional<OnlyFolder> only_folder(const std::vector<std::string>& files, const LotTree& tree) {
  const std::vector<LotUnit>& units = tree.units;
  if (files.size() < 2 || units.empty() || !tree.records.empty()) return std::nullopt;
  std::string folder = folder_of(files.front());
  for (const std::string& file : files) {
    if (folder_of(file).size() < folder.size()) folder = folder_of(file);
  }
  const std::string within = folder.empty() ? "" : folder + "/";
  size_t direct = 0;
  for (const std::string& file : files) {
    if (!file.starts_with(within)) return std::nullopt;
    direct += folder_of(file) == folder;
  }
  if (direct < 2 || direct > kMostFilesOfOne || files.size() > kMostFilesBelow) return std::nullopt;
  std::vector<std::string_view> below;
  for (const LotUnit& unit : units) {
    if (unit.unknown || unit.files.empty()) return std::nullopt;
    for (const std::string& file : unit.files) {
      const std::string_view path = std::string_view(file).substr(within.size());
      if (path.find('/') != std::string_view::npos) below.push_back(path.substr(0, path.find('/')));
    }
  }
  bool any = false;
  for (const LotUnit& unit : units) {
    if (folder_of(unit.files.front()) != folder) continue;
    any = true;
    for (const std::string_view name : below) {
      if (may_be_devices(name_of(unit.files.front()), name)) return std::nullopt;
    }
  }
  if (!any) return std::nullopt;
  return OnlyFolder{.path = folder, .deep = direct != files.size()};
}

void SideBySide::add(const std::string& path, View bytes) {
  Reading reading;
  reading.codecs = &loaded_codecs();
  if (!read_evidence({.path = path, .bytes = bytes, .member = true}, reading)) return;
  requests_ = requests_ || reading.device.first(FactId::csr) != nullptr;
  std::optional<Dac> own;  // the first: a file is of one device, whatever it holds
  for (const Statement& s : reading.device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto certificate = parse_certificate(std::get<Bytes>(s.value));
    if (!certificate) {
      if (!own) own.emplace(Dac{.file = path, .digest = {}, .key = {}, .issuer = {}});
      continue;
    }
    const Certificate& c = **certificate;
    if (s.fact == FactId::certificate && is_of_no_device(c)) continue;
    const bool authority = c.basic_constraints.value && c.basic_constraints.value->ca;
    if (!own || (own->key.empty() && !authority))
      own = authority ? Dac{.file = path, .digest = {}, .key = {}, .issuer = {}}
                      : Dac{.file = path,
                            .digest = sha256(c.der),
                            .key = to_bytes(c.public_key),
                            .issuer = c.akid()};
  }
  if (own) dacs_.push_back(std::move(*own));
  note_kinds(reading);
}

void SideBySide::add_shared(const std::string& path, View bytes) {
  Reading reading;
  if (read_evidence({.path = path, .bytes = bytes, .member = true}, reading)) note_kinds(reading);
}

void SideBySide::note_kinds(const Reading& reading) {
  for (const Statement& s : reading.device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::pai && s.fact != FactId::paa &&
        s.fact != FactId::certificate)
      continue;
    const auto certificate = parse_certificate(std::get<Bytes>(s.value));
    post_quantum_ = post_quantum_ || (certificate && strongest(**certificate).ml_dsa);
  }
}

// As files of two devices are: "0001.pem" and "0002.pem", "dac.der" and "dac2.der". ("0001.der" is
// of the first.)
bool SideBySide::are_numbered(const std::string& a, const std::string& b) {
  const auto stem = [](std::string_view name) {
    return std::string(name.substr(0, name.rfind('.')));
  };
  const auto unnumbered = [](std::string s) {
    std::erase_if(s, [](char c) { return c >= '0' && c <= '9'; });
    return s;
  };
  const std::string first = stem(name_of(a)), second = stem(name_of(b));
  return first != second && unnumbered(first) == unnumbered(second);
}

size_t SideBySide::devices() const {
  size_t out = 0;
  for (auto dac = dacs_.begin(); dac != dacs_.end(); ++dac) {
    const bool known = !dac->key.empty() && std::any_of(dacs_.begin(), dac, [&](const Dac& one) {
      if (one.key != dac->key) return false;
      return one.issuer != dac->issuer
                 ? post_quantum_
                 : one.digest == dac->digest && !are_numbered(one.file, dac->file);
    });
    out += known ? 0 : 1;
  }
  return out;
}

LotTree of_one_device(const std::string& path, const std::vector<std::string>& files) {
  return {.units = {{.name = path.substr(path.rfind('/') + 1), .files = files}},
          .shared = {},
          .manifests = {},
          .records = {},
          .ignored = {}};
}

}  // namespace attest
