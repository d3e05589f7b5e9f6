// What judging post-quantum devices costs beside their signatures, by each engine that is here, on
// one core: a device with both chains, read and judged, against its own signature checks; a lot
// below an ML-DSA PAI against one check a device. Keys and signatures are OpenSSL's (3.5 and
// later). Usage: ml_dsa_devices_bench [--devices N] [--engine-library LIBIPPCP]

#include <fmt/format.h>

#include "tests/bench/ml_dsa_engines.h"
#include "tests/support/post_quantum_chain.h"
#include "verifier/batch/batch.h"
#include "verifier/pki/algorithms.h"
#include "verifier/readers/reader.h"
#include "verifier/verify.h"

using namespace attest;
using namespace attest::bench;

namespace {

test::MlDsaKey openssl_key(MlDsa set, const std::string&) {
  const auto pair = std::make_shared<Pair>(set == MlDsa::set_44 ? "ML-DSA-44" : "ML-DSA-65");
  return {.public_key = pair->public_key(),
          .sign = [pair](View message) { return pair->sign(message); }};
}

// Keeps what an engine is asked, so that it can be asked the same again.
class Recorder final : public SignatureEngine {
 public:
  explicit Recorder(SignatureEngine& engine) : engine_(engine) {}
  const char* name() const override { return engine_.name(); }
  bool has(MlDsa set) const override { return engine_.has(set); }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    jobs_.insert(jobs_.end(), jobs.begin(), jobs.end());
    engine_.verify(jobs, answers);
  }
  Checked verify_ml_dsa(const MlDsaJob& job) override {
    kept_.push_back({.set = job.set,
                     .key = to_bytes(job.key),
                     .message = to_bytes(job.message),
                     .signature = to_bytes(job.signature)});
    return engine_.verify_ml_dsa(job);
  }
  void again() {
    std::vector<uint8_t> answers(jobs_.size());
    if (!jobs_.empty()) engine_.verify(jobs_, answers);
    for (const Kept& k : kept_)
      engine_.verify_ml_dsa(
          {.set = k.set, .key = k.key, .message = k.message, .signature = k.signature});
  }
  size_t p256() const { return jobs_.size(); }
  size_t ml_dsa() const { return kept_.size(); }

 private:
  struct Kept {
    MlDsa set;
    Bytes key, message, signature;
  };
  SignatureEngine& engine_;
  std::vector<SignatureJob> jobs_;
  std::vector<Kept> kept_;
};

CertificatePtr parsed(const Bytes& der) {
  return *parse_certificate(der);
}
TrustStore trust_of(const std::vector<const test::Chain*>& chains) {
  TrustStore trust = TrustStore::builtin(false);
  for (const test::Chain* chain : chains)
    (void)trust.add_paa(parsed(chain->paa_der()), Origin::given, "paa.der");
  const forge::Anchor& signer = forge::cd_signer();
  (void)trust.add_cd_signer(parsed(forge::certificate(signer.plan, signer.key)), Origin::given,
                            "cd-signer.der", openssl_engine());
  return trust;
}
Policy policy() {
  Policy out;
  out.network = Network::none;
  out.at = *parse_rfc3339(forge::kAt);
  return out;
}

template <class F>
double seconds_each(F&& f) {
  size_t count = 0;
  const double begin = cpu_seconds();
  double took = 0;
  do {
    for (int i = 0; i < 20; ++i, ++count) f();
    took = cpu_seconds() - begin;
  } while (took < 2);
  return took / static_cast<double>(count);
}

bool both_chains(const Engine& engine, const char* kinds) {
  const test::Chain legacy("P256/P256/P256", "legacy"), other(kinds, "other", openssl_key);
  const TrustStore trust = trust_of({&legacy, &other});
  const forge::Device device = forge::make(legacy.device);
  const std::pair<const char*, Bytes> files[] = {
      {"dac.der", legacy.dac_der()},
      {"pai.der", legacy.pai_der()},
      {"dac-pq.der", other.dac_der()},
      {"pai-pq.der", other.pai_der()},
      {"cd.der", device.cd},
      {"device.json",
       to_bytes(view(fmt::format(
           R"({{"vendor_id":"0xFFF1","product_id":"0x8000","attestation":{{"elements":"{}","signature":"{}","nonce":"{}","challenge":"{}"}}}})",
           hex(device.elements), hex(device.signature), hex(device.nonce),
           hex(device.challenge))))}};
  const auto judge_with = [&](SignatureEngine& with) {
    Reading reading;
    for (const auto& [name, bytes] : files)
      (void)read_evidence({.path = name, .bytes = bytes}, reading);
    return verify(
               {.reading = std::move(reading), .policy = policy(), .trust = trust, .engine = with})
        .report.verdict;
  };
  Recorder recorder(*engine.engine);
  if (judge_with(recorder) != Verdict::approve)
    return std::printf("%s and legacy, %s: the device is not approved\n", kinds,
                       engine.name.c_str()),
           false;
  const double whole = seconds_each([&] { (void)judge_with(*engine.engine); }),
               signatures = seconds_each([&] { recorder.again(); });
  std::printf(
      "%s and legacy, %s: %.0f devices/s, %zu checks of P-256 and %zu of ML-DSA each: %.0f us, of "
      "which signatures %.0f us; ratio %.2f\n",
      kinds, engine.name.c_str(), 1 / whole, recorder.p256(), recorder.ml_dsa(), 1e6 * whole,
      1e6 * signatures, signatures / whole);
  return true;
}

bool lot(const Engine& engine, const char* kinds, size_t devices) {
  test::Chain chain(kinds, "lot", openssl_key);
  const TrustStore trust = trust_of({&chain});
  const Bytes pai = chain.pai_der(), cd = forge::make(chain.device).cd;
  std::vector<Bytes> dacs;
  for (size_t i = 0; i < devices; ++i) {
    const test::AnyKey key("P256", fmt::format("lot {}", i));
    key.put_into(chain.dac);
    chain.dac.serial = forge::numbered_serial(i);
    dacs.push_back(chain.dac_der());
  }
  const Place place{.path = "record", .offset = {}, .item = {}};
  BatchJudge judge(policy(), trust, nullptr, *engine.engine);
  size_t count = 0, approved = 0;
  const double begin = cpu_seconds();
  double took = 0;
  do {
    for (size_t i = 0; i < dacs.size();) {
      std::vector<Reading> batch;
      for (; i < dacs.size() && batch.size() < 256; ++i) {
        Reading& one = batch.emplace_back();
        one.device.say(FactId::vendor_id, uint64_t{0xFFF1}, place);
        one.device.say(FactId::product_id, uint64_t{0x8000}, place);
        one.device.say(FactId::serial_number, fmt::format("L{:08}", i), place);
        one.device.say(FactId::dac, dacs[i], place);
        one.device.say(FactId::pai, pai, place);
        one.device.say(FactId::cd, cd, place);
      }
      for (const Judged& j : judge.judge(std::move(batch), false))
        approved += j.outline.verdict == Verdict::approve ? 1 : 0, ++count;
    }
    took = cpu_seconds() - begin;
  } while (took < 4);
  const double each = took / static_cast<double>(count);
  const CertificatePtr dac = parsed(dacs.front()), above = parsed(pai);
  const auto job = signature_job(*dac, VerifyingKey(*above));
  const double check_each = seconds_each([&] { (void)check(*engine.engine, *job); });
  std::printf("lot below %s, %s: %.0f devices/s, bound %.0f, ratio %.2f%s\n", kinds,
              engine.name.c_str(), 1 / each, 1 / check_each, check_each / each,
              approved == count ? "" : "; NOT all are approved");
  return approved == count;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  size_t devices = 4000;
  std::string library;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--devices") == 0) devices = std::strtoul(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--engine-library") == 0) library = argv[i + 1];
  }
  if (!Pair("ML-DSA-44")) return std::puts(kNoSignatures), 0;
  bool good = true;
  for (const Engine& engine : engines_here(library)) {
    for (const char* kinds : {"44/44/P256", "44/P256/P256", "65/65/P256", "65/44/P256"})
      good = both_chains(engine, kinds) && good;
    for (const char* kinds : {"44/44/P256", "65/65/P256", "44/P256/P256", "P256/P256/P256"})
      good = lot(engine, kinds, devices) && good;
  }
  return good ? 0 : 1;
}
