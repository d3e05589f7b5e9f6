#include "lot/open.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "lot/archive.h"
#include "lot/tree.h"
#include "verifier/crypto/siphash.h"

namespace attest {
namespace {

constexpr size_t kMostFiles = 20'000'000;
constexpr size_t kMostBatch = 32;  // devices

std::vector<std::string> passphrases_of(const std::vector<Secret>& secrets) {
  std::vector<std::string> out;
  for (const Secret& secret : secrets) {
    if (secret.passphrase) out.emplace_back(text(secret.bytes));
  }
  return out;
}

// The files of a device as they are now: a resumed run must not take another device for the one it
// has judged.
uint64_t files_digest(const std::string& root, const LotUnit& unit) {
  std::string all;
  for (const std::string& file : unit.files) {
    struct stat info {};
    const bool there = ::stat((root + file).c_str(), &info) == 0;
    all += fmt::format("{}\n{} {}.{}\n", file, there ? info.st_size : -1,
                       there ? info.st_mtim.tv_sec : 0, there ? info.st_mtim.tv_nsec : 0);
  }
  return siphash(SipKey{}, view(all));
}

class FolderSource final : public LotSource {
 public:
  FolderSource(std::string root, std::vector<LotUnit> units)
      : root_(std::move(root)), units_(std::move(units)) {}
  std::optional<uint64_t> size() const override { return units_.size(); }
  Result<bool> next(LotBatch& batch) override {
    for (; at_ < units_.size() && !batch.full(kMostBatch); ++at_) {
      LotUnit& unit = units_[at_];
      LotItem::Files files;
      LotItem item{.name = unit.name, .input = files_digest(root_, unit), .what = LotItem::Files{}};
      for (const std::string& file : unit.files)
        files.push_back({.path = root_ + file, .content = {}, .problem = {}});
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

// The revocation lists of a folder. It reads every file once more.
Signers lists_among(const std::string& root, const std::vector<std::string>& files) {
  Signers out;
  for (const std::string& name : files) {
    const auto file = FileBytes::open(root + name);
    if (file && file_role(name, file->view()) == FileRole::shared) out.add(name, file->view());
  }
  return out;
}

Result<LotInput> open_folder(const std::string& path, const std::vector<Secret>& secrets,
                             bool digests) {
  BesideFiles beside;
  auto files = files_below(path, kMostFiles, &beside);
  if (!files) return tl::unexpected(files.error());
  const std::string root = path.ends_with('/') ? path : path + "/";
  std::vector<std::string> empty = beside.empty, nothing;
  // What may not be looked into is a device's until somebody knows better.
  for (const NotUsed& closed : beside.closed) files->push_back(closed.path);
  std::sort(files->begin(), files->end());
  for (const NotUsed& unused : beside.unused) {
    std::error_code failed;
    if (!std::filesystem::is_directory(unused.path, failed)) nothing.push_back(unused.path);
  }
  for (auto* list : {&*files, &empty, &nothing}) {
    for (std::string& file : *list) file.erase(0, root.size());
  }
  const std::vector<std::string> passphrases = passphrases_of(secrets);
  std::map<std::string, FileRole> known;
  std::set<std::string> packed;    // records in an archive of their own
  std::optional<Signers> signers;  // looked for where a file asks for it
  LotTree tree = lot_tree(
      *files,
      [&](const std::string& file) {
        const auto at = known.find(file);
        if (at != known.end()) return at->second;
        const auto bytes = FileBytes::open(root + file);
        FileRole role = bytes ? file_role(file, bytes->view()) : FileRole::device;
        if (role == FileRole::signer) {
          if (!signers) signers = lists_among(root, *files);
          role = signers->role_of(file, bytes->view());
        }
        if (role == FileRole::archive && is_archive_of_records(bytes->view(), passphrases)) {
          role = FileRole::records;
          packed.insert(file);
        }
        if (role != FileRole::device)
          known.emplace(file, role);  // most are devices, and those are asked for once
        return role;
      },
      empty, nothing);
  if (const auto folder = only_folder(*files, tree)) {
    SideBySide all;
    for (const LotUnit& unit : tree.units) {
      for (const std::string& name : unit.files) {
        if (const auto file = FileBytes::open_evidence(root + name)) all.add(name, file->view());
      }
    }
    if (all.one_device(*folder))
      tree = of_one_device(folder->path.empty() ? root.substr(0, root.size() - 1) : folder->path,
                           *files);
  }
  LotInput out;
  for (const auto& [from, to] :
       {std::pair(&tree.shared, &out.shared), std::pair(&tree.manifests, &out.manifests)}) {
    for (const std::string& file : *from) {
      auto content = content_of(root + file);
      if (!content) return tl::unexpected(content.error());
      to->push_back({.path = root + file, .content = std::move(*content), .problem = {}});
    }
  }
  for (const std::string& file : tree.ignored) {
    const auto bytes = FileBytes::open(root + file);
    out.not_used.push_back({.path = root + file,
                            .why = bytes ? why_not_used(file, bytes->view())
                                         : text_without_path(bytes.error(), root + file)});
  }
  for (NotUsed& unused : beside.unused) {
    const bool device = std::any_of(tree.units.begin(), tree.units.end(), [&](const LotUnit& unit) {
      return unit.files.size() == 1 && root + unit.files.front() == unused.path;
    });
    if (!device) out.not_used.push_back(std::move(unused));
  }
  // One that is called as the devices are is a device that cannot be read.
  for (const std::string& folder : beside.empty) {
    const bool device = std::any_of(tree.units.begin(), tree.units.end(), [&](const LotUnit& unit) {
      return unit.files.empty() && folder.ends_with("/" + unit.name);
    });
    if (!device) out.not_used.push_back({.path = folder, .why = "an empty folder"});
  }
  std::vector<std::unique_ptr<LotSource>> sources;
  if (!tree.units.empty() || tree.records.empty())
    sources.push_back(std::make_unique<FolderSource>(root, std::move(tree.units)));
  for (const std::string& file : tree.records) {
    const std::string label = tree.records.size() > 1 ? file : std::string();
    if (!packed.contains(file)) {
      sources.push_back(record_file_source(root + file, digests, label));
      continue;
    }
    auto source = archive_source(root + file, passphrases, label, out);
    if (!source) return tl::unexpected(source.error());
    sources.push_back(std::move(*source));
  }
  out.source = chained(std::move(sources));
  return out;
}

}  // namespace

Result<LotInput> open_lot_input(const std::string& path, const std::vector<Secret>& secrets,
                                bool digests) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    return open_folder(path, secrets, digests);
  auto file = FileBytes::open(path);
  if (!file) return tl::unexpected(file.error());
  const FileRole role = file_role(path, file->view());
  LotInput out;
  if (role == FileRole::archive) {
    auto source = archive_source(path, passphrases_of(secrets), std::string(), out);
    if (!source) return tl::unexpected(source.error());
    out.source = std::move(*source);
    return out;
  }
  if (role == FileRole::manifest) {
    out.manifests.push_back({.path = path, .content = to_bytes(file->view()), .problem = {}});
    return out;
  }
  if (role == FileRole::records) {
    out.source = record_file_source(path, digests);
    return out;
  }
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1),
                    name = path.substr(folder.size());
  out.source =
      std::make_unique<FolderSource>(folder, std::vector<LotUnit>{{.name = name, .files = {name}}});
  return out;
}

}  // namespace attest
