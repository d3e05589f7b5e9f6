#include "cli/lot_role.h"

#include <algorithm>

#include "cli/lot_input.h"
#include "codecs/door.h"
#include "verifier/json.h"
#include "verifier/pki/certificate.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/reader.h"

namespace attest::cli {
namespace {

// Certificates and declarations that belong to no single device.
bool holds_only_shared(const std::string& path, View bytes) {
  Reading reading;
  if (!read_evidence({.path = path, .bytes = bytes}, reading) || reading.device.statements.empty())
    return false;
  return std::all_of(
      reading.device.statements.begin(), reading.device.statements.end(), [](const Statement& s) {
        if (s.fact == FactId::pai || s.fact == FactId::paa || s.fact == FactId::cd) return true;
        const auto certificate = s.fact == FactId::certificate
                                     ? parse_certificate(std::get<Bytes>(s.value))
                                     : Result<CertificatePtr>(nullptr);
        return certificate && *certificate && (*certificate)->basic_constraints.value &&
               (*certificate)->basic_constraints.value->ca;
      });
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
    const auto& remarks = reading.device.remarks;
    const bool says = !reading.device.statements.empty() || !reading.locked.empty() ||
                      std::any_of(remarks.begin(), remarks.end(), [](const Noted& n) {
                        return n.remark != Remark::resembles_evidence;
                      });
    return read && says ? FileRole::device : FileRole::none;
  }
  for (const char* credential : {"x509", "pem-bundle", "pkcs7", "cms-cd"}) {
    if (kind == credential)
      return holds_only_shared(path, bytes) ? FileRole::shared : FileRole::device;
  }
  return FileRole::device;
}

std::string why_not_used(const std::string& path, View bytes) {
  Reading reading;
  reading.codecs = &loaded_codecs();
  const auto done = read_evidence({.path = path, .bytes = bytes, .member = true}, reading);
  if (!done) return done.error().what;
  if (!reading.not_used.empty()) return reading.not_used.front().why;
  return reading.device.remarks.empty() ? "no evidence about one device"
                                        : reading.device.remarks.front().message;
}

}  // namespace attest::cli
