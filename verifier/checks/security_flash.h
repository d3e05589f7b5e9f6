// Rules on what a part's flash holds, and on where the key of its DAC lives.
#pragma once

#include "verifier/checks/security_rules.h"

namespace attest::security {

Outcome flash_encryption_is_on(const RecordView& record);
Outcome flash_encryption_is_for_release(const RecordView& record);
Outcome flash_is_ciphertext(const RecordView& record);
Outcome nvs_is_encrypted(const RecordView& record);
Outcome nvs_keys_are_hidden(const RecordView& record);
Outcome dac_key_is_hidden(const RecordView& record);
Outcome dac_key_place(const RecordView& record);

}  // namespace attest::security
