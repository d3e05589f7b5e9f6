// PKCS#12 bundles and encrypted PKCS#8 keys as files of their own.

#include "verifier/readers/credentials/encrypted_files.h"

#include <fmt/format.h>

#include "verifier/base/counted.h"
#include "verifier/pki/der.h"
#include "verifier/pki/encrypted_key.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr size_t kMaxSealed = 1u << 20;

void say_key(View der, const Place& place, Reading& reading) {
  const auto key = parse_private_key(der);
  const auto began = key ? std::nullopt : began_as(der);
  if (began && began->kind == Began::Kind::foreign) {
    reading.not_used.push_back(
        {place_text(place), fmt::format("{}, in a bundle: none of a device", began->what)});
    return;
  }
  if (began && began->kind == Began::Kind::other_curve) {
    reading.holds("other-key");
    reading.device.note(Remark::resembles_evidence, place,
                        fmt::format("{}: expected a DAC's, on P-256", began->what));
    return;
  }
  if (!key) {
    reading.device.damaged(place, "private key", key.error().what);
    return;
  }
  reading.holds("private-key");
  if (key->stated_public && *key->stated_public != key->public_key)
    reading.device.damaged(place, "private key", "the public key written beside it is not its own");
  reading.device.say(FactId::private_key, Bytes(key->scalar.begin(), key->scalar.end()), place);
}

bool recognises_key(const Source& s) {
  return s.bytes.size() <= kMaxSealed && !s.bytes.empty() && s.bytes[0] == der::kSequence &&
         looks_like_sealed_key(s.bytes);
}

// Without what stands behind it; what is cut off, or of an indefinite length, is taken as it is.
View sealed_part(const Source& s) {
  const View one = first_der(s.bytes);
  return one.empty() ? s.bytes : one;
}

Result<void> read_key(const Source& s, Reading& reading) {
  const View one = sealed_part(s);
  reading.holds("encrypted-key");
  open_private_key(
      {.path = s.path, .offset = s.base, .item = {}},
      [der = to_bytes(one)](std::string_view passphrase) {
        return open_sealed_key(der, passphrase);
      },
      reading);
  read_behind(s, one.size(), "an encrypted key", reading);
  return {};
}

bool recognises_bundle(const Source& s) {
  return s.bytes.size() <= kMaxSealed && looks_like_pkcs12(s.bytes);
}

Result<void> read_bundle(const Source& s, Reading& reading) {
  const Place place{.path = s.path, .offset = s.base, .item = {}};
  const auto say = [place](const Pkcs12& bundle, Reading& later) {
    for (const Bytes& der : bundle.certificates) {
      later.holds("certificate");
      later.device.say(FactId::certificate, der, place);
    }
    for (const Bytes& der : bundle.lists) {
      later.holds("crl");
      later.device.say(FactId::crl, der, place);
    }
    for (const Bytes& der : bundle.keys) say_key(der, place, later);
    if (bundle.unread != 0)
      later.device.note(Remark::damaged_credential, place,
                        counted(bundle.unread, "certificate or revocation list",
                                "certificates or revocation lists") +
                            " in the PKCS#12 bundle that cannot be read");
    if (bundle.unopened != 0)
      later.device.damaged(place, "PKCS#12 bundle",
                           fmt::format("{} of its parts do not open with the passphrase of the "
                                       "whole: they are damaged, or their cipher is not at hand",
                                       bundle.unopened));
  };
  // Bundles of certificates alone often have no passphrase, or an empty one.
  const View one = sealed_part(s);
  const auto open = open_pkcs12(one, "");
  if (open) {
    say(*open, reading);
    read_behind(s, one.size(), "a PKCS#12 bundle", reading);
    return {};
  }
  if (!open.error().wrong_passphrase) return tl::unexpected(open.error().error);
  reading.open_or_keep({.place = place,
                        .what = "PKCS#12 bundle",
                        .open =
                            [der = to_bytes(one), say](Reading& later) {
                              for (const std::string& passphrase : passphrases(later)) {
                                if (const auto bundle = open_pkcs12(der, passphrase)) {
                                  say(*bundle, later);
                                  return true;
                                }
                              }
                              return false;
                            },
                        .file = {}});
  read_behind(s, one.size(), "a PKCS#12 bundle", reading);
  return {};
}

}  // namespace

void open_private_key(const Place& place,
                      std::function<tl::expected<Bytes, SealError>(std::string_view)> open,
                      Reading& reading) {
  reading.device.note(Remark::key_encrypted, place, "the private key is encrypted");
  reading.open_or_keep({.place = place,
                        .what = "private key",
                        .open =
                            [place, open = std::move(open)](Reading& later) {
                              for (const std::string& passphrase : passphrases(later)) {
                                // A wrong passphrase can give well-padded rubbish, one time in 256.
                                const auto der = open(passphrase);
                                if (!der || !parse_private_key(*der)) continue;
                                say_key(*der, place, later);
                                return true;
                              }
                              return false;
                            },
                        .file = {},
                        .only_a_key = true});
}

const Reader sealed_key_reader{.kind = "key",
                               .expects = "an encrypted private key",
                               .content = Content::der,
                               .recognises = recognises_key,
                               .read = read_key};
const Reader pkcs12_reader{.kind = "pkcs12",
                           .expects = "a PKCS#12 bundle",
                           .content = Content::der,
                           .recognises = recognises_bundle,
                           .read = read_bundle};

}  // namespace attest
