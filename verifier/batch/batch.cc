#include "verifier/batch/batch.h"

#include <algorithm>

#include "verifier/gather/chains.h"
#include "verifier/judge/chains.h"

namespace attest {
namespace {

constexpr size_t kMostCommons = 256;  // at some 10 KiB each; a lot has a few

// What shared evidence signs: the rest is the device's own.
bool is_common(Signed what) {
  return what == Signed::pai || what == Signed::paa_self || what == Signed::cd;
}

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
  std::vector<SignatureRequest> requests;
  std::vector<size_t> of;                  // the devices that they are of
  std::vector<const Common*> in_question;  // their signatures are among the jobs already
  out.reserve(devices.size());
  // A device's further chains stand behind it until all is judged.
  std::vector<size_t> first;
  std::vector<Reading> chains;
  for (Reading& device : devices) {
    first.push_back(chains.size());
    for (Reading& chain : split_chains(std::move(device))) chains.push_back(std::move(chain));
  }
  for (Reading& device : chains) {
    Evidence& e = out.emplace_back(Judged{.evidence = gather(std::move(device), policy_, trust_,
                                                             ledger_, engine_, ordered_, &cache_),
                                          .outline = {},
                                          .report = {}})
                      .evidence;
    const auto& shared = commons.emplace_back(common(e));
    bool wait = false;
    if (shared) {
      e.answers = shared->signatures;
      e.unsupported = shared->unsupported;
      wait = std::find(in_question.begin(), in_question.end(), shared.get()) != in_question.end();
      if (!wait && !shared->asked) in_question.push_back(shared.get());
    }
    for (SignatureRequest& request : signature_requests(e)) {
      if (wait && is_common(request.what)) continue;
      requests.push_back(std::move(request));
      of.push_back(out.size() - 1);
    }
  }
  const std::vector<Checked> answers = check_all(requests, engine_);
  for (size_t i = 0; i < requests.size(); ++i) {
    Evidence& e = out[of[i]].evidence;
    const auto what = static_cast<size_t>(requests[i].what);
    take_answer(e, requests[i], answers[i]);
    if (is_common(requests[i].what) && commons[of[i]]) {
      commons[of[i]]->signatures[what] = e.answers[what];
      commons[of[i]]->unsupported[what] = e.unsupported[what];
    }
  }
  for (size_t i = 0; i < out.size(); ++i) {
    Evidence& e = out[i].evidence;
    Common* shared = commons[i].get();
    if (shared != nullptr) {
      shared->asked = true;
      for (const Signed what : {Signed::pai, Signed::paa_self, Signed::cd}) {
        const auto i_of = static_cast<size_t>(what);
        e.answers[i_of] = shared->signatures[i_of];
        e.unsupported[i_of] = shared->unsupported[i_of];
      }
    }
  }
  if (first.size() != out.size()) return joined(std::move(out), first);
  for (size_t i = 0; i < out.size(); ++i) {
    const Evidence& e = out[i].evidence;
    Common* shared = commons[i].get();
    if (reports) {
      out[i].report = judge_.report(e);
      out[i].outline = outline_of(out[i].report);
    } else {
      out[i].outline = judge_.outline(e, shared == nullptr ? nullptr : &shared->answers);
    }
  }
  return out;
}

// Where devices have several chains: each with its whole report, for that is what is put together.
std::vector<Judged> BatchJudge::joined(std::vector<Judged> all, const std::vector<size_t>& first) {
  std::vector<Judged> out;
  out.reserve(first.size());
  for (size_t i = 0; i < first.size(); ++i) {
    const size_t end = i + 1 < first.size() ? first[i + 1] : all.size();
    Judged& device = out.emplace_back(std::move(all[first[i]]));
    std::vector<Evidence> others;
    std::vector<Report> reports;
    for (size_t k = first[i] + 1; k < end; ++k) {
      reports.push_back(judge_.report(all[k].evidence, {}, true));
      others.push_back(std::move(all[k].evidence));
    }
    take_other_chains(device.evidence, std::move(others));
    device.report = judge_.report(device.evidence, {}, !reports.empty());
    if (!reports.empty())
      device.report = join_chains(judge_, device.evidence, std::move(device.report), reports);
    device.outline = outline_of(device.report);
  }
  return out;
}

}  // namespace attest
