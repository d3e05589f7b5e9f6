#include "lot/shared.h"

#include <fmt/format.h>

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

// Of a PAI, whose role may not be settled yet.
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

// The device has the same of its own: a statement, or the declaration in its response.
bool is_own(const Statement& shared, const Device& device) {
  const auto& said = device.statements;
  if (std::any_of(said.begin(), said.end(),
                  [&](const Statement& s) { return s.value == shared.value; }))
    return true;
  const Statement* response = device.first(FactId::attestation_elements);
  if (shared.fact != FactId::cd || response == nullptr) return false;
  const auto elements = parse_attestation_elements(bytes_of(*response));
  return elements && equal(elements->certification_declaration, bytes_of(shared));
}

uint64_t digest_of(const Device& device) {
  uint64_t out = 0;
  for (const Statement& s : device.statements) {
    if (std::holds_alternative<Bytes>(s.value)) out = 31 * out + siphash(SipKey{}, bytes_of(s));
  }
  return out;
}

bool brings_pai(const Device& device) {
  return device.first(FactId::pai) != nullptr ||
         std::any_of(device.statements.begin(), device.statements.end(),
                     [](const Statement& s) { return pai_key_id(s).has_value(); });
}
bool brings_declaration(const Device& device) {
  if (device.first(FactId::cd) != nullptr) return true;
  const Statement* response = device.first(FactId::attestation_elements);
  return response != nullptr && parse_attestation_elements(bytes_of(*response)).has_value();
}

}  // namespace

void LentOnes::add(Statement statement) {
  const auto pai = pai_key_id(statement);
  all_.push_back({.statement = std::move(statement), .pai = pai});
}

std::optional<size_t> LentOnes::fitting_pai(const Device& device) const {
  std::vector<KeyId> issuers;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto own = parse_certificate(bytes_of(s));
    if (own && (*own)->akid()) issuers.push_back(*(*own)->akid());
  }
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const One& one) {
    return one.pai && std::find(issuers.begin(), issuers.end(), *one.pai) != issuers.end();
  });
  return at == all_.end() ? std::nullopt : std::optional(static_cast<size_t>(at - all_.begin()));
}

namespace {
void add_once(std::vector<std::string>& to, const std::string& path) {
  if (std::find(to.begin(), to.end(), path) == to.end()) to.push_back(path);
}
}  // namespace

void LentOnes::add_files(std::vector<std::string>& to, bool all) const {
  for (size_t i = 0; i < all_.size(); ++i) {
    if (all || is_used(i)) add_once(to, all_[i].statement.place.path);
  }
}

void LentOnes::mark(const std::vector<size_t>& given, const Reading& reading) const {
  for (const size_t i : given) used_[i].store(true, std::memory_order_relaxed);
  for (size_t i = 0; i < all_.size(); ++i) {
    if (!is_used(i) && is_own(all_[i].statement, reading.device))
      used_[i].store(true, std::memory_order_relaxed);
  }
}

LotNamed::LotNamed(Device chosen, std::set<std::string> more)
    : more_(std::move(more)), digest_(digest_of(chosen)) {
  for (Statement& s : chosen.statements) all_.add(std::move(s));
  all_.settle();
}

bool LotNamed::has_fitting_pai(const Device& device) const {
  return !brings_pai(device) && all_.fitting_pai(device).has_value();
}

std::vector<size_t> LotNamed::choose(const Device& device) const {
  const bool pai = brings_pai(device), cd = brings_declaration(device);
  std::vector<size_t> out;
  for (size_t i = 0; i < all_.size(); ++i) {
    if (!(all_[i].fact == FactId::cd ? cd : pai)) out.push_back(i);
  }
  return out;
}

std::vector<NotUsed> LotNamed::unused() const {
  std::vector<NotUsed> out;
  for (size_t i = 0; i < all_.size(); ++i) {
    if (!all_.is_used(i))
      out.push_back({place_text(all_[i].place),
                     fmt::format("{}: no device lacks one", all_[i].fact == FactId::cd
                                                                ? "a declaration to be lent"
                                                                : "a certificate to be lent")});
  }
  return out;
}

LotShared::LotShared(Device device, std::shared_ptr<const LotNamed> named)
    : named_(std::move(named)), digest_(digest_of(device)) {
  if (named_) digest_ = 31 * digest_ + named_->digest();
  std::vector<CrlEvidence> lists;
  std::set<Bytes> known;
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
    if (s.fact != FactId::revocation_set) continue;
    if (known.insert(bytes_of(s)).second) {
      sets.push_back(read_revocation_set(bytes_of(s), s.place));
    } else {
      twice_.push_back(
          {place_text(s.place), "a revocation set that lies beside the devices twice"});
    }
  }
  set_of_somebody_ = std::vector<std::atomic<bool>>(sets.size());
  if (!sets.empty())
    sets_ = std::make_shared<const std::vector<RevocationSetEvidence>>(std::move(sets));
  for (Statement& s : device.statements) {
    if (s.fact == FactId::crl || s.fact == FactId::revocation_set) continue;
    const auto certificate =
        s.fact == FactId::certificate ? parse_certificate(bytes_of(s)) : Result<CertificatePtr>();
    kinds_.push_back(
        {.with_lists = signs_one_of(s, lists),
         .lists_only = certificate && *certificate && is_for_lists_only(**certificate)});
    declarations_ += s.fact == FactId::cd ? 1 : 0;
    lent_.add(std::move(s));
  }
  lent_.settle();
  of_somebody_ = std::vector<std::atomic<bool>>(lists.size());
  if (!lists.empty()) lists_ = std::make_shared<const std::vector<CrlEvidence>>(std::move(lists));
}

// A device that has none of its own takes what lies beside all of them. Its own certificates may or
// may not hold its PAI: where they do, the lent one is a second PAI, which gather tells of and does
// not use.
std::vector<size_t> LotShared::choose(const Device& device) const {
  const bool pai = device.first(FactId::pai) != nullptr;
  // The declaration in its response is compared with the one that lies beside all of them; of
  // several it is not told which one would be its own.
  const bool cd = device.first(FactId::cd) != nullptr ||
                  (declarations_ != 1 && device.first(FactId::attestation_elements) != nullptr);
  const auto fits = pai ? std::nullopt : lent_.fitting_pai(device);
  const bool named_fits = !pai && !fits && named_ != nullptr && named_->has_fitting_pai(device);
  std::vector<size_t> out;
  for (size_t i = 0; i < lent_.size(); ++i) {
    const Statement& s = lent_[i];
    const Kind& kind = kinds_[i];
    const bool lacks = kind.with_lists || !(s.fact == FactId::cd ? cd : pai);
    // Of several PAIs the one that issued its DAC; the others are other devices'.
    const bool others = lent_.pai(i) && (fits ? s.value != lent_[*fits].value : named_fits);
    if (lacks && !others && (kind.with_lists || !kind.lists_only)) out.push_back(i);
  }
  return out;
}

void LotShared::lend(Reading& reading) const {
  Device& device = reading.device;
  if (device.first(FactId::csr) != nullptr) return;  // a request comes before all of these
  if (lists_ != nullptr) reading.shared_lists = lists_;
  if (sets_ != nullptr) reading.shared_sets = sets_;
  const auto give = [&](const LentOnes& from, const std::vector<size_t>& chosen) {
    from.mark(chosen, reading);
    device.statements.reserve(device.statements.size() + chosen.size());
    for (const size_t i : chosen) device.statements.push_back(from[i]);
  };
  give(lent_, choose(device));
  if (named_) give(named_->all(), named_->choose(device));
}

std::optional<std::vector<std::string>> LotShared::files_for(const Reading& reading) const {
  std::vector<std::string> out;
  if (reading.device.first(FactId::csr) != nullptr) return out;
  const auto add = [&](const std::string& file) {
    if (std::find(out.begin(), out.end(), file) == out.end()) out.push_back(file);
  };
  Device device = reading.device;
  const std::vector<size_t> beside = choose(device);
  for (const size_t i : beside) {
    add(lent_[i].place.path);
    device.statements.push_back(lent_[i]);
  }
  if (lists_) {
    for (const CrlEvidence& list : *lists_) add(list.place.path);
  }
  if (sets_) {
    for (const RevocationSetEvidence& set : *sets_) add(set.place.path);
  }
  for (size_t i = 0; i < lent_.size(); ++i) {
    const bool is_read = std::find(out.begin(), out.end(), lent_[i].place.path) != out.end();
    if (is_read && std::find(beside.begin(), beside.end(), i) == beside.end()) return std::nullopt;
  }
  if (named_ == nullptr) return out;
  const std::vector<size_t> given = named_->choose(device);
  for (size_t i = 0; i < named_->all().size(); ++i) {
    const std::string& file = named_->all()[i].place.path;
    const auto is_given = [&](size_t one) {
      return std::find(given.begin(), given.end(), one) != given.end();
    };
    if (is_given(i) && named_->holds_more(file)) return std::nullopt;
    for (const size_t other : given) {
      if (!is_given(i) && named_->all()[other].place.path == file) return std::nullopt;
    }
    if (is_given(i)) add(file);
  }
  return out;
}

void LotShared::saw(const Evidence& judged) const {
  for (size_t i = 0; i < of_somebody_.size(); ++i) {
    if (of_somebody_[i].load(std::memory_order_relaxed)) continue;
    const bool of_this =
        std::any_of(judged.crls.begin(), judged.crls.end(), [&](const CrlEvidence& list) {
          return list.of != ListOf::nobody && list.list == (*lists_)[i].list;
        });
    if (of_this) of_somebody_[i].store(true, std::memory_order_relaxed);
  }
  for (size_t i = 0; i < set_of_somebody_.size(); ++i) {
    const RevocationSetEvidence& one = (*sets_)[i];
    if (one.set == nullptr || set_of_somebody_[i].load(std::memory_order_relaxed)) continue;
    for (const Certificate* own : {judged.dac.certificate.get(), judged.pai.certificate.get()}) {
      if (own != nullptr && one.set->is_about(*own))
        set_of_somebody_[i].store(true, std::memory_order_relaxed);
    }
  }
}

std::vector<NotUsed> LotShared::unused() const {
  std::vector<NotUsed> out = twice_;
  for (size_t i = 0; i < of_somebody_.size(); ++i) {
    if (!of_somebody_[i].load(std::memory_order_relaxed))
      out.push_back({place_text((*lists_)[i].place),
                     "a revocation list beside the devices, of an issuer of none of them"});
  }
  for (size_t i = 0; i < set_of_somebody_.size(); ++i) {
    const RevocationSetEvidence& one = (*sets_)[i];
    if (one.set == nullptr) {
      out.push_back({place_text(one.place),
                     "a revocation set beside the devices that cannot be read: " + one.problem});
    } else if (!set_of_somebody_[i].load(std::memory_order_relaxed)) {
      out.push_back({place_text(one.place),
                     "a revocation set beside the devices, of an issuer of none of them"});
    }
  }
  for (size_t i = 0; i < lent_.size(); ++i) {
    if (lent_.is_used(i)) continue;
    const Statement& s = lent_[i];
    out.push_back({place_text(s.place),
                   s.fact == FactId::cd ? "a declaration beside the devices, and of none of them"
                                        : "a certificate beside the devices, and of none of them"});
  }
  return out;
}

std::vector<std::string> LotShared::used_sets() const {
  std::vector<std::string> out;
  for (size_t i = 0; i < set_of_somebody_.size(); ++i) {
    if (set_of_somebody_[i].load(std::memory_order_relaxed))
      out.push_back(place_text((*sets_)[i].place));
  }
  return out;
}

void LotShared::add_used_files(std::vector<std::string>& to, bool all) const {
  lent_.add_files(to, all);
  for (size_t i = 0; i < of_somebody_.size(); ++i) {
    if (all || of_somebody_[i].load(std::memory_order_relaxed))
      add_once(to, (*lists_)[i].place.path);
  }
}

}  // namespace attest
