#include "serve/run.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "serve/exchange.h"
#include "serve/http/http_server.h"

namespace attest::serve {
namespace {

// Log lines come from several threads.
class Log {
 public:
  explicit Log(const Verbosity& verbosity) : verbosity_(verbosity) {}
  void note(const std::string& line) {
    const std::lock_guard lock(mutex_);
    verbosity_.note(line);
  }
  void detail(const std::string& line) {
    const std::lock_guard lock(mutex_);
    verbosity_.detail(line);
  }

 private:
  std::mutex mutex_;
  const Verbosity& verbosity_;
};

// Keeps the caches up to date, each in a process of its own: uploads never wait for it.
class Refresher {
 public:
  Refresher(const ServerSettings& settings, Nursery& nursery, Log& log)
      : settings_(settings), nursery_(nursery), log_(log), thread_([this] { run(); }) {}
  ~Refresher() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      nursery_.end(child_.pid);
    }
    end_.notify_all();
    thread_.join();
  }

 private:
  static constexpr std::chrono::minutes kEvery{1}, kAgain{15}, kListsAgain{60}, kMost{60};

  void run() {
    std::map<std::string, std::chrono::steady_clock::time_point> not_before, lists_not_before;
    std::unique_lock lock(mutex_);
    while (!ended_) {
      for (const std::string& network : settings_.networks) {
        const auto now = std::chrono::steady_clock::now();
        if (ended_ || now < not_before[network]) continue;
        lock.unlock();
        const auto age = settings_.age(network);
        const bool old = !age || *age > settings_.refresh_from;
        if (old || (now >= lists_not_before[network] && settings_.lists_due(network))) {
          not_before[network] = now + kAgain;
          lists_not_before[network] = now + kListsAgain;
          refresh(network);
        }
        lock.lock();
      }
      end_.wait_for(lock, kEvery, [&] { return ended_; });
    }
  }

  void refresh(const std::string& network) {
    log_.detail(fmt::format("the {} ledger is being read", network));
    auto child = nursery_.make();
    if (!child) return log_.note(child.error().what);
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return nursery_.end(child->pid);
      child_ = std::move(*child);
    }
    bool late = false;
    const Job job{.what = "refresh", .type = {}, .accept = {}, .query = {{"network", network}}};
    std::optional<Frame> frame;
    if (send_frame(child_.socket.get(), job_text(job), ""))
      frame = receive_frame(child_.socket.get(), std::chrono::steady_clock::now() + kMost, late);
    const auto answer = frame ? answer_from(std::move(*frame)) : std::nullopt;
    const std::lock_guard lock(mutex_);
    nursery_.end(child_.pid);
    child_ = {};
    if (ended_) return;
    log_.note(answer ? answer->body : "the ledger could not be read: it took too long");
  }

  const ServerSettings& settings_;
  Nursery& nursery_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  Nursery::Child child_;
  std::thread thread_;
};

void raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

constexpr const char* kNoJudges = "the processes that make judges ended, and none can be made anew";

sigset_t ending_signals() {
  sigset_t out;
  ::sigemptyset(&out);
  ::sigaddset(&out, SIGTERM);
  ::sigaddset(&out, SIGINT);
  return out;
}

}  // namespace

std::optional<std::string> refuse_to_start(const ListenAddress& listen, bool tls, bool users) {
  if (listen.loopback() || (tls && users)) return std::nullopt;
  std::string lacks = tls ? "no users" : users ? "no TLS" : "neither TLS nor users";
  return fmt::format(
      "--listen {}: expected TLS (--tls-cert, --tls-key) and users (--users or --token-file) for "
      "an "
      "address that others reach, found {}: anybody could read what is uploaded, and ask",
      listen.text(), lacks);
}

Result<void> run_server(ServerSettings settings, const Verbosity& verbosity) {
  // First of all, while there is one thread.
  auto nursery = Nursery::start([judge = settings.judge](int socket) { judge_for(socket, judge); },
                                settings.process);
  if (!nursery) return tl::unexpected(nursery.error());
  raise_file_limit();
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t ending = ending_signals();
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &ending, &before);

  Log log(verbosity);
  (*nursery)->on_replaced(
      [&] { log.note("the process that makes judges ended, and another took its place"); });
  HttpServer* serving = nullptr;
  ProcessJudging judging(**nursery, settings.judging);
  Desk desk(2);
  ServiceOptions options = settings.service;
  options.note = [&](const std::string& line) { log.note(line); };
  options.detail = [&](const std::string& line) { log.detail(line); };
  options.ailing = [&] { return (*nursery)->is_there() ? std::string() : std::string(kNoJudges); };
  options.gauges = [&] {
    return std::map<std::string, double>{
        {"uploads_waiting", static_cast<double>(judging.waiting())},
        {"connections", serving == nullptr ? 0.0 : static_cast<double>(serving->connections())}};
  };
  Service service(std::move(options), settings.users);
  service.add(own_routes(service));
  if (const auto added = settings.more(service); !added) return added;
  auto room = std::make_shared<SpoolRoom>();
  room->folder = settings.folder;
  Workshop workshop{.service = service,
                    .judging = judging,
                    .nursery = nursery->get(),
                    .desk = desk,
                    .room = room};
  ExchangeFront front(workshop);
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  auto http = http_server({.host = settings.listen.host,
                           .port = settings.listen.port,
                           .v6 = settings.listen.v6,
                           .certificate = settings.certificate,
                           .key = settings.key,
                           .threads = std::clamp(processors / 4, 1U, 8U),
                           .log = [&](const std::string& line) { log.detail(line); }},
                          front);
  if (!http)
    return error(fmt::format("--listen {}: {}", settings.listen.text(), http.error().what));
  serving = http->get();
  ListenAddress at = settings.listen;
  at.port = serving->port();
  log.note(fmt::format("listening on {}://{}/", settings.certificate.empty() ? "http" : "https",
                       at.text()));
  bool ailing = false;
  {
    const Refresher refresher(settings, **nursery, log);
    constexpr timespec kLook{.tv_sec = 1, .tv_nsec = 0};
    while (!ailing && ::sigtimedwait(&ending, nullptr, &kLook) < 0)
      ailing = !(*nursery)->is_there();
    log.note(ailing ? std::string(kNoJudges) + ": the server ends"
                    : "ending: what is under way is answered first");
    serving->stop_listening();
  }
  for (int i = 0; i < 100 && serving->under_way() != 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  http->reset();
  serving = nullptr;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (ailing) return error(kNoJudges);
  return {};
}

}  // namespace attest::serve
