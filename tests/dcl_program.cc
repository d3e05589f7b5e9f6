// dcl-program: the dcl sub-command alone, for tests that need a process of their own (to kill it, to count what it loads).
#include <ctime>
#include <iostream>

#include "cli/dcl.h"

int main(int argc, char** argv) {
  using namespace attest;
  cli::DclArguments arguments;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = [&]() -> std::string { return ++i < words.size() ? words[i] : std::string(); };
    const std::string& word = words[i];
    if (word == "--network") arguments.ledger.network = value();
    else if (word == "--ledger") arguments.ledger.ledger = value();
    else if (word == "--chain-id") arguments.ledger.chain_id = value();
    else if (word == "--cache-dir") arguments.ledger.cache_dir = value();
    else if (word == "--max-age") arguments.ledger.max_age = value();
    else if (word == "--offline") arguments.ledger.offline = true;
    else if (word == "--from") arguments.from = value();
    else if (word == "--versions") arguments.all_versions = value() == "all";
    else if (word == "--format") arguments.format = value();
    else if (arguments.action.empty()) arguments.action = word;
    else arguments.operands.push_back(word);
  }
  const auto environment = [](const char* name) -> std::optional<std::string> {
    const char* found = std::getenv(name);
    return found == nullptr || *found == '\0' ? std::nullopt : std::optional<std::string>(found);
  };
  return cli::run_dcl(arguments, {.out = std::cout, .err = std::cerr, .environment = environment, .now = {std::time(nullptr)}, .progress = false, .transport = {}});
}
