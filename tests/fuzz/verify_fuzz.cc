// The whole of verify. The fuzzer's bytes are edits of a good forged device (which part, where,
// what to write there), or, with the first byte 0xFF, one evidence file of their own beside it.
//
// Properties: what is not the good device byte for byte is never approved (a file that says nothing
// new aside); reject exactly when something failed; what is blocked names a check that failed,
// warned or is unknown; judging twice gives the same; the SDK's code has a name.

#include <algorithm>

#include "fixtures/forge/device_builder.h"
#include "tests/fuzz/property.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/rules/check.h"

using namespace attest;
using attest::test::must;

namespace {

struct World {
  forge::Device device = forge::make(forge::good_plan_of("verify-fuzz", 0xFFE0, 0x8000));
  TrustStore trust = TrustStore::builtin(false);
  Policy policy{.network = Network::none,
                .at = parse_rfc3339(forge::kAt).value(),
                .required = {},
                .show_passcode = false};

  World() {
    const auto anchor = [](const forge::Anchor& a) {
      return parse_certificate(forge::certificate(a.plan, a.key)).value();
    };
    must(trust.add_paa(anchor(forge::paa_any()), Origin::given, "paa").has_value(),
         "the forged PAA is an anchor");
    must(trust.add_cd_signer(anchor(forge::cd_signer()), Origin::given, "signer", openssl_engine())
             .has_value(),
         "the forged signer is an anchor");
  }
};

const World& world() {
  static const World the;
  return the;
}

struct Parts {
  Bytes dac, pai, cd, elements, signature, nonce, challenge, extra;
};

std::optional<Report> judged(const Parts& parts) {
  Reading reading;
  const std::pair<const char*, const Bytes*> files[] = {{"dac.der", &parts.dac},
                                                        {"pai.der", &parts.pai},
                                                        {"cd.der", &parts.cd},
                                                        {"extra", &parts.extra}};
  for (const auto& [path, content] : files) {
    if (content->empty()) continue;
    if (!read_evidence({.path = path,
                        .bytes = *content,
                        .base = 0,
                        .member = std::string_view(path) == "extra"},
                       reading))
      return std::nullopt;
  }
  const Place place{.path = "device.json", .offset = {}, .item = {}};
  reading.device.say(FactId::vendor_id, uint64_t{world().device.vid}, place);
  reading.device.say(FactId::product_id, uint64_t{world().device.pid}, place);
  reading.device.say(FactId::attestation_elements, parts.elements, place);
  reading.device.say(FactId::attestation_signature, parts.signature, place);
  reading.device.say(FactId::attestation_nonce, parts.nonce, place);
  reading.device.say(FactId::attestation_challenge, parts.challenge, place);
  Evidence e = gather(std::move(reading), world().policy, world().trust, nullptr, openssl_engine());
  verify_signatures(e, openssl_engine());
  Report report = judge(e);
  const Report again = judge(e);
  must(
      again.verdict == report.verdict && again.summary == report.summary && again.sdk == report.sdk,
      "judging twice gives the same");
  return report;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const forge::Device& good = world().device;
  Parts parts{.dac = good.dac,
              .pai = good.pai,
              .cd = good.cd,
              .elements = good.elements,
              .signature = good.signature,
              .nonce = good.nonce,
              .challenge = good.challenge,
              .extra = {}};
  bool changed = false;
  if (size > 0 && data[0] == 0xFF) {
    parts.extra.assign(data + 1, data + size);
  } else {
    Bytes* const all[] = {&parts.dac,       &parts.pai,   &parts.cd,       &parts.elements,
                          &parts.signature, &parts.nonce, &parts.challenge};
    const Bytes* const originals[] = {&good.dac,       &good.pai,   &good.cd,       &good.elements,
                                      &good.signature, &good.nonce, &good.challenge};
    for (size_t i = 0; i + 4 <= size; i += 4) {
      Bytes& part = *all[data[i] % std::size(all)];
      const size_t at = static_cast<size_t>(data[i + 1] << 8 | data[i + 2]);
      if (data[i] >= 0xE0) {
        part.resize(at % (part.size() + 8));  // cut, or longer
      } else if (!part.empty()) {
        part[at % part.size()] = data[i + 3];
      }
    }
    // A file that is no declaration any more leaves the one in the elements, which is as good.
    for (size_t i = 0; i < std::size(all); ++i)
      changed = changed ||
                (*all[i] != *originals[i] && !(all[i] == &parts.cd && !looks_like_cms(parts.cd)));
  }
  const auto report = judged(parts);
  if (!report) return 0;  // a file that is no evidence any more ends the command
  must(!changed || report->verdict != Verdict::approve, "a changed device is not approved");
  const bool failed = std::any_of(report->findings.begin(), report->findings.end(),
                                  [](const Finding& f) { return f.status == Status::fail; });
  must(failed == (report->verdict == Verdict::reject), "reject exactly when something failed");
  const SdkResult& sdk = report->sdk;
  must(
      !report->summary.empty() && (sdk.code ? sdk.code->name[0] != '\0' : !sdk.why_unknown.empty()),
      "every verdict has its words and the SDK's");
  for (const Finding& f : report->findings) {
    must((f.status == Status::blocked) == (f.blocked_by != nullptr),
         "what is blocked says by what");
    must(f.status != Status::fail || !f.message.empty(), "every fail has its words");
  }
  return 0;
}
