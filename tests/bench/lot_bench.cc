// What judging costs beside the signatures: devices of one lot a second on one core, with an engine
// whose answers cost nothing, and with OpenSSL's. Usage: lot_bench FILE (records of lot_maker)

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

#include "fixtures/forge/case.h"
#include "verifier/base/json.h"
#include "verifier/batch/batch.h"
#include "verifier/judge/judge.h"

using namespace attest;

namespace {

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

class FreeEngine final : public SignatureEngine {
 public:
  const char* name() const override { return "free"; }
  void verify(std::span<const SignatureJob>, std::span<uint8_t> answers) override {
    std::fill(answers.begin(), answers.end(), uint8_t{1});
  }
};

struct Record {
  Bytes dac, pai, cd;
  std::optional<Bytes> elements, signature, nonce, challenge;
  std::string serial;
};

Reading reading_of(const Record& r, const std::string& path) {
  Reading out;
  const Place place{.path = path, .offset = {}, .item = {}};
  out.device.say(FactId::vendor_id, uint64_t{0xFFF1}, place);
  out.device.say(FactId::product_id, uint64_t{0x8000}, place);
  out.device.say(FactId::serial_number, r.serial, place);
  out.device.say(FactId::dac, r.dac, place);
  out.device.say(FactId::pai, r.pai, place);
  out.device.say(FactId::cd, r.cd, place);
  if (r.elements) {
    out.device.say(FactId::attestation_elements, *r.elements, place);
    out.device.say(FactId::attestation_signature, *r.signature, place);
    out.device.say(FactId::attestation_nonce, *r.nonce, place);
    out.device.say(FactId::attestation_challenge, *r.challenge, place);
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: lot_bench FILE\n"), 2;
  std::ifstream in(argv[1]);
  std::vector<Record> records;
  for (std::string line; std::getline(in, line);) {
    const auto json = parse_json(line);
    if (!json) return std::fprintf(stderr, "lot_bench: %s\n", json.error().what.c_str()), 1;
    const auto bytes = [](const Json& j, const char* key) {
      return *from_base64(*j.find(key)->string());
    };
    Record r{.dac = bytes(*json, "dac"),
             .pai = bytes(*json, "pai"),
             .cd = bytes(*json, "cd"),
             .elements = {},
             .signature = {},
             .nonce = {},
             .challenge = {},
             .serial = *json->find("serial_number")->string()};
    if (const Json* a = json->find("attestation")) {
      const auto hexed = [&](const char* key) { return *from_hex(*a->find(key)->string()); };
      r.elements = hexed("elements"), r.signature = hexed("signature"), r.nonce = hexed("nonce"),
      r.challenge = hexed("challenge");
    }
    records.push_back(std::move(r));
  }
  const Policy policy{.network = Network::none,
                      .at = *parse_rfc3339(forge::kAt),
                      .required = {},
                      .show_passcode = false};
  TrustStore trust = TrustStore::builtin(false);
  for (const forge::Anchor* anchor : {&forge::paa_fff1(), &forge::cd_signer()}) {
    const auto certificate = parse_certificate(forge::certificate(anchor->plan, anchor->key));
    const auto added =
        anchor == &forge::cd_signer()
            ? trust.add_cd_signer(*certificate, Origin::given, anchor->file, openssl_engine())
            : trust.add_paa(*certificate, Origin::given, anchor->file);
    if (!added) return 1;
  }
  FreeEngine free_engine;
  for (SignatureEngine* engine : std::vector<SignatureEngine*>{&free_engine, &openssl_engine()}) {
    BatchJudge judge(policy, trust, nullptr, *engine);
    size_t count = 0, approved = 0;
    const double start = cpu_seconds();
    while (cpu_seconds() - start < 2) {
      for (size_t i = 0; i < records.size();) {
        std::vector<Reading> batch;
        for (; i < records.size() && batch.size() < 256; ++i)
          batch.push_back(reading_of(records[i], "record"));
        for (const Judged& j : judge.judge(std::move(batch), false))
          approved += j.outline.verdict == Verdict::approve ? 1 : 0, ++count;
      }
    }
    const double seconds = cpu_seconds() - start;
    std::printf("%s: %.0f devices/s, %.2f us each, %zu of %zu approved\n", engine->name(),
                static_cast<double>(count) / seconds, 1e6 * seconds / static_cast<double>(count),
                approved, count);
  }
}
