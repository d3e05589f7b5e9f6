// The seam between the HTTP library and what the server does: a request and an answer as plain
// data. Routes, limits and judges are written against these and tested without a socket;
// http_server.cc alone knows the library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "serve/http/spool.h"
#include "verifier/base/json.h"

namespace attest::serve {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;   // as it stands in the request line; path and query are made of it
  std::string path;     // decoded; begins with '/'
  Pairs query;          // decoded, in the order in which they came
  Pairs headers;        // names in lower case
  std::string peer;     // its address, without a port
  bool secure = false;  // over TLS
  std::string user;     // who it is, once that was found out; empty: nobody asks here
  std::vector<std::string> values;   // what stands in the path where the route has {...} or *
  std::shared_ptr<Spool> body = {};  // null: none

  // The first of this name (of headers: in lower case); null: there is none.
  const std::string* header(std::string_view name) const;
  const std::string* asked(std::string_view name) const;
  size_t count(std::string_view header) const;
  bool has_body() const;  // as its head says
};

// Path and query of the target, "/a%20b?c=d". An error says what is wrong with it; NUL, other
// control characters and broken escapes are.
Result<void> take_target(HttpRequest& request);
// Where the same is found by the one path that it has: without doubled slashes, "." and "..".
// Nullopt: this is it. (A slash at the end makes another path.)
std::optional<std::string> moved_to(const HttpRequest& request);

class Growing;

// What was judged, for who decides about it later.
struct KeptReport {
  std::string json, html;
  Bytes bundle;                // empty: none could be made,
  std::string no_bundle = {};  // which is why
};

// What who decides about a report has to know of what is kept of it.
inline constexpr const char* kDecisionNote = "Decision-Note";

struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  Pairs headers;
  std::shared_ptr<Spool> file = {};       // in place of `body`
  std::shared_ptr<Growing> growing = {};  // in place of both
  std::shared_ptr<KeptReport> kept = {};  // of a judged device, where that was asked for

  Answer& with(std::string name, std::string value);
  const std::string* header(std::string_view name) const;
};

const char* status_title(int status);
// application/problem+json (RFC 9457). `detail` in the house's voice: lower case, no final period.
Answer problem(int status, std::string detail);
Answer problem(int status, std::string detail, std::string expected, std::string found);
Answer busy(std::string detail, unsigned retry_after, int status = 503);
Answer json_answer(const Json& json);

}  // namespace attest::serve
