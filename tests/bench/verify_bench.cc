// How many full verifications a second one thread does, against the bound that this machine's
// `openssl speed ecdsap256` sets for the same number of signature checks, measured in the same run.
// Usage: verify_bench [--forged] EVIDENCE... (files)
//
// --forged: the evidence is a device of fixtures/devices, judged against fixtures/trust; else one
// of the test network. A full verification: the bytes of the evidence are recognised, read,
// gathered, their signatures checked, judged. Trust anchors are loaded once, as a lot would.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fixtures/forge/case.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/report.h"

using namespace attest;

namespace {

// Processor time, as openssl speed counts it: a busy machine does not change the ratio.
double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Verifications a second as openssl itself counts them; the third number of its result line.
double openssl_bound() {
  std::FILE* pipe = ::popen("openssl speed -seconds 2 ecdsap256 2>/dev/null | tail -1", "r");
  char line[256] = {};
  const bool read = pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr;
  if (pipe != nullptr) ::pclose(pipe);
  double sign = 0, verify = 0, signs = 0, verifies = 0;
  if (!read || std::sscanf(line, " 256 bits ecdsa (nistp256) %lfs %lfs %lf %lf", &sign, &verify,
                           &signs, &verifies) != 4)
    return 0;
  return verifies;
}

TrustStore forged_trust() {
  TrustStore trust = TrustStore::builtin(false);
  const auto made = [](const forge::Anchor& anchor) {
    return *parse_certificate(forge::certificate(anchor.plan, anchor.key));
  };
  (void)trust.add_paa(made(forge::paa_fff1()), Origin::given, forge::paa_fff1().file);
  (void)trust.add_cd_signer(made(forge::cd_signer()), Origin::given, forge::cd_signer().file,
                            openssl_engine());
  return trust;
}

struct Files {
  std::vector<std::string> names;
  std::vector<Bytes> contents;
};

Verdict verify_once(const Files& files, const Policy& policy, const TrustStore& trust) {
  Reading reading;
  for (size_t i = 0; i < files.names.size(); ++i) {
    const auto done = read_evidence(
        {.path = files.names[i], .bytes = files.contents[i], .base = 0, .member = false}, reading);
    if (!done) return Verdict::undecided;
  }
  Evidence evidence = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  verify_signatures(evidence, openssl_engine());
  return judge(evidence).verdict;
}

}  // namespace

int main(int argc, char** argv) {
  const bool forged = argc > 1 && std::strcmp(argv[1], "--forged") == 0;
  Files files;
  for (int i = forged ? 2 : 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    if (!in) return std::fprintf(stderr, "verify_bench: cannot read %s\n", argv[i]), 2;
    files.names.emplace_back(argv[i]);
    files.contents.emplace_back(std::istreambuf_iterator<char>(in),
                                std::istreambuf_iterator<char>());
  }
  if (files.names.empty())
    return std::fprintf(stderr, "usage: verify_bench [--forged] EVIDENCE...\n"), 2;
  const Policy policy{.network = forged ? Network::none : Network::test,
                      .at = *parse_rfc3339(forged ? forge::kAt : "2026-11-20T22:00:00Z"),
                      .required = {},
                      .show_passcode = false};
  const TrustStore trust = forged ? forged_trust() : TrustStore::builtin(true);
  if (verify_once(files, policy, trust) != Verdict::approve)
    return std::fprintf(stderr, "verify_bench: the evidence is not approved\n"), 1;

  Reading once;
  for (size_t i = 0; i < files.names.size(); ++i)
    (void)read_evidence(
        {.path = files.names[i], .bytes = files.contents[i], .base = 0, .member = false}, once);
  const size_t signatures =
      signature_requests(gather(std::move(once), policy, trust, nullptr, openssl_engine())).size();

  for (int round = 1; round <= 3; ++round) {
    const double bound = openssl_bound();
    size_t count = 0;
    const double start = cpu_seconds();
    double seconds = 0;
    do {
      for (int i = 0; i < 100; ++i, ++count) (void)verify_once(files, policy, trust);
      seconds = cpu_seconds() - start;
    } while (seconds < 2);
    const double rate = static_cast<double>(count) / seconds;
    std::printf(
        "round %d: %.0f devices/s, %zu signature checks each; openssl %.0f verify/s sets a bound "
        "of %.0f; ratio %.2f\n",
        round, rate, signatures, bound, bound / static_cast<double>(signatures),
        rate * static_cast<double>(signatures) / bound);
  }
}
