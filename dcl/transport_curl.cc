#include "dcl/transport_curl.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "dcl/curl_api.h"
#include "dcl/network.h"
#include "dcl/pace.h"
#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"

namespace attest::dcl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kMaxHeaderBytes = 256u << 10;  // of one answer
constexpr unsigned kMaxRedirects = 3;
constexpr milliseconds kSilence{8'000};  // without a word about what is waited for

// One request on its way, from the first attempt to its answer.
struct Transfer {
  Request request;
  std::string url;  // that is asked: the request's, or where it was sent on to
  unsigned redirects = 0;
  Response response;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  char message[CURL_ERROR_SIZE] = {};
  size_t body_limit = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  unsigned attempts = 0;
  unsigned timeouts = 0;
  unsigned refusals = 0;  // because of too many questions
  Clock::time_point last_byte;
  Clock::time_point started;
  Clock::time_point not_before;

  size_t take_body(const char* data, size_t n) {
    last_byte = Clock::now();
    if (n > body_limit - response.body.size()) {
      too_large = true;
      return 0;
    }
    response.body.append(data, n);
    return n;
  }
  size_t take_header(std::string_view line) {
    last_byte = Clock::now();
    header_bytes += line.size();
    if (header_bytes > kMaxHeaderBytes) {
      too_large = true;
      return 0;
    }
    const size_t whole = line.size();
    if (line.starts_with("HTTP/")) {  // a new status line: redirect, or 100 Continue
      response.headers.clear();
      response.body.clear();
      return whole;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return whole;
    std::string name = to_lower(line.substr(0, colon));
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
      value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
      value.remove_suffix(1);
    response.headers.emplace_back(std::move(name), std::string(value));
    return whole;
  }
};

size_t on_body(char* data, size_t size, size_t n, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_body(data, size * n);
}
size_t on_header(char* data, size_t size, size_t n, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_header({data, size * n});
}

// RFC 9110 10.2.3: so many seconds, or until a date, by the server's own clock where it tells it.
milliseconds retry_after(const CurlApi& api, const Response& response) {
  constexpr int64_t kDay = 86'400;
  const std::string* text = response.header("retry-after");
  if (text == nullptr) return milliseconds(0);
  int64_t seconds = 0;
  const char* end = text->data() + text->size();
  const auto got = std::from_chars(text->data(), end, seconds);
  if (got.ec != std::errc() || got.ptr != end) {
    const std::string* date = response.header("date");
    const time_t until = api.getdate(text->c_str(), nullptr);
    const time_t now = date == nullptr ? -1 : api.getdate(date->c_str(), nullptr);
    seconds = until == -1 ? 0 : until - (now == -1 ? std::time(nullptr) : now);
  }
  return milliseconds(1000) * std::clamp<int64_t>(seconds, 0, kDay);
}

// What may come right by asking again. 501 is the ledger's "no such route".
bool passing(int status) {
  return is_overload(status) || (status >= 500 && status != 501);
}

bool redirects(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool passing(CURLcode code) {
  switch (code) {
    // A name that does not resolve is not asked again: offline, a verification must not wait for
    // it.
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(const CurlApi& api, CurlOptions options)
      : api_(api),
        options_(std::move(options)),
        multi_(api.multi_init()),
        pace_(options_.budget.parallel, options_.budget.pause, options_.budget.patience) {
    api_.multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      static_cast<long>(options_.budget.parallel));
    api_.multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  }
  ~CurlTransport() override {
    for (CURL* easy : idle_) api_.easy_cleanup(easy);
    api_.multi_cleanup(multi_);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void get(std::vector<Request> requests, const Answered& answered) override {
    deadline_ = Clock::now() + options_.budget.total;
    said_ = Clock::now() - unsaid_;
    if (Clock::now() >= pace_.not_before()) refusal_.reset();
    queue(std::move(requests));
    while (!waiting_.empty() || !active_.empty()) {
      if (refusal_) answer_refused(answered);
      if (Clock::now() >= deadline_) {
        give_up(answered);
        continue;
      }
      start_what_may();
      int running = 0;
      api_.multi_perform(multi_, &running);
      int left = 0;
      while (CURLMsg* message = api_.multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE)
          finish(message->easy_handle, message->data.result, answered);
      }
      drop_silent(answered);
      say_what_lasts();
      if (active_.empty() && waiting_.empty()) break;
      api_.multi_poll(multi_, nullptr, 0, static_cast<int>(until_next().count()), nullptr);
    }
    unsaid_ = Clock::now() - said_;
  }

 private:
  using TransferPtr = std::unique_ptr<Transfer>;

  void queue(std::vector<Request> requests) {
    for (Request& request : requests) {
      auto transfer = std::make_unique<Transfer>();
      transfer->request = std::move(request);
      transfer->url = transfer->request.url;
      waiting_.push_back(std::move(transfer));
    }
  }

  void start_what_may() {
    const auto now = Clock::now();
    if (now < pace_.not_before()) return;
    for (auto at = waiting_.begin(); at != waiting_.end() && active_.size() < pace_.window();) {
      if ((*at)->not_before > now) {
        ++at;
        continue;
      }
      start(std::move(*at), now);
      at = waiting_.erase(at);
    }
  }

  void start(TransferPtr transfer, Clock::time_point now) {
    CURL* easy = nullptr;
    if (idle_.empty()) {
      easy = api_.easy_init();
    } else {
      easy = idle_.back();
      idle_.pop_back();
      api_.easy_reset(easy);
    }
    Transfer& t = *transfer;
    t.easy = easy;
    t.response = {};
    t.message[0] = '\0';
    t.header_bytes = 0;
    t.body_limit = options_.budget.body;
    t.started = t.last_byte = now;
    ++t.attempts;
    const bool tls = t.url.starts_with("https://");
    const auto set = [&](CURLoption option, auto value) { api_.easy_setopt(easy, option, value); };
    set(CURLOPT_URL, t.url.c_str());
    set(CURLOPT_PRIVATE, &t);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
    set(CURLOPT_FOLLOWLOCATION, 0L);  // by hand: what was encrypted once stays so
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    if (is_loopback(t.url)) set(CURLOPT_PROXY, "");
    if (tls) set(CURLOPT_PIPEWAIT, 1L);  // one HTTP/2 connection rather than eight handshakes
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.budget.connect.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.budget.answer.count()));
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.budget.body));
    set(CURLOPT_ERRORBUFFER, t.message);
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, &t);
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_HEADERDATA, &t);
    for (const auto& [name, value] : t.request.headers)
      t.headers = api_.slist_append(t.headers, (name + ": " + value).c_str());
    if (t.headers != nullptr) set(CURLOPT_HTTPHEADER, t.headers);
    api_.multi_add_handle(multi_, easy);
    active_.push_back(std::move(transfer));
  }

  // Takes a transfer off the wire; its handle goes back to the idle ones, its connection stays with
  // the multi handle.
  TransferPtr release(size_t index) {
    TransferPtr transfer = std::move(active_[index]);
    active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(index));
    api_.multi_remove_handle(multi_, transfer->easy);
    idle_.push_back(transfer->easy);
    transfer->easy = nullptr;
    api_.slist_free_all(transfer->headers);
    transfer->headers = nullptr;
    return transfer;
  }

  void finish(CURL* easy, CURLcode code, const Answered& answered) {
    const auto at = std::find_if(active_.begin(), active_.end(),
                                 [&](const TransferPtr& t) { return t->easy == easy; });
    if (at == active_.end()) return;
    long status = 0;
    api_.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    TransferPtr transfer = release(static_cast<size_t>(at - active_.begin()));
    transfer->response.status = static_cast<int>(status);
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) {
      answer(*transfer,
             error(fmt::format("{}: the answer is larger than {} bytes",
                               shown_url(transfer->request.url), options_.budget.body)),
             answered);
      return;
    }
    if (code == CURLE_OK) {
      take_answer(std::move(transfer), answered);
      return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) ++transfer->timeouts;
    if (passing(code) && transfer->timeouts < 2 && again(transfer, milliseconds(0))) return;
    const char* detail =
        transfer->message[0] != '\0' ? transfer->message : api_.easy_strerror(code);
    answer(*transfer,
           error(fmt::format("{}: {}: {}{}", shown_url(transfer->url), curl_meaning(code),
                             printable(detail), tried(*transfer))),
           answered);
  }

  // An answer, of whatever status.
  void take_answer(TransferPtr transfer, const Answered& answered) {
    Response& response = transfer->response;
    const std::string* location = response.header("location");
    if (redirects(response.status) && location != nullptr) {
      const auto sent_on = follow(*transfer, *location);
      if (!sent_on) {
        answer(*transfer, tl::unexpected(sent_on.error()), answered);
        return;
      }
      --transfer->attempts;  // the question is the same
      waiting_.push_front(std::move(transfer));
      return;
    }
    if (is_overload(response.status)) {
      const auto asked = retry_after(api_, response);
      const auto now = Clock::now();
      if (pace_.refused(now, asked) && pace_.not_before() < deadline_ && refused_more(*transfer)) {
        say(fmt::format("{}: asked too often or overloaded ({}): waiting {} s",
                        shown_url(transfer->url), response.status,
                        std::chrono::ceil<std::chrono::seconds>(pace_.not_before() - now).count()),
            pace_.not_before() - now);
        waiting_.push_back(std::move(transfer));
        return;
      }
      refusal_ = response;  // of everything that is still to be asked, too
    } else if (passing(response.status) && again(transfer, milliseconds(0))) {
      return;
    } else {
      pace_.answered();
    }
    answer(*transfer, std::move(response), answered);
  }

  void answer_refused(const Answered& answered) {
    const auto left = std::exchange(waiting_, {});
    for (const TransferPtr& transfer : left) answer(*transfer, *refusal_, answered);
  }

  // One question is refused a few times only, whatever becomes of the others.
  static bool refused_more(Transfer& transfer) {
    constexpr unsigned kMost = 20;
    return ++transfer.refusals < kMost;
  }

  // Sends a transfer on to where its answer points.
  Result<void> follow(Transfer& transfer, const std::string& location) {
    const auto fail = [&](const std::string& why) {
      return error(fmt::format("{}: {}", shown_url(transfer.url), why));
    };
    const auto target = redirect_target(api_, transfer.url, location);
    if (!target) return fail(target.error().what);
    if (const auto good = check_redirect(transfer.url, *target); !good)
      return fail(good.error().what);
    if (++transfer.redirects > kMaxRedirects || *target == transfer.url)
      return fail("redirected too often");
    transfer.url = *target;
    return {};
  }

  // What takes `time` is worth a line when it is a while.
  void say(const std::string& line, Clock::duration time) {
    const auto now = Clock::now();
    if (!options_.say || (time < std::chrono::seconds(2) && now - said_ < kSilence)) return;
    if (line == last_said_ && now - said_ < kSilence) return;
    said_ = now;
    last_said_ = line;
    options_.say(line);
  }
  void say_what_lasts() {
    if (!options_.say || Clock::now() - said_ < kSilence) return;
    const size_t open = waiting_.size() + active_.size();
    if (open == 0) return;
    const Transfer& first = active_.empty() ? *waiting_.front() : *active_.front();
    say(fmt::format("still asking {}{}", shown_url(first.url),
                    open > 1 ? fmt::format(" and {} more", open - 1) : ""),
        {});
  }

  static std::string tried(const Transfer& transfer) {
    return transfer.attempts > 1 ? fmt::format(" (tried {} times)", transfer.attempts)
                                 : std::string();
  }

  // Puts the transfer back in the queue unless its attempts or the time are spent.
  bool again(TransferPtr& transfer, milliseconds asked) {
    if (transfer->attempts >= options_.budget.attempts) return false;
    const milliseconds pause =
        std::max(options_.budget.pause * (1 << (transfer->attempts - 1)), asked);
    if (Clock::now() + pause >= deadline_) return false;
    transfer->not_before = Clock::now() + pause;
    waiting_.push_back(std::move(transfer));
    return true;
  }

  void answer(const Transfer& transfer, Result<Response> result, const Answered& answered) {
    queue(answered(transfer.request, std::move(result)));
  }

  void drop_silent(const Answered& answered) {
    const auto now = Clock::now();
    for (size_t i = active_.size(); i-- > 0;) {
      if (now - active_[i]->last_byte < options_.budget.silence) continue;
      TransferPtr transfer = release(i);
      if (++transfer->timeouts < 2 && again(transfer, milliseconds(0))) continue;
      answer(
          *transfer,
          error(fmt::format("{}: timed out: no byte for {} ms{}", shown_url(transfer->request.url),
                            options_.budget.silence.count(), tried(*transfer))),
          answered);
    }
  }

  void give_up(const Answered& answered) {
    while (!active_.empty()) waiting_.push_front(release(active_.size() - 1));
    const auto left = std::exchange(waiting_, {});
    for (const TransferPtr& transfer : left) {
      answer(*transfer,
             error(fmt::format("{}: not answered within the {} ms allowed for everything",
                               shown_url(transfer->request.url), options_.budget.total.count())),
             answered);
    }
  }

  // How long nothing of ours falls due; libcurl knows its own times.
  milliseconds until_next() const {
    const auto now = Clock::now();
    Clock::time_point next = std::min(deadline_, now + milliseconds(1000));
    for (const TransferPtr& t : active_)
      next = std::min(next, t->last_byte + options_.budget.silence);
    if (active_.size() < pace_.window()) {
      for (const TransferPtr& t : waiting_)
        next = std::min(next, std::max(t->not_before, pace_.not_before()));
    }
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(next - now));
  }

  const CurlApi& api_;
  CurlOptions options_;
  CURLM* multi_;
  std::vector<CURL*> idle_;
  std::deque<TransferPtr> waiting_;
  std::vector<TransferPtr> active_;
  Clock::time_point deadline_;
  Clock::time_point said_;
  Clock::duration unsaid_{};  // waited for in earlier calls, without a word
  std::string last_said_;
  Pace pace_;
  std::optional<Response> refusal_;  // that ended the patience
};

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(const CurlOptions& options) {
  const Result<const CurlApi*> api = curl_api();
  if (!api) return tl::unexpected(api.error());
  return std::make_unique<CurlTransport>(**api, options);
}

}  // namespace attest::dcl
