// Asks the ledger for what one device needs: its anchors, its vendor, model, software version,
// certification.

#include "verifier/gather/gather.h"
#include "verifier/gather/lot_cache.h"

namespace attest {
namespace {

// The product is the one that Basic Information names; without it the declaration's, where it lists
// one product only; without that the DAC's, unless the DAC is another maker's (dac_origin).
LedgerFacts product_of(const Evidence& e) {
  LedgerFacts f;
  const bool single = e.cd && e.cd->product_ids.size() == 1;
  const bool origin = e.cd && e.cd->dac_origin_vendor_id.has_value();
  const Certificate* dac = origin ? nullptr : e.dac.certificate.get();
  f.vid = e.vid;
  if (!f.vid && e.cd) f.vid = e.cd->vendor_id;
  if (!f.vid && dac != nullptr) f.vid = dac->vid();
  f.pid = e.pid;
  if (!f.pid && single) f.pid = e.cd->product_ids.front();
  if (!f.pid && dac != nullptr) f.pid = dac->pid();
  if (const auto version = e.device.number(FactId::software_version);
      version && *version <= 0xFFFFFFFF)
    f.software_version = static_cast<uint32_t>(*version);
  return f;
}

// The ledger compares without the padding that some certificate ids carry.
std::string without_padding(std::string id) {
  while (!id.empty() && id.back() == ' ') id.pop_back();
  return id;
}

// An image is judged by the entry of its own version, which need not be the device's.
void ask_for_entry(OtaEvidence& ota, Ledger& ledger) {
  if (const auto& header = ota.image.header)
    ota.entry = ledger.version(header->vendor_id, header->product_id, header->software_version);
}

LedgerFacts ask(const Evidence& e, LedgerFacts f, Ledger& ledger, SignatureEngine& engine) {
  f.asked = true;
  if (e.paa) {
    f.approved_paa = ledger.approved_paa(e.paa->subject_key_id);
    f.revoked_paa = ledger.revoked_certificates(e.paa->subject_key_id);
  }
  if (e.pai.certificate) {
    if (const auto skid = e.pai.certificate->skid())
      f.revoked_pai = ledger.revoked_certificates(*skid);
    // Revocation points stand under the key id of the issuer: the PAA's for PAIs, the PAI's for
    // DACs.
    if (const auto akid = e.pai.certificate->akid()) f.pai_points = ledger.revocation_points(*akid);
  }
  if (e.dac.certificate) {
    if (const auto akid = e.dac.certificate->akid()) f.dac_points = ledger.revocation_points(*akid);
  }
  f.lists = lists_of_points(e, f, ledger, engine);
  if (f.vid) {
    f.vendor = ledger.vendor(*f.vid);
    if (f.pid) {
      f.model = ledger.model(*f.vid, *f.pid);
      if (f.software_version) {
        f.version = ledger.version(*f.vid, *f.pid, *f.software_version);
        f.compliance = ledger.compliance(*f.vid, *f.pid, *f.software_version);
      }
    }
  }
  if (e.cd) {
    f.coverage = ledger.coverage(e.cd->certificate_id);
    const std::string bare = without_padding(e.cd->certificate_id);
    if (std::holds_alternative<Absent>(f.coverage) && bare != e.cd->certificate_id)
      f.coverage = ledger.coverage(bare);
  }
  return f;
}

}  // namespace

const std::shared_ptr<const LedgerFacts>& no_facts() {
  static const auto none = std::make_shared<const LedgerFacts>();
  return none;
}

void gather_ota_image(Evidence& e, OtaEvidence ota, Ledger& ledger) {
  ask_for_entry(ota, ledger);
  e.ota_images.push_back(std::move(ota));
}

void gather_ledger(Evidence& e, Ledger& ledger, SignatureEngine& engine, LotCache* cache) {
  LedgerFacts product = product_of(e);
  std::optional<KnownFacts> own, *known = cache != nullptr ? cache->facts(e, product) : &own;
  if (!*known) {
    auto facts = std::make_shared<const LedgerFacts>(ask(e, std::move(product), ledger, engine));
    *known = {
        .facts = std::move(facts),
        .status =
            ledger.status()};  // after the questions: height and age are those of what was answered
  }
  e.facts = (*known)->facts;
  e.ledger = (*known)->status;
  for (OtaEvidence& ota : e.ota_images) {
    ask_for_entry(ota, ledger);
    e.ledger = ledger.status();
  }
}

}  // namespace attest
