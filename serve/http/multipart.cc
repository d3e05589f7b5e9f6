#include "serve/http/multipart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace attest::serve {
namespace {

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

class Body {
 public:
  Body(View body, std::string_view boundary)
      : all_(text(body)), mark_("\r\n--" + std::string(boundary)) {}

  tl::expected<std::vector<Part>, MultipartError> read() {
    // What stands before the first delimiter is not read, and there is nothing with browsers.
    if (all_.starts_with(std::string_view(mark_).substr(2))) {
      at_ = mark_.size() - 2;
    } else if (const size_t first = find(0); first != std::string_view::npos) {
      at_ = first + mark_.size();
    } else {
      return wrong("expected its first part, found no line that is the boundary");
    }
    std::vector<Part> out;
    for (;;) {
      while (at_ < all_.size() && (all_[at_] == ' ' || all_[at_] == '\t')) ++at_;
      if (all_.substr(at_).starts_with("--")) return out;
      if (!all_.substr(at_).starts_with("\r\n"))
        return wrong("expected the end of the line behind a boundary, found something else");
      at_ += 2;
      if (out.size() == kMostParts)
        return too_many(fmt::format("expected at most {} parts, found more", kMostParts));
      Part part;
      if (auto done = head(part); !done) return tl::unexpected(done.error());
      // The delimiter of a part without content begins with the end of its head.
      const size_t end = find(at_ - 2);
      if (end == std::string_view::npos)
        return wrong("expected the boundary at the end of a part, found the end of the body");
      part.content = end < at_ ? View() : view(all_.substr(at_, end - at_));
      at_ = end + mark_.size();
      out.push_back(std::move(part));
    }
  }

 private:
  using Done = tl::expected<void, MultipartError>;

  tl::unexpected<MultipartError> wrong(std::string what) const {
    return tl::unexpected(MultipartError{
        .too_many = false, .error = {.what = "multipart/form-data: " + what, .offset = at_}});
  }
  tl::unexpected<MultipartError> too_many(std::string what) const {
    return tl::unexpected(MultipartError{
        .too_many = true, .error = {.what = "multipart/form-data: " + what, .offset = at_}});
  }

  size_t find(size_t from) const {
    const void* at = ::memmem(all_.data() + from, all_.size() - from, mark_.data(), mark_.size());
    return at == nullptr ? std::string_view::npos
                         : static_cast<size_t>(static_cast<const char*>(at) - all_.data());
  }

  // The headers of a part, up to and with the empty line.
  Done head(Part& part) {
    bool named = false;
    for (const size_t from = at_;;) {
      const size_t end = all_.find("\r\n", at_);
      if (end == std::string_view::npos)
        return wrong("expected the headers of a part, found the end of the body");
      if (end - from > kMostPartHead)
        return too_many(
            fmt::format("expected headers of at most {} bytes, found more", kMostPartHead));
      const std::string_view line = all_.substr(at_, end - at_);
      at_ = end + 2;
      if (line.empty()) break;
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos || colon == 0)
        return wrong("expected a header of a part, found a line without a colon");
      const std::string name = lower(line.substr(0, colon));
      if (name == "content-disposition") {
        if (named) return wrong("expected one Content-Disposition a part, found two");
        if (auto done = disposition(line.substr(colon + 1), part); !done) return done;
        named = true;
      } else if (name == "content-transfer-encoding") {
        const std::string how = lower(line.substr(colon + 1));
        if (how.find("binary") == how.npos && how.find("bit") == how.npos)
          return wrong("expected parts as they are, found a content transfer encoding");
      }
    }
    if (!named) return wrong("expected Content-Disposition: form-data, found a part without one");
    return {};
  }

  Done disposition(std::string_view value, Part& part) {
    size_t i = value.find_first_not_of(" \t");
    const std::string kind =
        i == value.npos ? "" : lower(value.substr(i, std::min(value.find(';'), value.size()) - i));
    if (kind.substr(0, kind.find_last_not_of(" \t") + 1) != "form-data")
      return wrong("expected Content-Disposition: form-data, found another");
    bool named = false;
    for (i = value.find(';'); i < value.size();) {
      i = value.find_first_not_of(" \t", i + 1);
      if (i == value.npos) break;
      const size_t equals = value.find('=', i);
      if (equals == value.npos) return wrong("expected name=\"...\", found something else");
      const std::string name = lower(value.substr(i, equals - i));
      std::string said;
      i = equals + 1;
      if (i < value.size() && value[i] == '"') {
        if (!quoted(value, i, said))
          return wrong("expected the end of a quoted name, found the end of the line");
      } else {
        const size_t end = std::min(value.find(';', i), value.size());
        said = value.substr(i, end - i);
        i = end;
      }
      if (name == "name") {
        if (named) return wrong("expected one name a part, found two");
        part.name = std::move(said);
        named = true;
      } else if (name == "filename") {
        if (part.file_name) return wrong("expected one file name a part, found two");
        part.file_name = std::move(said);
      }
    }
    if (!named) return wrong("expected a part with a name, found one without");
    return {};
  }

  // From the quote on; `i` is behind the closing one then. Browsers write a quote as %22, and
  // backslashes as they are.
  static bool quoted(std::string_view value, size_t& i, std::string& out) {
    for (++i; i < value.size() && value[i] != '"'; ++i) {
      if (value.substr(i).starts_with("\\\"")) ++i;
      if (value.substr(i).starts_with("%22")) {
        out += '"';
        i += 2;
      } else {
        out += value[i];
      }
    }
    if (i >= value.size()) return false;
    i = std::min(value.find(';', i), value.size());
    return true;
  }

  std::string_view all_;
  std::string mark_;
  size_t at_ = 0;
};

}  // namespace

tl::expected<std::vector<Part>, MultipartError> parse_multipart(View body,
                                                                std::string_view boundary) {
  if (boundary.empty())
    return tl::unexpected(MultipartError{
        .too_many = false,
        .error = {.what = "multipart/form-data: expected a boundary, found none", .offset = {}}});
  return Body(body, boundary).read();
}

}  // namespace attest::serve
