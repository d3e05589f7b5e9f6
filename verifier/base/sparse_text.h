// SparseText: a text that is mostly none, or one of the program's own: of a report's findings there
// are some thousand, and few of them say something of their own. It takes half of what a
// std::string does, and an allocation only where the words were made for it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace attest {

class SparseText {
 public:
  SparseText() = default;
  // A copy of the words.
  SparseText(std::string_view words);
  SparseText(const std::string& words) : SparseText(std::string_view(words)) {}
  SparseText(const char* words) : SparseText(std::string_view(words)) {}
  // Words that live as long as the program.
  static SparseText lasting(std::string_view words) {
    SparseText out;
    out.data_ = words.data();
    out.size_ = static_cast<uint32_t>(words.size());
    return out;
  }

  SparseText(const SparseText& other);
  SparseText(SparseText&& other) noexcept { swap(other); }
  SparseText& operator=(SparseText other) noexcept {
    swap(other);
    return *this;
  }
  ~SparseText() {
    if (own_) delete[] data_;
  }

  std::string_view view() const { return {data_, size_}; }
  operator std::string_view() const { return view(); }
  operator std::string() const { return str(); }
  std::string str() const { return std::string(view()); }
  bool empty() const { return size_ == 0; }
  size_t find(std::string_view words) const { return view().find(words); }
  bool starts_with(std::string_view words) const { return view().starts_with(words); }
  void clear() { *this = SparseText(); }

  friend bool operator==(const SparseText& a, const SparseText& b) { return a.view() == b.view(); }
  friend bool operator==(const SparseText& a, std::string_view b) { return a.view() == b; }
  friend bool operator==(const SparseText& a, const std::string& b) { return a.view() == b; }
  friend bool operator==(const SparseText& a, const char* b) { return a.view() == b; }
  friend std::ostream& operator<<(std::ostream& out, const SparseText& text);

 private:
  void swap(SparseText& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(own_, other.own_);
  }

  const char* data_ = "";
  uint32_t size_ = 0;
  bool own_ = false;
};

}  // namespace attest
