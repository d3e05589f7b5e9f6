#include "serve/page.h"

#include <fmt/format.h>

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

std::string with_words() {
  const auto words = parse_json(page_words());
  std::string out;
  std::string_view rest = page_index();
  for (size_t at = rest.find("{{"); at != rest.npos; at = rest.find("{{")) {
    const size_t end = rest.find("}}", at);
    if (end == rest.npos) break;
    const std::string_view key = rest.substr(at + 2, end - at - 2);
    const Json* word = words ? words->find(key) : nullptr;
    out += rest.substr(0, at);
    out += escaped(word != nullptr && word->string() != nullptr ? std::string_view(*word->string())
                                                                : key);
    rest.remove_prefix(end + 2);
  }
  return out.append(rest);
}

Answer file(const char* type, std::string_view content) {
  return {.type = type, .body = std::string(content), .headers = {}};
}

}  // namespace

Answer page_answer() {
  static const std::string page = with_words();
  // A report is shown in a frame that runs nothing; its one stylesheet is known by its digest.
  static const std::string policy = fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self' '{}'; img-src 'self' data: blob:; "
      "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; "
      "frame-ancestors 'none'",
      Markup::hash_of(report_style()));
  return file("text/html; charset=utf-8", page).with("Content-Security-Policy", policy);
}
Answer script_answer() {
  return file("text/javascript; charset=utf-8", page_script());
}
Answer style_answer() {
  return file("text/css; charset=utf-8", page_style());
}
Answer words_answer() {
  return file("application/json", page_words());
}

}  // namespace attest::serve
