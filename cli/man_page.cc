#include "cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/commands.h"
#include "cli/environment.h"
#include "cli/evidence_kinds.h"
#include "cli/help.h"
#include "cli/option_names.h"
#include "cli/options.h"
#include "report/report_text.h"

namespace attest::cli {
namespace {

std::string upper(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return s;
}

// Text as roff takes it literally: a backslash starts an escape, a minus would become a hyphen, and
// a dot or quote at the beginning of a line a request.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

// Lines that keep their breaks: examples and tables.
std::string preformatted(const std::string& text) {
  std::string out = ".nf\n";
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    out += line.empty() ? ".sp\n" : roff(line) + "\n";
    at = end + 1;
  }
  return out + ".fi\n";
}

// Running text, in lines that people can read and compare.
std::string running(const std::string& text) {
  return roff(wrap(text, 78, 0));
}

std::string row(const std::string& name, const std::string& help) {
  return fmt::format(".TP\n{}\n{}\n", name, running(help));
}

std::string option(const Command::OptionText& o) {
  std::string names;
  for (const std::string& name : option_names(o.flags))
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  if (!o.value_name.empty()) names += fmt::format(" \\fI{}\\fR", roff(o.value_name));
  return row(names, o.help);
}

std::string synopsis(const std::string& name, const Command& command) {
  std::string out;
  const bool has_operands = std::any_of(command.options().begin(), command.options().end(),
                                        [](const auto& o) { return o.positional; });
  if (command.subcommands().empty() || has_operands)
    out += fmt::format(".B {}\n.I {}\n", roff(name), roff(operands_text(command)));
  if (!command.subcommands().empty())
    out += fmt::format("{}.B {}\n.I COMMAND\n", out.empty() ? "" : ".br\n", roff(name));
  // Nothing takes no words.
  const std::string nothing = ".I \n";
  if (const size_t at = out.find(nothing); at != std::string::npos) out.erase(at, nothing.size());
  return out;
}

void add_command(const std::string& prefix, const Command& command, std::string& out) {
  const std::string name = prefix + command.name();
  out += fmt::format(".SS {}\n{}.PP\n{}.\n", roff(name), synopsis("matter-attest " + name, command),
                     running(command.help()));
  for (const Group group : kGroups) {
    const auto options = options_of(command, group);
    if (options.empty()) continue;
    out += fmt::format(".PP\n\\fI{}:\\fR\n", roff(group_title(group)));
    for (const auto* one : options) out += option(*one);
  }
  if (!command.examples().empty()) out += ".PP\nFor example:\n.PP\n";
  for (const std::string& example : command.examples()) out += preformatted("    " + example);
  if (!command.footer_text().empty()) out += ".PP\n" + running(command.footer_text()) + ".\n";
  for (const auto& sub : command.subcommands()) {
    if (!sub->is_hidden()) add_command(name + " ", *sub, out);
  }
}

std::string evidence() {
  std::string out =
      ".SH EVIDENCE\n" +
      running(
          "What is read is recognised by its content, never by its name. Every path that was "
          "handed "
          "over stands in the report, with what it holds, or as not used, with the reason.") +
      "\n";
  const char* group = "";
  for (const EvidenceKind& one : evidence_kinds()) {
    if (group != one.group) out += fmt::format(".SS {}\n", roff(one.group));
    group = one.group;
    out += row(fmt::format("\\fB{}\\fR", roff(one.kind)),
               fmt::format("{}{}{}", one.what, *one.made_by == '\0' ? "" : "; by: ", one.made_by));
  }
  return out;
}

std::string environment() {
  std::string out = ".SH ENVIRONMENT\n" +
                    running(
                        "What is an option of a place, and not of a device, may stand in the "
                        "environment. The command line wins; the report says what was taken.") +
                    "\n";
  for (const Variable& one : variables())
    out += row(fmt::format("\\fB{}\\fR", roff(one.name)),
               fmt::format("{}{}{}", *one.option == '\0' ? "" : one.option,
                           *one.option == '\0' ? "" : ": ", one.help));
  return out;
}

constexpr std::pair<const char*, const char*> kFiles[] = {
    {"$XDG_CACHE_HOME/matter-attest/CHAIN-ID.sqlite",
     "the cache of a ledger (else $HOME/.cache/matter-attest, or where --cache-dir says)"},
    {"$XDG_CACHE_HOME/matter-attest/ota", "software images that --fetch-ota has fetched"},
    {"lib/matter-attest/matter-attest-codecs.so",
     "what reads archives, pictures and CBOR; without it they are refused"},
};
constexpr std::pair<const char*, const char*> kExits[] = {
    {"0", "approve; of other commands: done"},
    {"1", "reject; of payload parse: a code that commissioners refuse"},
    {"2",
     "a usage error, an unreadable path, evidence of no known kind; a line on stderr names it"},
    {"3", "undecided: nothing failed, and a required fact is missing; of dcl: the fact is unknown"},
    {"70", "an internal error"},
};

void add_examples(const Command& command, std::string& out) {
  for (const std::string& example : command.examples()) out += preformatted("    " + example);
  for (const auto& sub : command.subcommands()) {
    if (!sub->is_hidden()) add_examples(*sub, out);
  }
}

}  // namespace

std::string man_page(const Command& root) {
  std::string out = fmt::format(
      ".\\\" Made by matter-attest man-page from the text of --help; a test compares the two.\n.TH "
      "{} 1 \"\" \"matter-attest {}\" \"User Commands\"\n",
      upper(roff(root.name())), MATTER_ATTEST_VERSION);
  out += fmt::format(
      ".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ ARGUMENTS ]\n",
      roff(root.name()), roff(root.help()), roff(root.name()));
  out += ".SH OPTIONS\n";
  for (const auto& one : root.options()) out += option(one);
  out += ".SH COMMANDS\n";
  for (const auto& sub : root.subcommands()) {
    if (!sub->is_hidden()) add_command("", *sub, out);
  }
  out += evidence() + environment() + ".SH FILES\n";
  for (const auto& [name, what] : kFiles) out += row(fmt::format("\\fI{}\\fR", roff(name)), what);
  out += ".SH EXIT STATUS\n";
  for (const auto& [code, what] : kExits) out += row(fmt::format("\\fB{}\\fR", code), what);
  out += ".SH EXAMPLES\n";
  add_examples(root, out);
  return out;
}

void add_man_page(Command& root) {
  root.subcommand("man-page", "print the manual page")
      .hidden()
      .run([&root](const Console& console) { return show(man_page(root), console); });
}

}  // namespace attest::cli
