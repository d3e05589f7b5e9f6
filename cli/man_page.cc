#include "cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
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

std::string option(const Command::OptionText& o) {
  std::string names;
  for (size_t at = 0; at < o.flags.size();) {
    const size_t comma = std::min(o.flags.find(',', at), o.flags.size());
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ",
                         roff(o.flags.substr(at, comma - at)));
    at = comma + 1;
  }
  if (!o.value_name.empty()) names += fmt::format(" \\fI{}\\fR", roff(o.value_name));
  return fmt::format(".TP\n{}\n{}\n", names, running(o.help));
}

std::string synopsis(const std::string& name, const Command& command) {
  std::string out = fmt::format(".B {}\n", roff(name));
  if (!command.subcommands().empty()) return out + ".I COMMAND\n";
  const bool options = std::any_of(command.options().begin(), command.options().end(),
                                   [](const auto& o) { return !o.positional; });
  if (options) out += ".RI [ OPTIONS ]\n";
  for (const auto& o : command.options()) {
    if (o.positional) out += fmt::format(".I {}\n", roff(o.flags));
  }
  return out;
}

void add_command(const std::string& prefix, const Command& command, std::string& out) {
  const std::string name = prefix + command.name();
  out += fmt::format(".SS {}\n{}.PP\n{}.\n", roff(name), synopsis("matter-attest " + name, command),
                     running(command.help()));
  for (const auto& o : command.options()) out += option(o);
  if (!command.footer_text().empty()) out += ".PP\n" + preformatted(command.footer_text());
  for (const auto& sub : command.subcommands()) {
    if (!sub->is_hidden()) add_command(name + " ", *sub, out);
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
  out += ".SH COMMANDS\n";
  for (const auto& sub : root.subcommands()) {
    if (!sub->is_hidden()) add_command("", *sub, out);
  }
  return out + ".SH NOTES\n" + preformatted(root.footer_text());
}

void add_man_page(Command& root) {
  root.subcommand("man-page", "print the manual page")
      .hidden()
      .run([&root](const Console& console) { return show(man_page(root), console); });
}

}  // namespace attest::cli
