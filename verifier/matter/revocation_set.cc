#include "verifier/matter/revocation_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "verifier/base/json_doubled.h"
#include "verifier/matter/revocation_words.h"
#include "verifier/pki/crl.h"
#include "verifier/pki/der.h"
#include "verifier/pki/name.h"

namespace attest {
namespace {

// The SDK's buffers: of a certificate, of a name, of a serial number.
constexpr size_t kSdkCertificate = 600, kSdkName = 200, kSdkSerial = 20;
constexpr size_t kShown = 48;  // of what stands in the place of something else

std::string shown(const std::string& written) {
  return '"' + printable(written.substr(0, kShown)) + (written.size() > kShown ? "...\"" : "\"");
}
std::string text_of(const Json* json) {
  return json != nullptr && json->string() != nullptr ? *json->string() : std::string();
}
// What the SDK's JSON library refuses to take for a text, and ends its reader by.
bool throws_as_text(const Json* json) {
  return json != nullptr && (json->is_object() || json->is_array());
}
std::string found(const Json* json) {
  return json == nullptr             ? "none"
         : json->string() != nullptr ? shown(*json->string())
                                     : json->kind();
}
std::string number_key(View serial) {
  return std::string(text(without_leading_zeros(serial)));
}

// Hex in either case, with "0x" or colons, of an odd number of digits.
std::optional<Bytes> serial_of(const std::string& written) {
  std::string_view digits = written;
  const bool prefix = digits.starts_with("0x") || digits.starts_with("0X");
  if (prefix) digits.remove_prefix(2);
  const bool plain = digits.find(':') == std::string_view::npos;
  auto bytes = from_hex_lenient(plain && digits.size() % 2 == 1 ? "0" + std::string(digits)
                                                                : std::string(digits));
  return bytes && !bytes->empty() ? std::optional(std::move(*bytes)) : std::nullopt;
}

// (The SDK's decoder does without the padding.)
std::optional<Bytes> certificate_of(std::string written) {
  while (written.size() % 4 != 0 && !written.ends_with("==")) written += '=';
  auto der = from_base64(written);
  return der ? std::optional(std::move(*der)) : std::nullopt;
}

}  // namespace

void RevocationSet::read_issuer(const Json& json, size_t index, Entry& entry) {
  const auto unread = [&](std::string what) {
    entry.whole = false;
    unreadable_.push_back({index, std::move(what)});
  };
  const Json *name = json.find("issuer_name"), *id = json.find("issuer_subject_key_id");
  entry.issuer_name = text_of(name);
  entry.key_id = text_of(id);
  auto der = from_base64_lines(entry.issuer_name);
  if (!der || der->empty()) {
    unread(fmt::format("issuer_name: expected a name in DER, in base64, found {}", found(name)));
  } else {
    entry.issuer_der = std::move(*der);
    der::Cursor cursor(entry.issuer_der);
    auto read = read_name(cursor, "issuer_name");
    if (read && !cursor.empty()) read = error("bytes behind the name");
    if (read) {
      entry.issuer = std::move(*read);
    } else {
      entry.issuer_der.clear();
      unread(fmt::format("issuer_name: expected a name in DER: {}", read.error().what));
    }
  }
  const auto bytes = from_hex_lenient(entry.key_id);
  entry.id = bytes ? key_id(*bytes) : std::nullopt;
  if (!entry.id)
    unread(fmt::format("issuer_subject_key_id: expected 20 bytes in hex, found {}", found(id)));
  if (entry.issuer_der.empty() || !entry.id) return;
  if (entry.key_id != hex_upper(*entry.id))
    lost_on_sdk_.push_back(
        {index,
         fmt::format("its issuer_subject_key_id is {}, which the SDK compares as a text with "
                     "40 upper-case digits",
                     shown(entry.key_id))});
  if (entry.issuer_name != base64(entry.issuer_der))
    lost_on_sdk_.push_back({index,
                            "its issuer_name is not written as base64 on one line, which the SDK "
                            "compares as a text"});
}

void RevocationSet::read_serials(const Json& json, size_t index, Entry& entry) {
  const Json* serials = json.find("revoked_serial_numbers");
  if (serials == nullptr || serials->array() == nullptr) {
    entry.whole = false;
    unreadable_.push_back({index, fmt::format("revoked_serial_numbers: expected an array, found {}",
                                              found(serials))});
    return;
  }
  size_t unread = 0, otherwise = 0, at = 0;
  std::string first_unread, first_otherwise;
  for (const Json& one : *serials->array()) {
    const std::string* written = one.string();
    const auto number = written == nullptr ? std::nullopt : serial_of(*written);
    if (written != nullptr) entry.written.insert(*written);
    if (throws_as_text(&one) && entry.sdk_stops.empty())
      entry.sdk_stops = fmt::format("serial number [{}] is an {}", at, one.kind());
    if (!number) {
      if (unread++ == 0) first_unread = fmt::format("[{}] is {}", at, found(&one));
    } else {
      entry.numbers.insert(number_key(*number));
      const bool as_the_sdk = *written == hex_upper(without_leading_zeros(*number));
      if (!as_the_sdk && otherwise++ == 0) first_otherwise = shown(*written);
    }
    ++at;
  }
  if (unread != 0) {
    entry.whole = false;
    unreadable_.push_back(
        {index, fmt::format("revoked_serial_numbers: expected hex, and {} of {} cannot be read: {}",
                            unread, at, first_unread)});
  }
  if (otherwise != 0)
    lost_on_sdk_.push_back(
        {index, fmt::format("{} of {} serial numbers are written otherwise than the SDK compares "
                            "them, upper-case hex of an even length without leading zeros: {}",
                            otherwise, at, first_otherwise)});
}

// The certificate that the SDK compares the issuer with: the delegator's, else the signer's.
void RevocationSet::read_signer(const Json& json, Entry& entry) const {
  const Json* delegator = json.find("crl_signer_delegator");
  const char* which = delegator != nullptr ? "crl_signer_delegator" : "crl_signer_cert";
  const Json* written = delegator != nullptr ? delegator : json.find("crl_signer_cert");
  const auto stops = [&](std::string why) {
    entry.sdk_stops = fmt::format("its {} {}", which, why);
  };
  if (written == nullptr || written->string() == nullptr)
    return stops(written == nullptr ? "is not there" : fmt::format("is {}", found(written)));
  if (written->string()->size() * 3 / 4 > kSdkCertificate)
    return stops(fmt::format("has {} bytes, of which the SDK reads {} at most",
                             written->string()->size() / 4 * 3, kSdkCertificate));
  const auto der = certificate_of(*written->string());
  if (!der) return stops("is not base64");
  const auto certificate = parse_certificate(*der);
  if (!certificate) return stops("is no certificate: " + certificate.error().what);
  const Certificate& c = **certificate;
  if (c.subject.der.size() > kSdkName)
    return stops(fmt::format("has a subject of {} bytes, of which the SDK reads {} at most",
                             c.subject.der.size(), kSdkName));
  if (base64(c.subject.der) != entry.issuer_name)
    return stops(fmt::format("is of {}, which is not written as the entry's issuer is",
                             name_text(c.subject)));
  if (!c.skid() || hex_upper(*c.skid()) != entry.key_id)
    return stops(fmt::format("has the key id {}, which is not the entry's",
                             c.skid() ? hex_upper(*c.skid()) : "of no 20 bytes"));
}

void RevocationSet::add(const Json& json) {
  const size_t index = entries_.size();
  Entry& entry = entries_.emplace_back();
  if (!json.is_object()) {
    entry.whole = false;
    unreadable_.push_back({index, fmt::format("expected an object, found {}", json.kind())});
    if (!json.is_null())
      entry.sdk_breaks =
          fmt::format("it is {}, into which the SDK's reader cannot look", json.kind());
    return;
  }
  if (const Json* type = json.find("type"); text_of(type) != "revocation_set")
    unreadable_.push_back(
        {index, fmt::format("type: expected \"revocation_set\", found {}", found(type))});
  if (throws_as_text(json.find("issuer_name")))
    entry.sdk_breaks = "its issuer_name is no text, and the SDK's reader ends there";
  read_issuer(json, index, entry);
  read_serials(json, index, entry);
  if (!entry.issuer_der.empty() && entry.id) read_signer(json, entry);
}

// What stands behind an entry at which the search ends is never found.
void RevocationSet::find_hidden() {
  std::unordered_map<std::string, size_t> ended;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (!entry.sdk_breaks.empty()) {
      lost_on_sdk_.push_back({i, entry.sdk_breaks + ": nothing from there on is found"});
      break;
    }
    const std::string issuer = entry.key_id + " " + entry.issuer_name;
    if (const auto before = ended.find(issuer); before != ended.end()) {
      lost_on_sdk_.push_back(
          {i, fmt::format("the SDK's search ends before it, at entry [{}] of the same issuer",
                          before->second)});
    } else if (!entry.sdk_stops.empty()) {
      lost_on_sdk_.push_back({i, entry.sdk_stops + ", so that the SDK's search ends there"});
      ended.emplace(issuer, i);
    }
  }
  std::stable_sort(lost_on_sdk_.begin(), lost_on_sdk_.end(),
                   [](const auto& a, const auto& b) { return a.entry < b.entry; });
}

size_t RevocationSet::serials() const {
  size_t out = 0;
  for (const Entry& entry : entries_) out += entry.numbers.size();
  return out;
}

namespace {

bool is_of(const RevocationSet::Entry& entry, const Certificate& c) {
  return entry.id && !entry.issuer_der.empty() && c.akid() == entry.id &&
         same_name(c.issuer, entry.issuer);
}
// As far as it can be read, it may be an entry of this one's issuer.
bool may_be_of(const RevocationSet::Entry& entry, const Certificate& c) {
  return (!entry.id || c.akid() == entry.id) &&
         (entry.issuer_der.empty() || same_name(c.issuer, entry.issuer));
}

// Where the SDK finds it; else why it does not, as far as there is more to say than that it is not
// there.
struct SdkFinding {
  std::optional<size_t> entry;
  std::string why;
};
SdkFinding sdk_finding(const std::vector<RevocationSet::Entry>& entries, const Certificate& c) {
  const auto id = c.akid();
  const View serial = without_leading_zeros(c.serial);
  if (!id) return {{}, "the certificate names its issuer's key by no id of 20 bytes"};
  if (c.issuer.der.size() > kSdkName)
    return {{},
            fmt::format("the certificate's issuer has {} bytes, of which the SDK reads {} at most",
                        c.issuer.der.size(), kSdkName)};
  if (serial.size() > kSdkSerial)
    return {{},
            fmt::format("the serial number has {} bytes, of which the SDK reads {} at most",
                        serial.size(), kSdkSerial)};
  const std::string issuer = base64(c.issuer.der), akid = hex_upper(*id),
                    number = hex_upper(serial);
  for (size_t i = 0; i < entries.size(); ++i) {
    const RevocationSet::Entry& entry = entries[i];
    if (!entry.sdk_breaks.empty())
      return {{}, fmt::format("its search ends at entry [{}]: {}", i, entry.sdk_breaks)};
    if (entry.issuer_name != issuer || entry.key_id != akid) continue;
    if (!entry.sdk_stops.empty())
      return {{}, fmt::format("its search ends at entry [{}]: {}", i, entry.sdk_stops)};
    if (entry.written.contains(number)) return {i, {}};
  }
  return {};
}

// Why the SDK passes by an entry that names the certificate.
std::string otherwise_written(const RevocationSet::Entry& entry, const Certificate& c) {
  if (entry.issuer_name != base64(c.issuer.der))
    return "issuer_name is not, letter by letter, the base64 of the certificate's issuer";
  if (entry.key_id != hex_upper(*entry.id))
    return "issuer_subject_key_id is not written in 40 upper-case digits";
  return fmt::format("the serial number is not written as {}",
                     hex_upper(without_leading_zeros(c.serial)));
}

}  // namespace

RevocationSet::Answer RevocationSet::of(const Certificate& c) const {
  Answer out;
  const std::string number = number_key(c.serial);
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (is_of(entry, c) && entry.numbers.contains(number)) {
      out.entry = i;
      out.unclear = false;
      break;
    }
    out.unclear = out.unclear || (!entry.whole && may_be_of(entry, c));
  }
  if (!out.entry) return out;
  SdkFinding sdk = sdk_finding(entries_, c);
  out.sdk_entry = sdk.entry;
  if (!sdk.entry)
    out.sdk_misses = sdk.why.empty() ? otherwise_written(entries_[*out.entry], c) : sdk.why;
  return out;
}

bool RevocationSet::is_about(const Certificate& c) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return may_be_of(entry, c); });
}

bool RevocationSet::names(const Certificate& certificate, View serial) const {
  const std::string number = number_key(serial);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.numbers.contains(number) && is_of(entry, certificate);
  });
}

Result<RevocationSetPtr> parse_revocation_set(std::string_view json) {
  if (json.size() > kMostRevocationSetBytes)
    return error(fmt::format("expected a revocation set of at most {} bytes, found {}",
                             kMostRevocationSetBytes, json.size()));
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  std::vector<DoubledKey> doubled;
  const auto parsed = parse_json_of_last_keys(json, doubled);
  if (!parsed)
    return error(fmt::format("expected a revocation set, a JSON array: {}", parsed.error().what),
                 parsed.error().offset.value_or(0));
  const auto* entries = parsed->array();
  if (entries == nullptr)
    return error(fmt::format("expected a revocation set, a JSON array, found {}", parsed->kind()));
  auto out = std::make_shared<RevocationSet>();
  out->entries_.reserve(entries->size());
  for (const Json& entry : *entries) out->add(entry);
  // (What the SDK passes by may have been meant.)
  constexpr size_t kTold = 64, kLongest = 32;
  for (size_t i = 0; i < doubled.size(); ++i) {
    const auto& [index, key] = doubled[i];
    if (index >= out->entries_.size()) continue;
    out->entries_[index].whole = false;
    if (i < kTold)
      out->unreadable_.push_back(
          {index, fmt::format("\"{}\" stands in it twice, and the SDK takes the last",
                              printable(std::string_view(key).substr(0, kLongest)))});
  }
  std::stable_sort(out->unreadable_.begin(), out->unreadable_.end(),
                   [](const auto& a, const auto& b) { return a.entry < b.entry; });
  out->find_hidden();
  return RevocationSetPtr(std::move(out));
}

bool looks_like_revocation_set(View bytes) {
  return revocation_set_words(bytes) == SetWords::set;
}

Json revocation_set_entry(const RevocationSetIssuer& issuer, const std::vector<Bytes>& serials) {
  Json numbers{Json::Array{}};
  for (const Bytes& serial : serials) numbers.push(hex_upper(without_leading_zeros(serial)));
  Json out{Json::Object{}};
  out.set("type", "revocation_set")
      .set("issuer_subject_key_id", hex_upper(issuer.key_id))
      .set("issuer_name", base64(issuer.name))
      .set("revoked_serial_numbers", std::move(numbers))
      .set("crl_signer_cert", base64(issuer.signer));
  if (!issuer.delegator.empty()) out.set("crl_signer_delegator", base64(issuer.delegator));
  return out;
}

}  // namespace attest
