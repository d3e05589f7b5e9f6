#include "lot/shared.h"

#include <algorithm>
#include <set>
#include <utility>

#include "verifier/crypto/siphash.h"
#include "verifier/gather/gather.h"
#include "verifier/gather/revocation.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/pki/certificate.h"

namespace attest {
namespace {

const Bytes& bytes_of(const Statement& s) {
  return std::get<Bytes>(s.value);
}

// A PAI among what is shared; its role may not be settled yet.
std::optional<KeyId> pai_key_id(const Statement& s) {
  if (s.fact != FactId::pai && s.fact != FactId::certificate) return std::nullopt;
  const auto read = parse_certificate(bytes_of(s));
  if (!read || (*read)->self_issued() || !(*read)->basic_constraints.value ||
      !(*read)->basic_constraints.value->ca)
    return std::nullopt;
  return (*read)->skid();
}

bool signs_one_of(const Statement& s, const std::vector<CrlEvidence>& lists) {
  if (s.fact != FactId::certificate) return false;
  const auto read = parse_certificate(bytes_of(s));
  return read && signs_lists(**read, lists);
}

}  // namespace

LotShared::LotShared(Device device) {
  std::vector<CrlEvidence> lists;
  std::set<Bytes> known;
  for (const Statement& s : device.statements) {
    if (std::holds_alternative<Bytes>(s.value))
      digest_ = 31 * digest_ + siphash(SipKey{}, bytes_of(s));
  }
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::crl) continue;
    if (!known.insert(bytes_of(s)).second) {
      twice_.push_back(
          {place_text(s.place), "a revocation list that lies beside the devices twice"});
      continue;
    }
    CrlEvidence list = read_crl(bytes_of(s), s.place, true);
    if (list.list != nullptr) lists.push_back(std::move(list));
  }
  std::vector<RevocationSetEvidence> sets;
  for (const Statement& s : device.statements) {
    if (s.fact == FactId::revocation_set) sets.push_back(read_revocation_set(bytes_of(s), s.place));
  }
  if (!sets.empty())
    sets_ = std::make_shared<const std::vector<RevocationSetEvidence>>(std::move(sets));
  for (Statement& s : device.statements) {
    if (s.fact == FactId::crl || s.fact == FactId::revocation_set) continue;
    const auto pai = pai_key_id(s);
    const auto certificate =
        s.fact == FactId::certificate ? parse_certificate(bytes_of(s)) : Result<CertificatePtr>();
    const bool with_lists = signs_one_of(s, lists);
    const bool lists_only = certificate && *certificate && is_for_lists_only(**certificate);
    declarations_ += s.fact == FactId::cd ? 1 : 0;
    lent_.push_back({.statement = std::move(s),
                     .pai = pai,
                     .with_lists = with_lists,
                     .lists_only = lists_only});
  }
  of_somebody_ = std::vector<std::atomic<bool>>(lists.size());
  if (!lists.empty()) lists_ = std::make_shared<const std::vector<CrlEvidence>>(std::move(lists));
  used_ = std::vector<std::atomic<bool>>(lent_.size());
}

// The shared PAI that one of the device's certificates names as its issuer; null where none is.
const LotShared::Lent* LotShared::fitting_pai(const Device& device) const {
  std::vector<KeyId> issuers;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto own = parse_certificate(bytes_of(s));
    if (own && (*own)->akid()) issuers.push_back(*(*own)->akid());
  }
  const auto at = std::find_if(lent_.begin(), lent_.end(), [&](const Lent& l) {
    return l.pai && std::find(issuers.begin(), issuers.end(), *l.pai) != issuers.end();
  });
  return at == lent_.end() ? nullptr : &*at;
}

// The device has the same of its own: a statement, or the declaration in its response.
bool LotShared::is_own(const Statement& shared, const Reading& reading) const {
  const auto& said = reading.device.statements;
  if (std::any_of(said.begin(), said.end(),
                  [&](const Statement& s) { return s.value == shared.value; }))
    return true;
  const Statement* response = reading.device.first(FactId::attestation_elements);
  if (shared.fact != FactId::cd || response == nullptr) return false;
  const auto elements = parse_attestation_elements(bytes_of(*response));
  return elements && equal(elements->certification_declaration, bytes_of(shared));
}

// A device that has none of its own takes what lies beside all of them. Its own certificates may or
// may not hold its PAI: where they do, the lent one is a second PAI, which gather tells of and does
// not use.
void LotShared::lend(Reading& reading) const {
  Device& device = reading.device;
  if (device.first(FactId::csr) != nullptr) return;  // a request comes before all of these
  if (lists_ != nullptr) reading.shared_lists = lists_;
  if (sets_ != nullptr) reading.shared_sets = sets_;
  const bool pai = device.first(FactId::pai) != nullptr;
  // The declaration in its response is compared with the one that lies beside all of them; of
  // several it is not told which one would be its own.
  const bool cd = device.first(FactId::cd) != nullptr ||
                  (declarations_ != 1 && device.first(FactId::attestation_elements) != nullptr);
  const Lent* fits = pai ? nullptr : fitting_pai(device);
  const size_t own = device.statements.size();
  std::vector<const Statement*> taken;
  for (size_t i = 0; i < lent_.size(); ++i) {
    const Lent& l = lent_[i];
    const Statement& s = l.statement;
    const bool lacks = l.with_lists || !(s.fact == FactId::cd ? cd : pai);
    // Of several PAIs the one that issued its DAC; the others are other devices'.
    const bool others = fits != nullptr && l.pai && s.value != fits->statement.value;
    const bool takes = lacks && !others && (l.with_lists || !l.lists_only);
    if (takes) taken.push_back(&s);
    if (!used_[i].load(std::memory_order_relaxed) && (takes || is_own(s, reading)))
      used_[i].store(true, std::memory_order_relaxed);
  }
  device.statements.reserve(own + taken.size());
  for (const Statement* s : taken) device.statements.push_back(*s);
}

void LotShared::saw(const std::vector<CrlEvidence>& judged) const {
  for (size_t i = 0; i < of_somebody_.size(); ++i) {
    if (of_somebody_[i].load(std::memory_order_relaxed)) continue;
    const bool of_this = std::any_of(judged.begin(), judged.end(), [&](const CrlEvidence& list) {
      return list.of != ListOf::nobody && list.list == (*lists_)[i].list;
    });
    if (of_this) of_somebody_[i].store(true, std::memory_order_relaxed);
  }
}

std::vector<NotUsed> LotShared::unused() const {
  std::vector<NotUsed> out = twice_;
  for (size_t i = 0; i < of_somebody_.size(); ++i) {
    if (!of_somebody_[i].load(std::memory_order_relaxed))
      out.push_back({place_text((*lists_)[i].place),
                     "a revocation list beside the devices, of an issuer of none of them"});
  }
  for (size_t i = 0; i < lent_.size(); ++i) {
    if (used_[i].load(std::memory_order_relaxed)) continue;
    const Statement& s = lent_[i].statement;
    out.push_back({place_text(s.place),
                   s.fact == FactId::cd ? "a declaration beside the devices, and of none of them"
                                        : "a certificate beside the devices, and of none of them"});
  }
  return out;
}

}  // namespace attest
