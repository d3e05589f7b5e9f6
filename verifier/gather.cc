#include "verifier/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "verifier/file_digests.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/remembered.h"

namespace attest {
namespace {

const Bytes& bytes_of(const Statement& s) {
  return std::get<Bytes>(s.value);
}

// --- which certificate is which ------------------------------------------------------------------

// Certificates as they were first parsed: each is parsed once, however often it is asked for.
class Parsed {
 public:
  explicit Parsed(Remembered* remembered) : remembered_(remembered) {}
  const ParsedCertificate& of(const Statement& s) {
    if (const auto known = entries_.find(&s); known != entries_.end()) return known->second;
    // Every device has a DAC of its own; what is above it is what a lot shares.
    const bool shared = remembered_ != nullptr && s.fact != FactId::dac;
    return entries_
        .emplace(&s, shared ? remembered_->certificate(bytes_of(s)) : read_certificate(bytes_of(s)))
        .first->second;
  }

 private:
  Remembered* remembered_;
  std::unordered_map<const Statement*, ParsedCertificate> entries_;  // references stay good
};

// One certificate of unknown role.
struct Candidate {
  Statement* statement;
  CertificatePtr certificate;  // null when not parseable
};

// Issued by itself, as far as it says: a DAC may bear its PAI's name, and is told from a root by
// the key ids.
bool is_root(const Certificate& c) {
  const auto skid = c.skid(), akid = c.akid();
  return c.self_issued() && !(skid && akid && *skid != *akid);
}

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

// Who may have issued whom among many certificates, in time that grows with their number: what
// issued() compares, as keys.
class Issuers {
 public:
  void add_above(const Certificate& c) {
    if (const auto skid = c.skid()) above_[of_id(*skid)].push_back(&c);
    if (!is_root(c)) above_[of_name(c.subject.der)].push_back(&c);
  }
  void add_below(const Certificate& c) {
    if (const auto akid = c.akid()) below_[of_id(*akid)].push_back(&c);
    below_[of_name(c.issuer.der)].push_back(&c);
  }
  // Issued by another one of those above.
  bool is_below(const Certificate& c) const {
    const auto akid = c.akid();
    return (akid && has_other(above_, of_id(*akid), c)) ||
           has_other(above_, of_name(c.issuer.der), c);
  }
  // Issued another one of those below.
  bool is_above(const Certificate& c) const {
    const auto skid = c.skid();
    return (skid && has_other(below_, of_id(*skid), c)) ||
           (!is_root(c) && has_other(below_, of_name(c.subject.der), c));
  }

 private:
  static std::string of_id(const KeyId& id) { return "id " + std::string(text(id)); }
  static std::string of_name(View name) { return "name " + std::string(text(name)); }
  using Index = std::unordered_map<std::string, std::vector<const Certificate*>>;
  static bool has_other(const Index& index, const std::string& key, const Certificate& c) {
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
  return !c.p256 && !c.ecdsa && c.vendor_id.how == SubjectId::How::absent &&
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

bool is_of_no_device(const Certificate& c) {
  return is_operational(c) || is_of_another_trade(c) || names_no_product(c);
}

namespace {

// A certificate that counts for nothing, and behind it in its file what is no other such: that may
// be evidence. (What counts has its rest judged by the checks.)
void note_what_follows(Device& device, const Statement& s, size_t used) {
  View rest = View(bytes_of(s)).subspan(used);
  const auto is_padding = [](uint8_t b) { return b == 0 || b == 0xFF || (b >= '\t' && b <= '\r'); };
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

// Roles come from the relation between the certificates first (a DAC with a wrong CA flag is still
// issued by its PAI), then from what each says of itself.
void settle_roles(Evidence& e, Parsed& parsed) {
  Device& device = e.device;
  std::vector<NotUsed>& others = e.not_used;
  std::vector<Candidate> open;
  std::vector<std::pair<FactId, CertificatePtr>> settled;
  for (Statement& s : device.statements) {
    if (s.fact == FactId::dac || s.fact == FactId::pai) {
      if (const auto& certificate = parsed.of(s).certificate)
        settled.emplace_back(s.fact, *certificate);
    }
  }
  std::unordered_map<std::string_view, FactId> named;  // bytes whose role is known
  for (const Statement& s : device.statements) {
    if (s.fact == FactId::dac || s.fact == FactId::pai || s.fact == FactId::paa)
      named.emplace(text(bytes_of(s)), s.fact);
  }
  for (Statement& s : device.statements) {
    if (s.fact != FactId::certificate) continue;
    // The same bytes stand elsewhere with their role: nothing new.
    if (const auto twin = named.find(text(bytes_of(s))); twin != named.end()) {
      s.fact = twin->second;
      continue;
    }
    const auto& certificate = parsed.of(s).certificate;
    const size_t unused = others.size();
    if (!certificate) {
      open.push_back({.statement = &s, .certificate = nullptr});
    } else if (signs_declarations(**certificate)) {
      others.push_back(
          {place_text(s.place),
           fmt::format("a certificate of a CD signer ({}), compared with the trusted ones and not "
                       "believed",
                       name_text((*certificate)->subject))});
    } else if (is_operational(**certificate)) {
      others.push_back({place_text(s.place),
                        fmt::format("an operational certificate ({}): a fabric issued it, it is no "
                                    "DAC; ask with certificate-chain-request 1",
                                    name_text((*certificate)->subject))});
    } else if (is_of_another_trade(**certificate)) {
      others.push_back(
          {place_text(s.place), fmt::format("{} ({}): no P-256 key, no vendor", kOfAnotherTrade,
                                            name_text((*certificate)->subject))});
    } else if (signs_lists(**certificate, e.crls)) {
      others.push_back(
          {place_text(s.place),
           fmt::format("a certificate for signing revocation lists ({}), believed as far as the "
                       "PAA or PAI delegated to it",
                       name_text((*certificate)->subject))});
      e.crl_signers.push_back(*certificate);
    } else if (is_root(**certificate)) {
      s.fact = FactId::paa;
      named.emplace(text(bytes_of(s)), s.fact);
    } else {
      open.push_back({.statement = &s, .certificate = *certificate});
    }
    if (others.size() != unused) note_what_follows(device, s, parsed.of(s).used);
  }
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

// What a slot, a log or another place of the part's own calls its PAI, by the bytes: said before
// any role is settled. A file that lies beside the part says nothing of the kind.
using OwnPais = std::unordered_set<std::string_view>;
OwnPais own_pais(const Device& device) {
  OwnPais out;
  for (const Statement& s : device.statements) {
    if (s.fact == FactId::pai) out.insert(text(bytes_of(s)));
  }
  return out;
}

// And the one that stands in the DAC's own file, where it is the only one there: who wrote the DAC
// down wrote this one down as its PAI.
void add_beside_dac(OwnPais& own, const Device& device, const CertificateEvidence& dac) {
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
                            const OwnPais& own, std::vector<Statement*>& others) {
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

// --- keys and bare bytes ------------------------------------------------------------------------

// The public part that a bundle keeps of a key; nullopt where the bytes are no such thing.
std::optional<Point> kept_point(const Device& device, View bytes) {
  Point point{};
  if (!device.keys_left_out || bytes.size() != point.size() || !on_curve(bytes))
    return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), point.begin());
  return point;
}

std::optional<PrivateKey> key_of(Evidence& e, const Statement& s) {
  if (const auto kept = kept_point(e.device, bytes_of(s)))
    return PrivateKey{.scalar = {}, .public_key = *kept, .stated_public = {}};
  auto key = raw_private_key(bytes_of(s));
  if (key) return *key;
  e.device.damaged(s.place, "private key", key.error().what);
  return std::nullopt;
}

// The DAC's own among all private keys is the one that fits it, and the first where none does: of
// those that are said to be the DAC's where there are such, else of those in files of their own.
// The others stay OtherKeys: another place's right key makes no wrong one right.
void settle_keys(Evidence& e) {
  const std::optional<Point> dac_point = e.dac.certificate ? e.dac.certificate->p256 : std::nullopt;
  const bool some_named = e.device.first(FactId::dac_private_key) != nullptr;
  const auto take = [&](const Statement& s, const PrivateKey& key) {
    e.dac_key = key;
    e.dac_key_place = s.place;
    e.dac_key_named = s.fact == FactId::dac_private_key ||
                      (s.fact == FactId::private_key && dac_point && key.public_key == *dac_point);
  };
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::dac_private_key && s.fact != FactId::private_key) continue;
    const auto key = key_of(e, s);
    if (!key) continue;
    const bool fits = dac_point && key->public_key == *dac_point;
    if (!fits)
      e.other_keys.push_back({s.place, key->public_key, s.fact == FactId::dac_private_key});
    if (some_named && s.fact == FactId::private_key) continue;
    const bool fitted = e.dac_key && dac_point && e.dac_key->public_key == *dac_point;
    if (!e.dac_key || (fits && !fitted)) take(s, *key);
  }
  if (some_named) return;
  // Bare bytes are the DAC's key when they fit the DAC, and nothing when they do not.
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::blob || !dac_point) continue;
    if (e.dac_key && e.dac_key->public_key == *dac_point) return;
    const auto kept = kept_point(e.device, bytes_of(s));
    if (!kept && bytes_of(s).size() != 32) continue;
    if (e.elements && equal(bytes_of(s), e.elements->nonce)) continue;  // the nonce, and no key
    const auto point = kept ? kept : public_key_of(bytes_of(s));
    if (!point || *point != *dac_point) continue;
    if (const auto key = key_of(e, s)) take(s, *key);
  }
}

// Keys by whose signatures others are believed: of the PAI, of PAAs, of who signs declarations.
// They are looked for in every place, that of the DAC's own key among them.
void find_authority_keys(Evidence& e, Parsed& parsed) {
  const auto owner = [&](const Point& point) -> std::string {
    if (e.dac.certificate && e.dac.certificate->p256 == point) return {};
    for (const Statement& s : e.device.statements) {
      if (s.fact != FactId::pai && s.fact != FactId::paa && s.fact != FactId::certificate) continue;
      const auto& certificate = parsed.of(s).certificate;
      if (!certificate || (*certificate)->p256 != point) continue;
      // (A device's certificate in the PAI's place makes its key no authority's.)
      if (says_it_is(**certificate) == FactId::dac) continue;
      return fmt::format("{} ({})",
                         s.fact == FactId::pai   ? "the PAI"
                         : s.fact == FactId::paa ? "a PAA"
                                                 : "a certification authority",
                         name_text((*certificate)->subject));
    }
    if (e.paa && e.paa->key == point) return "the PAA of this chain";
    if (e.cd_signer && e.cd_signer->key == point) return "the signer of the declaration";
    return {};
  };
  for (const Statement& s : e.device.statements) {
    const bool key = s.fact == FactId::private_key || s.fact == FactId::dac_private_key ||
                     s.fact == FactId::blob;
    if (!key) continue;
    const auto kept = kept_point(e.device, bytes_of(s));
    if (!kept && bytes_of(s).size() != 32) continue;
    const auto point = kept ? kept : public_key_of(bytes_of(s));
    if (!point) continue;
    if (std::string whose = owner(*point); !whose.empty())
      e.authority_keys.push_back({.place = s.place, .whose = std::move(whose)});
  }
}

// Of a key that is an authority's its own check tells; without a DAC no key is another's. The one
// that was taken for the DAC's, for want of a better one, stays the first.
void settle_other_keys(Evidence& e) {
  if (!e.dac.certificate || !e.dac.certificate->p256) return e.other_keys.clear();
  std::vector<OtherKey> kept;
  for (OtherKey& key : e.other_keys) {
    const bool again = std::any_of(kept.begin(), kept.end(), [&](const OtherKey& k) {
      return k.public_key == key.public_key;
    });
    const bool authority = std::any_of(e.authority_keys.begin(), e.authority_keys.end(),
                                       [&](const AuthorityKey& a) { return a.place == key.place; });
    if (!again && !authority) kept.push_back(std::move(key));
  }
  e.other_keys = std::move(kept);
}

// What a slot holds in another encoding than its firmware reads there is no certificate to those
// who receive it, whatever could be read out of it.
const Noted* slot_fault(const Device& device, Remark remark) {
  const auto at = std::find_if(device.remarks.begin(), device.remarks.end(),
                               [&](const Noted& n) { return n.remark == remark; });
  return at == device.remarks.end() ? nullptr : &*at;
}
std::string slot_text(const Noted& fault) {
  return fmt::format("{} {}", place_text(fault.place), fault.message);
}
void take_slot_fault(const Device& device, Remark remark, CertificateEvidence& certificate) {
  const Noted* fault = slot_fault(device, remark);
  if (fault == nullptr) return;
  certificate.place = fault->place;
  certificate.problem = slot_text(*fault);
}

// Bare bytes belong to an attestation response when the elements are there and nothing names them
// otherwise.
void settle_blobs(Evidence& e) {
  if (e.elements_statement == nullptr) return;
  const View answered = e.elements ? e.elements->nonce : View{};
  const auto take = [&](const Bytes*& slot, auto&& fits) {
    if (slot != nullptr) return;
    for (const Statement& s : e.device.statements) {
      if (s.fact != FactId::blob || (e.dac_key && equal(e.dac_key->scalar, bytes_of(s))) ||
          !fits(bytes_of(s)))
        continue;
      slot = &bytes_of(s);
      return;
    }
  };
  // A nonce of a wrong length may be as long as a challenge or a signature: the one that the device
  // answered with is known by its bytes.
  take(e.nonce, [&](const Bytes& b) { return !answered.empty() && equal(b, answered); });
  take(e.nonce, [](const Bytes& b) { return b.size() == 32; });
  take(e.signature, [&](const Bytes& b) { return b.size() == 64 && &b != e.nonce; });
  take(e.challenge, [&](const Bytes& b) { return b.size() == 16 && &b != e.nonce; });
}

// A file of bare bytes that turned out to be nothing is told of: whoever put it there took it for
// something. Of a device from a bundle the values of these are left out, and nothing is said of
// them but that.
void list_unused_blobs(Evidence& e) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::blob) continue;
    const Bytes& bytes = bytes_of(s);
    const auto is = [&](const Bytes* used) { return used != nullptr && *used == bytes; };
    const bool key = e.dac_key && equal(e.dac_key->scalar, bytes),
               kept = e.device.keys_left_out && !bytes.empty();
    const bool nonce = e.elements && equal(e.elements->nonce, bytes);
    if (is(e.nonce) || is(e.challenge) || is(e.signature) || key || nonce || kept) continue;
    e.not_used.push_back({place_text(s.place),
                          "bare bytes that are no challenge, nonce, signature or key of the DAC "
                          "here, and open nothing"});
  }
}

// A public key that says not whose it is: the DAC's, or of a certificate above it. One of nobody is
// taken for what the device is said to have.
void settle_public_keys(Evidence& e) {
  for (Statement& s : e.device.statements) {
    if (s.fact != FactId::public_key) continue;
    const auto is_of = [&](const CertificateEvidence& c) {
      return c.certificate && equal(c.certificate->public_key, bytes_of(s));
    };
    if (!is_of(e.dac) && (is_of(e.pai) || is_of(e.paa_shown))) {
      e.not_used.push_back({place_text(s.place), "the public key of the PAI or the PAA"});
    } else {
      s.fact = FactId::dac_public_key;
    }
  }
}

// --- attestation and declaration
// -------------------------------------------------------------------

// Whether every part of the response that is there stands in a commissioner's log.
bool all_logged(const Evidence& e) {
  constexpr FactId kParts[] = {FactId::attestation_elements, FactId::attestation_signature,
                               FactId::attestation_nonce, FactId::attestation_challenge};
  size_t parts = 0;
  for (const FactId part : kParts) {
    const Statement* s = e.device.first(part);
    if (s == nullptr) continue;
    ++parts;
    if (!is_log(e, s->place.path)) return false;
  }
  return parts != 0;
}

void gather_attestation(Evidence& e) {
  e.elements_statement = e.device.first(FactId::attestation_elements);
  e.signature = e.device.bytes(FactId::attestation_signature);
  e.nonce = e.device.bytes(FactId::attestation_nonce);
  e.challenge = e.device.bytes(FactId::attestation_challenge);
  e.response_is_logged = all_logged(e);
  if (e.elements_statement == nullptr) return;
  auto elements = parse_attestation_elements(bytes_of(*e.elements_statement));
  if (elements) {
    e.elements = *elements;
  } else {
    e.elements_problem = elements.error().what;
  }
}

void gather_declaration(Evidence& e, Remembered* remembered) {
  if (const Statement* s = e.device.first(FactId::cd)) {
    e.cd_place = s->place;
    e.cd_bytes = bytes_of(*s);
  } else if (e.elements && !e.elements->certification_declaration.empty()) {
    e.cd_place = e.elements_statement->place;
    e.cd_place->item = "attestation elements, tag 1";
    e.cd_bytes = to_bytes(e.elements->certification_declaration);
  } else if (const Noted* fault = slot_fault(e.device, Remark::cd_slot)) {
    e.cd_place = fault->place;
    e.cms_problem = slot_text(*fault);
    return;
  } else {
    return;
  }
  const ParsedDeclaration own =
      remembered != nullptr ? ParsedDeclaration{} : read_declaration(e.cd_bytes);
  const ParsedDeclaration& read = remembered != nullptr ? remembered->declaration(e.cd_bytes) : own;
  e.cms = read.cms;
  e.cms_problem = read.cms_problem;
  if (const Noted* fault = slot_fault(e.device, Remark::cd_slot)) e.cms_problem = slot_text(*fault);
  e.cms_trailing = read.trailing;
  e.cd = read.cd;
  e.cd_problem = read.cd_problem;
}

// An id is a number of 16 bits. A wider one was given, and is none: it does not read as absent.
std::optional<uint16_t> id16(Device& device, FactId fact) {
  std::optional<uint16_t> out;
  std::vector<const Statement*> wide;
  for (const Statement& s : device.statements) {
    const auto* n = s.fact == fact ? std::get_if<uint64_t>(&s.value) : nullptr;
    if (n == nullptr) continue;
    if (*n > 0xFFFF) {
      wide.push_back(&s);
    } else if (!out) {
      out = static_cast<uint16_t>(*n);
    }
  }
  for (const Statement* s : wide)
    device.damaged(s->place, fact_name(fact),
                   fmt::format("expected at most 65535, found {}",
                               found_number(std::get<uint64_t>(s->value))));
  return out;
}

// --- anchors
// ----------------------------------------------------------------------------------------

bool signed_by(const Certificate& below, const std::optional<Point>& key) {
  if (!below.ecdsa || !key) return false;
  const SignatureJob job{.key = *key, .digest = below.tbs_digest(), .signature = *below.ecdsa};
  uint8_t good = 0;
  openssl_engine().verify({&job, 1}, {&good, 1});
  return good == 1;
}

// Several PAAs can share a key id (renewals, twins): the one that fits is the one that signed.
const Paa* fitting(const std::vector<const Paa*>& candidates, const Certificate& pai) {
  if (candidates.size() == 1) return candidates.front();
  for (const Paa* paa : candidates) {
    const bool named = paa->certificate == nullptr || names_certificate(pai, *paa->certificate);
    if (named && equal(paa->subject, pai.issuer.der) && signed_by(pai, paa->key)) return paa;
  }
  for (const Paa* paa : candidates) {
    if (signed_by(pai, paa->key)) return paa;
  }
  return candidates.empty() ? nullptr : candidates.front();
}

// The ledger's PAAs among its approved roots of one key id: those for device attestation. Of an
// entry that does not say what it is for nobody knows; one for another use is refused.
struct Roots {
  std::vector<Paa> paas;
  std::string unknown, refused;
};
Roots roots_of(const Found<std::vector<LedgerCertificate>>& found) {
  Roots out;
  for (const LedgerCertificate& entry : found.value) {
    auto certificate = parse_certificate(entry.der);
    if (!certificate) continue;
    auto paa = paa_from(*certificate, Origin::ledger, found.from.source);
    if (!paa) continue;
    if (entry.device_attestation) {
      out.paas.push_back(std::move(*paa));
    } else if (entry.type.empty()) {
      out.unknown = "the ledger's entry does not say what it is for (no certificateType)";
    } else {
      out.refused = fmt::format(
          "the ledger has a root with this key id ({}) for another use: its certificateType is {}, "
          "expected DeviceAttestationPKI",
          name_text((*certificate)->subject), printable(entry.type));
    }
  }
  return out;
}

// How near is a key id to another? Two keys never have ids that differ in a few octets only.
bool is_damaged(const KeyId& id, const KeyId& of) {
  constexpr size_t kMostOctets = 4;
  size_t differ = 0;
  for (size_t i = 0; i < id.size(); ++i) differ += id[i] != of[i] ? 1 : 0;
  return differ <= kMostOctets;
}

FoundPaa find_paa(const Certificate& pai, const Policy& policy, const TrustStore& trust,
                  Ledger* ledger) {
  FoundPaa out;
  std::string refused;
  const auto take = [&](const Paa& paa, Evidence::PaaFound how) {
    out.paa = std::make_shared<const Paa>(paa);
    out.found = how;
    return out;
  };
  const auto akid = pai.akid();
  if (akid) {
    if (const Paa* paa = fitting(trust.paas(*akid), pai))
      return take(*paa, Evidence::PaaFound::by_key_id);
    if (ledger != nullptr) {
      const auto fact = ledger->approved_paa(*akid);
      if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
        Roots roots = roots_of(*found);
        std::vector<const Paa*> candidates;
        for (const Paa& paa : roots.paas) candidates.push_back(&paa);
        if (const Paa* paa = fitting(candidates, pai))
          return take(*paa, Evidence::PaaFound::by_key_id);
        out.unknown_why = std::move(roots.unknown);
        refused = std::move(roots.refused);
      } else if (const auto* why = std::get_if<Unknown>(&fact)) {
        out.unknown_why = why->why;
      }
    }
  }
  if (const Paa* named = trust.paa_named(pai.issuer.der)) {
    // Only a PAA that really signed tells of a wrong key id; a namesake tells nothing. Without any
    // key id the name is all there is to go by, and the signature then says whether the PAI was
    // changed; so it does where the key id is this PAA's but for a few octets.
    if (!akid || signed_by(pai, named->key) || is_damaged(*akid, named->subject_key_id))
      return take(*named, Evidence::PaaFound::by_name);
  }
  if (out.unknown_why.empty() && ledger == nullptr) {
    if (policy.network != Network::none) {
      out.unknown_why = fmt::format("the {} ledger was not asked", network_name(policy.network));
    } else if (trust.paa_count() == 0) {
      out.unknown_why = "no trusted PAA was given";
    }
  }
  if (!out.unknown_why.empty()) {
    out.found = Evidence::PaaFound::unknown;
  } else {
    out.unknown_why = std::move(refused);
  }
  return out;
}

FoundSigner find_cd_signer(const Cms& cms, const Policy& policy, const TrustStore& trust,
                           Ledger* ledger) {
  FoundSigner out;
  if (cms.signers.empty() || !cms.signers.front().subject_key_id) return out;
  const auto id = key_id(*cms.signers.front().subject_key_id);
  if (!id) return out;
  if (const CdSigner* signer = trust.cd_signer(*id)) {
    out.signer = std::make_shared<const CdSigner>(*signer);
    return out;
  }
  if (ledger == nullptr) return out;
  const auto fact = ledger->cd_signer(*id);
  if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
    for (const LedgerCertificate& entry : found->value) {
      auto certificate = parse_certificate(entry.der);
      if (!certificate) continue;
      auto signer = cd_signer_from(*certificate, Origin::ledger, found->from.source);
      if (signer && signer->under_csa) {
        out.signer = std::make_shared<const CdSigner>(std::move(*signer));
        return out;
      }
    }
  } else if (const auto* why = std::get_if<Unknown>(&fact);
             why != nullptr && policy.network == Network::main) {
    // On the main network a new signing key of the CSA may exist that is not built in; the test
    // network's declarations are signed with the built-in ones.
    out.unknown_why = why->why;
  }
  return out;
}

// The anchor of the chain and the signer of the declaration; a lot asks for each once.
void find_anchors(Evidence& e, const TrustStore& trust, Ledger* ledger, Remembered* remembered) {
  if (e.pai.certificate) {
    std::optional<FoundPaa> own,
        *found = remembered != nullptr ? remembered->paa(e.pai.certificate) : &own;
    if (!*found) *found = find_paa(*e.pai.certificate, e.policy, trust, ledger);
    e.paa = (*found)->paa;
    e.paa_found = (*found)->found;
    e.paa_unknown_why = (*found)->unknown_why;
  }
  if (e.cms) {
    std::optional<FoundSigner> own,
        *found = remembered != nullptr ? remembered->signer(e.cms) : &own;
    if (!*found) *found = find_cd_signer(*e.cms, e.policy, trust, ledger);
    e.cd_signer = (*found)->signer;
    e.cd_signer_unknown_why = (*found)->unknown_why;
  }
}

// Without a PAI: did a root issue the DAC itself? A name and a key id prove nothing, the signature
// does.
void find_root_above(Evidence& e, const TrustStore& trust, Ledger* ledger) {
  if (!e.dac.certificate || e.pai.present()) return;
  const Certificate& dac = *e.dac.certificate;
  if (const Certificate* shown = e.paa_shown.certificate.get();
      shown != nullptr && same_name(dac.issuer, shown->subject) && signed_by(dac, shown->p256)) {
    e.root_above_dac = name_text(shown->subject);
    return;
  }
  const FoundPaa found = find_paa(dac, e.policy, trust, ledger);
  if (found.paa && signed_by(dac, found.paa->key)) e.root_above_dac = name_text(dac.issuer);
}

// Whose the root is that a commissioner did not find in its own store.
std::string sought_paa(const Evidence& e, const TrustStore& trust, Ledger* ledger) {
  const Bytes* sought = e.device.bytes(FactId::sought_paa);
  const auto id = sought == nullptr ? std::nullopt : key_id(*sought);
  if (!id) return {};
  const std::string named = "the PAA with key id " + hex_colons(*id);
  if (const char* name = development_paa_name(*id))
    return fmt::format("{} is {}: its private key is published, and no production store has it",
                       named, name);
  if (const auto known = trust.paas(*id); !known.empty())
    return fmt::format(
        "{} is {} ({}), which is trusted here and missing in the commissioner's store", named,
        known.front()->certificate ? name_text(known.front()->certificate->subject)
                                   : "a built-in one",
        known.front()->source);
  if (ledger == nullptr)
    return fmt::format("{} is not among the {} trusted PAAs here", named, trust.paa_count());
  const auto fact = ledger->approved_paa(*id);
  if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
    for (const LedgerCertificate& entry : found->value) {
      if (const auto certificate = parse_certificate(entry.der))
        return fmt::format(
            "{} is {}, approved on the ledger and missing in the commissioner's store", named,
            name_text((*certificate)->subject));
    }
  }
  if (const auto* why = std::get_if<Unknown>(&fact))
    return fmt::format("{}: whose it is, is not known: {}", named, why->why);
  return fmt::format("{} is not among the approved PAAs of the ledger", named);
}

bool ecdsa_sha256(const Certificate& c) {
  return equal(c.signature_algorithm, oid::kEcdsaWithSha256);
}

// Of an algorithm that nobody here checks: its signature says nothing, either way. (Damage to its
// name leaves two names that differ.)
bool is_of_another_algorithm(const Certificate& c) {
  return c.same_algorithm && !ecdsa_sha256(c);
}

// As its issuer signed it: what stands outside the signed part agrees with what is in it.
bool is_as_issued(const Certificate& c, const std::optional<Point>& issuer) {
  return c.same_algorithm && ecdsa_sha256(c) && signed_by(c, issuer);
}

// Whether a PAI beside the chosen one may have issued the DAC as well: a renewal, a twin, one of
// the same key in another name. Two such are two truths about one part. Where the key id that the
// DAC names decides, a name that several PAIs of a vendor have in common says nothing.
bool may_have_issued(const Certificate& other, const Certificate& dac, const Certificate& chosen) {
  if (!other.p256 || other.p256 == chosen.p256) return true;
  const auto skid = other.skid(), akid = dac.akid();
  if (skid && akid) return *skid == *akid;
  return same_name(other.subject, dac.issuer) || signed_by(dac, other.p256);
}

// A file with a PAI beside the one that issued the DAC: a whole one, signed by a trusted PAA, that
// cannot have issued it is another product's and told of; any other stays a second PAI of this
// part.
void settle_other_pais(Evidence& e, const std::vector<Statement*>& others, Parsed& parsed,
                       const TrustStore& trust, Ledger* ledger, Remembered* remembered) {
  for (Statement* other : others) {
    const ParsedCertificate& entry = parsed.of(*other);
    if (!entry.certificate || entry.used != bytes_of(*other).size()) continue;
    if (!e.dac.certificate || !e.pai.certificate ||
        may_have_issued(**entry.certificate, *e.dac.certificate, *e.pai.certificate))
      continue;
    std::optional<FoundPaa> own,
        *found = remembered != nullptr ? remembered->paa(*entry.certificate) : &own;
    if (!*found) *found = find_paa(**entry.certificate, e.policy, trust, ledger);
    if ((*found)->paa == nullptr || !is_as_issued(**entry.certificate, (*found)->paa->key))
      continue;
    e.not_used.push_back({place_text(other->place), "another PAI, which did not issue this DAC"});
    const FactValue same = other->value;
    for (Statement& s : e.device.statements) {
      if (s.fact == FactId::pai && s.value == same) s.fact = FactId::certificate;
    }
  }
}

// What nobody judges, because it is not the one that counts, is damaged evidence where it is not
// whole: a root that does not verify itself.
void note_damage(Evidence& e, Parsed& parsed) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::paa) continue;
    const ParsedCertificate& entry = parsed.of(s);
    if (!entry.certificate) {
      e.device.note(Remark::damaged_credential, s.place,
                    fmt::format("expected a PAA, found {} bytes that are no certificate: {}",
                                bytes_of(s).size(), entry.certificate.error().what));
      continue;
    }
    const Certificate& root = **entry.certificate;
    const bool trusted = e.paa && e.paa->certificate && equal(e.paa->certificate->der, bytes_of(s));
    if (trusted) continue;
    const size_t behind = bytes_of(s).size() - entry.used;
    if (behind != 0) {
      e.device.note(Remark::damaged_credential, s.place,
                    fmt::format("a PAA with {} bytes behind it", behind));
    } else if (!is_of_another_algorithm(root) && (root.ecdsa || root.p256) &&
               !is_as_issued(root, root.p256)) {
      e.device.note(Remark::damaged_credential, s.place,
                    "a PAA that its own key did not sign: it is not as it was issued");
    } else {
      e.not_used.push_back({place_text(s.place),
                            e.paa ? "a PAA that is not the trusted one of this device: believed in "
                                    "nothing"
                                  : "a PAA among the evidence: compared, and believed in nothing"});
    }
  }
}

// A list that points to the PAI or the PAA as its issuer and is not what that key signed may have
// revoked this device before it was damaged.
void note_damaged_lists(Evidence& e) {
  for (const CrlEvidence& list : e.crls) {
    if (list.list == nullptr) {
      e.device.note(Remark::damaged_credential, list.place,
                    fmt::format("a revocation list that cannot be read: {}", list.problem));
    } else if (list.altered) {
      e.device.note(Remark::damaged_credential, list.place,
                    "a revocation list that its issuer's key did not sign: it is not as it was "
                    "issued");
    }
  }
}

void gather_csrs(Evidence& e) {
  for (const Statement& s : e.device.statements) {
    if (s.fact != FactId::csr) continue;
    auto csr = parse_csr(bytes_of(s));
    CsrEvidence out{.place = s.place, .csr = {}, .problem = {}, .self_signed = {}};
    if (csr) {
      out.csr = std::move(*csr);
    } else {
      out.problem = csr.error().what;
    }
    e.csrs.push_back(std::move(out));
  }
}

// The content of a declaration beside the declaration itself: the same facts without what the CSA
// signed them with, and no second declaration.
void settle_bare_declarations(Evidence& e) {
  auto& all = e.device.statements;
  const auto is_cd = [](const Statement& s) { return s.fact == FactId::cd; };
  if (std::count_if(all.begin(), all.end(), is_cd) < 2) return;
  std::vector<Bytes> contents;
  for (const Statement& s : all) {
    if (!is_cd(s)) continue;
    if (auto cms = parse_cms(std::get<Bytes>(s.value))) contents.push_back(std::move(cms->content));
  }
  std::erase_if(all, [&](const Statement& s) {
    if (!is_cd(s) || std::none_of(contents.begin(), contents.end(), [&](const Bytes& content) {
          return equal(content, std::get<Bytes>(s.value));
        }))
      return false;
    e.not_used.push_back(
        {place_text(s.place), "the content of the declaration that stands beside it, unsigned"});
    return true;
  });
}

}  // namespace

Evidence gather(Reading reading, const Policy& policy, const TrustStore& trust, Ledger* ledger,
                std::optional<Device> ordered, Remembered* remembered) {
  Evidence e;
  e.policy = policy;
  e.device = std::move(reading.device);
  e.files = std::move(reading.files);
  leave_out_digests(e);
  e.not_used = std::move(reading.not_used);
  for (OtaImageFile& file : reading.ota_images)
    e.ota_images.push_back({.place = std::move(file.place), .image = std::move(file.image)});
  e.given_anchors = trust.given_count();
  if (ledger != nullptr) e.ledger = ledger->status();

  Parsed parsed(remembered);
  read_lists(e);
  settle_bare_declarations(e);
  OwnPais own = own_pais(e.device);
  settle_roles(e, parsed);
  e.dac = certificate_evidence(e.device.first(FactId::dac), parsed);
  add_beside_dac(own, e.device, e.dac);
  std::vector<Statement*> other_pais;
  e.pai = certificate_evidence(choose_pai(e.device, e.dac, parsed, own, other_pais), parsed);
  e.paa_shown = certificate_evidence(e.device.first(FactId::paa), parsed);
  take_slot_fault(e.device, Remark::dac_slot, e.dac);
  take_slot_fault(e.device, Remark::pai_slot, e.pai);
  gather_attestation(e);
  settle_keys(e);
  settle_public_keys(e);
  settle_blobs(e);
  list_unused_blobs(e);
  gather_declaration(e, remembered);
  e.vid = id16(e.device, FactId::vendor_id);
  e.pid = id16(e.device, FactId::product_id);
  find_anchors(e, trust, ledger, remembered);
  find_root_above(e, trust, ledger);
  e.sought_paa = sought_paa(e, trust, ledger);
  find_authority_keys(e, parsed);
  settle_other_keys(e);
  settle_other_pais(e, other_pais, parsed, trust, ledger, remembered);
  note_damage(e, parsed);
  if (ledger != nullptr && policy.network != Network::none) gather_ledger(e, *ledger, remembered);
  judge_lists(e);
  note_damaged_lists(e);
  e.ordered = std::move(ordered);
  e.onboarding = onboarding_evidence(e.device, e.ordered ? &*e.ordered : nullptr,
                                     remembered != nullptr ? remembered->tried() : nullptr);
  gather_csrs(e);
  return e;
}

bool is_log(const Evidence& e, const std::string& path) {
  return std::any_of(e.files.begin(), e.files.end(), [&](const EvidenceFile& f) {
    return f.path == path && f.kind == commissioner_log_reader.kind;
  });
}

const char* why_absent(const Evidence& e, Remark lacking) {
  if (e.device.noted(lacking)) return "factory.entries-are-complete";
  if (e.device.noted(Remark::wrong_key)) return "factory.keys-fit";
  if (e.device.noted(Remark::encrypted_no_key) || e.device.noted(Remark::flash_encrypted))
    return "factory.is-unlocked";
  return nullptr;
}

std::vector<SignatureRequest> signature_requests(const Evidence& e) {
  std::vector<SignatureRequest> out;
  out.reserve(kSignedCount);
  const auto certificate = [&](Signed what, const Certificate& below,
                               const std::optional<Point>& key) {
    if (!e.answer(what) && key && below.ecdsa && ecdsa_sha256(below))
      out.push_back(
          {.what = what,
           .job = {.key = *key, .digest = below.tbs_digest(), .signature = *below.ecdsa}});
  };
  if (e.dac.certificate && e.pai.certificate)
    certificate(Signed::dac, *e.dac.certificate, e.pai.certificate->p256);
  if (e.pai.certificate && e.paa) certificate(Signed::pai, *e.pai.certificate, e.paa->key);
  if (e.paa && e.paa->certificate) certificate(Signed::paa_self, *e.paa->certificate, e.paa->key);
  if (e.elements_statement != nullptr && e.signature != nullptr && e.challenge != nullptr &&
      e.signature->size() == 64 && e.dac.certificate && e.dac.certificate->p256) {
    SignatureJob job{.key = *e.dac.certificate->p256,
                     .digest = sha256(bytes_of(*e.elements_statement), *e.challenge),
                     .signature = {}};
    std::copy(e.signature->begin(), e.signature->end(), job.signature.begin());
    out.push_back({.what = Signed::attestation, .job = job});
  }
  for (size_t i = 0; i < e.csrs.size(); ++i) {
    const auto& csr = e.csrs[i].csr;
    if (csr && csr->public_key && csr->ecdsa &&
        equal(csr->signature_algorithm, oid::kEcdsaWithSha256))
      out.push_back(
          {.what = Signed::csr,
           .job = {.key = *csr->public_key, .digest = sha256(csr->info), .signature = *csr->ecdsa},
           .index = i});
  }
  if (!e.answer(Signed::cd) && e.cms && e.cd_signer && !e.cms->signers.empty() &&
      e.cms->signers.front().ecdsa)
    out.push_back({.what = Signed::cd,
                   .job = {.key = e.cd_signer->key,
                           .digest = sha256(e.cms->content),
                           .signature = *e.cms->signers.front().ecdsa}});
  return out;
}

void take_answer(Evidence& e, const SignatureRequest& request, bool good) {
  if (request.what == Signed::csr) {
    e.csrs[request.index].self_signed = good;
  } else {
    e.answers[static_cast<size_t>(request.what)] = good;
  }
}

void verify_signatures(Evidence& e, SignatureEngine& engine) {
  const auto requests = signature_requests(e);
  std::vector<SignatureJob> jobs;
  jobs.reserve(requests.size());
  for (const SignatureRequest& request : requests) jobs.push_back(request.job);
  std::vector<uint8_t> answers(jobs.size());
  engine.verify(jobs, answers);
  for (size_t i = 0; i < requests.size(); ++i) take_answer(e, requests[i], answers[i] == 1);
}

}  // namespace attest
