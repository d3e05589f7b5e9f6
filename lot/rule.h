// LotRule: one rule about a lot as a whole. The catalogue of checks asks one device at a time;
// these ask what only shows between devices, or between the devices and the factory's list of them.
// They share the ids' form and the commands that list and explain checks, and run in the lot, never
// in a device's report.
#pragma once

#include <span>

#include "verifier/policy.h"
#include "verifier/report.h"

namespace attest {

struct LotRule {
  const char* id;     // "lot.<statement>": never reused, never renamed
  const char* title;  // what must hold, in a line
  Severity severity = Severity::error;
  bool error_at_lab = false;  // what the lab's scripts demand and the specification does not
  const char* spec = "";
  const char* rule = "";  // the rule in our words, and what goes wrong without it
  const char* remedy = "";

  Severity under(Stage stage) const {
    return stage == Stage::lab && error_at_lab ? Severity::error : severity;
  }
};

// All of them, in the order in which reports show their findings.
std::span<const LotRule> lot_rules();
const LotRule* find_lot_rule(std::string_view id);

// Each by its name, for those who find that it is broken.
namespace lot_rule {
extern const LotRule &device_is_readable, &device_is_given_once, &devices_are_of_one_product,
    &two_units_are_shown, &dacs_are_of_one_pai, &parts_are_locked_alike;
extern const LotRule &dac_is_used_once, &dac_key_is_used_once, &serial_number_is_used_once,
    &payload_is_used_once;
extern const LotRule &spake2p_verifier_is_used_once, &spake2p_salt_is_used_once;
extern const LotRule &passcodes_do_not_repeat, &passcodes_do_not_count_upwards,
    &discriminators_do_not_repeat;
extern const LotRule &unique_id_is_used_once, &rotating_id_is_used_once, &chip_id_is_used_once,
    &attestation_nonce_is_used_once;
extern const LotRule &manifest_is_readable, &manifest_values_are_used_once,
    &manifest_codes_are_valid, &manifest_rows_agree_with_themselves;
extern const LotRule &manifest_agrees_with_device, &manifest_names_every_device,
    &manifest_names_no_other;
}  // namespace lot_rule

}  // namespace attest
