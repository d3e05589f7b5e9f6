// RecordedInputs: everything that one verdict follows from, so that it can be judged again
// elsewhere, without what must not leave the place: of private keys only the public part is kept;
// passcodes, payloads, salts and verifiers are replaced by stand-ins that are the same exactly
// where the values were, unless the policy shows them. What a check could only answer from the
// values themselves it answered when the case was made, and its answer is kept and told of.
//
// In a bundle a case is policy.json, evidence.json, trust.json and, where there are such,
// ordered.json, ledger.json, answers.json and after.json.
#pragma once

#include "bundle/ledger_record.h"
#include "bundle/ustar.h"
#include "verifier/verify.h"

namespace attest {

// What a check answered when the case was made. Never for one that proves authenticity.
struct KeptAnswer {
  std::string id;
  Status status = Status::pass;
  std::string message, expected, actual, source, blocked_by;
  bool operator==(const KeptAnswer&) const = default;
};

struct RecordedInputs {
  Policy policy;
  Device device;  // as read, before roles are settled
  std::vector<EvidenceFile> files;
  std::vector<NotUsed> not_used;  // what counts for nothing, and why
  std::optional<Device> ordered;
  std::vector<GivenAnchor> anchors;
  uint64_t given_anchors = 0;          // how often one was given: the report says so
  std::optional<LedgerRecord> ledger;  // nullopt: none was asked
  std::optional<ApprovedPart> after;
  std::vector<KeptAnswer> answers;
};

// `read`: the device before gather settled its roles. An error says which check cannot be answered
// without the secrets; there should be none.
Result<RecordedInputs> inputs_of(const Device& read, const Evidence& evidence, const Report& report,
                                 const TrustStore& trust, const LedgerRecord* ledger,
                                 SignatureEngine& engine);

std::vector<TarMember> members_of(const RecordedInputs& inputs);
// Strict: what is read would be written as the same members. Members of other names are not looked
// at.
Result<RecordedInputs> inputs_from(const std::vector<TarMember>& members);
bool is_input_member(std::string_view name);

// The same verification, from what the case holds: through verify(), with the ledger's recorded
// facts and the answers that were kept.
Verification judge_again(const RecordedInputs& inputs, SignatureEngine& engine);

}  // namespace attest
