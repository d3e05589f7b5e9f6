#include "verifier/gather/chains.h"

#include <algorithm>
#include <map>
#include <utility>

#include "verifier/pki/algorithms.h"

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

// Of what kind each certificate's chain is: of the strongest algorithm in it and above it, as far
// as the evidence has what is above. By the place among the statements.
using Kinds = std::map<size_t, const KeyAlgorithm*>;
struct Chained {
  size_t statement;
  CertificatePtr certificate;
};
const KeyAlgorithm* stronger(const KeyAlgorithm* a, const KeyAlgorithm* b) {
  return a->strength >= b->strength ? a : b;
}
Kinds kinds_of(const std::vector<Chained>& all) {
  Kinds out;
  for (const Chained& c : all) out[c.statement] = &strongest(*c.certificate);
  // A chain has three certificates: what stands above is known after two rounds.
  for (int round = 0; round < 2; ++round) {
    for (const Chained& below : all) {
      const auto akid = below.certificate->akid();
      for (const Chained& above : all) {
        if (!akid || akid != above.certificate->skid() ||
            !same_name(below.certificate->issuer, above.certificate->subject))
          continue;
        out[below.statement] = stronger(out[below.statement], out[above.statement]);
      }
    }
  }
  return out;
}

bool is_dac(const Statement& s, const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  return s.fact == FactId::dac ||
         (s.fact == FactId::certificate && !(constraints && constraints->ca) && c.pid());
}

}  // namespace

std::vector<Reading> split_chains(Reading reading) {
  std::vector<Reading> out;
  const auto alone = [&] {
    out.push_back(std::move(reading));
    return std::move(out);
  };
  if (!may_be_post_quantum(reading.device)) return alone();
  std::vector<Chained> all;
  const auto& statements = reading.device.statements;
  constexpr size_t kMost = 64;  // certificates; nobody's device has more
  for (size_t i = 0; i < statements.size() && all.size() < kMost; ++i) {
    if (!is_of_a_chain(statements[i].fact)) continue;
    const auto* bytes = std::get_if<Bytes>(&statements[i].value);
    auto certificate = bytes == nullptr ? Result<CertificatePtr>() : parse_certificate(*bytes);
    if (certificate && *certificate) all.push_back({.statement = i, .certificate = *certificate});
  }
  const Kinds kinds = kinds_of(all);
  std::vector<const KeyAlgorithm*> of_dacs;
  for (const Chained& c : all) {
    if (is_dac(statements[c.statement], *c.certificate)) of_dacs.push_back(kinds.at(c.statement));
  }
  std::sort(of_dacs.begin(), of_dacs.end(),
            [](const auto* a, const auto* b) { return a->strength < b->strength; });
  of_dacs.erase(std::unique(of_dacs.begin(), of_dacs.end()), of_dacs.end());
  if (of_dacs.size() < 2) return alone();
  for (const KeyAlgorithm* kind : of_dacs) {
    Reading& one = out.emplace_back(reading);
    size_t at = 0;
    std::erase_if(one.device.statements, [&](const Statement&) {
      const auto of = kinds.find(at++);
      return of != kinds.end() && of->second != kind;
    });
  }
  return out;
}

std::string chain_name(const Evidence& e) {
  const KeyAlgorithm* out = &key_algorithms().front();
  for (const CertificateEvidence* c : {&e.dac, &e.pai}) {
    if (c->certificate) out = stronger(out, &strongest(*c->certificate));
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
