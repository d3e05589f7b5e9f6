// Places that state a role and hold another's certificate, where the right one is known all the
// same: the fault is the place's, and the device is judged with what is right. (Where nothing else
// is there, the checks say that the two are swapped, or that one stands in both places.)

#include <fmt/format.h>

#include <algorithm>

#include "verifier/gather/gather_steps.h"
#include "verifier/readers/credentials/stated_role.h"

namespace attest::gathering {

void settle_misplaced(Device& device, Parsed& parsed) {
  std::vector<Statement*> misplaced;
  bool has_dac = false, has_pai = false;
  for (Statement& s : device.statements) {
    const bool stated = s.fact == FactId::dac || s.fact == FactId::pai;
    if (!stated && s.fact != FactId::certificate) continue;
    const auto& certificate = parsed.of(s).certificate;
    if (!certificate) continue;
    if (stated && contradicts(s.fact, **certificate)) {
      misplaced.push_back(&s);
      continue;
    }
    const FactId is = stated ? s.fact : says_it_is(**certificate);
    (is == FactId::dac ? has_dac : has_pai) = true;
  }
  const auto has = [&](FactId role) { return role == FactId::dac ? has_dac : has_pai; };
  const auto place_of = [&](FactId role) {
    const auto at = std::find_if(misplaced.begin(), misplaced.end(),
                                 [&](const Statement* s) { return s->fact == role; });
    return at == misplaced.end() ? nullptr : *at;
  };
  const Statement *dac = place_of(FactId::dac), *pai = place_of(FactId::pai);
  const bool swapped = dac != nullptr && pai != nullptr && has_dac && has_pai;
  // Of the two that are swapped one is told of: the fault is one.
  for (Statement* s : misplaced) {
    if (!has(s->fact)) continue;
    const char* holds = called_by_itself(**parsed.of(*s).certificate);
    const bool of_dac = s->fact == FactId::dac;
    if (!swapped || of_dac)
      device.note(
          of_dac ? Remark::dac_slot : Remark::pai_slot, s->place,
          fmt::format(
              "holds {}, expected the {}{}", holds, of_dac ? "DAC" : "PAI",
              swapped ? fmt::format(": swapped, {} holds a DAC", place_text(pai->place)) : ""));
  }
  for (Statement* s : misplaced) {
    if (has(s->fact)) s->fact = FactId::certificate;
  }
}

}  // namespace attest::gathering
