// Judge: the rules of one policy, ready to be asked about many devices.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "verifier/rules/check.h"

namespace attest {

// A device's verdict without its texts: what a lot needs of most devices.
struct Outline {
  Verdict verdict = Verdict::undecided;
  std::vector<const Check*>
      failed;  // in the catalogue's order; Report::all(Status::fail) names the same
  std::vector<const Check*> warned;  // Report::all(Status::warn) names the same
  std::vector<const Check*> open;    // errors under this policy whose answer is not known
};

Outline outline_of(const Report& report);

// How one check ended, by places in the catalogue.
inline constexpr uint16_t kNobody = 0xFFFF;
struct Answer {
  Status status = Status::pass;
  bool failed = false;        // its body said so, whether shown as fail or as an echo of another
  uint16_t by = kNobody;      // with Status::blocked: the fault at the end of the links
  uint16_t like = kNobody;    // skipped, because this one was
  uint16_t waived = kNobody;  // let pass by the waiver of this one, or passed over because of it
  bool echo = false;          // its body itself named another as the fault
  bool open = false;          // and is unknown for that one's reason (unknown_like)
  bool aside = false;         // unknown, and the verdict does not wait for it (unknown_aside)
  std::optional<Severity> weight = {};  // of this answer, in place of its rule's
};

// What was answered about that which several devices have in common: filled in by the first device
// that asks. One a set of shared evidence (BatchJudge says which devices share it) and policy.
struct SharedAnswers {
  struct Body {
    bool known = false;
    Status status = Status::pass;
    const char* by = nullptr;  // with Status::blocked
    bool open = false, aside = false;
    std::optional<Severity> weight = {};
  };
  std::vector<Body> bodies;  // of shared checks; by place in the catalogue
  std::vector<Answer>
      ends;  // of all checks; those that build on shared ones alone hold for every device
};

class Judge {
 public:
  explicit Judge(const Policy& policy);
  // The evidence's policy is the one the judge was made for. `is_joined`: with the reports of other
  // chains (chains.h), so that what it says as a whole is said there.
  Report report(const Evidence& evidence, std::span<const Answered> answered = {},
                bool is_joined = false) const;
  Outline outline(const Evidence& evidence, SharedAnswers* shared = nullptr) const;
  // Of findings that were put together (chains.h): which waivers nothing needed, verdict and
  // summary anew.
  void conclude_joined(const Evidence& evidence, Report& report) const;

 private:
  Network network_;
  Stage stage_;
  std::vector<Severity> severity_;  // by place in the catalogue
  std::vector<Severity> unmet_;     // the same for what does not hold: --fail-on warn raises it
  std::vector<uint8_t> required_;   // asked for with --require
  bool any_required_ = false;
  bool fail_on_unknown_ = false;
  bool keeps_open(size_t check, const Answer& answer) const;
  const Finding* deciding(const Report& report) const;
  std::string summary(const Report& report, const Finding* first) const;
  std::string not_for_production(const Report& report) const;
  void conclude(const Evidence& evidence, Report& report, bool summed) const;
  void finish(const Evidence& evidence, std::span<const Answer> answers, Report& report,
              bool is_joined) const;
};

// One judge, made for one device. `answered`: of a bundle, answers from before, in place of asking
// their checks.
Report judge(const Evidence& evidence, std::span<const Answered> answered = {});

}  // namespace attest
