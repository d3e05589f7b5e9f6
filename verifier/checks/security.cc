// Checks on how a part is locked: secure boot, flash encryption, debug port, keys in fuses. What a
// locked part has is the vendor's own rule, applied where its output is read.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/security_flash.h"
#include "verifier/checks/security_rules.h"
#include "verifier/readers/posture/mac.h"

namespace attest {
namespace {

using namespace security;

// --- the part ---

Outcome two_values(const char* what, const Claim& one, const Claim& other) {
  return fail(fmt::format("the {} in {} is {}, in {} it is {}", what, place_text(one.place),
                          one.value, place_text(other.place), other.value),
              fmt::format("one {}", what), "two", place_text(one.place));
}

// Two values of what a part has one of.
Outcome one_value(const RecordView& record, Trait trait, const char* what) {
  std::vector<const Claim*> all = claims(record, trait);
  std::erase_if(all, [](const Claim* claim) { return claim->locked == Holds::unclear; });
  for (const Claim* claim : all) {
    if (claim->value != first_of(all)->value) return two_values(what, *claim, *first_of(all));
  }
  return all.empty() ? skipped(kNothing) : pass();
}

// A label has the address of one of the part's interfaces: they lie behind the one in the fuses. A
// unique id of the chip is the EUI-64 itself.
Outcome label_has_its_mac(const RecordView& record) {
  constexpr size_t kEuiDigits = 16;
  const Maybe<Claim> own = first(record, Trait::mac, Holds::yes),
                     id = first(record, Trait::unique_id, Holds::yes);
  bool any = false;
  for (const Claim* claim : claims(record, Trait::mac)) {
    if (claim->locked != Holds::unclear) continue;
    if (own != nullptr) {
      any = true;
      if (!is_interface_of(claim->value, own->value)) return two_values("MAC", *claim, *own);
    } else if (id != nullptr && claim->value.size() == kEuiDigits) {
      any = true;
      if (claim->value != id->value) return two_values("EUI-64", *claim, *id);
    }
  }
  return any ? pass() : skipped(kNothing);
}

// Of Espressif's chips, by name: other vendors' tools name the part by its order number.
Outcome one_chip(const RecordView& record) {
  std::vector<const Claim*> all = claims(record, Trait::chip);
  std::erase_if(all, [](const Claim* claim) {
    return claim->locked == Holds::unclear || !claim->value.starts_with("esp32");
  });
  for (const Claim* claim : all) {
    if (claim->value != first_of(all)->value) return two_values("chip", *claim, *first_of(all));
  }
  return all.size() < 2 ? skipped(kNothing) : pass();
}

// What is open contradicts nothing.
Outcome content_fits(const RecordView& record) {
  const Maybe<Claim> shown = first(record, Trait::flash_content, Holds::no),
                     hidden = first(record, Trait::flash_content, Holds::yes),
                     on = first(record, Trait::flash_encryption, Holds::yes),
                     off = first(record, Trait::flash_encryption, Holds::no);
  if ((shown == nullptr && hidden == nullptr) || (on == nullptr && off == nullptr))
    return skipped(kNothing);
  if (on != nullptr && hidden == nullptr)
    return fail(fmt::format("{}, and yet {} in {}: not a read-out of this part, or it cannot boot",
                            on->detail, shown->detail, place_text(shown->place)),
                "ciphertext", "plain flash", place_text(shown->place));
  if (on == nullptr && shown == nullptr)
    return fail(fmt::format("{}, and yet {} in {}: not a read-out of this part", off->detail,
                            hidden->detail, place_text(hidden->place)),
                "plain flash", "ciphertext", place_text(hidden->place));
  return pass();
}

Outcome is_of_this_part(const RecordView& record) {
  bool any = false;
  for (const auto& [trait, what] :
       {std::pair{Trait::mac, "MAC"}, {Trait::unique_id, "unique id"}}) {
    Outcome one = one_value(record, trait, what);
    if (one.status == Status::fail) return one;
    any = any || one.status == Status::pass;
  }
  for (Outcome (*const rule)(const RecordView&) : {label_has_its_mac, one_chip}) {
    Outcome one = rule(record);
    if (one.status == Status::fail) return one;
    any = any || one.status == Status::pass;
  }
  Outcome content = content_fits(record);
  if (content.status != Status::skipped) return content;
  return any ? pass() : skipped(kNothing);
}

// --- secure boot ---

Outcome secure_boot_is_enabled(const RecordView& record) {
  const Order order = ordered(record, "secure_boot");
  if (order.is("off") || order.lenient)
    return skipped("the order takes a part without secure boot");
  // MCUboot's is the firmware's own: no fuse tells of it, and images are asked instead.
  const bool by_firmware = order.is("mcuboot") && !claimed(record, Trait::secure_boot);
  return by_firmware ? skipped("MCUboot's secure boot is in no fuse: its images are judged")
                     : all_hold(record, Trait::secure_boot, bool(order), "secure boot");
}

// What the release rule wants of a part that boots securely, where secure boot itself is not told
// to be off, nor ordered so.
bool wants_of_secure_boot(const RecordView& record) {
  return wants_release_rule(record) && !ordered(record, "secure_boot").is("off") &&
         first(record, Trait::secure_boot, Holds::no) == nullptr;
}
bool wants_of_encryption(const RecordView& record) {
  return wants_release_rule(record) && ordered(record, "flash_encryption").is("release") &&
         first(record, Trait::flash_encryption, Holds::no) == nullptr;
}

Outcome boot_key_is_usable(const RecordView& record) {
  return all_hold(record, Trait::boot_key, wants_of_secure_boot(record),
                  "a key that is installed, readable and sealed");
}

Outcome boot_succeeds(const RecordView& record) {
  return all_hold(record, Trait::boot_status, false, "0x20");
}

Outcome read_protection_is_sealed(const RecordView& record) {
  // Secure boot v1 keeps a key that must not be read: nothing is to be sealed.
  Outcome out =
      all_hold(record, Trait::read_protection, !boots_by_v1(record) && wants_of_secure_boot(record),
               "RD_DIS that can no longer be written");
  if (out.status == Status::fail && !boots_securely(record))
    return weighing(Severity::warning, std::move(out));
  return out;
}

// --- keys in fuses ---

Outcome fuse_keys_cannot_be_read(const RecordView& record) {
  return all_hold(record, Trait::fuse_key_read, wants_of_encryption(record),
                  "a block that is read-protected");
}
Outcome fuse_keys_cannot_be_changed(const RecordView& record) {
  return all_hold(record, Trait::fuse_key_write, wants_of_encryption(record),
                  "a block that is write-protected");
}

// --- ways in ---

Outcome debug_is_locked(const RecordView& record) {
  const Order order = ordered(record, "debug");
  if (order.is("open") || order.lenient) return skipped("the order takes a part that is open");
  return all_hold(record, Trait::debug, bool(order), "a locked debug port");
}
Outcome debug_is_locked_now(const RecordView& record) {
  if (first(record, Trait::debug, Holds::no) != nullptr)
    return skipped("the port is open, whatever it is now");
  return all_hold(record, Trait::debug_now, false, "locked");
}

Outcome download_mode_is_closed(const RecordView& record) {
  const Order order = ordered(record, "download_mode");
  if (order.lenient) return skipped("the order takes an open download mode");
  if (order.is("open") && has_no_such_lock(record, Trait::download_mode))
    return skipped("parts of this vendor have no such download mode");
  if (order.said != nullptr)
    return word_is_as_ordered(record, order, Trait::download_mode, "download mode");
  // The vendor's rule asks it of v2 alone: a chip before revision 3 has no such fuse.
  const bool by_v1 = boots_by_v1(record);
  Outcome out =
      all_hold(record, Trait::download_mode, bool(order) && !by_v1, "a closed download mode");
  if (out.status == Status::fail && (by_v1 || (!order && !boots_securely(record))))
    return weighing(Severity::warning, std::move(out));
  return out;
}

Outcome no_other_way_to_boot(const RecordView& record) {
  return all_hold(record, Trait::other_boot, wants_release_rule(record),
                  "other ways to boot that are closed");
}

// --- as a whole ---

bool is_ordered(const RecordView& record) {
  return record.ordered && !record.ordered->posture.ordered.empty();
}

// What a factory calls locked: every bit of the vendor's rule.
Outcome release_rule(const RecordView& record) {
  constexpr Trait kRule[] = {Trait::secure_boot,      Trait::boot_key,     Trait::read_protection,
                             Trait::flash_encryption, Trait::release_mode, Trait::fuse_key_read,
                             Trait::fuse_key_write,   Trait::debug,        Trait::download_mode,
                             Trait::other_boot};
  size_t good = 0, open = 0;
  std::string list;
  for (const Trait trait : kRule) {
    for (const Claim* claim : claims(record, trait)) {
      if (claim->locked == Holds::yes) {
        ++good;
        continue;
      }
      ++open;
      list += fmt::format("{}{}", list.empty() ? "" : "; ", claim->detail);
    }
  }
  if (good + open == 0) return skipped(kNothing);
  const auto profile = all_ordered(record, "profile");
  if (!profile.empty() ? first_of(profile)->value != "release"
                       : record.policy.network == Network::none && !is_ordered(record))
    return skipped("nothing asks for a part that is released");
  if (open == 0) return pass();
  return note(
      fmt::format("{} of {} points of the vendor's release rule do not hold or are not "
                  "told: {}",
                  open, good + open, list));
}

Outcome no_secret_in_evidence(const RecordView& record) {
  return all_hold(record, Trait::secret, false, "no key in what is handed over");
}

constexpr Check kChecks[] = {
    {
        .id = "security.evidence-is-of-this-part",
        .title = "what tells of the locks is of this part, and fits what was read out of it",
        .proves_authenticity = false,
        .run = rule<is_of_this_part>,
        .rule = "The output of another part is the commonest way to pass wrongly. MACs, unique ids "
                "and chips agree, in fuses, images and on the label, and flash that should be "
                "ciphertext is not plain.",
        .remedy = "read the output again, from this part",
    },
    {
        .id = "security.secure-boot-is-enabled",
        .title = "secure boot is enabled",
        .severity = kErrorOnMain,
        .consequence_of = {"security.evidence-is-of-this-part"},
        .proves_authenticity = false,
        .run = rule<secure_boot_is_enabled>,
        .rule = "Without it a part runs whatever is written into its flash.",
        .remedy =
            "enable secure boot before parts are shipped: one in the field cannot be repaired",
        .when_unknown = kShow,
    },
    {
        .id = "security.boot-key-is-usable",
        .title = "the key of secure boot is installed and sealed",
        .proves_authenticity = false,
        .run = rule<boot_key_is_usable>,
        .rule = "A digest that is not revoked, not empty, write-protected and readable: the ROM "
                "has to read it, and one that can be changed protects nothing.",
        .remedy = "burn the key's digest and seal it; never read-protect it",
    },
    {
        .id = "security.boot-succeeds",
        .title = "the part's last boot was a secure one",
        .proves_authenticity = false,
        .run = rule<boot_succeeds>,
        .rule = "The secure engine tells why it refused the firmware: 0x12 its signature, 0x17 no "
                "key, 0x18 a certificate that is demanded and not there.",
        .remedy = "look the code up in the vendor's table, and sign or flash the image again",
    },
    {
        .id = "security.read-protection-is-sealed",
        .title = "the setting of what can be read is sealed",
        .proves_authenticity = false,
        .run = rule<read_protection_is_sealed>,
        .rule = "While RD_DIS can be written, the digest of the boot key can be read-protected "
                "away, and the part no longer boots, or boots anything.",
        .remedy = "burn the write protection of RD_DIS",
    },
    {
        .id = "security.flash-encryption-is-on",
        .title = "flash encryption is on",
        .severity = kErrorOnMain,
        .consequence_of = {"security.evidence-is-of-this-part"},
        .proves_authenticity = false,
        .run = rule<flash_encryption_is_on>,
        .rule = "A flash that can be read gives away whatever is in it, the DAC's key too.",
        .remedy = "enable flash encryption, in release mode",
        .when_unknown = kShow,
    },
    {
        .id = "security.flash-encryption-is-for-release",
        .title = "flash encryption is in release mode",
        .consequence_of = {"security.flash-encryption-is-on"},
        .proves_authenticity = false,
        .run = rule<flash_encryption_is_for_release>,
        .rule = "In development mode the part encrypts for whoever asks, and can be switched back.",
        .remedy = "burn the count of flash encryption to its end, and the bits of download mode",
        .when_unknown = kShow,
    },
    {
        .id = "security.flash-is-ciphertext",
        .title = "what flash encryption covers is ciphertext",
        .consequence_of = {"security.evidence-is-of-this-part", "security.flash-encryption-is-on"},
        .proves_authenticity = false,
        .run = rule<flash_is_ciphertext>,
        .rule = "Bootloader, partition table and applications of a part that encrypts are "
                "ciphertext. Plain places were written past it.",
        .remedy = "encrypt before flashing, or let the first boot finish",
    },
    {
        .id = "security.nvs-is-encrypted",
        .title = "the NVS with the factory data is encrypted",
        .severity = kWarning,
        .consequence_of = {"security.evidence-is-of-this-part"},
        .proves_authenticity = false,
        .run = rule<nvs_is_encrypted>,
        .rule = "Flash encryption does not cover an NVS partition: that has a cipher of its own.",
        .remedy = "encrypt the NVS partition",
        .when_unknown = kShow,
    },
    {
        .id = "security.nvs-keys-are-hidden",
        .title = "the keys of the encrypted NVS cannot be read",
        .consequence_of = {"security.evidence-is-of-this-part"},
        .proves_authenticity = false,
        .run = rule<nvs_keys_are_hidden>,
        .rule = "Keys beside what they open hide nothing: flash encryption covers them, or they "
                "are made from a key in fuses.",
        .remedy = "turn flash encryption on, or take the HMAC scheme",
    },
    {
        .id = "security.dac-key-is-hidden",
        .title = "nothing that can be read of the part opens to its DAC's key",
        .spec = "Matter Core 6.2.2.3",
        .consequence_of = {"security.evidence-is-of-this-part", "security.nvs-keys-are-hidden"},
        .proves_authenticity = false,
        .run = rule<dac_key_is_hidden>,
        .rule = "Whatever the fuses say: a key that a read-out of a finished part shows is out.",
        .remedy =
            "keep the key in a secure element, in fuses or in an encrypted NVS, and treat the "
            "DACs of such parts as exposed",
    },
    {
        .id = "security.fuse-keys-cannot-be-read",
        .title = "keys in fuses cannot be read",
        .proves_authenticity = false,
        .run = rule<fuse_keys_cannot_be_read>,
        .rule =
            "Keys of flash encryption, HMAC, ECDSA and digital signature are for the chip alone.",
        .remedy = "the key was burned in the open: scrap the part and correct the line",
    },
    {
        .id = "security.fuse-keys-cannot-be-changed",
        .title = "keys in fuses and their purposes are write-protected",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<fuse_keys_cannot_be_changed>,
        .rule = "Bits that are still 0 can be burned: the key is then another, and known in part.",
        .remedy = "burn the write protection of the block and of its purpose",
    },
    {
        .id = "security.debug-is-locked",
        .title = "the debug port is locked",
        .severity = kErrorOnMain,
        .consequence_of = {"security.evidence-is-of-this-part"},
        .proves_authenticity = false,
        .run = rule<debug_is_locked>,
        .rule = "An open port reads keys out of a running part, whatever else protects them.",
        .remedy = "lock the port as the last step of the line",
        .when_unknown = kShow,
    },
    {
        .id = "security.debug-is-locked-now",
        .title = "the debug port was locked when it was asked",
        .severity = kWarning,
        .consequence_of = {"security.debug-is-locked"},
        .proves_authenticity = false,
        .run = rule<debug_is_locked_now>,
        .rule = "A locked part that somebody opened stays open until it is reset.",
        .remedy = "reset the part",
    },
    {
        .id = "security.download-mode-is-closed",
        .title = "the ROM's download mode is closed or restricted",
        .proves_authenticity = false,
        .run = rule<download_mode_is_closed>,
        .rule = "In an open download mode anybody with a cable reads and writes flash and fuses.",
        .remedy = "burn secure download mode, or disable it",
        .when_unknown = kShow,
    },
    {
        .id = "security.no-other-way-to-boot",
        .title = "no other way to boot is open",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<no_other_way_to_boot>,
        .rule = "Direct boot, legacy boot and the ROM's console start what nobody signed.",
        .remedy = "burn the bit that the message names",
    },
    {
        .id = "security.release-rule-holds",
        .title = "the vendor's release rule as a whole",
        .severity = kInfo,
        .proves_authenticity = false,
        .run = rule<release_rule>,
        .rule =
            "What the vendor's own tool checks before it calls a part released, point by point.",
    },
    {
        .id = "security.no-secret-in-evidence",
        .title = "no key stands in what was handed over",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<no_secret_in_evidence>,
        .rule = "Output of a tool that shows a key gives it to whoever has the file. The key is "
                "named here, and neither shown nor kept.",
        .remedy = "delete the file; the key is known to whoever had it",
    },
};

}  // namespace

std::span<const Check> security_checks() {
  return kChecks;
}

}  // namespace attest
