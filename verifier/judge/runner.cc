#include "verifier/judge/runner.h"

namespace attest {
namespace {

void visit(size_t i, const Links& links, std::vector<uint8_t>& seen, std::vector<uint16_t>& order) {
  if (seen[i] != 0) return;
  seen[i] = 1;
  for (const size_t j : links.after.of(i)) visit(j, links, seen, order);
  for (const size_t j : links.consequence_of.of(i)) visit(j, links, seen, order);
  order.push_back(static_cast<uint16_t>(i));
}
}  // namespace

const Links& links() {
  static const Links resolved = [] {
    Links out;
    for (const Check* check : catalogue()) {
      out.after.add(check->after, check->run.needs);
      out.consequence_of.add(check->consequence_of, {});
      out.ask.push_back(check->run.ask);
      out.on_main.push_back(check->severity.under(Network::main, Stage::network));
      out.on_test.push_back(check->severity.under(Network::test, Stage::network));
      out.on_none.push_back(check->severity.under(Network::none, Stage::network));
      out.at_lab.push_back(check->severity.under(Network::none, Stage::lab));
    }
    std::vector<uint8_t> seen(catalogue().size());
    for (size_t i = 0; i < catalogue().size(); ++i) visit(i, out, seen, out.order);
    for (size_t i = 0; i < catalogue().size(); ++i)
      out.shared.push_back(is_shared(*catalogue()[i]) ? 1 : 0);
    std::vector<uint8_t> own(catalogue().size());
    for (const size_t i : out.order) {
      const auto is_own = [&](size_t j) { return own[j] != 0; };
      own[i] = !is_shared(*catalogue()[i]) || std::ranges::any_of(out.after.of(i), is_own) ||
                       std::ranges::any_of(out.consequence_of.of(i), is_own)
                   ? 1
                   : 0;
      if (own[i] != 0) out.own.push_back(static_cast<uint16_t>(i));
    }
    return out;
  }();
  return resolved;
}
}  // namespace attest
