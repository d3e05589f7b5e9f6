// Routes: one table of what can be asked for. Who answers, what a body may be, what the answer is
// and whether it changes something stands in the row; refusals and the OpenAPI document follow from
// it. What others bring (decisions.h, mirror.h) adds its rows with the same words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "serve/http/http_request.h"

namespace attest::serve {

// Who works it out: the thread that has the connections (what takes no time), one beside it (files,
// SQLite), or a process that judges. `follow`: whatever a lot under this name has, as it comes.
enum class Runs : uint8_t { here, aside, judge, lot, follow };

struct Route {
  const char* method;  // "GET" answers HEAD, too
  const char* path;    // "/api/v1/decisions/{id}"; "/dcl/*": whatever follows
  const char* words;   // what it is for, in a sentence
  Runs runs = Runs::here;
  std::vector<const char*> takes = {};  // media types of the body; empty: it has none
  std::vector<const char*> gives;       // of the answer; the first where nobody says otherwise
  bool writes = false;                  // refused with --read-only
  bool keeps = false;                   // of judge: the report is kept to be decided upon
  const char* job = "";                 // of judge: what Judge is asked for
  // Of here and aside. `gives`: the one of the row's that is wanted.
  std::function<Answer(const HttpRequest&, const char* gives)> answer = {};
  // Adds parameters, the body and what is in the answers to its entry of the document.
  std::function<void(Json& operation)> describe = {};
};
using Routes = std::vector<Route>;

struct Matched {
  const Route* route = nullptr;     // null: none
  std::vector<std::string> values;  // of {...} and *
  std::string allowed;              // without a route: the methods that this path has; empty: none
};
Matched match(const Routes& routes, const std::string& method, const std::string& path);

}  // namespace attest::serve
