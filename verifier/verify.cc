#include "verifier/verify.h"

#include <utility>

#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest {

Verification verify(Request request) {
  Verification out;
  out.evidence = gather(std::move(request.reading), request.policy, request.trust, request.ledger,
                        request.engine, std::move(request.ordered));
  out.evidence.after = std::move(request.approved);
  if (request.between && !request.between(out.evidence)) return out;
  verify_signatures(out.evidence, request.engine);
  out.report = judge(out.evidence, request.answered);
  return out;
}

}  // namespace attest
