#include "verifier/readers/text/log_exchange.h"

#include <fmt/format.h>

#include "verifier/readers/text/log_values.h"

namespace attest::log {

constexpr ExchangeKind kAttestationExchange{
    .request = 0,
    .response = 1,
    .name = "attestation",
    .called = "attestation",
    .items = {"attestation nonce", "attestation elements", "attestation signature",
              "attestation challenge"},
    .facts = {FactId::attestation_nonce, FactId::attestation_elements,
              FactId::attestation_signature, FactId::attestation_challenge}};
constexpr ExchangeKind kNocsrExchange{
    .request = 4,
    .response = 5,
    .name = "nocsr",
    .called = "NOCSR",
    .items = {"CSRNonce", "NOCSR elements", "NOCSR signature", "NOCSR challenge"},
    .facts = {FactId::nocsr_nonce, FactId::nocsr_elements, FactId::nocsr_signature,
              FactId::nocsr_challenge}};

namespace {
constexpr const char* kParts[] = {"nonce", "elements", "signature", "challenge"};
}  // namespace

void Exchange::put(Part part, Value value) {
  auto& slot = parts_[part];
  if (slot && slot->bytes == value.bytes) return;
  if ((part == nonce || part == elements) && parts_[elements]) {
    parts_ = {};
    ++earlier_;
  }
  slot = std::move(value);
}

bool Exchange::has(const std::string& item) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (item == kind_.items[i]) return parts_[i].has_value();
  }
  return false;
}

void Exchange::say(const std::string& path, Reading& reading) const {
  for (const Part part : {elements, signature, nonce, challenge}) {
    const auto& value = parts_[part];
    if (!value) continue;
    reading.holds(fmt::format("{}-{}", kind_.name, kParts[part]));
    reading.device.say(kind_.facts[part], value->bytes,
                       {.path = path, .offset = value->offset, .item = kind_.items[part]});
  }
}

std::optional<Exchange::Part> Exchange::part_of(std::optional<uint64_t> command,
                                                uint64_t field) const {
  if (command == kind_.request && field == 0) return nonce;
  if (command == kind_.response && field == 0) return elements;
  if (command == kind_.response && field == 1) return signature;
  return std::nullopt;
}
const char* Exchange::item_of(std::optional<uint64_t> command, uint64_t field) const {
  const auto part = part_of(command, field);
  return part ? kind_.items[*part] : nullptr;
}

bool Exchange::is_cut(Part part, View bytes) {
  return part == signature ? bytes.size() < 64 : part == elements && ends_within(bytes);
}

}  // namespace attest::log
