// Decisions: the record of who decided what, in one SQLite file. Records are appended and never
// altered: nothing here changes or removes one, the database itself refuses it, and each record
// holds the digest of the one before (decision.h), so that decision_chain.h finds whatever was
// altered all the same. An append is one transaction, on the disk when it is answered: killed at
// any time, a decision is there whole or not at all.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "serve/decisions/decision.h"

namespace attest::serve {

// A row as it is stored.
struct StoredDecision {
  uint64_t number = 0;
  std::string id, line;    // canonical
  Bytes digest, previous;  // as stored
  Bytes signature;         // CMS in DER over the line; empty: not signed
  std::string search;
  std::string report, page;  // JSON, HTML; empty where they were not asked for
  Bytes bundle;
};
struct ListedDecision {
  Decision decision;
  Sha256 digest{};
  bool is_signed = false;
};

// With what records are signed: a key and its certificate, PEM. Empty: not signed.
struct SigningKey {
  std::string key, certificate;
};

// What stopped the record, and whose turn it is then: who asks, asks otherwise; another process
// holds the file, and ends; somebody makes room; somebody looks at what is broken.
struct DecisionsError : Error {
  enum class Why : uint8_t { asked, busy, full, broken } why = Why::broken;
};
template <class T>
using OfRecord = tl::expected<T, DecisionsError>;

class Decisions {
 public:
  static constexpr std::chrono::milliseconds kPatience{10'000};  // with who else writes
  enum class Open : uint8_t { create, existing, read_only };
  static Result<Decisions> open(const std::string& path, Open how,
                                std::chrono::milliseconds patience = kPatience);

  // The new record. An error: nothing was written.
  OfRecord<ListedDecision> append(const DecisionRequest& request, const JudgedReport& report,
                                  Instant now, const SigningKey& signing = {});

  // The newest first, those in which all words of `search` occur; at most `most`, of those with a
  // number below `below` (0: of all).
  OfRecord<std::vector<ListedDecision>> list(std::string_view search = {}, size_t most = 100,
                                             uint64_t below = 0);
  // All of them that match, the oldest first, piece by piece.
  OfRecord<void> export_csv(std::string_view search,
                            const std::function<Result<void>(std::string_view)>& write);
  // Whole, with what is kept beside it.
  OfRecord<std::optional<StoredDecision>> find(std::string_view id);
  // In order, whole. `take` says whether it wants the next.
  OfRecord<void> each(const std::function<bool(const StoredDecision&)>& take);
  // What the database would let happen to a record; empty: it refuses every change.
  OfRecord<std::string> unguarded();
  // "1" is none yet.
  OfRecord<uint64_t> next_number();

  Decisions(Decisions&&) noexcept;
  Decisions& operator=(Decisions&&) noexcept;
  ~Decisions();

 private:
  struct State;
  explicit Decisions(std::unique_ptr<State> state);
  OfRecord<ListedDecision> append_locked(const DecisionRequest& request, const JudgedReport& report,
                                         Instant now, const SigningKey& signing);
  std::unique_ptr<State> state_;
};

// As the record behind it says it; zeros: there is none.
Sha256 digest_of_signature(View signature);

// The bundle of one that was found: refused unless it is the one that the record names.
Result<void> is_as_recorded(const StoredDecision& stored);

}  // namespace attest::serve
