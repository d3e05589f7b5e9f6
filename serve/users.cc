#include "serve/users.h"

#include <crypt.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "verifier/crypto/crypto.h"

namespace attest::serve {
namespace {

constexpr int64_t kKnownSeconds = 600;
constexpr size_t kMostKnown = 1'000;
constexpr size_t kLeastToken = 16;
// To ask whether there is a libcrypt.
constexpr const char* kNobody = "$2y$10$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234";

std::vector<std::string_view> lines_of(std::string_view content) {
  std::vector<std::string_view> out;
  while (!content.empty()) {
    std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
  }
  return out;
}
bool is_left_out(std::string_view line) {
  return line.empty() || line[0] == '#';
}

// In a time that says nothing of where they differ.
bool same(View a, View b) {
  if (a.size() != b.size()) return false;
  unsigned differ = 0;
  for (size_t i = 0; i < a.size(); ++i) differ |= static_cast<unsigned>(a[i] ^ b[i]);
  return differ == 0;
}

std::string_view scheme_of(std::string_view header) {
  return header.substr(0, header.find(' '));
}
bool is_scheme(std::string_view header, std::string_view scheme) {
  const std::string_view given = scheme_of(header);
  return given.size() == scheme.size() &&
         std::equal(given.begin(), given.end(), scheme.begin(),
                    [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}
std::string_view value_of(std::string_view header) {
  const size_t from = header.find_first_not_of(' ', scheme_of(header).size());
  return from == header.npos ? std::string_view() : header.substr(from);
}

using CryptR = char* (*)(const char*, const char*, crypt_data*);
CryptR crypt_function() {
  // Opened when first asked, since no other command needs it.
  static const CryptR function = [] {
    void* library = ::dlopen("libcrypt.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) library = ::dlopen("libcrypt.so.2", RTLD_NOW | RTLD_LOCAL);
    return library == nullptr ? nullptr : reinterpret_cast<CryptR>(::dlsym(library, "crypt_r"));
  }();
  return function;
}

}  // namespace

bool is_bcrypt(std::string_view digest) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return digest.size() == 60 &&
         (digest.starts_with("$2y$") || digest.starts_with("$2b$") || digest.starts_with("$2a$")) &&
         is_digit(digest[4]) && is_digit(digest[5]) && digest[6] == '$' &&
         digest.find_first_not_of(
             "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 7) == digest.npos;
}

Result<bool> bcrypt_matches(const std::string& password, const std::string& digest) {
  const CryptR crypt = crypt_function();
  if (crypt == nullptr) return error("libcrypt, which checks passwords, is not installed");
  const auto room = std::make_unique<crypt_data>();
  const char* made = crypt(password.c_str(), digest.c_str(), room.get());
  return made != nullptr && same(view(std::string_view(made)), view(digest));
}

Users::Users() : key_(32) {
  if (::getrandom(key_.data(), key_.size(), 0) != static_cast<ssize_t>(key_.size()))
    throw std::runtime_error("no random numbers are to be had");
}

Result<void> Users::add_users(std::string_view content, const std::string& path) {
  size_t number = 0;
  for (const std::string_view line : lines_of(content)) {
    ++number;
    if (is_left_out(line)) continue;
    const size_t colon = line.find(':');
    const std::string name(line.substr(0, colon));
    if (colon == line.npos || name.empty() || printable(name) != name)
      return error(
          fmt::format("{}: line {}: expected NAME:DIGEST as htpasswd -B writes it, found "
                      "another form",
                      path, number));
    std::string digest(line.substr(colon + 1));
    if (!is_bcrypt(digest))
      return error(
          fmt::format("{}: line {}: expected a bcrypt digest ($2y$..., htpasswd -B), found "
                      "another kind for {}",
                      path, number, name));
    if (!users_.emplace(name, std::move(digest)).second)
      return error(
          fmt::format("{}: line {}: expected each name once, found {} twice", path, number, name));
  }
  if (users_.empty()) return error(fmt::format("{}: expected users, found none", path));
  if (const auto there = bcrypt_matches("", kNobody); !there) return tl::unexpected(there.error());
  return {};
}

Result<void> Users::add_tokens(std::string_view content, const std::string& path) {
  size_t number = 0;
  for (const std::string_view line : lines_of(content)) {
    ++number;
    if (is_left_out(line)) continue;
    if (line.size() < kLeastToken || line.find_first_of(" \t") != line.npos)
      return error(fmt::format(
          "{}: line {}: expected a token of at least {} characters without blanks, found another",
          path, number, kLeastToken));
    tokens_.push_back(sha256(view(line)));
  }
  if (tokens_.empty()) return error(fmt::format("{}: expected tokens, found none", path));
  return {};
}

std::string Users::digest_of(const std::string& header) const {
  return hex(hmac_sha256(key_, view(header)));
}

Users::Known Users::known(const std::string& header, int64_t now) const {
  if (is_scheme(header, "bearer")) {
    // All are compared, however early one fits.
    const Sha256 given = sha256(view(value_of(header)));
    size_t which = 0;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (same(given, tokens_[i])) which = i + 1;
    }
    if (which == 0) return {};
    return {.how = Known::How::yes, .user = fmt::format("token {}", which)};
  }
  if (!is_scheme(header, "basic") || users_.empty() || header.size() > 1024) return {};
  const std::lock_guard lock(mutex_);
  const auto at = seen_.find(digest_of(header));
  if (at != seen_.end() && now < at->second.until)
    return {.how = Known::How::yes, .user = at->second.user};
  return {.how = Known::How::ask, .user = {}};
}

// A name that nobody has takes as long as one of the file's: each always the same one's, since
// digests may differ in cost.
const std::string& Users::stand_in(const std::string& name) const {
  const Bytes by = hmac_sha256(key_, view(name));
  const size_t which = (size_t{by[0]} << 16 | size_t{by[1]} << 8 | by[2]) % users_.size();
  return std::next(users_.begin(), static_cast<std::ptrdiff_t>(which))->second;
}

std::optional<std::string> Users::check(const std::string& header, int64_t now) {
  const auto decoded = from_base64(value_of(header));
  if (!decoded) return std::nullopt;
  const std::string both(text(*decoded));
  const size_t colon = both.find(':');
  if (users_.empty() || colon == std::string::npos || both.find('\0') != std::string::npos)
    return std::nullopt;
  const std::string name = both.substr(0, colon), password = both.substr(colon + 1);
  const auto user = users_.find(name);
  const auto fits = bcrypt_matches(password, user == users_.end() ? stand_in(name) : user->second);
  if (user == users_.end() || !fits || !*fits) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= kMostKnown) seen_.clear();
  seen_[digest_of(header)] = {.user = name, .until = now + kKnownSeconds};
  return name;
}

}  // namespace attest::serve
