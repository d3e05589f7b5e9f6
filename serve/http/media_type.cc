#include "serve/http/media_type.h"

#include <algorithm>
#include <cctype>

namespace attest::serve {
namespace {

std::string_view trimmed(std::string_view s) {
  const size_t from = s.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(" \t") - from + 1);
}
std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}
bool is_token(std::string_view s) {
  constexpr std::string_view kMore = "!#$%&'*+-.^_`|~";
  return !s.empty() && std::all_of(s.begin(), s.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMore.find(c) != kMore.npos;
  });
}

// "; name=value" in front, taken off; false: something else is there.
bool take_parameter(std::string_view& rest, std::string& name, std::string& value) {
  rest = trimmed(rest.substr(1));
  const size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  name = lower(trimmed(rest.substr(0, equals)));
  rest = trimmed(rest.substr(equals + 1));
  value.clear();
  if (rest.empty() || rest[0] != '"') {
    value = trimmed(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    return is_token(name) && !value.empty();
  }
  size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    value += rest[i];
  }
  if (i >= rest.size()) return false;
  rest = trimmed(rest.substr(i + 1));
  return is_token(name) && (rest.empty() || rest[0] == ';');
}

// 0.8 -> 800; nullopt: no quality.
std::optional<int> thousandths(std::string_view q) {
  if (q.empty() || q.size() > 5 || (q[0] != '0' && q[0] != '1')) return std::nullopt;
  int out = (q[0] - '0') * 1000, weight = 100;
  if (q.size() > 1 && q[1] != '.') return std::nullopt;
  for (size_t i = 2; i < q.size(); ++i, weight /= 10) {
    if (q[i] < '0' || q[i] > '9') return std::nullopt;
    out += (q[i] - '0') * weight;
  }
  return out <= 1000 ? std::optional(out) : std::nullopt;
}

// How specific a range that fits is: 3 type, 2 type/*, 1 */*, 0 does not fit.
int fits(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
}

int quality(std::string_view header, std::string_view type) {
  int best = 0, out = 0;
  while (!header.empty()) {
    std::string_view one = trimmed(header.substr(0, header.find(',')));
    header.remove_prefix(std::min(std::min(header.find(','), header.size()) + 1, header.size()));
    const std::string range = lower(trimmed(one.substr(0, one.find(';'))));
    one.remove_prefix(std::min(one.find(';'), one.size()));
    int q = 1000;
    for (std::string name, value; !one.empty() && take_parameter(one, name, value);) {
      if (name == "q") q = thousandths(value).value_or(0);
    }
    if (const int how = fits(range, type); how > best) {
      best = how;
      out = q;
    }
  }
  return out;
}

}  // namespace

std::optional<MediaType> media_type(std::string_view header) {
  MediaType out{.name = lower(trimmed(header.substr(0, header.find(';')))), .boundary = {}};
  const size_t slash = out.name.find('/');
  if (slash == std::string::npos || !is_token(std::string_view(out.name).substr(0, slash)) ||
      !is_token(std::string_view(out.name).substr(slash + 1)))
    return std::nullopt;
  std::string_view rest = header.substr(std::min(header.find(';'), header.size()));
  while (!rest.empty()) {
    if (trimmed(rest) == ";") break;
    std::string name, value;
    if (!take_parameter(rest, name, value)) return std::nullopt;
    if (name != "boundary") continue;
    if (!out.boundary.empty() || value.size() > 70) return std::nullopt;
    out.boundary = value;
  }
  return out;
}

const char* accepted(std::string_view header, std::span<const char* const> offered) {
  if (trimmed(header).empty()) return offered.front();
  const char* best = nullptr;
  int most = 0;
  for (const char* type : offered) {
    const int q = quality(header, type);
    if (q > most) {
      most = q;
      best = type;
    }
  }
  return best;
}

}  // namespace attest::serve
