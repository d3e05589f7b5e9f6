#include "verifier/batch/batch.h"

#include <algorithm>

namespace attest {
namespace {

constexpr size_t kMostCommons = 256;  // at some 10 KiB each; a lot has a few

// What shared evidence signs: the rest is the device's own.
bool is_common(Signed what) {
  return what == Signed::pai || what == Signed::paa_self || what == Signed::cd;
}

struct Asked {
  size_t device;
  SignatureRequest request;
};

}  // namespace

BatchJudge::BatchJudge(Policy policy, const TrustStore& trust, Ledger* ledger,
                       SignatureEngine& engine, std::optional<Device> ordered,
                       RejectedVerifiers* tried)
    : policy_(std::move(policy)),
      trust_(trust),
      ledger_(ledger),
      engine_(engine),
      ordered_(std::move(ordered)),
      judge_(policy_),
      cache_(tried) {}

std::shared_ptr<BatchJudge::Common> BatchJudge::common(const Evidence& e) {
  LotCommon shared(e);
  if (!shared.is_whole()) return nullptr;
  if (commons_.size() >= kMostCommons) commons_.clear();
  auto& kept = commons_[std::move(shared)];
  if (!kept) kept = std::make_shared<Common>();
  return kept;
}

std::vector<Judged> BatchJudge::judge(std::vector<Reading> devices, bool reports) {
  std::vector<Judged> out;
  std::vector<std::shared_ptr<Common>> commons;
  std::vector<SignatureJob> jobs;
  std::vector<Asked> asked;
  std::vector<const Common*> in_question;  // their signatures are among the jobs already
  out.reserve(devices.size());
  for (Reading& device : devices) {
    Evidence& e = out.emplace_back(Judged{.evidence = gather(std::move(device), policy_, trust_,
                                                             ledger_, engine_, ordered_, &cache_),
                                          .outline = {},
                                          .report = {}})
                      .evidence;
    const auto& shared = commons.emplace_back(common(e));
    bool wait = false;
    if (shared) {
      e.answers = shared->signatures;
      wait = std::find(in_question.begin(), in_question.end(), shared.get()) != in_question.end();
      if (!wait && !shared->asked) in_question.push_back(shared.get());
    }
    for (SignatureRequest& request : signature_requests(e)) {
      if (wait && is_common(request.what)) continue;
      jobs.push_back(request.job);
      asked.push_back({.device = out.size() - 1, .request = std::move(request)});
    }
  }
  std::vector<uint8_t> answers(jobs.size());
  engine_.verify(jobs, answers);
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto& [device, request] = asked[i];
    take_answer(out[device].evidence, request, answers[i] == 1);
    if (is_common(request.what) && commons[device])
      commons[device]->signatures[static_cast<size_t>(request.what)] = answers[i] == 1;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    Evidence& e = out[i].evidence;
    Common* shared = commons[i].get();
    if (shared != nullptr) {
      shared->asked = true;
      for (const Signed what : {Signed::pai, Signed::paa_self, Signed::cd})
        e.answers[static_cast<size_t>(what)] = shared->signatures[static_cast<size_t>(what)];
    }
    if (reports) {
      out[i].report = judge_.report(e);
      out[i].outline = outline_of(out[i].report);
    } else {
      out[i].outline = judge_.outline(e, shared == nullptr ? nullptr : &shared->answers);
    }
  }
  return out;
}

}  // namespace attest
