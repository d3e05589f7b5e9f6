// A part of two cores that is read core by core: what a file cannot tell of the other core, other
// evidence may.

#include <algorithm>
#include <string_view>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/gather/gather_steps.h"
#include "verifier/readers/vendors/nordic_uicr.h"

namespace attest::gathering {
namespace {

struct Core {
  std::string_view untold;  // the value of a claim that does not tell of it
  std::string_view port;    // how the place of its own begins: in UICR
  std::string_view named;   // how nrfutil names it
};
constexpr Core kCores[] = {{kApplicationCore, kApplicationPort, "application: "},
                           {kNetworkCore, kNetworkPort, "network: "}};

bool begins_as(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [](char a, char b) { return a == to_lower(b); });
}
bool is_told(const std::vector<Claim>& claims, const Core& core) {
  return std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    return claim.trait == Trait::debug && claim.locked != Holds::unclear &&
           (begins_as(claim.place.item, core.port) || begins_as(claim.detail, core.named));
  });
}

}  // namespace

void settle_cores(Evidence& e) {
  std::vector<Claim>& claims = e.device.posture.claims;
  for (const Core& core : kCores) {
    if (!is_told(claims, core)) continue;
    std::erase_if(claims, [&](const Claim& claim) {
      return claim.trait == Trait::debug && claim.locked == Holds::unclear &&
             claim.value == core.untold;
    });
  }
}

}  // namespace attest::gathering
