// What a commissioner's log says itself of what it was given: "--> DAC's VID: 0x1470, PID: 0x8006".
// Every such line is about one certain thing (kLines in log_said.cc lists them all) and is compared
// with that thing; none is Basic Information, and none stands in for what it is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/readers/reader.h"

namespace attest::log {

struct Said {
  struct Fact {
    FactId fact;
    FactValue value;
  };
  std::vector<Fact> facts;  // to be compared; empty where the line is only worth showing
  std::string text;         // the line's own words, without its prefix
  bool cut = false;         // the line ends within an id, which is left out
};
// nullopt: no line of the list. `line_is_whole`: its end follows in the file.
std::optional<Said> said(std::string_view line, bool line_is_whole = true);

// What a whole log says so, each line and each value once.
class Sayings {
 public:
  enum class Line : uint8_t { says_nothing, says_it, is_cut };
  // Notes the line's words at the place.
  Line line(const std::string& l, bool line_is_whole, const Place& place, Reading& reading);
  // The facts, each where it was said first.
  void say(const std::string& path, Reading& reading) const;

 private:
  struct Kept {
    Said::Fact fact;
    uint64_t offset;
  };
  std::vector<Kept> facts_;
  std::vector<std::string> lines_;
};

// The result that a commissioner came to, as the SDK numbers it: "err 604", "errorCode: 101",
// "validated 'Attestation Information'" (0). nullopt: the line says none. Numbers of the CHIP stack
// ("CHIP Error 0x000000AC") are none of these.
std::optional<uint64_t> result(std::string_view line);

// Which certificate was asked for last: 1 the DAC, 2 the PAI.
std::optional<uint64_t> certificate_asked_for(std::string_view line);

// Words that tell by themselves count where a line of a log has them: at its start, behind an arrow
// or what a log puts before it. In a sentence about them they are words.
bool begins_statement(std::string_view text, size_t at);

}  // namespace attest::log
