#include "tests/support/post_quantum_chain.h"

namespace attest::test {
namespace {

Bytes repeated(View digest, size_t size) {
  Bytes out;
  while (out.size() < size) out.push_back(digest[out.size() % digest.size()]);
  return out;
}

// The part of "65/44/P256" so numbered.
std::string part(const std::string& kinds, int which) {
  size_t from = 0;
  for (int i = 0; i < which; ++i) from = kinds.find('/', from) + 1;
  return kinds.substr(from, kinds.find('/', from) - from);
}

}  // namespace

MlDsaKey toy_ml_dsa_key(MlDsa set, const std::string& name) {
  MlDsaKey out{.public_key = repeated(sha256(view(name)), sizes_of(set).key), .sign = {}};
  out.sign = [set, key = out.public_key](View message) {
    return repeated(sha256(key, message), sizes_of(set).signature);
  };
  return out;
}

Checked ToyEngine::verify_ml_dsa(const MlDsaJob& job) {
  const MlDsaSizes sizes = sizes_of(job.set);
  if (job.key.size() != sizes.key || job.signature.size() != sizes.signature)
    return Checked::refused;
  if (!has_) return Checked::unsupported;
  ++asked;
  const Bytes right = repeated(sha256(job.key, job.message), sizes.signature);
  return equal(job.signature, right) ? Checked::verified : Checked::refused;
}

AnyKey::AnyKey(std::string_view which, const std::string& name, const MakeMlDsaKey& make) {
  if (which == "P256") {
    pair = forge::key_named(name);
    bytes = to_bytes(pair.point);
    return;
  }
  set = which == "44" ? MlDsa::set_44 : MlDsa::set_65;
  ml_dsa = make(*set, name);
  bytes = ml_dsa.public_key;
}

Bytes AnyKey::id() const {
  const Sha256 digest = sha256(bytes);
  return {digest.begin(), digest.begin() + 20};
}

Bytes AnyKey::sign(View tbs) const {
  return set ? ml_dsa.sign(tbs) : forge::ecdsa_der(forge::sign(pair, tbs));
}

void AnyKey::put_into(forge::CertificatePlan& plan) const {
  plan.public_key = bytes;
  plan.replace(forge::subject_key_id(id()));
  if (!set) return;
  plan.key_algorithm = oid();
  plan.curve.clear();
}

void AnyKey::issue(forge::CertificatePlan& plan) const {
  plan.replace(forge::authority_key_id(id()));
  if (set) plan.algorithm = plan.tbs_algorithm = oid();
}

Chain::Chain(const std::string& kinds, const std::string& name, const MakeMlDsaKey& make)
    : paa_key(part(kinds, 0), name + " paa", make),
      pai_key(part(kinds, 1), name + " pai", make),
      dac_key(part(kinds, 2), "pq dac dac", make),
      device(forge::good_plan("pq dac")) {
  paa = forge::paa_plan("Forged PAA " + name, forge::key_named(name), "FFF1");
  pai = device.pai;
  dac = device.dac;
  pai.issuer = paa.subject;
  pai.subject = {forge::common_name("Forged PAI " + name), forge::vid("FFF1")};
  dac.issuer = pai.subject;
  dac.serial = {1, static_cast<uint8_t>(kinds.size() + name.size())};
  paa_key.put_into(paa);
  paa_key.issue(paa);
  pai_key.put_into(pai);
  paa_key.issue(pai);
  dac_key.put_into(dac);
  pai_key.issue(dac);
}

Bytes Chain::made(const forge::CertificatePlan& plan, const AnyKey& key) {
  return forge::certificate(plan, [&](View tbs) { return key.sign(tbs); });
}

}  // namespace attest::test
