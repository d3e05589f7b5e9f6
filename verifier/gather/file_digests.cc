#include "verifier/gather/file_digests.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

bool one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}
// Made to be public, damaged or not.
bool is_public(const EvidenceFile& file) {
  return one_of(file.kind,
                {"x509", "pkcs7", "cms-cd", "csr", "crl", "ota-image", "revocation-set"});
}
// Secret as they are, or nobody knows what else is in them: a log holds whatever was typed, a table
// columns that nobody reads.
bool is_never_told(const EvidenceFile& file) {
  return one_of(file.kind, {"key", "pkcs12", "esp-nvs-keys", "raw", "commissioner-log",
                            "source-text", "manifest"});
}

// Paths at which a secret stands, or something that nobody understood.
std::unordered_set<std::string_view> paths_with_secrets(const Device& device) {
  std::unordered_set<std::string_view> out;
  const std::string* last = nullptr;  // statements of one file follow each other
  const auto add = [&](const std::string& path) {
    if (last == nullptr || *last != path) out.insert(path);
    last = &path;
  };
  for (const Statement& s : device.statements) {
    if (is_confidential(s.fact)) add(s.place.path);
  }
  for (const Claim& c : device.posture.claims) {
    if (c.trait == Trait::secret) add(c.place.path);
  }
  for (const IntegrityProblem& p : device.integrity) add(p.place.path);
  for (const Noted& n : device.remarks) {
    if (n.remark == Remark::unknown_key) add(n.place.path);
  }
  return out;
}

}  // namespace

void leave_out_digests(Evidence& e) {
  const auto told = [](const EvidenceFile& file) { return file.sha256 != Sha256{}; };
  if (std::none_of(e.files.begin(), e.files.end(), told)) return;
  const auto secret = paths_with_secrets(e.device);
  std::unordered_set<std::string_view> left_out;
  for (EvidenceFile& file : e.files) {
    if (!is_never_told(file) && (is_public(file) || !secret.contains(file.path))) continue;
    file.sha256 = {};
    // "lot.zip!a/b.json": the archive holds it, too.
    for (size_t at = file.path.find('!'); at != std::string::npos; at = file.path.find('!', at + 1))
      left_out.insert(std::string_view(file.path).substr(0, at));
  }
  for (EvidenceFile& file : e.files) {
    if (left_out.contains(file.path)) file.sha256 = {};
  }
}

std::optional<std::string> shown_digest(const EvidenceFile& file) {
  return file.sha256 == Sha256{} ? std::nullopt : std::optional(hex(file.sha256));
}

}  // namespace attest
