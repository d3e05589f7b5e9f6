#include "verifier/readers/text/log_certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/text/log_line.h"

namespace attest::log {
namespace {

constexpr size_t kMost = 64;            // of one log
constexpr uint64_t kMostTotal = 65535;  // TotalDocumentSize has 16 bits
constexpr uint64_t kMostParts = 101;    // SegmentID is 100 at most

}  // namespace

void Certificates::add(Value value, FactId role) {
  // An attempt that got none was followed by one that did.
  if (asked_for_)
    std::erase_if(all_, [&](const CertificateLine& c) {
      return c.value.bytes.empty() && (c.role == FactId::dac) == (asked_for_ == 1u);
    });
  for (CertificateLine& known : all_) {
    if (known.value.bytes != value.bytes) continue;
    if (known.role == FactId::certificate) known.role = role;
    return;
  }
  if (all_.size() < kMost) all_.push_back({std::move(value), role});
}

// Which of the two is known from the request.
void Certificates::add_empty(uint64_t offset) {
  const FactId role = asked_for_ == 1u ? FactId::dac : FactId::pai;
  if (std::none_of(all_.begin(), all_.end(), [&](const CertificateLine& c) {
        return c.value.bytes.empty() && c.role == role;
      }))
    all_.push_back({{.bytes = {}, .offset = offset}, role});
}

void Certificates::part(Value value, Otherwise otherwise) {
  settle();
  open_ = Part{.value = std::move(value),
               .otherwise = otherwise,
               .id = std::exchange(asked_part_, std::nullopt),
               .total = {},
               .next = {}};
}

void Certificates::number(uint64_t command, uint64_t field, uint64_t number) {
  if (command == kCertificateChainRequest && field == 0 && (number == 1 || number == 2))
    asked_for_ = number;
  if (command == kCertificateChainRequest && field == 2) asked_part_ = number;
  if (command != kCertificateChainResponse || !open_) return;
  if (field == 1 && number <= kMostTotal && !open_->total) open_->total = number;
  if (field == 2 && number < kMostParts && !open_->next) open_->next = number;
}

void Certificates::numbers(std::string_view line, std::optional<uint64_t> command) {
  struct Called {
    const char* name;
    uint64_t command, field;
  };
  constexpr Called kCalled[] = {{"totalDocumentSize", kCertificateChainResponse, 1},
                                {"TotalDocumentSize", kCertificateChainResponse, 1},
                                {"nextSegmentID", kCertificateChainResponse, 2},
                                {"nextSegmentId", kCertificateChainResponse, 2},
                                {"NextSegmentID", kCertificateChainResponse, 2},
                                {"segmentID", kCertificateChainRequest, 2},
                                {"segmentId", kCertificateChainRequest, 2},
                                {" SegmentID", kCertificateChainRequest, 2}};
  constexpr const char* kFields[] = {"0x0", "0x1", "0x2"};
  for (uint64_t field = 0; command && field < std::size(kFields); ++field) {
    if (const auto n = number_after(line, kFields[field])) number(*command, field, *n);
  }
  if (!has_word(line, "totaldocumentsize") && !has_word(line, "segmentid")) return;
  for (const Called& called : kCalled) {
    if (const auto n = number_after(line, called.name)) number(called.command, called.field, *n);
  }
}

void Certificates::settle() {
  if (!open_) return;
  Part one = std::move(*open_);
  open_.reset();
  if (one.total && one.value.bytes.size() < *one.total) return join(std::move(one));
  if (one.total && one.value.bytes.size() == *one.total) one.otherwise = Otherwise::certificate;
  if (one.otherwise == Otherwise::certificate)
    return add(std::move(one.value), FactId::certificate);
  if (one.otherwise == Otherwise::cut && lacking_.size() < kMost)
    lacking_.push_back({"certificate",
                        fmt::format("its line is cut after {} bytes", one.value.bytes.size()),
                        one.value.offset});
}

// The number of a part is that which was asked for, or one less than that of the next one, which
// all but the last name. The first begins as a certificate of this length does, and the last makes
// the whole complete.
void Certificates::join(Part one) {
  const auto key = std::pair(asked_for_.value_or(0), *one.total);
  if (documents_.size() >= kMost && !documents_.contains(key)) return;
  Document& document = documents_[key];
  const bool begins = der_size(one.value.bytes) == *one.total;
  const bool completes = document.size + one.value.bytes.size() == *one.total;
  const uint64_t id = begins     ? 0
                      : one.id   ? *one.id
                      : one.next ? *one.next - std::min<uint64_t>(*one.next, 1)
                      : completes && document.expected ? *document.expected
                                                       : kMostParts;
  if (begins && document.parts.contains(0) && document.parts[0] != one.value.bytes) document = {};
  if (document.parts.empty()) document.offset = one.value.offset;
  // Nobody says where a part of an unknown number belongs.
  if (id < kMostParts && document.parts.emplace(id, one.value.bytes).second)
    document.size += one.value.bytes.size();
  if (one.next || completes) document.expected = one.next;
  if (document.size != *one.total || document.parts.rbegin()->first + 1 != document.parts.size())
    return;
  Bytes whole;
  for (const auto& [number, bytes] : document.parts)
    whole.insert(whole.end(), bytes.begin(), bytes.end());
  const uint64_t offset = document.offset;
  documents_.erase(key);
  add({.bytes = std::move(whole), .offset = offset}, FactId::certificate);
}

void Certificates::finish() {
  settle();
  for (const auto& [key, document] : documents_) {
    std::string parts;
    uint64_t expected = 0;
    for (const auto& [number, bytes] : document.parts) {
      for (; expected < number; ++expected) parts += fmt::format("{}, ", expected);
      expected = number + 1;
    }
    // (Where the last one is there, a part before it lacks.)
    parts = parts.empty() || document.expected ? parts + fmt::format("{} and later", expected)
                                               : parts.substr(0, parts.size() - 2);
    lacking_.push_back({"certificate in parts",
                        fmt::format("it came in parts, and not in the log are {}: {} bytes "
                                    "are stated, {} are there",
                                    parts, key.second, document.size),
                        document.offset});
  }
  documents_.clear();
}

void Certificates::say(const std::string& path, Reading& reading) const {
  for (const CertificateLine& c : all_) {
    reading.holds(c.role == FactId::certificate ? "certificate" : fact_name(c.role));
    reading.device.say(c.role, c.value.bytes,
                       {.path = path, .offset = c.value.offset, .item = "certificate"});
  }
}

// A dump that was cut may stand elsewhere whole: the PEM blocks give the certificates again.
bool Certificates::there_after_all(const std::string& item) const {
  const auto count = [&](std::optional<FactId> role) {
    return std::count_if(all_.begin(), all_.end(), [&](const CertificateLine& c) {
      return !c.value.bytes.empty() && c.role != FactId::paa && (!role || c.role == *role);
    });
  };
  if (item == "certificate") return count({}) >= 2;
  if (item == "DAC") return count(FactId::dac) != 0 || count({}) >= 2;
  if (item == "PAI") return count(FactId::pai) != 0 || count({}) >= 2;
  return false;
}

}  // namespace attest::log
