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

// RFC 5280 5.1.2.6. `unknown` may be null.
Result<RevokedItem> read_entry(der::Cursor& entries, std::vector<std::string>* unknown) {
  const View from = entries.rest();
  auto entry = entries.enter(der::kSequence, "revoked certificate");
  if (!entry) return tl::unexpected(entry.error());
  RevokedItem out;
  out.whole = from.first(from.size() - entries.rest().size());
  const auto serial = entry->integer("userCertificate");
  if (!serial) return tl::unexpected(serial.error());
  out.serial = *serial;
  const auto date = read_time(*entry, "revocationDate");
  if (!date) return tl::unexpected(date.error());
  out.date = *date;
  if (entry->empty()) return out;
  const uint64_t at = entry->offset();
  const auto extensions = read_extensions(*entry, "crlEntryExtensions");
  if (!extensions) return tl::unexpected(extensions.error());
  for (const auto& extension : *extensions) {
    if (equal(extension.oid, kReasonCode)) {
      const auto reason = reason_of(extension.value);
      if (!reason) return error(reason.error().what, at);
      out.reason = *reason;
    } else if (equal(extension.oid, kCertificateIssuer)) {
      const auto issuers = certificate_issuers_of(extension.value);
      if (!issuers) return error(issuers.error().what, at);
      out.certificate_issuers = *issuers;
    } else {
      note_unknown(unknown, extension);
    }
  }
  if (const auto done = entry->end("revoked certificate"); !done)
    return tl::unexpected(done.error());
  return out;
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

tl::expected<void, Error> know_crl_extension(const Extension& extension, Crl& out) {
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
    note_unknown(&out.unknown_critical, extension);
  }
  return {};
}

tl::expected<void, Error> read_crl_extensions(der::Cursor& tbs, Crl& out) {
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
                    same))
      return error(fmt::format("crlExtensions: {} occurs twice", der::oid_text(extension.oid)), at);
    if (const auto known = know_crl_extension(extension, out); !known)
      return error("crlExtensions: " + known.error().what, at);
  }
  return tagged->end("crlExtensions");
}

bool at_time(const der::Cursor& cursor) {
  return cursor.peek() == der::kUtcTime || cursor.peek() == der::kGeneralizedTime;
}

// RFC 5280 5.1.2. With a summary the entries are left alone.
tl::expected<void, Error> read_tbs(der::Cursor& tbs, Crl& out, const CrlSummary* summary) {
  if (tbs.peek() == der::kInteger) {
    const auto version = tbs.small_integer("version", 255);
    if (!version) return tl::unexpected(version.error());
    out.version = static_cast<unsigned>(*version) + 1;
  }
  if (const auto algorithm = read_algorithm(tbs, "signature"); !algorithm)
    return tl::unexpected(algorithm.error());
  auto issuer = read_name(tbs, "issuer");
  if (!issuer) return tl::unexpected(std::move(issuer).error());
  out.issuer = std::move(*issuer);
  const auto this_update = read_time(tbs, "thisUpdate");
  if (!this_update) return tl::unexpected(this_update.error());
  out.this_update = *this_update;
  if (at_time(tbs)) {
    const auto next_update = read_time(tbs, "nextUpdate");
    if (!next_update) return tl::unexpected(next_update.error());
    out.next_update = *next_update;
  }
  if (tbs.peek() == der::kSequence) {
    auto entries = tbs.enter(der::kSequence, "revokedCertificates");
    if (!entries) return tl::unexpected(entries.error());
    out.entries = entries->rest();
    for (; summary == nullptr && !entries->empty(); ++out.entry_count) {
      const auto entry = read_entry(*entries, &out.unknown_critical);
      if (!entry)
        return within(fmt::format("revokedCertificates: entry {}", out.entry_count), entry.error());
    }
  }
  if (!tbs.empty()) {
    if (const auto read = read_crl_extensions(tbs, out); !read) return read;
  }
  return tbs.end("end");
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
  if (const auto read = read_tbs(content, *out, summary); !read)
    return within("crl: tbsCertList", read.error());
  const auto algorithm = read_algorithm(*inner, "signatureAlgorithm");
  if (!algorithm) return within("crl", algorithm.error());
  out->signature_algorithm = algorithm->oid;
  const auto signature = inner->bit_string("signatureValue");
  if (!signature) return within("crl", signature.error());
  if (const auto ecdsa = der::ecdsa_signature(*signature)) out->ecdsa = *ecdsa;
  if (const auto done = inner->end("crl"); !done) return tl::unexpected(done.error());
  if (const auto done = outer.end("crl"); !done) return tl::unexpected(done.error());
  return CrlPtr(out);
}

}  // namespace

Result<CrlPtr> parse_crl(View der, std::shared_ptr<const void> owner) {
  return read_crl(der, std::move(owner), nullptr);
}

Result<CrlPtr> parse_crl(Bytes der) {
  const auto owner = std::make_shared<const Bytes>(std::move(der));
  return parse_crl(*owner, owner);
}

Result<CrlPtr> reopen_crl(View der, std::shared_ptr<const void> owner, const CrlSummary& summary) {
  return read_crl(der, std::move(owner), &summary);
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
  if (entries_.empty()) return std::nullopt;
  auto item = read_entry(entries_, nullptr);
  if (!item) return std::nullopt;  // parse_crl has read every entry; this list was not made by it
  if (!item->certificate_issuers.empty()) certificate_issuers_ = item->certificate_issuers;
  item->certificate_issuers = certificate_issuers_;
  return *item;
}

std::optional<RevokedItem> revoked_item_at(const Crl& crl, size_t offset) {
  const auto begin = static_cast<size_t>(crl.entries.data() - crl.der.data());
  if (crl.entries.empty() || offset < begin || offset >= begin + crl.entries.size())
    return std::nullopt;
  der::Cursor entries(crl.der.subspan(offset, begin + crl.entries.size() - offset));
  const auto item = read_entry(entries, nullptr);
  return item ? std::optional(*item) : std::nullopt;
}

View without_leading_zeros(View serial) {
  while (serial.size() > 1 && serial[0] == 0) serial = serial.subspan(1);
  return serial;
}

// A list that is not indirect and names no other issuer speaks of whatever it is consulted for: in
// Matter that may be the certificates of the PAA or PAI that delegated to its signer (the ledger's
// crlSignerDelegator).
bool speaks_of(const Crl& crl, View certificate_issuers, const Name& issuer) {
  if (!certificate_issuers.empty()) return names_issuer(certificate_issuers, issuer);
  return !(crl.partition && crl.partition->indirect) || same_name(crl.issuer, issuer);
}

std::optional<RevokedEntry> find_revoked(const Crl& crl, View serial, const Name& issuer) {
  const View wanted = without_leading_zeros(serial);
  View compared;  // the last certificate issuers that were compared, and the answer: they may be
                  // long and hold for many
  bool first = true, ours = false;
  RevokedWalk walk(crl);
  while (const auto item = walk.next()) {
    if (!equal(without_leading_zeros(item->serial), wanted) || item->reason == kRemoveFromCrl)
      continue;
    if (first || item->certificate_issuers.data() != compared.data()) {
      first = false;
      compared = item->certificate_issuers;
      ours = speaks_of(crl, compared, issuer);
    }
    if (ours) return RevokedEntry{item->date, item->reason};
  }
  return std::nullopt;
}

}  // namespace attest
