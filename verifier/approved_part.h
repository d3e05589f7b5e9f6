// ApprovedPart: a device that was judged before, as the facts that the next one is compared with
// (--after).
#pragma once

#include <string>
#include <vector>

#include "verifier/base/instant.h"

namespace attest {

struct ApprovedPart {
  struct Fact {
    std::string name;   // of rules/part_facts.h
    std::string value;  // as a report shows it
    bool operator==(const Fact&) const = default;
  };
  std::string source;  // the bundle's file
  std::string network, verdict;
  Instant at;
  std::vector<Fact> facts;
  std::string signer;               // as the bundle's signature names itself; empty: nobody signed
  bool signer_is_known = false;     // it is the one that --signed-by names
  std::vector<std::string> waived;  // checks that prove authenticity and passed by a waiver alone

  const std::string* find(std::string_view name) const {
    for (const Fact& fact : facts) {
      if (fact.name == name) return &fact.value;
    }
    return nullptr;
  }
  bool operator==(const ApprovedPart&) const = default;
};

}  // namespace attest
