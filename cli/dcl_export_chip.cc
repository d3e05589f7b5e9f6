// dcl export --format chip: a commissioner's trust stores, as the Matter SDK loads them, in a
// folder that is there whole or not at all.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <system_error>

#include "cli/dcl.h"
#include "cli/options.h"
#include "dcl/trust_export.h"
#include "platform/files.h"
#include "platform/output.h"
#include "platform/paa_store.h"
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

// The files that an earlier export put there; an error when it is no export of ours, or somebody
// else's file lies in it: that is not thrown away.
Result<void> may_replace(const fs::path& folder) {
  std::error_code failed;
  const std::string shown = printable(folder.string());
  if (!fs::is_directory(folder, failed))
    return error(fmt::format("{}: expected a folder, or none yet, found a file", shown));
  if (fs::is_empty(folder, failed)) return {};
  std::set<std::string> known = {kProvenanceFile};
  const fs::path file = folder / kProvenanceFile;
  const auto bytes = FileBytes::open(file.string());
  const auto json = bytes ? parse_json(text(bytes->view())) : Result<Json>(error(""));
  const Json* schema = json ? json->find("schema") : nullptr;
  if (schema == nullptr || schema->string() == nullptr || *schema->string() != kProvenanceSchema)
    return error(
        fmt::format("{}: expected an empty folder, or an export of before with its {}, "
                    "found other files",
                    shown, kProvenanceFile));
  const Json* certificates = json->find("certificates");
  if (certificates != nullptr && certificates->array() != nullptr) {
    for (const Json& one : *certificates->array()) {
      const Json* name = one.find("file");
      if (name != nullptr && name->string() != nullptr) known.insert(*name->string());
    }
  }
  for (auto at = fs::recursive_directory_iterator(folder, failed);
       at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (failed) break;
    if (at->is_directory(failed) && !at->is_symlink(failed)) continue;
    const std::string name = at->path().lexically_relative(folder).generic_string();
    if (!known.contains(name))
      return error(fmt::format("{}: expected only what an export wrote there, found {}", shown,
                               printable(name)));
  }
  if (failed) return error(fmt::format("{}: cannot be looked into: {}", shown, failed.message()));
  return {};
}

Result<void> write_all(const fs::path& folder, const dcl::TrustExport& store,
                       const std::string& about) {
  std::error_code failed;
  for (const char* name : {"paa-root-certs", "cd-certs"}) {
    fs::create_directories(folder / name, failed);
    if (failed)
      return error(fmt::format("{}: cannot be made: {}", printable((folder / name).string()),
                               failed.message()));
  }
  for (const dcl::ExportedCertificate& c : store.certificates) {
    if (auto done = write_file((folder / c.file).string(), text(c.der)); !done) return done;
  }
  return write_file((folder / kProvenanceFile).string(), about);
}

// Beside its place, then in it: nobody meets half a store, nor roots of an older one beside it.
Result<void> put(const fs::path& folder, const dcl::TrustExport& store, const std::string& about) {
  std::error_code failed, ignored;
  const bool there = fs::exists(fs::symlink_status(folder, ignored));
  if (there) {
    if (auto may = may_replace(folder); !may) return may;
  }
  const fs::path made = fmt::format("{}.{}.part", folder.string(), ::getpid());
  const fs::path old = fmt::format("{}.{}.old", folder.string(), ::getpid());
  const auto give_up = [&](const Error& why) {
    fs::remove_all(made, ignored);
    return tl::unexpected(why);
  };
  if (auto done = write_all(made, store, about); !done) return give_up(done.error());
  if (there) fs::rename(folder, old, failed);
  if (!failed) fs::rename(made, folder, failed);
  if (failed) {
    if (there && !fs::exists(folder, ignored)) fs::rename(old, folder, ignored);
    return give_up({.what = fmt::format("{}: cannot be put there: {}", printable(folder.string()),
                                        failed.message()),
                    .offset = {}});
  }
  fs::remove_all(old, ignored);
  return {};
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
