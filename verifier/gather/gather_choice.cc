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
    return read ? Rank(own.contains(text(bytes_of(*s))),
                       (*read)->p256 && signs_the_response(device, *(*read)->p256, engine),
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
