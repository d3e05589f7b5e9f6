// Arguments: the command line as a tree of commands with options. A narrow face over CLI11, which
// only arguments.cc includes; help, completion and the man page are made from the same tree.
//
// A command is written in one way: add_<command>() makes its options, which live as long as the
// command, and says where words go; what runs takes them and the Console, and gives the exit code:
//
//   auto options = std::make_shared<Options>();
//   root.subcommand(...).text(..., options->file, ...).run(runs(options, run));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/console.h"

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
  // What the command does, in the world that it is given; its value is the exit code.
  Command& run(std::function<int(const Console&)> action);
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
  friend int parse_and_run(Command& root, const std::vector<std::string>& words, Console& console);
  static Command* parsed(Command& from);
  std::string name_, help_, footer_;
  bool hidden_ = false;
  std::vector<OptionText> options_;
  std::vector<std::unique_ptr<Command>> subcommands_;
  std::unique_ptr<Impl> impl_;
};

// Parses the words behind the program's name, runs the chosen command, returns the exit code. The
// console learns which of the words may not be repeated. --help goes to stdout with 0; a usage
// error is one line on stderr with the nearest known word, and 2.
int parse_and_run(Command& root, const std::vector<std::string>& words, Console& console);

// What runs with options that words went into.
template <class Options>
std::function<int(const Console&)> runs(std::shared_ptr<Options> options,
                                        int (*run)(const Options&, const Console&)) {
  return [options = std::move(options), run](const Console& console) {
    return run(*options, console);
  };
}

}  // namespace attest::cli
