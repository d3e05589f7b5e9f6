// RuleWords: what is known of an id, be it a check of the catalogue or a rule about lots.
#pragma once

#include <string_view>

namespace attest {

struct RuleWords {
  std::string_view id;
  const char *title = "", *rule = "", *remedy = "", *spec = "";
  const char* when_unknown = "";  // what to do where its answer is missing
};
// An unknown id has no words, but keeps its name.
RuleWords rule_words(std::string_view id);

}  // namespace attest
