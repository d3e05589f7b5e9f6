#include "serve/http/multipart.h"

#include <fmt/format.h>

#include "tests/support/support.h"

using namespace attest;
using namespace attest::serve;

namespace {

std::string field(const std::string& name, const std::string& value) {
  return fmt::format("--b\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", name,
                     value);
}
std::string file(const std::string& disposition, const std::string& content) {
  return fmt::format("--b\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", disposition,
                     content);
}
std::string wrong(const std::string& body) {
  const auto parts = parse_multipart(view(body), "b");
  return parts ? "none" : parts.error().error.what;
}

}  // namespace

TEST_CASE("a form's fields and files come as they were sent") {
  const std::string body = field("code", "MT:X") +
                           file("name=\"evidence\"; filename=\"a/../b \\\"c\\\" %22.der\"",
                                std::string("\0\r\n--a\r\n", 8)) +
                           file("filename=x; name=evidence", "") + "--b--\r\n";
  const auto parts = parse_multipart(view(body), "b");
  REQUIRE(parts);
  REQUIRE(parts->size() == 3);
  CHECK((*parts)[0].name == "code");
  CHECK(!(*parts)[0].file_name);
  CHECK(text((*parts)[0].content) == "MT:X");
  CHECK((*parts)[1].file_name == "a/../b \"c\" \".der");
  CHECK((*parts)[1].content.size() == 8);
  CHECK((*parts)[2].file_name == "x");
  CHECK((*parts)[2].content.empty());
}

TEST_CASE("what is no form says where it goes wrong") {
  CHECK(wrong("") ==
        "multipart/form-data: expected its first part, found no line that is the boundary");
  CHECK(
      wrong("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx") ==
      "multipart/form-data: expected the boundary at the end of a part, found the end of the body");
  CHECK(wrong("--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--") ==
        "multipart/form-data: expected the end of a quoted name, found the end of the line");
  CHECK(wrong("--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--") ==
        "multipart/form-data: expected Content-Disposition: form-data, found a part without one");
  CHECK(wrong("--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--") ==
        "multipart/form-data: expected Content-Disposition: form-data, found another");
  CHECK(wrong("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--b--") ==
        "multipart/form-data: expected one name a part, found two");
  CHECK(
      wrong("--bx\r\n") ==
      "multipart/form-data: expected the end of the line behind a boundary, found something else");
  CHECK(wrong(field("a", "x").insert(5, "Content-Transfer-Encoding: base64\r\n") + "--b--") ==
        "multipart/form-data: expected parts as they are, found a content transfer encoding");
  const auto none = parse_multipart(view(std::string_view("--\r\n")), "");
  REQUIRE(!none);
  CHECK(none.error().error.what == "multipart/form-data: expected a boundary, found none");
}

TEST_CASE("a form of too many parts, or with too long a head, is told to be too large") {
  std::string body;
  for (size_t i = 0; i <= kMostParts; ++i) body += field("a", "");
  auto parts = parse_multipart(view(body + "--b--"), "b");
  REQUIRE(!parts);
  CHECK(parts.error().too_many);
  parts = parse_multipart(view("--b\r\nX: " + std::string(kMostPartHead, 'x') + "\r\n\r\n"), "b");
  REQUIRE(!parts);
  CHECK(parts.error().too_many);
}

TEST_CASE("every beginning of a form is refused, and none is read past its end") {
  const std::string body =
      field("a", "1") + file("name=\"f\"; filename=\"g\"", "content") + "--b--";
  for (size_t n = 0; n + 2 < body.size(); ++n)
    CHECK_MESSAGE(!parse_multipart(view(body.substr(0, n)), "b"), n);
  CHECK(parse_multipart(view(body), "b"));
}
