// inspect: what files hold, decoded, without a verdict.

#include <fmt/format.h>

#include <algorithm>

#include "cli/command_files.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "platform/files.h"
#include "platform/ota.h"
#include "platform/output.h"
#include "report/inspect_json.h"
#include "report/inspect_text.h"
#include "report/report_text.h"
#include "report/schemas.h"
#include "verifier/gather/gather.h"

namespace attest::cli {
namespace {

struct Options {
  std::vector<std::string> evidence, unlock;
  RoleFiles roles;
  std::string format = "text", output;
  bool schema = false, all = false, quiet = false;
};

// The same tree as the JSON, as lines: "key  value", nested by two blanks.
void outline(const Json& value, size_t indent, size_t width, std::string& out) {
  const std::string pad(indent, ' ');
  const auto scalar = [](const Json& v) {
    return v.string() != nullptr ? printable(*v.string()) : dump(v);
  };
  if (const auto* members = value.object()) {
    for (const auto& [key, member] : *members) {
      const bool empty = (member.array() != nullptr && member.array()->empty()) ||
                         (member.object() != nullptr && member.object()->empty());
      if (member.is_null() || empty) continue;
      if (member.is_object() ||
          (member.array() != nullptr && (member.array()->front().is_object()))) {
        out += fmt::format("{}{}\n", pad, key);
        outline(member, indent + 2, width, out);
        continue;
      }
      std::string text;
      if (const auto* elements = member.array()) {
        for (const Json& element : *elements) text += (text.empty() ? "" : ", ") + scalar(element);
      } else {
        text = scalar(member);
      }
      const size_t column = indent + 26;
      out += fmt::format("{}{:<{}}{}\n", pad, key, 26,
                         wrap(text, width > column + 20 ? width - column : 20, column));
    }
  } else if (const auto* elements = value.array()) {
    for (size_t i = 0; i < elements->size(); ++i) {
      if (i != 0) out += '\n';
      outline((*elements)[i], indent, width, out);
    }
  }
}

int inspect(const Options& options, const Console& console) {
  Reading reading;
  auto secrets = secrets_from(options.unlock, console.environment);
  if (!secrets) return print_error(console, secrets.error().what);
  reading.secrets = std::move(*secrets);
  reading.ota_digests = digests_for(nullptr);
  if (options.schema) return show(std::string(inspect_schema()), console);
  if (options.evidence.empty() && !options.roles.any())
    return print_error(console, is_required("FILE", "inspect", console));
  CommandFiles files_used(console);
  files_used.evidence = options.evidence;
  files_used.roles(options.roles).add_if_there(options.unlock);
  if (const auto can = may_write({options.output}, files_used); !can)
    return print_error(console, can.error().what);
  if (const auto errors =
          read_all(options.roles, options.evidence, reading, {console, options.quiet});
      !errors.empty())
    return print_error(console, errors);
  // What inspect shows, it may show the digest of.
  std::vector<EvidenceFile> files = reading.files;
  Evidence evidence =
      gather(std::move(reading),
             Policy{.network = Network::none, .at = {}, .required = {}, .show_passcode = true},
             TrustStore::builtin(false), nullptr, openssl_engine());
  // (Of a file that shows a key out of fuses none does.)
  const auto shows_a_key = [&](const EvidenceFile& file) {
    const auto& claims = evidence.device.posture.claims;
    return std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
      return claim.trait == Trait::secret &&
             (claim.place.path == file.path || claim.place.path.starts_with(file.path + "!"));
    });
  };
  for (EvidenceFile& file : files) {
    if (shows_a_key(file)) file.sha256 = {};
  }
  evidence.files = std::move(files);
  const bool shown = options.output.empty() || options.output == "-";
  const size_t width = shown ? console.columns() : Console::kColumns;
  std::string text;
  if (options.format == "json") {
    text = dump_pretty(inspect_json(evidence));
  } else if (options.all) {
    outline(inspect_json(evidence), 0, width, text);
  } else {
    text = inspect_text(evidence, {.colour = shown && console.colours_out(), .width = width});
  }
  const auto written = write_output(options.output, text, console);
  return written ? 0 : print_error(console, written.error().what);
}

}  // namespace

void add_inspect(Command& root) {
  auto options = std::make_shared<Options>();
  Command& command =
      root.subcommand("inspect", "show what is in files, decoded, without a verdict");
  command.group(Group::output)
      .choice("--format", {"text", "json"}, options->format, "how it is written (default text)")
      .group(Group::input)
      .list("--unlock", "SECRET", options->unlock,
            "opens an encrypted dump or key: a file, hex:..., pass:... or env:NAME, repeatable")
      .group(Group::output)
      .flag("--all", options->all, "show every byte, each place by itself, in the keys of the JSON")
      .text("-o,--output", "FILE", options->output, output_help("write there instead of stdout"))
      .colour()
      .flag("--schema", options->schema, "print the JSON Schema of --format json, and no more")
      .group(Group::input)
      .positionals("FILE", options->evidence, "files, folders and onboarding codes; - is stdin",
                   false)
      .example("matter-attest inspect dump.bin")
      .run(runs(options, inspect));
  add_roles(command, options->roles);
  add_quiet(command, options->quiet);
}

}  // namespace attest::cli
