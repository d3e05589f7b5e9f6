// The names of traits, as bundles keep them.

#include <algorithm>
#include <iterator>

#include "verifier/readers/posture.h"

namespace attest {
namespace {

constexpr const char* kNames[] = {"chip",
                                  "mac",
                                  "unique_id",
                                  "secure_boot",
                                  "boot_key",
                                  "trusted_key",
                                  "revoked_key",
                                  "boot_status",
                                  "flash_encryption",
                                  "release_mode",
                                  "flash_content",
                                  "nvs",
                                  "nvs_keys",
                                  "nvs_scheme",
                                  "dac_key",
                                  "fuse_key_read",
                                  "fuse_key_write",
                                  "read_protection",
                                  "debug",
                                  "debug_now",
                                  "debug_unlock",
                                  "command_key",
                                  "download_mode",
                                  "other_boot",
                                  "rollback",
                                  "secure_version",
                                  "device_erase",
                                  "verify_certificate",
                                  "page_lock",
                                  "tamper",
                                  "tamper_status",
                                  "secure_engine",
                                  "secret"};
static_assert(std::size(kNames) == kTraitCount);

}  // namespace

const char* trait_name(Trait trait) {
  return kNames[static_cast<size_t>(trait)];
}

}  // namespace attest
