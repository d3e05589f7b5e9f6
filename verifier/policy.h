// Policy: what the user asked for. Everything that could make two runs differ is in here or in the
// evidence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verifier/base/instant.h"

namespace attest {

// Whose facts decide, and how strict the rules about test credentials are (docs/ledger.md).
enum class Network : uint8_t { main, test, none };
inline const char* network_name(Network n) {
  return n == Network::main ? "main" : n == Network::test ? "test" : "none";
}

// What the part has to pass: what commissioners of the network demand, or a certification lab,
// whose demands take the place of the network's (handbook of the certification program; TC-DA-1.7).
enum class Stage : uint8_t { network, lab };
inline const char* stage_name(Stage s) {
  return s == Stage::lab ? "lab" : "network";
}

// A person's word that a check may fail: for whom, why, until when. What it may cover, and whether
// it covers this device, is decided in waiver.h.
struct Waiver {
  std::string id;  // of the check
  std::string reason, who;
  std::optional<Instant> until;  // the last instant at which it holds; nullopt: no end
  std::string until_text;        // as it was written: "2026-12-31"
  std::string device;            // serial number, or SHA-256 of the DAC in hex; empty: every device

  bool operator==(const Waiver&) const = default;
};

// A folder of PAAs that a commissioner is delivered with, as --paa-store names it. It is dated and
// never trusted: whoever wants that says --trust-paa.
struct PaaStore {
  std::string path;
  Instant as_of;         // when it was last brought up to date
  std::string dated_by;  // what says so: "its provenance.json"

  bool operator==(const PaaStore&) const = default;
};

struct Policy {
  Network network = Network::main;
  Stage stage = Stage::network;
  Instant at;                         // the instant as of which everything is judged
  std::vector<std::string> required;  // ids made required by --require
  bool show_passcode = false;
  int64_t max_age = 86'400;  // seconds; older ledger facts are told of
  std::vector<Waiver> waivers = {};
  bool fail_on_unknown = false;  // --fail-on unknown: whatever stays unknown keeps the verdict open
  bool fail_on_warn = false;     // --fail-on warn: a warning is a fault
  std::optional<PaaStore> paa_store = {};
  // Options that were taken from the environment: "MATTER_ATTEST_NETWORK=test".
  std::vector<std::string> environment = {};
  bool one_of_many =
      false;  // a device of a lot: a waiver that this one does not need is no finding
};

}  // namespace attest
