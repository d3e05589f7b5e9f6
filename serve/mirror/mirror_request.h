// What is asked of a mirror and what it says, before any fact is looked at: paths, values and pages
// as the ledger's gateway takes them, errors as it writes them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "dcl/cache.h"

namespace attest::serve {

struct MirrorRequest {
  std::string method = "GET";
  std::string path;                                             // decoded
  std::vector<std::pair<std::string, std::string>> query = {};  // decoded, as they came
  std::optional<std::string> height = {};                       // x-cosmos-block-height
};

// What is to be sent, and at which height it is so; without one it is not about the ledger's facts.
struct MirrorReply {
  int status = 200;
  std::string body;
  std::optional<dcl::ReadAt> when = {};
  std::string problem = {};  // for the log
};

// The status and gRPC's code of a refusal.
struct NodeError {
  int status, code;
};
inline constexpr NodeError kInvalid{400, 3}, kNotFound{404, 5}, kUnimplemented{501, 12},
    kInternal{500, 13}, kUnavailable{503, 14}, kUnknown{500, 2};
MirrorReply node_error(NodeError error, std::string_view message);

// A value of a path: its text, and its number where the route says that it is one.
struct PathValue {
  std::string text;
  int64_t number = 0;
};
using PathValues = std::vector<PathValue>;

// nullopt: another path. Names that begin with '#' are numbers; one that is none is refused.
std::optional<tl::expected<PathValues, MirrorReply>> values_of(std::string_view pattern,
                                                               std::string_view path);

struct Paging {
  uint64_t limit = 0, offset = 0;
  bool count = false, reverse = false;
  std::optional<std::string> key;
};
tl::expected<Paging, MirrorReply> paging_of(const MirrorRequest& request);
// The one value of these names in the query; a second one is refused, as by the gateway.
tl::expected<std::optional<std::string>, MirrorReply> asked(
    const MirrorRequest& request, std::initializer_list<const char*> names);

}  // namespace attest::serve
