// Property: a decision's record that is read is written as the same line again, and what a person
// hands in either is refused with words or has a name and the id of a report. Numbers and pages of
// the ledger's paths never fail without words.

#include "serve/decisions/decision.h"
#include "serve/mirror/gateway_values.h"
#include "serve/mirror/mirror_request.h"
#include "tests/fuzz/property.h"

using namespace attest;
using namespace attest::serve;
using attest::test::must;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = text(View(data, size));
  const auto record = read_decision(input);
  must(record ? canonical(*record) == input : !record.error().what.empty(),
       "a record is written in one way");
  const auto request = read_decision_request(input);
  must(request ? is_id(request->report) && !request->who.empty() : !request.error().what.empty(),
       "a request has what a record needs");
  if (request) {
    Decision decision;
    decision.number = 1;
    decision.id = request->report;
    decision.approved = request->approved;
    decision.who = request->who;
    decision.reason = request->reason;
    decision.waivers = request->waivers;
    const std::string line = canonical(decision);
    const auto again = read_decision(line);
    must(again && canonical(*again) == line, "what is kept can be read");
  }
  const auto number = gateway_int32(input);
  must(number ? *number >= INT32_MIN && *number <= INT32_MAX : !number.error().what.empty(),
       "a number is one of 32 bits");
  const auto natural = gateway_uint(input, 32);
  must(natural ? *natural <= UINT32_MAX : !natural.error().what.empty(), "the same without a sign");
  must(gateway_base64(input) || !gateway_base64(input).error().what.empty(), "base64");
  MirrorRequest asked;
  asked.path = "/" + std::string(input);
  for (const char* name : {"pagination.limit", "pagination.offset", "pagination.key"})
    asked.query.emplace_back(name, input);
  const auto paging = paging_of(asked);
  must(paging ? paging->limit > 0 : paging.error().status >= 400, "a page has a size");
  (void)values_of("/dcl/model/models/{#vid}/{#pid}", asked.path);
  return 0;
}
