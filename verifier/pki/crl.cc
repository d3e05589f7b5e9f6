#include "verifier/pki/crl.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/pki/extension.h"
#include "verifier/pki/name.h"
#include "verifier/pki/public_key.h"
#include "verifier/pki/time.h"

namespace attest {
namespace {

constexpr uint8_t kEnumerated = 0x0A;
constexpr size_t kMaxUnknownCritical = 16;  // kept by name; one is enough to distrust the list
constexpr size_t kMaxCrlExtensions = 64;    // RFC 5280 5.2 defines seven

constexpr uint8_t kCrlNumber[] = {0x55, 0x1D, 0x14};                 // 2.5.29.20
constexpr uint8_t kDeltaIndicator[] = {0x55, 0x1D, 0x1B};            // 2.5.29.27
constexpr uint8_t kReasonCode[] = {0x55, 0x1D, 0x15};                // 2.5.29.21
constexpr uint8_t kIssuingDistributionPoint[] = {0x55, 0x1D, 0x1C};  // 2.5.29.28
constexpr uint8_t kCertificateIssuer[] = {0x55, 0x1D, 0x1D};         // 2.5.29.29

// Content of a SEQUENCE OF GeneralName, each of which is a directoryName [4]: other forms cannot be
// compared with a certificate's issuer.
Result<View> certificate_issuers_of(View value) {
  der::Cursor outer(value);
  auto names = outer.enter(der::kSequence, "certificateIssuer");
  if (!names) return tl::unexpected(names.error());
  if (const auto done = outer.end("certificateIssuer"); !done) return tl::unexpected(done.error());
  const View content = names->rest();
  do {
    auto tagged = names->enter(der::context_constructed(4), "certificateIssuer");
    if (!tagged) return tl::unexpected(tagged.error());
    if (const auto name = read_name(*tagged, "certificateIssuer"); !name)
      return tl::unexpected(name.error());
    if (const auto done = tagged->end("certificateIssuer"); !done)
      return tl::unexpected(done.error());
  } while (!names->empty());
  return content;
}

bool names_issuer(View certificate_issuers, const Name& issuer) {
  der::Cursor names(certificate_issuers);
  while (!names.empty()) {
    auto tagged = names.enter(der::context_constructed(4), "certificateIssuer");
    if (!tagged) return false;
    const auto name = read_name(*tagged, "certificateIssuer");
    if (name && same_name(*name, issuer)) return true;
  }
  return false;
}

Result<unsigned> reason_of(View value) {
  der::Cursor outer(value);
  const auto reason = outer.expect(kEnumerated, "reasonCode");
  if (!reason) return tl::unexpected(reason.error());
  if (reason->body.size() != 1 || reason->body[0] > 0x7F)
    return error("reasonCode: expected one octet from 0 to 127");
  if (const auto done = outer.end("reasonCode"); !done) return tl::unexpected(done.error());
  return static_cast<unsigned>(reason->body[0]);
}

// The OIDs of critical extensions that nobody here understands.
void note_unknown(std::vector<std::string>* unknown, const Extension& extension) {
  if (unknown == nullptr || !extension.critical || unknown->size() >= kMaxUnknownCritical) return;
  std::string oid = der::oid_text(extension.oid);
  if (std::find(unknown->begin(), unknown->end(), oid) == unknown->end())
    unknown->push_back(std::move(oid));
}

// Where faults go that leave the rest readable: the first one is kept. Null: nobody asks.
void note_fault(std::optional<Error>* faults, Error fault) {
  if (faults != nullptr && !*faults) *faults = std::move(fault);
}

// What an entry says beside its serial number. `unknown` may be null.
void read_entry_extensions(der::Cursor& entry, RevokedItem& out, std::vector<std::string>* unknown,
                           std::optional<Error>* faults) {
  const uint64_t at = entry.offset();
  const auto extensions = read_extensions(entry, "crlEntryExtensions");
  if (!extensions) return note_fault(faults, extensions.error());
  for (const auto& extension : *extensions) {
    if (equal(extension.oid, kReasonCode)) {
      const auto reason = reason_of(extension.value);
      if (!reason) note_fault(faults, {.what = reason.error().what, .offset = at});
      if (reason) out.reason = *reason;
    } else if (equal(extension.oid, kCertificateIssuer)) {
      const auto issuers = certificate_issuers_of(extension.value);
      if (!issuers) note_fault(faults, {.what = issuers.error().what, .offset = at});
      out.certificate_issuers = issuers ? *issuers : extension.value;
      out.names_issuers = true;
    } else {
      note_unknown(unknown, extension);
    }
  }
  if (const auto done = entry.end("revoked certificate"); !done) note_fault(faults, done.error());
}

// RFC 5280 5.1.2.6. An error: no serial number can be read.
Result<RevokedItem> read_entry(der::Cursor& entries, std::vector<std::string>* unknown,
                               std::optional<Error>* faults) {
  const View from = entries.rest();
  auto entry = entries.enter(der::kSequence, "revoked certificate");
  if (!entry) return tl::unexpected(entry.error());
  RevokedItem out;
  out.whole = from.first(from.size() - entries.rest().size());
  der::Cursor ahead = *entry;
  if (const auto serial = ahead.integer("userCertificate")) {
    *entry = ahead;
    out.serial = *serial;
  } else {  // a number that is not written as DER wants it is a number still
    note_fault(faults, serial.error());
    const auto element = entry->expect(der::kInteger, "userCertificate");
    if (!element) return tl::unexpected(element.error());
    out.serial = element->body;
  }
  const auto date = read_time(*entry, "revocationDate");
  if (!date) {
    note_fault(faults, date.error());
    return out;
  }
  out.date = *date;
  if (!entry->empty()) read_entry_extensions(*entry, out, unknown, faults);
  return out;
}

// The next entry that has a serial number; nullopt: there is none.
std::optional<RevokedItem> next_entry(der::Cursor& entries, std::vector<std::string>* unknown,
                                      std::optional<Error>* faults) {
  while (!entries.empty()) {
    der::Cursor ahead = entries;
    const auto item = read_entry(entries, unknown, faults);
    if (item) return *item;
    note_fault(faults, item.error());
    if (!ahead.any("revoked certificate")) {
      entries = der::Cursor(View());
      return std::nullopt;
    }
    entries = ahead;
  }
  return std::nullopt;
}

Result<bool> implicit_boolean(const der::Element& element, std::string_view name) {
  if (element.body.size() == 1 && (element.body[0] == 0x00 || element.body[0] == 0xFF))
    return element.body[0] == 0xFF;
  return error(fmt::format("issuingDistributionPoint: {}: expected a BOOLEAN of 00 or ff", name));
}

// RFC 5280 5.2.5.
Result<Crl::Partition> partition_of(View value) {
  der::Cursor outer(value);
  auto point = outer.enter(der::kSequence, "issuingDistributionPoint");
  if (!point) return tl::unexpected(point.error());
  Crl::Partition out;
  if (point->peek() == der::context_constructed(0)) {
    auto name = point->enter(der::context_constructed(0), "distributionPoint");
    if (!name) return tl::unexpected(name.error());
    DistributionPoints names;
    if (const auto read = read_distribution_point_name(*name, names); !read)
      return within("issuingDistributionPoint", read.error());
    out.uris = std::move(names.uris);
  }
  const struct {
    unsigned tag;
    const char* name;
    bool Crl::Partition::*flag;
  } flags[] = {{1, "onlyContainsUserCerts", &Crl::Partition::only_user},
               {2, "onlyContainsCACerts", &Crl::Partition::only_ca},
               {3, "onlySomeReasons", nullptr},
               {4, "indirectCRL", &Crl::Partition::indirect},
               {5, "onlyContainsAttributeCerts", &Crl::Partition::only_attribute}};
  for (const auto& [tag, name, flag] : flags) {
    const auto element = point->optional(der::context(tag), name);
    if (!element) return within("issuingDistributionPoint", element.error());
    if (!*element) continue;
    if (flag == nullptr) {
      out.only_some_reasons = true;
      continue;
    }
    const auto on = implicit_boolean(**element, name);
    if (!on) return tl::unexpected(on.error());
    out.*flag = *on;
  }
  if (const auto done = point->end("issuingDistributionPoint"); !done)
    return tl::unexpected(done.error());
  if (const auto done = outer.end("issuingDistributionPoint"); !done)
    return tl::unexpected(done.error());
  return out;
}

Result<void> know_crl_extension(const Extension& extension, Crl& out) {
  if (equal(extension.oid, oid::kAuthorityKeyId)) {
    const auto id = authority_key_id_of(extension.value);
    if (!id) return tl::unexpected(id.error());
    if (id->key_identifier) out.authority_key_id = key_id(*id->key_identifier);
  } else if (equal(extension.oid, kCrlNumber)) {
    der::Cursor value(extension.value);
    const auto number = value.integer("cRLNumber");
    if (!number) return tl::unexpected(number.error());
    if (const auto done = value.end("cRLNumber"); !done) return done;
    out.number = to_bytes(*number);
  } else if (equal(extension.oid, kIssuingDistributionPoint)) {
    auto partition = partition_of(extension.value);
    if (!partition) return tl::unexpected(std::move(partition).error());
    out.partition = std::move(*partition);
  } else {
    out.delta = out.delta || equal(extension.oid, kDeltaIndicator);
    note_unknown(&out.unknown_critical, extension);
  }
  return {};
}

Result<void> read_crl_extensions(der::Cursor& tbs, Crl& out) {
  auto tagged = tbs.enter(der::context_constructed(0), "crlExtensions");
  if (!tagged) return tl::unexpected(tagged.error());
  const uint64_t at = tagged->offset();
  const auto extensions = read_extensions(*tagged, "crlExtensions");
  if (!extensions) return tl::unexpected(extensions.error());
  if (extensions->size() > kMaxCrlExtensions)
    return error(fmt::format("crlExtensions: expected at most {}, found {}", kMaxCrlExtensions,
                             extensions->size()),
                 at);
  for (size_t i = 0; i < extensions->size(); ++i) {
    const Extension& extension = (*extensions)[i];
    // RFC 5280 4.2: one instance of each. Two issuingDistributionPoints would be two answers to
    // what the list covers.
    const auto same = [&](const Extension& other) { return equal(other.oid, extension.oid); };
    if (std::any_of(extensions->begin(), extensions->begin() + static_cast<std::ptrdiff_t>(i),
                    same)) {
      note_fault(&out.damage,
                 {.what = fmt::format("crl: tbsCertList: crlExtensions: {} occurs twice",
                                      der::oid_text(extension.oid)),
                  .offset = at});
    } else if (const auto known = know_crl_extension(extension, out); !known) {
      note_fault(&out.damage,
                 {.what = "crl: tbsCertList: crlExtensions: " + known.error().what, .offset = at});
    }
  }
  return tagged->end("crlExtensions");
}

bool at_time(const der::Cursor& cursor) {
  return cursor.peek() == der::kUtcTime || cursor.peek() == der::kGeneralizedTime;
}

Error in_tbs(const Error& fault) {
  return {.what = "crl: tbsCertList: " + fault.what, .offset = fault.offset};
}

// A time; one that cannot be read is stepped over, where one stands at all.
Result<std::optional<Instant>> read_time_or_fault(der::Cursor& tbs, const char* name, Crl& out) {
  der::Cursor ahead = tbs;
  if (const auto time = read_time(ahead, name)) {
    tbs = ahead;
    return *time;
  } else if (!at_time(tbs)) {
    return tl::unexpected(time.error());
  } else {
    note_fault(&out.damage, in_tbs(time.error()));
  }
  if (const auto skipped = tbs.any(name); !skipped) return tl::unexpected(skipped.error());
  return std::nullopt;
}

void read_entries(der::Cursor entries, Crl& out) {
  for (;; ++out.entry_count) {
    std::optional<Error> fault;
    const bool found = next_entry(entries, &out.unknown_critical, &fault).has_value();
    if (fault)
      note_fault(&out.damage, in_tbs({.what = fmt::format("revokedCertificates: entry {}: {}",
                                                          out.entry_count, fault->what),
                                      .offset = fault->offset}));
    if (!found) return;
  }
}

// RFC 5280 5.1.2. With a summary the entries are left alone. Gives the signed part's algorithm.
Result<View> read_tbs(der::Cursor& tbs, Crl& out, const CrlSummary* summary) {
  if (tbs.peek() == der::kInteger) {
    const auto version = tbs.small_integer("version", 255);
    if (!version) return tl::unexpected(version.error());
    out.version = static_cast<unsigned>(*version) + 1;
  }
  const auto algorithm = read_algorithm(tbs, "signature");
  if (!algorithm) return tl::unexpected(algorithm.error());
  auto issuer = read_name(tbs, "issuer");
  if (!issuer) return tl::unexpected(std::move(issuer).error());
  out.issuer = std::move(*issuer);
  const auto this_update = read_time_or_fault(tbs, "thisUpdate", out);
  if (!this_update) return tl::unexpected(this_update.error());
  out.this_update = this_update->value_or(Instant{});
  if (at_time(tbs)) {
    const auto next_update = read_time_or_fault(tbs, "nextUpdate", out);
    if (!next_update) return tl::unexpected(next_update.error());
    out.next_update = *next_update;
  }
  if (tbs.peek() == der::kSequence) {
    auto entries = tbs.enter(der::kSequence, "revokedCertificates");
    if (!entries) return tl::unexpected(entries.error());
    out.entries = entries->rest();
    if (summary == nullptr) read_entries(*entries, out);
  }
  if (!tbs.empty()) {
    if (const auto read = read_crl_extensions(tbs, out); !read)
      note_fault(&out.damage, in_tbs(read.error()));
  }
  if (const auto done = tbs.end("end"); !done) note_fault(&out.damage, in_tbs(done.error()));
  return algorithm->content;
}

Result<CrlPtr> read_crl(View der, std::shared_ptr<const void> owner, const CrlSummary* summary) {
  const auto out = std::make_shared<Crl>();
  out->owner = std::move(owner);
  out->der = der;
  if (summary != nullptr) {
    out->entry_count = summary->entry_count;
    out->unknown_critical = summary->unknown_critical;
  }
  der::Cursor outer(out->der);
  auto inner = outer.enter(der::kSequence, "crl");
  if (!inner) return tl::unexpected(inner.error());
  const auto tbs = inner->expect(der::kSequence, "tbsCertList");
  if (!tbs) return within("crl", tbs.error());
  out->tbs = tbs->whole;
  der::Cursor content(tbs->body, inner->offset() - tbs->body.size());
  const auto signed_algorithm = read_tbs(content, *out, summary);
  if (!signed_algorithm) return tl::unexpected(in_tbs(signed_algorithm.error()));
  const auto algorithm = read_algorithm(*inner, "signatureAlgorithm");
  if (!algorithm) return within("crl", algorithm.error());
  out->signature_algorithm = algorithm->oid;
  out->same_algorithm = equal(algorithm->content, *signed_algorithm);
  const auto signature = inner->bit_string("signatureValue");
  if (!signature) return within("crl", signature.error());
  out->signature = *signature;
  if (const auto ecdsa = der::ecdsa_signature(*signature)) out->ecdsa = *ecdsa;
  for (der::Cursor* end : {&*inner, &outer}) {
    if (const auto done = end->end("crl"); !done) note_fault(&out->damage, done.error());
  }
  return CrlPtr(out);
}

Result<CrlPtr> whole(Result<CrlPtr> crl) {
  if (crl && (*crl)->damage) return tl::unexpected(*(*crl)->damage);
  return crl;
}

}  // namespace

Result<CrlPtr> salvage_crl(View der, std::shared_ptr<const void> owner) {
  return read_crl(der, std::move(owner), nullptr);
}

Result<CrlPtr> salvage_crl(Bytes der) {
  const auto owner = std::make_shared<const Bytes>(std::move(der));
  return salvage_crl(*owner, owner);
}

Result<CrlPtr> parse_crl(View der, std::shared_ptr<const void> owner) {
  return whole(salvage_crl(der, std::move(owner)));
}

Result<CrlPtr> parse_crl(Bytes der) {
  const auto owner = std::make_shared<const Bytes>(std::move(der));
  return parse_crl(*owner, owner);
}

Result<CrlPtr> reopen_crl(View der, std::shared_ptr<const void> owner, const CrlSummary& summary) {
  return whole(read_crl(der, std::move(owner), &summary));
}

// A certificate has a SEQUENCE (its validity) where a list has a time.
bool looks_like_crl(View input) {
  const auto list = der::peel(input, der::kSequence);
  const auto tbs = list ? der::peel(*list, der::kSequence) : std::nullopt;
  if (!tbs) return false;
  der::Cursor cursor(*tbs);
  if (cursor.peek() == der::kInteger && !cursor.integer("version")) return false;
  return read_algorithm(cursor, "signature") && read_name(cursor, "issuer") && at_time(cursor);
}

std::optional<RevokedItem> RevokedWalk::next() {
  auto item = next_entry(entries_, nullptr, nullptr);
  if (!item) return std::nullopt;
  if (item->names_issuers) certificate_issuers_ = item->certificate_issuers;
  item->certificate_issuers = certificate_issuers_;
  return item;
}

std::optional<RevokedItem> revoked_item_at(const Crl& crl, size_t offset) {
  const auto begin = static_cast<size_t>(crl.entries.data() - crl.der.data());
  if (crl.entries.empty() || offset < begin || offset >= begin + crl.entries.size())
    return std::nullopt;
  der::Cursor entries(crl.der.subspan(offset, begin + crl.entries.size() - offset));
  const auto item = read_entry(entries, nullptr, nullptr);
  return item ? std::optional(*item) : std::nullopt;
}

View without_leading_zeros(View serial) {
  while (serial.size() > 1 && serial[0] == 0) serial = serial.subspan(1);
  return serial;
}

SpeaksOf speaks_of(const RevokedItem& item, const Name& issuer) {
  if (item.certificate_issuers.empty() && !item.names_issuers) return SpeaksOf::this_one;
  if (names_issuer(item.certificate_issuers, issuer)) return SpeaksOf::this_one;
  return item.names_issuers ? SpeaksOf::other : SpeaksOf::unsaid;
}

std::optional<RevokedEntry> find_revoked(const Crl& crl, View serial, const Name& issuer) {
  const View wanted = without_leading_zeros(serial);
  std::optional<RevokedEntry> unsaid;
  RevokedWalk walk(crl);
  while (const auto item = walk.next()) {
    if (!equal(without_leading_zeros(item->serial), wanted) ||
        (crl.delta && item->reason == kRemoveFromCrl))
      continue;
    const SpeaksOf whose = speaks_of(*item, issuer);
    if (whose == SpeaksOf::other) continue;
    const RevokedEntry found{
        .date = item->date, .reason = item->reason, .unsaid = whose == SpeaksOf::unsaid};
    if (!found.unsaid) return found;
    if (!unsaid) unsaid = found;
  }
  return unsaid;
}

}  // namespace attest
