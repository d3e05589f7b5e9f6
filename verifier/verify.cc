#include "verifier/verify.h"

#include <utility>

#include "verifier/gather/chains.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/chains.h"
#include "verifier/judge/judge.h"

namespace attest {

Verification verify(Request request) {
  Verification out;
  std::vector<CertificatePtr> parsed;
  std::vector<Reading> chains = split_chains(std::move(request.reading), &parsed);
  std::vector<Evidence> others;
  for (size_t i = 1; i < chains.size(); ++i)
    others.push_back(gather(std::move(chains[i]), request.policy, request.trust, request.ledger,
                            request.engine, request.ordered, nullptr, parsed));
  out.evidence = gather(std::move(chains.front()), request.policy, request.trust, request.ledger,
                        request.engine, std::move(request.ordered), nullptr, parsed);
  out.evidence.after = std::move(request.approved);
  if (request.between && !request.between(out.evidence)) return out;
  std::vector<Evidence*> all = {&out.evidence};
  for (Evidence& other : others) all.push_back(&other);
  verify_signatures(all, request.engine);
  take_other_chains(out.evidence, std::move(others));
  const Judge judge(request.policy);
  std::vector<Report> reports;
  for (const auto& other : out.evidence.other_chains)
    reports.push_back(judge.report(*other, {}, true));
  out.report = judge.report(out.evidence, request.answered, !reports.empty());
  if (!reports.empty())
    out.report = join_chains(judge, out.evidence, std::move(out.report), reports);
  return out;
}

}  // namespace attest
