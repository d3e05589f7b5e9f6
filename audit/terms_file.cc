#include "audit/terms_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"
#include "verifier/base/json.h"

namespace attest::audit {
namespace {

constexpr size_t kMostProblems = 10;
constexpr uint64_t kOrdinals = 16;

constexpr std::array<std::string_view, 6> kInTitle = {"b", "em", "i", "small", "strong", "u"};
constexpr std::array<std::string_view, 12> kInText = {"br", "h1", "h2", "h3", "h4", "h5",
                                                      "h6", "hr", "li", "ol", "p",  "ul"};

bool allowed(std::string_view tag, bool text) {
  return std::find(kInTitle.begin(), kInTitle.end(), tag) != kInTitle.end() ||
         (text && std::find(kInText.begin(), kInText.end(), tag) != kInText.end());
}

// The first tag that is not allowed; what begins with '<' and no letter is no tag.
std::optional<std::string> forbidden_tag(std::string_view s, bool text) {
  for (size_t at = s.find('<'); at != std::string_view::npos; at = s.find('<', at + 1)) {
    size_t begin = at + 1;
    if (begin < s.size() && s[begin] == '/') ++begin;
    size_t end = begin;
    std::string name;
    while (end < s.size() && ((s[end] >= 'a' && s[end] <= 'z') ||
                              (s[end] >= 'A' && s[end] <= 'Z') || (s[end] >= '0' && s[end] <= '9')))
      name += to_lower(s[end++]);
    const bool marks = begin < s.size() && (s[begin] == '!' || s[begin] == '?');
    if (name.empty() && !marks) continue;
    if (marks || !allowed(name, text))
      return std::string(s.substr(at, std::min<size_t>(20, end - at + 1)));
  }
  return std::nullopt;
}

class Terms {
 public:
  std::vector<std::string> problems;

  void file(const Json& json, uint64_t revision) {
    if (!json.is_object()) return say("the file", "a JSON object", json.kind());
    number(json, "schemaVersion", 1);
    number(json, "esfRevision", revision);
    const Json* countries = member(json, "", "countryEntries", &Json::is_object, "an object");
    const Json* standard = member(json, "", "defaultCountry", &Json::is_string, "a string");
    if (countries == nullptr) return;
    if (standard != nullptr && countries->find(*standard->string()) == nullptr)
      say("defaultCountry", "one of countryEntries", quoted(*standard->string()));
    for (const auto& [name, entry] : *countries->object()) country("countryEntries." + name, entry);
  }

 private:
  void say(const std::string& where, const std::string& expected, const std::string& found) {
    if (problems.size() < kMostProblems)
      problems.push_back(
          fmt::format("{}: expected {}, found {}", printable(where), expected, printable(found)));
  }
  static std::string quoted(const std::string& s) { return "\"" + s.substr(0, 40) + "\""; }
  const Json* member(const Json& object, const std::string& where, const char* name,
                     bool (Json::*is)() const, const char* expected) {
    const Json* found = object.find(name);
    if (found != nullptr && (found->*is)()) return found;
    say(where.empty() ? name : where + "." + name, expected,
        found == nullptr ? "none" : found->kind());
    return nullptr;
  }
  void number(const Json& object, const char* name, uint64_t expected) {
    const Json* found = member(object, "", name, &Json::is_number, "a number");
    if (found != nullptr && found->natural() != expected)
      say(name, std::to_string(expected), found->number()->text);
  }
  void country(const std::string& where, const Json& entry) {
    if (!entry.is_object()) return say(where, "an object", entry.kind());
    const Json* languages = member(entry, where, "languageEntries", &Json::is_object, "an object");
    const Json* standard = member(entry, where, "defaultLanguage", &Json::is_string, "a string");
    if (languages == nullptr) return;
    if (standard != nullptr && languages->find(*standard->string()) == nullptr)
      say(where + ".defaultLanguage", "one of its languageEntries", quoted(*standard->string()));
    for (const auto& [name, texts] : *languages->object()) {
      const std::string here = where + ".languageEntries." + name;
      if (!texts.is_array()) {
        say(here, "an array", texts.kind());
        continue;
      }
      for (size_t i = 0; i < texts.array()->size(); ++i)
        text(fmt::format("{}[{}]", here, i), (*texts.array())[i]);
    }
  }
  void text(const std::string& where, const Json& entry) {
    if (!entry.is_object()) return say(where, "an object", entry.kind());
    for (const char* name : {"title", "text"}) {
      const Json* found = member(entry, where, name, &Json::is_string, "a string");
      if (found == nullptr) continue;
      const bool is_text = std::string_view(name) == "text";
      if (const auto tag = forbidden_tag(*found->string(), is_text))
        say(where + "." + name, "only tags that are allowed there", *tag);
    }
    member(entry, where, "required", &Json::is_bool, "true or false");
    const Json* ordinal = member(entry, where, "ordinal", &Json::is_number, "a number");
    if (ordinal == nullptr) return;
    const auto value = ordinal->natural();
    if (!value || *value >= kOrdinals) say(where + ".ordinal", "0 to 15", ordinal->number()->text);
  }
};

}  // namespace

std::vector<std::string> terms_problems(std::string_view json, uint64_t revision) {
  const auto parsed = parse_json(json, {.bytes = kMostTerms, .depth = 16});
  if (!parsed) return {"expected JSON, found " + parsed.error().what};
  Terms terms;
  terms.file(*parsed, revision);
  return terms.problems;
}

}  // namespace attest::audit
