#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <ostream>

#include "cli/environment.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/option_names.h"
#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#include <CLI/CLI.hpp>
#pragma GCC diagnostic pop

namespace attest::cli {

namespace {

// CLI11 takes "[a, b]" for a list and splits it. To us it is a word, as all others: it is marked
// before CLI11 sees it, and the mark is taken off where it is stored.
constexpr char kMark = '\x1F';

std::string marked(const std::string& word) {
  const bool is_list = word.size() > 1 && word.front() == '[' && word.back() == ']';
  return is_list ? kMark + word : word;
}
std::string unmarked(std::string word) {
  return !word.empty() && word.front() == kMark ? word.substr(1) : word;
}
CLI::Option* verbatim(CLI::Option* option) {
  return option->transform(unmarked);
}
constexpr const char* kEmpty = "an empty word (a variable that is not set?)";

// A word that has to say something. An empty one is a variable that nobody set ("$ORDER"): taken
// for an option that was not given, what it asks for would be left out in silence.
CLI::Option* saying(CLI::Option* option, const std::string& what) {
  return verbatim(option)->check([what](const std::string& given) {
    return given.empty() ? fmt::format("expected {}, found {}", what, kEmpty) : "";
  });
}

}  // namespace

struct Command::Impl {
  std::unique_ptr<CLI::App> owned;  // the root's
  CLI::App* app = nullptr;
  std::function<int(const Console&)> action;
  // How CLI11 hears of an option: one a line of options(). (It makes so much of each that the
  // options which nobody gives took a fifteenth of a cold verification.)
  std::vector<std::function<void(CLI::App&, const OptionText&)>> tell;
};

Command::Command(std::string name, std::string help, Command* parent)
    : parent_(parent),
      name_(std::move(name)),
      help_(std::move(help)),
      impl_(std::make_unique<Impl>()) {
  if (parent == nullptr) {
    impl_->owned = std::make_unique<CLI::App>(help_, name_);
    impl_->app = impl_->owned.get();
    impl_->app->require_subcommand(0, 1);
  } else {
    impl_->app = parent->impl_->app->add_subcommand(name_, help_);
  }
}
Command::~Command() = default;

std::string Command::path() const {
  return parent_ == nullptr ? name_ : parent_->path() + " " + name_;
}

Command& Command::subcommand(std::string name, std::string help) {
  subcommands_.push_back(std::make_unique<Command>(std::move(name), std::move(help), this));
  return *subcommands_.back();
}
Command& Command::group(Group group) {
  group_ = group;
  return *this;
}

Command::OptionText& Command::add(OptionText option) {
  option.group = group_;
  if (!option.positional) option.variable = variable_of(option.flags);
  options_.push_back(std::move(option));
  return options_.back();
}

namespace {

std::string not_one_of(const std::vector<std::string>& choices, const std::string& given) {
  if (std::find(choices.begin(), choices.end(), given) != choices.end()) return "";
  return fmt::format("expected {}, found \"{}\"", fmt::join(choices, "|"), printable(given));
}

std::optional<long long> whole_number(const std::string& given) {
  long long out = 0;
  const char* end = given.data() + given.size();
  const auto got = std::from_chars(given.data(), end, out);
  if (got.ec != std::errc() || got.ptr != end) return std::nullopt;
  return out;
}

std::string no_number_of(Command::Range range, const std::string& given) {
  const auto number = whole_number(given);
  if (number && *number >= range.least && *number <= range.most) return "";
  const std::string bounds = range.most == INT64_MAX
                                 ? fmt::format("of at least {}", range.least)
                                 : fmt::format("from {} to {}", range.least, range.most);
  return fmt::format("expected a whole number {}, found \"{}\"", bounds, printable(given));
}

std::string read_switch(const std::string& given, bool& into) {
  constexpr const char* kYes[] = {"1", "yes", "true", "on"};
  constexpr const char* kNo[] = {"0", "no", "false", "off"};
  const std::string word = to_lower(given);
  const bool yes = std::find(std::begin(kYes), std::end(kYes), word) != std::end(kYes);
  if (!yes && std::find(std::begin(kNo), std::end(kNo), word) == std::end(kNo))
    return fmt::format("expected yes or no, found \"{}\"", printable(given));
  into = yes;
  return "";
}

}  // namespace

Command& Command::text(std::string flags, std::string value_name, std::string& into,
                       std::string help) {
  const bool of_files = value_name.find("FILE") != std::string::npos || value_name == "PATH" ||
                        value_name == "DIR" || value_name == "BUNDLE" || value_name == "SECRET" ||
                        value_name.ends_with(".pem");
  OptionText& option = add(
      {.flags = std::move(flags), .value_name = std::move(value_name), .help = std::move(help)});
  option.offer = of_files ? Offer::files : Offer::nothing;
  option.take = [&into](const std::string& given) {
    into = given;
    return std::string();
  };
  impl_->tell.emplace_back([&into](CLI::App& app, const OptionText& o) {
    saying(app.add_option(o.flags, into), o.value_name)->type_name(o.value_name);
  });
  return *this;
}
Command& Command::choice(std::string flags, std::vector<std::string> choices, std::string& into,
                         std::string help) {
  OptionText& option = add({.flags = std::move(flags),
                            .value_name = fmt::format("{}", fmt::join(choices, "|")),
                            .help = std::move(help),
                            .choices = choices,
                            .offer = Offer::nothing});
  option.take = [&into, choices = std::move(choices)](const std::string& given) {
    std::string wrong = not_one_of(choices, given);
    if (wrong.empty()) into = given;
    return wrong;
  };
  impl_->tell.emplace_back([&into](CLI::App& app, const OptionText& o) {
    verbatim(app.add_option(o.flags, into))
        ->type_name(o.value_name)
        ->check([words = o.choices](const std::string& given) { return not_one_of(words, given); });
  });
  return *this;
}
Command& Command::list(std::string flags, std::string value_name, std::vector<std::string>& into,
                       std::string help) {
  OptionText& option = add(
      {.flags = std::move(flags), .value_name = std::move(value_name), .help = std::move(help)});
  option.repeated = true;
  // In a variable several stand with a colon between them.
  option.take = [&into](const std::string& given) {
    for (size_t at = 0; at <= given.size();) {
      const size_t end = std::min(given.find(':', at), given.size());
      if (end > at) into.push_back(given.substr(at, end - at));
      at = end + 1;
    }
    return std::string();
  };
  impl_->tell.emplace_back([&into](CLI::App& app, const OptionText& o) {
    CLI::Option* told = saying(app.add_option(o.flags, into), o.value_name);
    told->type_name(o.value_name)->allow_extra_args(false);
    // Of offers(): before anything else is missed, such as evidence that was taken as the value.
    if (!o.choices.empty())
      told->check(
          [words = o.choices](const std::string& given) { return not_one_of(words, given); });
  });
  return *this;
}
Command& Command::number(std::string flags, std::string value_name, long long& into, Range range,
                         std::string help) {
  OptionText& option = add({.flags = std::move(flags),
                            .value_name = std::move(value_name),
                            .help = std::move(help),
                            .offer = Offer::nothing});
  option.take = [&into, range](const std::string& given) {
    std::string wrong = no_number_of(range, given);
    if (wrong.empty()) into = *whole_number(given);
    return wrong;
  };
  impl_->tell.emplace_back([&into, range](CLI::App& app, const OptionText& o) {
    verbatim(app.add_option(o.flags, into))
        ->type_name(o.value_name)
        ->check([range](const std::string& given) { return no_number_of(range, given); });
  });
  return *this;
}
Command& Command::flag(std::string flags, bool& into, std::string help) {
  add({.flags = std::move(flags), .value_name = "", .help = std::move(help)}).take =
      [&into](const std::string& given) { return read_switch(given, into); };
  impl_->tell.emplace_back(
      [&into](CLI::App& app, const OptionText& o) { app.add_flag(o.flags, into); });
  return *this;
}
Command& Command::positional(std::string name, std::string& into, std::string help, bool required) {
  add({.flags = std::move(name),
       .value_name = "",
       .help = std::move(help),
       .positional = true,
       .required = required});
  impl_->tell.emplace_back([&into](CLI::App& app, const OptionText& o) {
    saying(app.add_option(o.flags, into), o.flags)->type_name("")->required(o.required);
  });
  return *this;
}
Command& Command::positionals(std::string name, std::vector<std::string>& into, std::string help,
                              bool required) {
  operands_ = &into;
  add({.flags = std::move(name),
       .value_name = "",
       .help = std::move(help),
       .positional = true,
       .required = required,
       .repeated = true});
  impl_->tell.emplace_back([&into](CLI::App& app, const OptionText& o) {
    saying(app.add_option(o.flags, into), o.flags)->type_name("")->required(o.required);
  });
  return *this;
}
Command& Command::operands(std::vector<Operand> all, std::vector<std::string>& into) {
  // To CLI11 they are one.
  verbatim(impl_->app->add_option("OPERANDS", into))->type_name("");
  for (Operand& one : all) {
    add({.flags = one.name, .value_name = "", .help = one.help, .positional = true}).required =
        one.required;
    impl_->tell.emplace_back();
  }
  return *this;
}

Command& Command::takes_any_word() {
  any_word_ = operands_;
  impl_->app->allow_extras();
  return *this;
}
Command& Command::offers(Offer offer) {
  options_.back().offer = offer;
  return *this;
}
Command& Command::offers(std::vector<std::string> words) {
  options_.back().choices = std::move(words);
  return *this;
}
Command& Command::needs_form(const char* form) {
  options_.back().needs_form = form;
  return *this;
}
Command& Command::colour() {
  return choice("--color", {"auto", "always", "never"}, colour_,
                "colours: by themselves on a terminal that can (default auto)");
}
Command& Command::run(std::function<int(const Console&)> action) {
  impl_->action = std::move(action);
  return *this;
}
Command& Command::example(std::string line) {
  examples_.push_back(std::move(line));
  return *this;
}
Command& Command::footer(std::string text) {
  footer_ = std::move(text);
  return *this;
}
Command& Command::section(std::string title) {
  section_ = std::move(title);
  return *this;
}
Command& Command::hidden() {
  hidden_ = true;
  impl_->app->group("");
  return *this;
}

namespace {

// The words that were possible where this one stood.
std::vector<std::string> possible(const Command& where) {
  std::vector<std::string> out;
  for (const auto& sub : where.subcommands()) {
    if (!sub->is_hidden()) out.push_back(sub->name());
  }
  for (const auto& option : where.options()) {
    if (option.positional) continue;
    for (std::string& name : option_names(option.flags)) out.push_back(std::move(name));
  }
  out.emplace_back("--help");
  return out;
}

// What other tools have an option for, and this one takes otherwise.
std::string instead_of(const Command& where, const std::string& given) {
  const auto takes = [&](const char* option) {
    const auto known = possible(where);
    return std::find(known.begin(), known.end(), option) != known.end();
  };
  constexpr const char* kCodes[] = {"--code", "--qr",           "--qr-code",     "--qrcode",
                                    "--mt",   "--payload",      "--manual-code", "--setup-code",
                                    "--pin",  "--pairing-code", "--onboarding"};
  constexpr const char* kFacts[] = {"--vid",        "--pid",          "--vendor-id",
                                    "--product-id", "--serial",       "--discriminator",
                                    "--passcode",   "--vendor-name",  "--device-type",
                                    "--sv",         "--product-name", "--software-version"};
  const auto among = [&](const auto& words) {
    return std::find(std::begin(words), std::end(words), given) != std::end(words);
  };
  if (!takes("--expect")) return {};
  if (among(kCodes)) return "; a code is an argument of its own: sample/ MT:... or 34970112332";
  if (among(kFacts))
    return "; what the part should be stands in a file: --expect order.json; what it says of "
           "itself in a device.json beside the others";
  return {};
}

// An option of the commands beside or below this one: whoever gave it meant one of them.
std::string whose(const Command& where, const std::string& given) {
  std::string out;
  const auto look = [&](const Command& parent) {
    for (const auto& sub : parent.subcommands()) {
      const auto known = possible(*sub);
      if (sub.get() != &where && given != "--help" &&
          std::find(known.begin(), known.end(), given) != known.end())
        out += (out.empty() ? "" : ", ") + sub->name();
    }
  };
  look(where);
  if (const Command* parent = where.parent(); parent != nullptr && parent->parent() != nullptr)
    look(*parent);
  return out.empty() ? out : "; it is an option of " + out;
}
std::string what_else(const Command& where, const std::string& given,
                      const std::vector<std::string>& known) {
  for (std::string words : {instead_of(where, given), whose(where, given)}) {
    if (!words.empty()) return words;
  }
  return did_you_mean(given, known);
}

}  // namespace

// The innermost command that was named on the command line.
Command* Command::parsed(Command& from) {
  for (const auto& sub : from.subcommands_) {
    if (sub->impl_->app->parsed()) return parsed(*sub);
  }
  return &from;
}

bool Command::was_given(const std::string& flags) const {
  const CLI::Option* option = impl_->app->get_option_no_throw(long_name(flags));
  if (option != nullptr && option->count() > 0) return true;
  return parent_ != nullptr && parent_->was_given(flags);
}

namespace {

// What files of these endings are expected to hold.
constexpr std::pair<const char*, const char*> kEndings[] = {
    {".sarif.json", "sarif"}, {".sarif", "sarif"},  {".json", "json"},
    {".ndjson", "ndjson"},    {".jsonl", "ndjson"}, {".csv", "csv"},
    {".html", "html"},        {".htm", "html"},     {".xml", "junit"}};

}  // namespace

std::string_view form_of_ending(const std::string& file) {
  const std::string name = to_lower(file);
  const auto at = std::find_if(std::begin(kEndings), std::end(kEndings),
                               [&](const auto& one) { return name.ends_with(one.first); });
  return at == std::end(kEndings) ? std::string_view() : at->second;
}

namespace {

std::string unknown_word(const Command& where, const std::string& given) {
  const std::string path = where.path();
  return fmt::format("{} does not know \"{}\"",
                     where.parent() == nullptr ? path : path.substr(path.find(' ') + 1), given);
}

// The word that names no command, where help is asked of one; `at` is where it stood.
std::optional<std::string> no_command(const std::vector<std::string>& words, Command*& at) {
  for (const std::string& word : words) {
    if (word.starts_with("-")) return std::nullopt;
    const auto& all = at->subcommands();
    const auto sub =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one->name() == word; });
    if (sub == all.end()) {
      const auto& options = at->options();
      const bool takes_words = std::any_of(options.begin(), options.end(),
                                           [](const auto& option) { return option.positional; });
      return takes_words || all.empty() ? std::nullopt : std::optional(word);
    }
    at = sub->get();
  }
  return std::nullopt;
}

// "EVIDENCE is required", where the word that was meant stands behind an option that takes one. It
// is not repeated: it may be a secret.
std::string taken_as_value(const Command& where, const std::vector<std::string>& words) {
  if (words.size() < 2 || words.back().starts_with("-")) return "";
  // A number or one of several words is what it was meant for.
  if (words.back().find_first_not_of("0123456789") == std::string::npos) return "";
  const std::string& before = words[words.size() - 2];
  for (const auto& option : where.options()) {
    const auto names = option_names(option.flags);
    if (!option.positional && !option.value_name.empty() && option.choices.empty() &&
        std::find(names.begin(), names.end(), before) != names.end())
      return fmt::format("; the word behind {} was taken as its {}", before, option.value_name);
  }
  return "";
}

}  // namespace

std::string output_help(const std::string& what) {
  return what + "; without --format its ending says the form, where there is one of it";
}

void Command::take_form_of_output() {
  const CLI::Option* output = impl_->app->get_option_no_throw("--output");
  const auto format = std::find_if(options_.begin(), options_.end(),
                                   [](const OptionText& o) { return o.flags == "--format"; });
  if (output == nullptr || output->count() == 0 || format == options_.end() ||
      was_given("--format"))
    return;
  const std::string form(form_of_ending(unmarked(output->results().back())));
  const bool needs_other = std::any_of(options_.begin(), options_.end(), [&](const OptionText& o) {
    return o.needs_form != nullptr && o.needs_form != form && was_given(o.flags);
  });
  if (!form.empty() && !needs_other) static_cast<void>(format->take(form));
}

// Options that the command line does not give. What is wrong with a variable, if anything is.
std::optional<std::string> Command::take_environment(Console& console) {
  for (const OptionText& option : options_) {
    if (option.variable == nullptr || !option.take || was_given(option.flags)) continue;
    const auto value = console.environment(option.variable);
    if (!value || value->empty()) continue;
    if (const std::string wrong = option.take(*value); !wrong.empty())
      return fmt::format("{}: {}", option.variable, wrong);
    console.taken_from_environment.push_back(fmt::format("{}={}", option.variable, *value));
  }
  return std::nullopt;
}

namespace {

// A word may be several short ones, or one with its value.
bool is_named(const Command::OptionText& option, const std::vector<std::string>& words) {
  if (option.positional) return true;
  const auto names = option_names(option.flags);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    if (!word.starts_with("-")) return false;
    const bool of_letters = !word.starts_with("--");
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return of_letters ? !name.starts_with("--")
                        : word.starts_with(name) &&
                              (word.size() == name.size() || word[name.size()] == '=');
    });
  });
}

}  // namespace

int parse_and_run(Command& root, const std::vector<std::string>& words, Console& console) {
  const std::function<void(Command&)> tell_of_named = [&](Command& command) {
    for (size_t i = 0; i < command.options_.size(); ++i) {
      const auto& tell = command.impl_->tell[i];
      const Command::OptionText& option = command.options_[i];
      if (tell && is_named(option, words)) tell(*command.impl_->app, option);
    }
    for (const auto& sub : command.subcommands_) tell_of_named(*sub);
  };
  tell_of_named(root);
  console.secrets = CommandLineSecrets(words);
  Command* chosen = &root;
  const auto slip = [&](const std::string& message) {
    console.tell(fmt::format("{} (see {} --help)", message, chosen->path()));
    return 2;
  };
  // CLI11 would take the next word for the value.
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      return slip(fmt::format("{0}: expected a value behind {0}=, found {1}",
                              console.secrets.leave_out(word.substr(0, word.size() - 1)), kEmpty));
  }
  try {
    std::vector<std::string> given(words.size());
    std::transform(words.rbegin(), words.rend(), given.begin(), marked);
    root.impl_->app->parse(std::move(given));
  } catch (const CLI::CallForHelp&) {
    if (const auto word = no_command(words, chosen))
      return slip(unknown_word(*chosen, console.secrets.leave_out(*word)) +
                  what_else(*chosen, *word, possible(*chosen)));
    console.out << help_text(*Command::parsed(root)) << std::flush;
    return 0;
  } catch (const CLI::ParseError& wrong) {
    chosen = Command::parsed(root);
    std::string message = wrong.what();
    std::replace(message.begin(), message.end(), '\n', ' ');
    if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr) {
      const auto extras = root.impl_->app->remaining(true);
      std::string given = extras.empty() ? "" : unmarked(extras.front());
      if (given.starts_with("-")) given = given.substr(0, given.find_first_of("=:"));
      given = console.secrets.leave_out(given);
      message = unknown_word(*chosen, given);
      const auto known = possible(*chosen);
      message = std::find(known.begin(), known.end(), given) != known.end()
                    ? fmt::format("{0}: expected {0} VALUE or {0}=VALUE", given)  // "--unlock:…"
                    : message + what_else(*chosen, given, known);
    } else if (dynamic_cast<const CLI::RequiredError*>(&wrong) != nullptr) {
      message += taken_as_value(*chosen, words);
    }
    return slip(message);
  }
  chosen = Command::parsed(root);
  if (!chosen->impl_->action) {
    (chosen == &root ? console.out : console.err) << help_text(*chosen) << std::flush;
    return chosen == &root ? 0 : 2;
  }
  if (const auto wrong = chosen->take_environment(console)) return slip(*wrong);
  chosen->take_form_of_output();
  console.taken_as_value = taken_as_value(*chosen, words);
  if (chosen->any_word_ != nullptr) {
    for (std::string& word : chosen->impl_->app->remaining())
      chosen->any_word_->push_back(unmarked(std::move(word)));
  }
  console.colour = chosen->colour_ == "always"  ? Console::Colour::always
                   : chosen->colour_ == "never" ? Console::Colour::never
                                                : Console::Colour::automatic;
  return chosen->impl_->action(console);
}

}  // namespace attest::cli
