#include "serve/page.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "report/report_style.h"
#include "verifier/base/json.h"

namespace attest::serve {
namespace {

std::string escaped(std::string_view s) {
  std::string out;
  for (const char c : s) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A page with what stands in its places: markup of ours, else the word of that name.
using Places = std::map<std::string, std::string, std::less<>>;

std::string word(std::string_view key) {
  static const auto words = parse_json(page_words());
  const Json* found = words ? words->find(key) : nullptr;
  return found != nullptr && found->string() != nullptr ? *found->string() : std::string(key);
}

std::string filled(std::string_view rest, const Places& places) {
  std::string out;
  for (size_t at = rest.find("{{"); at != rest.npos; at = rest.find("{{")) {
    const size_t end = rest.find("}}", at);
    if (end == rest.npos) break;
    const std::string_view key = rest.substr(at + 2, end - at - 2);
    const auto place = places.find(key);
    out += rest.substr(0, at);
    out += place != places.end() ? place->second : escaped(word(key));
    rest.remove_prefix(end + 2);
  }
  return out.append(rest);
}

Answer file(const char* type, std::string_view content) {
  return {.type = type, .body = std::string(content), .headers = {}};
}

}  // namespace

Answer page_answer(const PageFacts& facts) {
  const auto as_started = [](const std::string& what) {
    return escaped(word("as_started") + (what.empty() ? "" : ": " + what));
  };
  const std::string page =
      filled(page_index(),
             {{"kept", escaped(word(facts.keeps_reports ? "kept_to_decide" : "kept_briefly"))},
              {"network_started", as_started(facts.network)},
              {"stage_started", as_started(facts.stage)}});
  // A report is shown in a frame that runs nothing; its one stylesheet is known by its digest.
  static const std::string policy = fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self' '{}'; img-src 'self' data: blob:; "
      "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; "
      "frame-ancestors 'none'",
      Markup::hash_of(report_style()));
  return file("text/html; charset=utf-8", page).with("Content-Security-Policy", policy);
}
Answer problem_page(const Answer& problem) {
  const auto json = parse_json(problem.body);
  const auto said = [&](const char* name) {
    const Json* found = json ? json->find(name) : nullptr;
    return found == nullptr || found->string() == nullptr ? std::string() : *found->string();
  };
  std::string more;
  for (const char* name : {"expected", "found"}) {
    if (const std::string text = said(name); !text.empty())
      more += fmt::format("<p>{}: {}</p>", escaped(word(name)), escaped(text));
  }
  Answer out = problem;
  out.type = "text/html; charset=utf-8";
  out.body = filled(page_problem(), {{"detail", escaped(said("detail"))}, {"more", more}});
  return out.with("Content-Security-Policy",
                  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
                  "form-action 'none'; frame-ancestors 'none'");
}
Answer script_answer(std::string_view script) {
  return file("text/javascript; charset=utf-8", script);
}
Answer style_answer() {
  return file("text/css; charset=utf-8", page_style());
}
Answer words_answer() {
  return file("application/json", page_words());
}

}  // namespace attest::serve
