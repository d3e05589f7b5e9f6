// Sarif: the frame of a SARIF 2.1.0 log, in which reports of a device and of a lot stand alike.
#pragma once

#include "verifier/base/json.h"
#include "verifier/report.h"

namespace attest {

inline Json object() {
  return Json(Json::Object{});
}
inline Json array() {
  return Json(Json::Array{});
}

// Text made printable, and with no link in it (SARIF 3.11.6).
Json sarif_message(std::string_view text);
Json sarif_not_used(const NotUsed& unused);  // a notification
const char* sarif_level(Severity s);

// The catalogue as rules, in its order; with lot rules after it where a lot is reported.
Json sarif_rules(Network network, Stage stage, bool with_lot_rules);
uint64_t sarif_rule_index(std::string_view id);  // its place there; of an id that is known

// One run. `rest` holds its results, artifacts, invocations and properties.
Json sarif_log(Json rules, Json rest);

// RFC 3986: a path as a URI reference; an absolute one becomes a file: URI, whatever else a name
// holds is escaped.
std::string path_uri(std::string_view path);

}  // namespace attest
