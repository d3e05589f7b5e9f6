// Tags of HTML, XML and word processors' texts, as far as values stand among them.
#pragma once

#include <cstddef>
#include <string_view>

namespace attest {

struct Tag {
  std::string_view name;        // "w:p" of "</w:p>"; empty: no tag begins here
  std::string_view attributes;  // what stands behind the name
  size_t size = 0;              // with its angles; 0: it does not end, or not soon
  bool closes = false;          // "</p>"
  bool is_empty = false;        // "<p/>": closed by itself
};
Tag tag_at(std::string_view text);

// A line of its own begins and ends at such a tag.
bool breaks_line(std::string_view name);
bool parts_words(std::string_view name);
// Tags that lay out and name no value: <td>, <value>.
bool is_of_layout(std::string_view name);

}  // namespace attest
