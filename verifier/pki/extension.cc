#include "verifier/pki/extension.h"

#include <fmt/format.h>

#include "verifier/pki/extension_content.h"
#include "verifier/pki/name.h"

namespace attest {
namespace {

constexpr const char* kKeyUsageNames[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                          "dataEncipherment", "keyAgreement",   "keyCertSign",
                                          "cRLSign",          "encipherOnly",   "decipherOnly"};
constexpr unsigned kKeyUsages = std::size(kKeyUsageNames);

Result<Extension> read_extension(der::Cursor& cursor) {
  auto inner = cursor.enter(der::kSequence, "extension");
  if (!inner) return tl::unexpected(inner.error());
  const auto type = inner->oid("extnID");
  if (!type) return tl::unexpected(type.error());
  Extension out{.oid = *type, .critical = false, .value = {}};
  // DER leaves a default unwritten (X.690 11.5). A FALSE that is written says the same, and CAs
  // sign it.
  if (inner->peek() == der::kBoolean) {
    const auto critical = inner->boolean("critical");
    if (!critical) return within(der::oid_text(*type), critical.error());
    out.critical = *critical;
    out.false_written = !*critical;
  }
  const auto value = inner->expect(der::kOctetString, "extnValue");
  if (!value) return within(der::oid_text(*type), value.error());
  out.value = value->body;
  if (const auto done = inner->end("extension"); !done)
    return within(der::oid_text(*type), done.error());
  return out;
}

// GeneralNames content: URIs by value, anything else by its presence.
Result<void> take_names(der::Cursor names, DistributionPoints& into) {
  const auto all = read_general_names(names);
  if (!all) return tl::unexpected(all.error());
  for (const GeneralName& name : *all) {
    if (name.tag == der::context(6)) {
      into.uris.emplace_back(text(name.value));
    } else {
      into.other_names = true;
    }
  }
  return {};
}

// The first directoryName [4] of GeneralNames content; nullopt where there is none.
Result<std::optional<Name>> directory_name(der::Cursor names) {
  while (!names.empty()) {
    if (names.peek() != der::context_constructed(4)) {
      if (const auto other = names.any("general name"); !other)
        return tl::unexpected(other.error());
      continue;
    }
    auto tagged = names.enter(der::context_constructed(4), "directory name");
    if (!tagged) return tl::unexpected(tagged.error());
    auto name = read_name(*tagged, "directory name");
    if (!name) return tl::unexpected(std::move(name).error());
    if (const auto done = tagged->end("directory name"); !done) return tl::unexpected(done.error());
    return std::optional<Name>(std::move(*name));
  }
  return std::optional<Name>();
}

Result<void> read_distribution_point(der::Cursor& points, DistributionPoints& into) {
  auto point = points.enter(der::kSequence, "distribution point");
  if (!point) return tl::unexpected(point.error());
  ++into.points;
  if (point->peek() == der::context_constructed(0)) {
    auto name = point->enter(der::context_constructed(0), "distributionPoint");
    if (!name) return tl::unexpected(name.error());
    if (const auto read = read_distribution_point_name(*name, into); !read) return read;
  }
  if (const auto reasons = point->optional(der::context(1), "reasons"); !reasons)
    return tl::unexpected(reasons.error());
  const auto issuer = point->optional(der::context_constructed(2), "cRLIssuer");
  if (!issuer) return tl::unexpected(issuer.error());
  if (*issuer) into.has_crl_issuer = true;
  return point->end("distribution point");
}

}  // namespace

Result<std::vector<Extension>> read_extensions(der::Cursor& cursor, std::string_view name) {
  auto list = cursor.enter(der::kSequence, name);
  if (!list) return tl::unexpected(list.error());
  std::vector<Extension> out;
  while (!list->empty()) {
    const auto extension = read_extension(*list);
    if (!extension) return within(name, extension.error());
    out.push_back(*extension);
  }
  return out;
}

Result<BasicConstraints> basic_constraints_of(View value) {
  der::Cursor outer(value);
  auto inner = outer.enter(der::kSequence, "basicConstraints");
  if (!inner) return tl::unexpected(inner.error());
  BasicConstraints out;
  if (inner->peek() == der::kBoolean) {  // a FALSE that is written is let be, as with critical
    const auto ca = inner->boolean("basicConstraints: cA");
    if (!ca) return tl::unexpected(ca.error());
    out.ca = *ca;
    out.false_written = !*ca;
  }
  if (!inner->empty()) {
    const auto length = inner->small_integer("basicConstraints: pathLenConstraint", UINT32_MAX);
    if (!length) return tl::unexpected(length.error());
    out.path_length = *length;
  }
  if (const auto done = inner->end("basicConstraints"); !done) return tl::unexpected(done.error());
  if (const auto done = outer.end("basicConstraints"); !done) return tl::unexpected(done.error());
  return out;
}

Result<KeyUsage> key_usage_of(View value) {
  der::Cursor outer(value);
  unsigned unused = 0;
  const auto octets = outer.bit_string("keyUsage", &unused);
  if (!octets) return tl::unexpected(octets.error());
  if (const auto done = outer.end("keyUsage"); !done) return tl::unexpected(done.error());
  KeyUsage out;
  out.minimal = octets->empty() ? unused == 0 : (octets->back() >> unused & 1) != 0;
  // RFC 5280 4.2.1.3: bit 0 is the first octet's highest.
  for (size_t bit = 0; bit < octets->size() * 8; ++bit) {
    if (((*octets)[bit / 8] >> (7 - bit % 8) & 1) == 0) continue;
    if (bit >= kKeyUsages)
      return error(
          fmt::format("keyUsage: expected bits 0 to {}, found bit {}", kKeyUsages - 1, bit));
    out.bits = static_cast<uint16_t>(out.bits | 1u << bit);
  }
  return out;
}

Result<Bytes> subject_key_id_of(View value) {
  der::Cursor outer(value);
  const auto id = outer.expect(der::kOctetString, "subjectKeyIdentifier");
  if (!id) return tl::unexpected(id.error());
  if (const auto done = outer.end("subjectKeyIdentifier"); !done)
    return tl::unexpected(done.error());
  return to_bytes(id->body);
}

Result<AuthorityKeyId> authority_key_id_of(View value) {
  der::Cursor outer(value);
  auto inner = outer.enter(der::kSequence, "authorityKeyIdentifier");
  if (!inner) return tl::unexpected(inner.error());
  AuthorityKeyId out;
  const auto id = inner->optional(der::context(0), "authorityKeyIdentifier: keyIdentifier");
  if (!id) return tl::unexpected(id.error());
  if (*id) out.key_identifier = to_bytes((*id)->body);
  const auto issuer =
      inner->optional(der::context_constructed(1), "authorityKeyIdentifier: authorityCertIssuer");
  if (!issuer) return tl::unexpected(issuer.error());
  if (*issuer) {
    auto name =
        directory_name(der::Cursor((*issuer)->body, inner->offset() - (*issuer)->body.size()));
    if (!name) return within("authorityKeyIdentifier: authorityCertIssuer", name.error());
    out.issuer = std::move(*name);
  }
  const auto serial =
      inner->optional(der::context(2), "authorityKeyIdentifier: authorityCertSerialNumber");
  if (!serial) return tl::unexpected(serial.error());
  if (*serial) out.serial = (*serial)->body;
  if (const auto done = inner->end("authorityKeyIdentifier"); !done)
    return tl::unexpected(done.error());
  if (const auto done = outer.end("authorityKeyIdentifier"); !done)
    return tl::unexpected(done.error());
  return out;
}

Result<DistributionPoints> distribution_points_of(View value) {
  der::Cursor outer(value);
  auto points = outer.enter(der::kSequence, "cRLDistributionPoints");
  if (!points) return tl::unexpected(points.error());
  DistributionPoints out;
  do {  // at least one
    if (const auto read = read_distribution_point(*points, out); !read)
      return within("cRLDistributionPoints", read.error());
  } while (!points->empty());
  if (const auto done = outer.end("cRLDistributionPoints"); !done)
    return tl::unexpected(done.error());
  return out;
}

Result<void> read_distribution_point_name(der::Cursor& cursor, DistributionPoints& into) {
  const auto name = cursor.any("distribution point name");
  if (!name) return tl::unexpected(name.error());
  if (name->tag == der::context_constructed(0)) {
    if (const auto read =
            take_names(der::Cursor(name->body, cursor.offset() - name->body.size()), into);
        !read)
      return read;
  } else if (name->tag == der::context_constructed(1)) {
    into.other_names = true;
  } else {
    return error(
        fmt::format("distribution point name: expected [0] or [1], found tag 0x{:02x}", name->tag),
        cursor.offset() - name->whole.size());
  }
  return cursor.end("distribution point name");
}

std::string key_usage_text(uint16_t bits) {
  std::string out;
  for (unsigned bit = 0; bit < kKeyUsages; ++bit) {
    if ((bits >> bit & 1) == 0) continue;
    if (!out.empty()) out += ", ";
    out += kKeyUsageNames[bit];
  }
  return out.empty() ? "none" : out;
}

}  // namespace attest
