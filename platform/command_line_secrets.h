// CommandLineSecrets: what of the command line may not be repeated. Every line that is told goes
// through leave_out() (Console::tell): a secret that was put in the wrong place, or an onboarding
// code that was taken for something else, whoever made the message and wherever the word stood.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace attest {

// Texts that may not be told, and what stands in their place.
class CommandLineSecrets {
 public:
  CommandLineSecrets() = default;
  // The words of a command line, without the program's name.
  explicit CommandLineSecrets(const std::vector<std::string>& words);
  std::string leave_out(std::string_view line) const;

 private:
  void add_word(const std::string& word, const std::string& before);
  void add(const std::string& text, const std::string& instead);
  std::vector<std::pair<std::string, std::string>> texts_;  // the longest first
};

}  // namespace attest
