#include "verifier/sdk/sdk_meaning.h"

#include <algorithm>
#include <iterator>

namespace attest {
namespace {

struct Meaning {
  int code;
  const char* words;
};
constexpr Meaning kMeanings[] = {
    {0, "nothing was found wrong"},
    {100, "the PAA was not trusted"},
    {101, "the root that the PAI names is not in the commissioner's trust store"},
    {102, "the PAA has expired"},
    {103, "the PAA's signature does not verify"},
    {104, "the PAA is revoked"},
    {105, "the PAA's format is wrong: an id that cannot be read, or one for a product"},
    {106, "the PAA was not usable as it was given"},
    {200, "the PAI has expired"},
    {201, "the PAI's signature does not verify"},
    {202, "the PAI is revoked"},
    {203, "the PAI does not follow the profile"},
    {204, "the PAI was not usable as it was given"},
    {205, "the PAI names another vendor than its PAA"},
    {206, "the PAI's issuer was not found"},
    {207, "the device gave no PAI"},
    {208, "PAI and DAC are both revoked"},
    {300, "the DAC is outside its validity by the commissioner's clock"},
    {301, "the chain from the DAC to its root does not hold"},
    {302, "the DAC is revoked"},
    {303, "the DAC does not follow the profile"},
    {304, "the DAC was not usable as it was given"},
    {305, "DAC and PAI name different vendors"},
    {306, "DAC and PAI name different products"},
    {307, "the DAC's issuer was not found"},
    {400, "the firmware information is not the one that is registered"},
    {401, "the firmware information is missing"},
    {500, "the device did not sign with the key of its DAC"},
    {501, "the attestation elements or the declaration in them cannot be read"},
    {502, "the device answered with another nonce than the one that was sent"},
    {503, "the attestation signature has a wrong form"},
    {600, "the declaration names no signing key"},
    {601, "the key that signed the declaration is not trusted"},
    {602, "the declaration's signature does not verify"},
    {603, "the declaration cannot be read"},
    {604, "the declaration's vendor is not the one of Basic Information, or of DAC and PAI"},
    {605, "the declaration does not list the product of Basic Information, or of DAC and PAI"},
    {606, "the declaration does not authorize the PAA of this chain"},
    {700, "the commissioner ran out of memory"},
    {701, "an input was missing or too long"},
    {702, "the commissioner failed within"},
    {703, "the commissioner's library lacks the algorithm (ML-DSA, of Matter 1.7)"},
};

}  // namespace

const char* sdk_code_meaning(int code) {
  const auto at = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                               [&](const Meaning& m) { return m.code == code; });
  return at == std::end(kMeanings) ? "no result that the SDK's verifier declares" : at->words;
}

}  // namespace attest
