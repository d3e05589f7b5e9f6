// The rows of decisions and of the mirror in the table of routes, and what those of decisions
// share: the reports that were just judged, the record, and the key that signs it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "serve/decisions/decisions.h"
#include "serve/http/routes.h"
#include "serve/mirror/mirror.h"

namespace attest::serve {

using Note = std::function<void(const std::string&)>;

class DecisionBook {
 public:
  DecisionBook(SigningKey signing, std::function<Instant()> clock, JudgedReports::Limits limits)
      : signing_(std::move(signing)), clock_(std::move(clock)), reports_(limits) {}
  // Once, by the process that answers: SQLite does not outlive a fork. `note` is told what stopped
  // the record, which names files, and so is nobody else's.
  Result<void> open(const std::string& database, Note note,
                    std::chrono::milliseconds patience = Decisions::kPatience);

  // Of a report that was just judged; empty: it cannot be kept, and the log says why.
  std::string keep(const KeptReport& report);

  Answer decide(const HttpRequest& request);
  Answer list(const HttpRequest& request);
  Answer one(const HttpRequest& request);
  Answer table(const HttpRequest& request);

 private:
  Answer stopped(const DecisionsError& why, std::string doing, int asked = 400) const;
  Answer broken(const std::string& why, std::string doing) const;

  std::optional<Decisions> record_;
  Note note_ = [](const std::string&) {};
  const SigningKey signing_;
  const std::function<Instant()> clock_;
  JudgedReports reports_;
};

// Null: the server was started to keep none, and says so.
Routes decision_routes(const std::shared_ptr<DecisionBook>& book);
// `note` is told what must not be answered: names of files.
Routes mirror_routes(const std::shared_ptr<Mirror>& mirror, Note note);

}  // namespace attest::serve
