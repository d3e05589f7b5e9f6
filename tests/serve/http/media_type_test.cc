#include "serve/http/media_type.h"

#include <string>
#include <vector>

#include "tests/support/support.h"

using namespace attest::serve;

namespace {

std::string best(const char* header) {
  const std::vector<const char*> offered = {"application/json", "text/html"};
  const char* type = accepted(header, offered);
  return type == nullptr ? "none" : type;
}

}  // namespace

TEST_CASE("a body's media type and boundary") {
  CHECK(media_type("Multipart/Form-Data; boundary=abc")->name == "multipart/form-data");
  CHECK(media_type("multipart/form-data; boundary=abc")->boundary == "abc");
  CHECK(media_type("multipart/form-data; charset=x; boundary=\"a b\\\"c\"")->boundary == "a b\"c");
  CHECK(media_type("application/x-ndjson")->name == "application/x-ndjson");
  for (const char* none : {"", "text", "text/", "/html", "text/html; x", "a b/c",
                           "a/b; boundary=\"x", "a/b; boundary=x; boundary=y"})
    CHECK_MESSAGE(!media_type(none), none);
  CHECK(!media_type("a/b; boundary=" + std::string(71, 'x')));
}

TEST_CASE("the answer comes as the asker likes it best") {
  CHECK(best("") == "application/json");
  CHECK(best("*/*") == "application/json");
  CHECK(best("text/html") == "text/html");
  CHECK(best("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8") == "text/html");
  CHECK(best("text/*;q=0.5, application/json;q=0.4") == "text/html");
  CHECK(best("application/json;q=0, */*") == "text/html");
  CHECK(best("image/png") == "none");
  CHECK(best("application/json;q=0") == "none");
  CHECK(best("text/html;q=2") == "none");
  CHECK(best(",,;;=") == "none");
}
