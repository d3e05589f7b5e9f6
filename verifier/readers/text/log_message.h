// A message of the interaction model in Matter TLV, as matter.js logs it in hex (Core 10.7): the
// fields of commands to and from Operational Credentials, and the attributes that log_values.h
// names.
#pragma once

#include "verifier/readers/device.h"
#include "verifier/readers/text/log_values.h"

namespace attest::log {

struct Message {
  struct Field {
    uint64_t command = 0, number = 0;
    FactValue value;  // a number, or bytes
  };
  struct Attribute {
    AttributePath path{};
    std::optional<uint64_t> field = {};  // of one that is a structure
    FactValue value;                     // a number (of a flag 0 or 1), or text
  };
  // Where the log's line ended within a value: how long it says it is, and what is there.
  struct Cut {
    std::optional<uint64_t> command, number;  // nullopt: before that was said
    uint64_t stated = 0, there = 0;
  };
  std::vector<Field> fields;  // of Operational Credentials
  std::vector<Attribute> attributes;
  std::optional<Cut> cut;
};
Message read_message(View payload);

}  // namespace attest::log
