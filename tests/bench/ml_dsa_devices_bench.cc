// What judging post-quantum devices costs beside their signatures, by each engine that is here, on
// one core: a device with both chains, read and judged, against its own signatures, each checked
// once; a lot below an ML-DSA PAI, from lines to lines, against one check a device.
//
// Keys and signatures are OpenSSL's (3.5 and later). --keep puts what was made into a folder, or
// takes it from there: so that a system whose OpenSSL has none measures its engine, too.
// Usage: ml_dsa_devices_bench [--devices N] [--engine-library LIBIPPCP] [--keep FOLDER]

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "lot/pipeline.h"
#include "tests/bench/ml_dsa_engines.h"
#include "tests/support/post_quantum_chain.h"
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

// What was made, by name: kept in a folder or not.
using Made = std::map<std::string, Bytes>;
std::string keep_folder;

// `make` where the folder does not have it yet; nothing where it cannot be made here.
template <class Make>
Made made_or_kept(const std::string& name, Make&& make) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(keep_folder) / name;
  Made out;
  if (!keep_folder.empty() && fs::exists(folder)) {
    for (const auto& file : fs::directory_iterator(folder)) {
      std::ifstream in(file.path(), std::ios::binary);
      out[file.path().filename().string()] =
          Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return out;
  }
  if (!Pair("ML-DSA-44")) return out;
  out = make();
  if (keep_folder.empty()) return out;
  fs::create_directories(folder);
  for (const auto& [file, bytes] : out)
    std::ofstream(folder / file, std::ios::binary) << text(bytes);
  return out;
}

// Keeps what an engine is asked, each once, so that it can be asked the same again.
class Recorder final : public SignatureEngine {
 public:
  explicit Recorder(SignatureEngine& engine) : engine_(engine) {}
  const char* name() const override { return engine_.name(); }
  bool has(MlDsa set) const override { return engine_.has(set); }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    asked_p256 += jobs.size();
    for (const SignatureJob& job : jobs) {
      if (std::none_of(jobs_.begin(), jobs_.end(), [&](const SignatureJob& known) {
            return known.key == job.key && known.digest == job.digest &&
                   known.signature == job.signature;
          }))
        jobs_.push_back(job);
    }
    engine_.verify(jobs, answers);
  }
  Checked verify_ml_dsa(const MlDsaJob& job) override {
    ++asked_ml_dsa;
    if (std::none_of(kept_.begin(), kept_.end(), [&](const Kept& known) {
          return equal(known.key, job.key) && equal(known.message, job.message) &&
                 equal(known.signature, job.signature);
        }))
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
  std::string told() const {
    return fmt::format("{} signatures of P-256 and {} of ML-DSA, asked {} and {} times",
                       jobs_.size(), kept_.size(), asked_p256, asked_ml_dsa);
  }

 private:
  struct Kept {
    MlDsa set;
    Bytes key, message, signature;
  };
  SignatureEngine& engine_;
  size_t asked_p256 = 0, asked_ml_dsa = 0;
  std::vector<SignatureJob> jobs_;
  std::vector<Kept> kept_;
};

CertificatePtr parsed(const Bytes& der) {
  return *parse_certificate(der);
}
TrustStore trust_of(std::initializer_list<Bytes> roots) {
  TrustStore trust = TrustStore::builtin(false);
  for (const Bytes& root : roots) (void)trust.add_paa(parsed(root), Origin::given, "paa.der");
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

// Of each of what `f` counts.
template <class F>
double seconds_each_of(F&& f, size_t& count) {
  const double begin = cpu_seconds();
  double took = 0;
  do {
    f();
    took = cpu_seconds() - begin;
  } while (took < 2);
  return took / static_cast<double>(count);
}
template <class F>
double seconds_each(F&& f) {
  size_t count = 0;
  return seconds_each_of(
      [&] {
        for (int i = 0; i < 20; ++i, ++count) f();
      },
      count);
}

std::string file_name(std::string kinds) {
  std::replace(kinds.begin(), kinds.end(), '/', '-');
  return kinds;
}

constexpr const char *kRoot = "root.der", *kLegacyRoot = "legacy-root.der";

Made device_with_both(const std::string& kinds) {
  const test::Chain legacy("P256/P256/P256", "legacy"), other(kinds, "other", openssl_key);
  const forge::Device device = forge::make(legacy.device);
  return {
      {kRoot, other.paa_der()},
      {kLegacyRoot, legacy.paa_der()},
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
}

bool both_chains(const Engine& engine, const std::string& kinds) {
  const Made made =
      made_or_kept("device-" + file_name(kinds), [&] { return device_with_both(kinds); });
  if (made.empty()) return std::puts(kNoSignatures), true;
  const TrustStore trust = trust_of({made.at(kRoot), made.at(kLegacyRoot)});
  const auto judge_with = [&](SignatureEngine& with) {
    Reading reading;
    for (const auto& [name, bytes] : made) {
      if (name != kRoot && name != kLegacyRoot)
        (void)read_evidence({.path = name, .bytes = bytes}, reading);
    }
    return verify(
               {.reading = std::move(reading), .policy = policy(), .trust = trust, .engine = with})
        .report.verdict;
  };
  Recorder recorder(*engine.engine);
  if (judge_with(recorder) != Verdict::approve)
    return std::printf("%s and legacy, %s: the device is not approved\n", kinds.c_str(),
                       engine.name.c_str()),
           false;
  const double whole = seconds_each([&] { (void)judge_with(*engine.engine); }),
               signatures = seconds_each([&] { recorder.again(); });
  std::printf(
      "%s and legacy, %s: %.0f devices/s, %s: %.0f us, of which signatures %.0f us; ratio "
      "%.2f\n",
      kinds.c_str(), engine.name.c_str(), 1 / whole, recorder.told().c_str(), 1e6 * whole,
      1e6 * signatures, signatures / whole);
  return true;
}

constexpr const char *kLines = "lot.ndjson", *kPai = "pai.der";

Made lot_of(const std::string& kinds, size_t devices) {
  test::Chain chain(kinds, "lot", openssl_key);
  const Bytes pai = chain.pai_der(), cd = forge::make(chain.device).cd;
  std::string lines;
  for (size_t i = 0; i < devices; ++i) {
    test::AnyKey("P256", fmt::format("lot {}", i)).put_into(chain.dac);
    chain.dac.serial = forge::numbered_serial(i);
    lines += fmt::format(
        R"({{"id":"{}","vendor_id":"0xFFF1","product_id":"0x8000","serial_number":"L{:08}","dac":"{}","pai":"{}","cd":"{}"}})",
        i, i, base64(chain.dac_der()), base64(pai), base64(cd));
    lines += '\n';
  }
  return {{kRoot, chain.paa_der()}, {kPai, pai}, {kLines, to_bytes(view(lines))}};
}

// The DACs of some of the lines.
std::vector<CertificatePtr> dacs_of(std::string_view lines) {
  constexpr size_t kMost = 200;
  constexpr std::string_view kKey = "\"dac\":\"";
  std::vector<CertificatePtr> out;
  for (size_t at = lines.find(kKey); at != std::string_view::npos && out.size() < kMost;
       at = lines.find(kKey, at)) {
    at += kKey.size();
    out.push_back(parsed(*from_base64(lines.substr(at, lines.find('"', at) - at))));
  }
  return out;
}

bool lot(const Engine& engine, const std::string& kinds, size_t devices) {
  const Made made = made_or_kept("lot-" + file_name(kinds), [&] { return lot_of(kinds, devices); });
  if (made.empty()) return std::puts(kNoSignatures), true;
  const View lines = made.at(kLines);
  LotSetup setup;
  setup.policy = policy();
  setup.trust = trust_of({made.at(kRoot)});
  setup.policy.one_of_many = true;
  setup.engine = engine.engine.get();
  size_t count = 0, approved = 0, written = 0;
  const PipelineSteps steps{
      .render = [](const DeviceLine& line) { return write_line(line, LineForm::result); },
      .write = [&](std::vector<WrittenLine> batch, bool) -> Result<void> {
        for (const WrittenLine& one : batch) {
          approved += one.line.result.verdict == Verdict::approve ? 1 : 0;
          written += one.text.size(), ++count;
        }
        return {};
      }};
  const double each = seconds_each_of(
      [&] {
        size_t at = 0;
        const auto source = record_source(
            [&](std::span<uint8_t> into) -> Result<size_t> {
              const size_t n = std::min(into.size(), lines.size() - at);
              std::copy_n(lines.begin() + static_cast<std::ptrdiff_t>(at), n, into.begin());
              at += n;
              return n;
            },
            false, "lot");
        (void)run_pipeline(*source, setup, 1, steps);
      },
      count);
  const CertificatePtr above = parsed(made.at(kPai));
  const auto dacs = dacs_of(text(lines));
  size_t next = 0;
  const double check_each = seconds_each([&] {
    const auto job = signature_job(*dacs[next++ % dacs.size()], VerifyingKey(*above));
    (void)check(*engine.engine, *job);
  });
  std::printf("lot below %s, %s: %.0f devices/s, bound %.0f, ratio %.2f%s\n", kinds.c_str(),
              engine.name.c_str(), 1 / each, 1 / check_each, check_each / each,
              approved == count ? "" : "; NOT all are approved");
  return approved == count;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  // As the server's processes that judge do (serve/judge/judging.cc): what one report takes, the
  // next one takes again.
  constexpr int kKept = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kKept);
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  size_t devices = 4000;
  std::string library;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--devices") == 0) devices = std::strtoul(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--engine-library") == 0) library = argv[i + 1];
    if (std::strcmp(argv[i], "--keep") == 0) keep_folder = argv[i + 1];
  }
  if (keep_folder.empty() && !Pair("ML-DSA-44")) return std::puts(kNoSignatures), 0;
  bool good = true;
  for (const Engine& engine : engines_here(library)) {
    if (!engine.engine->has(MlDsa::set_44)) continue;
    for (const char* kinds : {"44/44/P256", "44/P256/P256", "65/65/P256", "65/44/P256"})
      good = both_chains(engine, kinds) && good;
    for (const char* kinds : {"44/44/P256", "65/65/P256", "44/P256/P256", "P256/P256/P256"})
      good = lot(engine, kinds, devices) && good;
  }
  return good ? 0 : 1;
}
