#include <fmt/format.h>

#include <algorithm>

#include "verifier/pki/key.h"

namespace attest {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kLineLength = 64;  // RFC 7468 section 2

// A line without its end and without blanks around it. PEM cut out of C programs ends with a NUL,
// which counts as a blank.
struct Line {
  std::string_view text;
  size_t start = 0;  // of the untrimmed line
};

class Lines {
 public:
  explicit Lines(std::string_view all) : all_(all) {}

  std::optional<Line> next() {
    if (at_ >= all_.size()) return std::nullopt;
    const size_t start = at_;
    const size_t end = std::min(all_.find_first_of("\r\n", start), all_.size());
    at_ = end + (all_.substr(end).starts_with("\r\n") ? 2 : 1);
    std::string_view line = all_.substr(start, end - start);
    if (start == 0 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    constexpr std::string_view kBlanks(" \t\0", 3);
    const size_t first = line.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return Line{{}, start};
    return Line{line.substr(first, line.find_last_not_of(kBlanks) - first + 1), start};
  }
  void back_to(const Line& line) { at_ = line.start; }

 private:
  std::string_view all_;
  size_t at_ = 0;
};

// The label of "-----BEGIN label-----".
std::optional<std::string_view> label_of(std::string_view line, std::string_view opening) {
  if (!line.starts_with(opening) || !line.ends_with(kDashes) ||
      line.size() < opening.size() + kDashes.size())
    return std::nullopt;
  return line.substr(opening.size(), line.size() - opening.size() - kDashes.size());
}

bool has_colon(std::string_view line) {
  return line.find(':') != std::string_view::npos;
}

// RFC 1421 4.6: header fields, and an empty line behind them, between BEGIN and the body. Answers
// where the body starts.
size_t skip_headers(Lines& lines, size_t body, bool& encrypted) {
  Lines ahead = lines;
  bool any = false;
  while (const auto line = ahead.next()) {
    const bool header = has_colon(line->text);
    if (!header && !any) return body;
    any = true;
    if (header && line->text.starts_with("Proc-Type:") && line->text.ends_with("ENCRYPTED"))
      encrypted = true;
    if (line->text.starts_with(kDashes)) return line->start;
    if (!line->text.empty()) continue;  // a header, or the continuation of one
    lines = ahead;
    const auto first = ahead.next();
    return first ? first->start : line->start;
  }
  return body;
}

// Reads on from behind a BEGIN line to its END line.
Result<PemBlock> read_block(Lines& lines, std::string_view all, std::string_view label,
                            size_t begin) {
  const auto problem = [&](std::string what, size_t at) {
    return error(fmt::format("pem: {}: {}", printable(label.substr(0, kLineLength)), what), at);
  };
  Lines at_body = lines;
  const auto first = at_body.next();
  PemBlock out{.label = std::string(label), .der = {}, .offset = begin, .encrypted = false};
  const size_t body = skip_headers(lines, first ? first->start : all.size(), out.encrypted);
  while (const auto line = lines.next()) {
    if (label_of(line->text, kBegin)) {
      lines.back_to(*line);
      return problem("another BEGIN line comes before the END line", line->start);
    }
    const auto closing = label_of(line->text, kEnd);
    if (!closing) continue;
    if (*closing != label)
      return problem(fmt::format("expected its END line, found the one of {}",
                                 printable(closing->substr(0, kLineLength))),
                     line->start);
    auto der = from_base64_lines(all.substr(body, line->start - body));
    if (!der)
      return problem(der.error().what, body + static_cast<size_t>(der.error().offset.value_or(0)));
    if (der->empty()) return problem("nothing stands between BEGIN and END", line->start);
    out.der = std::move(*der);
    return out;
  }
  return problem("the END line is missing", begin);
}

}  // namespace

bool looks_like_pem(View input) {
  if (!find(input, view(kBegin))) return false;
  Lines lines(text(input));
  while (const auto line = lines.next()) {
    if (label_of(line->text, kBegin)) return true;
  }
  return false;
}

PemFile parse_pem(View input) {
  PemFile out;
  const std::string_view all = text(input);
  Lines lines(all);
  while (const auto line = lines.next()) {
    const auto label = label_of(line->text, kBegin);
    if (!label) continue;
    auto block = read_block(lines, all, *label, line->start);
    // `openssl ecparam` writes the curve before the key, and the key names it again.
    if (*label == "EC PARAMETERS") {
      ++out.parameters;
      continue;
    }
    if (block) {
      out.blocks.push_back(std::move(*block));
    } else {
      out.problems.push_back(std::move(block).error());
      out.begun_at.push_back(line->start);
    }
  }
  return out;
}

std::string to_pem(std::string_view label, View der) {
  std::string out = fmt::format("-----BEGIN {}-----\n", label);
  const std::string body = base64(der);
  for (size_t i = 0; i < body.size(); i += kLineLength) {
    out += body.substr(i, kLineLength);
    out += '\n';
  }
  return out + fmt::format("-----END {}-----\n", label);
}

}  // namespace attest
