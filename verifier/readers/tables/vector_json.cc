// test_case_vector.json: the SDK's conformance vectors, and what its example applications take with
// --dac_provider.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/json.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/certificate.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/credentials/named_keys.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

// Every vector names at least one of these; device.json has none of them.
constexpr const char* kTelling[] = {
    "dac_cert",           "pai_cert",          "certification_declaration", "dac_private_key",
    "dac_public_key",     "basic_info_pid",    "dac_cert_ml_dsa_44",        "pai_cert_ml_dsa_44",
    "dac_cert_ml_dsa_65", "pai_cert_ml_dsa_65"};

// The SDK's vectors have hex. What has the same names may have any other form in which values are
// written, and is read as that behind this reader.
bool is_written_otherwise(FactId fact, const std::string& value) {
  if (fact == FactId::dac_private_key || fact == FactId::dac_public_key) {
    const size_t size = key_letters(value).size();
    if (size == 32 || size == 65) return true;
  }
  const auto found = loose_in_value(value, true);
  return !found.empty() && std::all_of(found.begin(), found.end(), [](const Loose& f) {
    return f.reader != nullptr && f.reader != &damaged_reader;
  });
}

// JSON as some programs have it, with remarks among its values, and a comma behind the last of
// them: blanks in their place.
std::string without_comments(std::string_view json) {
  std::string out(json);
  bool in_string = false, any = false;
  for (size_t at = 0; at < out.size(); ++at) {
    if (in_string) {
      in_string = out[at] != '"';
      if (out[at] == '\\') ++at;
      continue;
    }
    in_string = out[at] == '"';
    const std::string_view rest = std::string_view(out).substr(at);
    size_t end = at;
    if (rest.starts_with("//")) end = std::min(out.find('\n', at), out.size());
    if (rest.starts_with("/*")) end = std::min(out.find("*/", at + 2), out.size() - 2) + 2;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(at),
              out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    any = any || end != at;
  }
  for (size_t at = out.find(','); any && at != std::string::npos; at = out.find(',', at + 1)) {
    const size_t next = out.find_first_not_of(" \t\r\n", at + 1);
    if (next != std::string::npos && (out[next] == '}' || out[next] == ']')) out[at] = ' ';
  }
  return out;
}

bool recognises(const Source& s) {
  if (s.bytes.size() > 1u << 20) return false;
  const auto at = text(s.bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (at == std::string_view::npos || s.bytes[at] != '{') return false;
  const bool somewhere =
      std::any_of(std::begin(kTelling), std::end(kTelling), [&](const char* key) {
        return text(s.bytes).find(fmt::format("\"{}\"", key)) != std::string_view::npos;
      });
  if (!somewhere) return false;
  // Broken JSON is told as such; what has these keys further inside is another format's, and so are
  // comments.
  const auto json = parse_json(text(s.bytes));
  if (!json && parse_json(without_comments(text(s.bytes)))) return false;
  return !json || std::any_of(std::begin(kTelling), std::end(kTelling),
                              [&](const char* key) { return json->find(key) != nullptr; });
}

// A certificate of ML-DSA under the name of another set. In a chain of two sets either is right for
// one that has both.
void check_set(const char* key, View der, const Place& place, Device& device) {
  const bool says_44 = std::string_view(key).ends_with("_ml_dsa_44");
  if (!says_44 && !std::string_view(key).ends_with("_ml_dsa_65")) return;
  const auto certificate = parse_certificate(der);
  if (!certificate) return;
  const MlDsa said = says_44 ? MlDsa::set_44 : MlDsa::set_65;
  const KeyAlgorithm* found = nullptr;
  for (const KeyAlgorithm* one : {algorithm_of_key(**certificate),
                                  algorithm_of_signature((*certificate)->signature_algorithm)}) {
    if (one == nullptr || !one->ml_dsa) continue;
    if (*one->ml_dsa == said) return;
    found = one;
  }
  if (found != nullptr)
    device.damaged(place, key,
                   fmt::format("expected a certificate of {}, found one of {}",
                               says_44 ? "ML-DSA-44" : "ML-DSA-65", found->name));
}

Result<void> read(const Source& s, Reading& reading) {
  const auto json = parse_json(text(s.bytes));
  if (!json) return tl::unexpected(json.error());
  const struct {
    const char* key;
    FactId fact;
    const char* holds;
  } rows[] = {
      {"dac_cert", FactId::dac, "dac"},
      {"pai_cert", FactId::pai, "pai"},
      // Of Matter 1.7: the post-quantum chains beside the legacy one.
      {"dac_cert_ml_dsa_44", FactId::dac, "dac"},
      {"pai_cert_ml_dsa_44", FactId::pai, "pai"},
      {"dac_cert_ml_dsa_65", FactId::dac, "dac"},
      {"pai_cert_ml_dsa_65", FactId::pai, "pai"},
      {"certification_declaration", FactId::cd, "cd"},
      {"dac_private_key", FactId::dac_private_key, "dac-key"},
      {"dac_public_key", FactId::dac_public_key, "dac-public-key"},
      {"firmware_information", FactId::firmware_information, "firmware-information"},
  };
  for (const auto& row : rows) {
    const Json* member = json->find(row.key);
    if (member == nullptr) continue;
    const Place place{.path = s.path, .offset = {}, .item = row.key};
    const auto* digits = member->string();
    if (digits == nullptr) {
      say_unreadable(reading.device, row.fact, place, row.key,
                     fmt::format("expected a string of hex digits, found {}", member->kind()));
      continue;
    }
    auto bytes = from_hex(*digits);
    if (!bytes && is_written_otherwise(row.fact, *digits)) continue;
    if (!bytes) {
      say_unreadable(reading.device, row.fact, place, row.key, bytes.error().what);
      continue;
    }
    if ((row.fact == FactId::dac || row.fact == FactId::pai) && der_size(*bytes) == 0) {
      if (bytes->empty()) continue;  // a form that nobody filled in
      say_no_certificate(row.fact, *bytes, place, reading);
      continue;
    }
    reading.holds(row.holds);
    check_set(row.key, *bytes, place, reading.device);
    reading.device.say(row.fact, std::move(*bytes), place);
  }
  if (const Json* pid = json->find("basic_info_pid")) {
    const Place place{.path = s.path, .offset = {}, .item = "basic_info_pid"};
    if (const auto number = json_number(*pid); number && *number <= 0xFFFF) {
      reading.holds("basic-information");
      reading.device.say(FactId::product_id, *number, place);
    } else {
      reading.device.damaged(place, "basic_info_pid", "expected a number of 16 bits");
    }
  }
  return {};
}

}  // namespace

const Reader vector_json_reader{.kind = "vector-json",
                                .expects = "a test_case_vector.json",
                                .content = Content::json,
                                .recognises = recognises,
                                .read = read,
                                .rest = Rest::values};

}  // namespace attest
