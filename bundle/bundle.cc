#include "bundle/bundle.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/json.h"
#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

constexpr const char *kManifest = "manifest.json", *kSignature = "manifest.p7s",
                     *kSums = "SHA256SUMS";

std::string sums_text(const std::vector<TarMember>& members) {
  std::string out;
  for (const TarMember& member : members)
    out += fmt::format("{}  {}\n", hex(sha256(member.content)), member.name);
  return out;
}

TarMember member(const char* name, std::string_view content) {
  return {.name = name, .content = to_bytes(view(content))};
}

const std::string& text_at(const Json* json, const char* key) {
  static const std::string kNone;
  const Json* found = json == nullptr ? nullptr : json->find(key);
  return found == nullptr || found->string() == nullptr ? kNone : *found->string();
}

// Says which member is not the one that was put in; the comparison with the written form finds the
// rest.
Result<void> matches(const Json& manifest, const std::vector<TarMember>& members) {
  const Json* listed = manifest.find("members");
  if (listed == nullptr || listed->array() == nullptr || listed->array()->size() != members.size())
    return error("manifest.json: expected the list of the members");
  for (size_t i = 0; i < members.size(); ++i) {
    const Json& line = (*listed->array())[i];
    const std::string found = hex(sha256(members[i].content));
    if (text_at(&line, "name") != members[i].name)
      return error(fmt::format("manifest.json: expected {} in place {}, found {}", members[i].name,
                               i, printable(text_at(&line, "name"))));
    if (text_at(&line, "sha256") != found)
      return error(fmt::format("{} was altered: the manifest's SHA-256 is {}, its own is {}",
                               members[i].name, printable(text_at(&line, "sha256")), found));
  }
  return {};
}

}  // namespace

const TarMember* Bundle::find(std::string_view name) const {
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const TarMember& m) { return m.name == name; });
  return at == members.end() ? nullptr : &*at;
}

std::string manifest_text(const Bundle& bundle) {
  Json list{Json::Array{}};
  for (const TarMember& m : bundle.members)
    list.push(Json(Json::Object{})
                  .set("name", m.name)
                  .set("size", static_cast<uint64_t>(m.content.size()))
                  .set("sha256", hex(sha256(m.content))));
  Json out;
  out.set("schema", kBundleSchema)
      .set("tool",
           Json(Json::Object{}).set("name", "matter-attest").set("version", bundle.tool_version))
      .set("members", std::move(list));
  return dump_pretty(out);
}

Bytes write_bundle(const Bundle& bundle) {
  std::vector<TarMember> all{member(kManifest, manifest_text(bundle))};
  if (!bundle.signature.empty()) all.push_back({.name = kSignature, .content = bundle.signature});
  all.insert(all.end(), bundle.members.begin(), bundle.members.end());
  all.push_back(member(kSums, sums_text(all)));
  return write_ustar(all);
}

Result<Bundle> read_bundle(View file) {
  auto all = read_ustar(file);
  if (!all) return tl::unexpected(all.error());
  if (all->size() < 2 || all->front().name != kManifest || all->back().name != kSums)
    return error(
        "expected a bundle: a tar that begins with manifest.json and ends with SHA256SUMS");
  const auto manifest = parse_json(text(all->front().content), {.bytes = 1u << 20, .depth = 8});
  if (!manifest) return within(kManifest, manifest.error());
  if (text_at(&*manifest, "schema") != kBundleSchema)
    return error(fmt::format("manifest.json: expected {}, found {}", kBundleSchema,
                             printable(text_at(&*manifest, "schema"))));
  Bundle out{
      .tool_version = text_at(manifest->find("tool"), "version"), .members = {}, .signature = {}};
  const bool is_signed = (*all)[1].name == kSignature;
  if (is_signed) out.signature = std::move((*all)[1].content);
  out.members.assign(std::make_move_iterator(all->begin() + (is_signed ? 2 : 1)),
                     std::make_move_iterator(all->end() - 1));
  if (const auto good = matches(*manifest, out.members); !good) return tl::unexpected(good.error());
  const Bytes again = write_bundle(out);
  const auto [here, there] = std::mismatch(file.begin(), file.end(), again.begin(), again.end());
  if (here != file.end() || there != again.end())
    return error("the bundle was altered: it is not as it would be written",
                 static_cast<uint64_t>(here - file.begin()));
  return out;
}

}  // namespace attest
