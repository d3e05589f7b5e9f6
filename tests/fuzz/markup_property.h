// What the written forms of reports hold to, whatever the texts in them.
#pragma once

#include <algorithm>

#include "tests/fuzz/property.h"
#include "tests/support/strict_json.h"
#include "verifier/base/json.h"

namespace attest::test {

// The SARIF log lists all rules, which takes most of the time: texts of one length in so many are
// looked at in it, too.
inline constexpr size_t kSarifOneIn = 32;

// A JSON form, read by a reader that is not ours.
inline void check_json(const std::string& written, const char* what) {
  must(StrictJson(written).good(), what);
  must(harmless(written), "no character that a terminal obeys or that hides");
}

// What is left of markup without its text and the values of its attributes. Strict: every tag is
// closed in its turn, values are quoted, '&' starts one of five entities, and no control character
// stands anywhere but a line end.
inline std::string structure(const std::string& markup) {
  std::string out;
  std::vector<std::string> open;
  size_t i = markup.find('\n') + 1;  // after the doctype or the declaration
  while (i < markup.size()) {
    const char c = markup[i];
    must(c == '\n' || static_cast<uint8_t>(c) >= 0x20, "no control characters");
    if (c == '&') {
      const std::string_view rest = std::string_view(markup).substr(i);
      must(rest.starts_with("&amp;") || rest.starts_with("&lt;") || rest.starts_with("&gt;") ||
               rest.starts_with("&quot;") || rest.starts_with("&#39;"),
           "'&' starts an entity");
    }
    must(c != '>' || (!open.empty() && open.back() == "style"), "no '>' in text");
    if (c != '<') {
      ++i;
      continue;
    }
    size_t end = i + 1;
    bool quoted = false;
    std::string tag;
    for (; end < markup.size() && (quoted || markup[end] != '>'); ++end) {
      if (markup[end] == '"') quoted = !quoted;
      must(!quoted || markup[end] != '<', "no '<' in a value");
      if (!quoted) tag += markup[end];
    }
    must(end < markup.size(), "a tag ends");
    out += "<" + tag + ">";
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.starts_with("/")) {
      must(!open.empty() && tag == "/" + open.back(), "tags close in their turn");
      open.pop_back();
    } else if (!tag.ends_with("/") && name != "meta" && name != "br") {
      open.push_back(name);
    }
    i = end + 1;
    if (name == "style") i = markup.find("</style>", i);
  }
  must(open.empty(), "every tag is closed");
  return out;
}

inline void check_uris(const Json& value) {
  if (const auto* list = value.array()) {
    for (const Json& each : *list) check_uris(each);
  } else if (const auto* members = value.object()) {
    for (const auto& [key, each] : *members) {
      if (key != "uri") {
        check_uris(each);
        continue;
      }
      const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("-._~/!$&'()*+,;=@:%").find(c) != std::string_view::npos;
      };
      must(!each.string()->empty() &&
               std::all_of(each.string()->begin(), each.string()->end(), allowed),
           "a URI holds what a URI may");
    }
  }
}

}  // namespace attest::test
