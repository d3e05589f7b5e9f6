#include "platform/revocation_sets.h"

#include <fmt/format.h>

#include <utility>

#include "platform/files.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

struct GivenSet {
  Bytes json;
  RevocationSetEvidence read;
};

// One that cannot be read is the tester's slip, and nothing is judged by it. (One of its entries is
// no reason: the others count.)
Result<GivenSet> given(const std::string& path) {
  const auto file = FileBytes::open(path);
  if (!file) return error("--revocation-set: " + file.error().what);
  GivenSet out{.json = to_bytes(file->view()), .read = {}};
  out.read = read_revocation_set(out.json, {.path = path, .offset = {}, .item = {}});
  if (out.read.set == nullptr)
    return error(
        fmt::format("--revocation-set: {}: {}; the SDK takes such a file for \"nothing is "
                    "revoked\"",
                    path, out.read.problem));
  return out;
}

}  // namespace

Result<void> read_revocation_sets(const std::vector<std::string>& paths, Reading& reading) {
  for (const std::string& path : paths) {
    auto set = given(path);
    if (!set) return tl::unexpected(set.error());
    reading.files.push_back({.path = path,
                             .kind = revocation_set_reader.kind,
                             .sha256 = set->read.digest,
                             .size = set->json.size(),
                             .holds = {"revocation-set"}});
    reading.device.say(FactId::revocation_set, std::move(set->json), set->read.place);
  }
  return {};
}

Result<std::shared_ptr<const std::vector<RevocationSetEvidence>>> revocation_sets_from(
    const std::vector<std::string>& paths) {
  std::vector<RevocationSetEvidence> out;
  for (const std::string& path : paths) {
    auto set = given(path);
    if (!set) return tl::unexpected(set.error());
    out.push_back(std::move(set->read));
  }
  if (out.empty()) return std::shared_ptr<const std::vector<RevocationSetEvidence>>();
  return std::make_shared<const std::vector<RevocationSetEvidence>>(std::move(out));
}

}  // namespace attest
