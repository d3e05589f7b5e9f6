#include "platform/roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "verifier/gather/gather.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest {
namespace {

struct Role {
  const char* option;
  const char* name;  // with its article
  FactId fact;
  std::string RoleFiles::*path;
};
constexpr Role kRoles[] = {{"--dac", "a DAC", FactId::dac, &RoleFiles::dac},
                           {"--pai", "a PAI", FactId::pai, &RoleFiles::pai},
                           {"--cd", "a certification declaration", FactId::cd, &RoleFiles::cd},
                           {"--paa", "a PAA", FactId::paa, &RoleFiles::paa}};

bool is_certificate(FactId fact) {
  return fact == FactId::dac || fact == FactId::pai || fact == FactId::paa ||
         fact == FactId::certificate;
}

// "a PAI (CN=Forged PAI, VID=FFF1)"; "a file of kind device-json".
std::string what_it_holds(const Reading& reading, size_t from, size_t to,
                          const std::vector<FactId>& settled, const std::string& path) {
  std::vector<std::string> all;
  const auto add = [&](std::string what) {
    if (std::find(all.begin(), all.end(), what) == all.end()) all.push_back(std::move(what));
  };
  for (size_t i = from; i < to; ++i) {
    const auto role = std::find_if(std::begin(kRoles), std::end(kRoles),
                                   [&](const Role& r) { return r.fact == settled[i]; });
    if (role == std::end(kRoles)) continue;
    const auto* der = std::get_if<Bytes>(&reading.device.statements[i].value);
    const auto certificate = der == nullptr || role->fact == FactId::cd
                                 ? nullptr
                                 : parse_certificate(*der).value_or(nullptr);
    add(certificate == nullptr
            ? std::string(role->name)
            : fmt::format("{} ({})", role->name, name_text(certificate->subject)));
  }
  if (all.empty()) {
    const auto file = std::find_if(reading.files.begin(), reading.files.end(),
                                   [&](const EvidenceFile& f) { return f.path == path; });
    return fmt::format("a file of kind {}", file == reading.files.end() ? "raw" : file->kind);
  }
  std::string out;
  for (size_t i = 0; i < all.size(); ++i)
    out += (i == 0 ? "" : i + 1 == all.size() ? " and " : ", ") + all[i];
  return out;
}

// The roles that gather gives to what was read, one for each statement: relations between the
// certificates first, then what each says of itself.
std::vector<FactId> settled_roles(const Reading& reading) {
  Reading alone;
  alone.device = reading.device;
  const Evidence e =
      gather(std::move(alone), Policy{.network = Network::none, .at = {}, .required = {}},
             TrustStore::builtin(false), nullptr, openssl_engine());
  std::vector<FactId> out;
  for (const Statement& said : reading.device.statements) {
    const auto at = std::find_if(
        e.device.statements.begin(), e.device.statements.end(),
        [&](const Statement& s) { return s.place == said.place && s.value == said.value; });
    out.push_back(at == e.device.statements.end() ? said.fact : at->fact);
  }
  return out;
}

// A certificate that cannot be read is what the tester says it is: its own check tells of it.
bool is_unreadable(const Statement& s) {
  const auto* der = std::get_if<Bytes>(&s.value);
  return s.fact == FactId::certificate && der != nullptr && !parse_certificate(*der);
}

}  // namespace

std::vector<std::string> read_roles(const RoleFiles& roles, Reading& reading,
                                    const Verbosity& verbosity) {
  struct Read {
    const Role* role;
    std::string path;
    size_t from, to;  // of the statements
  };
  std::vector<Read> all;
  std::vector<std::string> errors;
  for (const Role& role : kRoles) {
    const std::string& path = roles.*role.path;
    if (path.empty()) continue;
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
      errors.push_back(fmt::format("{}: {}: expected a file that holds {}, found a folder",
                                   role.option, path, role.name));
      continue;
    }
    // The file of an earlier role is read already.
    const auto same = std::find_if(all.begin(), all.end(), [&](const Read& r) {
      return r.path == path || std::filesystem::equivalent(r.path, path, failed);
    });
    if (same != all.end()) {
      const Read known = *same;
      all.push_back({&role, known.path, known.from, known.to});
      continue;
    }
    const size_t before = reading.device.statements.size();
    for (const std::string& one : read_paths({path}, reading, verbosity))
      errors.push_back(fmt::format("{}: {}", role.option, one));
    all.push_back({&role, path == "-" ? "stdin" : path, before, reading.device.statements.size()});
  }
  if (!errors.empty()) return errors;
  const std::vector<FactId> settled = settled_roles(reading);
  std::vector<Statement*> chosen;
  auto& statements = reading.device.statements;
  for (const Read& read : all) {
    const FactId wanted = read.role->fact;
    const auto holds = [&](size_t i) {
      return settled[i] == wanted || (wanted != FactId::cd && is_certificate(statements[i].fact) &&
                                      is_unreadable(statements[i]));
    };
    size_t at = read.from;
    while (at < read.to && !holds(at)) ++at;
    if (at == read.to) {
      errors.push_back(fmt::format("{}: {}: expected {}, found {}", read.role->option, read.path,
                                   read.role->name,
                                   what_it_holds(reading, read.from, read.to, settled, read.path)));
      continue;
    }
    statements[at].fact = wanted;
    chosen.push_back(&statements[at]);
  }
  std::vector<Statement> first, rest;
  for (Statement& s : statements) {
    const bool is_chosen = std::find(chosen.begin(), chosen.end(), &s) != chosen.end();
    (is_chosen ? first : rest).push_back(std::move(s));
  }
  std::move(rest.begin(), rest.end(), std::back_inserter(first));
  statements = std::move(first);
  return errors;
}

bool is_code_argument(const std::string& word) {
  constexpr std::string_view kPrefix = "MT:";
  if (std::string_view(word).starts_with(kPrefix)) return true;
  const auto digits =
      std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::error_code failed;
  return may_be_code(word) &&
         (word.front() == 'm' || word.front() == 'M' || digits == 11 || digits == 21) &&
         !std::filesystem::exists(word, failed);
}

}  // namespace attest
