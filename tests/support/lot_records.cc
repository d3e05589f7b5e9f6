#include "tests/support/lot_records.h"

#include <fmt/format.h>

#include "fixtures/forge/case.h"
#include "verifier/crypto/crypto.h"
#include "verifier/matter/onboarding_payload.h"

namespace attest::test {

void LotRecordPlan::replace(const std::string& key, Json value) {
  Json::Object members = *json.object();
  std::erase_if(members, [&](const auto& member) { return member.first == key; });
  members.emplace_back(key, std::move(value));
  json = Json(std::move(members));
}

const std::vector<LotRecordPlan>& lot_records() {
  static const std::vector<LotRecordPlan> records = [] {
    std::vector<LotRecordPlan> out;
    forge::DevicePlan plan = forge::good_plan("lot");
    const forge::Device first = forge::make(plan);
    for (uint32_t i = 0; i < 600; ++i) {
      const std::string name = fmt::format("lot {}", i);
      plan.dac_key = forge::key_named(name);
      plan.dac.public_key = to_bytes(plan.dac_key.point);
      plan.dac.replace(forge::subject_key_id(forge::key_id_of(plan.dac_key)));
      plan.dac.serial[7] = static_cast<uint8_t>(i);
      plan.dac.serial[6] = static_cast<uint8_t>(i >> 8);
      OnboardingPayload payload;
      payload.vendor_id = 0xFFF1;
      payload.product_id = 0x8000;
      payload.flow = 0;
      payload.capabilities = 4;
      payload.discriminator = static_cast<uint16_t>(i * 7 % 4096);
      payload.passcode = 10'000'000 + (i * 123'457) % 80'000'000;
      LotRecordPlan record;
      record.json.set("id", fmt::format("dev-{:04}", i))
          .set("vendor_id", "0xFFF1")
          .set("product_id", "0x8000")
          .set("serial_number", fmt::format("SN{:06}", i));
      record.json.set("dac", base64(forge::certificate(plan.dac, plan.dac_issuer)))
          .set("pai", base64(first.pai))
          .set("cd", base64(first.cd));
      record.json.set("onboarding", Json(Json::Object{}).set("qr", make_qr(payload).value()));
      out.push_back(std::move(record));
    }
    return out;
  }();
  return records;
}

std::vector<std::string> lot_words(std::initializer_list<std::string> more) {
  std::vector<std::string> words = {"lot",
                                    "--network",
                                    "none",
                                    "--at",
                                    "2026-06-01T00:00:00Z",
                                    "--trust-paa",
                                    "fixtures/trust",
                                    "--trust-cd-signer",
                                    "fixtures/trust"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace attest::test
