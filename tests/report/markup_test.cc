#include "report/markup.h"

#include "tests/support/support.h"

using namespace attest;

namespace {

std::string paragraph(std::string_view text) {
  Markup page(Markup::Kind::html);
  page.leaf("p", text);
  return page.take();
}

}  // namespace

TEST_CASE("text stays text, whatever it looks like") {
  const struct {
    const char* text;
    const char* written;
  } rows[] = {
      {"<script>", "&lt;script&gt;"},
      {"</p><p>", "&lt;/p&gt;&lt;p&gt;"},
      {"&lt;", "&amp;lt;"},
      {"\" onclick=\"x", "&quot; onclick=&quot;x"},
      {"'", "&#39;"},
      {"a\nb\x01", "a\\x0Ab\\x01"},
      {"\xE2\x80\xAE"
       "abc",
       "\\u{202E}abc"},
      {"\xEF\xBF\xBE", "\\u{FFFE}"},
      {"\xFF", "\\xFF"},
      {"\xD7\xA9\xD7\x9C", "\xD7\xA9\xD7\x9C"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(paragraph(row.text) == std::string("<!DOCTYPE html>\n<p>") + row.written + "</p>");
  }
}

TEST_CASE("values of attributes are escaped alike") {
  Markup page(Markup::Kind::xml);
  page.empty("case", {{"name", "a\"b<c>&'\n"}});
  CHECK(page.take() ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<case "
        "name=\"a&quot;b&lt;c&gt;&amp;&#39;\\x0A\"/>");
}

TEST_CASE("elements close in the order in which they were opened, void ones not at all") {
  Markup page(Markup::Kind::html);
  {
    const auto outer = page.in("ul", {{"class", "x"}});
    for (const char* text : {"1", "2"}) {
      const auto li = page.in("li");
      page.isolated(text).empty("br");
    }
  }
  CHECK(page.take() ==
        "<!DOCTYPE html>\n<ul class=\"x\"><li><bdi>1</bdi><br></li><li><bdi>2</bdi><br></li></ul>");
}

TEST_CASE("a link stays within its page") {
  Markup page(Markup::Kind::html);
  page.leaf("a", "x", {Attribute::link_to("javascript:alert(1)")});
  CHECK(page.take() == "<!DOCTYPE html>\n<a href=\"#javascript:alert(1)\">x</a>");
}
