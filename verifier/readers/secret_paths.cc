#include "verifier/readers/secret_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/crypto/crypto.h"
#include "verifier/matter/base38.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/pki/certificate.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

constexpr size_t kScalar = 32, kLeastDigits = 6;

bool all_valid(const std::vector<OnboardingPayload>& codes) {
  return std::all_of(codes.begin(), codes.end(), [](const auto& code) { return code.valid(); });
}

// "MT:", or what stands for its colon where names may have none, and a payload; 0: none.
size_t payload_name(std::string_view s) {
  constexpr size_t kBody = 19, kLongest = 120;
  if (s.size() < 2 + kBody || to_lower(s[0]) != 'm' || to_lower(s[1]) != 't') return 0;
  size_t from = 2;
  for (const std::string_view colon : {"%3A", "%3a", ":", "_", "-", " ", ""}) {
    if (!s.substr(2).starts_with(colon)) continue;
    from += colon.size();
    break;
  }
  std::string body;
  for (size_t i = from; i < s.size() && body.size() < kLongest; ++i) {
    const char c = s[i] >= 'a' && s[i] <= 'z' ? static_cast<char>(s[i] - 'a' + 'A') : s[i];
    if (!is_base38(c)) break;
    body += c;
  }
  // (An ending like ".png" is in the alphabet, too.)
  for (; body.size() >= kBody; body.pop_back()) {
    if (all_valid(parse_qr("MT:" + body))) return from + body.size();
  }
  return 0;
}

// Eleven or 21 digits that are right as a manual code: grouped as labels print it, or the whole of
// a name but for its ending. 0: none.
size_t manual_name(std::string_view s, bool begins) {
  std::string digits;
  size_t end = 0, groups = 1;
  for (size_t i = 0; i < s.size() && digits.size() <= 21; ++i) {
    const bool joint = i != 0 && std::string_view("-_ ").find(s[i]) != std::string_view::npos &&
                       i + 1 < s.size() && is_digit(s[i + 1]);
    if (!is_digit(s[i]) && !joint) break;
    groups += joint;
    if (!joint) digits += s[i];
    end = i + 1;
  }
  if (digits.size() != 11 && digits.size() != 21) return 0;
  const bool ends = end == s.size() || !is_word_letter(s[end]);
  const bool whole = begins && (end == s.size() ||
                                std::string_view("./!\"").find(s[end]) != std::string_view::npos);
  return ends && (groups >= 3 || whole) && parse_manual_code(digits).valid() ? end : 0;
}

// What the evidence has that nobody may read in a name.
class Secrets {
 public:
  Secrets(const Device& device, bool show_codes) : codes_(!show_codes) {
    for (const Statement& s : device.statements) {
      if (codes_) code(s);
      key(s);
    }
  }

  std::string masked(std::string_view path) {
    std::string out;
    size_t shown = 0;  // as far as it stands in `out`
    for (size_t at = 0; at < path.size();) {
      const size_t length = at_begin(path, at);
      if (length != 0) {
        out += path.substr(shown, at - shown);
        out += kMasked;
        shown = at + length;
      }
      at += std::max<size_t>(length, 1);
    }
    out += path.substr(shown);
    return out;
  }

 private:
  void passcode(uint64_t value) {
    for (const std::string& digits : {fmt::format("{:08}", value), std::to_string(value)}) {
      if (digits.size() >= kLeastDigits) digits_.insert(digits);
    }
  }
  void code(const Statement& s) {
    if (const auto* number = std::get_if<uint64_t>(&s.value)) {
      if (s.fact == FactId::passcode) passcode(*number);
      return;
    }
    const auto* text = std::get_if<std::string>(&s.value);
    if (text == nullptr || (s.fact != FactId::qr_payload && s.fact != FactId::manual_code)) return;
    const bool manual = s.fact == FactId::manual_code;
    for (const OnboardingPayload& one :
         manual ? std::vector{parse_manual_code(*text)} : parse_qr(*text)) {
      const std::string& whole = one.text;
      if (manual) digits_.insert(whole);
      const std::string body = whole.starts_with("MT:") ? whole.substr(3) : std::string();
      if (body.size() >= 10) bodies_.insert(to_lower(body));
      if (one.passcode != 0) passcode(one.passcode);
    }
  }
  void key(const Statement& s) {
    const auto* bytes = std::get_if<Bytes>(&s.value);
    if (bytes == nullptr) return;
    if (s.fact == FactId::dac_private_key || s.fact == FactId::private_key)
      keys_.insert(hex(*bytes));
    if (s.fact == FactId::dac || s.fact == FactId::certificate || s.fact == FactId::pai)
      certificates_.push_back(bytes);
  }

  // 64 digits are a digest mostly: a key is one whose public part the evidence has.
  bool is_key(std::string_view digits) {
    if (keys_.contains(to_lower(digits))) return true;
    const auto scalar = from_hex(digits);
    const auto point = scalar ? public_key_of(*scalar) : std::nullopt;
    return point && std::any_of(certificates_.begin(), certificates_.end(),
                                [&](const Bytes* der) { return find(*der, *point).has_value(); });
  }

  size_t at_begin(std::string_view path, size_t at) {
    const std::string_view rest = path.substr(at);
    const char before = at == 0 ? '/' : path[at - 1];
    if (is_hex_digit(rest[0]) && !is_hex_digit(before)) {
      const size_t end = static_cast<size_t>(
          std::find_if_not(rest.begin(), rest.end(), is_hex_digit) - rest.begin());
      if (end == 2 * kScalar && is_key(rest.substr(0, end))) return end;
    }
    if (is_digit(rest[0]) && !is_digit(before)) {
      if (codes_) {
        if (const size_t end = known_digits(rest)) return end;
        if (const size_t end = manual_name(rest, before == '/' || before == '!' || before == '"'))
          return end;
      }
    }
    if (!codes_) return 0;
    if (!is_word_letter(before)) {
      if (const size_t end = payload_name(rest)) return end;
    }
    for (const std::string& body : bodies_) {
      if (rest.size() >= body.size() && to_lower(rest[0]) == body[0] &&
          to_lower(rest.substr(0, body.size())) == body)
        return body.size();
    }
    return 0;
  }
  // Grouped or not.
  size_t known_digits(std::string_view rest) const {
    for (const std::string& known : digits_) {
      size_t at = 0, n = 0;
      for (; at < rest.size() && n < known.size(); ++at) {
        if (rest[at] == known[n]) {
          ++n;
        } else if (at == 0 || std::string_view("-_ ").find(rest[at]) == std::string_view::npos) {
          break;
        }
      }
      if (n == known.size() && (at == rest.size() || !is_digit(rest[at]))) return at;
    }
    return 0;
  }

  const bool codes_;
  std::set<std::string> digits_, bodies_, keys_;
  std::vector<const Bytes*> certificates_;
};

}  // namespace

std::string without_code_names(std::string_view name) {
  return Secrets(Device{}, false).masked(name);
}

std::string without_secrets(std::string_view name, const Device& device, bool show_codes) {
  return Secrets(device, show_codes).masked(name);
}

void mask_paths(Reading& reading, bool show_codes) {
  Device& d = reading.device;
  Secrets secrets(d, show_codes);
  std::map<std::string, std::string> shown;  // of each path
  size_t masked = 0;
  std::string last;  // that stays as it is
  const auto mask = [&](std::string& path) {
    if (path == last) return;
    const auto known = shown.find(path);
    if (known == shown.end()) {
      std::string out = secrets.masked(path);
      if (out == path) {
        last = path;
        shown.emplace(path, std::move(out));
        return;
      }
      out += fmt::format(" (name {})", ++masked);
      path = shown.emplace(std::move(path), std::move(out)).first->second;
    } else {
      path = known->second;
    }
  };
  for (EvidenceFile& file : reading.files) mask(file.path);
  for (Statement& s : d.statements) mask(s.place.path);
  for (Noted& n : d.remarks) mask(n.place.path);
  for (IntegrityProblem& p : d.integrity) mask(p.place.path);
  for (OtaImageFile& f : reading.ota_images) mask(f.place.path);
  for (auto& claim : d.posture.claims) mask(claim.place.path);
  for (auto& image : d.posture.images) mask(image.place.path);
  // (These are words of a place: a path, and what stands behind it.)
  for (NotUsed& unused : reading.not_used) {
    const auto of = std::find_if(shown.rbegin(), shown.rend(), [&](const auto& known) {
      return known.first != known.second && unused.path.starts_with(known.first);
    });
    if (of != shown.rend())
      unused.path = of->second + secrets.masked(unused.path.substr(of->first.size()));
    else
      mask(unused.path);
    unused.why = secrets.masked(unused.why);
  }
}

}  // namespace attest
