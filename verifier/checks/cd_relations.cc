// Checks on what the certification declaration says of others: whether vendor, products, origin and
// PAAs that it names are those of the certificates and of Basic Information (Matter Core 6.2.3.1).

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/cd_rules.h"

namespace attest {
namespace {

using namespace cd_rules;

// --- relations ---

bool has_origin(const Evidence& e) {
  return e.cd->dac_origin_vendor_id && e.cd->dac_origin_product_id;
}
bool lists(const Evidence& e, uint16_t pid) {
  return std::find(e.cd->product_ids.begin(), e.cd->product_ids.end(), pid) !=
         e.cd->product_ids.end();
}
std::optional<uint16_t> dac_vid(const Evidence& e) {
  return e.dac.certificate ? e.dac.certificate->vid() : std::nullopt;
}
std::optional<uint16_t> dac_pid(const Evidence& e) {
  return e.dac.certificate ? e.dac.certificate->pid() : std::nullopt;
}
std::optional<uint16_t> pai_vid(const Evidence& e) {
  return e.pai.certificate ? e.pai.certificate->vid() : std::nullopt;
}
// The SDK treats a PAI's product id 0 as absent; so do we.
std::optional<uint16_t> pai_pid(const Evidence& e) {
  const auto pid = e.pai.certificate ? e.pai.certificate->pid() : std::nullopt;
  return pid == 0 ? std::nullopt : pid;
}

std::string listed(const Evidence& e) {
  std::string out;
  for (size_t i = 0; i < e.cd->product_ids.size() && i < 8; ++i)
    out += (i == 0 ? "" : ", ") + hex_id(e.cd->product_ids[i]);
  if (e.cd->product_ids.size() > 8)
    out += fmt::format(" and {} more", e.cd->product_ids.size() - 8);
  return out.empty() ? "no product" : out;
}

// Which of the three is the odd one out when CD and DAC name different vendors: without Basic
// Information the CD is taken for it, because the DAC agrees with its chain.
bool dac_is_odd(const Evidence& e) {
  return e.vid && *e.vid == e.cd->vendor_id && dac_vid(e) != e.vid;
}

Outcome vendor_matches_dac(const Evidence& e) {
  if (has_origin(e)) return skipped("the declaration names the DAC's origin instead");
  const auto dac = dac_vid(e);
  if (e.cd->vendor_id == *dac) return pass();
  if (pai_vid(e) && *pai_vid(e) != *dac && *pai_vid(e) == e.cd->vendor_id)
    return blocked("dac.vendor-matches-pai");
  if (dac_is_odd(e)) return blocked("dac.vendor-matches-cd");
  return broken(
      e, fmt::format("vendor is {}, the DAC names {}", hex_id(e.cd->vendor_id), hex_id(*dac)),
      hex_id(*dac), hex_id(e.cd->vendor_id));
}

Outcome dac_vendor_matches_cd(const Evidence& e) {
  if (has_origin(e)) return skipped("the declaration names the DAC's origin instead");
  const auto dac = dac_vid(e);
  if (e.cd->vendor_id == *dac) return pass();
  if (!dac_is_odd(e))
    return blocked(pai_vid(e) && *pai_vid(e) != *dac && *pai_vid(e) == e.cd->vendor_id
                       ? "dac.vendor-matches-pai"
                       : "cd.vendor-matches-dac");
  return fail(
      fmt::format(
          "the DAC is vendor {}'s, but certification declaration and Basic Information name {}",
          hex_id(*dac), hex_id(e.cd->vendor_id)),
      hex_id(e.cd->vendor_id), hex_id(*dac), place_text(*e.dac.place));
}

Outcome vendor_matches_pai(const Evidence& e) {
  if (has_origin(e)) return skipped("the declaration names the DAC's origin instead");
  const auto pai = pai_vid(e);
  if (e.cd->vendor_id == *pai) return pass();
  return broken(
      e, fmt::format("vendor is {}, the PAI names {}", hex_id(e.cd->vendor_id), hex_id(*pai)),
      hex_id(*pai), hex_id(e.cd->vendor_id));
}

Outcome vendor_matches_basic(const Evidence& e) {
  if (!e.vid) return skipped("Basic Information's vendor id is not in the evidence");
  if (e.cd->vendor_id == *e.vid) return pass();
  // DAC and Basic Information agree: the declaration is the odd one, and its check against the DAC
  // says so.
  if (!has_origin(e) && dac_vid(e) == e.vid) return blocked("cd.vendor-matches-dac");
  return broken(e,
                fmt::format("vendor is {}, Basic Information gives {}", hex_id(e.cd->vendor_id),
                            hex_id(*e.vid)),
                hex_id(*e.vid), hex_id(e.cd->vendor_id));
}

Outcome products_include_basic(const Evidence& e) {
  if (!e.pid) return skipped("Basic Information's product id is not in the evidence");
  if (lists(e, *e.pid)) return pass();
  return broken(e,
                fmt::format("product ids lack {}, which Basic Information gives", hex_id(*e.pid)),
                hex_id(*e.pid), listed(e));
}

Outcome products_include_dac(const Evidence& e) {
  if (has_origin(e)) return skipped("the declaration names the DAC's origin instead");
  const auto dac = *dac_pid(e);
  if (lists(e, dac)) return pass();
  if (e.pid && lists(e, *e.pid)) return blocked("dac.product-is-listed-in-cd");
  return broken(e, fmt::format("product ids lack {}, which the DAC names", hex_id(dac)),
                hex_id(dac), listed(e));
}

// The other side of the same rule: the declaration is right for the device, and the DAC is another
// product's.
Outcome dac_product_is_listed(const Evidence& e) {
  if (has_origin(e)) return skipped("the declaration names the DAC's origin instead");
  const auto dac = *dac_pid(e);
  if (lists(e, dac)) return pass();
  if (!e.pid || !lists(e, *e.pid)) return blocked("cd.product-ids-include-dac");
  return fail(fmt::format("the DAC is for product {}, which the certification declaration does not "
                          "list though it lists the device's {}",
                          hex_id(dac), hex_id(*e.pid)),
              listed(e), hex_id(dac), place_text(*e.dac.place));
}

Outcome products_include_pai(const Evidence& e) {
  if (has_origin(e)) return skipped("the declaration names the DAC's origin instead");
  const auto pai = pai_pid(e);
  if (!pai) return skipped("the PAI names no product");
  if (lists(e, *pai)) return pass();
  return broken(e, fmt::format("product ids lack {}, which the PAI names", hex_id(*pai)),
                hex_id(*pai), listed(e));
}

Outcome origin_vendor(const Evidence& e) {
  if (!has_origin(e)) return skipped("the declaration names no DAC origin");
  const uint16_t origin = *e.cd->dac_origin_vendor_id;
  for (const auto& [name, vid] : {std::pair{"DAC", dac_vid(e)}, std::pair{"PAI", pai_vid(e)}}) {
    if (vid && *vid != origin)
      return broken(e,
                    fmt::format("dac_origin names vendor {}, the {} names {}", hex_id(origin), name,
                                hex_id(*vid)),
                    hex_id(origin), hex_id(*vid));
  }
  return pass();
}
Outcome origin_product(const Evidence& e) {
  if (!has_origin(e)) return skipped("the declaration names no DAC origin");
  const uint16_t origin = *e.cd->dac_origin_product_id;
  for (const auto& [name, pid] : {std::pair{"DAC", dac_pid(e)}, std::pair{"PAI", pai_pid(e)}}) {
    if (pid && *pid != origin)
      return broken(e,
                    fmt::format("dac_origin names product {}, the {} names {}", hex_id(origin),
                                name, hex_id(*pid)),
                    hex_id(origin), hex_id(*pid));
  }
  return pass();
}

Outcome authorizes_paa(const Evidence& e) {
  if (!e.cd->authorized_paa_list) return skipped("the declaration authorizes every PAA");
  for (const Bytes& id : *e.cd->authorized_paa_list) {
    if (equal(id, e.paa->subject_key_id)) return pass();
  }
  return broken(
      e, "authorized_paa_list lacks the PAA of this device", hex_colons(e.paa->subject_key_id),
      e.cd->authorized_paa_list->empty() ? "an empty list"
                                         : hex_colons(e.cd->authorized_paa_list->front()));
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
        .after = {"cd.is-wellformed", "dac.names-a-vendor"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.vendor-id-in-range", "dac.signature-verifies",
                           "chain.dac-authority-key-is-pai"},
        .run = vendor_matches_dac,
        .rule = "Without dac_origin the declaration's vendor is the DAC's. Otherwise a certified "
                "product's declaration could cover a stranger's device.",
        .remedy = kRightCd,
    },
    {
        .id = "dac.vendor-matches-cd",
        .title = "the DAC is of the vendor that declaration and Basic Information name",
        .spec = kSpecRelations,
        .sdk = 604,
        .after = {"cd.is-wellformed", "dac.names-a-vendor"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.vendor-id-in-range", "dac.signature-verifies",
                           "dac.vendor-matches-pai", "credentials.no-development-dac"},
        .run = dac_vendor_matches_cd,
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
        .after = {"cd.is-wellformed", "pai.names-a-vendor"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.vendor-id-in-range", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.vendor-matches-pai",
                           "pai.vendor-matches-paa", "pai.signature-verifies",
                           "chain.dac-authority-key-is-pai"},
        .run = vendor_matches_pai,
        .rule = "Without dac_origin the declaration's vendor is the PAI's.",
        .remedy = kRightCd,
    },
    {
        .id = "cd.vendor-matches-basic-information",
        .title = "declaration and Basic Information name the same vendor",
        .spec = kSpecRelations,
        .sdk = 604,
        .after = {"cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies", "cd.vendor-id-in-range",
                           "identity.facts-agree"},
        .run = vendor_matches_basic,
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
        .run = products_include_basic,
        .rule = "The declaration covers only the products it lists.",
        .remedy = "correct the product id in the firmware's Basic Information, or use the "
                  "declaration of this product",
    },
    {
        .id = "cd.product-ids-include-dac",
        .title = "the declaration lists the DAC's product",
        .spec = kSpecRelations,
        .sdk = 605,
        .after = {"cd.is-wellformed", "cd.product-id-count", "dac.names-a-product"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.product-ids-include-basic-information", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.product-matches-pai",
                           "dac.vendor-matches-pai", "dac.signature-verifies"},
        .run = products_include_dac,
        .rule = "Without dac_origin the DAC's product is one that the declaration lists.",
        .remedy = kRightCd,
    },
    {
        .id = "dac.product-is-listed-in-cd",
        .title = "the DAC is for a product of the declaration",
        .spec = kSpecRelations,
        .sdk = 605,
        .after = {"cd.is-wellformed", "cd.product-id-count", "dac.names-a-product"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-is-complete",
                           "cd.product-ids-include-basic-information", "cd.vendor-matches-dac",
                           "dac.vendor-matches-cd", "dac.product-matches-pai",
                           "dac.vendor-matches-pai", "dac.signature-verifies"},
        .run = dac_product_is_listed,
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
        .run = products_include_pai,
        .rule =
            "Without dac_origin a PAI that names a product names one that the declaration lists.",
        .remedy = kRightCd,
    },
    {
        .id = "cd.dac-origin-vendor-matches",
        .title = "DAC and PAI are of the vendor that dac_origin names",
        .spec = kSpecRelations,
        .sdk = 604,
        .after = {"cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies", "dac.signature-verifies",
                           "dac.vendor-matches-pai"},
        .run = origin_vendor,
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
        .after = {"cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies", "cd.dac-origin-vendor-matches",
                           "dac.signature-verifies", "dac.product-matches-pai"},
        .run = origin_product,
        .rule = "With dac_origin the DAC's product is the module's.",
        .remedy =
            "use the module that the declaration names, or have the declaration name this one",
    },
    {
        .id = "cd.authorizes-paa",
        .title = "the declaration authorizes the device's PAA",
        .spec = kSpecRelations,
        .sdk = 606,
        .after = {"cd.is-wellformed", "cd.authorized-paa-list-is-wellformed", "paa.is-trusted"},
        .consequence_of = {"cd.signature-verifies"},
        .run = authorizes_paa,
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
