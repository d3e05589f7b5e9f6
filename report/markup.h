// Markup: HTML, SVG and XML written so that no text of a device can become markup. Names of
// elements and attributes are literals of this program: the compiler insists on it, and refuses
// those that would run or load something. Everything else is made printable and escaped on its way
// in, and an element closes itself when its scope ends. There is no other way in, so a page is
// well-formed and harmless because it was written with this, not because somebody took care.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace attest {

// Text of the program itself.
class Literal {
 public:
  consteval Literal(const char* s) : text_(s) {}
  constexpr std::string_view text() const { return text_; }

 protected:
  std::string_view text_;
};

class ElementName : public Literal {
 public:
  consteval ElementName(const char* s) : Literal(s) {
    for (const std::string_view runs_or_loads : {"script", "style", "iframe", "object", "embed",
                                                 "link", "base", "template", "foreignObject"}) {
      if (text_ == runs_or_loads) throw "no element that runs or loads something";
    }
  }
};

class AttributeName : public Literal {
 public:
  consteval AttributeName(const char* s) : Literal(s) {
    if (text_.starts_with("on")) throw "no attribute that runs something";
    for (const std::string_view runs_or_loads :
         {"style", "src", "srcset", "srcdoc", "href", "xlink:href", "action", "formaction"}) {
      if (text_ == runs_or_loads)
        throw "no attribute that loads something: for a link within the page there is link_to";
    }
  }

 private:
  friend class Attribute;
  struct Link {};
  constexpr explicit AttributeName(Link) : Literal(kHref) {}
  static constexpr Literal kHref{"href"};
};

class Attribute {
 public:
  Attribute(AttributeName name, std::string value) : name_(name), value_(std::move(value)) {}
  // A link to an element of the same page.
  static Attribute link_to(std::string_view id) {
    return {AttributeName(AttributeName::Link{}), "#" + std::string(id)};
  }
  std::string_view name() const { return name_.text(); }
  const std::string& value() const { return value_; }

 private:
  AttributeName name_;
  std::string value_;
};
using Attributes = std::initializer_list<Attribute>;

class Markup {
 public:
  enum class Kind : uint8_t { html, xml };
  explicit Markup(Kind kind);  // starts with the doctype or the XML declaration

  class [[nodiscard]] Scope {
   public:
    explicit Scope(Markup& page) : page_(page) {}
    ~Scope() { page_.end(); }
    Scope(const Scope&) = delete;

   private:
    Markup& page_;
  };
  Scope in(ElementName name, Attributes attributes = {});
  Markup& leaf(ElementName name, std::string_view text,
               Attributes attributes = {});                     // an element with nothing but text
  Markup& empty(ElementName name, Attributes attributes = {});  // <br>, <path/>
  Markup& text(std::string_view text);
  // Text whose direction must not reach what stands beside it: names, paths and values of a device.
  Markup& isolated(std::string_view text);
  Markup& line();  // a line end, for people who read the source
  // A page's own stylesheet, with the hash by which its content security policy allows it.
  Markup& stylesheet(Literal css);
  static std::string hash_of(Literal css);  // "sha256-..."

  size_t size() const { return out_.size(); }
  std::string take();

 private:
  void start(std::string_view name, Attributes attributes);
  void end();
  void escaped(std::string_view s);

  Kind kind_;
  std::string out_;
  std::vector<std::string_view> open_;  // literals
};

}  // namespace attest
