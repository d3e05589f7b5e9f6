#include "lot/open.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "codecs/loader.h"
#include "lot/archive.h"
#include "lot/tree.h"
#include "verifier/crypto/siphash.h"
#include "verifier/readers/reader.h"

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
    if (!file) continue;
    const FileRole role = file_role(name, file->view());
    if (role == FileRole::shared || role == FileRole::signer) out.add(name, file->view());
  }
  return out;
}

// A folder of devices, looked through once.
class Folder {
 public:
  Folder(const std::string& path, const std::vector<Secret>& secrets)
      : root_(path.ends_with('/') ? path : path + "/"), passphrases_(passphrases_of(secrets)) {}

  Result<LotInput> open(const std::string& path, bool digests) {
    auto files = files_below(path, kMostFiles, &beside_);
    if (!files) return tl::unexpected(files.error());
    files_ = std::move(*files);
    settle_tree();
    LotInput out;
    if (const auto read = take_shared(out); !read) return tl::unexpected(read.error());
    tell_of_unused(out);
    return with_sources(std::move(out), digests);
  }

 private:
  FileRole role_of(const std::string& file) {
    const auto at = known_.find(file);
    if (at != known_.end()) return at->second;
    const auto bytes = FileBytes::open(root_ + file);
    FileRole role = bytes ? file_role(file, bytes->view()) : FileRole::device;
    if (role == FileRole::signer) {
      if (!signers_) signers_ = lists_among(root_, files_);
      role = signers_->role_of(file, bytes->view());
    }
    if (role == FileRole::archive && is_archive_of_records(bytes->view(), passphrases_)) {
      role = FileRole::records;
      packed_.insert(file);
    }
    // Most are devices, and those are asked for once.
    if (role != FileRole::device) known_.emplace(file, role);
    return role;
  }

  void settle_tree() {
    std::vector<std::string> empty = beside_.empty, nothing;
    // What may not be looked into is a device's until somebody knows better.
    for (const NotUsed& closed : beside_.closed) files_.push_back(closed.path);
    std::sort(files_.begin(), files_.end());
    for (const NotUsed& unused : beside_.unused) {
      std::error_code failed;
      if (!std::filesystem::is_directory(unused.path, failed)) nothing.push_back(unused.path);
    }
    for (auto* list : {&files_, &empty, &nothing}) {
      for (std::string& file : *list) file.erase(0, root_.size());
    }
    tree_ = lot_tree(
        files_, [&](const std::string& file) { return role_of(file); }, empty, nothing,
        [&](const std::string& file) {
          const auto bytes = FileBytes::open(root_ + file);
          return bytes && is_aside(file, bytes->view());
        });
    const auto folder = only_folder(files_, tree_);
    if (!folder) return;
    SideBySide all;
    for (const LotUnit& unit : tree_.units) {
      for (const std::string& name : unit.files) {
        if (const auto file = FileBytes::open_evidence(root_ + name)) all.add(name, file->view());
      }
    }
    for (const std::string& name : tree_.shared) {
      if (const auto file = FileBytes::open_evidence(root_ + name))
        all.add_shared(name, file->view());
    }
    if (all.one_device(*folder))
      tree_ = of_one_device(folder->path.empty() ? root_.substr(0, root_.size() - 1) : folder->path,
                            files_);
  }

  Result<void> take_shared(LotInput& out) const {
    for (const auto& [from, to] :
         {std::pair(&tree_.shared, &out.shared), std::pair(&tree_.manifests, &out.manifests)}) {
      for (const std::string& file : *from) {
        auto content = content_of(root_ + file);
        if (!content) return tl::unexpected(content.error());
        to->push_back({.path = root_ + file, .content = std::move(*content), .problem = {}});
      }
    }
    return {};
  }

  // One that is called as the devices are is a device that cannot be read, and no part of this.
  void tell_of_unused(LotInput& out) {
    for (const std::string& file : tree_.ignored) {
      const auto bytes = FileBytes::open(root_ + file);
      out.not_used.push_back({.path = root_ + file,
                              .why = bytes ? why_not_used(file, bytes->view())
                                           : text_without_path(bytes.error(), root_ + file)});
    }
    const auto is_device = [&](auto&& is_it) {
      return std::any_of(tree_.units.begin(), tree_.units.end(), is_it);
    };
    for (NotUsed& unused : beside_.unused) {
      if (!is_device([&](const LotUnit& unit) {
            return unit.files.size() == 1 && root_ + unit.files.front() == unused.path;
          }))
        out.not_used.push_back(std::move(unused));
    }
    for (const std::string& folder : beside_.empty) {
      if (!is_device([&](const LotUnit& unit) {
            return unit.files.empty() ? folder.ends_with("/" + unit.name)
                                      : (root_ + unit.files.front()).starts_with(folder + "/");
          }))
        out.not_used.push_back({.path = folder, .why = "an empty folder"});
    }
  }

  Result<LotInput> with_sources(LotInput out, bool digests) {
    std::vector<std::unique_ptr<LotSource>> sources;
    if (!tree_.units.empty() || tree_.records.empty())
      sources.push_back(std::make_unique<FolderSource>(root_, std::move(tree_.units)));
    for (const std::string& file : tree_.records) {
      const std::string label = tree_.records.size() > 1 ? file : std::string();
      if (!packed_.contains(file)) {
        sources.push_back(record_file_source(root_ + file, digests, label));
        continue;
      }
      auto source = archive_source(root_ + file, passphrases_, label, out);
      if (!source) return tl::unexpected(source.error());
      sources.push_back(std::move(*source));
    }
    out.source = chained(std::move(sources));
    return out;
  }

  std::string root_;
  std::vector<std::string> passphrases_;
  BesideFiles beside_;
  std::vector<std::string> files_;  // as of the root, once the tree is settled
  std::map<std::string, FileRole> known_;
  std::set<std::string> packed_;    // records in an archive of their own
  std::optional<Signers> signers_;  // looked for where a file asks for it
  LotTree tree_;
};

}  // namespace

Result<LotInput> open_lot_input(const std::string& path, const std::vector<Secret>& secrets,
                                bool digests) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    return Folder(path, secrets).open(path, digests);
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
  // Who names a file takes it for a device: as verify does, it says that it is none.
  if (role == FileRole::none) {
    Reading reading;
    reading.secrets = secrets;
    reading.codecs = &loaded_codecs();
    if (const auto read = read_evidence({.path = path, .bytes = file->view()}, reading); !read)
      return tl::unexpected(read.error());
  }
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1),
                    name = path.substr(folder.size());
  out.source =
      std::make_unique<FolderSource>(folder, std::vector<LotUnit>{{.name = name, .files = {name}}});
  return out;
}

}  // namespace attest
