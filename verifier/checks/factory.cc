// Checks on factory data: whether what a part holds could be read as it was written, how it keeps
// its secrets, and the values that development leaves behind.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

// The first remark of a kind, and how many more there are.
struct Remarks {
  const Noted* first = nullptr;
  size_t count = 0;

  Remarks(const RecordView& record, Remark what) {
    for (const Noted& noted : record.device.remarks()) {
      if (noted.remark == what && count++ == 0) first = &noted;
    }
  }
  std::string text() const {
    return fmt::format("{}: {}{}", place(), first->message,
                       count > 1 ? fmt::format(" (and {} more)", count - 1) : "");
  }
  std::string place() const { return place_text(first->place); }
};

// --- reading ---

constexpr const char* kCorrectTheFile =
    "correct this file, which a person or a program wrote beside the part: it is not the part that "
    "is damaged";

Outcome is_whole(const RecordView& record) {
  const Remarks cut(record, Remark::truncated);
  return cut.count == 0 ? pass() : fail(cut.text(), "the whole", cut.first->message, cut.place());
}

// Facts that somebody wrote down: no part holds them.
bool is_written_by_hand(const Evidence& e, const std::string& path) {
  return std::any_of(e.files.begin(), e.files.end(), [&](const EvidenceFile& file) {
    return file.path == path && file.kind == "device-json";
  });
}

Outcome is_intact(const Evidence& e) {
  const std::vector<IntegrityProblem>& problems = e.device.integrity;
  if (problems.empty()) return pass();
  const IntegrityProblem& first = first_of(problems);
  std::string message =
      fmt::format("{} in {}: {}", first.what, place_text(first.place), first.problem);
  if (const size_t more = problems.size() - 1; more > 0)
    message += fmt::format(" (and {} more)", more);
  Outcome out =
      fail(std::move(message), "an undamaged container", "damage", place_text(first.place));
  if (std::all_of(problems.begin(), problems.end(), [&](const IntegrityProblem& problem) {
        return is_written_by_hand(e, problem.place.path);
      }))
    out.texts->remedy = kCorrectTheFile;
  return out;
}

Outcome keys_fit(const RecordView& record) {
  const Remarks wrong(record, Remark::wrong_key);
  return wrong.count == 0
             ? pass()
             : fail(wrong.text(), "a key that opens it", wrong.first->message, wrong.place());
}

Outcome is_unlocked(const RecordView& record) {
  const Remarks locked(record, Remark::encrypted_no_key), hidden(record, Remark::flash_encrypted),
      keys(record, Remark::keys_protected), keys_locked(record, Remark::key_locked);
  // What the keys under flash encryption would open is as hidden as they are.
  const bool beside = hidden.count != 0 && locked.count != 0 &&
                      std::all_of(record.device.remarks().begin(), record.device.remarks().end(),
                                  [&](const Noted& noted) {
                                    return noted.remark != Remark::encrypted_no_key ||
                                           noted.place.path == hidden.first->place.path;
                                  });
  if (locked.count != 0 && !beside) return unknown(locked.text());
  // A released part's flash is ciphertext, and no one has the key. Where the credentials lie
  // outside of that, the verdict need not wait for it, and the approval says what nobody has seen.
  const bool whole = record.dac_place && record.pai.present() && record.cd_place;
  if (hidden.count != 0 && !whole) return unknown(hidden.text());
  // Nobody needs a device's private key to judge it; whether it is the DAC's stays a question.
  if (keys_locked.count != 0) return unknown_aside(keys_locked.text());
  if (hidden.count != 0) return unknown_aside(hidden.text());
  return keys.count != 0 ? note(keys.text()) : pass();
}

// Erased flash is absent data, not wrong data: worth a word where it leaves the device without
// credentials, and what the device would present instead is the affair of no-development-fallback.
Outcome is_written(const RecordView& record) {
  const Remarks erased(record, Remark::erased);
  if (erased.count == 0) return pass();
  if (record.dac_place && record.pai.present()) return note(erased.text());
  return fail(erased.text(), "factory data", "erased flash", erased.place());
}

Outcome log_is_complete(const RecordView& record) {
  const Remarks elided(record, Remark::not_in_log);
  return elided.count == 0
             ? pass()
             : fail(elided.text(), "the value in full", "the log left it out", elided.place());
}

// --- entries ---

// The part itself gives the fact: another place of the same memory, or a log of what it answered.
// A file that somebody laid beside is not in the part.
bool part_has(const Evidence& e, FactId fact, const Place& lacking) {
  return std::any_of(e.device.statements.begin(), e.device.statements.end(),
                     [&](const Statement& s) {
                       if (s.fact != fact) return false;
                       return s.place.path == lacking.path || is_log(e, s.place.path);
                     });
}

Outcome entries_are_complete(const Evidence& e) {
  std::string message, source;
  for (const Noted& noted : e.device.remarks) {
    bool elsewhere = true;
    if (noted.remark == Remark::lacks_dac) elsewhere = part_has(e, FactId::dac, noted.place);
    if (noted.remark == Remark::lacks_pai) elsewhere = part_has(e, FactId::pai, noted.place);
    if (noted.remark == Remark::lacks_cd) elsewhere = e.cd_place.has_value();
    if (noted.remark == Remark::lacks_key)
      elsewhere = part_has(e, FactId::dac_private_key, noted.place) ||
                  e.device.noted(Remark::key_in_hardware) || e.device.noted(Remark::key_encrypted);
    if (elsewhere) continue;
    message += fmt::format("{}{}: {}", message.empty() ? "" : "; ", place_text(noted.place),
                           noted.message);
    if (source.empty()) source = place_text(noted.place);
  }
  return message.empty() ? pass()
                         : fail(std::move(message),
                                "DAC, PAI, key and declaration where the "
                                "firmware looks for them",
                                "not all of them", std::move(source));
}

Outcome values_are_stored_as_read(const RecordView& record) {
  const Remarks wrong(record, Remark::value_slot);
  return wrong.count == 0
             ? pass()
             : fail(wrong.text(), "the encoding that the firmware reads", "another", wrong.place());
}

// --- secrets ---

Outcome passcode_is_not_stored(const RecordView& record) {
  const Remarks stored(record, Remark::passcode_stored);
  return stored.count == 0
             ? pass()
             : fail(stored.text(), "the SPAKE2+ verifier alone", "the passcode", stored.place());
}

Outcome key_is_not_beside_flag(const RecordView& record) {
  const Remarks left(record, Remark::key_beside_hardware_flag);
  return left.count == 0
             ? pass()
             : fail(left.text(), "no key outside the hardware", "the key in plain", left.place());
}

Outcome key_is_protected(const RecordView& record) {
  const Remarks hardware(record, Remark::key_in_hardware), encrypted(record, Remark::key_encrypted);
  if (hardware.count != 0) return note(hardware.text());
  if (encrypted.count != 0) return note(encrypted.text());
  return skipped("the evidence does not say how the part keeps its private key");
}

// --- defaults ---

// Firmware that links the SDK's example credentials is common; it matters when the device has no
// own ones to present.
Outcome no_development_fallback(const RecordView& record) {
  const Remarks built_in(record, Remark::development_credentials);
  if (built_in.count == 0) return pass();
  if (const auto& dac = record.dac_if_any) {
    const auto akid = dac->akid();
    if (!akid || development_pai_name(*akid) == nullptr) return note(built_in.text());
  }
  return fail(built_in.text(), "credentials of the product's own",
              "the development credentials of the firmware", built_in.place());
}

// Called by name, not by number: reports keep every passcode to themselves unless asked.
Outcome passcode_is_not_default(const RecordView& record) {
  const OnboardingEvidence& onboarding = record.onboarding;
  const auto& known = onboarding.passcodes;
  const std::string named = record.policy.show_passcode ? std::to_string(kDefaultPasscode)
                                                        : "the default of the Matter SDK";
  const auto at = std::find_if(known.begin(), known.end(), [](const PasscodeEvidence& p) {
    return p.passcode == kDefaultPasscode;
  });
  if (at != known.end())
    return fail(
        fmt::format("the passcode in {} is the default of the Matter SDK", place_text(at->place)),
        "a random passcode", named, place_text(at->place));
  const auto verifier = record.device.said<FactId::spake2p_verifier, Bytes>();
  if (verifier && onboarding.verifier_is_of_default_passcode == true) {
    const std::string where = verifier.where();
    return fail(
        fmt::format("the SPAKE2+ verifier in {} is the one of the Matter SDK's default passcode",
                    where),
        "a random passcode", named, where);
  }
  return known.empty() && !onboarding.verifier_is_of_default_passcode
             ? skipped("no passcode and no SPAKE2+ verifier in the evidence")
             : pass();
}

Outcome discriminator_is_not_default(const RecordView& record) {
  const std::string message =
      fmt::format("the discriminator is {}, the default of the Matter SDK", kDefaultDiscriminator);
  const auto said = record.device.said<FactId::discriminator, uint64_t>();
  if (said && *said == kDefaultDiscriminator)
    return fail(message, "a random discriminator", std::to_string(kDefaultDiscriminator),
                said.where());
  for (const CodeEvidence& code : record.onboarding.codes) {
    if (!code.payload.manual && code.has_values() && !code.other_device &&
        code.payload.discriminator == kDefaultDiscriminator)
      return fail(message, "a random discriminator", std::to_string(kDefaultDiscriminator),
                  place_text(code.place));
  }
  return !said && record.onboarding.codes.empty() ? skipped("no discriminator in the evidence")
                                                  : pass();
}

constexpr const char* kReadAgain =
    "read the part again; where the same place is damaged again, it is the part that is damaged";

constexpr Check kChecks[] = {
    {
        .id = "factory.is-whole",
        .title = "no image and no container of the evidence is cut off",
        .proves_authenticity = false,
        .run = rule<is_whole>,
        .rule = "An image or a container that ends within something was not read to its end, or "
                "not written to it.",
        .remedy = "read the part again, all of it",
    },
    {
        .id = "factory.is-intact",
        .title = "the containers of the evidence are undamaged",
        .consequence_of = {"factory.is-whole"},
        .proves_authenticity = false,
        .run = rule<is_intact>,
        .alike = "alike records are damaged in the same places, and come from no file",
        .rule = "Checksums, page states and lengths of a vendor's format tell whether what was "
                "read is what was written. A damaged place may be the part's or the dump's. What "
                "device.json says and cannot be read was meant to be judged.",
        .remedy = kReadAgain,
    },
    {
        .id = "factory.keys-fit",
        .title = "the keys that were given or found open what is encrypted",
        .proves_authenticity = false,
        .run = rule<keys_fit>,
        .rule = "A keys partition that does not open its data leaves the part without credentials; "
                "a key given with --unlock may simply be another part's.",
        .remedy = "use the keys of this part; if they are, the part was written with others",
    },
    {
        .id = "factory.is-unlocked",
        .title = "everything encrypted could be opened",
        .proves_authenticity = false,
        .run = rule<is_unlocked>,
        .rule = "What stays encrypted is not judged, and may hold anything: another certificate, "
                "a list that revokes this one. Where the credentials lie outside of a released "
                "part's flash encryption, or nothing but a private key is locked, the verdict does "
                "not wait for it: the approval says so, and --fail-on unknown keeps it out.",
        .remedy = "give the key with --unlock, or hand over the evidence without this file",
        .when_unknown =
            "give the key with --unlock, hand over the key partition, or leave this file out",
    },
    {
        .id = "factory.entries-are-complete",
        .title = "the factory data hold what the device attests itself with",
        .spec = "Matter Core 6.2",
        .proves_authenticity = false,
        .run = rule<entries_are_complete>,
        .alike = "it looks at where DAC, PAI, key and declaration stand and never at what they "
                 "are, and an alike record has them in the same places",
        .rule = "The firmware answers from its own factory data. A certificate that lies in a file "
                "beside the dump is not in the part.",
        .remedy = "write the missing entry into the part; where the firmware has it from another "
                  "place, hand over a dump of that, too",
    },
    {
        .id = "factory.values-are-stored-as-the-firmware-reads-them",
        .title = "every value stands in its place as the firmware reads it",
        .spec = "Matter Core 5.1.7",
        .proves_authenticity = false,
        .run = rule<values_are_stored_as_read>,
        .rule = "A place in the factory data has one encoding: bytes or text, a number or base64 "
                "of bytes. In another the firmware takes a different value, or none.",
        .remedy = "convert the value before it is written into the factory data",
    },
    {
        .id = "factory.is-written",
        .title = "the factory data are there",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<is_written>,
        .rule = "A part whose factory data are erased has no credentials of its own, and may fall "
                "back to development ones.",
        .remedy = "write the factory data into the part",
    },
    {
        .id = "factory.log-is-complete",
        .title = "the log shows the values in full",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<log_is_complete>,
        .rule = "Older commissioners leave long values out of their logs.",
        .remedy = "use a build that logs them in full, or trace output",
    },
    {
        .id = "factory.passcode-is-not-stored",
        .title = "the part does not keep its passcode",
        .severity = kWarning,
        .spec = "Matter Core 5.1.7",
        .proves_authenticity = false,
        .run = rule<passcode_is_not_stored>,
        .rule = "The SPAKE2+ verifier is all that the device needs. Whoever reads a stored "
                "passcode can commission the device.",
        .remedy =
            "leave the passcode out of the factory data, unless the platform cannot do without it",
    },
    {
        .id = "factory.no-key-beside-hardware-flag",
        .title = "a key that is kept in hardware is nowhere else",
        .spec = "Matter Core 6.2.2.3",
        .run = rule<key_is_not_beside_flag>,
        .rule = "The factory data say that the key is in eFuse or a secure element, and hold it in "
                "plain as well: the hardware protects nothing.",
        .remedy = "erase the key from the partition after it was burnt, and treat the DACs of such "
                  "parts as exposed",
    },
    {
        .id = "factory.key-is-protected",
        .title = "how the part keeps its private key",
        .severity = kInfo,
        .spec = "Matter Core 6.2.2.3",
        .proves_authenticity = false,
        .run = rule<key_is_protected>,
        .rule = "In hardware or encrypted, a key cannot be checked from a dump; an attestation "
                "response shows that it is the DAC's.",
    },
    {
        .id = "factory.no-development-fallback",
        .title = "the firmware does not present development credentials",
        .severity = kErrorOnMainAndAtLab,
        .spec = "Matter Core 6.2.2.3",
        .consequence_of = {"credentials.no-development-dac"},
        .run = rule<no_development_fallback>,
        .rule = "Without credentials of its own the firmware presents the SDK's, whose private "
                "keys are published.",
        .remedy = "write the product's own credentials into the part",
    },
    {
        .id = "factory.passcode-is-not-default",
        .title = "the passcode is not the SDK's default",
        .severity = kErrorOnMain,
        .spec = "Matter Core 5.1.7",
        .proves_authenticity = false,
        .run = rule<passcode_is_not_default>,
        .rule =
            "20202021 is in every example. A product with it can be commissioned by anyone nearby.",
        .remedy = "give every device a random passcode, and a new label and verifier with it",
    },
    {
        .id = "factory.discriminator-is-not-default",
        .title = "the discriminator is not the SDK's default",
        .severity = kWarning,
        .spec = "Matter Core 5.4.2.4",
        .proves_authenticity = false,
        .run = rule<discriminator_is_not_default>,
        .rule = "3840 is in every example. It may also be chance, one time in 4096; devices that "
                "all have it cannot be told apart while they wait to be commissioned.",
        .remedy = "give every device a random discriminator",
    },
};

}  // namespace

std::span<const Check> factory_checks() {
  return kChecks;
}

}  // namespace attest
