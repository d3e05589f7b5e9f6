// Service: what the server does with a request, whatever brings it: who may ask, for what, and what
// is counted and told of it. exchange.h takes a request through it step by step.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "serve/http/routes.h"
#include "serve/metrics.h"
#include "serve/rate.h"
#include "serve/users.h"
#include "verifier/base/instant.h"

namespace attest::serve {

struct ServiceOptions {
  std::vector<std::string> hosts;  // names that the server goes by, beside addresses
  bool read_only = false;
  bool show_passcode = false;
  std::string network = "", stage = "";  // of an upload that does not ask for itself
  uint64_t most_upload = uint64_t{256} << 20;
  uint64_t most_lot = uint64_t{16} << 30;
  double a_second = 50, at_once = 200;  // requests of a peer; loopback is never held up
  std::function<Instant()> clock;
  std::function<double()> ticks;  // seconds of a clock that only goes on
  std::function<void(const std::string&)> note = [](const std::string&) {};
  std::function<void(const std::string&)> detail = [](const std::string&) {};
  // What keeps it from judging; empty: nothing.
  std::function<std::string()> ailing = [] { return std::string(); };
  std::function<Json()> ledgers = [] { return Json(Json::Array{}); };
  // Gauges: "waiting", "connections", ...
  std::function<std::map<std::string, double>()> gauges = [] {
    return std::map<std::string, double>();
  };
  // Keeps a report for who decides later, and gives the id under which it does. Empty: nobody does.
  std::function<std::string(const KeptReport&, const HttpRequest&)> keep = {};
};

class Service {
 public:
  Service(ServiceOptions options, std::shared_ptr<Users> users);
  void add(Routes more);
  const Routes& routes() const { return routes_; }
  const ServiceOptions& options() const { return options_; }
  Metrics& metrics() { return metrics_; }
  const std::shared_ptr<Users>& users() const { return users_; }

  // The steps of a request, once its head is there. Each may refuse it.
  std::optional<Answer> admit(const HttpRequest& request);
  // The one whose login has to be checked (slowly), or who asks, or a refusal.
  std::variant<Users::Known, Answer> log_in(const HttpRequest& request);
  Answer login_failed(const HttpRequest& request);
  void login_passed(const HttpRequest& request);  // or nobody came to look at it
  struct Chosen {
    const Route* route = nullptr;
    const char* gives = "";
    uint64_t most_body = 0;
  };
  tl::expected<Chosen, Answer> choose(HttpRequest& request);
  // The last step: headers that all answers have, counters and the log.
  void finish(const HttpRequest& request, const Route* route, double began, Answer& answer);

 private:
  double now() const { return options_.ticks(); }
  bool is_problem_for_people(const HttpRequest& request, const Answer& answer) const;
  ServiceOptions options_;
  std::shared_ptr<Users> users_;
  Routes routes_;
  Metrics metrics_;
  Rate rate_, failures_;
};

// The rows of the API and the page, for a service that is there as long as they are asked.
Routes own_routes(Service& service);
bool is_loopback_peer(const std::string& address);

}  // namespace attest::serve
