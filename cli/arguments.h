// Arguments: the command line as a tree of commands with options. A narrow face over CLI11, which
// only arguments.cc includes; help, completion and the man page are made from the same tree.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace attest::cli {

class Command {
 public:
  // `help` is one line, lower case, no period.
  Command& subcommand(std::string name, std::string help);
  Command& text(std::string flags, std::string value_name, std::string& into, std::string help);
  Command& choice(std::string flags, std::vector<std::string> choices, std::string& into,
                  std::string help);
  Command& list(std::string flags, std::string value_name, std::vector<std::string>& into,
                std::string help);  // repeatable
  Command& number(std::string flags, std::string value_name, long long& into, std::string help);
  Command& flag(std::string flags, bool& into, std::string help);
  Command& positional(std::string name, std::string& into, std::string help, bool required);
  Command& positionals(std::string name, std::vector<std::string>& into, std::string help,
                       bool required);
  // What the command does; its value is the exit code.
  Command& run(std::function<int()> action);
  // Shown below the options: examples, exit codes.
  Command& footer(std::string text);
  Command& hidden();  // from help, completion and the manual: for whoever builds the program

  struct OptionText {
    std::string flags, value_name, help;
    std::vector<std::string> choices;
    bool positional = false;
  };
  const std::string& name() const { return name_; }
  const std::string& help() const { return help_; }
  const std::string& footer_text() const { return footer_; }
  bool is_hidden() const { return hidden_; }
  const std::vector<OptionText>& options() const { return options_; }
  const std::vector<std::unique_ptr<Command>>& subcommands() const { return subcommands_; }

  struct Impl;
  Command(std::string name, std::string help, Impl* parent);
  ~Command();
  Command(const Command&) = delete;

 private:
  friend int parse_and_run(Command& root, int argc, const char* const* argv);
  static Command* parsed(Command& from);
  std::string name_, help_, footer_;
  bool hidden_ = false;
  std::vector<OptionText> options_;
  std::vector<std::unique_ptr<Command>> subcommands_;
  std::unique_ptr<Impl> impl_;
};

// Parses, runs the chosen command, returns the exit code. --help and --version go to stdout with 0;
// a usage error is one line on stderr with the nearest known word, and 2.
int parse_and_run(Command& root, int argc, const char* const* argv);

}  // namespace attest::cli
