// Node: one ledger node's REST interface, believed only as far as its answers hold together.
//
// begin() comes first: the chain id decides which network this is (an entry's own answer does not
// say), a node that is starting, at height 0 or behind is refused by name, and the height of its
// newest block is pinned. Every later read asks for that height and checks that the answer is of
// it. A node that has forgotten the height meanwhile can be begun anew. Absent is a JSON 404 with
// code 5, carrying the block height where this node sends it; any other failure is an error, never
// absence.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dcl/network.h"
#include "dcl/records.h"
#include "dcl/transport.h"

namespace attest::dcl {

struct NodeState {
  std::string chain_id;
  int64_t height = 0;              // pinned: everything is read at it
  Instant block_time;              // of the block at that height
  std::string version;             // of the node's software
  bool sends_height = false;       // its answers carry the block height header
  std::optional<Instant> read_at;  // a mirror: when the ledger was read that it tells of
  std::vector<std::string> notes;  // what a person should know, though it stops nothing
};

struct RecordList {
  Schema schema = Schema::vendor;
  std::vector<Record> records;  // sorted by key
};

struct FetchProgress {
  Schema schema = Schema::vendor;
  size_t records = 0;   // of this schema so far
  size_t expected = 0;  // of this schema, 0 when not known
  bool done = false;    // with this schema
  size_t requests = 0;  // answered so far, of everything
  size_t bytes = 0;
};
using OnProgress = std::function<void(const FetchProgress&)>;

class Node {
 public:
  // `now` is only compared with the newest block's time. Transport must outlive the node.
  Node(Network network, Transport& transport, Instant now)
      : network_(std::move(network)), transport_(transport), now_(now) {}

  // Once; later calls give the same state. Everything this Node reads is of one height.
  Result<NodeState> begin();
  // True once an answer said that the pinned height cannot be read (pruned, or another node of a
  // group that is not there yet); begin() then pins a new one.
  bool lost_height() const { return lost_height_; }
  Result<NodeState> begin_anew();
  // True once a question got no answer at all, or a list had no end: the next one would wait as
  // long in vain.
  bool lost_contact() const { return lost_contact_; }

  // Whole lists, page by page until next_key is null, in parallel. With certificates, the node's
  // list of approved roots is read too and must name exactly the roots among them.
  Result<std::vector<RecordList>> lists(std::span<const Schema> schemas,
                                        const OnProgress& progress = {});
  // Single records, in parallel, in the order of `keys`; nullopt is absent.
  Result<std::vector<std::optional<Record>>> records(Schema schema,
                                                     std::span<const std::string> keys,
                                                     const OnProgress& progress = {});

  size_t requests() const { return requests_; }
  size_t bytes() const { return bytes_; }
  const Network& network() const { return network_; }

 private:
  struct ListWalk;
  Request ask(const std::string& path, size_t tag) const;
  // The JSON of a 200, nullopt for an honest absence, an error that names the node for everything
  // else.
  Result<std::optional<Json>> read(const Request& request, const Result<Response>& response);
  Result<void> check_height(const Response& response) const;
  Error not_an_answer(const Response& response);

  Network network_;
  Transport& transport_;
  Instant now_;
  NodeState state_;
  bool lost_height_ = false, lost_contact_ = false;
  size_t requests_ = 0;
  size_t bytes_ = 0;
  size_t bytes_before_ = 0;  // the current call
};

}  // namespace attest::dcl
