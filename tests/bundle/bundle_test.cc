// Bundles: what is kept gives the same report, what is secret is not in it, and what was altered is
// refused.

#include <algorithm>
#include <set>

#include "bundle/bundle_writer.h"
#include "codecs/loader.h"
#include "platform/files.h"
#include "report/report_json.h"
#include "tests/support/dump_samples.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// A verification with what --bundle would write of it.
struct Kept {
  Evidence evidence;
  Report report;
  Bytes bundle;
};

TrustStore forged_trust() {
  cli::JudgeOptions options;
  options.trust_paa = options.trust_cd_signer = {"fixtures/trust"};
  auto trust = cli::trust_from(options, Network::none);
  REQUIRE(trust.has_value());
  return std::move(*trust);
}

Kept keep(Reading reading, Policy policy, std::optional<Device> ordered = {}) {
  policy.network = Network::none;
  policy.at = *parse_rfc3339("2026-06-01T00:00:00Z");
  const TrustStore trust = forged_trust();
  const Device read = reading.device;
  Kept out;
  out.evidence =
      gather(std::move(reading), policy, trust, nullptr, openssl_engine(), std::move(ordered));
  verify_signatures(out.evidence, openssl_engine());
  out.report = judge(out.evidence);
  const auto inputs = inputs_of(read, out.evidence, out.report, trust, nullptr, openssl_engine());
  REQUIRE_MESSAGE(inputs.has_value(), inputs.error().what);
  auto bytes = bundle_bytes(*inputs, out.evidence, out.report, {}, openssl_engine());
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().what);
  out.bundle = std::move(*bytes);
  return out;
}

Reading read_fixture(const std::string& name) {
  Reading reading;
  reading.codecs = &codecs::direct();
  REQUIRE(read_paths({"fixtures/devices/" + name}, reading).empty());
  return reading;
}

void check_replays(const Kept& kept) {
  const auto again = replay(kept.bundle, openssl_engine());
  REQUIRE_MESSAGE(again.has_value(), again.error().what);
  CHECK(again->same());
  CHECK(again->report.verdict == kept.report.verdict);
  CHECK(again->now_report == dump_pretty(report_json(kept.evidence, kept.report)));
}

bool holds(const Bytes& bundle, std::string_view text) {
  return find(bundle, view(text)).has_value();
}

// No value of the device that must stay secret, in any of the forms it could be written in.
void check_no_secret(const Kept& kept) {
  const auto absent = [&](const Bytes& secret, const char* what) {
    if (secret.size() < 8) return;
    const std::string at = std::string(what) + ": ";
    CHECK_MESSAGE(!find(kept.bundle, secret).has_value(), at << "raw");
    for (const std::string& form :
         {hex(secret), hex_upper(secret), hex_colons(secret), base64(secret)})
      CHECK_MESSAGE(!holds(kept.bundle, form), at << form);
  };
  // One sample's serial number happens to hold its passcode's digits.
  const auto elsewhere = [&](const std::string& digits) {
    const auto& all = kept.evidence.device.statements;
    return std::any_of(all.begin(), all.end(), [&](const Statement& s) {
      const auto* text = is_masked(s.fact) ? nullptr : std::get_if<std::string>(&s.value);
      return text != nullptr && text->find(digits) != std::string::npos;
    });
  };
  const auto number_absent = [&](uint64_t number) {
    const std::string digits = std::to_string(number);
    if (number > 999'999 && !elsewhere(digits)) CHECK_MESSAGE(!holds(kept.bundle, digits), digits);
  };
  for (const Statement& s : kept.evidence.device.statements) {
    if (!is_secret(s.fact) && !is_masked(s.fact)) continue;
    if (s.fact == FactId::blob && (&std::get<Bytes>(s.value) == kept.evidence.signature ||
                                   &std::get<Bytes>(s.value) == kept.evidence.nonce ||
                                   &std::get<Bytes>(s.value) == kept.evidence.challenge))
      continue;
    if (const auto* bytes = std::get_if<Bytes>(&s.value)) absent(*bytes, fact_name(s.fact));
    if (const auto* text = std::get_if<std::string>(&s.value); text != nullptr && text->size() > 8)
      CHECK_MESSAGE(!holds(kept.bundle, *text), fact_name(s.fact));
    if (const auto* number = std::get_if<uint64_t>(&s.value)) number_absent(*number);
  }
  for (const CodeEvidence& code : kept.evidence.onboarding.codes)
    number_absent(code.payload.passcode);
}

Bundle small_bundle() {
  return {.tool_version = "1.2.3",
          .members = {{.name = "policy.json", .content = to_bytes(view("{}\n"))},
                      {.name = "empty", .content = {}},
                      {.name = "block", .content = Bytes(512, 'x')}},
          .signature = Bytes(70, 0x30)};
}

}  // namespace

TEST_CASE("every forged device's bundle replays to the same report, and holds no secret of it") {
  for (const std::string& name : fixture_names()) {
    CAPTURE(name);
    const Kept kept = keep(read_fixture(name), {});
    check_replays(kept);
    check_no_secret(kept);
  }
}

TEST_CASE("every dump's bundle replays to the same report, and holds no secret of it") {
  if (!have_shared("dumps")) return;
  size_t answered = 0;
  for (const std::string& name : sample_names("")) {
    if (name.find("-lot-") != std::string::npos || name.starts_with("lot-")) continue;
    CAPTURE(name);
    const Sample sample = load_sample(name);
    const Kept kept = keep(read_sample(sample), {});
    check_replays(kept);
    check_no_secret(kept);
    for (const Secret& secret : sample.secrets) {
      CHECK(!find(kept.bundle, secret.bytes).has_value());
      CHECK(!holds(kept.bundle, hex(secret.bytes)));
    }
    const auto again = replay(kept.bundle, openssl_engine());
    for (const KeptAnswer& answer : again->inputs.answers)
      CHECK(!find_check(answer.id)->proves_authenticity);
    answered += !again->inputs.answers.empty();
    // Shown, nothing is left to answer beforehand.
    Policy open;
    open.show_passcode = true;
    const Kept shown = keep(read_sample(load_sample(name)), open);
    check_replays(shown);
    CHECK(replay(shown.bundle, openssl_engine())->inputs.answers.empty());
  }
  CHECK(answered > 20);
}

TEST_CASE("waivers, the order and required checks are kept") {
  Policy policy;
  policy.waivers = {
      {.id = "onboarding.passcode-agrees",
       .reason = "ünusual",
       .who = "J. Doe",
       .until = Instant{1'900'000'000},
       .until_text = "2030-03-17",
       .device = {}},
      {.id = "no.such", .reason = "x", .who = {}, .until = {}, .until_text = {}, .device = "SN"}};
  policy.required = {"attestation.possession-is-shown"};
  policy.paa_store = PaaStore{
      .path = "stores/paa-root-certs", .as_of = Instant{1'500'000'000}, .dated_by = "its files"};
  Device ordered;
  ordered.say(FactId::vendor_id, uint64_t{0xFFF1},
              {.path = "order\xFF.json", .offset = {}, .item = {}});
  ordered.say(FactId::passcode, uint64_t{34567890},
              {.path = "order.json", .offset = 7, .item = "passcode"});
  Reading reading = read_fixture("good");
  reading.device.say(FactId::passcode, uint64_t{34567891},
                     {.path = "label", .offset = {}, .item = {}});
  const Kept kept = keep(std::move(reading), policy, std::move(ordered));
  check_replays(kept);
  check_no_secret(kept);
  const auto again = replay(kept.bundle, openssl_engine());
  CHECK(again->inputs.policy.waivers == policy.waivers);
  CHECK(again->inputs.policy.required == policy.required);
  CHECK(again->inputs.policy.paa_store == policy.paa_store);
  CHECK(again->inputs.ordered->statements[0].place.path == "order\xFF.json");
  CHECK(again->report.findings[check_index(*find_check("expect.passcode-is-as-ordered"))].status ==
        Status::fail);
}

TEST_CASE("a point is a key's public part in a bundle only") {
  const Kept good = keep(read_fixture("good"), {});
  Reading reading = read_fixture("good");
  std::erase_if(reading.device.statements,
                [](const Statement& s) { return s.fact == FactId::attestation_signature; });
  reading.device.say(FactId::dac_private_key, to_bytes(good.evidence.dac.certificate->public_key),
                     {.path = "dump", .offset = {}, .item = {}});
  const Kept odd = keep(std::move(reading), {});
  CHECK(!odd.evidence.dac_key.has_value());
  check_replays(odd);
  CHECK(!replay(odd.bundle, openssl_engine())->evidence.dac_key.has_value());
}

TEST_CASE("a bundle has one way to be written: every byte counts") {
  const Bytes good = write_bundle(small_bundle());
  const auto read = read_bundle(good);
  REQUIRE_MESSAGE(read.has_value(), read.error().what);
  CHECK(read->members == small_bundle().members);
  CHECK(read->signature == small_bundle().signature);
  Bytes bad = good;
  for (size_t i = 0; i < good.size(); ++i) {
    for (const uint8_t flip : {uint8_t{0x01}, uint8_t{0x20}, uint8_t{0x80}}) {
      bad[i] = static_cast<uint8_t>(bad[i] ^ flip);
      if (read_bundle(bad).has_value()) FAIL("byte " << i << " may be altered");
      bad[i] = good[i];
    }
  }
  for (size_t size = 0; size < good.size(); ++size) {
    if (read_bundle(View(good).first(size)).has_value())
      FAIL("it may end after " << size << " bytes");
  }
  bad.resize(good.size() + 512);
  CHECK(!read_bundle(bad).has_value());
}

TEST_CASE("a real bundle, altered here and there, is refused") {
  Kept kept = keep(read_fixture("good"), {});
  Bytes& bytes = kept.bundle;
  for (size_t i = 0; i < bytes.size(); i += 509) {
    bytes[i] = static_cast<uint8_t>(bytes[i] ^ 0x04);
    if (replay(bytes, openssl_engine()).has_value()) FAIL("byte " << i << " may be altered");
    bytes[i] = static_cast<uint8_t>(bytes[i] ^ 0x04);
  }
  CHECK(replay(bytes, openssl_engine()).has_value());
}

TEST_CASE("which member was altered is said") {
  Bytes bad = write_bundle(small_bundle());
  const size_t at = *find(bad, Bytes(512, 'x'));
  bad[at + 3] = 'y';
  CHECK(read_bundle(bad).error().what.starts_with("block was altered: the manifest's SHA-256 is "));
  for (const Bytes& other : {Bytes{}, Bytes(100, 0x30), Bytes(2000, 0x30), Bytes(2000)})
    CHECK(read_bundle(other).error().what ==
          "expected a bundle, as verify --bundle writes one, found something else (no ustar "
          "archive)");
  CHECK(read_bundle(write_ustar({{.name = "a", .content = {}}, {.name = "b", .content = {}}}))
            .error()
            .what ==
        "expected a bundle: a tar that begins with manifest.json and ends with SHA256SUMS");
}

TEST_CASE(
    "a bundle that somebody wrote anew says what it differs in, and proves nothing by an answer") {
  Kept kept = keep(read_fixture("dac-of-another-vendor"), {});
  auto bundle = read_bundle(kept.bundle);
  REQUIRE(bundle.has_value());
  const auto rewritten = [&](const char* name, std::string content) {
    Bundle other = *bundle;
    const auto at = std::find_if(other.members.begin(), other.members.end(),
                                 [&](const TarMember& m) { return m.name == name; });
    if (at == other.members.end()) {
      other.members.push_back({.name = name, .content = to_bytes(view(content))});
    } else {
      at->content = to_bytes(view(content));
    }
    return replay(write_bundle(other), openssl_engine());
  };
  // A report made prettier than it was.
  std::string report(text(bundle->find("report.json")->content));
  report.replace(report.find("\"status\": \"fail\""), 16, "\"status\": \"pass\"");
  const auto prettier = rewritten("report.json", report);
  REQUIRE(prettier.has_value());
  CHECK(!prettier->same());
  CHECK(differences(*prettier) ==
        std::vector<std::string>{"dac.vendor-matches-pai was pass, is fail"});
  // An answer to what only the evidence may answer.
  const auto answered =
      rewritten("answers.json",
                "[\n  {\n    \"id\": \"dac.vendor-matches-pai\",\n    \"status\": \"pass\",\n    "
                "\"message\": \"\",\n    \"expected\": \"\",\n    \"actual\": \"\",\n    "
                "\"source\": \"\",\n    \"blocked_by\": \"\"\n  }\n]\n");
  REQUIRE(!answered.has_value());
  CHECK(answered.error().what ==
        "answers.json: dac.vendor-matches-pai proves authenticity, so no answer to it can be kept");
  const struct {
    const char *file, *words;
  } wrong[] = {
      {"policy.json", "policy.json: expected what this version writes, found something else"},
      {"evidence.json", "evidence.json: expected what this version writes, found something else"},
      {"trust.json", "trust.json: expected what this version writes, found something else"},
      {"ledger.json", "ledger.json: expected a ledger's status and answers"},
      {"more.json", "expected a bundle of matter-attest/bundle/1, found more.json in it"},
  };
  for (const auto& part : wrong) {
    CAPTURE(part.file);
    const auto bad = rewritten(part.file, "{}\n");
    REQUIRE(!bad.has_value());
    CHECK(bad.error().what == part.words);
  }
  CHECK(rewritten("report.json", "nonsense").has_value());
  CHECK(differences(*rewritten("report.json", "nonsense")) ==
        std::vector<std::string>{"report.json is no report"});
}
