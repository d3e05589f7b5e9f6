#include "serve/users.h"

#include "serve/rate.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::serve;

namespace {

// Of "correct horse", with the least cost.
constexpr const char* kDigest = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

std::string basic(const std::string& both) {
  return "Basic " + base64(view(both));
}
std::string refused(const char* content) {
  const auto done = Users().add_users(content, "users");
  return done ? "taken" : done.error().what;
}

}  // namespace

TEST_CASE("a user is known by name and password, and then again without bcrypt") {
  Users users;
  REQUIRE(users.add_users(std::string("# the lab\r\nada:") + kDigest + "\r\n", "users"));
  const std::string header = basic("ada:correct horse");
  CHECK(users.known(header, 0).how == Users::Known::How::ask);
  REQUIRE(users.check(header, 0) == "ada");
  CHECK(users.known(header, 599).how == Users::Known::How::yes);
  CHECK(users.known(header, 599).user == "ada");
  CHECK(users.known(header, 600).how == Users::Known::How::ask);
  for (const char* other : {"ada:correct hors", "ada:correct horse ", "ada:", "Ada:correct horse",
                            "bob:correct horse", ":correct horse", "ada"}) {
    CAPTURE(other);
    CHECK(users.known(basic(other), 0).how == Users::Known::How::ask);
    CHECK(!users.check(basic(other), 0));
  }
  CHECK(!users.check(basic(std::string("ada:correct horse\0x", 19)), 0));
  CHECK(!users.check("Basic !!!", 0));
  CHECK(users.known("Digest x", 0).how == Users::Known::How::no);
  CHECK(users.known("", 0).how == Users::Known::How::no);
  CHECK(users.known("Basic " + std::string(2'000, 'A'), 0).how == Users::Known::How::no);
}

TEST_CASE("a name that nobody has takes as long as one of the users, and always the same") {
  std::string cheap = kDigest, dear = kDigest;
  dear.replace(4, 2, "09");
  Users users;
  REQUIRE(users.add_users("ada:" + cheap + "\nbob:" + dear + "\n", "users"));
  size_t as_dear = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string name = "nobody" + std::to_string(i), is = users.stand_in(name);
    CHECK((is == cheap || is == dear));
    CHECK(users.stand_in(name) == is);
    as_dear += is == dear;
  }
  CHECK(as_dear > 0);
  CHECK(as_dear < 200);
  Users alone;
  REQUIRE(alone.add_users("ada:" + cheap, "users"));
  CHECK(alone.stand_in("bob") == cheap);
  CHECK(!alone.check(basic("bob:correct horse"), 0));
}

TEST_CASE("a token is one of the file's, whole") {
  Users users;
  REQUIRE(users.add_tokens("# of CI\n0123456789abcdef\nfedcba9876543210\n", "tokens"));
  CHECK(users.known("Bearer fedcba9876543210", 0).user == "token 2");
  CHECK(users.known("bearer 0123456789abcdef", 0).how == Users::Known::How::yes);
  for (const char* other :
       {"Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Bearer", "Bearer ",
        "0123456789abcdef", "Basic 0123456789abcdef", "Bearer # of CI"})
    CHECK_MESSAGE(users.known(other, 0).how == Users::Known::How::no, other);
}

TEST_CASE("files of users and tokens are refused by line, and nothing of a digest is told") {
  CHECK(
      refused("ada:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=") ==
      "users: line 1: expected a bcrypt digest ($2y$..., htpasswd -B), found another kind for ada");
  CHECK(
      refused("\nada:$apr1$abc$def") ==
      "users: line 2: expected a bcrypt digest ($2y$..., htpasswd -B), found another kind for ada");
  CHECK(refused("ada") ==
        "users: line 1: expected NAME:DIGEST as htpasswd -B writes it, found another form");
  CHECK(refused("# nobody\n") == "users: expected users, found none");
  CHECK(refused((std::string("a:") + kDigest + "\na:" + kDigest).c_str()) ==
        "users: line 2: expected each name once, found a twice");
  CHECK(Users().add_tokens("short", "t").error().what ==
        "t: line 1: expected a token of at least 16 characters without blanks, found another");
  CHECK(Users().add_tokens("", "t").error().what == "t: expected tokens, found none");
}

TEST_CASE("who asks too much waits, and only he") {
  Rate rate(2, 4);
  for (int i = 0; i < 4; ++i) CHECK(rate.take("a", 100) == 0);
  CHECK(rate.take("a", 100) == 1);
  CHECK(rate.take("b", 100) == 0);
  CHECK(rate.take("a", 100.6) == 0);
  CHECK(rate.take("a", 100.6) == 1);
  CHECK(rate.take("a", 1'000) == 0);
  for (int i = 0; i < 50'000; ++i) rate.take(std::to_string(i), 2'000 + i * 0.001);
  CHECK(rate.size() <= 20'000);
  CHECK(peer_key("2001:db8::1") == peer_key("2001:db8::ffff"));
  CHECK(peer_key("2001:db8::1") != peer_key("2001:db8:0:1::1"));
  CHECK(peer_key("::ffff:10.0.0.1") == "10.0.0.1");
  CHECK(peer_key("10.0.0.1") == "10.0.0.1");
}
