// Bundles: what is read is written back as the same bytes; an altered bundle is refused; a member
// that somebody wrote is either the one way to write what it says, or refused, and judging it is
// safe.
#include "bundle/bundle.h"
#include "bundle/recorded_inputs.h"
#include "fixtures/forge/device_builder.h"
#include "tests/fuzz/property.h"
#include "tests/support/strict_json.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using test::must;

namespace {

// A good device, as its case.
const Bundle& good() {
  static const Bundle made = [] {
    const forge::Device device = forge::make(forge::good_plan("fuzz"));
    Reading reading;
    const std::pair<const char*, const Bytes*> files[] = {
        {"dac.der", &device.dac}, {"pai.der", &device.pai}, {"cd.der", &device.cd}};
    for (const auto& [path, content] : files)
      must(read_evidence({.path = path, .bytes = *content, .base = 0, .member = false}, reading)
               .has_value(),
           "the forged files are evidence");
    reading.device.say(FactId::passcode, uint64_t{34567890},
                       {.path = "label", .offset = 4, .item = "pin"});
    reading.device.say(FactId::spake2p_iterations, uint64_t{1000},
                       {.path = "label", .offset = {}, .item = {}});
    Policy policy{.network = Network::none,
                  .at = *parse_rfc3339(forge::kAt),
                  .required = {},
                  .show_passcode = false};
    policy.waivers.push_back({.id = "chain.dac-issuer-is-pai",
                              .reason = "fuzz",
                              .who = "nobody",
                              .until = {},
                              .until_text = {},
                              .device = {}});
    const TrustStore trust = TrustStore::builtin(false);
    const Device read = reading.device;
    Evidence e = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
    verify_signatures(e, openssl_engine());
    const auto inputs = inputs_of(read, e, judge(e), trust, nullptr, openssl_engine());
    must(inputs.has_value(), "a good device makes a case");
    return Bundle{.tool_version = "0", .members = members_of(*inputs), .signature = Bytes(16, 7)};
  }();
  return made;
}

void judged(const RecordedInputs& inputs) {
  const Report report = judge_again(inputs, openssl_engine()).report,
               again = judge_again(inputs, openssl_engine()).report;
  must(report.verdict == again.verdict && report.summary == again.summary,
       "judging twice gives the same");
  must(report.verdict != Verdict::approve || report.first(Status::fail) == nullptr,
       "nothing failed in what is approved");
}

void read_back(View file) {
  const auto bundle = read_bundle(file);
  if (!bundle) {
    must(!bundle.error().what.empty(), "a refusal has its words");
    return;
  }
  must(equal(write_bundle(*bundle), file), "a bundle is written back as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const View rest(data + 1, size - 1);
  if (data[0] == 0) {
    read_back(rest);
  } else if (data[0] < 0x80) {
    static const Bytes written = write_bundle(good());
    Bytes file = written;
    for (size_t i = 0; i + 4 <= rest.size(); i += 4) {
      const size_t at =
          static_cast<size_t>(rest[i] << 16 | rest[i + 1] << 8 | rest[i + 2]) % (file.size() + 1);
      if (at == file.size()) {
        file.push_back(rest[i + 3]);
      } else {
        file[at] = rest[i + 3];
      }
    }
    must(read_bundle(file).has_value() == (file == written), "altered, and refused");
  } else {
    Bundle bundle = good();
    TarMember& member = bundle.members[data[0] % bundle.members.size()];
    // Replaced, or changed in one place, so that deep parts of it are reached.
    if (rest.size() > 3 && data[0] >= 0xC0) {
      const size_t at = static_cast<size_t>(rest[0] << 8 | rest[1]) % member.content.size(),
                   cut = std::min<size_t>(rest[2], member.content.size() - at);
      member.content.erase(member.content.begin() + static_cast<std::ptrdiff_t>(at),
                           member.content.begin() + static_cast<std::ptrdiff_t>(at + cut));
      member.content.insert(member.content.begin() + static_cast<std::ptrdiff_t>(at),
                            rest.begin() + 3, rest.end());
    } else {
      member.content = to_bytes(rest);
    }
    read_back(write_bundle(bundle));
    const auto inputs = inputs_from(bundle.members);
    if (!inputs) return 0;
    must(members_of(*inputs) == bundle.members, "a case is written back as it was");
    for (const TarMember& each : bundle.members) {
      const std::string_view written = text(View(each.content));
      must(test::StrictJson(written).good() && test::harmless(written),
           "a member is JSON, and harmless");
    }
    judged(*inputs);
  }
  return 0;
}
