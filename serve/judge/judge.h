// Judge: one upload, one answer, by the same verifier and the same reports as the command line. It
// sees no socket, and no file of this machine but what the server was started with.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "dcl/cached_ledger.h"
#include "serve/judge/upload.h"
#include "verifier/policy.h"
#include "verifier/readers/reader.h"
#include "verifier/trust.h"

namespace attest::serve {

// What is to be done with a body.
struct Job {
  std::string what;    // "verify", "inspect", "lot", "refresh"
  std::string type;    // of the body, as its header says
  std::string accept;  // of the answer: one of those the route offers
  Pairs query;
  bool keep = false;         // with what a decision needs (Answer::kept)
  bool tells_begin = false;  // a frame before the answer says that it was begun
};

// How a lot is judged: records from a descriptor, lines into another, and after some of them were
// written the bell (an eventfd) is rung.
struct LotEnds {
  int records = -1, lines = -1, bell = -1;
};
// The exit code, and what was told of it.
struct LotEnd {
  int exit_code = 0;
  std::string told;
};

// Who starts the server says how options become these: as the other commands do it.
struct JudgeSettings {
  std::function<Instant()> clock;
  std::function<Result<Policy>(const Asked&, Instant now)> policy;
  std::function<Result<TrustStore>(const Asked&, Network)> trust;
  // Null: the policy asks none.
  std::function<Result<std::unique_ptr<dcl::CachedLedger>>(const Asked&, Instant now)> ledger;
  // Secrets and revocation sets that the server was started with.
  std::function<Result<void>(Reading&)> prepare;
  std::function<LotEnd(const Asked&, const LotEnds&)> lot;
  // Brings the cache of a network up to date: what there is to tell of it, a line each.
  std::function<std::string(const std::string& network)> refresh;
  SignatureEngine* engine = nullptr;
  bool show_passcode = false;
};

class Judge {
 public:
  explicit Judge(JudgeSettings settings) : settings_(std::move(settings)) {}
  // What went wrong is an answer, too (problem+json).
  Answer judge(const Job& job, View body);
  // An answer without a body of its own where it went well.
  Answer lot(const Job& job, const LotEnds& ends);
  Answer refresh(const Job& job);
  // Nothing is asked for now: what was opened is closed.
  void rest() {
    ledgers_.clear();
    trusted_.clear();
  }

 private:
  Answer verify(const Job& job, View body);
  Answer inspect(const Job& job, View body);
  tl::expected<dcl::CachedLedger*, Answer> ledger(const Asked& asked, Instant now);
  tl::expected<std::shared_ptr<const TrustStore>, Answer> trust(const Upload& upload,
                                                                Network network, Instant now,
                                                                std::vector<NotUsed>& not_used);
  std::optional<Answer> read(const Upload& upload, Reading& reading) const;
  std::optional<Answer> add_anchors(const Upload& upload, Network network, TrustStore& trust,
                                    std::vector<NotUsed>& not_used) const;

  // One view of the cache for uploads that come together; it is never old.
  struct Opened {
    Asked asked;
    Instant when;
    std::unique_ptr<dcl::CachedLedger> ledger;
  };
  JudgeSettings settings_;
  std::vector<Opened> ledgers_;
  // And of what the server itself was told to trust: an upload with anchors of its own has its own.
  struct Trusted {
    Asked asked;
    Instant when;
    std::shared_ptr<const TrustStore> store;
  };
  std::vector<Trusted> trusted_;
};

}  // namespace attest::serve
