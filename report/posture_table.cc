#include "report/posture_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "verifier/rules/check.h"

namespace attest {
namespace {

// Behind "security.". The first of them answer what the line is about, and without one of those
// nothing else earns it a ✓: a setting that is right says nothing of a port that nobody asked.
struct Group {
  const char *name, *means;
  size_t leads;
  std::initializer_list<std::string_view> checks;
};

const Group kGroups[] = {
    {"secure boot",
     "the part starts nothing but firmware that the maker has signed",
     1,
     {"secure-boot-is-enabled", "secure-boot-scheme-is-as-ordered", "boot-key-is-usable",
      "boot-succeeds", "read-protection-is-sealed", "no-other-way-to-boot"}},
    {"firmware",
     "what lies in the part is signed, by the right key, and cannot be replaced by an older one",
     3,
     {"images-are-signed", "image-signatures-verify", "signing-key-is-trusted-by-the-part",
      "signing-key-is-as-ordered", "signing-key-is-private", "rollback-is-prevented"}},
    {"flash encryption",
     "who reads the flash chip reads ciphertext",
     1,
     {"flash-encryption-is-on", "flash-encryption-is-for-release", "flash-is-ciphertext"}},
    {"keys",
     "the key of the DAC and what protects it cannot be read or changed",
     6,
     {"nvs-is-encrypted", "nvs-keys-are-hidden", "dac-key-is-hidden", "dac-key-place-is-as-ordered",
      "fuse-keys-cannot-be-read", "fuse-keys-cannot-be-changed"}},
    {"debug",
     "nobody looks into the running part through its debug port",
     1,
     {"debug-is-locked", "debug-lock-is-as-ordered", "debug-is-locked-now",
      "debug-unlock-is-signed", "erase-is-as-ordered", "tamper-is-as-ordered",
      "secure-engine-is-recent"}},
    {"download mode",
     "nobody writes the part's flash or fuses through its ROM",
     1,
     {"download-mode-is-closed"}},
    {"evidence",
     "what was handed over is of this part, and gives no key away",
     2,
     {"evidence-is-of-this-part", "no-secret-in-evidence"}},
};

// The worse of two answers; what does not apply says nothing.
int weight(Status s) {
  switch (s) {
    case Status::fail:
      return 5;
    case Status::warn:
      return 4;
    case Status::unknown:
      return 3;
    case Status::blocked:
      return 2;
    case Status::pass:
      return 1;
    case Status::skipped:
      break;
  }
  return 0;
}

}  // namespace

std::vector<PostureRow> posture_table(const Report& report) {
  constexpr std::string_view kSubject = "security.";
  std::vector<PostureRow> out;
  for (const Group& group : kGroups) {
    PostureRow row{.name = group.name, .means = group.means, .worst = Status::skipped, .found = {}};
    bool answered = false;
    for (const Finding& f : report.findings) {
      const std::string_view id = f.check->id;
      if (!id.starts_with(kSubject)) continue;
      const auto at =
          std::find(group.checks.begin(), group.checks.end(), id.substr(kSubject.size()));
      if (at == group.checks.end()) continue;
      answered = answered || (at < group.checks.begin() + group.leads && weight(f.status) != 0);
      if (weight(f.status) > weight(row.worst)) row.worst = f.status;
      if (weight(f.status) >= weight(Status::unknown))
        row.found += fmt::format("{}{}", row.found.empty() ? "" : "; ", f.message.view());
      else if (f.status == Status::blocked && f.blocked_by != nullptr)
        row.found += fmt::format("{}waits for {}", row.found.empty() ? "" : "; ", f.blocked_by->id);
    }
    if (row.worst != Status::skipped && (answered || row.worst != Status::pass))
      out.push_back(std::move(row));
  }
  return out;
}

const char* posture_mark(Status status) {
  switch (status) {
    case Status::pass:
      return "✓";
    case Status::fail:
    case Status::warn:
      return "✗";
    default:
      return "?";
  }
}

std::string posture_line(const Evidence& evidence, const Report& report) {
  std::string out;
  for (const PostureRow& row : posture_table(report))
    out += fmt::format(" {} {}", row.name, posture_mark(row.worst));
  if (out.empty()) return out;
  const bool by_order = evidence.ordered && !evidence.ordered->posture.ordered.empty();
  return fmt::format("locked{}:{}", by_order ? " as ordered" : "", out);
}

}  // namespace attest
