// completion: a script for a shell, made from the tree of commands.

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"

namespace attest::cli {
namespace {

std::vector<std::string> words(const Command& command) {
  std::vector<std::string> out;
  for (const auto& sub : command.subcommands()) out.push_back(sub->name());
  for (const auto& option : command.options()) {
    if (option.positional) continue;
    for (size_t at = 0; at < option.flags.size();) {
      const size_t comma = std::min(option.flags.find(',', at), option.flags.size());
      out.push_back(option.flags.substr(at, comma - at));
      at = comma + 1;
    }
  }
  out.push_back("--help");
  return out;
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& word : list) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string bash(const Command& root) {
  std::string out = "_matter_attest() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" command=\"${COMP_WORDS[1]}\" words=\"\"\n";
  out += fmt::format("  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words=\"{}\"\n  else\n    case \"$command\" in\n", joined(words(root)));
  for (const auto& sub : root.subcommands()) out += fmt::format("      {}) words=\"{}\" ;;\n", sub->name(), joined(words(*sub)));
  out += "    esac\n  fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o default -F _matter_attest matter-attest\n";
  return out;
}

std::string quoted(std::string s) {
  for (size_t at = 0; (at = s.find('\'', at)) != std::string::npos; at += 4) s.replace(at, 1, "'\\''");
  return "'" + s + "'";
}

std::string zsh(const Command& root) {
  std::string out = "#compdef matter-attest\n_matter_attest() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const auto& sub : root.subcommands()) out += fmt::format("      {}\n", quoted(sub->name() + ":" + sub->help()));
  out += "    )\n    _describe command commands\n    return\n  fi\n  case \"$words[2]\" in\n";
  for (const auto& sub : root.subcommands()) out += fmt::format("    {}) compadd -- {}; _files ;;\n", sub->name(), joined(words(*sub)));
  return out + "  esac\n}\n_matter_attest \"$@\"\n";
}

std::string fish(const Command& root) {
  std::string out;
  for (const auto& sub : root.subcommands()) {
    out += fmt::format("complete -c matter-attest -n __fish_use_subcommand -a {} -d {}\n", sub->name(), quoted(sub->help()));
    for (const auto& option : sub->options()) {
      if (option.positional) continue;
      const size_t dashes = option.flags.rfind("--");
      if (dashes == std::string::npos) continue;
      std::string values;
      for (const std::string& choice : option.choices) values += (values.empty() ? "" : " ") + choice;
      out += fmt::format("complete -c matter-attest -n '__fish_seen_subcommand_from {}' -l {} -d {}{}\n", sub->name(), option.flags.substr(dashes + 2), quoted(option.help),
                         values.empty() ? (option.value_name.empty() ? "" : " -r") : fmt::format(" -x -a '{}'", values));
    }
  }
  return out;
}

}  // namespace

void add_completion(Command& root) {
  static std::string shell;
  root.subcommand("completion", "print a completion script: bash, zsh or fish").positional("SHELL", shell, "bash, zsh or fish", true).run([&root] {
    if (shell != "bash" && shell != "zsh" && shell != "fish") {
      std::fprintf(stderr, "matter-attest: expected bash, zsh or fish, found \"%s\"\n", shell.c_str());
      return 2;
    }
    std::fputs((shell == "bash" ? bash(root) : shell == "zsh" ? zsh(root) : fish(root)).c_str(), stdout);
    return 0;
  });
}

}  // namespace attest::cli
