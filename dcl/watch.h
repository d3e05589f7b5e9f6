// Watch: what became different on the ledger between two looks, for whom it matters: models,
// software versions, certification, certificates, revocations, and revocation lists that are about
// to expire. What was seen last is kept with the changes that were told, so that a later look knows
// what is new, and a feed what there was.
//
// Software versions have no list on the ledger. One counts as new where it was known before which
// versions its model has, and it was not among them; what is merely read for the first time is not.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dcl/snapshot.h"

namespace attest::dcl {

struct WatchChange {
  enum class Kind : uint8_t { added, changed, removed, expiring } kind = Kind::added;
  Schema schema = Schema::vendor;  // of expiring: revocation_point
  std::string key;
  Json before, after;  // null: not there. Of expiring: both null
  std::string words;   // one line for people, printable
  int64_t since = 0;   // the height that was seen last
  int64_t height = 0;  // at which it was seen
  Instant seen_at;

  // The same for the same change, however often it is told.
  std::string id(const std::string& chain_id) const;
};
const char* change_name(WatchChange::Kind kind);  // "added"

// A list behind a revocation point, as it is at hand.
struct WatchedList {
  std::string key, url;  // of the point
  uint16_t vid = 0;
  Instant next_update;
};

// What is seen in one look. Only of this vendor where one is given.
struct Seen {
  std::string chain_id;
  int64_t height = 0;
  Instant time;                                            // of that block
  std::map<std::pair<Schema, std::string>, Json> records;  // of lists that were read whole
  std::vector<Schema> whole;
  std::map<std::string, std::map<uint32_t, Json>> versions;  // by model, where all are known
};
Seen seen_of(const Snapshot& snapshot, std::optional<uint16_t> vid);

// What stays between two looks.
struct WatchState {
  Seen seen;
  int64_t since = 0;              // the height of the first look: what is older was never told
  std::vector<WatchChange> told;  // oldest first, the newest kMostTold
  std::map<std::string, Instant> expiring;  // told already: by the point's key
};
inline constexpr size_t kMostTold = 2'000;
// A list that is due within so many seconds is about to expire.
inline constexpr int64_t kExpiresSoon = 3 * 86'400;

std::string write_watch_state(const WatchState& state);
Result<WatchState> read_watch_state(std::string_view text);

// The state after the first look: nothing is new.
WatchState first_look(Seen now);
// The changes since the last look, which the state then knows. An error: the ledger at hand is
// another one, or older than what was seen.
Result<std::vector<WatchChange>> look_again(WatchState& state, Seen now,
                                            const std::vector<WatchedList>& lists, Instant at);
// What was told after this height. An error: the memory does not reach back so far.
Result<std::vector<WatchChange>> told_since(const WatchState& state, int64_t height);

}  // namespace attest::dcl
