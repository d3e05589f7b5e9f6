#include "report/rule_words.h"

#include "lot/rule.h"
#include "verifier/checks/catalogue.h"

namespace attest {

RuleWords rule_words(std::string_view id) {
  if (const Check* check = find_check(id))
    return {check->id,     check->title, check->rule,
            check->remedy, check->spec,  unknown_remedy(*check)};
  if (const LotRule* rule = find_lot_rule(id))
    return {rule->id, rule->title, rule->rule, rule->remedy, rule->spec, rule->remedy};
  return {.id = id};
}

}  // namespace attest
