// Judges one device: judge-one PAA FILE...  (the trusted root, then what describes the device)
#include <fstream>
#include <iostream>
#include <iterator>

#include "verifier/verify.h"

static attest::Bytes bytes_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int main(int argc, char** argv) {
  attest::TrustStore trust = attest::TrustStore::builtin(false);
  const auto root = argc < 3 ? attest::error("expected PAA FILE...")
                             : attest::parse_certificate(bytes_of(argv[1]));
  if (!root) return std::cerr << root.error().what << "\n", 2;
  if (!trust.add_paa(*root, attest::Origin::given, argv[1])) return 2;
  attest::Reading reading;
  for (int i = 2; i < argc; ++i) {
    const attest::Bytes bytes = bytes_of(argv[i]);
    if (const auto read = attest::read_evidence({.path = argv[i], .bytes = bytes}, reading); !read)
      return std::cerr << argv[i] << ": " << read.error().what << "\n", 2;
  }
  attest::Policy policy{.network = attest::Network::none,
                        .at = *attest::instant_from(2026, 6, 1, 0, 0, 0)};
  const attest::Verification v = attest::verify({.reading = std::move(reading),
                                                 .policy = policy,
                                                 .trust = trust,
                                                 .engine = attest::openssl_engine()});
  std::cout << attest::verdict_name(v.report.verdict) << ": " << v.report.summary << "\n";
  return v.report.verdict == attest::Verdict::approve ? 0 : 1;
}
