// The rules on extensions that DAC, PAI and PAA share (Matter Core 6.2.2.3 to 6.2.2.5).
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "verifier/checks/certificate_roles.h"
#include "verifier/pki/extension_content.h"

namespace attest::profile {

// Present once, decodable, and critical or not as the profile says.
template <Role R, class T>
Outcome stands_once(const CertificateOf<R>& c, const Known<T>& extension, bool critical,
                    const char* name) {
  const char* role = info(R).name;
  const auto wrong = [&](std::string message, std::string expected, std::string actual) {
    return fail(std::move(message), std::move(expected), std::move(actual), c.where());
  };
  if (c->extensions.empty() && c->version < 3)
    return blocked(info(R).version);  // there was no extension before version 3
  if (extension.count == 0)
    return wrong(fmt::format("the {} has no {}", role, name), fmt::format("one {}", name), "none");
  if (extension.count > 1)
    return wrong(fmt::format("the {} has {} twice", role, name), fmt::format("one {}", name),
                 fmt::format("{}", extension.count));
  if (!extension.value)
    return wrong(fmt::format("the {}'s {} cannot be read", role, name),
                 fmt::format("a well-formed {}", name), extension.problem);
  if (extension.critical != critical)
    return wrong(fmt::format("the {}'s {} is {}critical", role, name, critical ? "not " : ""),
                 critical ? "critical" : "not critical",
                 extension.critical ? "critical" : "not critical");
  return pass();
}

template <Role R>
Outcome basic_constraints(const CertificateOf<R>& c) {
  return stands_once(c, c->basic_constraints, true, "basicConstraints");
}

template <Role R>
Outcome certification_authority(const ConstraintsOf<R>& constraints) {
  const CertificateOf<R>& c = constraints.certificate;
  const BasicConstraints& bc = *constraints.constraints;
  const auto actual = [&] {
    return fmt::format(
        "cA {}, {}", bc.ca ? "TRUE" : "FALSE",
        bc.path_length ? fmt::format("path length {}", *bc.path_length) : "no path length");
  };
  if constexpr (R == Role::dac) {
    if (bc.ca)
      return broken(c, "basicConstraints make it a certification authority",
                    "cA FALSE, no path length", actual());
    if (bc.path_length)
      return broken(c, "basicConstraints carry a path length", "cA FALSE, no path length",
                    actual());
    return pass();
  }
  const char* expected =
      R == Role::pai ? "cA TRUE, path length 0" : "cA TRUE, path length 1 or none";
  if (!bc.ca)
    return broken(c, "basicConstraints do not make it a certification authority", expected,
                  actual());
  if (bc.path_length == info(R).path_length || (R == Role::paa && !bc.path_length)) return pass();
  return broken(c, "path length is wrong", expected, actual());
}

template <Role R>
Outcome key_usage(const CertificateOf<R>& c) {
  return stands_once(c, c->key_usage, true, "keyUsage");
}

template <Role R>
Outcome key_usage_bits(const KeyUsageOf<R>& usage) {
  const CertificateOf<R>& c = usage.certificate;
  const uint16_t bits = usage.bits;
  const uint16_t required = info(R).required_usage, allowed = info(R).allowed_usage;
  if ((bits & required) == required && (bits & ~allowed) == 0) return pass();
  const std::string expected = R == Role::dac
                                   ? "digitalSignature, nothing else"
                                   : "keyCertSign and cRLSign, optionally digitalSignature";
  return broken(c, "key usage is wrong", expected, bits == 0 ? "none" : key_usage_text(bits));
}

template <Role R>
Outcome subject_key_id(const CertificateOf<R>& c) {
  if (Outcome once = stands_once(c, c->subject_key_id, false, "subject key id");
      once.status != Status::pass)
    return once;
  if (!c->skid())
    return broken(c, "subject key id has a wrong length", "20 octets",
                  fmt::format("{} octets", c->subject_key_id.value->size()));
  return pass();
}

template <Role R>
Outcome authority_key_id(const CertificateOf<R>& c) {
  if (R == Role::paa && c->authority_key_id.count == 0)
    return note("the PAA has no authority key id, which is allowed");
  if (Outcome once = stands_once(c, c->authority_key_id, false, "authority key id");
      once.status != Status::pass)
    return once;
  const auto& id = c->authority_key_id.value->key_identifier;
  if (!id)
    return broken(c, "authority key id has no key identifier", "a key identifier of 20 octets",
                  "issuer and serial only");
  if (id->size() != 20)
    return broken(c, "authority key id has a wrong length", "20 octets",
                  fmt::format("{} octets", id->size()));
  return pass();
}

template <Role R>
Outcome extensions_are_understood(const CertificateOf<R>& c) {
  for (const Extension& extension : c->extensions) {
    if (extension.critical && !is_understood(extension, info(R).ca))
      return broken(c, "extension is critical and not understood", "no unknown critical extension",
                    der::oid_text(extension.oid));
  }
  return pass();
}

inline bool is_of_profile(View extension_oid) {
  for (const View known :
       {oid::kBasicConstraints, oid::kKeyUsage, oid::kSubjectKeyId, oid::kAuthorityKeyId}) {
    if (equal(extension_oid, known)) return true;
  }
  return false;
}

// Those of the profile have checks of their own, which say the same of them; what is critical and
// not understood is refused for that.
template <Role R>
Outcome extensions_are_wellformed(const CertificateOf<R>& c) {
  for (const Extension& extension : c->extensions) {
    if (extension.critical && !is_understood(extension, info(R).ca)) continue;
    if (auto fault = content_fault(extension))
      return broken(c, fmt::format("extension {} cannot be read", extension_name(extension.oid)),
                    fmt::format("a well-formed {}", extension_name(extension.oid)),
                    std::move(*fault));
  }
  return pass();
}

template <Role R>
Outcome extensions_stand_once(const CertificateOf<R>& c) {
  const auto& all = c->extensions;
  for (size_t i = 0; i < all.size(); ++i) {
    if (is_of_profile(all[i].oid)) continue;
    for (size_t k = 0; k < i; ++k) {
      if (equal(all[i].oid, all[k].oid))
        return broken(c, fmt::format("extension {} stands there twice", extension_name(all[i].oid)),
                      "each extension once", "twice");
    }
  }
  return pass();
}

template <Role R>
Outcome no_extra_extensions(const CertificateOf<R>& c) {
  std::string extra;
  for (const Extension& extension : c->extensions) {
    if (!is_of_profile(extension.oid))
      extra += (extra.empty() ? "" : ", ") + der::oid_text(extension.oid);
  }
  return extra.empty()
             ? pass()
             : note(fmt::format("further extensions, which commissioners accept: {}", extra));
}

template <Role R>
Outcome one_distribution_point(const CertificateOf<R>& c) {
  const auto& known = c->crl_distribution_points;
  if (known.count == 0) return pass();
  if (known.count > 1 || !known.value)
    return broken(c, "CRL distribution points cannot be read", "one extension with one URI",
                  known.value ? "several" : known.problem);
  const DistributionPoints& points = *known.value;
  const bool one = points.points == 1 && points.uris.size() == 1 && !points.other_names;
  if (!one)
    return broken(c, "CRL distribution points are not one URI", "one point with one URI",
                  fmt::format("{} points, {} URIs", points.points, points.uris.size()));
  if (!first_of(points.uris).starts_with("http://") &&
      !first_of(points.uris).starts_with("https://"))
    return broken(c, "CRL distribution point is no web address", "http:// or https://",
                  printable(first_of(points.uris)));
  return pass();
}

}  // namespace attest::profile
