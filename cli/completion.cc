#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/rule.h"
#include "cli/commands.h"
#include "cli/explained.h"
#include "cli/option_names.h"
#include "cli/options.h"
#include "lot/rule.h"

namespace attest::cli {
namespace {

using Words = std::vector<std::string>;

Words names_of(const Command::OptionText& option) {
  return option.positional ? Words() : option_names(option.flags);
}

// A command with the words that lead to it: "payload make".
struct Place {
  std::string path;
  const Command* command;
};
void collect(const std::string& prefix, const Command& from, std::vector<Place>& out) {
  out.push_back({.path = prefix, .command = &from});
  for (const auto& sub : from.subcommands()) {
    if (!sub->is_hidden())
      collect(prefix.empty() ? sub->name() : prefix + " " + sub->name(), *sub, out);
  }
}
std::vector<Place> places(const Command& root) {
  std::vector<Place> out;
  collect("", root, out);
  return out;
}

std::string in_a_row(const Words& list) {
  return fmt::to_string(fmt::join(list, " "));
}

Words subcommands(const Command& command) {
  Words out;
  for (const auto& sub : command.subcommands()) {
    if (!sub->is_hidden()) out.push_back(sub->name());
  }
  return out;
}
Words options(const Command& command) {
  Words out;
  for (const auto& option : command.options()) {
    for (std::string& name : names_of(option)) out.push_back(std::move(name));
  }
  out.emplace_back("--help");
  return out;
}

// What the program knows by name: kept once a script, in a variable.
Words ids() {
  Words out = check_ids();
  for (const LotRule& rule : lot_rules()) out.emplace_back(rule.id);
  for (const audit::AuditRule& rule : audit::audit_rules()) out.emplace_back(rule.id);
  return out;
}
// Of an option or operand: words, or the variable that holds them; empty where files may stand.
std::string offered(const Command::OptionText& option, const Command& root) {
  if (!option.choices.empty()) return in_a_row(option.choices);
  if (option.offer == Offer::check_ids) return "$ids";
  if (option.offer == Offer::explained) return "$explained";
  if (option.offer == Offer::commands) return in_a_row(subcommands(root));
  return "";
}
// Of all operands of a command.
std::string offered_operands(const Command& command) {
  Words out;
  for (const auto& option : command.options()) {
    const std::string words = option.positional ? offered(option, command.root()) : "";
    if (!words.empty()) out.push_back(words);
  }
  return in_a_row(out);
}
bool takes_files(const Command& command) {
  return std::any_of(command.options().begin(), command.options().end(), [&](const auto& option) {
    return option.positional && option.offer == Offer::files &&
           offered(option, command.root()).empty();
  });
}

// "case" arms that both bash and zsh understand. `choose` and `offer` are what the shell does with
// words.
std::string arms_of_paths(const Command& root) {
  std::string out;
  for (const Place& place : places(root)) {
    for (const std::string& name : subcommands(*place.command))
      out += fmt::format("      \"{} {}\") at=\"{}{}{}\" ;;\n", place.path, name, place.path,
                         place.path.empty() ? "" : " ", name);
  }
  return out;
}
std::string arms_of_values(const Command& root, const char* choose, const char* files) {
  std::string out;
  for (const Place& place : places(root)) {
    for (const auto& option : place.command->options()) {
      if (option.positional || option.value_name.empty()) continue;
      Words patterns;
      for (const std::string& name : names_of(option))
        patterns.push_back(fmt::format("\"{} {}\"", place.path, name));
      const std::string words = offered(option, root);
      out +=
          fmt::format("    {}) {} ;;\n", fmt::join(patterns, "|"),
                      words.empty() ? std::string(option.offer == Offer::files ? files : "return")
                                    : fmt::format(fmt::runtime(choose), words));
    }
  }
  return out;
}

std::string quoted(std::string s) {
  for (size_t at = 0; (at = s.find('\'', at)) != std::string::npos; at += 4)
    s.replace(at, 1, "'\\''");
  return "'" + s + "'";
}

}  // namespace

std::string bash_completion(const Command& root) {
  std::string out =
      "_matter_attest() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD - 1]}\"\n"
      "  local at=\"\" words=\"\" i\n";
  out += fmt::format("  local ids=\"{}\"\n  local explained=\"{}\"\n", in_a_row(ids()),
                     in_a_row(explained_words()));
  // "--format=text": bash itself takes it apart at '='.
  out +=
      "  COMPREPLY=()\n"
      "  if [ \"$word\" = \"=\" ]; then word=\"\"\n"
      "  elif [ \"$before\" = \"=\" ]; then before=\"${COMP_WORDS[COMP_CWORD - 2]}\"\n"
      "  else\n    case \"$word\" in --*=*) before=\"${word%%=*}\" word=\"${word#*=}\" ;; esac\n"
      "  fi\n";
  out += "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$at ${COMP_WORDS[i]}\" in\n" +
         arms_of_paths(root) + "    esac\n  done\n";
  out += "  case \"$at $before\" in\n" +
         arms_of_values(root, "COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return", "return") +
         "  esac\n";
  out += "  case \"$at\" in\n";
  for (const Place& place : places(root)) {
    Words all = subcommands(*place.command);
    if (const std::string words = offered_operands(*place.command); !words.empty())
      all.push_back(words);
    for (std::string& option : options(*place.command)) all.push_back(std::move(option));
    out += fmt::format("    \"{}\") words=\"{}\" ;;\n", place.path, in_a_row(all));
  }
  return out +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o default -F "
         "_matter_attest matter-attest\n";
}

std::string zsh_completion(const Command& root) {
  std::string out =
      "#compdef matter-attest\n_matter_attest() {\n"
      "  local at=\"\" i before=\"$words[CURRENT-1]\"\n  local -a commands ids explained\n";
  out +=
      fmt::format("  ids=({})\n  explained=({})\n", in_a_row(ids()), in_a_row(explained_words()));
  out +=
      "  if [[ \"$words[CURRENT]\" == --*=* ]]; then\n"
      "    before=\"${words[CURRENT]%%=*}\"\n    compset -P '*='\n  fi\n";
  out += "  for ((i = 2; i < CURRENT; i++)); do\n    case \"$at $words[i]\" in\n" +
         arms_of_paths(root) + "    esac\n  done\n";
  out += "  case \"$at $before\" in\n" +
         arms_of_values(root, "compadd -- {}; return", "_files; return") + "  esac\n";
  out += "  case \"$at\" in\n";
  for (const Place& place : places(root)) {
    const Command& command = *place.command;
    out += fmt::format("    \"{}\")\n", place.path);
    if (!command.subcommands().empty()) {
      out += "      commands=(\n";
      for (const auto& sub : command.subcommands()) {
        if (!sub->is_hidden())
          out += fmt::format("        {}\n", quoted(sub->name() + ":" + sub->help()));
      }
      out += "      )\n      _describe command commands\n";
    }
    if (const std::string words = offered_operands(command); !words.empty())
      out += fmt::format("      compadd -- {}\n", words);
    out += fmt::format("      compadd -- {}\n", in_a_row(options(command)));
    out += takes_files(command) ? "      _files ;;\n" : "      ;;\n";
  }
  // In fpath the file is the function; sourced, it only says so.
  return out +
         "  esac\n}\nif [ \"$funcstack[1]\" = _matter_attest ]; then _matter_attest \"$@\"; else "
         "compdef _matter_attest matter-attest; fi\n";
}

namespace {

// Here: every word of the path was given, and none that leads further.
std::string fish_condition(const Place& place) {
  const Words below = subcommands(*place.command);
  Words conditions;
  for (size_t at = 0; at < place.path.size();) {
    const size_t blank = std::min(place.path.find(' ', at), place.path.size());
    conditions.push_back("__fish_seen_subcommand_from " + place.path.substr(at, blank - at));
    at = blank + 1;
  }
  if (place.path.empty()) conditions.emplace_back("__fish_use_subcommand");
  if (!place.path.empty() && !below.empty())
    conditions.push_back("not __fish_seen_subcommand_from " + in_a_row(below));
  return quoted(fmt::to_string(fmt::join(conditions, "; and ")));
}

std::string fish_words(std::string words) {
  if (words.starts_with('$')) words.insert(1, "__matter_attest_");
  return quoted(words);
}

}  // namespace

std::string fish_completion(const Command& root) {
  std::string out =
      fmt::format("set -g __matter_attest_ids {}\nset -g __matter_attest_explained {}\n",
                  in_a_row(ids()), in_a_row(explained_words()));
  for (const Place& place : places(root)) {
    const std::string when = fish_condition(place);
    for (const auto& sub : place.command->subcommands()) {
      if (!sub->is_hidden())
        out += fmt::format("complete -c matter-attest -f -n {} -a {} -d {}\n", when, sub->name(),
                           quoted(sub->help()));
    }
    if (const std::string words = offered_operands(*place.command); !words.empty())
      out += fmt::format("complete -c matter-attest -f -n {} -a {}\n", when, fish_words(words));
    for (const auto& option : place.command->options()) {
      std::string names;
      for (const std::string& name : names_of(option))
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (names.empty()) continue;
      const std::string words = offered(option, root);
      const std::string values = option.value_name.empty() ? ""
                                 : !words.empty() ? fmt::format(" -x -a {}", fish_words(words))
                                 : option.offer == Offer::files ? " -r"
                                                                : " -x";
      out += fmt::format("complete -c matter-attest -n {}{}{} -d {}\n", when, names, values,
                         quoted(option.help));
    }
  }
  return out;
}

void add_completion(Command& root) {
  auto shell = std::make_shared<std::string>();
  root.subcommand("completion", "print a completion script: bash, zsh or fish")
      .group(Group::input)
      .positional("SHELL", *shell, "bash, zsh or fish", true)
      .offers(std::vector<std::string>{"bash", "zsh", "fish"})
      .example("source <(matter-attest completion bash)")
      .run([&root, shell](const Console& console) {
        if (*shell == "bash") return show(bash_completion(root), console);
        if (*shell == "zsh") return show(zsh_completion(root), console);
        if (*shell == "fish") return show(fish_completion(root), console);
        return print_error(console,
                           fmt::format("expected bash, zsh or fish, found \"{}\"", *shell));
      });
}

}  // namespace attest::cli
