#include "dcl/download.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "dcl/curl_api.h"
#include "dcl/network.h"
#include "verifier/base/characters.h"

namespace attest::dcl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kMaxHeaderBytes = 64u << 10;  // of one answer
constexpr size_t kMaxUrl = 2000;

milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t out = 0;
  const auto got = std::from_chars(text.data(), text.data() + text.size(), out);
  return got.ec == std::errc() && got.ptr == text.data() + text.size() ? std::optional(out)
                                                                       : std::nullopt;
}

// RFC 9110 14.4: "bytes first-last/size". What part of the file an answer 206 brings.
struct Part {
  uint64_t first, last;
  std::optional<uint64_t> size;
};
std::optional<Part> part_of(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const size_t dash = text.find('-'), slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash)
    return std::nullopt;
  const auto first = number(text.substr(0, dash)),
             last = number(text.substr(dash + 1, slash - dash - 1));
  const std::string_view whole = text.substr(slash + 1);
  const auto size = number(whole);
  if (!first || !last || *last < *first || (!size && whole != "*") || (size && *last >= *size))
    return std::nullopt;
  return Part{.first = *first, .last = *last, .size = size};
}

std::optional<IpAddress> address_of(const sockaddr* address) {
  IpAddress out;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(out.bytes.data(), &v4.sin_addr, 4);
    return out;
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, address, sizeof v6);
  std::memcpy(out.bytes.data(), &v6.sin6_addr, 16);
  out.v6 = true;
  return out;
}

// "example.com:443": whom a URL that was checked asks.
std::string host_and_port(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t from = scheme + 3, end = std::min(url.find_first_of("/?#", from), url.size());
  std::string out = url.substr(from, end - from);
  for (char& c : out) c = to_lower(c);
  const size_t colon = out.rfind(':'), bracket = out.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  if (has_port) return out;
  return out + (scheme == 5 ? ":443" : ":80");
}

// One question to one server: from the connection to the last byte of its answer.
struct Hop {
  const DownloadRequest& request;
  const DownloadOptions& options;
  const TakePiece& take;
  std::string url;
  uint64_t allowed;  // bytes of a body that the command may still take

  enum class Answer : uint8_t { none, content, unchanged, redirect, refused } answer = Answer::none;
  int status = 0;
  std::optional<uint64_t> length = {};  // that the server says the body has
  std::string content_range = {}, location = {};
  Validators validators = {};
  uint64_t at = 0;    // offset in the file of the next byte
  uint64_t came = 0;  // bytes of headers and body, for the speed
  size_t header_bytes = 0;
  bool whole_file = true;
  std::optional<uint64_t> file_size = {};
  std::string problem = {};           // ends the transfer; the line after the URL
  std::optional<Error> stopped = {};  // by the taker
  std::string not_public = {};        // addresses that were refused
  bool tried = false;                 // one that was not
  bool silent = false;                // it gave no answer at all
  char message[CURL_ERROR_SIZE] = {};

  void take_field(std::string_view name, std::string_view value) {
    const auto is = [&](std::string_view wanted) {
      return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
    };
    if (is("content-length")) length = number(value);
    if (is("content-range")) content_range = value;
    if (is("location")) location = value;
    if (is("etag") && value.size() <= 256) validators.etag = value;
    if (is("last-modified") && value.size() <= 64) validators.last_modified = value;
  }

  size_t take_header(std::string_view line) {
    came += line.size();
    header_bytes += line.size();
    if (header_bytes > kMaxHeaderBytes) {
      problem = fmt::format("expected at most {} bytes of headers, found more", kMaxHeaderBytes);
      return 0;
    }
    const size_t all = line.size();
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' '))
      line.remove_suffix(1);
    if (answer != Answer::none) return all;  // trailers
    if (line.starts_with("HTTP/")) {
      length.reset();
      content_range.clear();
      location.clear();
      validators = {};
      const size_t blank = line.find(' ');
      status = blank == std::string_view::npos
                   ? 0
                   : static_cast<int>(number(line.substr(blank + 1, 3)).value_or(0));
      return all;
    }
    if (line.empty())
      return status < 200 || settle() ? all : 0;  // 1xx: the answer is still to come
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return all;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
      value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
    return all;
  }

  // The headers are complete: what kind of answer this is, and whether its body may come.
  bool settle() {
    const bool redirects =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (redirects && !location.empty()) {
      answer = Answer::redirect;
      return true;
    }
    if (status == 304 && request.from == 0 && !request.known.empty()) {
      answer = Answer::unchanged;
      return true;
    }
    answer = Answer::refused;
    if (status == 206 && request.from > 0) {
      const auto part = part_of(content_range);
      if (!part || part->first != request.from) {
        problem = fmt::format("expected the bytes from {} on, found \"{}\"", request.from,
                              printable(content_range.substr(0, 80)));
        return false;
      }
      at = request.from;
      whole_file = false;
      file_size = part->size;
    } else if (status == 200) {
      file_size = length;
    } else {
      problem = fmt::format("expected the file, found the answer {}", status);
      return false;
    }
    if (file_size && !size_fits(*file_size)) return false;
    answer = Answer::content;
    if (request.begins) {
      if (const auto begun = request.begins(validators, at); !begun) stopped = begun.error();
    }
    return !stopped;
  }

  // `size` of the file, said or reached.
  bool size_fits(uint64_t size) {
    if (request.size && size > *request.size)
      problem = fmt::format("expected {} bytes, found {}", *request.size,
                            size == at ? "more" : fmt::format("{}", size));
    else if (request.size && size == file_size && size < *request.size)
      problem = fmt::format("expected {} bytes, found {}", *request.size, size);
    else if (size > request.limits.bytes)
      problem = fmt::format("expected at most {} bytes, found {}", request.limits.bytes,
                            size == at ? "more" : fmt::format("{}", size));
    if (!problem.empty() && request.met != nullptr) request.met->other_size = true;
    return problem.empty();
  }

  size_t take_body(View piece) {
    came += piece.size();
    if (answer != Answer::content) return 0;  // of a redirect or a refusal: not wanted
    if (piece.size() > allowed) {
      problem = fmt::format("all downloads together are larger than the {} bytes allowed",
                            options.all_bytes);
      return 0;
    }
    allowed -= piece.size();
    const uint64_t offset = at;
    at += piece.size();
    if (!size_fits(at)) return 0;
    if (const auto taken = take(offset, piece); !taken) {
      stopped = taken.error();
      return 0;
    }
    return piece.size();
  }

  curl_socket_t open_socket(const curl_sockaddr& address) {
    const auto ip = address_of(&address.addr);
    if (!ip || (!options.allow_private_hosts && !options.admits(*ip))) {
      if (!not_public.empty()) not_public += ", ";
      not_public += ip ? ip->text() : "an address that is not of the Internet";
      return CURL_SOCKET_BAD;
    }
    tried = true;
    return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  }
};

size_t on_body(char* data, size_t size, size_t n, void* hop) {
  return static_cast<Hop*>(hop)->take_body(view({data, size * n}));
}
size_t on_header(char* data, size_t size, size_t n, void* hop) {
  return static_cast<Hop*>(hop)->take_header({data, size * n});
}
curl_socket_t on_socket(void* hop, curlsocktype, curl_sockaddr* address) {
  return static_cast<Hop*>(hop)->open_socket(*address);
}

class CurlDownloader final : public Downloader {
 public:
  CurlDownloader(const CurlApi& api, DownloadOptions options)
      : api_(api),
        options_(std::move(options)),
        multi_(api.multi_init()),
        easy_(api.easy_init()),
        bytes_left_(options_.all_bytes),
        time_left_(options_.all_time) {}
  ~CurlDownloader() override {
    api_.easy_cleanup(easy_);
    api_.multi_cleanup(multi_);
  }
  CurlDownloader(const CurlDownloader&) = delete;
  CurlDownloader& operator=(const CurlDownloader&) = delete;

  Result<Downloaded> get(const DownloadRequest& request, const TakePiece& take,
                         const OnDownload& progress) override {
    const auto start = Clock::now();
    auto result = follow(request, take, progress, start);
    time_left_ -= std::min(time_left_, since(start));
    return result;
  }

 private:
  Result<Downloaded> follow(const DownloadRequest& request, const TakePiece& take,
                            const OnDownload& progress, Clock::time_point start) {
    std::vector<std::string> visited;
    for (std::string url = request.url;;) {
      const auto fail = [&](const std::string& why) {
        const std::string from =
            visited.empty() ? std::string()
                            : fmt::format(" (redirected from {})", shown_url(visited.front()));
        // What a server leads to may be signed for this one download.
        const std::string here = visited.empty() ? url : without_query(url);
        return error(fmt::format("{}{}: {}", shown_url(here), from, why));
      };
      if (const auto good = check_web_address(url); !good) return fail(good.error().what);
      if (std::find(visited.begin(), visited.end(), url) != visited.end())
        return fail("redirected in a circle");
      if (visited.size() > request.limits.redirects)
        return fail(
            fmt::format("expected at most {} redirects, found more", request.limits.redirects));
      const std::string host = host_and_port(url);
      if (options_.silent) {
        const auto known = options_.silent->why.find(host);
        if (known != options_.silent->why.end() && request.met != nullptr) request.met->status = 0;
        if (known != options_.silent->why.end())
          return fail(
              fmt::format("not asked again, {} gave no answer before: {}", host, known->second));
      }
      Hop hop{.request = request,
              .options = options_,
              .take = take,
              .url = url,
              .allowed = bytes_left_};
      auto next = ask(hop, progress, start);
      bytes_left_ = hop.allowed;
      if (!next && hop.silent && options_.silent)
        options_.silent->why.emplace(host, next.error().what);
      if (!next) return hop.stopped ? tl::unexpected(*hop.stopped) : fail(next.error().what);
      if (!next->empty()) {
        visited.push_back(std::exchange(url, std::move(*next)));
        continue;
      }
      if (hop.answer == Hop::Answer::unchanged)
        return Downloaded{.kind = Downloaded::Kind::unchanged,
                          .url = url,
                          .validators = hop.validators.empty() ? request.known : hop.validators,
                          .size = 0};
      if (request.met != nullptr && request.size && hop.at != *request.size)
        request.met->other_size = true;
      if (request.size && hop.at != *request.size)
        return fail(fmt::format("expected {} bytes, found {}", *request.size, hop.at));
      if (!hop.whole_file && hop.file_size && hop.at != *hop.file_size)
        return fail(fmt::format("expected {} bytes, found {}", *hop.file_size, hop.at));
      return Downloaded{.kind = hop.whole_file ? Downloaded::Kind::whole : Downloaded::Kind::rest,
                        .url = url,
                        .validators = hop.validators,
                        .size = hop.at};
    }
  }

  void set_up(Hop& hop, curl_slist* headers) {
    api_.easy_reset(easy_);
    const auto set = [&](CURLoption option, auto value) { api_.easy_setopt(easy_, option, value); };
    set(CURLOPT_URL, hop.url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer holds nobody up at the end
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(CURLOPT_PROXY, "");  // an address behind a proxy cannot be checked
    set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_OPENSOCKETFUNCTION, on_socket);
    set(CURLOPT_OPENSOCKETDATA, &hop);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(hop.request.limits.connect.count()));
    set(CURLOPT_ERRORBUFFER, hop.message);
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, &hop);
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_HEADERDATA, &hop);
    if (headers != nullptr) set(CURLOPT_HTTPHEADER, headers);
  }

  // RFC 9110 13.1 and 14.2. A weak entity tag names no bytes, so it cannot ask for the rest of
  // them.
  curl_slist* headers_of(const DownloadRequest& request) {
    curl_slist* out = nullptr;
    const auto add = [&](const char* name, const std::string& value) {
      out = api_.slist_append(out, fmt::format("{}: {}", name, value).c_str());
    };
    const auto& [etag, modified] = request.known;
    if (request.from > 0) {
      add("Range", fmt::format("bytes={}-", request.from));
      const std::string& same = !etag.empty() && !etag.starts_with("W/") ? etag : modified;
      if (!same.empty()) add("If-Range", same);
    } else {
      if (!etag.empty()) add("If-None-Match", etag);
      if (!modified.empty()) add("If-Modified-Since", modified);
    }
    return out;
  }

  // The URL that the server sends us to, or empty when this was the answer.
  Result<std::string> ask(Hop& hop, const OnDownload& progress, Clock::time_point start) {
    curl_slist* headers = headers_of(hop.request);
    set_up(hop, headers);
    api_.multi_add_handle(multi_, easy_);
    const auto code = wait(hop, progress, start);
    api_.multi_remove_handle(multi_, easy_);
    api_.slist_free_all(headers);

    const bool not_public =
        code && *code == CURLE_COULDNT_CONNECT && !hop.not_public.empty() && !hop.tried;
    if (hop.request.met != nullptr) {
      hop.request.met->status = hop.status;
      hop.request.met->not_public = not_public;
    }
    hop.silent = hop.status == 0 && !not_public && !hop.stopped && hop.problem.empty() &&
                 ((!code && since(start) < time_left_) ||
                  (code && (*code == CURLE_COULDNT_RESOLVE_HOST || *code == CURLE_COULDNT_CONNECT ||
                            *code == CURLE_OPERATION_TIMEDOUT)));
    if (!hop.problem.empty()) return error(hop.problem);
    if (hop.stopped) return tl::unexpected(*hop.stopped);
    if (hop.answer == Hop::Answer::redirect) return redirect_target(api_, hop.url, hop.location);
    if (!code) return tl::unexpected(code.error());
    if (*code == CURLE_OK)
      return hop.answer == Hop::Answer::none ? error("expected the file, found no HTTP answer")
                                             : Result<std::string>("");
    if (not_public)
      return error(fmt::format(
          "expected a public address, found {} (--allow-private-hosts lets it be asked)",
          hop.not_public));
    const std::string got =
        hop.answer == Hop::Answer::content
            ? fmt::format(" after {} bytes{}", hop.at,
                          hop.file_size ? fmt::format(" of {}", *hop.file_size) : "")
            : "";
    const char* detail = hop.message[0] != '\0' ? hop.message : api_.easy_strerror(*code);
    return error(fmt::format("{}{}: {}", curl_meaning(*code), got, printable(detail)));
  }

  // Runs the transfer to its end, or to that of its time or its speed.
  Result<CURLcode> wait(const Hop& hop, const OnDownload& progress, Clock::time_point start) {
    const DownloadLimits& limits = hop.request.limits;
    const milliseconds most = std::min(limits.total, time_left_);
    auto measured_from = Clock::now();
    uint64_t measured_at = 0;
    for (uint64_t shown = UINT64_MAX;;) {
      int running = 0;
      api_.multi_perform(multi_, &running);
      if (hop.request.waits) hop.request.waits(hop.url);
      if (progress && hop.answer == Hop::Answer::content && hop.at != shown)
        progress(shown = hop.at, hop.file_size);
      int left = 0;
      while (const CURLMsg* message = api_.multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) return message->data.result;
      }
      const std::string came = fmt::format("{} bytes came", hop.at);
      if (since(start) >= most) {
        if (limits.total <= time_left_)
          return error(
              fmt::format("expected within {} ms, not finished ({})", limits.total.count(), came));
        return error(fmt::format("all downloads together take longer than the {} ms allowed ({})",
                                 options_.all_time.count(), came));
      }
      const milliseconds measured = since(measured_from);
      if (measured >= limits.slow_for) {
        if ((hop.came - measured_at) * 1000 <
            limits.slowest * static_cast<uint64_t>(measured.count()))
          return error(fmt::format("expected at least {} bytes a second, found {} in {} ms ({})",
                                   limits.slowest, hop.came - measured_at, measured.count(), came));
        measured_from = Clock::now();
        measured_at = hop.came;
      }
      const milliseconds due = std::min(
          {milliseconds(1000), most - since(start), limits.slow_for - since(measured_from)});
      api_.multi_poll(multi_, nullptr, 0, static_cast<int>(std::max(due, milliseconds(1)).count()),
                      nullptr);
    }
  }

  const CurlApi& api_;
  DownloadOptions options_;
  CURLM* multi_;
  CURL* easy_;
  uint64_t bytes_left_;
  milliseconds time_left_;
};

}  // namespace

Result<void> check_web_address(const std::string& url) {
  const auto scheme_is = [&](std::string_view wanted) {
    return url.size() > wanted.size() &&
           std::equal(wanted.begin(), wanted.end(), url.begin(),
                      [](char w, char c) { return w == to_lower(c); });
  };
  const size_t scheme = scheme_is("https://") ? 8 : scheme_is("http://") ? 7 : 0;
  if (scheme == 0) return error("expected an http or https address, found another");
  if (url.size() > kMaxUrl)
    return error(fmt::format("expected at most {} characters, found {}", kMaxUrl, url.size()));
  for (const char c : url) {
    if (c <= ' ' || c >= 0x7F || c == '\\')
      return error("expected a URL, found a character that no URL has");
  }
  const std::string authority = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  if (authority.empty()) return error("expected a host, found none");
  if (authority.find('@') != std::string::npos)
    return error("expected no user name in a URL, found one");
  return {};
}

Result<std::unique_ptr<Downloader>> make_downloader(const DownloadOptions& options) {
  const Result<const CurlApi*> api = curl_api();
  if (!api) return tl::unexpected(api.error());
  return std::make_unique<CurlDownloader>(**api, options);
}

}  // namespace attest::dcl
