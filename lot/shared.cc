#include "lot/shared.h"

#include <algorithm>
#include <utility>

#include "verifier/pki/certificate.h"

namespace attest {
namespace {

// A PAI among what is shared; its role may not be settled yet.
std::optional<KeyId> pai_key_id(const Statement& s) {
  if (s.fact != FactId::pai && s.fact != FactId::certificate) return std::nullopt;
  const auto read = parse_certificate(std::get<Bytes>(s.value));
  if (!read || (*read)->self_issued() || !(*read)->basic_constraints.value ||
      !(*read)->basic_constraints.value->ca)
    return std::nullopt;
  return (*read)->skid();
}

}  // namespace

LotShared::LotShared(Device device) : device_(std::move(device)) {
  for (const Statement& s : device_.statements) {
    pais_.push_back(pai_key_id(s));
    declarations_ += s.fact == FactId::cd ? 1 : 0;
  }
}

// The shared PAI that one of the device's certificates names as its issuer; null where none is.
const Bytes* LotShared::fitting_pai(const Device& device) const {
  std::vector<KeyId> issuers;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto own = parse_certificate(std::get<Bytes>(s.value));
    if (own && (*own)->akid()) issuers.push_back(*(*own)->akid());
  }
  for (size_t i = 0; i < pais_.size(); ++i) {
    if (pais_[i] && std::find(issuers.begin(), issuers.end(), *pais_[i]) != issuers.end())
      return &std::get<Bytes>(device_.statements[i].value);
  }
  return nullptr;
}

// A device that has none of its own takes what lies beside all of them. Its own certificates may or
// may not hold its PAI: where they do, the lent one is a second PAI, which gather tells of and does
// not use.
void LotShared::lend(Device& device) const {
  const bool pai = device.first(FactId::pai) != nullptr;
  // The declaration in its response is compared with the one that lies beside all of them; of
  // several it is not told which one would be its own.
  const bool cd = device.first(FactId::cd) != nullptr ||
                  (declarations_ != 1 && device.first(FactId::attestation_elements) != nullptr);
  const bool csr = device.first(FactId::csr) != nullptr;  // a request comes before all of these
  const Bytes* fits = csr || pai ? nullptr : fitting_pai(device);
  for (size_t i = 0; i < pais_.size(); ++i) {
    const Statement& s = device_.statements[i];
    // A list is about all of them, whatever they have of their own.
    if (s.fact == FactId::crl && !csr) {
      device.statements.push_back(s);
      continue;
    }
    if (csr || (s.fact == FactId::cd ? cd : pai)) continue;
    // Of several PAIs the one that issued its DAC; the others are other devices'.
    if (fits != nullptr && pais_[i] && std::get<Bytes>(s.value) != *fits) continue;
    device.statements.push_back(s);
  }
}

}  // namespace attest
