// A server without a socket: requests go through all its steps, and are judged in this process.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "platform/trust_files.h"
#include "serve/exchange.h"
#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"

namespace attest::test {

using namespace serve;

inline JudgeSettings settings() {
  JudgeSettings out;
  out.clock = [] { return *parse_rfc3339("2026-06-01T00:00:00Z"); };
  out.policy = [](const Asked& asked, Instant now) -> Result<Policy> {
    Policy policy;
    policy.network = asked.network == "main"   ? Network::main
                     : asked.network == "test" ? Network::test
                                               : Network::none;
    policy.at = now;
    if (!asked.at.empty()) {
      const auto at = parse_rfc3339(asked.at);
      if (!at) return within("--at", at.error());
      policy.at = *at;
    }
    return policy;
  };
  out.trust = [](const Asked&, Network) -> Result<TrustStore> {
    TrustStore store = TrustStore::builtin(false);
    for (const char* path : {"fixtures/trust/paa-fff1.pem", "fixtures/trust/paa-any.pem"}) {
      const auto all = trusted_certificates(path);
      for (const auto& [certificate, name] : all->found)
        (void)store.add_paa(certificate, Origin::given, name);
    }
    const auto signers = trusted_certificates("fixtures/trust/cd-signer.pem");
    for (const auto& [certificate, name] : signers->found)
      (void)store.add_cd_signer(certificate, Origin::given, name, openssl_engine());
    return store;
  };
  out.ledger = [](const Asked&, Instant) -> Result<std::unique_ptr<dcl::CachedLedger>> {
    return nullptr;
  };
  out.prepare = [](Reading&) -> Result<void> { return {}; };
  out.engine = &openssl_engine();
  return out;
}

struct Bench {
  explicit Bench(ServiceOptions options = {}, std::shared_ptr<Users> users = nullptr)
      : judging(settings()), desk(1), service(filled(std::move(options)), std::move(users)) {
    service.add(own_routes(service));
    room->folder = std::filesystem::path("/tmp");
  }
  static ServiceOptions filled(ServiceOptions options) {
    options.clock = [] { return Instant{0}; };
    options.ticks = [] { return 0.0; };
    return options;
  }

  // A request as a whole, its body in pieces.
  Reply ask(HttpRequest request, const std::string& body = {}) {
    if (request.header("host") == nullptr) request.headers.emplace_back("host", "127.0.0.1:8480");
    if (!body.empty() && request.header("content-length") == nullptr)
      request.headers.emplace_back("content-length", std::to_string(body.size()));
    request.peer = "127.0.0.1";
    ExchangeFront front(workshop);
    std::mutex mutex;
    std::condition_variable awake;
    int woken = 0;
    const auto exchange = front.begin([&] {
      const std::lock_guard lock(mutex);
      ++woken;
      awake.notify_all();
    });
    const auto settled = [&](Next next) {
      while (next == Next::wait) {
        std::unique_lock lock(mutex);
        awake.wait(lock, [&] { return woken > 0; });
        --woken;
        lock.unlock();
        next = exchange->woken();
      }
      return next;
    };
    Next next = settled(exchange->head(std::move(request)));
    for (size_t at = 0; next == Next::more && at < body.size(); at += 30'000) {
      View piece = view(body).subspan(at, std::min<size_t>(30'000, body.size() - at));
      next = exchange->body(piece);
    }
    if (next == Next::more) next = settled(exchange->end());
    if (next == Next::answer) return exchange->take();
    Reply none;
    none.status = 0;
    return none;
  }

  DirectJudging judging;
  Desk desk;
  Service service;
  std::shared_ptr<SpoolRoom> room = std::make_shared<SpoolRoom>();
  Workshop workshop{.service = service, .judging = judging, .desk = desk, .room = room};
};

inline HttpRequest get(std::string target, Pairs headers = {}) {
  HttpRequest out;
  out.method = "GET";
  out.target = std::move(target);
  out.headers = std::move(headers);
  return out;
}
inline HttpRequest post(std::string target, Pairs headers = {}) {
  HttpRequest out = get(std::move(target), std::move(headers));
  out.method = "POST";
  return out;
}
inline const Pairs kForm = {{"content-type", "multipart/form-data; boundary=b"}};

inline std::string part(const std::string& name, const std::string& content,
                        const std::string& file = {}) {
  return fmt::format("--b\r\nContent-Disposition: form-data; name=\"{}\"{}\r\n\r\n{}\r\n", name,
                     file.empty() ? "" : fmt::format("; filename=\"{}\"", file), content);
}
inline std::string device(const std::string& name, const std::string& before = {}) {
  std::string out;
  for (const auto& entry : std::filesystem::directory_iterator("fixtures/devices/" + name)) {
    const std::string file = entry.path().filename().string();
    if (file == "expected.txt" || file == "options" || file == "README.md" || file == "faults")
      continue;
    out += part("evidence", std::string(text(slurp(entry.path()))), before + file);
  }
  return out;
}
inline Json json(const Reply& reply) {
  const auto out = parse_json(reply.body);
  REQUIRE_MESSAGE(out, reply.body);
  return *out;
}
inline std::string said(const Reply& reply, const char* key) {
  const Json all = json(reply);
  const Json* value = all.find(key);
  return value == nullptr || value->string() == nullptr ? "" : *value->string();
}
inline std::string header(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace attest::test
