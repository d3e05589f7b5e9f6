// Checks on what the certification declaration says of others: whether vendor, products, origin and
// PAAs that it names are those of the certificates and of Basic Information (Matter Core 6.2.3.1).

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/cd_rules.h"

namespace attest {
namespace {

using namespace cd_rules;

// --- relations ---

bool has_origin(const Declaration& cd) {
  return cd->dac_origin_vendor_id && cd->dac_origin_product_id;
}
bool lists(const Declaration& cd, uint16_t pid) {
  return std::find(cd->product_ids.begin(), cd->product_ids.end(), pid) != cd->product_ids.end();
}
// The ids that the certificates name, where they are there and name any.
MaybeValue<uint16_t> pai_vid(const LotView& lot) {
  const auto pai = lot.pai_if_any;
  return pai == nullptr ? std::nullopt : pai->vid();
}
MaybeValue<uint16_t> dac_vid(const RecordView& record) {
  const auto& dac = record.dac_if_any;
  return dac ? dac->vid() : std::nullopt;
}
MaybeValue<uint16_t> dac_pid(const RecordView& record) {
  const auto& dac = record.dac_if_any;
  return dac ? dac->pid() : std::nullopt;
}
// The SDK treats a PAI's product id 0 as absent; so do we.
MaybeValue<uint16_t> pai_pid(const LotView& lot) {
  const auto pai = lot.pai_if_any;
  const auto pid = pai == nullptr ? std::nullopt : pai->pid();
  return pid == 0 ? std::nullopt : pid;
}

std::string listed(const Declaration& cd) {
  std::string out;
  for (size_t i = 0; i < cd->product_ids.size() && i < 8; ++i)
    out += (i == 0 ? "" : ", ") + hex_id(cd->product_ids[i]);
  if (cd->product_ids.size() > 8) out += fmt::format(" and {} more", cd->product_ids.size() - 8);
  return out.empty() ? "no product" : out;
}

// Which of the three is the odd one out when CD and DAC name different vendors: without Basic
// Information the CD is taken for it, because the DAC agrees with its chain.
bool dac_is_odd(const Declaration& cd, uint16_t dac, const LotView& lot) {
  return lot.vid && *lot.vid == cd->vendor_id && dac != *lot.vid;
}
bool pai_sides_with(const Declaration& cd, uint16_t dac, const LotView& lot) {
  const auto pai = pai_vid(lot);
  return pai && *pai != dac && *pai == cd->vendor_id;
}

Outcome vendor_matches_dac(const Declaration& cd, const DacVendor& dac, const LotView& lot) {
  if (has_origin(cd)) return skipped("the declaration names the DAC's origin instead");
  if (cd->vendor_id == dac.id) return pass();
  if (pai_sides_with(cd, dac.id, lot)) return blocked("dac.vendor-matches-pai");
  if (dac_is_odd(cd, dac.id, lot)) return blocked("dac.vendor-matches-cd");
  return broken(
      cd, fmt::format("vendor is {}, the DAC names {}", hex_id(cd->vendor_id), hex_id(dac.id)),
      hex_id(dac.id), hex_id(cd->vendor_id));
}

Outcome dac_vendor_matches_cd(const Declaration& cd, const DacVendor& dac, const LotView& lot) {
  if (has_origin(cd)) return skipped("the declaration names the DAC's origin instead");
  if (cd->vendor_id == dac.id) return pass();
  if (!dac_is_odd(cd, dac.id, lot))
    return blocked(pai_sides_with(cd, dac.id, lot) ? "dac.vendor-matches-pai"
                                                   : "cd.vendor-matches-dac");
  return fail(
      fmt::format(
          "the DAC is vendor {}'s, but certification declaration and Basic Information name {}",
          hex_id(dac.id), hex_id(cd->vendor_id)),
      hex_id(cd->vendor_id), hex_id(dac.id), dac.where());
}

Outcome vendor_matches_pai(const Declaration& cd, const PaiVendor& pai) {
  if (has_origin(cd)) return skipped("the declaration names the DAC's origin instead");
  if (cd->vendor_id == pai.id) return pass();
  return broken(
      cd, fmt::format("vendor is {}, the PAI names {}", hex_id(cd->vendor_id), hex_id(pai.id)),
      hex_id(pai.id), hex_id(cd->vendor_id));
}

Outcome vendor_matches_basic(const Declaration& cd, const RecordView& record) {
  if (!record.vid) return skipped("Basic Information's vendor id is not in the evidence");
  const uint16_t vid = *record.vid;
  if (cd->vendor_id == vid) return pass();
  // DAC and Basic Information agree: the declaration is the odd one, and its check against the DAC
  // says so.
  if (!has_origin(cd) && dac_vid(record) == vid) return blocked("cd.vendor-matches-dac");
  return broken(
      cd,
      fmt::format("vendor is {}, Basic Information gives {}", hex_id(cd->vendor_id), hex_id(vid)),
      hex_id(vid), hex_id(cd->vendor_id));
}

Outcome products_include_basic(const Declaration& cd, const LotView& lot) {
  if (!lot.pid) return skipped("Basic Information's product id is not in the evidence");
  if (lists(cd, *lot.pid)) return pass();
  return broken(cd,
                fmt::format("product ids lack {}, which Basic Information gives", hex_id(*lot.pid)),
                hex_id(*lot.pid), listed(cd));
}

Outcome products_include_dac(const Declaration& cd, const DacProduct& dac, const LotView& lot) {
  if (has_origin(cd)) return skipped("the declaration names the DAC's origin instead");
  if (lists(cd, dac.id)) return pass();
  if (lot.pid && lists(cd, *lot.pid)) return blocked("dac.product-is-listed-in-cd");
  return broken(cd, fmt::format("product ids lack {}, which the DAC names", hex_id(dac.id)),
                hex_id(dac.id), listed(cd));
}

// The other side of the same rule: the declaration is right for the device, and the DAC is another
// product's.
Outcome dac_product_is_listed(const Declaration& cd, const DacProduct& dac, const LotView& lot) {
  if (has_origin(cd)) return skipped("the declaration names the DAC's origin instead");
  if (lists(cd, dac.id)) return pass();
  if (!lot.pid || !lists(cd, *lot.pid)) return blocked("cd.product-ids-include-dac");
  return fail(fmt::format("the DAC is for product {}, which the certification declaration does not "
                          "list though it lists the device's {}",
                          hex_id(dac.id), hex_id(*lot.pid)),
              listed(cd), hex_id(dac.id), dac.where());
}

Outcome products_include_pai(const Declaration& cd, const LotView& lot) {
  if (has_origin(cd)) return skipped("the declaration names the DAC's origin instead");
  const auto pai = pai_pid(lot);
  if (!pai) return skipped("the PAI names no product");
  if (lists(cd, *pai)) return pass();
  return broken(cd, fmt::format("product ids lack {}, which the PAI names", hex_id(*pai)),
                hex_id(*pai), listed(cd));
}

Outcome origin_vendor(const Declaration& cd, const RecordView& record) {
  if (!has_origin(cd)) return skipped("the declaration names no DAC origin");
  const uint16_t origin = *cd->dac_origin_vendor_id;
  for (const auto& [name, vid] :
       {std::pair{"DAC", dac_vid(record)}, std::pair{"PAI", pai_vid(record)}}) {
    if (vid && *vid != origin)
      return broken(cd,
                    fmt::format("dac_origin names vendor {}, the {} names {}", hex_id(origin), name,
                                hex_id(*vid)),
                    hex_id(origin), hex_id(*vid));
  }
  return pass();
}
Outcome origin_product(const Declaration& cd, const RecordView& record) {
  if (!has_origin(cd)) return skipped("the declaration names no DAC origin");
  const uint16_t origin = *cd->dac_origin_product_id;
  for (const auto& [name, pid] :
       {std::pair{"DAC", dac_pid(record)}, std::pair{"PAI", pai_pid(record)}}) {
    if (pid && *pid != origin)
      return broken(cd,
                    fmt::format("dac_origin names product {}, the {} names {}", hex_id(origin),
                                name, hex_id(*pid)),
                    hex_id(origin), hex_id(*pid));
  }
  return pass();
}

Outcome authorizes_paa(const Declaration& cd, const Paa& paa) {
  if (!cd->authorized_paa_list) return skipped("the declaration authorizes every PAA");
  const auto& list = *cd->authorized_paa_list;
  for (const Bytes& id : list) {
    if (equal(id, paa.subject_key_id)) return pass();
  }
  return broken(cd, "authorized_paa_list lacks the PAA of this device",
                hex_colons(paa.subject_key_id),
                list.empty() ? "an empty list" : hex_colons(first_of(list)));
}

constexpr const char* kSpecRelations = "Matter Core 6.2.3.1";
constexpr const char* kRightCd =
    "put the certification declaration of this product into the firmware";

constexpr Check kChecks[] = {
    {
        .id = "cd.vendor-matches-dac",
        .title = "declaration and DAC name the same vendor",
        .spec = kSpecRelations,
        .sdk = 604,
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.vendor-id-in-range", "dac.signature-verifies",
                           "chain.dac-authority-key-is-pai"},
        .run = rule<vendor_matches_dac>,
        .rule = "Without dac_origin the declaration's vendor is the DAC's. Otherwise a certified "
                "product's declaration could cover a stranger's device.",
        .remedy = kRightCd,
    },
    {
        .id = "dac.vendor-matches-cd",
        .title = "the DAC is of the vendor that declaration and Basic Information name",
        .spec = kSpecRelations,
        .sdk = 604,
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.vendor-id-in-range", "dac.signature-verifies",
                           "dac.vendor-matches-pai", "credentials.no-development-dac"},
        .run = rule<dac_vendor_matches_cd>,
        .rule = "The same rule as cd.vendor-matches-dac where Basic Information sides with the "
                "declaration: then the credentials are another vendor's.",
        .remedy = "put the credentials of this vendor into the part, or have the declaration name "
                  "their origin (dac_origin)",
    },
    {
        .id = "cd.vendor-matches-pai",
        .title = "declaration and PAI name the same vendor",
        .spec = kSpecRelations,
        .sdk = 604,
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.vendor-id-in-range", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.vendor-matches-pai",
                           "pai.vendor-matches-paa", "pai.signature-verifies",
                           "chain.dac-authority-key-is-pai"},
        .run = rule<vendor_matches_pai>,
        .rule = "Without dac_origin the declaration's vendor is the PAI's.",
        .remedy = kRightCd,
    },
    {
        .id = "cd.vendor-matches-basic-information",
        .title = "declaration and Basic Information name the same vendor",
        .spec = kSpecRelations,
        .sdk = 604,
        .consequence_of = {"cd.signature-verifies", "cd.vendor-id-in-range",
                           "identity.facts-agree"},
        .run = rule<vendor_matches_basic>,
        .rule = "The declaration is for the vendor that the device says it is of.",
        .remedy = "correct the vendor id in the firmware's Basic Information, or use the "
                  "declaration of this product",
    },
    {
        .id = "cd.product-ids-include-basic-information",
        .title = "the declaration lists the product that Basic Information gives",
        .spec = kSpecRelations,
        .sdk = 605,
        .after = {"cd.is-wellformed", "cd.product-id-count"},
        .consequence_of = {"cd.signature-verifies", "cd.vendor-matches-basic-information",
                           "cd.vendor-matches-dac", "identity.facts-agree"},
        .run = rule<products_include_basic>,
        .rule = "The declaration covers only the products it lists.",
        .remedy = "correct the product id in the firmware's Basic Information, or use the "
                  "declaration of this product",
    },
    {
        .id = "cd.product-ids-include-dac",
        .title = "the declaration lists the DAC's product",
        .spec = kSpecRelations,
        .sdk = 605,
        .after = {"cd.is-wellformed", "cd.product-id-count"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.product-ids-include-basic-information", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.product-matches-pai",
                           "dac.vendor-matches-pai", "dac.signature-verifies"},
        .run = rule<products_include_dac>,
        .rule = "Without dac_origin the DAC's product is one that the declaration lists.",
        .remedy = kRightCd,
    },
    {
        .id = "dac.product-is-listed-in-cd",
        .title = "the DAC is for a product of the declaration",
        .spec = kSpecRelations,
        .sdk = 605,
        .after = {"cd.is-wellformed", "cd.product-id-count"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.product-ids-include-basic-information", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.product-matches-pai",
                           "dac.vendor-matches-pai", "dac.signature-verifies"},
        .run = rule<dac_product_is_listed>,
        .rule = "The same rule as cd.product-ids-include-dac where the declaration lists the "
                "device's product: then the DAC is another product's.",
        .remedy = "have the DAC issued for this product, or put the right batch into the part",
    },
    {
        .id = "cd.product-ids-include-pai",
        .title = "the declaration lists the PAI's product",
        .spec = kSpecRelations,
        .sdk = 605,
        .after = {"cd.is-wellformed", "cd.product-id-count", "pai.product-id-is-wellformed"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.product-ids-include-basic-information", "cd.product-ids-include-dac",
                           "dac.product-is-listed-in-cd", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.product-matches-pai",
                           "chain.dac-authority-key-is-pai"},
        .run = rule<products_include_pai>,
        .rule =
            "Without dac_origin a PAI that names a product names one that the declaration lists.",
        .remedy = kRightCd,
    },
    {
        .id = "cd.dac-origin-vendor-matches",
        .title = "DAC and PAI are of the vendor that dac_origin names",
        .spec = kSpecRelations,
        .sdk = 604,
        .consequence_of = {"cd.signature-verifies", "dac.signature-verifies",
                           "dac.vendor-matches-pai"},
        .run = rule<origin_vendor>,
        .rule =
            "With dac_origin the credentials are those of the module's maker, and of nobody else.",
        .remedy =
            "use the module that the declaration names, or have the declaration name this one",
    },
    {
        .id = "cd.dac-origin-product-matches",
        .title = "DAC and PAI are for the product that dac_origin names",
        .spec = kSpecRelations,
        .sdk = 605,
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-vendor-matches",
                           "dac.signature-verifies", "dac.product-matches-pai"},
        .run = rule<origin_product>,
        .rule = "With dac_origin the DAC's product is the module's.",
        .remedy =
            "use the module that the declaration names, or have the declaration name this one",
    },
    {
        .id = "cd.authorizes-paa",
        .title = "the declaration authorizes the device's PAA",
        .spec = kSpecRelations,
        .sdk = 606,
        .after = {"cd.is-wellformed", "cd.authorized-paa-list-is-wellformed"},
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<authorizes_paa>,
        .rule = "Where the declaration names PAAs, the device's chain ends in one of them.",
        .remedy = "have the DAC issued below a PAA that the declaration lists, or ask the CSA to "
                  "list this one",
    },
};

}  // namespace

std::span<const Check> cd_relation_checks() {
  return kChecks;
}

}  // namespace attest
