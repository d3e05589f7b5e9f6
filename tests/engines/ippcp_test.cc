// ML-DSA by whatever library is there: OpenSSL 3.5 and later, or Intel's libippcp (make crypto_mb
// fetches it, too). The handed devices have their verdicts with one, and none of them is approved
// without.

#include "engines/ippcp.h"

#include <filesystem>
#include <sstream>

#include "platform/output.h"
#include "tests/support/folder.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/crypto/ml_dsa.h"
#include "verifier/readers/reader.h"
#include "verifier/verify.h"

using namespace attest;
using namespace attest::test;
namespace fs = std::filesystem;

namespace {

using Engine = std::shared_ptr<SignatureEngine>;
Engine openssl() {
  return {&openssl_engine(), [](SignatureEngine*) {}};
}
Engine engine_with_ml_dsa() {
  const char* fetched = "build/crypto_mb/lib/libippcp.so";
  if (!openssl()->has(MlDsa::set_44) && fs::exists(fetched)) {
    if (auto named = with_ippcp(openssl(), fetched)) return *named;
  }
  return with_ippcp_where_needed(openssl());
}

// Has none, whatever the system has.
class Without final : public SignatureEngine {
 public:
  const char* name() const override { return "without"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    openssl_engine().verify(jobs, answers);
  }
  bool has(MlDsa) const override { return false; }
  Checked verify_ml_dsa(const MlDsaJob&) override { return Checked::unsupported; }
};

Verification judge_folder(const fs::path& folder, SignatureEngine& engine) {
  TrustStore trust = TrustStore::builtin(false);
  for (const auto& file : fs::directory_iterator(folder.string() + ".trust")) {
    const auto certificate = parse_certificate(slurp(file.path())).value();
    const bool signer = file.path().filename().string().starts_with("cd-signer");
    REQUIRE((signer ? trust.add_cd_signer(certificate, Origin::given, "signer", engine)
                    : trust.add_paa(certificate, Origin::given, "paa")));
  }
  Reading reading;
  for (const auto& file : fs::directory_iterator(folder)) {
    const Bytes bytes = slurp(file.path());
    REQUIRE(read_evidence({.path = file.path().filename().string(), .bytes = bytes}, reading));
  }
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339("2026-11-01T00:00:00Z").value();
  return verify(
      {.reading = std::move(reading), .policy = policy, .trust = trust, .engine = engine});
}

}  // namespace

TEST_CASE("ML-DSA: the handed devices have their verdicts, and the blame lies where it should") {
  if (!have_shared("pqc")) return;
  const Engine engine = engine_with_ml_dsa();
  const bool has = engine->has(MlDsa::set_44) && engine->has(MlDsa::set_65);
  if (!has) MESSAGE("skipped in part: no library here has ML-DSA");
  std::istringstream cases(std::string(text(slurp(shared() / "pqc/cases.jsonl"))));
  size_t seen = 0;
  for (std::string line; std::getline(cases, line); ++seen) {
    const Json row = parse_json(line).value();
    const std::string id = *row.find("id")->string(), verdict = *row.find("verdict")->string();
    CAPTURE(id);
    if (has) {
      const auto judged = judge_folder(shared() / "pqc" / id, *engine);
      CHECK(std::string(verdict_name(judged.report.verdict)) == verdict);
      const auto failed = judged.report.all(Status::fail);
      CHECK(failed.size() == (verdict == "reject" ? 1 : 0));
      for (const Finding* f : failed) {
        bool blamed = false;
        for (const Json& prefix : *row.find("blame")->array())
          blamed = blamed || std::string_view(f->check->id).starts_with(*prefix.string());
        CHECK_MESSAGE(blamed, f->check->id);
      }
    }
    Without none;
    const auto open = judge_folder(shared() / "pqc" / id, none);
    CHECK(open.report.verdict != Verdict::approve);
    if (verdict == "approve") CHECK(open.report.verdict == Verdict::undecided);
  }
  CHECK(seen == 7);
}

TEST_CASE("ML-DSA: a library that is none is an error that names it") {
  const auto none = with_ippcp(openssl(), "build/no-such-library.so");
  REQUIRE(!none);
  CHECK(none.error().what.starts_with("libippcp cannot be loaded: "));
}

TEST_CASE(
    "ML-DSA: what libippcp does not take is not answered, and no context is longer than 255") {
  const auto verify = ippcp_ml_dsa("build/crypto_mb/lib/libippcp.so");
  if (!verify) {
    MESSAGE("skipped: make crypto_mb fetches libippcp");
    return;
  }
  const Bytes key(1312), signature(2420), context(256);
  const auto of = [&](View message) {
    return MlDsaJob{.set = MlDsa::set_44, .key = key, .message = message, .signature = signature};
  };
  CHECK((*verify)(of({}), {}) == Checked::unsupported);
  CHECK((*verify)(of(view("m")), {}) == Checked::refused);
  CHECK((*verify)(of(view("m")), View(context).first(255)) == Checked::refused);
  CHECK((*verify)(of(view("m")), context) == Checked::refused);
  CHECK(openssl_verify_ml_dsa(of(view("m")), context) == Checked::refused);
}

TEST_CASE("ML-DSA: keys and signatures of another size are refused before any library is asked") {
  const Engine engine = engine_with_ml_dsa();
  const Bytes key44(1312), key65(1952), signature44(2420), signature65(3309);
  const auto refused = [&](MlDsa set, View key, View signature) {
    return engine->verify_ml_dsa(
               {.set = set, .key = key, .message = view("m"), .signature = signature}) ==
           Checked::refused;
  };
  CHECK(refused(MlDsa::set_44, key65, signature44));
  CHECK(refused(MlDsa::set_65, key44, signature65));
  CHECK(refused(MlDsa::set_44, key44, signature65));
  CHECK(refused(MlDsa::set_65, key65, View(signature65).first(3308)));
  if (!engine->has(MlDsa::set_44)) return;
  CHECK(refused(MlDsa::set_44, key44, signature44));
  CHECK(refused(MlDsa::set_65, key65, signature65));
}

TEST_CASE("a library that was cut is told of, and not opened") {
  const Folder folder;
  // This program is a shared object as the loader sees it: with segments and a table of sections.
  const Bytes whole = slurp("/proc/self/exe");
  const std::string path = folder.path() + "/libippcp.so";
  const auto answer = [&](View bytes) {
    REQUIRE(write_file(path, text(bytes)));
    const auto opened = with_ippcp(openssl(), path);
    REQUIRE_FALSE(opened);
    return opened.error().what;
  };
  for (const size_t size : {63ul, 64ul, 65ul, 200ul, 4096ul, 5000ul, 65536ul, whole.size() / 3,
                            whole.size() / 2, whole.size() - 1}) {
    CAPTURE(size);
    CHECK(answer(View(whole).first(size)).find("the file was cut") != std::string::npos);
  }
  for (const size_t at :
       {0x20ul, 0x28ul, 0x38ul, 0x3Cul}) {  // where the tables are, and of how many
    CAPTURE(at);
    Bytes far = whole;
    far[at] = far[at + 1] = 0xFF;
    if (at < 0x38) far[at + 5] = 0x7F;
    CHECK(answer(far).find("the file was cut") != std::string::npos);
  }
  CHECK(answer(View(whole).first(4)).find("the file was cut") != std::string::npos);
  for (const std::string_view other : {"", "MZ", "not a library at all"})
    CHECK(answer(view(other)).find("libippcp") != std::string::npos);
  const auto of_a_folder = with_ippcp(openssl(), folder.path());
  REQUIRE_FALSE(of_a_folder);
  CHECK(of_a_folder.error().what.find("expected a file") != std::string::npos);
}
