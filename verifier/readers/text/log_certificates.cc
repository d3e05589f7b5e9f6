#include "verifier/readers/text/log_certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/text/log_line.h"

namespace attest::log {
namespace {

constexpr size_t kMost = 64;            // of one log
constexpr uint64_t kMostTotal = 65535;  // TotalDocumentSize has 16 bits
constexpr uint64_t kMostParts = 101;    // SegmentID is 100 at most

}  // namespace

void Certificates::asked_for(uint64_t type) {
  settle();
  asked_for_ = type;
  asked_part_ = std::nullopt;
  if (answered_.size() >= requests_.size()) {
    requests_.clear();
    answered_.clear();
  }
  if (std::find(requests_.begin(), requests_.end(), type) == requests_.end())
    requests_.push_back(type);
}

// Another answer to the same request is one to a request that the log lost.
FactId Certificates::role_asked_for(View answer) {
  const Sha256 digest = sha256(answer);
  const bool again = std::find(answered_.begin(), answered_.end(), digest) != answered_.end();
  if (!again && answered_.size() < kMost) answered_.push_back(digest);
  if (requests_.size() != 1 || answered_.front() != digest) return FactId::certificate;
  return requests_[0] == 1 ? FactId::dac : FactId::pai;
}

void Certificates::add_answer(Value value, FactId role, std::optional<uint64_t> asked_for) {
  const bool known = role == FactId::certificate || answers_.size() >= kMost ||
                     std::any_of(answers_.begin(), answers_.end(), [&](const CertificateLine& a) {
                       return a.role == role && a.value.bytes == value.bytes;
                     });
  if (!known) answers_.push_back({value, role});
  // (What is no DER where a certificate was asked for is told as such.)
  if (role == FactId::certificate || der_size(value.bytes) != 0)
    add(std::move(value), FactId::certificate, asked_for);
}

void Certificates::add(Value value, FactId role) {
  settle();
  add(std::move(value), role, asked_for_);
}

void Certificates::add(Value value, FactId role, std::optional<uint64_t> asked_for) {
  // An attempt that got none was followed by one that did.
  if (asked_for)
    std::erase_if(all_, [&](const CertificateLine& c) {
      return c.value.bytes.empty() && (c.role == FactId::dac) == (asked_for == 1u);
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
  settle();
  const FactId role = asked_for_ == 1u ? FactId::dac : FactId::pai;
  if (std::none_of(all_.begin(), all_.end(), [&](const CertificateLine& c) {
        return c.value.bytes.empty() && c.role == role;
      }))
    all_.push_back({{.bytes = {}, .offset = offset}, role});
}

void Certificates::part(Value value, Otherwise otherwise, bool answer) {
  settle();
  const FactId role = answer ? role_asked_for(value.bytes) : FactId::certificate;
  open_ = Part{.value = std::move(value),
               .otherwise = otherwise,
               .answer = answer,
               .role = role,
               .asked_for = asked_for_,
               .id = std::exchange(asked_part_, std::nullopt),
               .total = {},
               .next = {}};
}

void Certificates::number(uint64_t command, uint64_t field, uint64_t number) {
  if (command == kCertificateChainRequest && field == 0 && (number == 1 || number == 2))
    asked_for(number);
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
  // A later part whose line of the whole's length is not there: its first bytes mean nothing.
  if (!one.total && ((one.id && *one.id != 0) || (one.next && *one.next > 1))) {
    if (lacking_.size() < kMost)
      lacking_.push_back({"certificate in parts",
                          fmt::format("how long the whole is lacks beside a part of {} bytes",
                                      one.value.bytes.size()),
                          one.value.offset});
    return;
  }
  // (A part of a certificate, whose numbers the log lost, begins with any byte.)
  if (one.otherwise == Otherwise::answer && one.role != FactId::certificate && !one.id &&
      documents_.empty())
    one.otherwise = Otherwise::certificate;
  if (one.otherwise == Otherwise::certificate)
    return one.answer ? add_answer(std::move(one.value), one.role, one.asked_for)
                      : add(std::move(one.value), FactId::certificate, one.asked_for);
  if (one.otherwise == Otherwise::cut && lacking_.size() < kMost)
    lacking_.push_back({"certificate",
                        fmt::format("its line is cut after {} bytes", one.value.bytes.size()),
                        one.value.offset});
}

// The number of a part is that which was asked for, or one less than that of the next one, which
// all but the last name. The first begins as a certificate of this length does, and the last makes
// the whole complete.
void Certificates::join(Part one) {
  const auto key = std::pair(one.asked_for.value_or(0), *one.total);
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
  if (document.parts.empty()) {
    document.offset = one.value.offset;
    document.role = one.role;
  }
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
  const FactId role = document.role;
  documents_.erase(key);
  add_answer({.bytes = std::move(whole), .offset = offset}, role, one.asked_for);
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

// It stands in the log as nothing but the answer to a request for another one.
bool Certificates::only_answered_wrong(View certificate) const {
  const auto parsed = parse_certificate(certificate);
  bool wrong = false;
  for (const CertificateLine& a : answers_) {
    if (!equal(a.value.bytes, certificate)) continue;
    if (!parsed || !contradicts(a.role, **parsed)) return false;
    wrong = true;
  }
  return wrong;
}

void Certificates::say_answers(const std::string& path, Reading& reading) const {
  for (const CertificateLine& a : answers_) {
    const Place place{.path = path,
                      .offset = a.value.offset,
                      .item = fmt::format("answer to certificate-chain-request {}",
                                          a.role == FactId::dac ? 1 : 2)};
    if (der_size(a.value.bytes) == 0) {
      say_no_certificate(a.role, a.value.bytes, place, reading);
      continue;
    }
    const auto parsed = parse_certificate(a.value.bytes);
    if (!parsed || !contradicts(a.role, **parsed)) continue;
    reading.holds("certificate");
    reading.device.say(a.role, a.value.bytes, place);
  }
}

void Certificates::say(const std::string& path, Reading& reading) const {
  say_answers(path, reading);
  for (const CertificateLine& c : all_) {
    if (c.role == FactId::certificate && only_answered_wrong(c.value.bytes)) continue;
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
