#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"

namespace attest::oid {
namespace {

constexpr uint8_t kEcdsaWithSha256Octets[] = {0x2A, 0x86, 0x48, 0xCE,
                                              0x3D, 0x04, 0x03, 0x02};  // 1.2.840.10045.4.3.2
constexpr uint8_t kEcPublicKeyOctets[] = {0x2A, 0x86, 0x48, 0xCE,
                                          0x3D, 0x02, 0x01};  // 1.2.840.10045.2.1
constexpr uint8_t kPrime256v1Octets[] = {0x2A, 0x86, 0x48, 0xCE,
                                         0x3D, 0x03, 0x01, 0x07};  // 1.2.840.10045.3.1.7
constexpr uint8_t kMatterVidOctets[] = {0x2B, 0x06, 0x01, 0x04, 0x01,
                                        0x82, 0xA2, 0x7C, 0x02, 0x01};  // 1.3.6.1.4.1.37244.2.1
constexpr uint8_t kMatterPidOctets[] = {0x2B, 0x06, 0x01, 0x04, 0x01,
                                        0x82, 0xA2, 0x7C, 0x02, 0x02};  // 1.3.6.1.4.1.37244.2.2
constexpr uint8_t kCommonNameOctets[] = {0x55, 0x04, 0x03};             // 2.5.4.3
constexpr uint8_t kBasicConstraintsOctets[] = {0x55, 0x1D, 0x13};       // 2.5.29.19
constexpr uint8_t kKeyUsageOctets[] = {0x55, 0x1D, 0x0F};               // 2.5.29.15
constexpr uint8_t kSubjectKeyIdOctets[] = {0x55, 0x1D, 0x0E};           // 2.5.29.14
constexpr uint8_t kAuthorityKeyIdOctets[] = {0x55, 0x1D, 0x23};         // 2.5.29.35
constexpr uint8_t kCrlDistributionPointsOctets[] = {0x55, 0x1D, 0x1F};  // 2.5.29.31
constexpr uint8_t kSha256Octets[] = {0x60, 0x86, 0x48, 0x01, 0x65,
                                     0x03, 0x04, 0x02, 0x01};  // 2.16.840.1.101.3.4.2.1
constexpr uint8_t kCmsDataOctets[] = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                      0x0D, 0x01, 0x07, 0x01};  // 1.2.840.113549.1.7.1

}  // namespace

constinit const View kEcdsaWithSha256 = kEcdsaWithSha256Octets;
constinit const View kEcPublicKey = kEcPublicKeyOctets;
constinit const View kPrime256v1 = kPrime256v1Octets;
constinit const View kMatterVid = kMatterVidOctets;
constinit const View kMatterPid = kMatterPidOctets;
constinit const View kCommonName = kCommonNameOctets;
constinit const View kBasicConstraints = kBasicConstraintsOctets;
constinit const View kKeyUsage = kKeyUsageOctets;
constinit const View kSubjectKeyId = kSubjectKeyIdOctets;
constinit const View kAuthorityKeyId = kAuthorityKeyIdOctets;
constinit const View kCrlDistributionPoints = kCrlDistributionPointsOctets;
constinit const View kSha256 = kSha256Octets;
constinit const View kCmsData = kCmsDataOctets;

}  // namespace attest::oid
