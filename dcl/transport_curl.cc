#include "dcl/transport_curl.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>

#include "dcl/curl_api.h"
#include "dcl/network.h"
#include "verifier/bytes.h"

namespace attest::dcl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kMaxHeaderBytes = 256u << 10;  // of one answer
constexpr long kMaxRedirects = 3;

// One request on its way, from the first attempt to its answer.
struct Transfer {
  Request request;
  Response response;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  char message[CURL_ERROR_SIZE] = {};
  size_t body_limit = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  unsigned attempts = 0;
  unsigned timeouts = 0;
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
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
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

// RFC 9110 10.2.3, the form in seconds. Dates are not worth a parser: the usual pause is taken
// instead.
milliseconds retry_after(const Response& response) {
  const std::string* text = response.header("retry-after");
  unsigned seconds = 0;
  if (text == nullptr ||
      std::from_chars(text->data(), text->data() + text->size(), seconds).ec != std::errc())
    return milliseconds(0);
  return milliseconds(1000) * std::min(seconds, 86'400u);
}

// What may come right by asking again. 501 is the ledger's "no such route".
bool passing(int status) {
  return status == 429 || (status >= 500 && status != 501);
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

// libcurl follows this transport's redirects itself.
const char* meaning(CURLcode code) {
  if (code == CURLE_TOO_MANY_REDIRECTS) return "redirected too often";
  if (code == CURLE_UNSUPPORTED_PROTOCOL) return "redirected to another scheme";
  return curl_meaning(code);
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(const CurlApi& api, CurlOptions options)
      : api_(api), options_(std::move(options)), multi_(api.multi_init()) {
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
    queue(std::move(requests));
    while (!waiting_.empty() || !active_.empty()) {
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
      if (active_.empty() && waiting_.empty()) break;
      api_.multi_poll(multi_, nullptr, 0, static_cast<int>(until_next().count()), nullptr);
    }
  }

 private:
  using TransferPtr = std::unique_ptr<Transfer>;

  void queue(std::vector<Request> requests) {
    for (Request& request : requests) {
      auto transfer = std::make_unique<Transfer>();
      transfer->request = std::move(request);
      waiting_.push_back(std::move(transfer));
    }
  }

  void start_what_may() {
    const auto now = Clock::now();
    for (auto at = waiting_.begin();
         at != waiting_.end() && active_.size() < options_.budget.parallel;) {
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
    const bool tls = t.request.url.starts_with("https://");
    const auto set = [&](CURLoption option, auto value) { api_.easy_setopt(easy, option, value); };
    set(CURLOPT_URL, t.request.url.c_str());
    set(CURLOPT_PRIVATE, &t);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
    set(CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMaxRedirects);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    if (is_loopback(t.request.url)) set(CURLOPT_PROXY, "");
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
      if (passing(transfer->response.status) && again(transfer, retry_after(transfer->response)))
        return;
      answer(*transfer, std::move(transfer->response), answered);
      return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) ++transfer->timeouts;
    if (passing(code) && transfer->timeouts < 2 && again(transfer, milliseconds(0))) return;
    const char* detail =
        transfer->message[0] != '\0' ? transfer->message : api_.easy_strerror(code);
    answer(*transfer,
           error(fmt::format("{}: {}: {}{}", shown_url(transfer->request.url), meaning(code),
                             printable(detail), tried(*transfer))),
           answered);
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
    if (active_.size() < options_.budget.parallel) {
      for (const TransferPtr& t : waiting_) next = std::min(next, t->not_before);
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
};

}  // namespace

Result<std::unique_ptr<Transport>> make_curl_transport(const CurlOptions& options) {
  const Result<const CurlApi*> api = curl_api();
  if (!api) return tl::unexpected(api.error());
  return std::make_unique<CurlTransport>(**api, options);
}

}  // namespace attest::dcl
