#include "report/markup.h"

#include "verifier/base/bytes.h"
#include "verifier/crypto/crypto.h"

namespace attest {

Markup::Markup(Kind kind)
    : kind_(kind),
      out_(kind == Kind::html ? "<!DOCTYPE html>\n"
                              : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

// Quotes are escaped in text, too: one rule, whatever the place.
void Markup::escaped(std::string_view s) {
  for (const char c : printable(s)) {
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':
        out_ += "&gt;";
        break;
      case '"':
        out_ += "&quot;";
        break;
      case '\'':
        out_ += "&#39;";
        break;
      default:
        out_ += c;
    }
  }
}

void Markup::start(std::string_view name, Attributes attributes) {
  out_ += '<';
  out_ += name;
  for (const Attribute& a : attributes) {
    out_ += ' ';
    out_ += a.name();
    out_ += "=\"";
    escaped(a.value());
    out_ += '"';
  }
}

Markup::Scope Markup::in(ElementName name, Attributes attributes) {
  start(name.text(), attributes);
  out_ += '>';
  open_.push_back(name.text());
  return Scope(*this);
}

void Markup::end() {
  out_ += "</";
  out_ += open_.back();
  out_ += '>';
  open_.pop_back();
}

Markup& Markup::leaf(ElementName name, std::string_view text, Attributes attributes) {
  const auto element = in(name, attributes);
  escaped(text);
  return *this;
}

Markup& Markup::empty(ElementName name, Attributes attributes) {
  start(name.text(), attributes);
  const std::string_view n = name.text();
  const bool is_void =
      kind_ == Kind::html && (n == "meta" || n == "br" || n == "hr" || n == "col" || n == "wbr");
  out_ += is_void ? ">" : "/>";
  return *this;
}

Markup& Markup::text(std::string_view text) {
  escaped(text);
  return *this;
}

Markup& Markup::isolated(std::string_view text) {
  return leaf("bdi", text);
}

Markup& Markup::line() {
  out_ += '\n';
  return *this;
}

Markup& Markup::stylesheet(Literal css) {
  out_ += "<style>";
  out_ += css.text();
  out_ += "</style>";
  return *this;
}

std::string Markup::hash_of(Literal css) {
  return "sha256-" + base64(sha256(view(css.text())));
}

std::string Markup::take() {
  return std::move(out_);
}

}  // namespace attest
