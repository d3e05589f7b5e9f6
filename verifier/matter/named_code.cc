#include "verifier/matter/named_code.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "verifier/base/characters.h"

namespace attest {
namespace {

// Letters alone, small: "Manual_Pairing-Code" is "manualpairingcode".
std::string folded(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (is_letter(c) || static_cast<uint8_t>(c) >= 0x80) out += to_lower(c);
  }
  return out;
}

// Names of a manual code, wherever they stand in a label.
constexpr std::string_view kCodes[] = {"manualcode",
                                       "manualpairing",
                                       "manualsetup",
                                       "manualentry",
                                       "pairingcode",
                                       "paircode",
                                       "setupcode",
                                       "mattercode",
                                       "onboardingcode",
                                       "onboardingpayload",
                                       "commissioningcode",
                                       "commissioncode",
                                       "digitcode",
                                       "numericcode",
                                       "numericsetup",
                                       "pairingpin",
                                       "labelcode",
                                       "withcode",
                                       "setuppayload",
                                       "manualpaircode",
                                       "kopplungscode",
                                       "einrichtungscode",
                                       "codedecouplage",
                                       "codedappairage",
                                       "codedeconfigur",
                                       "codiceconfigur",
                                       "codicediconfigur",
                                       "códigodeconfigur",
                                       "codigodeconfigur",
                                       "koppelcode",
                                       "codigodeemparejami",
                                       "códigodeemparejami",
                                       "配对码",
                                       "配對碼",
                                       "设置码",
                                       "設定碼",
                                       "セットアップコード",
                                       "設定コード",
                                       "설정코드",
                                       "페어링코드"};
// Other things that numbers are, as the last word before one.
constexpr std::string_view kOthers[] = {
    "tel",      "telephone", "telefon", "phone",    "mobile", "mobil", "call",     "fax",
    "hotline",  "support",   "service", "helpline", "help",   "line",  "kontakt",  "contact",
    "serial",   "sn",        "s",       "n",        "p",      "pn",    "part",     "lot",
    "batch",    "order",     "po",      "invoice",  "awb",    "ean",   "upc",      "gtin",
    "isbn",     "imei",      "iccid",   "meid",     "sku",    "model", "tracking", "ticket",
    "whatsapp", "freephone", "version", "rev",      "id",     "hw",    "customer", "article"};
// What a code is that is none of a device.
constexpr std::string_view kOtherCodes[] = {
    "bar",    "zip",   "post",     "postal",   "area",    "country", "city",     "product",
    "part",   "order", "item",     "article",  "error",   "status",  "date",     "lot",
    "batch",  "hs",    "tracking", "customer", "promo",   "coupon",  "vendor",   "model",
    "colour", "color", "source",   "exit",     "return",  "result",  "dial",     "access",
    "bank",   "sort",  "tax",      "license",  "licence", "serial",  "shipping", "q"};

template <class List>
bool is_one_of(std::string_view s, const List& list) {
  return std::find(std::begin(list), std::end(list), s) != std::end(list);
}

// The words of a label, small.
std::vector<std::string> words_of(std::string_view s) {
  std::vector<std::string> out;
  bool open = false;
  for (const char c : s) {
    const bool letter = is_letter(c) || static_cast<uint8_t>(c) >= 0x80;
    if (letter && !open) out.emplace_back();
    if (letter) out.back() += to_lower(c);
    open = letter;
  }
  return out;
}

// Without "(11 digits, as printed)" and the marks of HTML and XML that name nothing.
std::string without_asides(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    const char close = s[i] == '(' ? ')' : s[i] == '<' ? '>' : '\0';
    const size_t end = close == '\0' ? s.npos : s.find(close, i);
    if (end == s.npos) {
      out += s[i];
    } else {
      out += ' ';
      i = end;
    }
  }
  return out;
}

// The part of `s` behind the last number that is as long as a code, and behind a payload.
std::string_view behind_numbers(std::string_view s) {
  constexpr size_t kLong = 8;
  size_t digits = 0, from = 0;
  for (size_t i = 0; i < s.size(); ++i) {
    if (is_digit(s[i])) {
      if (++digits >= kLong) from = i + 1;
    } else if (s[i] != '-') {
      digits = 0;
    }
  }
  if (const size_t payload = s.rfind("MT:"); payload != s.npos && payload >= from)
    from = std::min(s.find_first_of(" \t,;\"']", payload), s.size());
  return s.substr(from);
}

bool separates(char c) {
  return c == ',' || c == ';' || c == '|' || c == '\t';
}

// What a label says of the number that follows it.
CalledCode label(std::string_view before) {
  constexpr size_t kMostWordsBetween = 3;
  const std::string plain = without_asides(before);
  const std::vector<std::string> words = words_of(plain);
  // (A mark of XML may be the label: <manualCode>.)
  const size_t open = before.rfind('<');
  if (open != before.npos && before.find('>', open) != before.npos) {
    const std::string mark = folded(before.substr(open));
    if (std::any_of(std::begin(kCodes), std::end(kCodes),
                    [&](std::string_view code) { return mark.find(code) != mark.npos; }))
      return CalledCode::code;
  }
  if (words.empty()) return CalledCode::nothing;
  std::string all;
  for (const std::string& word : words) all += word;
  for (const std::string_view code : kCodes) {
    const size_t at = all.rfind(code);
    if (at == all.npos) continue;
    // Few words may stand between, none of which is the name of another thing.
    size_t between = 0, end = all.size();
    bool other = false;
    for (auto word = words.rbegin(); word != words.rend() && end > at + code.size(); ++word) {
      end -= word->size();
      if (end < at + code.size()) break;
      ++between;
      other = other || is_one_of(*word, kOthers);
    }
    if (!other && between <= kMostWordsBetween) return CalledCode::code;
  }
  const std::string& last = words.back();
  const std::string_view previous =
      words.size() > 1 ? std::string_view(words[words.size() - 2]) : std::string_view();
  if (last == "manual" || last == "matter") {
    return previous.empty() || previous == "matter" || previous == "code" || previous == "codes"
               ? CalledCode::code
               : CalledCode::unclear;
  }
  if (last.ends_with("code") || last.ends_with("codes")) {
    std::string_view kind = std::string_view(last).substr(0, last.rfind("code"));
    if (kind.empty()) kind = previous;
    if (is_one_of(kind, kOtherCodes)) return CalledCode::other;
    return kind.empty() ? CalledCode::code : CalledCode::perhaps;
  }
  if (last == "label") return CalledCode::perhaps;
  return is_one_of(last, kOthers) ? CalledCode::other : CalledCode::unclear;
}

// "34970112332 is the setup code", "(manual code)".
bool named_behind(std::string_view behind) {
  constexpr size_t kMostBefore = 6;  // letters: "is the"
  const size_t end = std::min(behind.find_first_of(",;|\t"), behind.size());
  const std::string words = folded(behind.substr(0, end));
  return std::any_of(std::begin(kCodes), std::end(kCodes), [&](std::string_view code) {
    const size_t at = words.find(code);
    return at <= kMostBefore && at + code.size() + 1 >= words.size();
  });
}

// Of a line no more is looked at: numbers follow one another by the thousand.
constexpr size_t kLongestRow = 16u << 10;

// The cell above in the first line of a table, or the cell before.
std::string_view head_of_column(std::string_view text, std::string_view before) {
  const auto column = std::count_if(before.begin(), before.end(), separates);
  std::string_view head = text.substr(0, kLongestRow);
  head = head.substr(0, head.find('\n'));
  for (auto i = column; i > 0; --i) {
    const auto at = std::find_if(head.begin(), head.end(), separates);
    if (at == head.end()) return {};
    head.remove_prefix(static_cast<size_t>(at - head.begin()) + 1);
  }
  return head.substr(
      0, static_cast<size_t>(std::find_if(head.begin(), head.end(), separates) - head.begin()));
}

}  // namespace

CalledCode called_code(std::string_view text, size_t begin, size_t end) {
  constexpr size_t kMostLine = 400;
  const size_t looked = begin - std::min(begin, kLongestRow);
  const size_t line_end = text.substr(looked, begin - looked).rfind('\n');
  const bool far = line_end == std::string_view::npos && looked != 0;
  const size_t line_at = looked + line_end + 1;  // npos + 1 is 0
  const size_t from = std::max(line_at, begin - std::min(begin, kMostLine));
  const std::string_view before = text.substr(from, begin - from);
  std::string_view behind = text.substr(end, kMostLine);
  behind = behind.substr(0, behind.find('\n'));

  const std::string_view near = behind_numbers(before);
  // The nearest cell that says something.
  size_t cell_end = near.size();
  std::string_view cell;
  do {
    size_t cell_at = cell_end;
    while (cell_at > 0 && !separates(near[cell_at - 1])) --cell_at;
    cell = near.substr(cell_at, cell_end - cell_at);
    cell_end = cell_at == 0 ? 0 : cell_at - 1;
  } while (cell_end > 0 && folded(cell).empty());

  const bool in_table =
      line_at != 0 && !far && std::any_of(before.begin(), before.end(), separates);
  const CalledCode whole = label(near);
  if (whole == CalledCode::code) return whole;
  if (in_table || (line_at != 0 && !far && !behind.empty() && separates(behind.front()))) {
    const CalledCode head = label(head_of_column(text, text.substr(line_at, begin - line_at)));
    if (head == CalledCode::code || head == CalledCode::other) return head;
  }
  const CalledCode called = label(cell);
  if (called == CalledCode::other || called == CalledCode::code) return called;
  if (named_behind(behind)) return CalledCode::code;
  if (called != CalledCode::nothing) return called;
  if (!folded(without_asides(behind.substr(0, behind.find_first_of(",;|\t")))).empty())
    return CalledCode::unclear;

  // A line for itself: the one above may name it.
  if (line_at == 0 || far) return CalledCode::nothing;
  std::string_view above = text.substr(0, line_at - 1);
  while (!above.empty() && std::string_view("\r\n ").find(above.back()) != above.npos)
    above.remove_suffix(1);
  above.remove_prefix(above.size() - std::min(above.size(), kMostLine + 1));
  above = above.substr(above.rfind('\n') + 1);
  if (above.size() > kMostLine || behind_numbers(above).size() != above.size())
    return CalledCode::nothing;
  const CalledCode by_above = label(above);
  return by_above == CalledCode::unclear ? CalledCode::nothing : by_above;
}

}  // namespace attest
