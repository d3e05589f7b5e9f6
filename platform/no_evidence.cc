#include "platform/no_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "verifier/gather/gather.h"

namespace attest {
namespace {

bool is_of(const Place& place, const std::string& path) {
  return place.path == path || place.path.starts_with(path + "!");
}

// What was found in place of evidence; nullopt: evidence.
std::optional<std::string> in_vain(const std::string& path, const Evidence& e) {
  const Device& device = e.device;
  const auto here = [&](const auto& what) { return is_of(what.place, path); };
  if (std::any_of(device.integrity.begin(), device.integrity.end(), here) ||
      std::any_of(e.ota_images.begin(), e.ota_images.end(), here))
    return std::nullopt;
  std::optional<std::string> why;
  for (const Noted& n : device.remarks) {
    if (!here(n)) continue;
    // A dump of erased flash tells why there is no DAC; beside one it tells nothing.
    if (n.remark != Remark::erased || !e.dac.present()) return std::nullopt;
    why = n.message;
  }
  for (const Statement& s : device.statements) {
    if (!here(s)) continue;
    const auto unused = std::find_if(e.not_used.begin(), e.not_used.end(), [&](const NotUsed& u) {
      return u.path == place_text(s.place) && u.why.starts_with(kOfAnotherTrade);
    });
    if (s.fact != FactId::certificate || unused == e.not_used.end()) return std::nullopt;
    why = unused->why;
  }
  return why;
}

}  // namespace

std::vector<std::string> named_in_vain(const std::vector<std::string>& paths, const Evidence& e) {
  std::vector<std::string> out;
  std::error_code failed;
  for (const std::string& path : paths) {
    if (path != "-" && !std::filesystem::is_regular_file(path, failed)) continue;
    const std::string name = path == "-" ? "stdin" : path;
    if (const auto why = in_vain(name, e))
      out.push_back(fmt::format("{}: expected evidence about a device, found {}", name, *why));
  }
  return out;
}

std::string container_of_nothing(const Reading& reading, const std::string& path, size_t unused) {
  const auto entry = std::find_if(reading.files.begin(), reading.files.end(),
                                  [&](const EvidenceFile& f) { return f.path == path; });
  const std::string kind = entry == reading.files.end() ? "raw" : entry->kind;
  std::string why;
  if (unused < reading.not_used.size()) {
    const NotUsed& first = reading.not_used[unused];
    why = fmt::format(" ({}: {})", first.path, first.why);
    if (const size_t more = reading.not_used.size() - unused - 1; more != 0)
      why += fmt::format(" and {} more", more);
  }
  return fmt::format(
      "{}: expected evidence about a device, found a file of kind {} in which is none{}", path,
      kind, why);
}

}  // namespace attest
