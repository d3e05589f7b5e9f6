// Users: who may ask. A file of names and bcrypt digests as htpasswd -B writes it, or one of
// tokens; nothing weaker is taken. What was once found to be right is known again for a while
// without asking bcrypt, by a keyed digest that only this process can make.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "verifier/base/bytes.h"
#include "verifier/base/result.h"

namespace attest::serve {

class Users {
 public:
  Users();
  // An error names the line; nothing of a digest or token is in it.
  Result<void> add_users(std::string_view content, const std::string& path);
  Result<void> add_tokens(std::string_view content, const std::string& path);
  bool any() const { return !users_.empty() || !tokens_.empty(); }

  struct Known {
    enum class How : uint8_t { yes, no, ask } how = How::no;  // ask: check() has to be asked
    std::string user;
  };
  // At once; `header` is an Authorization header.
  Known known(const std::string& header, int64_t now) const;
  // With bcrypt: a tenth of a second. The user's name; nullopt: nobody's.
  std::optional<std::string> check(const std::string& header, int64_t now);
  // The digest that is worked out for a name that nobody has: of one of the users.
  const std::string& stand_in(const std::string& name) const;

 private:
  std::string digest_of(const std::string& header) const;
  struct Seen {
    std::string user;
    int64_t until = 0;
  };
  std::map<std::string, std::string> users_;  // digests by name
  std::vector<Sha256> tokens_;
  Bytes key_;
  mutable std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

// Whether a password is that of a bcrypt digest; an error: there is no libcrypt that can.
Result<bool> bcrypt_matches(const std::string& password, const std::string& digest);
bool is_bcrypt(std::string_view digest);

}  // namespace attest::serve
