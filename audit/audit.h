// Audit: what stands on the ledger of a vendor, or of one of its products, and whether it holds:
// entries, certification, images, terms and conditions, addresses, certificates and their
// revocation lists. Nothing is judged of a device here. What could not be asked is unknown, and
// keeps the verdict open.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/rule.h"
#include "dcl/cached_ledger.h"
#include "platform/verbosity.h"

namespace attest::audit {

struct AuditOptions {
  uint16_t vid = 0;
  std::optional<uint16_t> pid = {};  // nullopt: all of the vendor's
  bool fetch = false;                // images, terms, and whether addresses answer
  // One certified version of a product is enough for its others to be a warning.
  bool fast_track = false;
  bool offline = false;  // nobody is asked
  Network network = Network::main;
  Instant at;
  SignatureEngine& engine;
  dcl::MakeDownloader downloader = {};  // with `fetch`: one for addresses, one an image
  std::string folder = {};              // where images stay, with `fetch`
};

struct AuditFinding {
  std::string id, title;
  std::string about;  // "0xFFF1/0x8000 version 2", "PAA 6A:FD:…"
  Status status = Status::pass;
  Severity severity = Severity::error;
  std::string message, expected, actual, remedy;
  bool fetches = false;  // skipped for want of --fetch
};

// What there is, for the reader of a report to recognise the product by.
struct AuditedVersion {
  uint32_t software_version = 0;
  std::string text;           // softwareVersionString
  std::string certification;  // "certified", "provisional", "revoked", "none", "not known"
  std::string certificate_id, ota_url;
};
struct AuditedModel {
  uint16_t vid = 0, pid = 0;
  std::string name;
  std::vector<AuditedVersion> versions;
};

struct AuditReport {
  uint16_t vid = 0;
  std::optional<uint16_t> pid;
  std::string vendor_name;  // empty: not known
  Network network = Network::main;
  Instant at;
  bool fetched = false, fast_track = false;
  LedgerStatus ledger;
  std::vector<AuditedModel> models;
  std::vector<AuditFinding> findings;  // in the order in which they were asked
  Verdict verdict = Verdict::undecided;
  std::string summary;

  size_t count(Status status) const;
};

AuditReport audit(dcl::CachedLedger& ledger, const AuditOptions& options,
                  const Verbosity& verbosity);

}  // namespace attest::audit
