// version: what this program is made of and what it has found on this machine.

#include <fmt/format.h>
#include <link.h>
#include <openssl/crypto.h>

#include <cstring>

#include "cli/commands.h"
#include "cli/options.h"
#include "codecs/loader.h"
#include "engines/crypto_mb.h"
#include "engines/ippcp.h"
#include "report/report_text.h"
#include "verifier/base/json.h"
#include "verifier/matter/known_credentials.h"

namespace attest::cli {
namespace {

// Of the Matter SDK's tree that the built-in test credentials are of (known_credentials.h).
constexpr const char* kBuiltInOf = "2026-08-20T00:00:00Z";

struct Part {
  bool found = false;
  std::string what;  // where it is, or why it is not there
};

int codecs_path(dl_phdr_info* info, size_t, void* into) {
  const char* name = info->dlpi_name;
  if (name == nullptr || std::strstr(name, "matter-attest-codecs") == nullptr) return 0;
  *static_cast<std::string*>(into) = name;
  return 1;
}

Part codecs() {
  if (const auto there = codecs_there(); !there)
    return {.found = false, .what = there.error().what};
  std::string path;
  dl_iterate_phdr(codecs_path, &path);
  return {.found = true, .what = path};
}

Part fast_engine() {
  const auto engine = load_crypto_mb("");
  return engine ? Part{.found = true, .what = (*engine)->name()}
                : Part{.found = false, .what = engine.error().what};
}

// Who checks signatures of ML-DSA; empty: nobody.
std::string ml_dsa_engine() {
  const std::shared_ptr<SignatureEngine> openssl(&openssl_engine(), [](SignatureEngine*) {});
  if (openssl->has(MlDsa::set_44)) return "openssl";
  return with_ippcp_where_needed(openssl)->has(MlDsa::set_44) ? "libippcp" : "";
}

struct BuiltIn {
  std::string of;
  int64_t days = 0;
};
BuiltIn built_in(const Console& console) {
  const auto of = parse_rfc3339(kBuiltInOf);
  return {.of = std::string(kBuiltInOf).substr(0, 10),
          .days = of ? (console.now.seconds - of->seconds) / 86'400 : 0};
}

std::string as_text(const Console& console) {
  std::string out = "matter-attest " MATTER_ATTEST_VERSION "\n";
  constexpr size_t kColumn = 16;
  const auto width = console.page_width();
  const auto row = [&](const char* what, const std::string& value) {
    out += fmt::format("  {:<{}}{}\n", what, kColumn - 2,
                       width ? wrap(value, *width - kColumn, kColumn) : value);
  };
  row("commit", MATTER_ATTEST_COMMIT);
  row("OpenSSL", fmt::format("{} (built with {})", OpenSSL_version(OPENSSL_VERSION_STRING),
                             OPENSSL_VERSION_STR));
  const Part module = codecs();
  row("codecs", (module.found ? "found: " : "not found: ") + module.what);
  const Part fast = fast_engine();
  row("engines", fast.found ? "openssl, " + fast.what : "openssl");
  if (!fast.found) row("", "crypto_mb not found: " + fast.what);
  const std::string ml_dsa = ml_dsa_engine();
  row("ML-DSA",
      !ml_dsa.empty() ? ml_dsa : "nobody: OpenSSL 3.5 or later has it, and Intel's libippcp");
  const BuiltIn data = built_in(console);
  row("built in", fmt::format("{} test PAAs and {} CD signers of the CSA, as of {} ({} days ago)",
                              test_paas().size(), csa_cd_signers().size(), data.of, data.days));
  return out;
}

std::string as_json(const Console& console) {
  const auto part = [](const Part& p) {
    Json out{Json::Object{}};
    out.set("found", p.found).set(p.found ? "path" : "why", p.what);
    return out;
  };
  Json engines{Json::Array{}};
  engines.push(Json(Json::Object{}).set("name", "openssl").set("found", true));
  const Part fast = fast_engine();
  Json mb{Json::Object{}};
  mb.set("name", "crypto_mb").set("found", fast.found);
  if (!fast.found) mb.set("why", fast.what);
  engines.push(std::move(mb));
  const std::string ml_dsa = ml_dsa_engine();
  const BuiltIn data = built_in(console);
  return dump_pretty(
      Json(Json::Object{})
          .set("name", "matter-attest")
          .set("version", MATTER_ATTEST_VERSION)
          .set("commit", MATTER_ATTEST_COMMIT)
          .set("openssl", Json(Json::Object{})
                              .set("version", OpenSSL_version(OPENSSL_VERSION_STRING))
                              .set("built_with", OPENSSL_VERSION_STR))
          .set("codecs", part(codecs()))
          .set("engines", std::move(engines))
          .set("ml_dsa", ml_dsa.empty() ? Json() : Json(ml_dsa))
          .set("built_in", Json(Json::Object{})
                               .set("test_paas", static_cast<uint64_t>(test_paas().size()))
                               .set("cd_signers", static_cast<uint64_t>(csa_cd_signers().size()))
                               .set("as_of", data.of)
                               .set("age_days", data.days)));
}

}  // namespace

int print_version(const std::string& format, const Console& console) {
  return show(format == "json" ? as_json(console) : as_text(console), console);
}

void add_version(Command& root) {
  auto format = std::make_shared<std::string>("text");
  root.subcommand("version", "say what this program is made of: commit, libraries, built-in data")
      .group(Group::output)
      .choice("--format", {"text", "json"}, *format, "how it is written (default text)")
      .example("matter-attest version --format json")
      .run([format](const Console& console) { return print_version(*format, console); });
}

}  // namespace attest::cli
