// A record of decisions as these tests make, break and look at one.
#pragma once

#include <sqlite3.h>

#include <string>

#include "serve/decisions/decision_chain.h"
#include "tests/serve/serve_support.h"

namespace attest::serve {

using namespace attest::test;

inline Decisions opened(const std::string& path, Decisions::Open how = Decisions::Open::create) {
  auto out = Decisions::open(path, how);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().what));
  return std::move(*out);
}

inline ListedDecision added(Decisions& decisions, const std::string& serial = "SN-1",
                            const SigningKey& key = {}) {
  auto out =
      decisions.append(a_request(true), judged_report(Verdict::approve, serial), kDecided, key);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().what));
  return *out;
}

inline std::string broken(const std::string& path, const ChainOptions& options = {}) {
  auto decisions = opened(path, Decisions::Open::read_only);
  const auto answer = check_chain(decisions, options);
  return answer ? answer->broken : "error: " + answer.error().what;
}

// What somebody with the file and SQLite can do to it.
inline std::string tamper(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  char* why = nullptr;
  // (What a test has changed need not outlive the machine.)
  sqlite3_exec(db, ("PRAGMA synchronous=OFF; " + sql).c_str(), nullptr, nullptr, &why);
  std::string out = why == nullptr ? "" : why;
  sqlite3_free(why);
  sqlite3_close(db);
  return out;
}

inline std::string key_pair(const Folder& folder, const std::string& name) {
  const std::string path = folder / (name + ".pem");
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
      "'/CN=" +
      name + "' -keyout " + path + " -out " + path + ".crt 2>/dev/null; cat " + path + ".crt >> " +
      path;
  REQUIRE(std::system(command.c_str()) == 0);
  return std::string(text(slurp(path)));
}

}  // namespace attest::serve
