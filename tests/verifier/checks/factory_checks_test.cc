// Tables of spake2p.* and factory.*, and that reports keep secrets to themselves.

#include "tests/support/check_rows.h"
#include "verifier/judge/judge.h"
#include "verifier/matter/spake2p.h"

using namespace attest;
using namespace attest::test;

namespace {

Bytes salt() {
  return Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
}
Bytes verifier(uint32_t passcode, const Bytes& with = salt(), uint32_t iterations = 1000) {
  return spake2p_verifier(passcode, with, iterations).value();
}

// Passcode, salt, iterations and verifier; the verifier of another passcode where a row wants it.
std::vector<Given> parameters(std::optional<uint32_t> passcode, const Bytes& made) {
  std::vector<Given> out = {{FactId::spake2p_salt, salt()},
                            {FactId::spake2p_iterations, uint64_t{1000}},
                            {FactId::spake2p_verifier, made}};
  if (passcode) out.push_back({FactId::passcode, uint64_t{*passcode}, "label.txt"});
  return out;
}

const Given kDac = {FactId::dac, CertificateParts().der(), "dac.der"};
const Given kPai = {FactId::pai, CertificateParts().der(), "pai.der"};
const Given kCd = {FactId::cd, Bytes{0x30, 0x00}, "cd.der"};

}  // namespace

TEST_CASE("spake2p: salt, iterations and verifier") {
  const Bytes good = verifier(34567890);
  Bytes off_curve = good;
  off_curve.back() = static_cast<uint8_t>(off_curve.back() ^ 1);
  Bytes large = good;
  std::fill_n(large.begin(), 32, uint8_t{0xFF});
  const Bytes default_salt = to_bytes(view("SPAKE2P Key Salt"));
  const std::vector<CheckRow> rows = {
      {"spake2p.salt-length", {{FactId::spake2p_salt, Bytes(16, 1)}}, Status::pass, ""},
      {"spake2p.salt-length", {{FactId::spake2p_salt, Bytes(32, 1)}}, Status::pass, ""},
      {"spake2p.salt-length",
       {{FactId::spake2p_salt, Bytes(15, 1)}},
       Status::fail,
       "the SPAKE2+ salt has 15 bytes\n16 to 32 bytes | 15 bytes"},
      {"spake2p.salt-length",
       {{FactId::spake2p_salt, Bytes(33, 1)}},
       Status::fail,
       "the SPAKE2+ salt has 33 bytes"},
      {"spake2p.salt-length", {}, Status::skipped, "no SPAKE2+ salt in the evidence"},
      {"spake2p.salt-is-not-default", {{FactId::spake2p_salt, salt()}}, Status::pass, ""},
      {"spake2p.salt-is-not-default",
       {{FactId::spake2p_salt, default_salt}},
       Status::warn,
       "the SPAKE2+ salt is the default of the Matter SDK\nrandom bytes | the SDK's default salt"},
      {.id = "spake2p.salt-is-not-default",
       .facts = {{FactId::spake2p_salt, default_salt}},
       .status = Status::fail,
       .words = "the SPAKE2+ salt is the default of the Matter SDK",
       .network = Network::main},
      {"spake2p.iterations-are-in-range",
       {{FactId::spake2p_iterations, uint64_t{100000}}},
       Status::pass,
       ""},
      {"spake2p.iterations-are-in-range",
       {{FactId::spake2p_iterations, uint64_t{999}}},
       Status::fail,
       "the SPAKE2+ verifier is made with 999 iterations\n1000 to 100000 | 999"},
      {"spake2p.iterations-are-in-range",
       {{FactId::spake2p_iterations, uint64_t{100001}}},
       Status::fail,
       "the SPAKE2+ verifier is made with 100001 iterations"},
      {"spake2p.verifier-is-wellformed", {{FactId::spake2p_verifier, good}}, Status::pass, ""},
      {"spake2p.verifier-is-wellformed",
       {{FactId::spake2p_verifier, Bytes(96)}},
       Status::fail,
       "SPAKE2+ verifier: expected 97 bytes, found 96"},
      {"spake2p.verifier-is-wellformed",
       {{FactId::spake2p_verifier, off_curve}},
       Status::fail,
       "SPAKE2+ L: expected an uncompressed point on P-256, found none"},
      {"spake2p.verifier-is-wellformed",
       {{FactId::spake2p_verifier, large}},
       Status::fail,
       "SPAKE2+ w0: expected a scalar below the order of P-256, found a larger one"},
      {"spake2p.verifier-matches-passcode", parameters(34567890, good), Status::pass, ""},
      {"spake2p.verifier-matches-passcode", parameters(34567891, good), Status::fail,
       "the SPAKE2+ verifier in factory.bin is not the one of the passcode in label.txt\nthe "
       "verifier of this passcode, salt and iterations | another verifier"},
      {"spake2p.verifier-matches-passcode", parameters({}, good), Status::skipped,
       "no passcode in the evidence to compare the SPAKE2+ verifier with"},
      {"spake2p.verifier-matches-passcode",
       {{FactId::spake2p_verifier, good}, {FactId::passcode, uint64_t{1}}},
       Status::skipped,
       "no SPAKE2+ salt in the evidence"},
      {"spake2p.verifier-matches-passcode", parameters(1, off_curve), Status::blocked,
       "spake2p.verifier-is-wellformed"},
  };
  check_rows(rows, {"spake2p"});
}

TEST_CASE("factory: what a part holds and how") {
  const std::vector<CheckRow> rows = {
      {"factory.is-whole", {}, Status::pass, ""},
      {.id = "factory.is-whole",
       .facts = {},
       .status = Status::fail,
       .words = "flash.bin at 0x40: the image ends early\nthe whole | the image ends early",
       .remarks = {{Remark::truncated, "the image ends early"}}},
      {"factory.is-intact", {}, Status::pass, ""},
      {"factory.is-intact",
       {{FactId::private_key, Bytes(32)}},
       Status::fail,
       "private key in factory.bin: p-256 private key: expected a number from 1 to n - 1, found "
       "one outside"},
      {"factory.keys-fit", {}, Status::pass, ""},
      {.id = "factory.keys-fit",
       .facts = {},
       .status = Status::fail,
       .words = "flash.bin at 0x40: nothing opens it (and 1 more)",
       .remarks = {{Remark::wrong_key, "nothing opens it"}, {Remark::wrong_key, "nor this"}}},
      {"factory.is-unlocked", {}, Status::pass, ""},
      {.id = "factory.is-unlocked",
       .facts = {},
       .status = Status::unknown,
       .words = "flash.bin at 0x40: a key is needed",
       .remarks = {{Remark::encrypted_no_key, "a key is needed"}}},
      {.id = "factory.is-unlocked",
       .facts = {},
       .status = Status::unknown,
       .words = "flash.bin at 0x40: the table is ciphertext",
       .remarks = {{Remark::flash_encrypted, "the table is ciphertext"}}},
      {.id = "factory.is-unlocked",
       .facts = {kDac},
       .status = Status::unknown,
       .words = "flash.bin at 0x40: the table is ciphertext",
       .remarks = {{Remark::flash_encrypted, "the table is ciphertext"}}},
      {.id = "factory.is-unlocked",
       .facts = {kDac, kPai, kCd},
       .status = Status::unknown,
       .words = "flash.bin at 0x40: the private key is encrypted",
       .remarks = {{Remark::key_locked, "the private key is encrypted"},
                   {Remark::flash_encrypted, "the table is ciphertext"}}},
      {.id = "factory.is-unlocked",
       .facts = {kDac, kPai, kCd},
       .status = Status::unknown,
       .words = "flash.bin at 0x40: the table is ciphertext",
       .remarks = {{Remark::flash_encrypted, "the table is ciphertext"}}},
      {.id = "factory.is-unlocked",
       .facts = {},
       .status = Status::pass,
       .words = "flash.bin at 0x40: no keys in plain",
       .remarks = {{Remark::keys_protected, "no keys in plain"}}},
      {"factory.entries-are-complete", {}, Status::pass, ""},
      {.id = "factory.entries-are-complete",
       .facts = {kDac},
       .status = Status::fail,
       .words = "flash.bin at 0x40: no PAI; flash.bin at 0x40: no declaration",
       .remarks = {{Remark::lacks_pai, "no PAI"}, {Remark::lacks_cd, "no declaration"}}},
      // A file beside the dump is not in the part, another place of the same memory is.
      {.id = "factory.entries-are-complete",
       .facts = {kDac, kPai},
       .status = Status::fail,
       .words = "flash.bin at 0x40: no PAI",
       .remarks = {{Remark::lacks_pai, "no PAI"}}},
      {.id = "factory.entries-are-complete",
       .facts = {kDac, {FactId::pai, CertificateParts().der(), "flash.bin"}},
       .status = Status::pass,
       .words = "",
       .remarks = {{Remark::lacks_pai, "no PAI"}}},
      {.id = "factory.entries-are-complete",
       .facts = {kDac, {FactId::cd, Bytes{0x30, 0x00}, "cd.der"}},
       .status = Status::pass,
       .words = "",
       .remarks = {{Remark::lacks_cd, "no declaration"}}},
      {.id = "factory.entries-are-complete",
       .facts = {kDac},
       .status = Status::pass,
       .words = "",
       .remarks = {{Remark::lacks_key, "no key"}, {Remark::key_in_hardware, "in eFuse"}}},
      {"factory.values-are-stored-as-the-firmware-reads-them", {}, Status::pass, ""},
      {.id = "factory.values-are-stored-as-the-firmware-reads-them",
       .facts = {},
       .status = Status::fail,
       .words = "flash.bin at 0x40: expected base64, found hex digits",
       .remarks = {{Remark::value_slot, "expected base64, found hex digits"}}},
      {"factory.is-written", {}, Status::pass, ""},
      {.id = "factory.is-written",
       .facts = {},
       .status = Status::warn,
       .words = "flash.bin at 0x40: partition nvs is erased",
       .remarks = {{Remark::erased, "partition nvs is erased"}}},
      {.id = "factory.is-written",
       .facts = {},
       .status = Status::warn,
       .words = "flash.bin at 0x40: partition nvs is erased",
       .remarks = {{Remark::erased, "partition nvs is erased"}},
       .network = Network::main},
      {.id = "factory.is-written",
       .facts = {kDac, kPai},
       .status = Status::pass,
       .words = "flash.bin at 0x40: partition nvs is erased",
       .remarks = {{Remark::erased, "partition nvs is erased"}}},
      {"factory.log-is-complete", {}, Status::pass, ""},
      {.id = "factory.log-is-complete",
       .facts = {},
       .status = Status::warn,
       .words = "flash.bin at 0x40: certificate: value elided",
       .remarks = {{Remark::not_in_log, "certificate: value elided"}}},
      {"factory.passcode-is-not-stored", {}, Status::pass, ""},
      {.id = "factory.passcode-is-not-stored",
       .facts = {},
       .status = Status::warn,
       .words = "flash.bin at 0x40: the passcode lies here",
       .remarks = {{Remark::passcode_stored, "the passcode lies here"}},
       .network = Network::main},
      {"factory.no-key-beside-hardware-flag", {}, Status::pass, ""},
      {.id = "factory.no-key-beside-hardware-flag",
       .facts = {},
       .status = Status::fail,
       .words = "flash.bin at 0x40: the flag says eFuse",
       .remarks = {{Remark::key_beside_hardware_flag, "the flag says eFuse"}}},
      {"factory.key-is-protected",
       {},
       Status::skipped,
       "the evidence does not say how the part keeps its private key"},
      {.id = "factory.key-is-protected",
       .facts = {},
       .status = Status::pass,
       .words = "flash.bin at 0x40: kept in eFuse",
       .remarks = {{Remark::key_in_hardware, "kept in eFuse"}}},
      {.id = "factory.key-is-protected",
       .facts = {},
       .status = Status::pass,
       .words = "flash.bin at 0x40: encrypted",
       .remarks = {{Remark::key_encrypted, "encrypted"}}},
      {"factory.no-development-fallback", {}, Status::pass, ""},
      {.id = "factory.no-development-fallback",
       .facts = {},
       .status = Status::warn,
       .words = "flash.bin at 0x40: falls back",
       .remarks = {{Remark::development_credentials, "falls back"}}},
      {.id = "factory.no-development-fallback",
       .facts = {},
       .status = Status::fail,
       .words = "flash.bin at 0x40: falls back",
       .remarks = {{Remark::development_credentials, "falls back"}},
       .network = Network::main},
      {.id = "factory.no-development-fallback",
       .facts = {kDac},
       .status = Status::pass,
       .words = "flash.bin at 0x40: compiled in",
       .remarks = {{Remark::development_credentials, "compiled in"}}},
      {"factory.passcode-is-not-default",
       {{FactId::passcode, uint64_t{34567890}}},
       Status::pass,
       ""},
      {"factory.passcode-is-not-default",
       {{FactId::passcode, uint64_t{20202021}}},
       Status::warn,
       "the passcode in factory.bin is the default of the Matter SDK\na random passcode | the "
       "default of the Matter SDK"},
      {.id = "factory.passcode-is-not-default",
       .facts = {{FactId::qr_payload, std::string("MT:Y.K9042C00KA0648G00")}},
       .status = Status::fail,
       .words = "the passcode in factory.bin is the default of the Matter SDK\na random passcode | "
                "20202021",
       .network = Network::main,
       .show_passcode = true},
      {"factory.passcode-is-not-default", parameters({}, verifier(34567890)), Status::pass, ""},
      {"factory.passcode-is-not-default", parameters({}, verifier(20202021)), Status::warn,
       "the SPAKE2+ verifier in factory.bin is the one of the Matter SDK's default passcode"},
      {"factory.passcode-is-not-default",
       {},
       Status::skipped,
       "no passcode and no SPAKE2+ verifier in the evidence"},
      {"factory.discriminator-is-not-default",
       {{FactId::discriminator, uint64_t{1}}},
       Status::pass,
       ""},
      {"factory.discriminator-is-not-default",
       {{FactId::discriminator, uint64_t{3840}}},
       Status::warn,
       "the discriminator is 3840, the default of the Matter SDK\na random discriminator | 3840"},
      {"factory.discriminator-is-not-default",
       {{FactId::qr_payload, std::string("MT:Y.K9042C00KA0648G00")}},
       Status::warn,
       "the discriminator is 3840, the default of the Matter SDK"},
      {"factory.discriminator-is-not-default",
       {{FactId::manual_code, std::string("34970112332")}},
       Status::pass,
       ""},
      {"factory.discriminator-is-not-default",
       {},
       Status::skipped,
       "no discriminator in the evidence"},
  };
  check_rows(rows, {"factory"});
}

// Of an untold passcode nothing may be found in any finding of a report, whatever is wrong with the
// device.
TEST_CASE("reports keep passcodes, payloads, salts and verifiers to themselves") {
  const Bytes made = verifier(34567890);
  const std::vector<Given> facts = {
      {FactId::passcode, uint64_t{34567890}},
      {FactId::passcode, uint64_t{45678901}, "other.bin"},
      {FactId::qr_payload, std::string("MT:U9VJ0OMV172PX813210"), "label.png"},
      {FactId::manual_code, std::string("34970112332"), "a.txt"},
      {FactId::manual_code, std::string("749701123365521327687"), "b.txt"},
      {FactId::spake2p_salt, salt()},
      {FactId::spake2p_salt, Bytes(15, 0xAB), "other.bin"},
      {FactId::spake2p_iterations, uint64_t{1000}},
      {FactId::spake2p_verifier, verifier(1)},
      {FactId::spake2p_verifier, made, "other.bin"}};
  const std::vector<Given> ordered = {
      {FactId::passcode, uint64_t{56789012}, "order.json"},
      {FactId::qr_payload, std::string("MT:Y.K9042C00KA0648G00"), "order.json"},
      {FactId::spake2p_salt, Bytes(16, 0xCD), "order.json"},
      {FactId::spake2p_verifier, made, "order.json"},
      {FactId::manual_code, std::string("00000100007"), "order.json"}};
  const std::string secrets[] = {"34567890",
                                 "45678901",
                                 "49910688",
                                 "20202021",
                                 "56789012",
                                 "U9VJ0OMV172PX813210",
                                 "Y.K9042C00KA0648G00",
                                 "34970112332",
                                 "749701123365521327687",
                                 "00000100007",
                                 hex(salt()),
                                 hex(Bytes(15, 0xAB)),
                                 hex(Bytes(16, 0xCD)),
                                 hex(made),
                                 base64(made)};
  for (const bool show : {false, true}) {
    const Report report = judge(evidence_of({.id = "",
                                             .facts = facts,
                                             .status = Status::pass,
                                             .words = "",
                                             .ordered = ordered,
                                             .show_passcode = show}));
    std::string all = report.summary;
    for (const Finding& f : report.findings)
      all += f.message.str() + "\n" + f.expected.str() + "\n" + f.actual.str() + "\n" +
             f.source.str() + "\n";
    size_t shown = 0;
    for (const std::string& secret : secrets) {
      CAPTURE(secret);
      if (!show) CHECK(all.find(secret) == std::string::npos);
      shown += all.find(secret) != std::string::npos;
    }
    CHECK((shown > 0) == show);
  }
}
