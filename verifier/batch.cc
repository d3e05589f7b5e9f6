#include "verifier/batch.h"

namespace attest {

BatchJudge::BatchJudge(Policy policy, const TrustStore& trust, Ledger* ledger, SignatureEngine& engine)
    : policy_(std::move(policy)), trust_(trust), ledger_(ledger), engine_(engine) {}

std::vector<Judged> BatchJudge::judge(std::vector<Reading> devices) {
  std::vector<Judged> out;
  out.reserve(devices.size());
  std::vector<SignatureJob> jobs;
  std::vector<std::pair<size_t, SignatureRequest>> requests;   // of which device
  for (Reading& device : devices) {
    out.push_back({.evidence = gather(std::move(device), policy_, trust_, ledger_), .report = {}});
    for (const SignatureRequest& request : signature_requests(out.back().evidence)) {
      jobs.push_back(request.job);
      requests.emplace_back(out.size() - 1, request);
    }
  }
  std::vector<uint8_t> answers(jobs.size());
  engine_.verify(jobs, answers);
  for (size_t i = 0; i < requests.size(); ++i) take_answer(out[requests[i].first].evidence, requests[i].second, answers[i] == 1);
  for (Judged& judged : out) judged.report = attest::judge(judged.evidence);
  return out;
}

}  // namespace attest
