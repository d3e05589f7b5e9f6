// The SDK's conformance vectors: each judged as it is labelled, the blame on the part that its name
// says, and the code the SDK's. The set's Basic Information names vendor 0xFFF1; its credentials
// are test ones, so policy test judges it.

#include <algorithm>

#include "tests/support/exceptions.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace {

Policy policy_at(const char* at, Network network = Network::test) {
  return {
      .network = network, .at = parse_rfc3339(at).value(), .required = {}, .show_passcode = false};
}

Reading read_vector(const std::string& name) {
  const std::string path =
      (shared() / "matter-sdk/commissioner_dut" / name / "test_case_vector.json").string();
  const Bytes bytes = slurp(path);
  Reading reading;
  REQUIRE(read_evidence({.path = path, .bytes = bytes, .base = 0, .member = false}, reading)
              .has_value());
  reading.device.say(FactId::vendor_id, uint64_t{0xFFF1},
                     {.path = "the set", .offset = {}, .item = {}});
  return reading;
}

Judged judge_vector(const std::string& name, const char* at) {
  return test::judge(read_vector(name), policy_at(at), TrustStore::builtin(true));
}

bool labelled_good(const std::string& name) {
  const auto json = parse_json(
      text(slurp(shared() / "matter-sdk/commissioner_dut" / name / "test_case_vector.json")));
  return *json->find("is_success_case")->string() == "true";
}

std::vector<std::string> vector_names() {
  std::vector<std::string> out;
  for (const auto& entry :
       std::filesystem::directory_iterator(shared() / "matter-sdk/commissioner_dut"))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

// The part at fault, by the vector's name.
bool on_the_right_part(const std::string& name, const std::string& id) {
  const std::string subject = id.substr(0, id.find('.'));
  if (name.starts_with("struct_dac_")) return subject == "dac" || subject == "chain";
  if (name.starts_with("struct_pai_")) return subject == "pai" || subject == "chain";
  if (name.starts_with("struct_cd_")) return subject == "cd" || subject == "cms";
  return name == "invalid_paa" && (subject == "paa" || subject == "chain");
}

// The SDK's codes, as its own verifier gives them; the first row that fits.
struct CodeRow {
  const char* begins;
  int code;
};
constexpr CodeRow kCodes[] = {{"struct_cd_authorized_paa_list", 606},
                              {"struct_cd_cert_id_len_wrong", 603},
                              {"struct_cd_cert_type_wrong", 601},
                              {"struct_cd_official_cd", 601},
                              {"struct_cd_format_version_2", 501},
                              {"struct_cd_cms_sig_algo", 600},
                              {"struct_cd_cms_", 602},
                              {"struct_cd_signer_info_skid", 601},
                              {"struct_cd_pid_array_count", 605},
                              {"struct_cd_dac_origin_vid_missing", 603},
                              {"struct_cd_dac_origin_vid_pid", 604},
                              {"struct_dac_ext_", 303},
                              {"struct_pai_ext_", 203},
                              {"struct_dac_cert_version", 303},
                              {"struct_pai_cert_version", 203},
                              {"struct_dac_sig_", 303},
                              {"struct_pai_sig_", 203},
                              {"struct_dac_valid_in_", 300},
                              {"struct_pai_valid_in_", 300},
                              {"struct_dac_subject_pid_mismatch", 605},
                              {"struct_pai_subject_pid_mismatch", 605},
                              {"struct_pai_subject_vid_mismatch", 205},
                              {"struct_dac_vidpid_fallback_encoding_13", 305},
                              {"struct_dac_vidpid_fallback_encoding_14", 305},
                              {"struct_pai_vidpid_fallback_encoding_13", 305},
                              {"struct_pai_vidpid_fallback_encoding_14", 305}};

int expected_code(const std::string& name) {
  if (name.starts_with("struct_cd_") && name.ends_with("_missing")) return 603;
  for (const CodeRow& row : kCodes) {
    if (name.starts_with(row.begins)) return row.code;
  }
  return -1;  // the documents do not say
}

constexpr const char* kAt = "2026-11-20T22:00:00Z";

}  // namespace

TEST_CASE("the SDK's vectors are judged as labelled, and the right part is blamed") {
  if (!have_shared("matter-sdk/commissioner_dut")) return;
  const auto other_verdict = exceptions("vectors"), other_blame = exceptions("vector_blame");
  for (const std::string& name : vector_names()) {
    CAPTURE(name);
    const Judged judged = judge_vector(name, kAt);
    const bool good = labelled_good(name);
    const bool listed = other_verdict.count(name) != 0;
    const std::string verdict = verdict_name(judged.report.verdict);
    if (listed) {
      CHECK(verdict == *other_verdict.at(name).find("judged")->string());
      CHECK_MESSAGE(verdict != (good ? "approve" : "reject"),
                    name << " no longer diverges: take it out of tests/exceptions.json");
      continue;
    }
    CHECK_MESSAGE(verdict == (good ? "approve" : "reject"), judged.text);
    const auto fails = judged.ids(Status::fail);
    if (other_blame.count(name) != 0) {
      auto expected = strings(*other_blame.at(name).find("fails"));
      CHECK(std::is_permutation(fails.begin(), fails.end(), expected.begin(), expected.end()));
      const bool all_right = std::all_of(fails.begin(), fails.end(), [&](const std::string& id) {
        return on_the_right_part(name, id);
      });
      CHECK_MESSAGE(!all_right,
                    name << " no longer diverges: take it out of tests/exceptions.json");
      continue;
    }
    for (const std::string& id : fails)
      CHECK_MESSAGE(on_the_right_part(name, id), id << " is blamed for " << name);
  }
}

TEST_CASE("a commissioner's code is told for the SDK's vectors") {
  if (!have_shared("matter-sdk/commissioner_dut")) return;
  for (const std::string& name : vector_names()) {
    CAPTURE(name);
    const bool accepted = labelled_good(name) || exceptions("vectors").count(name) !=
                                                     0;  // the SDK accepts these five, too
    const int code = accepted ? 0 : expected_code(name);
    if (code >= 0) CHECK(judge_vector(name, kAt).report.sdk.number() == code);
  }
}

TEST_CASE("a PAI that was not valid when the DAC was issued is blamed while the DAC is valid") {
  if (!have_shared("matter-sdk/commissioner_dut")) return;
  for (const char* name : {"struct_pai_valid_in_past", "struct_pai_valid_in_future"}) {
    CAPTURE(name);
    const Judged judged = judge_vector(name, "2024-06-01T00:00:00Z");
    CHECK(judged.ids(Status::fail) == std::vector<std::string>{"pai.is-valid-at-dac-issuance"});
    CHECK(judged.report.sdk.number() == 301);
  }
}

// The declaration that SDK examples fall back to for vendor 0xFFF1: signed by the CSA, and yet no
// product's.
TEST_CASE("a declaration by the CSA for development is no product's") {
  if (!have_shared("matter-sdk/certification-declaration/SDK-Example-CD-FFF1.der")) return;
  if (!have_shared("matter-sdk/commissioner_dut/struct_cd_pid_array_count01_valid")) return;
  Reading reading;
  const std::string path =
      (shared() / "matter-sdk/certification-declaration/SDK-Example-CD-FFF1.der").string();
  REQUIRE(read_evidence({.path = path, .bytes = slurp(path), .base = 0, .member = false}, reading)
              .has_value());
  const Judged judged =
      test::judge(std::move(reading), policy_at(kAt, Network::main), TrustStore::builtin(false));
  for (const Finding& f : judged.report.findings) {
    const std::string_view id = f.check->id;
    if (id == "cd.signer-is-csa" || id == "cd.signature-verifies") CHECK(f.status == Status::pass);
  }
  CHECK(judged.ids(Status::fail) == std::vector<std::string>{"credentials.no-development-cd"});
}
