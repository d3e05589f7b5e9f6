#include "verifier/readers/tables/json_head.h"

#include <algorithm>
#include <string>

namespace attest {
namespace {

// The text up to the last place where all that was begun can be closed, and closed there.
std::string closed(std::string_view text) {
  std::string open, best_open;
  size_t best = 0;
  bool in_string = false, value = false;  // a value that is whole stands before this place
  const auto safe = [&](size_t at) {
    best = at;
    best_open = open;
  };
  bool key = false;  // the string that stands here is a name
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
        if (!key) safe(at + 1);
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      open += c == '{' ? '}' : ']';
      key = c == '{';
      safe(at + 1);
    } else if (c == '}' || c == ']') {
      if (open.empty() || open.back() != c) break;
      if (value) safe(at);
      open.pop_back();
      key = false;
      safe(at + 1);
      if (open.empty()) break;
    } else if (c == ',') {
      if (value) safe(at);
      key = !open.empty() && open.back() == '}';
    } else if (c == ':') {
      key = false;
    }
    // (Numbers and words are whole where something stands behind them.)
    value = !key && c != ',' && c != ':' && c != '{' && c != '[';
  }
  std::string out(text.substr(0, best));
  std::reverse(best_open.begin(), best_open.end());
  return out + best_open;
}

// Where the brackets that the text begins with are closed; npos: nowhere.
size_t end_of_value(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      at += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<JsonHead> json_head(View bytes, size_t most) {
  if (bytes.size() > most) return std::nullopt;
  const std::string_view all = text(bytes);
  const size_t from = all.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == std::string_view::npos || (all[from] != '{' && all[from] != '[')) return std::nullopt;
  auto whole = parse_json(all);
  if (whole) return JsonHead{.json = std::move(*whole), .end = all.size()};
  if (const size_t size = end_of_value(all.substr(from)); size != std::string_view::npos) {
    const size_t end = from + size;
    const size_t next = all.find_first_not_of(" \t\r\n", end);
    auto first = next == std::string_view::npos || all[next] == '{'
                     ? Result<Json>(error("no other text"))
                     : parse_json(all.substr(0, end));
    if (first) return JsonHead{.json = std::move(*first), .end = end};
  }
  // The place of the error may lie before the damage: of a name that stands twice, say.
  const size_t end = std::min<size_t>(whole.error().offset.value_or(all.size()), all.size());
  for (const size_t stop : {all.size(), end}) {
    if (auto head = parse_json(closed(all.substr(from, stop - std::min(from, stop)))))
      return JsonHead{.json = std::move(*head), .broken = true};
  }
  return JsonHead{.json = all[from] == '{' ? Json(Json::Object{}) : Json(Json::Array{}),
                  .broken = true};
}

std::string behind_json(View bytes, const JsonHead& head) {
  if (head.end >= bytes.size()) return {};
  std::string out(text(bytes));
  std::replace_if(
      out.begin(), out.begin() + static_cast<std::ptrdiff_t>(head.end),
      [](char c) { return c != '\n'; }, ' ');
  return out;
}

}  // namespace attest
