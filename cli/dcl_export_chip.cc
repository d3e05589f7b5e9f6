// dcl export --format chip: a commissioner's trust stores, as the Matter SDK loads them, in a
// folder that is there whole or not at all.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

#include "cli/dcl.h"
#include "cli/options.h"
#include "dcl/trust_export.h"
#include "platform/files.h"
#include "platform/paa_store.h"
#include "platform/whole_folder.h"
#include "report/wording.h"
#include "verifier/base/json.h"

namespace attest::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kOk = 0, kUsage = 2, kUnknown = 3;

Json provenance(const dcl::TrustExport& store, const dcl::LedgerOptions& options,
                const LedgerStatus& status) {
  Json out, certificates{Json::Array{}}, left_out{Json::Array{}};
  out.set("schema", kProvenanceSchema)
      .set("tool", "matter-attest " MATTER_ATTEST_VERSION)
      .set("network", options.network.name)
      .set("chain_id", options.network.chain_id)
      .set("height", store.height)
      .set("time", rfc3339(store.time));
  out.set("read_at", rfc3339(status.synced_at))
      .set("source", printable(status.source))
      .set("trust", ledger_trust_name(status.trust));
  for (const dcl::ExportedCertificate& c : store.certificates) {
    Json one;
    one.set("file", c.file)
        .set("sha256", hex(sha256(c.der)))
        .set("subject", printable(c.subject))
        .set("subject_key_id", hex_colons(c.subject_key_id));
    certificates.push(one.set("vid", hex_id(c.vid))
                          .set("not_before", rfc3339(c.not_before))
                          .set("not_after", rfc3339(c.not_after)));
  }
  for (const dcl::LeftOut& one : store.left_out)
    left_out.push(Json(Json::Object{{"entry", Json(one.what)}, {"why", Json(printable(one.why))}}));
  return out.set("certificates", std::move(certificates)).set("left_out", std::move(left_out));
}

constexpr const char *kPaaFolder = "paa-root-certs", *kCdFolder = "cd-certs";

// The certificates that an earlier export put there, with their digests.
Result<std::map<std::string, std::string>> written_before(const fs::path& folder,
                                                          const std::string& shown) {
  std::error_code ignored;
  const fs::path file = folder / kProvenanceFile;
  const bool plain = fs::is_regular_file(fs::symlink_status(file, ignored));
  const auto bytes = plain ? FileBytes::open(file.string()) : Result<FileBytes>(error(""));
  const auto json = bytes ? parse_json(text(bytes->view())) : Result<Json>(error(""));
  const Json* schema = json ? json->find("schema") : nullptr;
  if (schema == nullptr || schema->string() == nullptr || *schema->string() != kProvenanceSchema)
    return error(
        fmt::format("{}: expected an empty folder, or an export of before with its {}, "
                    "found other files",
                    shown, kProvenanceFile));
  std::map<std::string, std::string> out;
  const Json* certificates = json->find("certificates");
  if (certificates == nullptr || certificates->array() == nullptr) return out;
  for (const Json& one : *certificates->array()) {
    const Json *name = one.find("file"), *digest = one.find("sha256");
    if (name != nullptr && name->string() != nullptr && digest != nullptr &&
        digest->string() != nullptr)
      out[*name->string()] = *digest->string();
  }
  return out;
}

// Empty: the file is as an export wrote it. Else what it is.
std::string foreign(const fs::directory_entry& at, const std::string& name,
                    const std::map<std::string, std::string>& written) {
  std::error_code failed;
  const auto kind = at.symlink_status(failed);
  if (fs::is_symlink(kind)) return "the link " + name;
  if (fs::is_directory(kind))
    return name == kPaaFolder || name == kCdFolder ? "" : "the folder " + name;
  if (!fs::is_regular_file(kind)) return name;
  if (name == kProvenanceFile) return "";
  const auto known = written.find(name);
  const std::string folder = fs::path(name).parent_path().string();
  if (known == written.end() || (folder != kPaaFolder && folder != kCdFolder)) return name;
  const auto bytes = FileBytes::open(at.path().string());
  if (!bytes || hex(sha256(bytes->view())) != known->second) return name + " with other bytes";
  return "";
}

// An error when it is no export of ours, or somebody else's lies in it: that is not thrown away.
Result<void> may_replace(const std::string& path, const std::string& given) {
  const fs::path folder = path;
  const std::string shown = printable(given);
  std::error_code failed;
  const bool empty = fs::is_empty(folder, failed);
  if (failed) return error(fmt::format("{}: cannot be looked into: {}", shown, failed.message()));
  if (empty) return {};
  const auto written = written_before(folder, shown);
  if (!written) return tl::unexpected(written.error());
  for (auto at = fs::recursive_directory_iterator(folder, failed);
       at != fs::recursive_directory_iterator(); at.increment(failed)) {
    const std::string found =
        foreign(*at, at->path().lexically_relative(folder).generic_string(), *written);
    if (!found.empty())
      return error(fmt::format("{}: expected only what an export wrote there, found {}", shown,
                               printable(found)));
  }
  if (failed) return error(fmt::format("{}: cannot be looked into: {}", shown, failed.message()));
  return {};
}

Result<void> put(const std::string& path, const dcl::TrustExport& store, std::string about) {
  WholeFolder whole{.folders = {kPaaFolder, kCdFolder}, .files = {}};
  for (const dcl::ExportedCertificate& c : store.certificates)
    whole.files.push_back({.name = c.file, .content = std::string(text(c.der))});
  whole.files.push_back({.name = kProvenanceFile, .content = std::move(about)});
  return put_folder(path, whole, may_replace);
}

}  // namespace

int run_export_chip(const DclArguments& arguments, const Verbosity& verbosity,
                    const dcl::LedgerOptions& given) {
  const Console& console = verbosity.console();
  std::string target = arguments.operands[0];
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  if (target.empty() || target == "-")
    return print_error(console, "dcl export --format chip: expected a folder, found " + target,
                       kUsage);
  dcl::LedgerOptions options = given;
  options.offline = true;  // what is cached, as every export
  auto ledger = dcl::CachedLedger::open(options);
  if (!ledger) return print_error(console, ledger.error().what, kUsage);
  const auto store = dcl::trust_export(**ledger);
  for (const std::string& note : (*ledger)->notes()) verbosity.note(note);
  if (!store) return print_error(console, store.error().what, kUnknown);
  const LedgerStatus status = (*ledger)->status();
  const int64_t age = options.now.seconds - status.synced_at.seconds;
  if (age > options.max_age)
    verbosity.note(fmt::format("the {} is {} hours old: run matter-attest dcl sync first",
                               status.source, age / 3600));
  const std::string about = dump_pretty(provenance(*store, options, status));
  if (const auto done = put(target, *store, about); !done)
    return print_error(console, done.error().what, kUsage);
  for (const dcl::LeftOut& one : store->left_out)
    verbosity.note(fmt::format("left out: {}: {}", one.what, printable(one.why)));
  const auto paas = static_cast<size_t>(
      std::count_if(store->certificates.begin(), store->certificates.end(),
                    [](const dcl::ExportedCertificate& c) { return c.is_paa; }));
  console.out << fmt::format("{} PAAs and {} declaration signers of {} at height {} in {}\n", paas,
                             store->certificates.size() - paas, options.network.chain_id,
                             store->height, printable(target));
  return kOk;
}

}  // namespace attest::cli
