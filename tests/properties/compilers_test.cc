// What g++ takes and clang 14, which builds the fuzz targets and reads for clang-tidy, does not: a
// lambda that captures a structured binding without naming it. Who has only g++ learns of it here.

#include <algorithm>
#include <regex>

#include "tests/support/source_code.h"
#include "tests/support/support.h"

using attest::test::code_alone;
using attest::test::source_texts;

namespace {

// Where the block ends in which `at` lies, or that begins there.
size_t block_end(const std::string& code, size_t at) {
  const bool begins = at < code.size() && code[at] == '{';
  for (int depth = begins ? 0 : 1; at < code.size(); ++at) {
    depth += (code[at] == '{') - (code[at] == '}');
    if (depth == 0) return at;
  }
  return code.size();
}

// The code in which the names of a binding that ends at `at` are known: of a loop its body.
std::pair<size_t, size_t> scope_of(const std::string& code, size_t at, bool of_loop) {
  if (!of_loop) return {at, block_end(code, at)};
  for (int depth = 1; at < code.size() && depth != 0; ++at)
    depth += (code[at] == '(') - (code[at] == ')');
  const size_t body = std::min(code.find_first_not_of(" \n", at), code.size());
  return {body,
          body < code.size() && code[body] == '{' ? block_end(code, body) : code.find(';', body)};
}

// The names of structured bindings that lambdas take along without naming them.
std::vector<std::string> captured(const std::string& source) {
  static const std::regex binding(R"((for \()?(const )?auto\s*&{0,2}\s*\[([\w,\s]+)\])"),
      lambda(R"(\[([&=][^\]\n]*)\]\s*(\([^)]*\))?[^{;]{0,30}\{)"), word(R"(\w+)"),
      member(R"((\.|->)\w+)");
  const std::string code = code_alone(source);
  std::vector<std::string> out;
  for (std::sregex_iterator b(code.begin(), code.end(), binding), end; b != end; ++b) {
    const size_t behind = static_cast<size_t>(b->position() + b->length());
    const auto [from, to] = scope_of(code, behind, (*b)[1].matched);
    if (from >= to) continue;
    const std::string scope = code.substr(from, to - from), names = (*b)[3];
    for (std::sregex_iterator l(scope.begin(), scope.end(), lambda); l != end; ++l) {
      const size_t open = static_cast<size_t>(l->position() + l->length()) - 1;
      const std::string body =
          std::regex_replace(scope.substr(open, block_end(scope, open) - open), member, "");
      for (std::sregex_iterator n(names.begin(), names.end(), word); n != end; ++n) {
        const std::regex used("\\b" + n->str() + "\\b");
        const std::string own = (*l)[1].str() + (*l)[2].str();
        if (std::regex_search(body, used) && !std::regex_search(own, used)) out.push_back(n->str());
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("compilers: a lambda names what it takes of a structured binding") {
  size_t asked = 0;
  for (const auto& [path, text] : source_texts()) {
    ++asked;
    for (const std::string& name : captured(text))
      FAIL_CHECK(path << ": a lambda captures the structured binding \"" << name
                      << "\": give it a name of its own, or [name = name]");
  }
  CHECK(asked > 1'000);
}

TEST_CASE("compilers: what is a capture of a binding, and what is none") {
  const struct {
    const char* code;
    size_t captured;
  } rows[] = {
      {"for (const auto& [a, b] : all) { find([&](int x) { return x == a; }); }", 1},
      {"for (const auto& [a, b] : all) find([&](int x) { return x == b; });", 1},
      {"{ const auto [a, b] = f(); g([=] { return a + b; }); }", 2},
      {"for (const auto& [a, b] : all) { find([&, a = a](int x) { return x == a; }); }", 0},
      {"for (const auto& [a, b] : all) { find([&](int a) { return a; }); }", 0},
      {"for (const auto& [a, b] : all) { find([&](auto& x) { return x.a; }); }", 0},
      {"for (const auto& [a, b] : all) { f(a); } find([&](int x) { return x == a; });", 0},
      {"{ const auto [a, b] = f(); } g([&] { return a; });", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.code));
    CHECK(captured(row.code).size() == row.captured);
  }
}
