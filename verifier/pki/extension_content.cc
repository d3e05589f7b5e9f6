#include "verifier/pki/extension_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "verifier/base/characters.h"
#include "verifier/pki/extension.h"
#include "verifier/pki/name.h"
#include "verifier/pki/time.h"

namespace attest {
namespace {

using Done = Result<void>;

// --- forms that recur ---

template <class T>
Done only(const Result<T>& read) {
  if (read) return {};
  return tl::unexpected(read.error());
}

// SEQUENCE SIZE (1..MAX) OF what `one` reads.
template <class One>
Done sequence_of(der::Cursor& cursor, std::string_view name, One one) {
  auto inner = cursor.enter(der::kSequence, name);
  if (!inner) return tl::unexpected(inner.error());
  do {
    if (const Done read = one(*inner); !read) return read;
  } while (!inner->empty());
  return {};
}
// A SEQUENCE whose members `members` reads one after another; nothing may follow them.
template <class Members>
Done sequence(der::Cursor& cursor, std::string_view name, Members members) {
  auto inner = cursor.enter(der::kSequence, name);
  if (!inner) return tl::unexpected(inner.error());
  if (const Done read = members(*inner); !read) return read;
  return inner->end(name);
}
Done read_oid(der::Cursor& cursor) {
  return only(cursor.oid("object identifier"));
}
Done read_any(der::Cursor& cursor) {
  return only(cursor.any("value"));
}
// An INTEGER from 0 under an implicit tag.
Done read_skip_count(const std::optional<der::Element>& element, std::string_view name) {
  if (!element) return {};
  const View v = element->body;
  const bool minimal = v.size() < 2 || v[0] != 0 || v[1] >= 0x80;
  if (!v.empty() && v[0] < 0x80 && minimal) return {};
  return error(fmt::format("{}: expected an INTEGER from 0, found {}", name, hex(v)));
}

// --- one function an extension ---

Done ext_key_usage(der::Cursor& c) {
  return sequence_of(c, "extKeyUsage", read_oid);
}

Done alternative_name(der::Cursor& c) {
  const auto names = c.enter(der::kSequence, "alternative name");
  if (!names) return tl::unexpected(names.error());
  return only(read_general_names(*names));
}

Done certificate_policies(der::Cursor& c) {
  std::vector<View> seen;
  return sequence_of(c, "certificatePolicies", [&](der::Cursor& policies) {
    return sequence(policies, "policy", [&](der::Cursor& policy) -> Done {
      const auto id = policy.oid("policyIdentifier");
      if (!id) return tl::unexpected(id.error());
      if (std::any_of(seen.begin(), seen.end(), [&](View known) { return equal(known, *id); }))
        return error(fmt::format("policy {}: it stands there twice", der::oid_text(*id)));
      seen.push_back(*id);
      if (policy.empty()) return {};
      return sequence_of(policy, "policyQualifiers", [](der::Cursor& qualifiers) {
        return sequence(qualifiers, "policyQualifier", [](der::Cursor& qualifier) -> Done {
          if (const Done type = read_oid(qualifier); !type) return type;
          return read_any(qualifier);
        });
      });
    });
  });
}

Done policy_mappings(der::Cursor& c) {
  return sequence_of(c, "policyMappings", [](der::Cursor& mappings) {
    return sequence(mappings, "policy mapping", [](der::Cursor& mapping) -> Done {
      if (const Done from = read_oid(mapping); !from) return from;
      return read_oid(mapping);
    });
  });
}

Done directory_attributes(der::Cursor& c) {
  return sequence_of(c, "subjectDirectoryAttributes", [](der::Cursor& attributes) {
    return sequence(attributes, "attribute", [](der::Cursor& attribute) -> Done {
      if (const Done type = read_oid(attribute); !type) return type;
      auto values = attribute.enter(der::kSet, "values");
      if (!values) return tl::unexpected(values.error());
      do {
        if (const Done value = read_any(*values); !value) return value;
      } while (!values->empty());
      return {};
    });
  });
}

Done policy_constraints(der::Cursor& c) {
  return sequence(c, "policyConstraints", [](der::Cursor& inner) -> Done {
    if (inner.empty()) return error("policyConstraints: expected one of two, found none");
    for (const unsigned n : {0u, 1u}) {
      const auto count = inner.optional(der::context(n), "skip count");
      if (!count) return tl::unexpected(count.error());
      if (const Done read = read_skip_count(*count, "skip count"); !read) return read;
    }
    return {};
  });
}

Done inhibit_any_policy(der::Cursor& c) {
  return only(c.small_integer("inhibitAnyPolicy", UINT32_MAX));
}

Done distribution_points(der::Cursor& c) {
  const auto whole = c.any("distribution points");
  if (!whole) return tl::unexpected(whole.error());
  return only(distribution_points_of(whole->whole));
}

// authorityInfoAccess and subjectInfoAccess.
Done info_access(der::Cursor& c) {
  return sequence_of(c, "information access", [](der::Cursor& descriptions) {
    return sequence(descriptions, "access description", [](der::Cursor& description) -> Done {
      if (const Done method = read_oid(description); !method) return method;
      return only(read_general_name(description));
    });
  });
}

Done name_constraints(der::Cursor& c) {
  const auto whole = c.any("nameConstraints");
  if (!whole) return tl::unexpected(whole.error());
  return only(name_constraints_of(whole->whole));
}

Done private_key_usage_period(der::Cursor& c) {
  return sequence(c, "privateKeyUsagePeriod", [](der::Cursor& inner) -> Done {
    if (inner.empty()) return error("privateKeyUsagePeriod: expected a time, found none");
    for (const unsigned n : {0u, 1u}) {
      const auto time = inner.optional(der::context(n), "time");
      if (!time) return tl::unexpected(time.error());
      if (!*time) continue;
      Bytes written{der::kGeneralizedTime, static_cast<uint8_t>((*time)->body.size())};
      written.insert(written.end(), (*time)->body.begin(), (*time)->body.end());
      der::Cursor as_time(written);
      if (const auto read = read_time(as_time, "time"); !read) return tl::unexpected(read.error());
    }
    return {};
  });
}

Done tls_feature(der::Cursor& c) {
  return sequence_of(c, "tlsFeature", [](der::Cursor& features) {
    return only(features.small_integer("feature", 0xFFFF));
  });
}

Done ocsp_no_check(der::Cursor& c) {
  const auto null = c.expect(der::kNull, "ocspNoCheck");
  if (!null) return tl::unexpected(null.error());
  if (!null->body.empty()) return error("ocspNoCheck: a NULL with content");
  return {};
}

Done netscape_type(der::Cursor& c) {
  unsigned unused = 0;
  return only(c.bit_string("netscapeCertType", &unused));
}

// 2.5.29.x; 1.3.6.1.5.5.7.1.x; 1.3.6.1.5.5.7.48.1.5; 2.16.840.1.113730.1.1
constexpr uint8_t kDirectoryAttributes[] = {0x55, 0x1D, 0x09},
                  kPrivateKeyUsage[] = {0x55, 0x1D, 0x10},
                  kSubjectAlternative[] = {0x55, 0x1D, 0x11},
                  kIssuerAlternative[] = {0x55, 0x1D, 0x12},
                  kNameConstraints[] = {0x55, 0x1D, 0x1E}, kPolicies[] = {0x55, 0x1D, 0x20},
                  kPolicyMappings[] = {0x55, 0x1D, 0x21}, kPolicyConstraints[] = {0x55, 0x1D, 0x24},
                  kExtKeyUsage[] = {0x55, 0x1D, 0x25}, kFreshestCrl[] = {0x55, 0x1D, 0x2E},
                  kInhibitAny[] = {0x55, 0x1D, 0x36}, kPoints[] = {0x55, 0x1D, 0x1F};
constexpr uint8_t kAuthorityInfo[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01},
                  kSubjectInfo[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x0B},
                  kTlsFeature[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18},
                  kOcspNoCheck[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05},
                  kNetscapeType[] = {0x60, 0x86, 0x48, 0x01, 0x86, 0xF8, 0x42, 0x01, 0x01};

using U = Understood;
constexpr ExtensionKind kKinds[] = {
    {kExtKeyUsage, "extKeyUsage", U::yes, true, ext_key_usage},
    {kSubjectAlternative, "subjectAltName", U::yes, true, alternative_name},
    {kIssuerAlternative, "issuerAltName", U::no, false, alternative_name},
    {kPolicies, "certificatePolicies", U::yes, false, certificate_policies},
    {kPoints, "cRLDistributionPoints", U::yes, true, distribution_points},
    {kNameConstraints, "nameConstraints", U::by_authority, true, name_constraints},
    {kAuthorityInfo, "authorityInfoAccess", U::no, false, info_access},
    {kSubjectInfo, "subjectInfoAccess", U::no, false, info_access},
    {kPolicyMappings, "policyMappings", U::no, false, policy_mappings},
    {kPolicyConstraints, "policyConstraints", U::no, false, policy_constraints},
    {kInhibitAny, "inhibitAnyPolicy", U::no, false, inhibit_any_policy},
    {kFreshestCrl, "freshestCRL", U::no, false, distribution_points},
    {kDirectoryAttributes, "subjectDirectoryAttributes", U::no, false, directory_attributes},
    {kPrivateKeyUsage, "privateKeyUsagePeriod", U::no, false, private_key_usage_period},
    {kTlsFeature, "tlsFeature", U::no, false, tls_feature},
    {kOcspNoCheck, "ocspNoCheck", U::no, false, ocsp_no_check},
    {kNetscapeType, "netscapeCertType", U::no, true, netscape_type},
};

// --- names ---

bool is_ascii(View v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b < 0x80; });
}

// The subtrees under [0] or [1] of name constraints.
Result<std::vector<GeneralName>> read_subtrees(der::Cursor& constraints, unsigned n) {
  std::vector<GeneralName> out;
  if (constraints.peek() != der::context_constructed(n)) return out;
  auto list = constraints.enter(der::context_constructed(n), "subtrees");
  if (!list) return tl::unexpected(list.error());
  do {
    const Done read = sequence(*list, "subtree", [&](der::Cursor& subtree) -> Done {
      auto base = read_general_name(subtree, true);
      if (!base) return tl::unexpected(base.error());
      out.push_back(std::move(*base));
      // RFC 5280 4.2.1.10: minimum is 0, maximum absent. Who does not process them refuses.
      if (!subtree.empty())
        return error("subtree: expected neither minimum nor maximum, found one");
      return {};
    });
    if (!read) return tl::unexpected(read.error());
  } while (!list->empty());
  return out;
}

bool host_within(std::string_view base, std::string_view host) {
  if (base.empty()) return true;
  if (base[0] == '.') return host.size() > base.size() && host.ends_with(base);
  return host == base || (host.size() > base.size() && host.ends_with(base) &&
                          host[host.size() - base.size() - 1] == '.');
}

bool mail_within(std::string_view base, std::string_view mail) {
  const size_t at = mail.rfind('@');
  if (base.find('@') != std::string_view::npos) return mail == base;
  const std::string_view host = at == std::string_view::npos ? mail : mail.substr(at + 1);
  return !base.empty() && base[0] == '.' ? host_within(base, host) : host == base;
}

std::string host_of(std::string_view uri) {
  const size_t slashes = uri.find("://");
  if (slashes == std::string_view::npos) return {};
  std::string_view host = uri.substr(slashes + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const size_t user = host.rfind('@'); user != std::string_view::npos)
    host = host.substr(user + 1);
  return std::string(host.substr(0, host.find(':')));
}

bool address_within(View base, View address) {
  if (base.size() != 2 * address.size()) return false;
  for (size_t i = 0; i < address.size(); ++i) {
    if (((base[i] ^ address[i]) & base[address.size() + i]) != 0) return false;
  }
  return true;
}

// Is the name inside the subtree? Nullopt: of a form that is not compared here.
std::optional<bool> within_subtree(const GeneralName& base, const GeneralName& name) {
  const std::string b = to_lower(text(base.value)), n = to_lower(text(name.value));
  switch (base.tag & 0x1F) {
    case 1:
      return mail_within(b, n);
    case 2:
      return host_within(b, n);
    case 4:
      return is_within(*base.directory, *name.directory);
    case 6: {
      const std::string host = host_of(n);
      return !b.empty() && b[0] == '.' ? host_within(b, host) : host == b;
    }
    case 7:
      return address_within(base.value, name.value);
    default:
      return std::nullopt;
  }
}

std::string general_name_text(const GeneralName& name) {
  if (name.directory) return name_text(*name.directory);
  if (name.tag == der::context(7)) return hex(name.value);
  return printable(text(name.value));
}

std::optional<std::string> violation(const NameConstraints& constraints, const GeneralName& name) {
  const auto same_form = [&](const GeneralName& base) { return base.tag == name.tag; };
  bool asked = false, inside = false;
  for (const auto* list : {&constraints.excluded, &constraints.permitted}) {
    for (const GeneralName& base : *list) {
      if (!same_form(base)) continue;
      const auto is = within_subtree(base, name);
      if (!is) return "a constraint on names of a form that is not compared";
      if (list == &constraints.excluded) {
        if (*is)
          return fmt::format("{} is in the excluded subtree {}", general_name_text(name),
                             general_name_text(base));
      } else {
        asked = true;
        inside = inside || *is;
      }
    }
  }
  if (!asked || inside) return std::nullopt;
  return fmt::format("{} is in no permitted subtree", general_name_text(name));
}

// Every name is compared with every subtree: how many octets are looked at for that. Certificates
// of 600 bytes, which is all that Matter has, need a quarter of a million at most.
bool can_be_compared(const NameConstraints& constraints, const std::vector<GeneralName>& names) {
  constexpr size_t kMostOctets = 2'000'000, kEach = 8;
  const auto octets = [](const std::vector<GeneralName>& some) {
    size_t out = 0;
    for (const GeneralName& one : some)
      out += kEach + (one.directory ? one.directory->der.size() : one.value.size());
    return out;
  };
  const size_t subtrees = constraints.permitted.size() + constraints.excluded.size();
  return octets(names) * subtrees +
             (octets(constraints.permitted) + octets(constraints.excluded)) * names.size() <=
         kMostOctets;
}

const Extension* only_extension(const Certificate& certificate, View oid) {
  for (const Extension& extension : certificate.extensions) {
    if (equal(extension.oid, oid)) return &extension;
  }
  return nullptr;
}

// PKCS#9 emailAddress, 1.2.840.113549.1.9.1
constexpr uint8_t kEmailAddress[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01};

}  // namespace

Result<GeneralName> read_general_name(der::Cursor& cursor, bool with_mask) {
  const auto element = cursor.any("general name");
  if (!element) return tl::unexpected(element.error());
  const uint64_t inside = cursor.offset() - element->body.size();
  const auto bad = [&](std::string_view expected) {
    return error(fmt::format("general name: expected {}, found {}", expected,
                             hex(element->whole.first(std::min<size_t>(8, element->whole.size())))),
                 inside);
  };
  GeneralName out{.tag = element->tag, .value = element->body, .directory = std::nullopt};
  const size_t n = element->body.size();
  der::Cursor content(element->body, inside);
  switch (element->tag) {
    case der::context_constructed(0): {  // otherName
      if (const auto type = content.oid("type of other name"); !type)
        return tl::unexpected(type.error());
      if (const auto value = content.expect(der::context_constructed(0), "other name"); !value)
        return tl::unexpected(value.error());
      if (const Done done = content.end("other name"); !done) return tl::unexpected(done.error());
      return out;
    }
    case der::context(1):
    case der::context(2):
    case der::context(6):
      if (!is_ascii(element->body)) return bad("an IA5String");
      return out;
    case der::context_constructed(3):
    case der::context_constructed(5):
      return out;
    case der::context_constructed(4): {
      auto name = read_name(content, "directory name");
      if (!name) return tl::unexpected(std::move(name).error());
      if (const Done done = content.end("directory name"); !done)
        return tl::unexpected(done.error());
      out.directory = std::move(*name);
      return out;
    }
    case der::context(7):
      if (with_mask ? n != 8 && n != 32 : n != 4 && n != 16) return bad("an IP address");
      return out;
    case der::context(8):
      if (n == 0 || element->body[n - 1] >= 0x80) return bad("an object identifier");
      return out;
    default:
      return bad("one of [0] to [8]");
  }
}

Result<std::vector<GeneralName>> read_general_names(der::Cursor names) {
  std::vector<GeneralName> out;
  do {  // at least one
    auto name = read_general_name(names);
    if (!name) return tl::unexpected(std::move(name).error());
    out.push_back(std::move(*name));
  } while (!names.empty());
  return out;
}

std::vector<GeneralName> alternative_names(const Certificate& certificate) {
  const Extension* extension = only_extension(certificate, kSubjectAlternative);
  if (extension == nullptr) return {};
  der::Cursor outer(extension->value);
  const auto names = outer.enter(der::kSequence, "subjectAltName");
  if (!names) return {};
  return read_general_names(*names).value_or(std::vector<GeneralName>());
}

Result<NameConstraints> name_constraints_of(View value) {
  der::Cursor outer(value);
  NameConstraints out;
  const Done read = sequence(outer, "nameConstraints", [&](der::Cursor& inner) -> Done {
    if (inner.empty()) return error("nameConstraints: expected subtrees, found none");
    auto permitted = read_subtrees(inner, 0);
    if (!permitted) return tl::unexpected(std::move(permitted).error());
    auto excluded = read_subtrees(inner, 1);
    if (!excluded) return tl::unexpected(std::move(excluded).error());
    out = {.permitted = std::move(*permitted), .excluded = std::move(*excluded)};
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  if (const Done done = outer.end("nameConstraints"); !done) return tl::unexpected(done.error());
  return out;
}

const ExtensionKind* extension_kind(View oid) {
  const auto at = std::find_if(std::begin(kKinds), std::end(kKinds),
                               [&](const ExtensionKind& kind) { return equal(kind.oid, oid); });
  return at == std::end(kKinds) ? nullptr : at;
}

std::span<const ExtensionKind> extension_kinds() {
  return kKinds;
}

std::string extension_name(View oid) {
  const ExtensionKind* kind = extension_kind(oid);
  return kind == nullptr ? der::oid_text(oid) : kind->name;
}

std::optional<std::string> content_fault(const Extension& extension) {
  const ExtensionKind* kind = extension_kind(extension.oid);
  if (kind == nullptr) return std::nullopt;
  der::Cursor content(extension.value);
  if (const Done read = kind->read(content); !read) return read.error().what;
  if (const Done done = content.end(kind->name); !done) return done.error().what;
  return std::nullopt;
}

bool is_understood(const Extension& extension, bool authority) {
  for (const View known :
       {oid::kBasicConstraints, oid::kKeyUsage, oid::kSubjectKeyId, oid::kAuthorityKeyId}) {
    if (equal(extension.oid, known)) return true;
  }
  const ExtensionKind* kind = extension_kind(extension.oid);
  return kind != nullptr && (kind->understood == Understood::yes ||
                             (kind->understood == Understood::by_authority && authority));
}

std::optional<NameConstraints> constraints_of(const Certificate& certificate) {
  const Extension* extension = only_extension(certificate, kNameConstraints);
  if (extension == nullptr) return std::nullopt;
  auto read = name_constraints_of(extension->value);
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

std::optional<std::string> violation(const NameConstraints& constraints, const Certificate& below) {
  std::vector<GeneralName> names = alternative_names(below);
  if (!below.subject.attributes.empty())
    names.push_back({.tag = der::context_constructed(4), .value = {}, .directory = below.subject});
  for (const NameAttribute& a : below.subject.attributes) {
    if (equal(a.oid, kEmailAddress))
      names.push_back({.tag = der::context(1), .value = a.value, .directory = std::nullopt});
  }
  if (!can_be_compared(constraints, names))
    return fmt::format("{} names below {} subtrees: more than are compared", names.size(),
                       constraints.permitted.size() + constraints.excluded.size());
  for (const GeneralName& name : names) {
    if (auto found = violation(constraints, name)) return found;
  }
  return std::nullopt;
}

}  // namespace attest
