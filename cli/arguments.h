// Arguments: the command line as a tree of commands with options. A narrow face over CLI11, which
// only arguments.cc includes; help, completion and the man page are made from the same tree.
//
// A command is written in one way: add_<command>() makes its options, which live as long as the
// command, and says where words go; what runs takes them and the Console, and gives the exit code:
//
//   auto options = std::make_shared<Options>();
//   root.subcommand(...).text(..., options->file, ...).run(runs(options, run));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/console.h"

namespace attest::cli {

// What an option is about. Help, completion and manual show options by these, in this order.
enum class Group : uint8_t {
  input,
  server,
  decide,
  trust,
  ledger,
  ordered,
  software,
  lot,
  bundle,
  output
};
const char* group_title(Group group);
inline constexpr Group kGroups[] = {Group::input,  Group::server,  Group::decide,   Group::trust,
                                    Group::ledger, Group::ordered, Group::software, Group::lot,
                                    Group::bundle, Group::output};

// What may stand there, for completion: files, or words that the program knows.
enum class Offer : uint8_t { files, nothing, check_ids, explained, commands };

class Command {
 public:
  // `help` is one line, lower case, no period.
  Command& subcommand(std::string name, std::string help);
  // Of the options that follow.
  Command& group(Group group);
  Command& text(std::string flags, std::string value_name, std::string& into, std::string help);
  Command& choice(std::string flags, std::vector<std::string> choices, std::string& into,
                  std::string help);
  Command& list(std::string flags, std::string value_name, std::vector<std::string>& into,
                std::string help);  // repeatable
  struct Range {
    long long least = 0, most = INT64_MAX;
  };
  // What is no whole number of the range is refused in one way, whatever the command.
  Command& number(std::string flags, std::string value_name, long long& into, Range range,
                  std::string help);
  Command& flag(std::string flags, bool& into, std::string help);
  Command& positional(std::string name, std::string& into, std::string help, bool required);
  Command& positionals(std::string name, std::vector<std::string>& into, std::string help,
                       bool required);
  // Words with a name each, of which the last may be left out; who takes them counts them.
  struct Operand {
    const char* name;
    const char* help;
    bool required = true;
  };
  Command& operands(std::vector<Operand> all, std::vector<std::string>& into);
  // About the option that was named last: what completion offers for it, and in words of its own
  // (which its reader checks).
  Command& offers(Offer offer);
  Command& offers(std::vector<std::string> words);
  // The same: the report is of use in this form alone, whatever the ending of -o.
  Command& needs_form(const char* form);
  // Words that look like options and are none go to the operands that were named last.
  Command& takes_any_word();
  // The shared option --color, which the console takes.
  Command& colour();
  // What the command does, in the world that it is given; its value is the exit code.
  Command& run(std::function<int(const Console&)> action);
  // A command line that works, for help and manual.
  Command& example(std::string line);
  // Shown below the options: exit codes.
  Command& footer(std::string text);
  // Under which heading the root's help lists it.
  Command& section(std::string title);
  Command& hidden();  // from help, completion and the manual: for whoever builds the program

  struct OptionText {
    std::string flags = {}, value_name = {}, help = {};
    std::vector<std::string> choices = {};
    bool positional = false, required = false, repeated = false;
    std::optional<Group> group = {};
    Offer offer = Offer::files;
    const char* variable = nullptr;  // of the environment, which may give it (environment.h)
    const char* needs_form = nullptr;
    // Takes the variable's value; an error says what was expected.
    std::function<std::string(const std::string&)> take = {};
  };
  const std::string& name() const { return name_; }
  std::string path() const;                          // "matter-attest lot merge"
  const Command* parent() const { return parent_; }  // null of the root
  const Command& root() const { return parent_ == nullptr ? *this : parent_->root(); }
  const std::string& help() const { return help_; }
  const std::string& footer_text() const { return footer_; }
  const std::string& section_title() const { return section_; }
  const std::vector<std::string>& examples() const { return examples_; }
  bool is_hidden() const { return hidden_; }
  const std::vector<OptionText>& options() const { return options_; }
  const std::vector<std::unique_ptr<Command>>& subcommands() const { return subcommands_; }

  struct Impl;
  Command(std::string name, std::string help, Command* parent);
  ~Command();
  Command(const Command&) = delete;

 private:
  friend int parse_and_run(Command& root, const std::vector<std::string>& words, Console& console);
  static Command* parsed(Command& from);
  bool was_given(const std::string& flags) const;  // here, or on the way here
  std::optional<std::string> take_environment(Console& console);
  void take_form_of_output();  // -o report.html without --format
  OptionText& add(OptionText option);
  Command* parent_;
  std::string name_, help_, footer_, section_, colour_ = "auto";
  std::vector<std::string> examples_;
  std::optional<Group> group_;
  std::vector<std::string>*operands_ = nullptr, *any_word_ = nullptr;
  bool hidden_ = false;
  std::vector<OptionText> options_;
  std::vector<std::unique_ptr<Command>> subcommands_;
  std::unique_ptr<Impl> impl_;
};

// The form that a file's ending promises; empty: it says none.
std::string_view form_of_ending(const std::string& file);

// The help of -o where a command has several forms: what it does without --format.
std::string output_help(const std::string& what);

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
