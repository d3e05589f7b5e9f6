// The catalogue: every check, in the order in which reports show them. One explicit list; a new
// group of checks is one file in checks/, one line here and one in catalogue.cc.
#pragma once

#include "verifier/rules/check.h"

namespace attest {

std::span<const Check> certificate_checks();  // dac.*, pai.*: each certificate by itself
std::span<const Check> paa_checks();          // paa.*: the trusted root by itself
std::span<const Check> chain_checks();        // chain.*, and validity at issuance
std::span<const Check>
identity_checks();  // vendor and product across certificates; evidence that disagrees
std::span<const Check> evidence_checks();     // evidence.*: nothing that was handed over is lost
std::span<const Check> cms_checks();          // cms.*: the wrapper of the declaration
std::span<const Check> cd_checks();           // cd.*: its signer and its content
std::span<const Check> cd_relation_checks();  // cd.*: against certificates and Basic Information
std::span<const Check> attestation_checks();  // attestation.*, key.*
std::span<const Check> attestation_profile_checks();  // attestation.*: of which kinds chains are
std::span<const Check> nocsr_checks();                // nocsr.*: the response to a CSRRequest
std::span<const Check>
credentials_checks();  // credentials.*: development and test credentials named
std::span<const Check> revocation_checks();  // dac.is-not-revoked, pai.is-not-revoked, revocation.*
std::span<const Check> ledger_checks();      // ledger.*: the ledger itself, the authorities on it
std::span<const Check> ledger_product_checks();  // ledger.*: vendor, model, version, certification
std::span<const Check>
device_fact_checks();  // basic.*, onboarding.*: what the device says of itself, each value alone
std::span<const Check> basic_checks();  // basic.*: what a lab demands of each attribute
std::span<const Check>
factory_checks();  // factory.*: how the part keeps its things; defaults that were left in
std::span<const Check> onboarding_checks();  // onboarding.*: QR and manual codes, each alone
std::span<const Check> onboarding_agreement_checks();  // onboarding.*: against every other place
std::span<const Check> spake2p_checks();               // spake2p.*: salt, iterations, verifier
std::span<const Check> csr_checks();                   // csr.*: certification requests
std::span<const Check> ota_checks();         // ota.*: software images, alone and against the device
std::span<const Check> ota_ledger_checks();  // ota.*: against the ledger's entry of their version
std::span<const Check> expect_checks();      // expect.*: what was ordered against what was found
std::span<const Check>
sample_checks();  // expect.*-as-approved, *-since-approval: the sample that was approved before
std::span<const Check> security_checks();           // security.*: how the part is locked
std::span<const Check> security_firmware_checks();  // security.*: firmware, and who signs it
std::span<const Check> security_order_checks();     // security.*: the order
std::span<const Check> waiver_checks();  // expect.waivers-*: the exceptions that were handed over

// All of them, once, in order.
std::span<const Check* const> catalogue();
const Check* find_check(std::string_view id);
size_t check_index(const Check& check);  // its place in catalogue()
// Checks that the SDK would report with this code.
std::vector<const Check*> checks_with_code(int sdk_code);

}  // namespace attest
