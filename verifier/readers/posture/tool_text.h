// What vendors' tools print, as it lies in files: behind banners, with terminal colours, tabs and
// line ends of any kind.
#pragma once

#include <functional>
#include <string>

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest::tool {

inline constexpr size_t kMostText = 4u << 20;  // of one tool's output

struct Line {
  std::string text;     // without colours, blanks at its end and its line end
  uint64_t offset = 0;  // of its first byte, in the file
  size_t size = 0;      // as it stands there, without its line end
};
// Nothing where the file is no text, or too long for a tool's output.
std::vector<Line> lines(View bytes);

std::string_view trimmed(std::string_view s);
// "Debug lock   : Enabled": what stands behind the label and a ':' or '='; a label is compared
// without case, with any blanks behind it. Nullopt: the line is another.
std::optional<std::string_view> labelled(std::string_view line, std::string_view label,
                                         char separator = ':');
// "0x1f", "0b111", "12"; nullopt: another.
std::optional<uint64_t> number(std::string_view s);
bool same_word(std::string_view a, std::string_view b);  // without case
bool contains(View bytes, std::string_view word);

// The JSON objects of a tool's output: each begins with a '{' at the beginning of a line. One that
// is cut is an error.
struct Printed {
  Json json;
  uint64_t offset = 0;
  size_t size = 0;
};
Result<std::vector<Printed>> json_objects(View bytes);
// Whether one of them has such a member whose value is an object, without parsing any: for
// `recognises`. Of text that is no JSON the answer may be either.
bool has_member(View bytes, std::string_view name);

// For `recognises`, before lines are looked at: text of no more than kMostText bytes, with one of
// these words in it. A word by itself tells no output of a tool from a text that speaks of it.
bool is_output(const Source& source, std::initializer_list<std::string_view> words);
// Whether any line is one that `is` says to be of the tool's.
bool any_line(const Source& source, const std::function<bool(std::string_view)>& is);

// What one file holds of a tool's outputs. An output states each of its values once: one that is
// stated again begins the next output, maybe of another part, so that no value hides another.
enum class Again : uint8_t {
  next,    // whatever it is
  differs  // where it is another value: of JSON, whose objects begin the outputs
};
inline constexpr size_t kMostOutputs = 64;  // of one file

template <class Output>  // with the `offset` at which it begins
class Outputs {
 public:
  explicit Outputs(Again again = Again::next) : again_(again) {}
  // False: it is one more than are read of a file.
  bool begin(uint64_t offset) {
    full_ = full_ || all_.size() >= kMostOutputs;
    if (!full_) all_.emplace_back().offset = offset;
    return !full_;
  }
  // The one that goes on; begun here where there is none.
  Output& at(uint64_t offset) {
    if (all_.empty()) begin(offset);
    return all_.back();
  }
  // `field`: an optional of an output. False: as begin().
  template <class Field, class T>
  bool set(Field field, T value, uint64_t offset) {
    auto& there = std::invoke(field, at(offset));
    if (there && again_ == Again::differs && *there == value) return true;
    if (there && !begin(offset)) return false;
    std::invoke(field, all_.back()) = std::move(value);
    return true;
  }
  const std::vector<Output>& all() const { return all_; }
  bool full() const { return full_; }
  // An output that began by a value that was stated again may lack what makes sense of it:
  // `goes_on` hands it that of the one before.
  template <class GoesOn>
  void complete(GoesOn&& goes_on) {
    for (size_t i = 1; i < all_.size(); ++i) goes_on(all_[i - 1], all_[i]);
  }

 private:
  std::vector<Output> all_;
  Again again_;
  bool full_ = false;
};
// That there are more outputs in a file than are read of one.
void note_more(const Source& source, Reading& reading);

// The text of a source, to take a tool's words out of it; what is left is read as what it is
// (text/beside.h).
class Rest {
 public:
  explicit Rest(const Source& source) : text_(text(source.bytes)) {}
  void take(const Line& line) { take(line.offset, line.size); }
  // An object of which these members were read; the others stay, as and where they are written.
  void take(const Printed& printed,
            const std::function<bool(const std::string&, const Json&)>& read);
  // Empty where nothing but blanks is left.
  std::string text() &&;

 private:
  struct Span {
    size_t begin, size;
  };
  // What holds an onboarding code stays, whatever else stands there.
  void take(size_t begin, size_t size);
  void blank(size_t begin, size_t size);
  static std::string_view text(View bytes) { return attest::text(bytes); }
  std::string text_;
  std::vector<Span> taken_;  // objects: blank in the end
};

Place place(const Source& source, uint64_t offset, std::string item);

}  // namespace attest::tool
