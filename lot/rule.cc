#include "lot/rule.h"

#include <algorithm>
#include <iterator>

namespace attest {
namespace {

constexpr LotRule kRules[] = {
    {
        .id = "lot.device-is-readable",
        .title = "each device's evidence can be read",
        .rule =
            "What was handed over for a device is evidence of a known kind: a record is one JSON "
            "object on one line, a folder or file holds something that says who the device is. "
            "What cannot be read is this device's verdict, and the lot goes on.",
        .remedy = "hand this device's evidence over again; the message says what was expected and "
                  "what was found",
    },
    {
        .id = "lot.device-is-given-once",
        .title = "no device is handed over twice",
        .rule = "Two entries of the lot with one name and one DAC are one device handed over "
                "twice. The counts of the lot would speak of more devices than there are.",
        .remedy = "find out how the second entry came into the lot",
    },
    {
        .id = "lot.devices-are-of-one-product",
        .title = "all devices are of one product",
        .rule = "The vendor and product id of a device are those of most devices of the lot. One "
                "of another product is packed and sold as what it is not.",
        .remedy = "take the devices of the other product out of the lot, or judge the products one "
                  "by one",
    },
    {
        .id = "lot.two-units-are-shown",
        .title = "at a lab, two units of each product are shown",
        .spec = "TC-DA-1.7",
        .rule = "Asked at a certification lab: it takes two units of one vendor and product id, "
                "each with a DAC key of its own. One unit handed over twice is one.",
        .remedy = "hand over a second unit's evidence: matter-attest lot --stage lab FIRST/ "
                  "SECOND/",
    },
    {
        .id = "lot.dacs-are-of-one-pai",
        .title = "all DACs come from one PAI",
        .severity = Severity::warning,
        .rule = "The authority key ids of the DACs name one PAI. A lot is mostly provisioned from "
                "one batch of certificates; a few of another issuer are often left-overs of a "
                "trial or of another line.",
        .remedy = "find out from which batch the other DACs came",
    },
    {
        .id = "lot.parts-are-locked-alike",
        .title = "all parts are locked in the same way",
        .severity = Severity::warning,
        .rule = "The parts of a lot come from one line, whose last step locks them. One that is "
                "locked in another way, by another key, or is of another chip or version, was "
                "taken out before that step, or comes from elsewhere.",
        .remedy = "look at the other parts one by one; lock them as the rest, or take them out",
    },
    {
        .id = "lot.dac-is-used-once",
        .title = "no two devices have the same DAC",
        .spec = "Matter Core 6.2",
        .rule = "A DAC is issued for one device. Devices that share one cannot be told apart, and "
                "revoking one revokes all.",
        .remedy =
            "give each of the devices its own DAC; look for a step that writes the same file twice",
    },
    {
        .id = "lot.dac-key-is-used-once",
        .title = "no two DACs have the same key",
        .spec = "Matter Core 6.2.2.3",
        .rule = "A DAC's key pair belongs to one device. Where two certificates have one key, who "
                "takes it out of one device has the other's identity too.",
        .remedy = "make a new key pair for each device; look at the seed of the random generator "
                  "that made them",
    },
    {
        .id = "lot.serial-number-is-used-once",
        .title = "no two devices have the same serial number",
        .spec = "Matter Core 11.1.5.16",
        .rule = "The serial number tells the devices of a product apart.",
        .remedy = "find out which of the devices was written with another one's data",
    },
    {
        .id = "lot.payload-is-used-once",
        .title = "no two devices have the same onboarding payload",
        .spec = "Matter Core 5.1.3",
        .rule = "A QR code or manual code opens one device. With the same payload on two boxes a "
                "commissioner may take the neighbour's device.",
        .remedy =
            "write and print each device's own payload; look for a step that uses one row twice",
    },
    {
        .id = "lot.spake2p-verifier-is-used-once",
        .title = "no two devices have the same SPAKE2+ verifier",
        .spec = "Matter Core 3.10",
        .rule = "The verifier comes from a passcode and a salt of the device's own. The same "
                "verifier means that both are the same.",
        .remedy = "derive each device's verifier from its own passcode and salt",
    },
    {
        .id = "lot.spake2p-salt-is-used-once",
        .title = "no two devices have the same SPAKE2+ salt",
        .severity = Severity::warning,
        .spec = "Matter Core 3.10",
        .rule = "The salt keeps one search through all passcodes from opening many devices. A salt "
                "that repeats is a constant or a random generator that was not seeded.",
        .remedy = "draw a new random salt for each device",
    },
    {
        .id = "lot.passcodes-do-not-repeat",
        .title = "passcodes repeat no more often than by chance",
        .spec = "Matter Core 5.1.7",
        .rule =
            "Passcodes are drawn at random for each device. Of many devices some share a passcode "
            "by chance; where more do than chance explains, the passcodes are not random.",
        .remedy = "draw each passcode at random; look for a default that was left in",
    },
    {
        .id = "lot.passcodes-do-not-count-upwards",
        .title = "passcodes do not count upwards",
        .spec = "Matter Core 5.1.7",
        .rule = "Passcodes are drawn at random. Where they follow each other, who knows one "
                "device's passcode knows the next one's.",
        .remedy = "draw each passcode at random instead of counting",
    },
    {
        .id = "lot.discriminators-do-not-repeat",
        .title = "discriminators repeat no more often than by chance",
        .severity = Severity::warning,
        .error_at_lab = true,
        .spec = "Matter Core 5.4.2.4, TC-SC-7.1",
        .rule = "A commissioner finds the device that it was given the code of by its "
                "discriminator, one of 4096. Of many devices some share one by chance; where more "
                "do than chance explains, they cannot be told apart. The two units that a lab "
                "takes have different ones.",
        .remedy = "draw each discriminator at random; look for a default that was left in",
    },
    {
        .id = "lot.rotating-id-is-used-once",
        .title = "no two devices have the same secret for their rotating id",
        .spec = "Matter Core 5.4.2.4.5",
        .rule = "A rotating id keeps who listens from following a device. It is derived from a "
                "random secret of the device's own; with one that all have, whoever opens one of "
                "them follows all the others.",
        .remedy = "write a random secret into each device; 00112233… is the SDK's default",
    },
    {
        .id = "lot.unique-id-is-used-once",
        .title = "no two devices have the same unique id",
        .spec = "Matter Core 11.1.5.19",
        .rule = "UniqueID tells devices apart, for a controller that finds one by several ways.",
        .remedy = "make each device's unique id of random bytes",
    },
    {
        .id = "lot.chip-id-is-used-once",
        .title = "no two parts have the same MAC or unique id in their chips",
        .rule = "A MAC in fuses and a unique id of the chip are one part's own. Where the tools' "
                "outputs of two parts tell the same, one output was handed over for both: it tells "
                "nothing of the other part's locks.",
        .remedy = "read each part by itself, and hand over each output with its own part",
    },
    {
        .id = "lot.attestation-nonce-is-used-once",
        .title = "no two attestation responses answer the same nonce",
        .severity = Severity::warning,
        .spec = "Matter Core 6.2.3",
        .rule = "Who asks for attestation draws a nonce of 32 random bytes each time. Responses to "
                "one nonce may have been recorded and played again, and show possession the less.",
        .remedy = "ask each device with a nonce of its own; look how the tester makes them",
    },
    {
        .id = "lot.manifest-is-readable",
        .title = "each row of the manifest can be read",
        .rule = "Each row of the manifest has a field for each of its columns, and each field is "
                "written as its column's values are.",
        .remedy = "correct the row; --column names columns that were not recognised",
    },
    {
        .id = "lot.manifest-values-are-used-once",
        .title = "no two rows of the manifest have the same address, serial number, certificate or "
                 "payload",
        .rule = "What belongs to one device stands in one row of the manifest.",
        .remedy = "find out which of the rows has another one's value",
    },
    {
        .id = "lot.manifest-codes-are-valid",
        .title = "the onboarding codes of the manifest are valid",
        .spec = "Matter Core 5.1.3, 5.1.4",
        .rule = "The QR codes and manual codes of the manifest keep the rules of such codes: "
                "alphabet, length, check digit, reserved bits, forbidden passcodes. Labels are "
                "printed from these rows.",
        .remedy = "make the code anew from the device's values",
    },
    {
        .id = "lot.manifest-rows-agree-with-themselves",
        .title = "the columns of each row of the manifest agree",
        .rule = "Passcode, discriminator, vendor and product of a row are those in its QR code and "
                "in its manual code. Otherwise the label, the box or the part is wrong.",
        .remedy =
            "find out which of the columns is right; what the part itself says is in its report",
    },
    {
        .id = "lot.manifest-agrees-with-device",
        .title = "the manifest says of each device what the device says",
        .rule = "Serial number, certificate, codes and factory data of a row of the manifest are "
                "those of the part. Otherwise the part has another one's label, or another one's "
                "data was written into it.",
        .remedy = "compare the part with its row: one of them belongs to another device",
    },
    {
        .id = "lot.manifest-names-every-device",
        .title = "every device of the lot stands in the manifest",
        .rule = "A device that the manifest does not name was made beside the order, or its row "
                "was lost.",
        .remedy =
            "find out where the device comes from; --column says which column names the devices",
    },
    {
        .id = "lot.manifest-names-no-other",
        .title = "every row of the manifest has its device in the lot",
        .rule = "A row without a device is one that was not handed over, or went astray with its "
                "credentials.",
        .remedy = "hand over the missing devices' evidence, or find out where they are",
    },
};

constexpr const LotRule& rule(std::string_view id) {
  for (const LotRule& r : kRules) {
    if (id == r.id) return r;
  }
  return *std::end(kRules);  // not constant: a wrong id does not compile
}

}  // namespace

std::span<const LotRule> lot_rules() {
  return kRules;
}

const LotRule* find_lot_rule(std::string_view id) {
  const auto* at = std::find_if(std::begin(kRules), std::end(kRules),
                                [&](const LotRule& r) { return id == r.id; });
  return at == std::end(kRules) ? nullptr : at;
}

namespace lot_rule {
constinit const LotRule& device_is_readable = rule("lot.device-is-readable");
constinit const LotRule& device_is_given_once = rule("lot.device-is-given-once");
constinit const LotRule& devices_are_of_one_product = rule("lot.devices-are-of-one-product");
constinit const LotRule& two_units_are_shown = rule("lot.two-units-are-shown");
constinit const LotRule& dacs_are_of_one_pai = rule("lot.dacs-are-of-one-pai");
constinit const LotRule& parts_are_locked_alike = rule("lot.parts-are-locked-alike");
constinit const LotRule& dac_is_used_once = rule("lot.dac-is-used-once");
constinit const LotRule& dac_key_is_used_once = rule("lot.dac-key-is-used-once");
constinit const LotRule& serial_number_is_used_once = rule("lot.serial-number-is-used-once");
constinit const LotRule& payload_is_used_once = rule("lot.payload-is-used-once");
constinit const LotRule& spake2p_verifier_is_used_once = rule("lot.spake2p-verifier-is-used-once");
constinit const LotRule& spake2p_salt_is_used_once = rule("lot.spake2p-salt-is-used-once");
constinit const LotRule& passcodes_do_not_repeat = rule("lot.passcodes-do-not-repeat");
constinit const LotRule& passcodes_do_not_count_upwards =
    rule("lot.passcodes-do-not-count-upwards");
constinit const LotRule& discriminators_do_not_repeat = rule("lot.discriminators-do-not-repeat");
constinit const LotRule& rotating_id_is_used_once = rule("lot.rotating-id-is-used-once");
constinit const LotRule& unique_id_is_used_once = rule("lot.unique-id-is-used-once");
constinit const LotRule& chip_id_is_used_once = rule("lot.chip-id-is-used-once");
constinit const LotRule& attestation_nonce_is_used_once =
    rule("lot.attestation-nonce-is-used-once");
constinit const LotRule& manifest_is_readable = rule("lot.manifest-is-readable");
constinit const LotRule& manifest_values_are_used_once = rule("lot.manifest-values-are-used-once");
constinit const LotRule& manifest_codes_are_valid = rule("lot.manifest-codes-are-valid");
constinit const LotRule& manifest_rows_agree_with_themselves =
    rule("lot.manifest-rows-agree-with-themselves");
constinit const LotRule& manifest_agrees_with_device = rule("lot.manifest-agrees-with-device");
constinit const LotRule& manifest_names_every_device = rule("lot.manifest-names-every-device");
constinit const LotRule& manifest_names_no_other = rule("lot.manifest-names-no-other");
}  // namespace lot_rule

}  // namespace attest
