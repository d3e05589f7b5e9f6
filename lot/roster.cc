#include "lot/roster.h"

#include <algorithm>

#include "lot/device_name.h"
#include "lot/roster_block.h"

namespace attest {
namespace {

constexpr size_t kNameStep = 16;  // every so many names their offset is kept

}  // namespace

LotRoster::LotRoster() = default;
LotRoster::~LotRoster() = default;
LotRoster::LotRoster(LotRoster&&) noexcept = default;

uint8_t LotRoster::Kinds::number(const std::string& name) {
  if (name.empty()) return 0;
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end()) return static_cast<uint8_t>(at - names.begin() + 1);
  if (names.size() == 254) return 255;
  names.push_back(name);
  return static_cast<uint8_t>(names.size());
}

void LotRoster::add(std::string_view name, const DeviceFingerprints& fingerprints) {
  if (blocks_.empty() || blocks_.back()->size == kRosterBlock) {
    if (!blocks_.empty()) blocks_.back()->close();
    blocks_.push_back(std::make_unique<Block>());
  }
  Block& block = *blocks_.back();
  const auto put = [&](auto& column, auto value) {
    if (column.capacity() == 0 && blocks_.size() > 1) column.reserve(kRosterBlock);
    column.push_back(value);
  };
  for (size_t kind = 0; kind < kFingerprintCount; ++kind) {
    const size_t width = kept_bytes(static_cast<Fingerprint>(kind));
    FingerprintColumn& column = block.fingerprints[kind];
    if (static_cast<Fingerprint>(kind) == Fingerprint::chip_id) {
      if (fingerprints.values[kind] == 0) continue;
      while (column.devices(width) < block.size) column.push(0, width);
    } else if (block.size == 0 && blocks_.size() > 1) {
      column.reserve(kRosterBlock, width);
    }
    column.push(fingerprints.values[kind], width);
  }
  const auto& discriminator = fingerprints.discriminator;
  put(block.discriminator, static_cast<uint16_t>(discriminator ? *discriminator + 1 : 0));
  put(block.product, products_.number(fingerprints.product));
  put(block.issuer, issuers_.number(fingerprints.issuer));
  if (const uint8_t posture = postures_.number(fingerprints.posture); posture != 0) {
    block.posture.resize(block.size);
    block.posture.push_back(posture);
  }
  if (block.size % kNameStep == 0) {
    block.name_at.push_back(static_cast<uint32_t>(block.names.size()));
    name_before_.clear();
  }
  name_before_ = pack_name(name, name_before_, block.names);
  ++block.size;
  ++size_;
}

std::string LotRoster::name(uint32_t device) const {
  const Block& block = *blocks_[device / kRosterBlock];
  const size_t within = device % kRosterBlock;
  size_t at = block.name_at[within / kNameStep];
  std::string name;
  for (size_t i = 0; i <= within % kNameStep; ++i) name = unpack_name(block.names, at, name);
  return printable(name);
}

FindingList LotRoster::findings(Stage stage) const {
  FindingList out;
  unlike_the_rest(products_, Column::product, out);
  unlike_the_rest(issuers_, Column::issuer, out);
  locked_unlike_the_rest(out);
  FindingList repeated = repetitions(stage);
  out.left_out += repeated.left_out;
  out.compared = std::move(repeated.compared);
  std::move(repeated.findings.begin(), repeated.findings.end(), std::back_inserter(out.findings));
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const LotFinding& a, const LotFinding& b) { return a.rule < b.rule; });
  return out;
}

}  // namespace attest
