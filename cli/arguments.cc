#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <ostream>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#include <CLI/CLI.hpp>
#pragma GCC diagnostic pop

namespace attest::cli {

struct Command::Impl {
  std::unique_ptr<CLI::App> owned;  // the root's
  CLI::App* app = nullptr;
  std::function<int(const Console&)> action;
};

Command::Command(std::string name, std::string help, Impl* parent)
    : name_(std::move(name)), help_(std::move(help)), impl_(std::make_unique<Impl>()) {
  if (parent == nullptr) {
    impl_->owned = std::make_unique<CLI::App>(help_, name_);
    impl_->app = impl_->owned.get();
    impl_->app->require_subcommand(0, 1);
  } else {
    impl_->app = parent->app->add_subcommand(name_, help_);
  }
  impl_->app->get_formatter()->column_width(28);
}
Command::~Command() = default;

Command& Command::subcommand(std::string name, std::string help) {
  subcommands_.push_back(std::make_unique<Command>(std::move(name), std::move(help), impl_.get()));
  return *subcommands_.back();
}
Command& Command::text(std::string flags, std::string value_name, std::string& into,
                       std::string help) {
  impl_->app->add_option(flags, into, help)->type_name(value_name);
  options_.push_back({std::move(flags), std::move(value_name), std::move(help), {}, false});
  return *this;
}
Command& Command::choice(std::string flags, std::vector<std::string> choices, std::string& into,
                         std::string help) {
  std::string names = choices[0];
  for (size_t i = 1; i < choices.size(); ++i) names += "|" + choices[i];
  impl_->app->add_option(flags, into, help)
      ->type_name(names)
      ->check([choices, names](const std::string& given) {
        return std::find(choices.begin(), choices.end(), given) != choices.end()
                   ? std::string()
                   : fmt::format("expected {}, found \"{}\"", names, given);
      });
  options_.push_back({std::move(flags), names, std::move(help), std::move(choices), false});
  return *this;
}
Command& Command::list(std::string flags, std::string value_name, std::vector<std::string>& into,
                       std::string help) {
  impl_->app->add_option(flags, into, help)->type_name(value_name)->allow_extra_args(false);
  options_.push_back({std::move(flags), std::move(value_name), std::move(help), {}, false});
  return *this;
}
Command& Command::number(std::string flags, std::string value_name, long long& into,
                         std::string help) {
  impl_->app->add_option(flags, into, help)->type_name(value_name);
  options_.push_back({std::move(flags), std::move(value_name), std::move(help), {}, false});
  return *this;
}
Command& Command::flag(std::string flags, bool& into, std::string help) {
  impl_->app->add_flag(flags, into, help);
  options_.push_back({std::move(flags), "", std::move(help), {}, false});
  return *this;
}
Command& Command::positional(std::string name, std::string& into, std::string help, bool required) {
  impl_->app->add_option(name, into, help)->type_name("")->required(required);
  options_.push_back({std::move(name), "", std::move(help), {}, true});
  return *this;
}
Command& Command::positionals(std::string name, std::vector<std::string>& into, std::string help,
                              bool required) {
  impl_->app->add_option(name, into, help)->type_name("")->required(required);
  options_.push_back({std::move(name), "", std::move(help), {}, true});
  return *this;
}
Command& Command::run(std::function<int(const Console&)> action) {
  impl_->action = std::move(action);
  return *this;
}
Command& Command::footer(std::string text) {
  footer_ = std::move(text);
  impl_->app->footer(footer_);
  return *this;
}

Command& Command::hidden() {
  hidden_ = true;
  impl_->app->group("");
  return *this;
}

namespace {

size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// "did you mean": the nearest of the words that were possible where this one stood.
std::string nearest(const Command& where, const std::string& given) {
  std::string best;
  size_t least = given.size() / 2 + 1;
  const auto offer = [&](const std::string& word) {
    if (const size_t d = distance(given, word); d < least) {
      least = d;
      best = word;
    }
  };
  for (const auto& sub : where.subcommands()) {
    if (!sub->is_hidden()) offer(sub->name());
  }
  for (const auto& option : where.options()) {
    size_t at = 0;
    while (at < option.flags.size()) {
      const size_t comma = std::min(option.flags.find(',', at), option.flags.size());
      if (!option.positional) offer(option.flags.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return best;
}

}  // namespace

// The innermost command that was named on the command line.
Command* Command::parsed(Command& from) {
  for (const auto& sub : from.subcommands_) {
    if (sub->impl_->app->parsed()) return parsed(*sub);
  }
  return &from;
}

int parse_and_run(Command& root, const std::vector<std::string>& words, Console& console) {
  console.secrets = CommandLineSecrets(words);
  Command* chosen = &root;
  try {
    root.impl_->app->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    chosen = Command::parsed(root);
    console.out << chosen->impl_->app->help() << std::flush;
    return 0;
  } catch (const CLI::ParseError& wrong) {
    chosen = Command::parsed(root);
    std::string message = wrong.what();
    std::replace(message.begin(), message.end(), '\n', ' ');
    if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr) {
      const auto extras = root.impl_->app->remaining(true);
      std::string given = extras.empty() ? "" : extras.front();
      if (given.starts_with("-")) given = given.substr(0, given.find_first_of("=:"));
      given = console.secrets.leave_out(given);
      message = fmt::format("{} does not know \"{}\"",
                            chosen == &root ? "matter-attest" : chosen->name(), given);
      const std::string near = nearest(*chosen, given);
      if (near == given)  // "--unlock:pass:..."
        message = fmt::format("{0}: expected {0} VALUE or {0}=VALUE", given);
      else if (!near.empty())
        message += fmt::format("; did you mean {}?", near);
    }
    console.tell(fmt::format("{} (see matter-attest {}--help)", message,
                             chosen == &root ? "" : chosen->name() + " "));
    return 2;
  }
  chosen = Command::parsed(root);
  if (!chosen->impl_->action) {
    (chosen == &root ? console.out : console.err) << chosen->impl_->app->help() << std::flush;
    return chosen == &root ? 0 : 2;
  }
  return chosen->impl_->action(console);
}

}  // namespace attest::cli
