// ChainPicture: a device as one looks at it: PAA, PAI and DAC below each other, the declaration
// beside the DAC, the ledger above, the label below. Every check belongs to one part, a box or a
// link between two boxes, so that one fault is drawn in one place: a signature that does not verify
// breaks the link, an expired certificate marks the box.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "verifier/judge/chains.h"
#include "verifier/report.h"

namespace attest {

enum class Part : uint8_t {
  ledger,
  paa,
  pai,
  dac,
  cd,
  device,
  label,       // boxes
  approves,    // ledger -> PAA
  issued_pai,  // PAA -> PAI
  issued_dac,  // PAI -> DAC
  covers,      // CD -> DAC
  certifies,   // ledger -> CD
  proves,      // DAC -> device: possession of the key
  describes,   // CD -> device
  onboards,    // label -> device
  none,        // drawn nowhere
};
inline constexpr size_t kPartCount = static_cast<size_t>(Part::none);
Part part_of(std::string_view check_id);

struct Box {
  const char* name;   // "DAC"
  const char* title;  // "Device Attestation Certificate"
  bool there = false;
  std::string ids;     // "0xFFF1 / 0x8000"
  std::string text;    // whom it names
  std::string detail;  // validity, signer; empty where there is nothing to say
  std::string line() const { return ids.empty() ? text : ids + "  " + text; }
};

struct ChainPicture {
  Box ledger, paa, pai, dac, cd, device, label;
  // Of a device with several chains: which one this is, and how it was judged by itself.
  std::string chain;
  Verdict verdict = Verdict::undecided;
  std::string trusted_by;                     // why the PAA is trusted: "approved by the ledger"
  std::array<Status, kPartCount> statuses{};  // the worst of each part's checks
  std::array<const Finding*, kPartCount>
      reasons{};  // the finding that made it so; null when none did
  Status status(Part p) const { return statuses[static_cast<size_t>(p)]; }
  const Finding* reason(Part p) const { return reasons[static_cast<size_t>(p)]; }
  Status worse(Part a, Part b) const;
};

// A device's chains, the first with all that the device has. Each has its own certificates, with
// what its own checks found of them; what is of the device stands in all.
struct ChainPictures {
  std::vector<ChainPicture> all;  // one or more
  const ChainPicture& first() const { return all.front(); }
  bool several() const { return all.size() > 1; }
  std::vector<JudgedChain> judged;  // reasons point into these
};
ChainPictures chain_pictures(const Evidence& e, const Report& report);
// Which commissioners take the part: "legacy: approve, ML-DSA-65: reject". Empty of one chain.
std::string commissioners_text(const ChainPictures& pictures);

// fail, unknown, warn, blocked, pass, skipped: from what should be looked at first to what need not
// be.
unsigned rank(Status s);

}  // namespace attest
