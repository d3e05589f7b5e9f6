// Which certificate is which: what each says of itself, who issued whom, and which is the part's
// own.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "verifier/gather/gather_steps.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace gathering {
namespace {

// One certificate of unknown role.
struct Candidate {
  Statement* statement;
  CertificatePtr certificate;  // null when not parseable
};

bool issued(const Certificate& above, const Certificate& below) {
  if (&above == &below) return false;
  const auto skid = above.skid(), akid = below.akid();
  if (skid && akid && *skid == *akid) return true;
  return equal(above.subject.der, below.issuer.der) && !is_root(above);
}

bool signs_declarations(const Certificate& c) {
  const auto skid = c.skid(), akid = c.akid();
  const KeyId csa = csa_certification_ca().subject_key_id;
  return (skid && (*skid == csa || *skid == test_cd_signer().subject_key_id)) ||
         (akid && *akid == csa);
}

}  // namespace

// What a certificate says of itself; the extension decides where it is there, the subject where it
// is not.
FactId says_it_is(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  const bool signs = c.key_usage.value && (c.key_usage.value->bits & KeyUsage::key_cert_sign) != 0;
  const bool has_pid = c.product_id.how != SubjectId::How::absent;
  if (constraints && constraints->ca && (signs || !has_pid)) return FactId::pai;
  if (constraints && !constraints->ca && !signs) return FactId::dac;
  return signs || !has_pid ? FactId::pai : FactId::dac;
}

namespace {

// Who may have issued whom among many certificates, in time that grows with their number: what
// issued() compares, as keys.
class Issuers {
 public:
  void add_above(const Certificate& c) {
    if (const auto skid = c.skid()) above_.of_id[*skid].push_back(&c);
    if (!is_root(c)) above_.of_name[text(c.subject.der)].push_back(&c);
  }
  void add_below(const Certificate& c) {
    if (const auto akid = c.akid()) below_.of_id[*akid].push_back(&c);
    below_.of_name[text(c.issuer.der)].push_back(&c);
  }
  // Issued by another one of those above.
  bool is_below(const Certificate& c) const {
    const auto akid = c.akid();
    return (akid && has_other(above_.of_id, *akid, c)) ||
           has_other(above_.of_name, text(c.issuer.der), c);
  }
  // Issued another one of those below.
  bool is_above(const Certificate& c) const {
    const auto skid = c.skid();
    return (skid && has_other(below_.of_id, *skid, c)) ||
           (!is_root(c) && has_other(below_.of_name, text(c.subject.der), c));
  }

 private:
  // (The names lie in the certificates, which live longer.)
  struct Index {
    std::map<KeyId, std::vector<const Certificate*>> of_id;
    std::unordered_map<std::string_view, std::vector<const Certificate*>> of_name;
  };
  template <class Map>
  static bool has_other(const Map& index, const typename Map::key_type& key, const Certificate& c) {
    const auto at = index.find(key);
    if (at == index.end()) return false;
    return std::any_of(at->second.begin(), at->second.end(),
                       [&](const Certificate* other) { return other != &c; });
  }
  Index above_, below_;
};

// Certificates of a fabric: its subject names a node, a fabric or who signs for one. No vendor and
// no product stand there.
bool is_operational(const Certificate& c) {
  constexpr uint8_t kFabric[] = {0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0xA2, 0x7C, 0x01};
  if (c.vendor_id.how != SubjectId::How::absent || c.product_id.how != SubjectId::How::absent)
    return false;
  return std::any_of(
      c.subject.attributes.begin(), c.subject.attributes.end(), [&](const NameAttribute& a) {
        return a.oid.size() == sizeof kFabric + 1 && equal(a.oid.first(sizeof kFabric), kFabric) &&
               a.oid.back() >= 1 && a.oid.back() <= 6;
      });
}
// Of the web: neither a key, nor a signature, nor a name as a device's certificates have them.
bool is_of_another_trade(const Certificate& c) {
  return !c.p256 && !c.ecdsa && is_released(c) && c.vendor_id.how == SubjectId::How::absent &&
         c.product_id.how == SubjectId::How::absent;
}

// The words stand in it, or did before one byte of them changed.
bool nearly_has(View value, View words) {
  for (size_t at = 0; at + words.size() <= value.size(); ++at) {
    size_t other = 0;
    for (size_t i = 0; i < words.size() && other < 2; ++i) other += value[at + i] != words[i];
    if (other < 2) return true;
  }
  return false;
}
// Nothing in it is a vendor or a product, or was one before it was damaged.
bool names_no_product(const Certificate& c) {
  const View arc = View(oid::kMatterVid).first(std::size(oid::kMatterVid) - 1);
  return c.vendor_id.how == SubjectId::How::absent && c.product_id.how == SubjectId::How::absent &&
         !nearly_has(c.der, arc) && !nearly_has(c.der, view("Mvid:")) &&
         !nearly_has(c.der, view("Mpid:"));
}

}  // namespace
}  // namespace gathering

bool is_for_lists_only(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  return !(constraints && constraints->ca) && c.key_usage.value &&
         c.key_usage.value->bits == KeyUsage::crl_sign && !c.self_issued() &&
         c.product_id.how == SubjectId::How::absent;
}

bool is_of_no_device(const Certificate& c) {
  using namespace gathering;
  return is_operational(c) || is_of_another_trade(c) || names_no_product(c);
}

namespace gathering {
namespace {

// A certificate that counts for nothing, and behind it in its file what is no other such: that may
// be evidence. (What counts has its rest judged by the checks.)
void note_what_follows(Device& device, const Statement& s, size_t used) {
  View rest = View(bytes_of(s)).subspan(used);
  for (;;) {
    while (!rest.empty() && is_padding(rest[0])) rest = rest.subspan(1);
    if (rest.empty()) return;
    size_t size = 0;
    const auto next = parse_certificate(rest, &size);
    if (!next ||
        !(signs_declarations(**next) || is_operational(**next) || is_of_another_trade(**next)))
      break;
    rest = rest.subspan(size);
  }
  device.note(Remark::damaged_credential, s.place,
              fmt::format("a certificate that counts for nothing here, and {} bytes behind it that "
                          "are not read: expected each credential in a file of its own",
                          rest.size()));
}

// A certificate of the web on the same curve names no vendor and no product. It is of another trade
// where it has nothing to do with one that does, and the device has its own of this role.
void leave_out_web(std::vector<Candidate>& open,
                   const std::vector<std::pair<FactId, CertificatePtr>>& settled, Evidence& e,
                   Parsed& parsed) {
  std::vector<std::pair<FactId, const Certificate*>> ours;
  for (const auto& [fact, certificate] : settled) {
    if (!names_no_product(*certificate)) ours.emplace_back(fact, certificate.get());
  }
  for (const Candidate& o : open) {
    if (o.certificate && !names_no_product(*o.certificate))
      ours.emplace_back(says_it_is(*o.certificate), o.certificate.get());
  }
  std::erase_if(open, [&](const Candidate& o) {
    if (!o.certificate || !names_no_product(*o.certificate)) return false;
    const Certificate& c = *o.certificate;
    const FactId role = says_it_is(c);
    const bool has_own =
        std::any_of(ours.begin(), ours.end(), [&](const auto& own) { return own.first == role; });
    const bool related = std::any_of(ours.begin(), ours.end(), [&](const auto& own) {
      return issued(c, *own.second) || issued(*own.second, c);
    });
    if (!has_own || related) return false;
    e.not_used.push_back(
        {place_text(o.statement->place),
         fmt::format("{} ({}): it names no vendor and no product, and nobody of this device issued "
                     "it",
                     kOfAnotherTrade, name_text(c.subject))});
    note_what_follows(e.device, *o.statement, parsed.of(*o.statement).used);
    return true;
  });
}

// What a certificate is that is neither of the chain nor of what could be: named with what it is.
// Empty: it may be one of the chain.
std::string why_not_of_the_chain(const Certificate& c) {
  if (signs_declarations(c))
    return fmt::format(
        "a certificate of a CD signer ({}), compared with the trusted ones and not believed",
        name_text(c.subject));
  if (is_operational(c))
    return fmt::format(
        "an operational certificate ({}): a fabric issued it, it is no DAC; ask with "
        "certificate-chain-request 1",
        name_text(c.subject));
  if (is_of_another_trade(c))
    return fmt::format("{} ({}): no P-256 key, no vendor", kOfAnotherTrade, name_text(c.subject));
  return {};
}

// Those whose role nobody has said, without what is no device's, roots and signers of lists.
std::vector<Candidate> candidates(Evidence& e, Parsed& parsed) {
  std::vector<Candidate> open;
  std::unordered_map<std::string_view, FactId> named;  // bytes whose role is known
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::pai && s.fact != FactId::paa) continue;
    // (What lies in the place of another is that nowhere else.)
    const auto& certificate = parsed.of(s).certificate;
    if (certificate && contradicts(s.fact, **certificate)) continue;
    named.emplace(text(bytes_of(s)), s.fact);
  }
  for (Statement& s : e.device.statements) {
    if (s.fact != FactId::certificate) continue;
    // The same bytes stand elsewhere with their role: nothing new.
    if (const auto twin = named.find(text(bytes_of(s))); twin != named.end()) {
      s.fact = twin->second;
      continue;
    }
    const auto& certificate = parsed.of(s).certificate;
    if (!certificate) {
      open.push_back({.statement = &s, .certificate = nullptr});
      continue;
    }
    const Certificate& c = **certificate;
    if (std::string why = why_not_of_the_chain(c); !why.empty()) {
      e.not_used.push_back({place_text(s.place), std::move(why)});
      note_what_follows(e.device, s, parsed.of(s).used);
    } else if (signs_lists(c, e.crls)) {
      e.not_used.push_back(
          {place_text(s.place),
           fmt::format("a certificate for signing revocation lists ({}), believed as far as the "
                       "PAA or PAI delegated to it",
                       name_text(c.subject))});
      note_what_follows(e.device, s, parsed.of(s).used);
      e.crl_signers.push_back(*certificate);
    } else if (is_for_lists_only(c)) {
      e.crl_signers.push_back(*certificate);  // settle_delegates says whose it is
    } else if (is_root(c)) {
      s.fact = FactId::paa;
      named.emplace(text(bytes_of(s)), s.fact);
    } else {
      open.push_back({.statement = &s, .certificate = *certificate});
    }
  }
  return open;
}

// What cannot be read takes the role that is free; beside a DAC and a PAI it is damage.
void give_unreadable_a_role(Device& device, const std::vector<Candidate>& open, Parsed& parsed) {
  bool has_dac = device.first(FactId::dac) != nullptr,
       has_pai = device.first(FactId::pai) != nullptr;
  for (const Candidate& candidate : open) {
    if (candidate.certificate) continue;
    candidate.statement->fact = !has_dac   ? FactId::dac
                                : !has_pai ? FactId::pai
                                           : FactId::certificate;
    if (has_dac && has_pai)
      device.note(Remark::damaged_credential, candidate.statement->place,
                  fmt::format("a certificate that cannot be read, beside a DAC and a PAI: {}",
                              parsed.of(*candidate.statement).certificate.error().what));
    (has_dac ? has_pai : has_dac) = true;
  }
}

}  // namespace

// Roles come from the relation between the certificates first (a DAC with a wrong CA flag is still
// issued by its PAI), then from what each says of itself.
void settle_roles(Evidence& e, Parsed& parsed) {
  std::vector<std::pair<FactId, CertificatePtr>> settled;
  for (Statement& s : e.device.statements) {
    if (s.fact == FactId::dac || s.fact == FactId::pai) {
      if (const auto& certificate = parsed.of(s).certificate)
        settled.emplace_back(s.fact, *certificate);
    }
  }
  std::vector<Candidate> open = candidates(e, parsed);
  leave_out_web(open, settled, e, parsed);
  Issuers issuers;
  for (const Candidate& o : open) {
    if (!o.certificate) continue;
    issuers.add_above(*o.certificate);
    issuers.add_below(*o.certificate);
  }
  for (const auto& [fact, certificate] : settled) {
    if (fact == FactId::pai) issuers.add_above(*certificate);
    if (fact == FactId::dac) issuers.add_below(*certificate);
  }
  for (Candidate& candidate : open) {
    if (!candidate.certificate) continue;
    const Certificate& c = *candidate.certificate;
    const bool above = issuers.is_above(c), below = issuers.is_below(c);
    candidate.statement->fact =
        above != below ? (above ? FactId::pai : FactId::dac) : says_it_is(c);
  }
  give_unreadable_a_role(e.device, open, parsed);
}

CertificateEvidence certificate_evidence(const Statement* statement, Parsed& parsed) {
  CertificateEvidence out;
  if (statement == nullptr) return out;
  out.place = statement->place;
  out.bytes = bytes_of(*statement);
  const ParsedCertificate& entry = parsed.of(*statement);
  if (entry.certificate) {
    out.certificate = *entry.certificate;
    out.trailing = out.bytes.size() - entry.used;
  } else {
    out.problem = entry.certificate.error().what;
    out.problem_at = entry.certificate.error().offset.value_or(0);
  }
  return out;
}

OwnOnes own_ones(const Device& device, FactId role) {
  OwnOnes out;
  for (const Statement& s : device.statements) {
    if (s.fact == role) out.insert(text(bytes_of(s)));
  }
  return out;
}

// And the one that stands in the DAC's own file, where it is the only one there: who wrote the DAC
// down wrote this one down as its PAI.
void add_beside_dac(OwnOnes& own, const Device& device, const CertificateEvidence& dac) {
  const Statement* only = nullptr;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::pai || !dac.place || s.place.path != dac.place->path) continue;
    if (only != nullptr && bytes_of(*only) != bytes_of(s)) return;
    only = &s;
  }
  if (only != nullptr) own.insert(text(bytes_of(*only)));
}

// Of several PAIs, the one whose key the DAC names, the part's own before a file's. `others`: files
// beside it, where one fits.
const Statement* choose_pai(Device& device, const CertificateEvidence& dac, Parsed& parsed,
                            const OwnOnes& own, std::vector<Statement*>& others) {
  std::vector<Statement*> all;
  std::unordered_set<std::string_view> known;
  for (Statement& s : device.statements) {
    if (s.fact == FactId::pai && known.insert(text(bytes_of(s))).second) all.push_back(&s);
  }
  const auto is_own = [&](const Statement* s) { return own.contains(text(bytes_of(*s))); };
  std::stable_partition(all.begin(), all.end(), is_own);
  if (all.empty()) return nullptr;
  Statement* chosen = nullptr;
  // PAIs of one vendor often share their name: the key id decides, the name only where no key id
  // does.
  for (const bool by_key_id : {true, false}) {
    for (Statement* s : all) {
      if (chosen != nullptr || all.size() == 1 || !dac.certificate) break;
      const auto& certificate = parsed.of(*s).certificate;
      if (!certificate) continue;
      const auto skid = (*certificate)->skid();
      if (by_key_id ? skid && skid == dac.certificate->akid() &&
                          names_certificate(*dac.certificate, **certificate)
                    : issued(**certificate, *dac.certificate))
        chosen = s;
    }
  }
  if (chosen == nullptr) return all.front();
  std::copy_if(all.begin(), all.end(), std::back_inserter(others),
               [&](const Statement* s) { return s != chosen && !is_own(s); });
  return chosen;
}

}  // namespace gathering
}  // namespace attest
