// Checks on firmware: its signatures, and the keys that make them.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/security_images.h"
#include "verifier/checks/security_keys.h"
#include "verifier/checks/security_rules.h"
#include "verifier/matter/known_signing_keys.h"
#include "verifier/readers/posture/firmware_images.h"

namespace attest {
namespace {

using namespace security;

constexpr const char* kNoImages = "no firmware image that can be read in the evidence";

bool is_signed(const SignedImage& image) {
  return image.signature != ImageSignature::none;
}
bool is_bootloader(const SignedImage& image) {
  return image.what.starts_with("bootloader");
}
bool is_encrypted(const SignedImage& image) {
  return image.scheme.ends_with(kEncrypted);
}
// By a signature that nobody here can check, whatever keys are at hand.
bool is_of_unknown_scheme(const SignedImage& image) {
  return image.scheme.starts_with(kUnknownScheme);
}
bool any_key(const std::vector<std::string>& keys, const std::vector<const Claim*>& among) {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return std::any_of(among.begin(), among.end(),
                       [&](const Claim* claim) { return is_one_of(claim->value, key); });
  });
}
std::string short_keys(const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", short_key(key));
  return out;
}
std::string short_claims(const std::vector<const Claim*>& all) {
  std::string out;
  for (const Claim* claim : all)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", short_key(claim->value));
  return out;
}

// An order of secure boot, or of a key that signs.
bool asks_for_signatures(const RecordView& record) {
  const Order order = ordered(record, "secure_boot");
  if (order.is("off")) return false;
  return order || !all_ordered(record, "signing_keys").empty();
}

Outcome images_are_signed(const RecordView& record) {
  const auto& images = record.posture.images;
  if (images.empty()) return skipped(kNoImages);
  const Order order = ordered(record, "secure_boot");
  const bool wanted = asks_for_signatures(record);
  if (order.is("off") || (order.lenient && !wanted))
    return skipped("the order takes unsigned firmware");
  const bool some = std::any_of(images.begin(), images.end(), is_signed);
  if (!wanted && !some && !claimed(record, Trait::secure_boot))
    return skipped("nothing says that the firmware is to be signed");
  bool by_digest = false;
  for (const SignedImage& image : images) {
    if (is_signed(image)) continue;
    if (is_bootloader(image) && boots_by_v1(record)) {
      by_digest = true;
      continue;
    }
    Outcome out =
        fail(fmt::format("the {} has no signature{}", named(image),
                         image.scheme == "crc32" ? ", only a CRC-32" : ""),
             "a signature", image.scheme.empty() ? "none" : image.scheme, place_text(image.place));
    if (wanted) return asked(true, std::move(out));
    return boots_securely(record) || some ? std::move(out)
                                          : weighing(Severity::warning, std::move(out));
  }
  return by_digest ? note(
                         "the digest of secure boot v1 that the bootloader has in place of a "
                         "signature is one that only the part can check")
                   : pass();
}

Outcome image_signatures_verify(const RecordView& record) {
  bool any = false;
  const SignedImage* open = nullptr;
  for (const SignedImage& image : record.posture.images) {
    if (!image.problem.empty())
      return fail(fmt::format("the {}: {}", named(image), image.problem),
                  "a signature that verifies", "one that does not", place_text(image.place));
    any = any || is_signed(image);
    if (image.signature == ImageSignature::unchecked && open == nullptr) open = &image;
  }
  if (!any) return skipped(kNoImages);
  if (open != nullptr) {
    std::string why =
        is_encrypted(*open)
            ? fmt::format("the {} is signed ({}): its signature is over what it decrypts to",
                          named(*open), open->scheme)
        : is_of_unknown_scheme(*open)
            ? fmt::format("the {} is signed, and the kind of its signature is not known ({})",
                          named(*open), open->scheme)
            : fmt::format("the {} is signed ({}), and the public key is not in the evidence",
                          named(*open), open->scheme);
    return asks_for_signatures(record) ? asked(true, unknown(std::move(why)))
                                       : unknown_aside(std::move(why));
  }
  return pass();
}

Outcome signing_key_is_trusted(const RecordView& record) {
  const auto trusted = claims(record, Trait::trusted_key),
             revoked = claims(record, Trait::revoked_key);
  if (trusted.empty() && revoked.empty()) return skipped("the part's keys are not in the evidence");
  // Of a key that may be the other one nothing follows where it does not fit.
  const bool certain = std::any_of(trusted.begin(), trusted.end(), is_certain);
  if (!certain && revoked.empty() && trusted.size() < kKeysOfAPart) {
    const auto fits = [&](const SignedImage& image) {
      return image.signature == ImageSignature::good && any_key(image.keys, trusted);
    };
    const auto& images = record.posture.images;
    const bool all = !images.empty() && std::all_of(images.begin(), images.end(), fits);
    return all ? pass() : skipped("which of the part's keys was read is not told");
  }
  bool any = false;
  for (const SignedImage& image : record.posture.images) {
    if (image.signature == ImageSignature::by_no_key)
      return fail(
          fmt::format("the {} verifies with none of the keys that the part trusts", named(image)),
          short_claims(trusted), "another key", place_text(image.place));
    if (image.signature != ImageSignature::good || image.keys.empty()) continue;
    any = true;
    if (any_key(image.keys, trusted)) continue;
    const bool was = any_key(image.keys, revoked);
    return fail(fmt::format("the {} is signed by {}, {}", named(image), short_keys(image.keys),
                            was ? "which the part has revoked"
                                : "which the part does not trust: it does not boot"),
                short_claims(trusted), short_keys(image.keys), place_text(image.place));
  }
  return any ? pass() : skipped(kNoImages);
}

// An image answers an order by a signature that verifies: what it says of its key proves nothing.
Outcome image_key_is_ordered(const SignedImage& image, const OrderedKeys& keys) {
  switch (image.signature) {
    case ImageSignature::none:
      return blocked("security.images-are-signed");
    case ImageSignature::bad:
      return blocked("security.image-signatures-verify");
    case ImageSignature::by_no_key:
      return keys.other(fmt::format("the key of the {}", named(image)), "another key", image.place);
    case ImageSignature::good:
    case ImageSignature::unchecked:
      break;
  }
  if (!image.keys.empty() && !keys.has_any(image.keys) && keys.tells_apart(image.keys))
    return keys.other(fmt::format("the key {} of the {}", short_keys(image.keys), named(image)),
                      short_keys(image.keys), image.place);
  if (image.signature == ImageSignature::good && !image.keys.empty()) return pass();
  if (is_encrypted(image))
    return asked(true,
                 unknown(fmt::format("whether an ordered key signed the {} cannot be checked: "
                                     "it is encrypted, and names that key alone",
                                     named(image))));
  if (is_of_unknown_scheme(image))
    return asked(true, unknown(fmt::format("whether an ordered key signed the {} cannot be "
                                           "checked: the kind of its signature is not known ({})",
                                           named(image), image.scheme)));
  return asked(true, unknown(fmt::format("whether an ordered key signed the {} cannot be checked "
                                         "without that key: give it as PEM beside the order",
                                         named(image))));
}

Outcome signing_key_is_as_ordered(const RecordView& record) {
  const OrderedKeys keys(record, "signing_keys"), commands(record, "command_key");
  if (keys.empty()) return skipped("the order names no signing key");
  std::vector<Outcome> answers;
  const Claim* open = nullptr;
  for (const Claim* claim : claims(record, Trait::trusted_key)) {
    if (keys.has(claim->value))
      answers.push_back(pass());
    else if (is_certain(claim) || !(commands.empty() || commands.has(claim->value)))
      answers.push_back(
          keys.other(fmt::format("the key {} that the part trusts", short_key(claim->value)),
                     short_key(claim->value), claim->place));
    else if (!commands.has(claim->value))
      open = claim;
  }
  const bool by_v1 = boots_by_v1(record);
  for (const SignedImage& image : record.posture.images) {
    if (by_v1 && is_bootloader(image) && !is_signed(image)) continue;
    if (is_signed(image) || asks_for_signatures(record))
      answers.push_back(image_key_is_ordered(image, keys));
  }
  if (open != nullptr && answers.empty())
    answers.push_back(asked(
        true, unknown(fmt::format("the key {} in {} is not the ordered one, and may be the command "
                                  "key: hand over the output of readkey --sign as signkey.txt",
                                  short_key(open->value), place_text(open->place)))));
  if (answers.empty())
    return asked(true, unknown("a signing key was ordered, and neither fuses nor firmware in "
                               "the evidence show one"));
  return together(std::move(answers));
}

Outcome signing_key_is_private(const RecordView& record) {
  bool any = false;
  const auto published = [&](const std::string& key,
                             const std::string& where) -> MaybeValue<Outcome> {
    any = true;
    const char* name = published_signing_key(key);
    if (name == nullptr) return std::nullopt;
    return fail(
        fmt::format("the signing key in {} is {}, whose private part anybody has", where, name),
        "a key of the maker's own", name, where);
  };
  for (const SignedImage& image : record.posture.images) {
    for (const std::string& key : image.keys) {
      if (auto out = published(key, place_text(image.place))) return std::move(*out);
    }
  }
  for (const Claim* claim : claims(record, Trait::trusted_key)) {
    if (auto out = published(claim->value, place_text(claim->place))) return std::move(*out);
  }
  return any ? pass() : skipped("no signing key in the evidence");
}

constexpr Check kChecks[] = {
    {
        .id = "security.images-are-signed",
        .title = "the bootloader and every application are signed",
        .proves_authenticity = false,
        .run = rule<images_are_signed>,
        .rule = "Secure boot starts signed firmware alone; a checksum is no signature.",
        .remedy = "sign the images when they are built",
    },
    {
        .id = "security.image-signatures-verify",
        .title = "the signatures of the firmware verify",
        .proves_authenticity = false,
        .run = rule<image_signatures_verify>,
        .rule = "An image that was changed or damaged after it was signed does not start.",
        .remedy = "flash the image again, as it was signed",
        .when_unknown = "hand over the public key, as readkey prints it or as PEM of the order",
    },
    {
        .id = "security.signing-key-is-trusted-by-the-part",
        .title = "the firmware is signed by a key that the part trusts",
        .proves_authenticity = false,
        .run = rule<signing_key_is_trusted>,
        .rule = "The signer's digest stands in fuses or OTP and is not revoked.",
        .remedy = "sign with the key that was burned",
    },
    {
        .id = "security.signing-key-is-as-ordered",
        .title = "the keys that sign firmware are the ordered ones",
        .consequence_of = {"security.signing-key-is-trusted-by-the-part"},
        .proves_authenticity = false,
        .run = rule<signing_key_is_as_ordered>,
        .rule = "Whoever has the signing key decides what the part runs.",
        .remedy = "tell the factory the right key",
        .when_unknown = kShow,
    },
    {
        .id = "security.signing-key-is-private",
        .title = "the signing key is none that is published",
        .proves_authenticity = false,
        .run = rule<signing_key_is_private>,
        .rule = "MCUboot's example keys lie in a public repository with their private parts.",
        .remedy = "make a key of your own, in an HSM",
    },
};

}  // namespace

std::span<const Check> security_firmware_checks() {
  return kChecks;
}

}  // namespace attest
