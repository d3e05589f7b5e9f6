// Of several DACs or declarations, the device's own: what its other evidence speaks for. The files'
// names and order decide nothing. That there are others is said once, by identity.one-dac and
// identity.one-cd, and nothing follows from them.

#include <algorithm>
#include <tuple>
#include <vector>

#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather_steps.h"
#include "verifier/pki/key.h"

namespace attest::gathering {
namespace {

constexpr size_t kMostTried = 8;

// Different ones, the first place of each.
std::vector<const Statement*> all_of(const Device& device, FactId fact) {
  std::vector<const Statement*> out;
  for (const Statement& s : device.statements) {
    if (s.fact == fact && std::none_of(out.begin(), out.end(), [&](const Statement* known) {
          return bytes_of(*known) == bytes_of(s);
        }))
      out.push_back(&s);
  }
  return out;
}

// The first of the highest rank.
template <class RankOf>
const Statement* best_of(const std::vector<const Statement*>& all, const RankOf& rank_of) {
  const Statement* out = all.front();
  auto best = rank_of(out);
  for (const Statement* s : all) {
    if (auto other = rank_of(s); other > best) {
      out = s;
      best = other;
    }
  }
  return out;
}

bool is_signed(View elements, const Bytes& signature, const Bytes& challenge, const Point& key,
               SignatureEngine& engine) {
  SignatureJob job{.key = key, .digest = sha256(elements, challenge), .signature = {}};
  if (signature.size() != job.signature.size()) return false;
  std::copy(signature.begin(), signature.end(), job.signature.begin());
  uint8_t good = 0;
  engine.verify({&job, 1}, {&good, 1});
  return good == 1;
}

// What may be a part of a response: what is called so, and files of nothing but bytes.
std::vector<const Bytes*> parts(const Device& device, FactId fact, size_t size) {
  std::vector<const Bytes*> out;
  for (const FactId one : {fact, FactId::blob}) {
    for (const Statement& s : device.statements) {
      if (s.fact == one && bytes_of(s).size() == size && out.size() < kMostTried)
        out.push_back(&bytes_of(s));
    }
  }
  return out;
}

// The response that is judged (gather_responses.cc) is signed by this key.
bool signs_the_response(const Device& device, const Certificate& dac, SignatureEngine& engine) {
  constexpr size_t kSignature = 64, kChallenge = 16;
  struct Kind {
    FactId elements, signature, challenge;
  };
  constexpr Kind kKinds[] = {
      {FactId::attestation_elements, FactId::attestation_signature, FactId::attestation_challenge},
      {FactId::nocsr_elements, FactId::nocsr_signature, FactId::nocsr_challenge}};
  if (!dac.p256) return false;
  for (const Kind& kind : kKinds) {
    const Bytes* elements = device.bytes(kind.elements);
    if (elements == nullptr) continue;
    const auto challenges = parts(device, kind.challenge, kChallenge);
    for (const Bytes* signature : parts(device, kind.signature, kSignature)) {
      if (std::any_of(challenges.begin(), challenges.end(), [&](const Bytes* challenge) {
            return is_signed(*elements, *signature, *challenge, *dac.p256, engine);
          }))
        return true;
    }
  }
  return false;
}

// A private key, a public one or a request of the evidence is of this key.
bool has_its_key(const Device& device, const Certificate& dac) {
  return std::any_of(device.statements.begin(), device.statements.end(), [&](const Statement& s) {
    switch (s.fact) {
      case FactId::dac_private_key:
      case FactId::private_key:
        return dac.p256 && public_key_of(bytes_of(s)) == dac.p256;
      case FactId::dac_public_key:
        return equal(bytes_of(s), dac.public_key);
      case FactId::csr: {
        const auto csr = parse_csr(bytes_of(s));
        return csr && csr->public_key && csr->public_key == dac.p256;
      }
      default:
        return false;
    }
  });
}

bool has_its_pai(const Device& device, const Certificate& dac, Parsed& parsed) {
  const auto akid = dac.akid();
  return akid &&
         std::any_of(device.statements.begin(), device.statements.end(), [&](const Statement& s) {
           if (s.fact != FactId::pai) return false;
           const auto& pai = parsed.of(s).certificate;
           return pai && (*pai)->skid() == akid;
         });
}

// Vendor and product that something else states of the device.
bool is_of_the_product(const Device& device, const Certificate& dac) {
  const auto vid = device.number(FactId::vendor_id), pid = device.number(FactId::product_id);
  const auto same = [](const std::optional<uint64_t>& stated, const MaybeValue<uint16_t>& own) {
    return !stated || (own && *own == *stated);
  };
  return (vid || pid) && same(vid, dac.vid()) && same(pid, dac.pid());
}

}  // namespace

// One that a place of the part, or the tester, calls the DAC comes before a file that is one.
const Statement* choose_dac(const Device& device, const OwnOnes& own, Parsed& parsed,
                            SignatureEngine& engine) {
  const std::vector<const Statement*> all = all_of(device, FactId::dac);
  if (all.size() < 2 || all.size() > kMostTried) return device.first(FactId::dac);
  // (Of one that stands somewhere with bytes behind it, that: it says what is wrong.)
  using Rank = std::tuple<bool, bool, bool, bool, bool, bool>;
  return best_of(all, [&](const Statement* s) {
    const auto& [read, used] = parsed.of(*s);
    return read ? Rank(own.contains(text(bytes_of(*s))), signs_the_response(device, **read, engine),
                       has_its_key(device, **read), has_its_pai(device, **read, parsed),
                       is_of_the_product(device, **read), used != bytes_of(*s).size())
                : Rank();
  });
}

const Statement* choose_declaration(const Evidence& e) {
  const std::vector<const Statement*> all = all_of(e.device, FactId::cd);
  if (all.size() < 2 || all.size() > kMostTried) return e.device.first(FactId::cd);
  return best_of(all, [&](const Statement* s) {
    const bool presented =
        e.elements && equal(e.elements->certification_declaration, View(bytes_of(*s)));
    const ParsedDeclaration read = read_declaration(bytes_of(*s));
    const Certificate* dac = e.dac.certificate.get();
    const bool of_product =
        read.cd && dac != nullptr && dac->vid() && dac->pid() &&
        read.cd->dac_origin_vendor_id.value_or(read.cd->vendor_id) == *dac->vid() &&
        (read.cd->dac_origin_product_id == dac->pid() ||
         std::find(read.cd->product_ids.begin(), read.cd->product_ids.end(), *dac->pid()) !=
             read.cd->product_ids.end());
    return std::tuple(presented, of_product);
  });
}

}  // namespace attest::gathering
