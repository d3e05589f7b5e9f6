#include "platform/rejected_verifiers_file.h"

#include <algorithm>
#include <filesystem>

#include "platform/files.h"

namespace attest {
namespace {

constexpr std::string_view kHead = "matter-attest tried verifiers 1\n";
constexpr size_t kMark = sizeof(RejectedVerifiers::Mark);

std::string path_in(const std::string& folder) {
  return folder + "/tried-verifiers";
}

}  // namespace

std::unique_ptr<RejectedVerifiers> load_rejected(const std::string& folder) {
  std::vector<RejectedVerifiers::Mark> known;
  const auto file = FileBytes::open(path_in(folder));
  const View bytes = file ? file->view() : View{};
  if (text(bytes).starts_with(kHead) && (bytes.size() - kHead.size()) % kMark == 0 &&
      bytes.size() <= kHead.size() + RejectedVerifiers::kMost * kMark) {
    known.resize((bytes.size() - kHead.size()) / kMark);
    for (size_t i = 0; i < known.size(); ++i)
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(kHead.size() + i * kMark), kMark,
                  known[i].begin());
  }
  return std::make_unique<RejectedVerifiers>(std::move(known));
}

void keep_rejected(const std::string& folder, const RejectedVerifiers& tried) {
  const std::vector<RejectedVerifiers::Mark> marks = tried.grown();
  if (marks.empty()) return;
  std::string content(kHead);
  for (const RejectedVerifiers::Mark& mark : marks) content += text(mark);
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  static_cast<void>(replace_file(path_in(folder), content));
}

}  // namespace attest
