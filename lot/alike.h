// Alike: records that differ from one judged before in nothing that a check but the signatures
// looks at. Where all else is the same, byte for byte, another id and serial number, a DAC with
// another serial number, name text, key, key id and signature, another nonce and challenge with
// their response leave the verdict what it was, provided the signatures verify, the key lies on the
// curve and the serial number stands on no revocation list. Whatever is not plainly so is judged in
// full. A lot's devices mostly are alike, and reading one costs a comparison instead of a parse.
#pragma once

#include <span>
#include <string_view>

#include "verifier/checks/catalogue.h"
#include "verifier/gather/evidence.h"
#include "verifier/pki/algorithms.h"

namespace attest {

// What an alike record brings of its own. It is moved and never copied: `of_dac` may look into
// `dac`.
struct AlikeRecord {
  AlikeRecord() = default;
  AlikeRecord(AlikeRecord&&) = default;
  AlikeRecord& operator=(AlikeRecord&&) = default;

  std::string id;             // as JSON text; empty: the record has none
  std::string name;           // the id as plain text; empty without one
  std::string serial_number;  // empty: none
  Bytes dac;
  Point dac_key{};
  AnyJob of_dac;
  std::optional<SignatureJob> of_attestation;
  Bytes nonce;  // empty: no response
};

class AlikeRecords {
 public:
  // The record to compare with, and what it was found to be. Nullopt when nothing can be alike to
  // it: its signatures do not verify, or something in it hangs on what a record may have of its
  // own. Nor to any while one of `checks` sees the whole device and does not say why an alike
  // record may pass it by.
  static std::optional<AlikeRecords> to(std::string_view line, const Evidence& evidence,
                                        std::span<const Check* const> checks = catalogue());

  // Nullopt: judge it in full.
  std::optional<AlikeRecord> match(std::string_view line) const;

 private:
  enum class Slot : uint8_t {
    id,
    id_number,
    serial_number,
    dac,
    elements,
    signature,
    nonce,
    challenge
  };
  struct Piece {  // fixed text, and the value that follows it; the last has no value
    std::string fixed;
    std::optional<Slot> slot;
  };
  struct Region {  // of the DAC's signed part
    enum class Kind : uint8_t { serial, text, key, key_id } kind;
    size_t at, size;
  };
  struct Own;
  void learn_above(const Evidence& evidence);
  bool learn_dac(const Certificate& dac);
  bool learn_response(const Evidence& evidence);
  bool cut(std::string_view line, bool response);
  static std::optional<Slot> slot_of(std::string_view path, bool is_string, bool response);
  bool take_dac(Bytes der, AlikeRecord& out) const;
  bool take_response(const Own& own, AlikeRecord& out) const;

  std::vector<Piece> pieces_;
  Bytes tbs_, algorithm_;        // of the DAC
  std::vector<Region> regions_;  // in order
  CertificatePtr pai_, dac_certificate_;
  VerifyingKey pai_key_;
  size_t longest_dac_ = 0;         // what is longer has a finding of its own
  std::vector<Point> keys_above_;  // of PAI, PAA and the declaration's signer
  std::shared_ptr<const LedgerFacts> facts_;
  std::vector<RevocationSetPtr> sets_;
  Bytes elements_;  // empty: no attestation response
  size_t nonce_at_ = 0;
  std::vector<std::string> faulty_serials_;  // which a rule would have something to say of
};

}  // namespace attest
