// The one file that knows libmicrohttpd: a module of its own.

#include "serve/http/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace attest::serve {
namespace {

using Clock = std::chrono::steady_clock;

// Of a connection's own memory: the heads of its requests, and what of a body is read at once.
constexpr size_t kMemory = 48u << 10;

// A connection, for who looks after those that take too long.
struct Connection {
  enum class Doing : uint8_t { nothing, body, waiting, answer };
  int fd = -1;
  Doing doing = Doing::nothing;
  Clock::time_point since = Clock::now();
  uint64_t bytes = 0;  // of what it does
};

// Whether it sleeps, and whether it was woken: by any thread, in any order.
struct Gate {
  std::mutex mutex;
  MHD_Connection* connection = nullptr;  // null: it is gone
  bool asleep = false, woken = false;

  void wake() {
    const std::lock_guard lock(mutex);
    if (connection == nullptr) return;
    if (asleep) {
      asleep = false;
      MHD_resume_connection(connection);
    } else {
      woken = true;
    }
  }
  // False: it was woken before.
  bool sleep() {
    const std::lock_guard lock(mutex);
    if (std::exchange(woken, false)) return false;
    asleep = true;
    MHD_suspend_connection(connection);
    return true;
  }
};

struct Request {
  std::string target;
  enum class Phase : uint8_t { head, body, end } phase = Phase::head;
  bool begun = false;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::unique_ptr<Exchanging> exchange;
};

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string address_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bits = nullptr;
  if (address != nullptr && address->sa_family == AF_INET)
    bits = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  if (address != nullptr && address->sa_family == AF_INET6)
    bits = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (bits == nullptr || ::inet_ntop(address->sa_family, bits, text.data(), text.size()) == nullptr)
    return "";
  return text.data();
}

// Why nobody can listen there; empty: somebody could. The library names another port.
std::string why_not_bound(const sockaddr_storage& address) {
  const int fd = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::strerror(errno);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const socklen_t size = address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  const bool bound =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(fd, 1) == 0;
  const int why = errno;
  ::close(fd);
  if (bound) return {};
  switch (why) {
    case EADDRINUSE:
      return "expected a port that is free, found one that another process listens at";
    case EADDRNOTAVAIL:
      return "expected an address of this machine, found another";
    case EACCES:
      return "expected a port that this user may listen at, found one that takes more rights";
    default:
      return std::strerror(why);
  }
}

class Server final : public HttpServer {
 public:
  Server(const HttpOptions& options, Front& front) : options_(options), front_(front) {}

  bool start(std::string& wrong) {
    sockaddr_storage address{};
    if (!listen_at(address)) {
      wrong = "expected an address, found \"" + options_.host + "\"";
      return false;
    }
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (options_.v6) flags |= MHD_USE_IPv6;
    std::vector<MHD_OptionItem> items = {
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<intptr_t>(kMemory), nullptr},
        {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(options_.connections), nullptr},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, static_cast<intptr_t>(options_.of_one_peer), nullptr},
        {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(options_.idle_seconds), nullptr},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, nullptr},
        {MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024, nullptr},
        {MHD_OPTION_SOCK_ADDR, 0, &address}};
    if (options_.threads > 1)
      items.push_back(
          {MHD_OPTION_THREAD_POOL_SIZE, static_cast<intptr_t>(options_.threads), nullptr});
    if (!options_.certificate.empty()) {
      flags |= MHD_USE_TLS;
      items.push_back(
          {MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(options_.certificate.data())});
      items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(options_.key.data())});
      // 1.2 and 1.3 alone, without the ciphers that are only there for older ends.
      items.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0,
                       const_cast<char*>("SECURE192:SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:"
                                         "-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:"
                                         "+CHACHA20-POLY1305")});
    }
    items.push_back({MHD_OPTION_END, 0, nullptr});
    daemon_ = MHD_start_daemon(
        flags, 0, nullptr, nullptr, &Server::handle, this, MHD_OPTION_EXTERNAL_LOGGER, &Server::log,
        this, MHD_OPTION_URI_LOG_CALLBACK, &Server::target, this, MHD_OPTION_NOTIFY_COMPLETED,
        &Server::completed, this, MHD_OPTION_NOTIFY_CONNECTION, &Server::connection_changed, this,
        MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
    if (daemon_ == nullptr) {
      const std::lock_guard lock(mutex_);
      wrong = why_not_bound(address);
      if (wrong.empty()) wrong = last_said_.empty() ? std::strerror(errno) : last_said_;
      return false;
    }
    const auto* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    port_ = info == nullptr ? options_.port : info->port;
    reaper_ = std::thread([this] { reap(); });
    return true;
  }

  ~Server() override {
    if (daemon_ == nullptr) return;
    stop_listening();
    stopping_ = true;
    // Nothing may sleep when the daemon ends.
    for (int i = 0; i < 200 && wake_all() != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    end_.notify_all();
    reaper_.join();
    MHD_stop_daemon(daemon_);
    if (listening_ >= 0) ::shutdown(listening_, SHUT_RDWR);
  }

  uint16_t port() const override { return port_; }
  size_t connections() const override {
    const std::lock_guard lock(mutex_);
    return connections_.size();
  }
  size_t under_way() const override {
    const std::lock_guard lock(mutex_);
    return requests_.size();
  }
  void stop_listening() override {
    if (listening_ < 0 && daemon_ != nullptr) listening_ = MHD_quiesce_daemon(daemon_);
  }

 private:
  bool listen_at(sockaddr_storage& address) const {
    if (options_.v6) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(options_.port);
      return ::inet_pton(AF_INET6, options_.host.c_str(), &v6.sin6_addr) == 1;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(options_.port);
    return ::inet_pton(AF_INET, options_.host.c_str(), &v4.sin_addr) == 1;
  }

  // --- what the library calls ---
  static void log(void* self, const char* format, va_list values) {
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, values);
    std::string line(text.data());
    while (!line.empty() && line.back() == '\n') line.pop_back();
    auto& server = *static_cast<Server*>(self);
    {
      const std::lock_guard lock(server.mutex_);
      server.last_said_ = line;
    }
    server.options_.log(line);
  }

  static void* target(void* self, const char* uri, MHD_Connection*) {
    auto request = std::make_unique<Request>();
    request->target = uri;
    // What it would make of the query fills its memory, and then nobody is answered. Ours is made
    // of the target above; the library's copy, which is its own to write, ends before.
    if (auto* query = const_cast<char*>(std::strchr(uri, '?')); query != nullptr) {
      if (query[1] != '\0') query[1] = '\0';
      *query = '\0';
    }
    auto& server = *static_cast<Server*>(self);
    const std::lock_guard lock(server.mutex_);
    server.requests_.insert(request.get());
    return request.release();
  }

  static void completed(void* self, MHD_Connection* connection, void** context,
                        MHD_RequestTerminationCode) {
    auto& server = *static_cast<Server*>(self);
    server.now_does(connection, Connection::Doing::nothing);
    auto* request = static_cast<Request*>(std::exchange(*context, nullptr));
    if (request == nullptr) return;
    {
      const std::lock_guard lock(request->gate->mutex);
      request->gate->connection = nullptr;
    }
    {
      const std::lock_guard lock(server.mutex_);
      server.requests_.erase(request);
    }
    delete request;
  }

  static void connection_changed(void* self, MHD_Connection* connection, void** context,
                                 MHD_ConnectionNotificationCode code) {
    auto& server = *static_cast<Server*>(self);
    const std::lock_guard lock(server.mutex_);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      auto* made = new Connection();
      const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
      if (info != nullptr) made->fd = info->connect_fd;
      server.connections_.insert(made);
      *context = made;
    } else if (auto* gone = static_cast<Connection*>(std::exchange(*context, nullptr))) {
      server.connections_.erase(gone);
      delete gone;
    }
  }

  static MHD_Result handle(void* self, MHD_Connection* connection, const char*, const char* method,
                           const char*, const char* data, size_t* size, void** context) {
    auto& server = *static_cast<Server*>(self);
    if (*context == nullptr || server.stopping_) return MHD_NO;
    return server.go_on(connection, method, data, *size, *static_cast<Request*>(*context));
  }

  // --- a request ---
  MHD_Result go_on(MHD_Connection* connection, const char* method, const char* data, size_t& size,
                   Request& request) {
    if (!request.begun) {
      request.begun = true;
      {
        const std::lock_guard lock(request.gate->mutex);
        request.gate->connection = connection;
      }
      request.exchange = front_.begin([gate = request.gate] { gate->wake(); });
      HttpRequest head = head_of(connection, method);
      head.target = std::move(request.target);
      return then(request.exchange->head(std::move(head)), connection, request);
    }
    if (request.phase == Request::Phase::body) {
      if (size != 0) return take_body(connection, data, size, request);
      request.phase = Request::Phase::end;
      return then(request.exchange->end(), connection, request);
    }
    return then(request.exchange->woken(), connection, request);
  }

  MHD_Result take_body(MHD_Connection* connection, const char* data, size_t& size,
                       Request& request) {
    View piece(reinterpret_cast<const uint8_t*>(data), size);
    for (;;) {
      const size_t before = piece.size();
      const Next next = request.exchange->body(piece);
      now_does(connection, Connection::Doing::body, before - piece.size());
      size = piece.size();
      if (next == Next::drop) return MHD_NO;
      if (next != Next::wait) return MHD_YES;
      if (request.gate->sleep()) {
        now_does(connection, Connection::Doing::waiting);
        return MHD_YES;
      }
    }
  }

  MHD_Result then(Next next, MHD_Connection* connection, Request& request) {
    for (;;) {
      switch (next) {
        case Next::more:
          if (request.phase == Request::Phase::head) {
            request.phase = Request::Phase::body;
            now_does(connection, Connection::Doing::body);
          }
          return MHD_YES;
        case Next::drop:
          return MHD_NO;
        case Next::answer:
          return send(connection, request, request.exchange->take());
        case Next::wait:
          now_does(connection, Connection::Doing::waiting);
          if (request.gate->sleep()) return MHD_YES;
          next = request.exchange->woken();
      }
    }
  }

  static HttpRequest head_of(MHD_Connection* connection, const char* method) {
    HttpRequest out;
    out.method = method;
    MHD_get_connection_values_n(
        connection, MHD_HEADER_KIND,
        [](void* into, MHD_ValueKind, const char* name, size_t name_size, const char* value,
           size_t value_size) -> MHD_Result {
          static_cast<HttpRequest*>(into)->headers.emplace_back(
              lower({name, name_size}),
              value == nullptr ? std::string() : std::string(value, value_size));
          return MHD_YES;
        },
        &out);
    const auto* peer = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (peer != nullptr) out.peer = address_text(peer->client_addr);
    out.secure = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_PROTOCOL) != nullptr;
    return out;
  }

  struct Sending {
    std::shared_ptr<Growing> from;
    std::shared_ptr<Gate> gate;
    MHD_Connection* connection;
    Server* server;
  };
  static ssize_t more(void* of, uint64_t offset, char* into, size_t room) {
    auto& one = *static_cast<Sending*>(of);
    for (;;) {
      if (one.server->stopping_) return MHD_CONTENT_READER_END_WITH_ERROR;
      const auto bytes = one.from->read(offset, {into, room});
      if (!bytes) return MHD_CONTENT_READER_END_OF_STREAM;
      one.server->now_does(one.connection,
                           *bytes == 0 ? Connection::Doing::waiting : Connection::Doing::answer,
                           *bytes);
      if (*bytes != 0) return static_cast<ssize_t>(*bytes);
      if (one.gate->sleep()) return 0;
    }
  }

  MHD_Result send(MHD_Connection* connection, const Request& request, Reply answer) {
    MHD_Response* response = nullptr;
    if (answer.growing) {
      auto* sending = new Sending{.from = std::move(answer.growing),
                                  .gate = request.gate,
                                  .connection = connection,
                                  .server = this};
      response =
          MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kMemory / 2, &Server::more, sending,
                                            [](void* at) { delete static_cast<Sending*>(at); });
    } else if (answer.file >= 0) {
      response = MHD_create_response_from_fd64(answer.size, answer.file);
    } else {
      auto* kept = new std::string(std::move(answer.body));
      response = MHD_create_response_from_buffer_with_free_callback_cls(
          kept->size(), kept->data(), [](void* at) { delete static_cast<std::string*>(at); }, kept);
    }
    if (response == nullptr) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", answer.type.c_str());
    for (const auto& [name, value] : answer.headers)
      MHD_add_response_header(response, name.c_str(), value.c_str());
    const MHD_Result done =
        MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    now_does(connection, Connection::Doing::answer, answer.size);
    return done;
  }

  // --- those that take too long ---
  void now_does(MHD_Connection* connection, Connection::Doing doing, uint64_t bytes = 0) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info == nullptr || info->socket_context == nullptr) return;
    auto& one = *static_cast<Connection*>(info->socket_context);
    const std::lock_guard lock(mutex_);
    // Of a body that was waited for, the time before counts no more.
    if (one.doing != doing) {
      one.doing = doing;
      one.since = Clock::now();
      one.bytes = 0;
    }
    one.bytes += bytes;
  }

  void reap() {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      end_.wait_for(lock, std::chrono::seconds(1));
      const auto now = Clock::now();
      for (const Connection* one : connections_) {
        const auto seconds = static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::seconds>(now - one->since).count());
        const bool moving =
            one->doing == Connection::Doing::body || one->doing == Connection::Doing::answer;
        const uint64_t may =
            moving ? options_.slow_seconds + one->bytes / std::max(1U, options_.slowest)
                   : options_.idle_seconds;
        // (Its file is closed by the library, after it has left this set.)
        if (one->doing != Connection::Doing::waiting && seconds > may)
          ::shutdown(one->fd, SHUT_RDWR);
      }
    }
  }

  size_t wake_all() {
    std::vector<std::shared_ptr<Gate>> gates;
    {
      const std::lock_guard lock(mutex_);
      for (const Request* request : requests_) gates.push_back(request->gate);
    }
    size_t asleep = 0;
    for (const auto& gate : gates) {
      {
        const std::lock_guard lock(gate->mutex);
        asleep += gate->asleep ? 1 : 0;
      }
      gate->wake();
    }
    return asleep;
  }

  const HttpOptions options_;
  Front& front_;
  MHD_Daemon* daemon_ = nullptr;
  uint16_t port_ = 0;
  int listening_ = -1;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  std::string last_said_;
  std::set<Connection*> connections_;
  std::set<Request*> requests_;
  std::thread reaper_;
};

}  // namespace

extern "C" HttpServer* matter_attest_http(const char* version, const HttpOptions& options,
                                          Front& front, std::string& wrong) {
  if (std::string_view(version) != MATTER_ATTEST_VERSION) {
    wrong = "the module for HTTP belongs to another version of matter-attest";
    return nullptr;
  }
  auto server = std::make_unique<Server>(options, front);
  return server->start(wrong) ? server.release() : nullptr;
}

}  // namespace attest::serve
