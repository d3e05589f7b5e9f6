// LotTree: which files of a folder or archive are one device's. A subfolder is a device, with all
// that is below it; so is a single file that says something of a device. Between them lie what a
// factory's tools write beside the devices: tables of the lot (manifests), and the PAI and CD that
// all of them share.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "lot/role.h"
#include "verifier/pki/certificate.h"

namespace attest {

struct Reading;

struct LotUnit {
  std::string name;                // within the lot: "0001", "line-a/0001"
  std::vector<std::string> files;  // relative paths
  bool unknown =
      false;  // nothing is known of it but that it is called as the devices beside it are
};
struct LotTree {
  std::vector<LotUnit> units;  // sorted by path
  std::vector<std::string> shared, manifests, records, ignored;
};
// `files`: relative paths, sorted. `role` is asked as few times as needed: it may have to read.
// `empty`: folders without files. `nothing`: what is no file: a link to nowhere, a FIFO.
// `is_aside`: of files without a role, whether they are words or pictures; a folder of those alone
// is no device, nor is a hidden one in which there is none.
LotTree lot_tree(
    const std::vector<std::string>& files, const std::function<FileRole(const std::string&)>& role,
    const std::vector<std::string>& empty = {}, const std::vector<std::string>& nothing = {},
    const std::function<bool(const std::string&)>& is_aside = [](const std::string&) {
      return false;
    });

// Files side by side, and folders beside them that are called unlike any: the one folder of `files`
// ("", "lot", "a/lot"), where they are few enough to be one device's. Where there are records, what
// lies beside them is none's.
struct OnlyFolder {
  std::string path;
  bool deep = false;  // there are files below it
};
std::optional<OnlyFolder> only_folder(const std::vector<std::string>& files, const LotTree& tree);

// Files of which one has a DAC, and the others complete it, are one device's, and not each a
// device. (Requests are each a device's.) Below the input itself a folder is a device's unless its
// files have several DACs. One DAC in several files (dac.pem, dac.der, a log) is one device's,
// unless they are numbered as devices are (0001.pem, 0002.pem: it is used twice). A post-quantum
// chain stands beside the legacy one with a DAC of the same key: both are one device's.
class SideBySide {
 public:
  void add(const std::string& path, View bytes);
  void add_shared(const std::string& path, View bytes);  // of an authority, that lies with them
  bool one_device(const OnlyFolder& folder) const {
    const size_t dacs = devices();
    return !requests_ && (dacs == 1 || (dacs == 0 && !folder.deep && !folder.path.empty()));
  }

 private:
  size_t devices() const;  // by their DACs
  static bool are_numbered(const std::string& a, const std::string& b);
  void note_kinds(const Reading& reading);
  struct Dac {
    std::string file;
    Sha256 digest{};  // of the certificate
    Bytes key;        // empty: it cannot be told
    std::optional<KeyId> issuer;
  };
  std::vector<Dac> dacs_;
  bool requests_ = false, post_quantum_ = false;
};
// They are: the lot is this one device, called as the last part of this path.
LotTree of_one_device(const std::string& path, const std::vector<std::string>& files);

}  // namespace attest
