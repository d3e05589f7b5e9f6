#include "bundle/key_pair.h"

#include <fmt/format.h>

#include "bundle/cms_signature.h"
#include "platform/files.h"

namespace attest {

Result<KeyPair> key_pair_from(const KeyPairFiles& files) {
  const auto wrong = [](const char* option, const std::string& file, const Error& error) {
    return within(fmt::format("{}: {}", option, file), error);
  };
  const auto key = FileBytes::open(files.key);
  if (!key) return within(files.key_option, key.error());
  if (const auto is_key = check_key(key->view()); !is_key)
    return wrong(files.key_option, files.key, is_key.error());
  KeyPair out{.key = std::string(text(key->view())), .certificate = {}};
  if (files.certificate.empty()) {
    if (!has_certificate(key->view()))
      return error(
          fmt::format("{}: {}: expected the key's certificate in it, or in a file of its own ({}), "
                      "found none",
                      files.key_option, files.key, files.certificate_option));
    out.certificate = out.key;
  } else {
    const auto certificate = FileBytes::open(files.certificate);
    if (!certificate) return within(files.certificate_option, certificate.error());
    if (!has_certificate(certificate->view()))
      return wrong(files.certificate_option, files.certificate,
                   {.what = "expected a certificate in PEM, found none", .offset = {}});
    out.certificate = std::string(text(certificate->view()));
  }
  if (const auto pair = check_pair(view(out.key), view(out.certificate)); !pair)
    return wrong(files.key_option, files.key, pair.error());
  return out;
}

}  // namespace attest
