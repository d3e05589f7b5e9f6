// What is told on stderr. Every line that may quote a word of the command line goes through
// without_secrets(): a secret that was put in the wrong place, or an onboarding code that was taken
// for something else, is never repeated, whoever made the message and wherever the word stood.
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

// Remembers what this process was given; called once, before anything is told.
void remember_command_line(int argc, const char* const* argv);
std::string without_secrets(std::string_view line);
// "matter-attest: LINE" on stderr.
void tell(std::string_view line);

}  // namespace attest
