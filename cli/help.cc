#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/report_text.h"

namespace attest::cli {
namespace {

constexpr size_t kNames = 2, kTexts = 28, kLongestName = 60;

std::string row(const std::string& name, const std::string& text) {
  const std::string pad(kNames, ' ');
  const std::string words = wrap(text, kHelpWidth - kTexts, kTexts);
  if (kNames + name.size() + 2 > kTexts)
    return fmt::format("{}{}\n{}{}\n", pad, name, std::string(kTexts, ' '), words);
  return fmt::format("{}{:<{}}{}\n", pad, name, kTexts - kNames, words);
}

std::string usage(const Command& command) {
  const std::string path = command.path();
  std::string out;
  const auto line = [&](const std::string& rest) {
    const char* lead = out.empty() ? "Usage: " : "       ";
    out += fmt::format("{}{}{}{}\n", lead, path, rest.empty() ? "" : " ",
                       wrap(rest, kHelpWidth - path.size() - 8, path.size() + 8));
  };
  const bool has_operands =
      std::any_of(command.options().begin(), command.options().end(),
                  [](const Command::OptionText& option) { return option.positional; });
  if (command.subcommands().empty() || has_operands) line(operands_text(command));
  if (!command.subcommands().empty()) line("COMMAND ...");
  return out;
}

std::string commands(const Command& command) {
  std::vector<std::string> titles;
  for (const auto& sub : command.subcommands()) {
    if (!sub->is_hidden() &&
        std::find(titles.begin(), titles.end(), sub->section_title()) == titles.end())
      titles.push_back(sub->section_title());
  }
  std::string out;
  for (const std::string& title : titles) {
    out += fmt::format("\n{}:\n", title.empty() ? "Commands" : title);
    for (const auto& sub : command.subcommands()) {
      if (sub->is_hidden() || sub->section_title() != title) continue;
      // An action is told with what it is about; what a command takes says its own help.
      const std::string operands = title.empty() ? operands_text(*sub, false) : "";
      out += row(sub->name() + (operands.empty() ? "" : " ") + operands, sub->help());
    }
  }
  return out;
}

}  // namespace

const char* group_title(Group group) {
  switch (group) {
    case Group::input:
      return "What is looked at";
    case Group::server:
      return "The server";
    case Group::decide:
      return "What decides";
    case Group::trust:
      return "Trust";
    case Group::ledger:
      return "The ledger";
    case Group::ordered:
      return "What was ordered";
    case Group::software:
      return "Its software image";
    case Group::lot:
      return "The lot";
    case Group::bundle:
      return "Bundles";
    case Group::output:
      return "What is written";
  }
  return "";
}

std::string option_name(const Command::OptionText& option) {
  std::string out = option.flags;
  for (size_t at = 0; (at = out.find(',', at)) != std::string::npos; at += 2)
    out.insert(at + 1, " ");
  if (option.positional && option.repeated) out += "...";
  if (option.value_name.empty()) return out;
  const std::string whole = out + " " + option.value_name;
  return whole.size() <= kLongestName || option.choices.empty() ? whole : out + " WORD";
}

std::string option_help(const Command::OptionText& option) {
  const std::string name = option_name(option);
  const bool cut = !option.choices.empty() && name.ends_with(" WORD");
  return cut ? fmt::format("{}: {}", option.help, fmt::join(option.choices, ", ")) : option.help;
}

std::string operands_text(const Command& command, bool with_options) {
  std::string out;
  const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
  if (with_options && std::any_of(command.options().begin(), command.options().end(),
                                  [](const Command::OptionText& o) { return !o.positional; }))
    add("[OPTIONS]");
  for (const auto& option : command.options()) {
    if (!option.positional) continue;
    const std::string name = option_name(option);
    add(option.required ? name : "[" + name + "]");
  }
  return out;
}

std::vector<const Command::OptionText*> options_of(const Command& command,
                                                   std::optional<Group> group) {
  std::vector<const Command::OptionText*> out;
  for (const bool positional : {true, false}) {
    for (const auto& option : command.options()) {
      if (option.group == group && option.positional == positional) out.push_back(&option);
    }
  }
  return out;
}

std::string filled(const std::string& text, size_t width) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    out += (line.starts_with(' ') ? line : wrap(line, width, 0)) + "\n";
    at = end + 1;
  }
  return out;
}

std::string help_text(const Command& command) {
  std::string out = usage(command);
  if (!command.help().empty()) out += fmt::format("\n{}\n", wrap(command.help(), kHelpWidth, 0));
  out += commands(command);
  std::vector<std::optional<Group>> groups(std::begin(kGroups), std::end(kGroups));
  groups.emplace_back(std::nullopt);
  for (const auto& group : groups) {
    const auto options = options_of(command, group);
    if (options.empty() && group) continue;
    out += fmt::format("\n{}:\n", group ? group_title(*group) : "Help");
    for (const auto* option : options) out += row(option_name(*option), option_help(*option));
    if (!group) out += row("-h, --help", "this text");
  }
  if (!command.examples().empty()) {
    out += command.examples().size() == 1 ? "\nExample:\n" : "\nExamples:\n";
    for (const std::string& example : command.examples()) out += "  " + example + "\n";
  }
  if (!command.footer_text().empty()) out += "\n" + filled(command.footer_text(), kHelpWidth);
  return out;
}

}  // namespace attest::cli
