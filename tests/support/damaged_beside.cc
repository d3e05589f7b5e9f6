#include "tests/support/damaged_beside.h"

#include <algorithm>
#include <cstdlib>

#include "codecs/loader.h"
#include "fixtures/forge/crl_builder.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest::test {

const char* beside_name(Beside what) {
  constexpr const char* kNames[] = {"declaration beside elements", "second DAC", "second PAI",
                                    "second declaration", "list that revokes the DAC"};
  return kNames[static_cast<size_t>(what)];
}

DeviceBeside::DeviceBeside()
    : device_(forge::make(forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000))),
      other_(forge::make(forge::good_plan_of("damaged-beside-other", 0xFFE1, 0x8001))),
      trust_(TrustStore::builtin(false)) {
  const auto anchor = [](const forge::Anchor& a) {
    return parse_certificate(forge::certificate(a.plan, a.key)).value();
  };
  const bool trusted =
      trust_.add_paa(anchor(forge::paa_any()), Origin::given, "paa-any").has_value() &&
      trust_.add_cd_signer(anchor(forge::cd_signer()), Origin::given, "cd-signer", openssl_engine())
          .has_value();
  if (!trusted) std::abort();  // the forged anchors are such
  const forge::DevicePlan plan = forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000);
  const auto dac = parse_certificate(device_.dac).value();
  files_ = {device_.cd, other_.dac, other_.pai, other_.cd,
            forge::revocation_list(
                forge::list_plan(plan.pai, plan.pai_key, {to_bytes(dac->serial)}), plan.pai_key)};
}

Report DeviceBeside::judge(Beside what, View bytes, Network network) const {
  return judge_with(what, bytes, network);
}
Report DeviceBeside::judge_alone(Beside what) const {
  return judge_with(what, std::nullopt, Network::none);
}

Report DeviceBeside::judge_with(Beside what, std::optional<View> bytes, Network network) const {
  Reading reading;
  reading.codecs = &codecs::direct();
  const auto file = [&](const char* path, View content) {
    // As read_paths does it with the files of a folder.
    const auto done =
        read_evidence({.path = path, .bytes = content, .base = 0, .member = true}, reading);
    if (!done)
      reading.device.damaged({.path = path, .offset = {}, .item = {}}, "file", done.error().what);
  };
  file("lot/dac.der", device_.dac);
  file("lot/pai.der", device_.pai);
  if (what != Beside::cd_beside_elements) file("lot/cd.der", device_.cd);
  if (bytes) file(kBesidePath, *bytes);
  const auto say = [&](FactId fact, FactValue value) {
    reading.device.say(fact, std::move(value), {.path = "device.json", .offset = {}, .item = {}});
  };
  say(FactId::vendor_id, uint64_t{device_.vid});
  say(FactId::product_id, uint64_t{device_.pid});
  say(FactId::attestation_elements, device_.elements);
  say(FactId::attestation_signature, device_.signature);
  say(FactId::attestation_nonce, device_.nonce);
  say(FactId::attestation_challenge, device_.challenge);
  const Policy policy{.network = network,
                      .at = parse_rfc3339(forge::kAt).value(),
                      .required = {},
                      .show_passcode = false};
  Evidence evidence = gather(std::move(reading), policy, trust_, nullptr, openssl_engine());
  verify_signatures(evidence, openssl_engine());
  return attest::judge(evidence);
}

bool passed_over(const Report& report) {
  if (report.verdict != Verdict::approve) return false;
  return std::none_of(report.findings.begin(), report.findings.end(), [](const Finding& f) {
    const bool tells =
        f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown;
    return tells && (f.message.find(kBesidePath) != std::string::npos ||
                     f.source.find(kBesidePath) != std::string::npos);
  });
}

size_t damages(View whole) {
  return 8 * whole.size() + whole.size() - 1;
}

Bytes damaged(View whole, size_t which) {
  Bytes out = to_bytes(whole);
  if (which < 8 * whole.size()) {
    out[which / 8] = static_cast<uint8_t>(out[which / 8] ^ 0x80u >> which % 8);
  } else {
    out.resize(which - 8 * whole.size() + 1);
  }
  return out;
}

}  // namespace attest::test
