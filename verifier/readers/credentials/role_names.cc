#include "verifier/readers/credentials/role_names.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/name_before.h"

namespace attest {
namespace {

constexpr size_t kLongestName = 64;

// The words of a name, small: "kDacCert" and "K_DAC_CERT" have the same.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> out;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) out.push_back(to_lower(std::exchange(word, {})));
  };
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_letter(c) && !is_digit(c)) {
      end_word();
      continue;
    }
    const char before = word.empty() ? '\0' : word.back();
    const bool next_is_small =
        i + 1 < name.size() && is_letter(name[i + 1]) && !is_upper(name[i + 1]);
    const bool begins = before != '\0' && (is_digit(c) != is_digit(before) ||
                                           (is_upper(c) && (!is_upper(before) || next_is_small)));
    if (begins) end_word();
    word += c;
  }
  end_word();
  return out;
}

// What stands around the role in names and before values, and says nothing else.
bool says_nothing(std::string_view word) {
  constexpr std::string_view kWords[] = {
      "k",         "g",         "s",           "m",        "p",           "c",           "x",
      "u",         "t",         "b",           "br",       "cert",        "certificate", "crt",
      "der",       "pem",       "bytes",       "byte",     "array",       "data",        "buf",
      "buffer",    "hex",       "bin",         "base",     "raw",         "string",      "value",
      "test",      "dev",       "development", "example",  "sample",      "device",      "product",
      "chip",      "matter",    "factory",     "my",       "our",         "the",         "fff",
      "ffff",      "const",     "static",      "uint",     "unsigned",    "char",        "define",
      "constexpr", "inline",    "extern",      "public",   "pub",         "private",     "final",
      "let",       "var",       "val",         "new",      "std",         "vector",      "from",
      "fromhex",   "unhexlify", "decode",      "binascii", "bytearray",   "progmem",     "export",
      "blob",      "file",      "int",         "size",     "attestation", "is",          "asn",
      "binary",    "encoded",   "of",          "to",       "for",         "all",         "examples",
      "config",    "option",    "octets",      "word",     "ascii",       "self",        "this",
      "cfg",       "conf",      "ctx",         "env",      "environ",     "os"};
  return std::all_of(word.begin(), word.end(), is_digit) ||
         std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// Bytes of an array, or digits.
bool is_written_as_bytes(std::string_view value) {
  constexpr std::string_view kBetween = " \t\r\n,:;-(){}[]\\\"'xXyto.";
  return !value.empty() && std::all_of(value.begin(), value.end(), [&](char c) {
    return is_hex_digit(c) || kBetween.find(c) != std::string_view::npos;
  });
}

}  // namespace

// As a name of a file ends: any file may be called anything.
static bool names_a_file(std::string_view name) {
  for (const std::string_view ending : {".der", ".pem", ".crt", ".cer", ".bin", ".txt", ".hex"}) {
    const size_t at = name.find(ending), behind = at + ending.size();
    if (at != std::string_view::npos && (behind == name.size() || !is_letter(name[behind])))
      return true;
  }
  return false;
}

static bool is_any_of(std::string_view word, std::initializer_list<std::string_view> any) {
  return std::find(any.begin(), any.end(), word) != any.end();
}
// A certificate of the declaration ("declaration_cert", not "cert_dclrn") may be its signer's.
static bool is_of_signer(const std::vector<std::string>& words) {
  const auto last = std::find_if(words.rbegin(), words.rend(), [](const std::string& word) {
    return is_any_of(word, {"declaration", "dclrn", "cert", "certificate", "crt"});
  });
  return last != words.rend() && !is_any_of(*last, {"declaration", "dclrn"});
}

std::optional<FactId> role_of_name(std::string_view name) {
  if (names_a_file(name)) return std::nullopt;
  const std::vector<std::string> words = words_of(name);
  const auto has = [&](std::initializer_list<std::string_view> any) {
    return std::any_of(any.begin(), any.end(), [&](std::string_view word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    });
  };
  constexpr std::string_view kTelling[] = {
      "dac", "pai", "intermediate", "certification", "declaration", "dclrn", "cd"};
  for (const std::string& word : words) {
    if (std::find(std::begin(kTelling), std::end(kTelling), word) == std::end(kTelling) &&
        !says_nothing(word))
      return std::nullopt;
  }
  const bool certificate = has({"cert", "certificate", "crt"}),
             declares = has({"declaration", "dclrn"}), between = has({"intermediate"}),
             by_letters = has({"dac", "pai", "cd"}),
             in_words = !by_letters && !declares && has({"attestation"});
  const bool dac = has({"dac"}) || (in_words && !between && has({"device"}) && certificate);
  const bool pai = has({"pai"}) || (in_words && between && has({"product"}));
  const bool cd = (has({"cd"}) && !certificate) ||
                  (declares && (has({"certification"}) || certificate) && !is_of_signer(words));
  const bool is_one = (dac ? 1 : 0) + (pai ? 1 : 0) + (cd ? 1 : 0) == 1;
  if (!is_one || (between && !pai) || ((declares || has({"certification"})) && !cd))
    return std::nullopt;
  return dac ? FactId::dac : pai ? FactId::pai : FactId::cd;
}

bool says_no_role(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  return std::all_of(words.begin(), words.end(),
                     [](const std::string& word) { return says_nothing(word); });
}

bool names_a_place(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return is_any_of(word, {"dac", "pai", "paa", "cd", "declaration", "dclrn", "intermediate",
                            "root", "issuer", "signer", "ca"});
  });
}

bool names_a_credential(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return is_any_of(word, {"cert", "certificate", "crt", "declaration", "dclrn", "attestation",
                            "intermediate"});
  });
}

static bool is_trade(std::string_view word) {
  return is_any_of(
      word, {"ota",      "mcuboot", "bootloader", "signing", "jwt",    "oidc",   "oauth", "tls",
             "ssl",      "https",   "mqtt",       "ssh",     "vapid",  "apns",   "fcm",   "cosign",
             "sigstore", "vpn",     "acme",       "saml",    "wallet", "webhook"});
}
// Of any trade: they name one as the owner of the key alone.
static bool is_owner(std::string_view word) {
  return is_any_of(word, {"firmware", "boot", "update", "web", "server", "client"});
}

bool names_another_trade(std::string_view name) {
  // (Of a place in JSON the last two names: what is around them is an envelope.)
  const size_t last = name.rfind('.'), before = last == std::string_view::npos || last == 0
                                                    ? last
                                                    : name.rfind('.', last - 1);
  if (before != std::string_view::npos) name.remove_prefix(before + 1);
  const std::vector<std::string> words = words_of(name);
  const auto has = [&](std::initializer_list<std::string_view> any) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return is_any_of(word, any); });
  };
  // A sentence about a key says what it likes, and a device's own key may be called a release's.
  if (has({"dac", "pai", "paa", "cd", "attestation", "matter", "chip", "declaration", "device",
           "devices", "product", "production", "factory", "part", "sample"}) ||
      has({"of", "the", "by", "from", "for", "with", "and", "is", "was", "this"}))
    return false;
  const bool of_a_tool = words == std::vector<std::string>{"ecdsa", "pub", "key"};  // imgtool's
  const auto any_of = [&](bool (*is)(std::string_view)) {
    return std::find_if(words.begin(), words.end(), [&](const auto& word) { return is(word); });
  };
  if (of_a_tool || any_of(is_trade) != words.end()) return true;
  const auto owner = any_of(is_owner);
  return owner != words.end() && owner + 1 != words.end() &&
         is_any_of(owner[1], {"public", "private", "pub", "priv", "key", "pubkey", "privkey",
                              "verify", "verification", "cert"});
}

std::string other_trade_before(std::string_view text, size_t offset) {
  const std::string before = name_before(text, offset, names_only_a_key).whole();
  if (before.size() > 3 * kLongestName || !names_another_trade(before)) return {};
  std::string out;
  for (const std::string& word : words_of(before)) {
    // (What else stands on the line may be a secret.)
    if (is_trade(word) || is_owner(word) || (names_only_a_key(word) && is_letter(word[0])))
      out += (out.empty() ? "" : "_") + word;
  }
  return out;
}

bool names_only_a_key(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return says_nothing(word) ||
           is_any_of(word, {"dac",    "pai",        "paa",     "key",       "priv",   "prv",
                            "pri",    "privatekey", "privkey", "publickey", "pubkey", "point",
                            "scalar", "ec",         "ecc",     "ecdsa",     "secp",   "prime",
                            "nist",   "d",          "q",       "v",         "r"});
  });
}

// Where the marker begins right behind which the value stands: it is the block's. npos: none.
static size_t marker_before(std::string_view text, size_t offset) {
  constexpr size_t kMostBefore = 128;
  constexpr std::string_view kDashes = "-----";
  offset = std::min(offset, text.size());
  const size_t least = offset - std::min(offset, kMostBefore),
               found = text.substr(least, offset - least).rfind("-----BEGIN ");
  if (found == std::string_view::npos) return std::string_view::npos;
  const size_t begin = least + found;
  const size_t dashes = text.find(kDashes, begin + kDashes.size());
  if (dashes == std::string_view::npos || dashes + kDashes.size() > offset)
    return std::string_view::npos;
  const std::string_view between =
      text.substr(dashes + kDashes.size(), offset - dashes - kDashes.size());
  // (Line ends may be written down.)
  return between.find_first_not_of(" \t\r\n\\nr\"'+,") == std::string_view::npos
             ? begin
             : std::string_view::npos;
}

std::optional<FactId> role_before(std::string_view text, size_t offset) {
  if (const size_t marker = marker_before(text, offset); marker != std::string_view::npos)
    return role_before_block(text, marker);
  const std::string before = name_before(text, offset, says_no_role).whole();
  return before.size() > 3 * kLongestName ? std::nullopt : role_of_name(before);
}

std::optional<FactId> role_before_block(std::string_view text, size_t offset) {
  constexpr std::string_view kEnd = "-----END ", kDashes = "-----", kBetween = " \t\r\n\\\"'`,+>#";
  constexpr size_t kMostOfBlock = 128u << 10;
  text = text.substr(0, std::min(text.size(), offset + kMostOfBlock));
  const size_t end = text.find(kEnd, std::min(offset, text.size())),
               dashes = text.find(kDashes, std::min(end, text.size()) + kEnd.size());
  if (end == std::string_view::npos || dashes == std::string_view::npos) return std::nullopt;
  std::string_view behind = text.substr(dashes + kDashes.size());
  // (A line end that is written down has a letter.)
  while (!behind.empty() && (kBetween.find(behind[0]) != std::string_view::npos ||
                             behind.starts_with("n-") || behind.starts_with("n\"")))
    behind.remove_prefix(1);
  return behind.starts_with("-----BEGIN ") ? std::nullopt : role_before(text, offset);
}

bool is_kept_by_a_device(const Json& object) {
  return object.find("certificate") != nullptr && object.find("intermediateCertificate") != nullptr;
}
bool state_roles_together(const Json& object) {
  return is_kept_by_a_device(object) ||
         (object.find("Certificate") != nullptr && object.find("CertificateChain") != nullptr);
}

std::optional<FactId> role_of_member(std::string_view name) {
  if (name == "certificate" || name == "Certificate") return FactId::dac;
  if (name == "intermediateCertificate" || name == "CertificateChain") return FactId::pai;
  return std::nullopt;
}

bool is_pem_among_bytes(std::string_view text, const PastedBytes& value, bool of_factory_data) {
  if (!looks_like_pem(value.bytes)) return false;
  const size_t begin = std::min<size_t>(value.offset, text.size());
  const std::string_view written =
      text.substr(begin, std::min<size_t>(value.end, text.size()) - begin);
  if (written.find("-----BEGIN") != std::string_view::npos) return false;
  const std::string before = name_before(text, value.offset, says_no_role).whole();
  if (of_factory_data || before.find(",data,") != std::string::npos) return true;
  const auto words = words_of(before);
  // (Behind it what ended it may stand.)
  return is_written_as_bytes(written.substr(0, written.size() / 4 * 3)) &&
         std::find(words.begin(), words.end(), "pem") == words.end();
}

bool is_unwritten(View bytes) {
  constexpr size_t kLeast = 64;
  return bytes.size() >= kLeast && is_erased(bytes);
}

}  // namespace attest
