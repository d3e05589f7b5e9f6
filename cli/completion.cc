#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/options.h"

namespace attest::cli {
namespace {

using Words = std::vector<std::string>;

Words names_of(const Command::OptionText& option) {
  Words out;
  for (size_t at = 0; !option.positional && at < option.flags.size();) {
    const size_t comma = std::min(option.flags.find(',', at), option.flags.size());
    out.push_back(option.flags.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
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

std::string joined(const Words& list, const char* between = " ") {
  std::string out;
  for (const std::string& word : list) out += (out.empty() ? "" : between) + word;
  return out;
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
      out += fmt::format("    {}) {} ;;\n", joined(patterns, "|"),
                         option.choices.empty()
                             ? std::string(files)
                             : fmt::format(fmt::runtime(choose), joined(option.choices)));
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
      "_matter_attest() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" at=\"\" words=\"\" i\n  "
      "COMPREPLY=()\n";
  out += "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$at ${COMP_WORDS[i]}\" in\n" +
         arms_of_paths(root) + "    esac\n  done\n";
  out += "  case \"$at ${COMP_WORDS[COMP_CWORD - 1]}\" in\n" +
         arms_of_values(root, "COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return", "return") +
         "  esac\n";
  out += "  case \"$at\" in\n";
  for (const Place& place : places(root)) {
    Words all = subcommands(*place.command);
    for (std::string& option : options(*place.command)) all.push_back(std::move(option));
    out += fmt::format("    \"{}\") words=\"{}\" ;;\n", place.path, joined(all));
  }
  return out +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o default -F "
         "_matter_attest matter-attest\n";
}

std::string zsh_completion(const Command& root) {
  std::string out =
      "#compdef matter-attest\n_matter_attest() {\n  local at=\"\" i\n  local -a commands\n";
  out += "  for ((i = 2; i < CURRENT; i++)); do\n    case \"$at $words[i]\" in\n" +
         arms_of_paths(root) + "    esac\n  done\n";
  out += "  case \"$at $words[CURRENT-1]\" in\n" +
         arms_of_values(root, "compadd -- {}; return", "_files; return") + "  esac\n";
  out += "  case \"$at\" in\n";
  for (const Place& place : places(root)) {
    out += fmt::format("    \"{}\")\n", place.path);
    if (!place.command->subcommands().empty()) {
      out += "      commands=(\n";
      for (const auto& sub : place.command->subcommands()) {
        if (!sub->is_hidden())
          out += fmt::format("        {}\n", quoted(sub->name() + ":" + sub->help()));
      }
      out += "      )\n      _describe command commands\n";
    }
    out += fmt::format("      compadd -- {}\n", joined(options(*place.command)));
    out += place.command->subcommands().empty() ? "      _files ;;\n" : "      ;;\n";
  }
  // In fpath the file is the function; sourced, it only says so.
  return out +
         "  esac\n}\nif [ \"$funcstack[1]\" = _matter_attest ]; then _matter_attest \"$@\"; else "
         "compdef _matter_attest matter-attest; fi\n";
}

std::string fish_completion(const Command& root) {
  std::string out;
  for (const Place& place : places(root)) {
    const Words below = subcommands(*place.command);
    // Here: every word of the path was given, and none that leads further.
    Words conditions;
    for (size_t at = 0; at < place.path.size();) {
      const size_t blank = std::min(place.path.find(' ', at), place.path.size());
      conditions.push_back("__fish_seen_subcommand_from " + place.path.substr(at, blank - at));
      at = blank + 1;
    }
    if (place.path.empty()) conditions.emplace_back("__fish_use_subcommand");
    if (!place.path.empty() && !below.empty())
      conditions.push_back("not __fish_seen_subcommand_from " + joined(below));
    const std::string when = quoted(joined(conditions, "; and "));
    for (const auto& sub : place.command->subcommands()) {
      if (!sub->is_hidden())
        out += fmt::format("complete -c matter-attest -f -n {} -a {} -d {}\n", when, sub->name(),
                           quoted(sub->help()));
    }
    for (const auto& option : place.command->options()) {
      std::string names;
      for (const std::string& name : names_of(option))
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (names.empty()) continue;
      const std::string values = option.value_name.empty() ? ""
                                 : option.choices.empty()
                                     ? " -r"
                                     : fmt::format(" -x -a {}", quoted(joined(option.choices)));
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
