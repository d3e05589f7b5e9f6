// What of a device's statements a bundle keeps.
#pragma once

#include <map>

#include "verifier/gather/evidence.h"

namespace attest {

class Redaction {
 public:
  explicit Redaction(bool show_passcode) : show_passcode_(show_passcode) {}

  // `settled` are the same statements after gather, which found out what bare bytes are.
  Device device(const Device& read, const Evidence& settled);
  Device ordered(const Device& order);

 private:
  FactValue masked(FactId fact, const FactValue& value);
  size_t number_of(FactId fact, FactValue value);
  void keep(Statement& s);  // one that is no key
  bool show_passcode_;
  std::map<FactId, std::vector<FactValue>>
      seen_;  // the values that stand-ins stand for, in their order
};

}  // namespace attest
