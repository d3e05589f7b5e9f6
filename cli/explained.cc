#include "cli/explained.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "cli/known_words.h"
#include "cli/options.h"
#include "report/inspect_words.h"
#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"
#include "verifier/base/number_words.h"
#include "verifier/checks/catalogue.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/sdk/sdk_meaning.h"

namespace attest::cli {
namespace {

constexpr const char* kResult = "attestation result of the Matter SDK";

// "kPaaNotFound", "CHIP_ERROR_CA_CERT_NOT_FOUND", "paa_not_found" -> "paanotfound".
std::string squeezed(std::string_view name) {
  std::string out = to_lower(name);
  for (const char* lead : {"chip_error_", "chip_device_error_", "asn1_error_"}) {
    if (out.starts_with(lead)) out.erase(0, std::string_view(lead).size());
  }
  std::erase(out, '_');
  for (const char* lead : {"mtrdeviceattestationresult", "attestationverificationresult"}) {
    if (out.starts_with(lead)) out.erase(0, std::string_view(lead).size());
  }
  return out;
}
// A word of the text, made ready once for all names that it may be.
struct Word {
  std::string_view given;
  std::string name;
  explicit Word(std::string_view word) : given(word), name(squeezed(word)) {}
  bool is(std::string_view known) const {
    return name == known || (name.starts_with('k') && std::string_view(name).substr(1) == known) ||
           (known == "internalerror" && name == "internal" && given.starts_with("CHIP_ERROR"));
  }
};

// What is known by name, the names squeezed.
template <class T>
using Named = std::vector<std::pair<std::string, T>>;
struct Names {
  Named<int> codes;
  Named<const OldCode*> old;
  Named<const KnownName*> known;
  Named<const KnownNumber*> numbers;
};
const Names& names() {
  static const Names all = [] {
    Names out;
    for (int code = 0; code < kLastCode; ++code) {
      if (const char* name = sdk_code_name(code)) out.codes.emplace_back(squeezed(name), code);
    }
    for (const OldCode& one : old_codes()) out.old.emplace_back(squeezed(one.name), &one);
    for (const KnownName& one : known_names()) out.known.emplace_back(squeezed(one.name), &one);
    for (const KnownNumber& one : known_numbers())
      out.numbers.emplace_back(squeezed(one.name), &one);
    return out;
  }();
  return all;
}

// An id of ours is no longer.
constexpr size_t kLongestId = 128;

// "CertExpired", not "Timeout": a word that a log does not say by the way.
bool is_camel(std::string_view word) {
  for (size_t i = 1; i < word.size(); ++i) {
    if (word[i] >= 'A' && word[i] <= 'Z' && word[i - 1] >= 'a' && word[i - 1] <= 'z') return true;
  }
  return false;
}

// "3497-011-2332", as labels print a manual code: its groups are no codes of errors.
size_t grouped_code_size(std::string_view text, size_t from) {
  if (from > 0 && is_word_letter(text[from - 1])) return 0;
  size_t at = from;
  for (const size_t group : {4U, 3U, 4U}) {
    if (at != from &&
        (at >= text.size() || std::string_view(" -.").find(text[at++]) == std::string_view::npos))
      return 0;
    const size_t end = at + group;
    while (at < end && at < text.size() && is_digit(text[at])) ++at;
    if (at != end) return 0;
  }
  return at < text.size() && is_word_letter(text[at]) ? 0 : at - from;
}

class Reading {
 public:
  explicit Reading(std::string_view text)
      : text_(text),
        lower_(to_lower(text)),
        is_short_(has_few_words()),
        is_typed_(has_only_words_of_errors()),
        has_error_word_(says({"err", "fail", "unable", "not found", "invalid"})),
        is_of_device_(says({"certificatechainrequest", "discriminator"})),
        is_of_chip_cert_(says({"chip-cert"})),
        is_of_attestation_(says({"attest"})),
        has_chip_error_(says({"chip error"})),
        is_of_interaction_(says({"im error", "general error", "status", "invalid_command"})),
        is_of_other_numbers_(is_of_other_numbers(lower_)) {}

  std::vector<Explained> read() {
    google();
    words();
    if (out_.empty() || has_error_word_) phrases();
    if (std::all_of(out_.begin(), out_.end(),
                    [](const auto& one) { return one.second.rank == Explained::Rank::aside; }))
      sayings();
    std::stable_sort(out_.begin(), out_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Explained> all;
    for (auto& [at, one] : out_) all.push_back(std::move(one));
    return all;
  }

 private:
  void add(size_t at, Explained one) {
    if (!has(one.name, one.by)) out_.emplace_back(at, std::move(one));
  }

  bool has(const std::string& name, std::string_view by) const {
    return std::any_of(out_.begin(), out_.end(), [&](const auto& other) {
      return other.second.name == name && other.second.by.starts_with(by);
    });
  }

  void add_code(size_t at, const std::string& word, int code) {
    const char* name = sdk_code_name(code);
    if (name == nullptr) return;
    add(at, {.word = word,
             .name = name,
             .by = kResult,
             .means = sdk_code_meaning(code),
             .then = {},
             .sdk = code});
  }
  void add_old(size_t at, const std::string& word, const OldCode& old) {
    add(at, {.word = word,
             .name = old.name,
             .by = "attestation result of Matter SDK 1.0",
             .means = sdk_code_meaning(old.now),
             .then = fmt::format("newer SDKs say {}", old.now),
             .sdk = old.now});
  }
  void add_number(size_t at, const std::string& word, const KnownNumber& known) {
    if (has(known.name, known.what)) return;
    std::string then;
    if (known.sdk != 0) then = fmt::format("as an attestation result this is {}", known.sdk);
    if (known.look_above)
      then =
          "the result of the attestation itself stands some lines above in the log, as \"err\" and "
          "a "
          "number of three digits behind \"Attestation Information\": explain that one";
    add(at, {.word = word,
             .name = known.name,
             .by = fmt::format("{} 0x{:02X} ({}), no result of the attestation", known.what,
                               known.number, known.number),
             .means = known.means,
             .then = then,
             .sdk = known.sdk == 0 ? -1 : known.sdk,
             .rank = known.look_above ? Explained::Rank::pointer : Explained::Rank::result});
  }
  void add_oid(size_t at, const std::string& numbers) {
    const char* name = oid_name(numbers);
    if (name == nullptr) return;
    add(at, {.word = numbers,
             .name = name,
             .by = "object identifier (OID)",
             .means = oid_use(numbers),
             .then = {},
             .rank = Explained::Rank::aside});
  }

  // Google's app: "error(s)=[10, 5]".
  void google() {
    size_t at = lower_.find("error(s)");
    const size_t open = lower_.find('[', at == std::string::npos ? 0 : at);
    const size_t close = lower_.find(']', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return;
    const std::string_view list = std::string_view(lower_).substr(open + 1, close - open - 1);
    const bool numbers = !list.empty() &&
                         list.find_first_not_of("0123456789, ") == std::string_view::npos &&
                         list.size() <= kLongestList && !has_long_number(list);
    const bool bare = at == std::string::npos;
    if (!numbers || (bare && (list.find(',') == std::string_view::npos || open != 0))) return;
    if (bare) at = open;
    skip_from_ = at;
    skip_to_ = close + 1;
    add(at,
        {.word = fmt::format("[{}]", list),
         .name = "Device did not pass attestation",
         .by = "Google Home",
         .means = "a list of Google's own numbers; what they mean is not published, and they are "
                  "no results of the Matter SDK",
         .then = "hand the device's credentials to verify, or commission it with chip-tool, whose "
                 "log has the SDK's result",
         .sdk = -1});
  }

  // Google's are short; a passcode is not one of them.
  static constexpr size_t kLongestList = 200, kMostDigits = 5;
  static bool has_long_number(std::string_view list) {
    size_t digits = 0;
    return std::any_of(list.begin(), list.end(), [&](char c) {
      digits = is_digit(c) ? digits + 1 : 0;
      return digits > kMostDigits;
    });
  }

  void words() {
    for (size_t at = 0; at < text_.size();) {
      if (at >= skip_from_ && at < skip_to_) {
        at = skip_to_;
        continue;
      }
      if (!is_word_letter(text_[at])) {
        ++at;
        continue;
      }
      if (const auto other = number_word(text_, at)) {
        if (other->kind == NumberWord::Kind::oid)
          add_oid(at, std::string(text_.substr(at, other->size)));
        at += other->size;
        continue;
      }
      if (const size_t code = grouped_code_size(text_, at)) {
        at += code;
        continue;
      }
      size_t end = at;
      // An id of ours has '.' and '-' in it.
      const size_t most = std::min(text_.size(), at + kLongestId);
      while (end < most && (is_word_letter(text_[end]) ||
                            ((text_[end] == '.' || text_[end] == '-') && end + 1 < text_.size() &&
                             is_word_letter(text_[end + 1]))))
        ++end;
      if (!id(at, text_.substr(at, end - at))) {
        end = at;
        while (end < text_.size() && is_word_letter(text_[end])) ++end;
        word(at, text_.substr(at, end - at));
      }
      at = end;
    }
  }

  bool id(size_t at, std::string_view word) {
    if (const Check* check = find_check(word)) {
      add(at, {.word = std::string(word),
               .name = check->id,
               .by = "check of matter-attest",
               .means = check->title,
               .then = check->remedy,
               .sdk = -1,
               .check = check});
      return true;
    }
    if (test_case(at, word)) return true;
    const LotRule* rule = find_lot_rule(word);
    if (rule == nullptr) return audit_rule(at, word);
    add(at, {.word = std::string(word),
             .name = rule->id,
             .by = "rule of matter-attest about a lot",
             .means = rule->title,
             .then = rule->remedy,
             .sdk = -1,
             .check = nullptr,
             .rule = rule});
    return true;
  }

  bool audit_rule(size_t at, std::string_view word) {
    const audit::AuditRule* rule = audit::find_audit_rule(word);
    if (rule == nullptr) return false;
    add(at, {.word = std::string(word),
             .name = rule->id,
             .by = "rule of matter-attest about the ledger's entries",
             .means = rule->title,
             .then = rule->remedy,
             .sdk = -1,
             .audit = rule});
    return true;
  }

  // "TC-DA-1.2", and a step of it behind: "TC-DA-1.2 step 6.5", "TC_DA_1_2 6.5".
  bool test_case(size_t at, std::string_view word) {
    // (As a function of the scripts is called.)
    constexpr std::string_view kFunction = "test_";
    if (word.starts_with(kFunction)) {
      word.remove_prefix(kFunction.size());
      at += kFunction.size();
    }
    const std::string lower = to_lower(word);
    if (!lower.starts_with("tc") && !lower.starts_with("post")) return false;
    const TestCase* of = find_test_case(word);
    if (of == nullptr) return false;
    std::string_view rest = std::string_view(lower_).substr(at + word.size());
    const auto skip = [&](std::string_view letters) {
      rest.remove_prefix(std::min(rest.find_first_not_of(letters), rest.size()));
    };
    skip(" :,");
    if (rest.starts_with("step")) rest.remove_prefix(4);
    skip(" :");
    std::string_view number = rest.substr(0, std::min(rest.find_first_of(" :,;\n"), rest.size()));
    while (number.ends_with('.')) number.remove_suffix(1);
    const PlanStep* step = number.empty() ? nullptr : find_step(*of, number);
    if (step != nullptr) {
      skip_from_ = at + word.size();
      skip_to_ = static_cast<size_t>(number.data() + number.size() - lower_.data());
    }
    add(at, {.word = std::string(word),
             .name = step == nullptr ? of->id : fmt::format("{} {}", of->id, step->step),
             .by = "official test case",
             .means = of->demands,
             .then = {},
             .sdk = -1,
             .check = nullptr,
             .rule = nullptr,
             .test_case = of,
             .step = step});
    return true;
  }

  void word(size_t at, std::string_view word) {
    const std::string shown(word);
    if (is_digit(word[0])) return number(at, word);
    if (word.size() < 4) return;
    const bool chip = word.starts_with("CHIP_") || word.starts_with("ASN1_");
    const Word it(word);
    for (const auto& [name, code] : names().codes) {
      // "Success" alone is in many logs.
      if (!chip && it.is(name) && (code != 0 || is_short_)) {
        add_code(at, shown, code);
        break;
      }
    }
    for (const auto& [name, old] : names().old) {
      if (!chip && it.is(name)) add_old(at, shown, *old);
    }
    for (const auto& [name, known] : names().known) {
      if (!it.is(name)) continue;
      std::string then;
      if (known->sdk != 0)
        then = fmt::format("the Matter SDK says {} {}", known->sdk, sdk_code_name(known->sdk));
      add(at, {.word = shown,
               .name = known->name,
               .by = known->by,
               .means = known->means,
               .then = then,
               .sdk = known->sdk == 0 ? -1 : known->sdk});
    }
    for (const auto& [name, known] : names().numbers) {
      if (it.is(name) && (chip || (out_.empty() && (is_short_ || is_camel(word)))))
        add_number(at, shown, *known);
    }
  }

  // What stands before it, in lower case.
  bool follows(size_t at, std::initializer_list<std::string_view> words) const {
    size_t end = at;
    while (end > 0 && !is_word_letter(lower_[end - 1]) && lower_[end - 1] != '\n') --end;
    const std::string_view before = std::string_view(lower_).substr(0, end);
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      return before.ends_with(word) && (before.size() == word.size() ||
                                        !is_word_letter(before[before.size() - word.size() - 1]) ||
                                        word.starts_with("result"));
    });
  }
  // Typed, not pasted: little else than the number.
  bool has_few_words() const {
    size_t words = 0;
    for (size_t i = 0; i < text_.size(); ++i)
      words += is_word_letter(text_[i]) && (i == 0 || !is_word_letter(text_[i - 1])) ? 1 : 0;
    return words <= 4 && text_.find('\n') == std::string_view::npos;
  }
  // The same of a number alone, which in a line about anything else counts something: every word
  // is one of errors.
  bool has_only_words_of_errors() const {
    constexpr std::string_view kWords[] = {
        "attest", "attestation", "cert",   "chip",   "code",   "codes",        "does",
        "err",    "error",       "errors", "failed", "is",     "matter",       "mean",
        "means",  "reason",      "result", "sdk",    "status", "verification", "what"};
    if (text_.find('\n') != std::string_view::npos) return false;
    for (size_t at = 0; at < text_.size(); ++at) {
      if (!is_word_letter(text_[at]) || (at > 0 && is_word_letter(text_[at - 1]))) continue;
      size_t end = at;
      while (end < text_.size() && is_word_letter(text_[end])) ++end;
      const std::string_view word = text_.substr(at, end - at);
      const bool known =
          is_digit(word[0]) ||
          std::find(std::begin(kWords), std::end(kWords), to_lower(word)) != std::end(kWords) ||
          is_name(word);
      if (!known) return false;
    }
    return true;
  }
  static bool is_name(std::string_view word) {
    const Word it(word);
    const auto has = [&](const auto& all) {
      return std::any_of(all.begin(), all.end(), [&](const auto& one) { return it.is(one.first); });
    };
    return has(names().codes) || has(names().old) || has(names().known) || has(names().numbers);
  }
  bool says(std::initializer_list<const char*> words) const {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return lower_.find(word) != std::string::npos; });
  }

  // "…AttestationRevocationCheck': 302": no time or process, which stand in brackets.
  bool is_told_result(size_t at, std::string_view word) const {
    int code = 0;
    const auto got = std::from_chars(word.data(), word.data() + word.size(), code);
    if (got.ptr != word.data() + word.size() || code < 100 || sdk_code_name(code) == nullptr ||
        !is_of_attestation_)
      return false;
    const std::string_view before = std::string_view(lower_).substr(0, at);
    return before.ends_with(": ") || before.ends_with("= ") || before.ends_with("=") ||
           before.ends_with("attestation ");
  }

  // "604:605", "3497-011", "1.604", "3/604", "604 ms", "node 604": what counts, names or measures
  // something.
  bool is_of_something_else(size_t at, std::string_view word) const {
    constexpr std::string_view kJoins = ".:-/";
    const auto joined = [&](size_t by, size_t other) {
      return other < text_.size() && kJoins.find(text_[by]) != std::string_view::npos &&
             is_digit(text_[other]);
    };
    const size_t end = at + word.size();
    if ((at > 1 && joined(at - 1, at - 2)) || joined(std::min(end, text_.size() - 1), end + 1))
      return true;
    std::string_view behind = std::string_view(lower_).substr(end);
    if (behind.starts_with("%")) return true;
    if (behind.starts_with(" ")) {
      behind.remove_prefix(1);
      size_t length = 0;
      while (length < behind.size() && is_word_letter(behind[length])) ++length;
      const std::string_view unit = behind.substr(0, length);
      for (const char* one : {"ms", "us", "s", "sec", "seconds", "minutes", "bytes", "byte", "kb",
                              "dbm", "times", "attempts", "retries", "devices", "nodes"}) {
        if (unit == one) return true;
      }
    }
    return follows(at,
                   {"node",   "nodeid",  "node_id", "port",    "session", "exchange",  "endpoint",
                    "fabric", "index",   "counter", "length",  "len",     "size",      "offset",
                    "line",   "pid",     "tid",     "vid",     "cluster", "attribute", "attempt",
                    "retry",  "version", "step",    "channel", "group",   "id",        "peer"});
  }

  void number(size_t at, std::string_view word) {
    if (is_of_other_numbers_ || is_of_something_else(at, word)) return;
    const bool is_hex = word.starts_with("0x") || word.starts_with("0X");
    const bool named = follows(at, {"err", "error", "errors", "code", "result", "status", "failed",
                                    "reason", "sdk", "error code", "error_code", "errorcode"}) ||
                       (has_error_word_ && follows(at, {"with"}));
    const bool enclosed = at > 0 && text_[at - 1] == '(' && at + word.size() < text_.size() &&
                          text_[at + word.size()] == ')';
    const bool behind_name = is_of_device_ && follows(at, {"certificatechainrequest"});
    if (!named && !is_typed_ && !is_told_result(at, word) && !(enclosed && has_error_word_) &&
        !behind_name)
      return;
    uint32_t value = 0;
    const char *begin = word.data() + (is_hex ? 2 : 0), *end = word.data() + word.size();
    const auto got = std::from_chars(begin, end, value, is_hex ? 16 : 10);
    if (begin == end || got.ec != std::errc()) return;
    if (got.ptr != end) return bare_hex(at, word);
    const std::string shown(word);
    const bool chip = has_chip_error_ && follows(at, {"chip error", "error"}) && is_hex;
    if (!chip && value < kLastCode) add_code(at, shown, static_cast<int>(value));
    for (const OldCode& old : old_codes()) {
      if (!chip && static_cast<uint32_t>(old.number) == value) add_old(at, shown, old);
    }
    add_known(at, shown, value);
    uint32_t bare = 0;
    if (!is_hex && (is_typed_ || is_of_device_ || is_of_chip_cert_)) {
      std::from_chars(begin, end, bare, 16);
      for (const KnownNumber& known : known_numbers()) {
        if (known.bare && known.number == bare) add_number(at, shown, known);
      }
    }
  }

  // "err 4a": hex by its letters.
  void bare_hex(size_t at, std::string_view word) {
    uint32_t value = 0;
    const auto got = std::from_chars(word.data(), word.data() + word.size(), value, 16);
    if (got.ec == std::errc() && got.ptr == word.data() + word.size())
      add_known(at, std::string(word), value);
  }

  void add_known(size_t at, const std::string& shown, uint32_t value) {
    const auto is_status = [&](const KnownNumber& known) {
      return known.number == value && known.what == std::string_view(kStatus);
    };
    const auto all = known_numbers();
    const bool of_interaction =
        is_of_interaction_ && std::any_of(all.begin(), all.end(), is_status);
    for (const KnownNumber& known : all) {
      if (known.number == value && (!of_interaction || is_status(known)))
        add_number(at, shown, known);
    }
  }

  void phrases() {
    for (const KnownPhrase& phrase : known_phrases()) {
      const size_t at = lower_.find(phrase.words);
      if (at == std::string::npos) continue;
      if (phrase.sdk != 0) add_code(at, phrase.words, phrase.sdk);
      for (const KnownNumber& known : known_numbers()) {
        if (phrase.sdk == 0 && known.number == phrase.number) add_number(at, phrase.words, known);
      }
    }
  }

  void sayings() {
    for (const KnownSaying& one : known_sayings()) {
      const size_t at = lower_.find(one.words);
      if (at == std::string::npos) continue;
      add(at, {.word = one.name,
               .name = one.name,
               .by = one.by,
               .means = one.means,
               .then = one.then,
               .sdk = one.sdk == 0 ? -1 : one.sdk,
               .rank = one.sdk == 0 ? Explained::Rank::pointer : Explained::Rank::result});
    }
  }

  std::string_view text_;
  const std::string lower_;
  // Of the whole line, worked out once: a line may have any number of words.
  const bool is_short_, is_typed_, has_error_word_, is_of_device_, is_of_chip_cert_,
      is_of_attestation_, has_chip_error_, is_of_interaction_, is_of_other_numbers_;
  size_t skip_from_ = 0, skip_to_ = 0;  // numbers that are explained together
  std::vector<std::pair<size_t, Explained>> out_;
};

}  // namespace

std::vector<Explained> explained(std::string_view text) {
  std::vector<Explained> out;
  // A log line by line: what is beside a number says what it is.
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    for (Explained& one : Reading(text.substr(0, std::min(end, kLongestLine))).read()) {
      const bool known = std::any_of(out.begin(), out.end(), [&](const Explained& other) {
        return other.name == one.name && other.by == one.by;
      });
      if (!known) out.push_back(std::move(one));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.rank < b.rank; });
  return out;
}

std::vector<Explained> explained_code(std::string_view text) {
  bool is_one = !find_payloads(text).empty();
  for (size_t at = 0; at < text.size() && !is_one; ++at) is_one = grouped_code_size(text, at) != 0;
  if (!is_one) return {};
  return {{.word = "onboarding code",
           .name = "onboarding code",
           .by = "the code of a QR code or of a label, with which a device is commissioned",
           .means = "it holds the passcode, and so is not repeated here; no result of an "
                    "attestation is in it",
           .then = "what it says is told by matter-attest payload parse"}};
}

}  // namespace attest::cli
