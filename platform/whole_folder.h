// WholeFolder: a folder of files that is put in its place whole, or not at all: made beside it, and
// then exchanged for the one that was there. No link is followed, and nothing is left beside it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "verifier/base/result.h"

namespace attest {

struct WholeFolder {
  std::vector<std::string> folders;  // in it, one level deep
  struct File {
    std::string name;  // "folder/file", "file"
    std::string content;
  };
  std::vector<File> files;
};

// Says why a folder is not ours to throw away, and calls it `shown`. Asked of what stands at the
// place, and once more of what was taken from there.
using MayReplace = std::function<Result<void>(const std::string& folder, const std::string& shown)>;

// What was given to it for content stands at `path` then, and nothing else. An error names the path
// and the reason; what stood there before still does.
Result<void> put_folder(const std::string& path, const WholeFolder& content,
                        const MayReplace& may_replace);

}  // namespace attest
