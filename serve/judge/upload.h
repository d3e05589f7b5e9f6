// Upload: what a form brings, by the names of its fields: files, whose names are words for the
// report and never a path, and what is asked about them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "serve/http/http_request.h"
#include "serve/http/multipart.h"

namespace attest::serve {

struct UploadedFile {
  std::string name;  // printable, and no other's
  View content;
};

// What a request may ask for itself; empty: as the server was started.
struct Asked {
  std::string network, stage, at;
  bool operator==(const Asked&) const = default;
};

struct Upload {
  Asked asked;
  std::vector<std::string> codes;
  std::vector<UploadedFile> evidence, order, trust_paa, trust_cd_signer;
  bool has_evidence() const { return !codes.empty() || !evidence.empty(); }
};

// A field of ours. The OpenAPI document is made of the same rows.
struct UploadField {
  const char* name;
  bool file = false, repeated = false;
  bool of_verify_alone = false;  // inspect takes it, and says that it is not used
  const char* words;             // about it, in a sentence
  std::vector<std::string> choices = {};
};
std::span<const UploadField> upload_fields();

inline constexpr size_t kMostFiles = 2'000;
inline constexpr size_t kMostFieldBytes = 4u << 10;
inline constexpr size_t kMostCodes = 16;

// One form for all who read uploads. A wrong field is 400, too many of one 413.
tl::expected<Upload, Answer> read_upload(View body, std::string_view content_type);
// What is asked in a query (of a lot): network, stage, at.
tl::expected<Asked, Answer> read_asked(const Pairs& query);

}  // namespace attest::serve
