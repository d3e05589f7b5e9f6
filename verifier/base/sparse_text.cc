#include "verifier/base/sparse_text.h"

#include <algorithm>
#include <ostream>

namespace attest {

SparseText::SparseText(std::string_view words) {
  if (words.empty()) return;
  char* const own = new char[words.size()];
  std::copy(words.begin(), words.end(), own);
  data_ = own;
  size_ = static_cast<uint32_t>(words.size());
  own_ = true;
}

SparseText::SparseText(const SparseText& other)
    : SparseText(other.own_ ? SparseText(other.view()) : lasting(other.view())) {}

std::ostream& operator<<(std::ostream& out, const SparseText& text) {
  return out << text.view();
}

}  // namespace attest
