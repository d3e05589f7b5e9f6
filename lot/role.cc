#include "lot/role.h"

#include <fmt/format.h>

#include <algorithm>

#include "codecs/loader.h"
#include "lot/input.h"
#include "verifier/base/json.h"
#include "verifier/gather/gather.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/crl.h"
#include "verifier/pki/name.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

// Why a certificate says nothing of a device; empty where it may.
std::string of_no_device(const Statement& s) {
  if (s.fact != FactId::certificate) return {};
  const auto certificate = parse_certificate(std::get<Bytes>(s.value));
  if (!certificate || !is_of_no_device(**certificate)) return {};
  return fmt::format("a certificate of no device and of none of its issuers ({})",
                     name_text((*certificate)->subject));
}
bool belongs_to_all(const Statement& s) {
  if (s.fact == FactId::pai || s.fact == FactId::paa || s.fact == FactId::revocation_set)
    return true;
  // What cannot be read is lent to nobody: it stands by itself, where it is seen.
  if (s.fact == FactId::cd) return parse_cms(std::get<Bytes>(s.value)).has_value();
  if (s.fact == FactId::crl) return salvage_crl(std::get<Bytes>(s.value)).has_value();
  const auto certificate = s.fact == FactId::certificate
                               ? parse_certificate(std::get<Bytes>(s.value))
                               : Result<CertificatePtr>(nullptr);
  if (!certificate || !*certificate) return false;
  const auto& constraints = (*certificate)->basic_constraints.value;
  return (constraints && constraints->ca) || is_for_lists_only(**certificate);
}

// A certificate that a PAA or PAI may have made for whoever signs its lists (gather.h,
// signs_lists).
bool may_sign_lists(const Statement& s) {
  if (s.fact != FactId::certificate) return false;
  const auto read = parse_certificate(std::get<Bytes>(s.value));
  return read && !(*read)->self_issued() && (*read)->basic_constraints.value &&
         !(*read)->basic_constraints.value->ca && (*read)->key_usage.value &&
         ((*read)->key_usage.value->bits & KeyUsage::crl_sign) != 0;
}

bool says_nothing(const Reading& reading) {
  const auto& remarks = reading.device.remarks;
  return reading.device.statements.empty() && reading.locked.empty() &&
         reading.device.posture.said() == 0 &&
         std::all_of(remarks.begin(), remarks.end(), [](const Noted& n) {
           return n.remark == Remark::resembles_evidence || n.remark == Remark::not_in_log ||
                  n.remark == Remark::erased;
         });
}

// Certificates and declarations may belong to no single device, or be of another trade.
FileRole role_of_credentials(const std::string& path, View bytes) {
  Reading reading;
  if (!read_evidence({.path = path, .bytes = bytes, .member = true}, reading))
    return FileRole::device;
  const auto& said = reading.device.statements;
  if (said.empty())
    return says_nothing(reading) && !reading.not_used.empty() ? FileRole::none : FileRole::device;
  if (std::all_of(said.begin(), said.end(), belongs_to_all)) return FileRole::shared;
  if (std::all_of(said.begin(), said.end(),
                  [](const Statement& s) { return belongs_to_all(s) || may_sign_lists(s); }))
    return FileRole::signer;
  const bool remarked = !reading.device.remarks.empty() || !reading.locked.empty();
  return !remarked && std::none_of(said.begin(), said.end(),
                                   [](const Statement& s) { return of_no_device(s).empty(); })
             ? FileRole::none
             : FileRole::device;
}

}  // namespace

bool is_archive(const std::string& path, View bytes) {
  return archive_reader.recognises({.path = path, .bytes = bytes, .member = true});
}

FileRole file_role(const std::string& path, View bytes) {
  if (is_archive(path, bytes))
    return FileRole::archive;  // first: without compression its members' lines are its own
  if (holds_records(bytes)) {
    // One line without credentials is a device.json.
    const std::string_view all = text(bytes);
    const size_t end = all.find('\n'),
                 more = all.find_first_not_of(" \t\r\n", std::min(end, all.size()));
    const auto first = parse_json(all.substr(0, end));
    const bool credentials =
        first && (first->find("dac") != nullptr || first->find("pai") != nullptr ||
                  first->find("cd") != nullptr);
    return credentials || more != std::string_view::npos ? FileRole::records : FileRole::device;
  }
  // It is not read as evidence, and says so.
  if (bytes.size() > kMostEvidence) return FileRole::device;
  const Reader* reader = reader_of({.path = path, .bytes = bytes, .member = true});
  if (reader == nullptr) return FileRole::none;
  const std::string_view kind = reader->kind;
  if (kind == "manifest") return FileRole::manifest;
  // Anything may have bytes in it that look like a certificate, words of a log or a picture; it is
  // a device's when it says something of one.
  for (const char* maybe : {"raw", "commissioner-log", "label-image"}) {
    if (kind != maybe) continue;
    Reading reading;
    reading.codecs = &loaded_codecs();
    const bool read =
        read_evidence({.path = path, .bytes = bytes, .member = true}, reading).has_value();
    // (What a commissioner kept of a node, and cannot be read, is damaged.)
    if (!read && kind == attribute_json_reader.kind) return FileRole::device;
    return read && !says_nothing(reading) ? FileRole::device : FileRole::none;
  }
  for (const char* credential :
       {"x509", "pem-bundle", "pkcs7", "cms-cd", "csr", "crl", "revocation-set"}) {
    if (kind == credential) return role_of_credentials(path, bytes);
  }
  return FileRole::device;
}

void Signers::add(const std::string& path, View bytes) {
  Reading reading;
  if (!read_evidence({.path = path, .bytes = bytes, .member = true}, reading)) return;
  for (const Statement& s : reading.device.statements) {
    if (s.fact == FactId::crl) lists_.push_back(read_crl(std::get<Bytes>(s.value), s.place));
  }
}

FileRole Signers::role_of(const std::string& path, View bytes) const {
  Reading reading;
  if (lists_.empty() || !read_evidence({.path = path, .bytes = bytes, .member = true}, reading))
    return FileRole::device;
  const auto& said = reading.device.statements;
  return std::all_of(said.begin(), said.end(),
                     [&](const Statement& s) {
                       if (!may_sign_lists(s)) return true;
                       const auto certificate = parse_certificate(std::get<Bytes>(s.value));
                       return certificate && signs_lists(**certificate, lists_);
                     })
             ? FileRole::shared
             : FileRole::device;
}

bool is_aside(const std::string& path, View bytes) {
  return is_plain_text(bytes) ||
         label_image_reader.recognises({.path = path, .bytes = bytes, .member = true});
}

std::string why_not_used(const std::string& path, View bytes) {
  Reading reading;
  reading.codecs = &loaded_codecs();
  const auto done = read_evidence({.path = path, .bytes = bytes, .member = true}, reading);
  if (!done) return done.error().what;
  if (!reading.not_used.empty()) return reading.not_used.front().why;
  for (const Statement& s : reading.device.statements) {
    if (std::string why = of_no_device(s); !why.empty()) return why;
  }
  return reading.device.remarks.empty() ? "no evidence about one device"
                                        : reading.device.remarks.front().message;
}

}  // namespace attest
