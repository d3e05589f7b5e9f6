#include "cli/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>

#include "verifier/base/characters.h"

namespace attest::cli {
namespace {

constexpr size_t kMost = 3, kLongest = 100;

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string folded(const std::string& text) {
  std::string out = to_lower(text);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

// "-f": the letter of a long option.
bool is_one_letter(const std::string& word) {
  return word.size() == 2 && word[0] == '-' && word[1] != '-';
}

}  // namespace

std::vector<std::string> nearest(const std::string& given, const std::vector<std::string>& known) {
  std::vector<std::string> out;
  const std::string wanted = folded(given);
  if (wanted.empty() || wanted.size() > kLongest) return out;
  const std::string begins = is_one_letter(given) ? "-" + wanted : wanted;
  for (const std::string& word : known) {
    const std::string other = folded(word);
    if (other == wanted) return {word};
    if (begins.size() > 2 && other.starts_with(begins)) out.push_back(word);
  }
  if (is_one_letter(given) || !out.empty()) {
    if (out.size() > kMost) out.resize(kMost);
    return out;
  }
  size_t least = given.size() / 2 + 1;
  for (const std::string& word : known) {
    if (is_one_letter(word)) continue;
    const size_t d = distance(wanted, folded(word));
    if (d > least || (d == least && out.empty())) continue;
    if (d < least) out.clear();
    least = d;
    if (out.size() < kMost) out.push_back(word);
  }
  return out;
}

std::string did_you_mean(const std::string& given, const std::vector<std::string>& known) {
  const auto near = nearest(given, known);
  if (near.empty()) return "";
  std::string out = "; did you mean ";
  for (size_t i = 0; i < near.size(); ++i)
    out += (i == 0 ? "" : i + 1 == near.size() ? " or " : ", ") + near[i];
  return out + "?";
}

}  // namespace attest::cli
