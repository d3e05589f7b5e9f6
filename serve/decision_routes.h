// The rows of decisions and of the mirror in the table of routes, and what those of decisions
// share: the reports that were just judged, the record, and the key that signs it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "serve/decisions.h"
#include "serve/mirror.h"
#include "serve/routes.h"

namespace attest::serve {

class DecisionBook {
 public:
  DecisionBook(SigningKey signing, std::function<Instant()> clock, JudgedReports::Limits limits)
      : signing_(std::move(signing)), clock_(std::move(clock)), reports_(limits) {}
  // Once, by the process that answers: SQLite does not outlive a fork.
  Result<void> open(const std::string& database);

  // Of a report that was just judged; empty: it is too large to be kept.
  std::string keep(const KeptReport& report);

  Answer decide(const HttpRequest& request);
  Answer list(const HttpRequest& request);
  Answer one(const HttpRequest& request);
  Answer table(const HttpRequest& request);

 private:
  std::optional<Decisions> record_;
  const SigningKey signing_;
  const std::function<Instant()> clock_;
  JudgedReports reports_;
};

Routes decision_routes(const std::shared_ptr<DecisionBook>& book);
// `note` is told what must not be answered: names of files.
Routes mirror_routes(const std::shared_ptr<Mirror>& mirror,
                     std::function<void(const std::string&)> note);

}  // namespace attest::serve
