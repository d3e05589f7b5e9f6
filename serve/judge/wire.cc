#include "serve/judge/wire.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace attest::serve {
namespace {

struct Sizes {
  uint32_t head = 0, handles = 0;
  uint64_t body = 0;
};
constexpr size_t kMostHandles = 3;

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

// As much as goes at once of all three, so that who receives is woken once. How much did.
std::optional<size_t> send_first(int socket, const Sizes& sizes, std::string_view head,
                                 std::string_view body, const std::vector<int>& handles) {
  const auto part = [](const void* at, size_t size) {
    return iovec{.iov_base = const_cast<void*>(at), .iov_len = size};
  };
  std::array<iovec, 3> parts = {part(&sizes, sizeof sizes), part(head.data(), head.size()),
                                part(body.data(), body.size())};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostHandles * sizeof(int))> beside{};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (!handles.empty()) {
    message.msg_control = beside.data();
    message.msg_controllen = CMSG_SPACE(handles.size() * sizeof(int));
    cmsghdr* const control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(handles.size() * sizeof(int));
    std::memcpy(CMSG_DATA(control), handles.data(), handles.size() * sizeof(int));
  }
  for (;;) {
    const ssize_t n = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < static_cast<ssize_t>(sizeof sizes)) return std::nullopt;
    return static_cast<size_t>(n);
  }
}

class Receiver {
 public:
  Receiver(int socket, Deadline deadline, bool& late)
      : socket_(socket), deadline_(deadline), late_(late) {}

  bool first(Sizes& sizes, std::vector<Handle>& handles) {
    if (!wait()) return false;
    iovec part{.iov_base = &sizes, .iov_len = sizeof sizes};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostHandles * sizeof(int))> beside{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = beside.data();
    message.msg_controllen = beside.size();
    ssize_t n = 0;
    do {
      n = ::recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); n > 0 && c != nullptr;
         c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
      for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
        handles.emplace_back(fd);
      }
    }
    return n > 0 &&
           rest(reinterpret_cast<char*>(&sizes) + n, sizeof sizes - static_cast<size_t>(n));
  }

  bool rest(char* into, size_t size) {
    while (size != 0) {
      const ssize_t n = ::recv(socket_, into, size, MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (!wait()) return false;
        continue;
      }
      if (n <= 0) return false;
      into += n;
      size -= static_cast<size_t>(n);
    }
    return true;
  }

 private:
  bool wait() {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                            deadline_ - std::chrono::steady_clock::now())
                            .count();
      pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
      const int n = ::poll(&ready, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30)));
      if (n > 0) return true;
      if (n < 0 && errno == EINTR) continue;
      late_ = true;
      return false;
    }
  }
  int socket_;
  Deadline deadline_;
  bool& late_;
};

Json pairs_json(const Pairs& pairs) {
  Json out{Json::Array{}};
  for (const auto& [name, value] : pairs) out.push(name).push(value);
  return out;
}
Pairs pairs_from(const Json* json) {
  Pairs out;
  if (json == nullptr || json->array() == nullptr) return out;
  const auto& all = *json->array();
  for (size_t i = 0; i + 1 < all.size(); i += 2) {
    if (all[i].string() != nullptr && all[i + 1].string() != nullptr)
      out.emplace_back(*all[i].string(), *all[i + 1].string());
  }
  return out;
}
std::string text_of(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value == nullptr || value->string() == nullptr ? "" : *value->string();
}
uint64_t number_of(const Json& json, const char* key) {
  const Json* value = json.find(key);
  return value == nullptr ? 0 : value->natural().value_or(0);
}

}  // namespace

void Handle::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<std::pair<Handle, Handle>> socket_pair() {
  int ends[2] = {};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return error(std::string("no socket can be made: ") + std::strerror(errno));
  return std::pair(Handle(ends[0]), Handle(ends[1]));
}

bool send_frame(int socket, std::string_view head, std::string_view body,
                const std::vector<int>& handles) {
  const Sizes sizes{.head = static_cast<uint32_t>(head.size()),
                    .handles = static_cast<uint32_t>(handles.size()),
                    .body = body.size()};
  if (handles.size() > kMostHandles) return false;
  const auto sent = send_first(socket, sizes, head, body, handles);
  if (!sent) return false;
  const size_t of_both = *sent - sizeof sizes, of_head = std::min(of_both, head.size());
  return send_all(socket, head.substr(of_head)) && send_all(socket, body.substr(of_both - of_head));
}

std::optional<Frame> receive_frame(int socket, Deadline deadline, bool& late) {
  late = false;
  Sizes sizes;
  Frame out;
  Receiver receiver(socket, deadline, late);
  if (!receiver.first(sizes, out.handles) || sizes.head > kMostHead || sizes.body > kMostBody ||
      sizes.handles != out.handles.size())
    return std::nullopt;
  out.head.resize(sizes.head);
  out.body.resize(sizes.body);
  if (!receiver.rest(out.head.data(), out.head.size()) ||
      !receiver.rest(out.body.data(), out.body.size()))
    return std::nullopt;
  return out;
}

std::string job_text(const Job& job) {
  return dump(Json(Json::Object{})
                  .set("what", job.what)
                  .set("type", printable(job.type))
                  .set("accept", job.accept)
                  .set("query", pairs_json(job.query))
                  .set("keep", job.keep)
                  .set("tells_begin", job.tells_begin));
}
std::optional<Job> job_from(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return std::nullopt;
  const auto is_set = [&](const char* name) {
    const Json* found = json->find(name);
    return found != nullptr && found->boolean().value_or(false);
  };
  return Job{.what = text_of(*json, "what"),
             .type = text_of(*json, "type"),
             .accept = text_of(*json, "accept"),
             .query = pairs_from(json->find("query")),
             .keep = is_set("keep"),
             .tells_begin = is_set("tells_begin")};
}

std::pair<std::string, std::string> answer_frame(Answer answer) {
  Json head{Json::Object{}};
  head.set("status", answer.status)
      .set("type", answer.type)
      .set("headers", pairs_json(answer.headers))
      .set("body", static_cast<uint64_t>(answer.body.size()));
  std::string body;
  if (!answer.kept) {
    body = std::move(answer.body);
  } else {
    body = answer.body;
    const KeptReport& kept = *answer.kept;
    const bool json_is_body = kept.json == answer.body, html_is_body = kept.html == answer.body;
    head.set("kept", json_is_body ? "body" : "json")
        .set("json", static_cast<uint64_t>(json_is_body ? 0 : kept.json.size()))
        .set("html", static_cast<uint64_t>(html_is_body ? 0 : kept.html.size()))
        .set("html_is_body", html_is_body)
        .set("no_bundle", kept.no_bundle);
    if (!json_is_body) body += kept.json;
    if (!html_is_body) body += kept.html;
    body += text(kept.bundle);
  }
  return {dump(head), std::move(body)};
}

std::optional<Answer> answer_from(Frame frame) {
  const auto head = parse_json(frame.head);
  if (!head) return std::nullopt;
  Answer out{.status = static_cast<int>(number_of(*head, "status")),
             .type = text_of(*head, "type"),
             .body = {},
             .headers = pairs_from(head->find("headers"))};
  const uint64_t body = number_of(*head, "body"), json = number_of(*head, "json"),
                 html = number_of(*head, "html");
  if (out.status < 100 || body > frame.body.size() || json > frame.body.size() - body ||
      html > frame.body.size() - body - json)
    return std::nullopt;
  const std::string kept = text_of(*head, "kept");
  if (!kept.empty()) {
    out.kept = std::make_shared<KeptReport>();
    const std::string_view all = frame.body;
    out.kept->json = kept == "body" ? all.substr(0, body) : all.substr(body, json);
    const Json* same = head->find("html_is_body");
    out.kept->html = same != nullptr && same->boolean().value_or(false)
                         ? all.substr(0, body)
                         : all.substr(body + json, html);
    out.kept->bundle = to_bytes(view(all.substr(body + json + html)));
    out.kept->no_bundle = text_of(*head, "no_bundle");
  }
  frame.body.resize(body);
  out.body = std::move(frame.body);
  return out;
}

}  // namespace attest::serve
