#include "verifier/gather/chains.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "verifier/gather/gather.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/crl.h"

namespace attest {
namespace {

bool is_of_a_chain(FactId fact) {
  return fact == FactId::dac || fact == FactId::pai || fact == FactId::paa ||
         fact == FactId::certificate;
}

// Nearly all evidence has no such algorithm, and nothing is parsed for it.
bool may_be_post_quantum(const Device& device) {
  return std::any_of(device.statements.begin(), device.statements.end(), [](const Statement& s) {
    const auto* bytes = is_of_a_chain(s.fact) ? std::get_if<Bytes>(&s.value) : nullptr;
    if (bytes == nullptr) return false;
    const auto all = key_algorithms();
    return std::any_of(all.begin(), all.end(), [&](const KeyAlgorithm& a) {
      return a.ml_dsa && std::search(bytes->begin(), bytes->end(), a.signature.begin(),
                                     a.signature.end()) != bytes->end();
    });
  });
}

// Two different certificates that may be DACs: below a P-256 PAI of an ML-DSA root, which is not in
// the evidence, nothing in a DAC tells of what kind its chain is.
bool may_have_two_dacs(const Device& device) {
  const Bytes* one = nullptr;
  return std::any_of(device.statements.begin(), device.statements.end(), [&](const Statement& s) {
    const auto* bytes = s.fact == FactId::dac || s.fact == FactId::certificate
                            ? std::get_if<Bytes>(&s.value)
                            : nullptr;
    if (bytes == nullptr) return false;
    if (one == nullptr) one = bytes;
    return *one != *bytes;
  });
}

// A certificate of the evidence, and all places in which its bytes stand.
struct Chained {
  CertificatePtr certificate;
  std::vector<size_t> statements;
};
std::vector<Chained> certificates_of(const Device& device) {
  constexpr size_t kMost = 64;  // nobody's device has more different ones
  std::vector<Chained> out;
  std::map<std::string_view, size_t> known;
  for (size_t i = 0; i < device.statements.size(); ++i) {
    const Statement& s = device.statements[i];
    const auto* bytes = is_of_a_chain(s.fact) ? std::get_if<Bytes>(&s.value) : nullptr;
    if (bytes == nullptr) continue;
    if (const auto at = known.find(text(*bytes)); at != known.end()) {
      out[at->second].statements.push_back(i);
    } else if (out.size() < kMost) {
      const auto certificate = parse_certificate(*bytes);
      if (!certificate) continue;
      known.emplace(text(*bytes), out.size());
      out.push_back({.certificate = *certificate, .statements = {i}});
    }
  }
  return out;
}

bool is_above(const Certificate& above, const Certificate& below) {
  return below.akid() && below.akid() == above.skid() && same_name(below.issuer, above.subject);
}

// Of what kind each certificate's chain is: of the strongest algorithm in it and above it, as far
// as the evidence has what is above.
std::vector<const KeyAlgorithm*> kinds_of(const std::vector<Chained>& all) {
  std::vector<const KeyAlgorithm*> out;
  for (const Chained& c : all) out.push_back(&strongest(*c.certificate));
  // A chain has three certificates: what stands above is known after two rounds.
  for (int round = 0; round < 2; ++round) {
    for (size_t below = 0; below < all.size(); ++below) {
      for (size_t above = 0; above < all.size(); ++above) {
        if (is_above(*all[above].certificate, *all[below].certificate) &&
            out[above]->strength > out[below]->strength)
          out[below] = out[above];
      }
    }
  }
  return out;
}

bool is_dac(const Device& device, const Chained& c) {
  const auto& constraints = c.certificate->basic_constraints.value;
  return std::any_of(c.statements.begin(), c.statements.end(), [&](size_t i) {
    const FactId fact = device.statements[i].fact;
    return fact == FactId::dac || (fact == FactId::certificate &&
                                   !(constraints && constraints->ca) && c.certificate->pid());
  });
}

bool has_issuer(const std::vector<Chained>& all, const Certificate& below) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Chained& c) { return is_above(*c.certificate, below); });
}
// Of one key, named by two issuers of which one is not in the evidence: what kind of chain it
// belongs to is not known, and that it is the other's is not said.
bool is_of_another_chain(const std::vector<Chained>& all, const Certificate& a,
                         const Certificate& b) {
  return equal(a.public_key, b.public_key) && a.akid() && b.akid() && a.akid() != b.akid() &&
         has_issuer(all, a) != has_issuer(all, b);
}

// A chain, by its DACs: those of one kind. Of one kind and one key there may be two below different
// PAIs (65/65 and 65/44); two keys of one kind are two devices, which the checks say.
struct Chain {
  const KeyAlgorithm* kind;
  std::vector<const Certificate*> members;  // DACs, and what stands above or signs lists for it

  bool takes(const Certificate& dac, const KeyAlgorithm* of) const {
    const Certificate& first = *members.front();
    return of == kind && (kind->released || dac.akid() == first.akid() ||
                          !equal(dac.public_key, first.public_key));
  }
  bool holds(const Certificate& c) const {
    return std::find(members.begin(), members.end(), &c) != members.end();
  }
};
// One key and name of a PAI may be certified by a legacy root and by one of ML-DSA: its DAC, which
// is one, is in a chain of either kind.
std::vector<Chain> by_issuer(std::vector<Chain> chains, const std::vector<Chained>& all,
                             const std::vector<const KeyAlgorithm*>& kinds) {
  std::vector<Chain> out;
  for (Chain& chain : chains) {
    const Certificate& dac = *chain.members.front();
    // The kinds of the PAIs above its DACs, each with its own PAIs.
    std::map<const KeyAlgorithm*, std::vector<const Certificate*>> pais;
    for (size_t i = 0; i < all.size(); ++i) {
      const Certificate& c = *all[i].certificate;
      if (chain.holds(c) && is_above(c, dac) && !equal(c.issuer.der, c.subject.der))
        pais[kinds[i]].push_back(&c);
    }
    const bool one_key = std::all_of(pais.begin(), pais.end(), [&](const auto& of) {
      return equal(of.second.front()->public_key, pais.begin()->second.front()->public_key);
    });
    if (pais.size() < 2 || !one_key) {
      out.push_back(std::move(chain));
      continue;
    }
    for (const auto& of : pais) {
      Chain part{.kind = of.first, .members = chain.members};
      std::erase_if(part.members, [&](const Certificate* m) {
        return std::any_of(pais.begin(), pais.end(), [&](const auto& other) {
          return other.first != of.first &&
                 std::any_of(other.second.begin(), other.second.end(), [&](const Certificate* pai) {
                   return m == pai || is_above(*m, *pai);
                 });
        });
      });
      out.push_back(std::move(part));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Chain& a, const Chain& b) {
    return a.kind->strength < b.kind->strength;
  });
  return out;
}

std::vector<Chain> chains_of(const Device& device, const std::vector<Chained>& all) {
  const auto kinds = kinds_of(all);
  std::vector<Chain> out;
  std::vector<bool> dacs(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    dacs[i] = is_dac(device, all[i]);
    if (!dacs[i]) continue;
    const Certificate& dac = *all[i].certificate;
    const auto chain = std::find_if(out.begin(), out.end(), [&](const Chain& c) {
      return c.takes(dac, kinds[i]) && !is_of_another_chain(all, *c.members.front(), dac);
    });
    if (chain != out.end()) {
      chain->members.push_back(&dac);
    } else {
      out.push_back({.kind = kinds[i], .members = {&dac}});
    }
  }
  std::stable_sort(out.begin(), out.end(), [&](const Chain& a, const Chain& b) {
    if (a.kind->strength != b.kind->strength) return a.kind->strength < b.kind->strength;
    return has_issuer(all, *a.members.front()) && !has_issuer(all, *b.members.front());
  });
  for (Chain& chain : out) {
    // PAIs above the DACs, roots above those, and whom they let sign lists.
    for (int round = 0; round < 2; ++round) {
      for (size_t i = 0; i < all.size(); ++i) {
        const Certificate& c = *all[i].certificate;
        if (dacs[i] || chain.holds(c)) continue;
        const bool belongs =
            std::any_of(chain.members.begin(), chain.members.end(), [&](const Certificate* m) {
              const bool sibling =
                  c.akid() && c.akid() == m->akid() && same_name(c.issuer, m->issuer);
              return is_above(c, *m) || (is_for_lists_only(c) && (is_above(*m, c) || sibling));
            });
        if (belongs) chain.members.push_back(&c);
      }
    }
  }
  return by_issuer(std::move(out), all, kinds);
}

// A revocation list of a chain: of one that stands in it, or of the root that its PAI names.
bool is_list_of(const Crl& list, const Chain& chain) {
  return std::any_of(chain.members.begin(), chain.members.end(), [&](const Certificate* m) {
    const bool own = same_name(list.issuer, m->subject) &&
                     (!list.authority_key_id || list.authority_key_id == m->skid());
    const bool above = same_name(list.issuer, m->issuer) &&
                       (!list.authority_key_id || list.authority_key_id == m->akid());
    return own || above;
  });
}

// The statements of each chain, by their place; what is of no chain is missing.
std::map<size_t, std::vector<size_t>> owners_of(const Device& device,
                                                const std::vector<Chained>& all,
                                                const std::vector<Chain>& chains) {
  std::map<size_t, std::vector<size_t>> out;
  for (size_t k = 0; k < chains.size(); ++k) {
    for (const Chained& c : all) {
      if (!chains[k].holds(*c.certificate)) continue;
      for (const size_t i : c.statements) out[i].push_back(k);
    }
  }
  for (size_t i = 0; i < device.statements.size(); ++i) {
    if (device.statements[i].fact != FactId::crl) continue;
    const auto list = parse_crl(std::get<Bytes>(device.statements[i].value));
    if (!list) continue;
    for (size_t k = 0; k < chains.size(); ++k) {
      if (is_list_of(**list, chains[k])) out[i].push_back(k);
    }
  }
  return out;
}

// A PAI of another kind of chain, whose DAC is not there, is one more certificate, as it is in a
// file of its own: the place that gives it says only of which kind it is.
void set_aside(Device& device, const std::vector<Chained>& all, const std::vector<Chain>& chains) {
  const bool has_another = std::any_of(all.begin(), all.end(), [&](const Chained& c) {
    return std::any_of(c.statements.begin(), c.statements.end(),
                       [&](size_t k) { return device.statements[k].fact == FactId::pai; }) &&
           std::any_of(chains.begin(), chains.end(),
                       [&](const Chain& chain) { return chain.holds(*c.certificate); });
  });
  if (!has_another) return;
  const auto kinds = kinds_of(all);
  for (size_t i = 0; i < all.size(); ++i) {
    const bool of_a_chain = std::any_of(chains.begin(), chains.end(), [&](const Chain& chain) {
      return chain.kind == kinds[i] || chain.holds(*all[i].certificate);
    });
    if (of_a_chain) continue;
    for (const size_t k : all[i].statements) {
      Statement& s = device.statements[k];
      if (s.fact == FactId::pai) s.fact = FactId::certificate;
    }
  }
}

}  // namespace

std::vector<Reading> split_chains(Reading reading, std::vector<CertificatePtr>* parsed) {
  std::vector<Reading> out;
  const auto alone = [&] {
    out.push_back(std::move(reading));
    return std::move(out);
  };
  if (!may_be_post_quantum(reading.device) && !may_have_two_dacs(reading.device)) return alone();
  const auto all = certificates_of(reading.device);
  for (const Chained& one : all) {
    if (parsed != nullptr) parsed->push_back(one.certificate);
  }
  const auto chains = chains_of(reading.device, all);
  set_aside(reading.device, all, chains);
  if (chains.size() < 2) return alone();
  const auto owners = owners_of(reading.device, all, chains);
  out.reserve(chains.size());
  for (size_t k = 0; k < chains.size(); ++k) {
    Reading& one =
        k + 1 < chains.size() ? out.emplace_back(reading) : out.emplace_back(std::move(reading));
    size_t at = 0;
    std::erase_if(one.device.statements, [&](const Statement& s) {
      const auto of = owners.find(at++);
      if (of == owners.end()) return k != 0 && (is_of_a_chain(s.fact) || s.fact == FactId::crl);
      return std::find(of->second.begin(), of->second.end(), k) == of->second.end();
    });
  }
  return out;
}

std::vector<Conflict> conflicts_within_chains(const Device& device) {
  std::vector<Conflict> out = conflicts(device);
  if (out.empty() || (!may_be_post_quantum(device) && !may_have_two_dacs(device))) return out;
  const auto all = certificates_of(device);
  const auto chains = chains_of(device, all);
  if (chains.size() < 2) return out;
  const auto owners = owners_of(device, all, chains);
  std::erase_if(out, [&](const Conflict& conflict) {
    if (!is_of_a_chain(conflict.fact)) return false;
    std::vector<size_t> of(chains.size());
    for (const Statement* s : conflict.values) {
      const auto owner = owners.find(static_cast<size_t>(s - device.statements.data()));
      if (owner == owners.end()) return false;
      for (const size_t k : owner->second) ++of[k];
    }
    return std::all_of(of.begin(), of.end(), [](size_t n) { return n < 2; });
  });
  return out;
}

std::string chain_name(const Evidence& e) {
  const KeyAlgorithm* out = &key_algorithms().front();
  for (const CertificateEvidence* c : {&e.dac, &e.pai}) {
    if (c->certificate && strongest(*c->certificate).strength > out->strength)
      out = &strongest(*c->certificate);
  }
  return out->ml_dsa ? out->name : "legacy";
}

void take_other_chains(Evidence& first, std::vector<Evidence> others) {
  for (Evidence& other : others) {
    for (const NotUsed& unused : other.not_used) {
      if (std::find(first.not_used.begin(), first.not_used.end(), unused) == first.not_used.end())
        first.not_used.push_back(unused);
    }
    first.other_chains.push_back(std::make_shared<const Evidence>(std::move(other)));
  }
}

}  // namespace attest
