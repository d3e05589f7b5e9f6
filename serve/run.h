// Run: the whole server from its settings, until somebody ends it.
#pragma once

#include <chrono>
#include <optional>

#include "platform/verbosity.h"
#include "serve/http/address.h"
#include "serve/judge/judging.h"
#include "serve/service.h"

namespace attest::serve {

struct ServerSettings {
  ListenAddress listen;
  std::string certificate, key;  // PEM; empty: without TLS
  std::shared_ptr<Users> users;
  ServiceOptions service;
  JudgeSettings judge;
  JudgingLimits judging;
  ProcessLimits process;
  std::string folder;  // of uploads while they come in
  // Networks whose caches are kept up to date in the background, and how old they are now; nullopt:
  // there is none yet.
  std::vector<std::string> networks;
  std::function<std::optional<int64_t>(const std::string& network)> age;
  int64_t refresh_from = 43'200;  // seconds of age
  // Whether a newer issue of one of a network's revocation lists is due.
  std::function<bool(const std::string& network)> lists_due = [](const std::string&) {
    return false;
  };
  // Adds rows of others: they live as long as the server. An error: it cannot begin.
  std::function<Result<void>(Service&)> more = [](Service&) { return Result<void>(); };
};

// Why it may not be started: whoever reaches an address that is not this machine's own has to be
// known, and nobody in between may listen. Nullopt: it may.
std::optional<std::string> refuse_to_start(const ListenAddress& listen, bool tls, bool users);

// Until SIGTERM or SIGINT. Called by the only thread there is. An error: it could not begin.
Result<void> run_server(ServerSettings settings, const Verbosity& verbosity);

}  // namespace attest::serve
