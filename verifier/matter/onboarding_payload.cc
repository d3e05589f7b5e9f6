#include "verifier/matter/onboarding_payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>

#include "verifier/base/characters.h"
#include "verifier/base/contains.h"
#include "verifier/matter/base38.h"
#include "verifier/matter/named_code.h"
#include "verifier/matter/onboarding_rules.h"

namespace attest {
namespace {

constexpr uint16_t kMaxVendorId =
    0xFFF4;  // Core 2.5.2: above are reserved ids; 0xFFF1 to 0xFFF4 are for tests
constexpr uint64_t kMaxPasscode = 99999998;

// 11 or 21 digits, with hyphens between some: a run of so many has one of them in each 11 bytes.
bool may_hold_manual(std::string_view text) {
  constexpr size_t kLeast = 11, kMost = 21;
  const auto in_run = [&](size_t at) { return is_digit(text[at]) || text[at] == '-'; };
  for (size_t at = kLeast - 1; at < text.size(); at += kLeast) {
    if (!in_run(at)) continue;
    size_t begin = at;
    while (begin > 0 && in_run(begin - 1)) --begin;
    size_t digits = 0;
    for (at = begin; at < text.size() && in_run(at); ++at) {
      // (Two hyphens are between no digits of one.)
      const bool ends = text[at] == '-' && (at + 1 == text.size() || !is_digit(text[at + 1]));
      if (ends && (digits == kLeast || digits == kMost)) return true;
      digits = ends ? 0 : digits + is_digit(text[at]);
    }
    if (digits == kLeast || digits == kMost) return true;
  }
  return false;
}
// Of whole files this is asked first: mostly there is no code in them.
bool may_hold_code(std::string_view text) {
  constexpr std::string_view kQr[] = {"MT", "mt", "Mt", "mT"};
  return std::any_of(std::begin(kQr), std::end(kQr),
                     [&](std::string_view word) { return contains(text, word); }) ||
         may_hold_manual(text);
}

// Free text with the codes in it, searched from left to right.
class Search {
 public:
  explicit Search(std::string_view text) : text_(text) {}

  std::vector<OnboardingPayload> run() {
    while (at_ < text_.size()) {
      if (is_digit(text_[at_]))
        take_manual();
      else if (!begins_qr() || (!take_retyped_qr() && !take_qr()))
        ++at_;
    }
    // Beside a payload one that is wrong is what the label has for a code, unless it has one.
    if (std::none_of(found_.begin(), found_.end(), [](const auto& p) { return p.manual; })) {
      for (OnboardingPayload& payload : wrong_) keep(std::move(payload));
    }
    return std::move(found_);
  }

 private:
  bool take_qr();
  bool take_retyped_qr();
  void take_manual();
  bool begins_qr() const {
    const auto is = [&](size_t at, char small) { return (text_[at] | 0x20) == small; };
    return is(at_, 'm') && at_ + 1 < text_.size() && is(at_ + 1, 't');
  }
  bool beside_payload() const;
  char before() const { return at_ == 0 ? ' ' : text_[at_ - 1]; }
  bool starts_with(std::string_view s) const { return text_.substr(at_).starts_with(s); }
  bool part_of_larger(size_t end) const;

  // A log prints the same code many times.
  void keep(OnboardingPayload payload) {
    if (seen_.insert(payload.text).second) found_.push_back(std::move(payload));
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<OnboardingPayload> found_, wrong_;
  std::unordered_set<std::string> seen_;
};

bool all_valid(const std::vector<OnboardingPayload>& payloads) {
  return std::all_of(payloads.begin(), payloads.end(), [](const auto& p) { return p.valid(); });
}

// "MT:" or, as the links in logs have it, "MT%3A", and what follows in the alphabet. Half a code is
// worth a report; less is other text that happens to hold "MT:".
bool Search::take_qr() {
  constexpr size_t kLeastBody = 10;
  const size_t prefix = starts_with("MT:") ? 3 : starts_with("MT%3A") ? 5 : 0;
  if (prefix == 0 || is_word_letter(before())) return false;
  size_t end = at_ + prefix;
  std::string code = "MT:";
  for (; end < text_.size(); ++end) {
    const bool escaped_star = text_.substr(end).starts_with("%2A");
    if (!escaped_star && text_[end] != '*' && !is_base38(text_[end])) break;
    code += escaped_star ? '*' : text_[end];
    if (escaped_star) end += 2;
  }
  if (code.size() < 3 + kLeastBody) return false;

  // '.' and '-' belong to the alphabet, yet one may end the sentence: where the code is only right
  // without it, it does.
  auto payloads = parse_qr(code);
  for (int punctuation = 0; punctuation < 3 && !all_valid(payloads) && !is_word_letter(code.back());
       ++punctuation) {
    code.pop_back();
    auto shorter = parse_qr(code);
    if (all_valid(shorter)) payloads = std::move(shorter);
  }
  for (auto& payload : payloads) keep(std::move(payload));
  at_ = end;
  return true;
}

// A code that somebody typed in small letters, or that a line's end or a blank broke: only as one
// that is right, since words may stand behind "mt:", too.
bool Search::take_retyped_qr() {
  constexpr size_t kMostBroken = 8, kMostBody = 64;
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto is_letter_of = [&](size_t at, char upper) {
    return at < text_.size() && (text_[at] == upper || text_[at] == upper - 'A' + 'a');
  };
  if (!is_letter_of(at_, 'M') || !is_letter_of(at_ + 1, 'T') || is_word_letter(before()))
    return false;
  size_t end = at_ + 2;
  const auto pass_blanks = [&] {
    const size_t from = end;
    while (end < text_.size() && end - from < 3 && kBlanks.find(text_[end]) != kBlanks.npos) ++end;
    return end - from;
  };
  size_t broken = pass_blanks();
  if (end == text_.size() || text_[end] != ':') return false;
  ++end;
  broken += pass_blanks();
  bool small = text_.substr(at_, 2) != "MT";
  std::string code = "MT:";
  for (size_t parts = 0; parts < kMostBroken && code.size() < kMostBody; ++parts) {
    const size_t from = end;
    for (; end < text_.size() && code.size() < kMostBody; ++end) {
      const char c = text_[end];
      const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      if (!is_base38(upper)) break;
      small = small || upper != c;
      code += upper;
    }
    if (end == from) return false;
    const bool ends = end == text_.size() || !is_word_letter(text_[end]);
    if (ends && (small || broken != 0)) {
      auto payloads = parse_qr(code);
      // (One of them may end the sentence.)
      for (std::string shorter = code; !all_valid(payloads) && !is_word_letter(shorter.back());) {
        shorter.pop_back();
        payloads = parse_qr(shorter);
      }
      if (!payloads.empty() && all_valid(payloads)) {
        for (auto& payload : payloads) keep(std::move(payload));
        at_ = end;
        return true;
      }
    }
    const size_t blanks = pass_blanks();
    if (blanks == 0) return false;
    broken += blanks;
  }
  return false;
}

// Is the run of digits that ends here a piece of a decimal number, a date, a phone number, an
// address or a word?
bool Search::part_of_larger(size_t end) const {
  const auto joins = [](char c) { return c == '.' || c == ',' || c == '-' || c == ':'; };
  if (is_word_letter(before()) || before() == '+' || before() == '-') return true;
  if (joins(before()) && at_ >= 2 && is_digit(text_[at_ - 2])) return true;
  if (end == text_.size()) return false;
  if (is_word_letter(text_[end])) return true;
  if (!joins(text_[end]) || end + 1 == text_.size()) return false;
  // (What a comma parts, but for the digits of a fraction, are two things.)
  return text_[end] == ',' ? is_digit(text_[end + 1]) : is_word_letter(text_[end + 1]);
}

// Of what may be a manual code: may it be one, as far as its digits tell?
bool has_check_digit(const OnboardingPayload& code) {
  constexpr std::string_view kFrame[] = {"characters", "length", "check-digit", "version-digit"};
  return std::none_of(code.problems.begin(), code.problems.end(), [&](const PayloadProblem& p) {
    return std::find(std::begin(kFrame), std::end(kFrame), p.id) != std::end(kFrame);
  });
}

// A payload stands close by, as on a label.
bool Search::beside_payload() const {
  constexpr size_t kClose = 400;
  const size_t from = at_ - std::min(at_, kClose);
  const std::string_view around = text_.substr(from, at_ - from + kClose);
  return around.find("MT:") != around.npos || around.find("MT%3A") != around.npos;
}

// 11 or 21 digits, in one piece or grouped from the left as labels print them, 4-3-4; tools group
// as they like, which counts where it is all the text, or where 21 digits are right. Any number of
// 11 digits could be a code: it is one where something says so, which is then told of a wrong one,
// too. Else a right one is, where it is all the text, or stands by itself as a label prints it. A
// digit stands here.
void Search::take_manual() {
  const size_t begin = at_;
  size_t end = at_;
  std::array<size_t, 3> groups{};  // the sizes of the first
  size_t all = 0, count = 1;       // of digits, of groups
  for (; end < text_.size(); ++end) {
    const char c = text_[end];
    const bool joint = c == '-' && end + 1 < text_.size() && is_digit(text_[end + 1]);
    if (!is_digit(c) && !joint) break;
    count += joint;
    all += !joint;
    if (!joint && count <= groups.size()) ++groups[count - 1];
  }
  const bool printed = count >= 3 && groups == std::array<size_t, 3>{4, 3, 4};
  const bool grouped = printed && (all == 21 || count == 3);
  const bool alone = at_ == 0 && end == text_.size();
  const bool shape = (all == 11 && (alone || count == 1 || grouped)) || all == 21;
  if (shape && !part_of_larger(end)) {
    std::string digits;
    for (const char c : text_.substr(at_, end - at_)) {
      if (c != '-') digits += c;
    }
    auto payload = parse_manual_code(digits);
    const CalledCode called = alone ? CalledCode::nothing : called_code(text_, begin, end);
    const bool by_itself = called == CalledCode::nothing;
    const bool tells = called == CalledCode::code || (alone && has_check_digit(payload)) ||
                       (called == CalledCode::perhaps && payload.valid()) ||
                       (by_itself && (grouped || digits.size() == 21) && payload.valid());
    if (tells)
      keep(std::move(payload));
    else if (called != CalledCode::other && beside_payload()) {
      if (payload.valid())
        keep(std::move(payload));
      else if (by_itself && grouped)
        wrong_.push_back(std::move(payload));
    }
  }
  at_ = end;
}

}  // namespace

bool OnboardingPayload::valid() const {
  return std::all_of(problems.begin(), problems.end(),
                     [](const PayloadProblem& p) { return p.warning; });
}

std::optional<PayloadProblem> judge_passcode(uint64_t passcode) {
  if (passcode == 0 || passcode > kMaxPasscode) {
    return PayloadProblem{
        .id = "passcode-range",
        .message = fmt::format("passcode: expected 1 to {}, found {}", kMaxPasscode,
                               passcode == 0 ? "zero" : "a larger number")};
  }
  const bool repdigit = passcode % 11111111 == 0;
  if (repdigit || passcode == 12345678 || passcode == 87654321) {
    return PayloadProblem{
        .id = "passcode-forbidden",
        .message = fmt::format("passcode: expected one that is not trivial, found {}",
                               repdigit ? "one digit eight times" : "consecutive digits")};
  }
  return std::nullopt;
}

void set_product(OnboardingPayload* payload, uint16_t vendor_id, uint16_t product_id) {
  if (vendor_id != 0) payload->vendor_id = vendor_id;
  if (vendor_id != 0 || product_id != 0) payload->product_id = product_id;
  if (vendor_id > kMaxVendorId) {
    add_problem(payload, "vendor-range",
                fmt::format("vendor id: expected 0 or 0x0001 to {}, found {}", hex_id(kMaxVendorId),
                            hex_id(vendor_id)));
  }
  if (vendor_id != 0 && product_id == 0) {
    add_problem(payload, "product-zero",
                fmt::format("product id: expected one that is not 0 beside vendor {}, found 0",
                            hex_id(vendor_id)));
  }
}

void set_passcode(OnboardingPayload* payload, uint32_t passcode) {
  payload->passcode = passcode;
  if (auto problem = judge_passcode(passcode)) payload->problems.push_back(std::move(*problem));
}

Result<std::string> unless_refused(std::string text, const OnboardingPayload& read_back) {
  for (const auto& problem : read_back.problems) {
    if (!problem.warning) return error(problem.message);
  }
  return text;
}

std::vector<OnboardingPayload> find_payloads(std::string_view text) {
  // A line end or blanks around a code that is all there is do not make it a part of something.
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return may_hold_code(text) ? Search(text).run() : std::vector<OnboardingPayload>();
}

std::string product_text(const OnboardingPayload& payload) {
  if (!payload.vendor_id) return "no vendor";
  return hex_id(*payload.vendor_id) +
         (payload.product_id ? " / " + hex_id(*payload.product_id) : std::string());
}

}  // namespace attest
