#include "lot/manifest_row_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/crypto/crypto.h"
#include "verifier/matter/onboarding_words.h"

namespace attest {
namespace {

using Column = ManifestColumn;

// The codes and numbers of a row, as far as they can be read.
struct RowCodes {
  std::optional<OnboardingPayload> qr, manual;  // valid ones
  std::optional<uint64_t> passcode, discriminator;
  std::string vendor_id, product_id;  // as they are written
};

// Not a path on the factory's disk, nor a certificate's name.
bool is_meant_as_certificate(const std::string& text) {
  constexpr size_t kLongestPath = 200;
  if (text.starts_with("-----BEGIN") || text.starts_with("MII") || text.starts_with("3082"))
    return true;
  return text.find_first_of(".\\") == std::string::npos &&
         (text.size() > kLongestPath || text.find_first_of("!?+=#*") != std::string::npos);
}

std::optional<uint64_t> number_in(const ManifestRow& row, Column column,
                                  std::vector<RowFault>& faults) {
  if (row.of(column).empty()) return std::nullopt;
  const auto value = column_value(column, row.of(column));
  if (value) return std::get<uint64_t>(*value);
  faults.push_back({.rule = &lot_rule::manifest_is_readable,
                    .columns = {column},
                    .message = value.error().what});
  return std::nullopt;
}

// What is no code and no number, but must be written in its way to be compared at all.
void judge_values(const ManifestRow& row, std::vector<RowFault>& faults) {
  const auto fault = [&](Column column, std::string message) {
    faults.push_back({.rule = &lot_rule::manifest_is_readable,
                      .columns = {column},
                      .message = std::move(message)});
  };
  number_in(row, Column::spake2p_iterations, faults);
  for (const Column column : {Column::spake2p_salt, Column::spake2p_verifier,
                              Column::rotating_id_unique_id, Column::dac_sha256}) {
    if (row.of(column).empty()) continue;
    if (const auto value = column_value(column, row.of(column)); !value) {
      fault(column, value.error().what);
    } else if (column == Column::dac_sha256 && std::get<Bytes>(*value).size() != Sha256{}.size()) {
      fault(column, fmt::format("dac_sha256: expected {} bytes, found {}", Sha256{}.size(),
                                std::get<Bytes>(*value).size()));
    }
  }
  const std::string& dac = row.of(Column::dac);
  const auto der = column_certificate(dac);
  if (!der && is_meant_as_certificate(dac))
    fault(Column::dac, "dac: expected a certificate as PEM, base64 or hex, found other text");
  if (!der) return;
  if (const auto certificate = parse_certificate(*der); !certificate)
    fault(Column::dac, "dac: " + certificate.error().what);
}

// The code when it keeps its rules; its first broken rule is a fault.
std::optional<OnboardingPayload> valid_code(Column column, OnboardingPayload code,
                                            std::vector<RowFault>& faults) {
  if (code.valid()) return code;
  const auto problem = std::find_if(code.problems.begin(), code.problems.end(),
                                    [](const PayloadProblem& p) { return !p.warning; });
  std::string message = told_of_code(code.manual, problem->message);
  if (code.manual && parse_manual_code("0" + code.text).valid())
    message += ": its leading zero was lost, as in a spreadsheet that takes it for a number";
  faults.push_back({.rule = &lot_rule::manifest_codes_are_valid,
                    .columns = {column},
                    .message = std::move(message)});
  return std::nullopt;
}

RowCodes codes_of(const ManifestRow& row, std::vector<RowFault>& faults) {
  RowCodes out;
  out.passcode = number_in(row, Column::passcode, faults);
  out.discriminator = number_in(row, Column::discriminator, faults);
  if (number_in(row, Column::vendor_id, faults)) out.vendor_id = row.of(Column::vendor_id);
  if (number_in(row, Column::product_id, faults)) out.product_id = row.of(Column::product_id);
  if (const std::string& qr = row.of(Column::qr_payload); !qr.empty())
    out.qr = valid_code(Column::qr_payload, parse_qr(qr).front(), faults);
  if (const std::string& manual = row.of(Column::manual_code); !manual.empty()) {
    const auto digits = column_value(Column::manual_code, manual);
    if (digits) {
      out.manual = valid_code(Column::manual_code,
                              parse_manual_code(std::get<std::string>(*digits)), faults);
    } else {
      faults.push_back({.rule = &lot_rule::manifest_is_readable,
                        .columns = {Column::manual_code},
                        .message = digits.error().what});
    }
  }
  if (out.passcode && !out.qr && !out.manual) {
    if (const auto problem = judge_passcode(*out.passcode))
      faults.push_back({.rule = &lot_rule::manifest_codes_are_valid,
                        .columns = {Column::passcode},
                        .message = problem->message});
  }
  return out;
}

// Everything a code carries, against the columns beside it. What is told of a column already is one
// difference, not two.
void compare_code(const OnboardingPayload& code, const RowCodes& row, RowFault& fault) {
  const Column own = code.manual ? Column::manual_code : Column::qr_payload;
  const auto told = [&](Column column) {
    return std::find(fault.columns.begin(), fault.columns.end(), column) != fault.columns.end();
  };
  const auto differ = [&](Column column, const char* what) {
    if (told(column)) return;
    fault.columns.push_back(column);
    if (!told(own)) fault.columns.push_back(own);
    fault.message +=
        fmt::format("{}the {} is not the one in the {}", fault.message.empty() ? "" : ", ", what,
                    code.manual ? "manual code" : "QR code");
  };
  if (row.passcode && *row.passcode != code.passcode) differ(Column::passcode, "passcode");
  if (row.discriminator &&
      (code.manual ? *row.discriminator >> 8 : *row.discriminator) != code.discriminator)
    differ(Column::discriminator, "discriminator");
  if (!row.vendor_id.empty() && code.vendor_id && !is_id(row.vendor_id, *code.vendor_id))
    differ(Column::vendor_id, "vendor id");
  if (!row.product_id.empty() && code.product_id && !is_id(row.product_id, *code.product_id))
    differ(Column::product_id, "product id");
}

// Only what both carry: a manual code has a part of the discriminator, and mostly no vendor and
// product.
bool of_one_device(const OnboardingPayload& a, const OnboardingPayload& b) {
  const auto agree = [](const std::optional<uint16_t>& one, const std::optional<uint16_t>& other) {
    return !one || !other || *one == *other;
  };
  return a.passcode == b.passcode && a.short_discriminator() == b.short_discriminator() &&
         agree(a.vendor_id, b.vendor_id) && agree(a.product_id, b.product_id);
}

bool mean_the_same(Column column, const std::string& a, const std::string& b) {
  if (a == b || compared(column, a) == compared(column, b)) return true;
  const auto one = column_value(column, a);
  return one && may_mean(column, b, *one);
}

// Two columns of one meaning: a serial number as the line and as the warehouse have it.
void compare_further(const ManifestRow& row, RowFault& fault) {
  for (const auto& [column, value] : row.further) {
    if (column == Column::dac &&
        (!column_certificate(value) || !column_certificate(row.of(column))))
      continue;  // a path beside it
    if (mean_the_same(column, row.of(column), value) ||
        std::find(fault.columns.begin(), fault.columns.end(), column) != fault.columns.end())
      continue;
    fault.columns.push_back(column);
    fault.message +=
        fmt::format("{}two columns have another {} each (name the right one with --column)",
                    fault.message.empty() ? "" : ", ", column_name(column));
  }
}

void compare_columns(const ManifestRow& row, const RowCodes& codes, std::vector<RowFault>& faults) {
  RowFault fault{
      .rule = &lot_rule::manifest_rows_agree_with_themselves, .columns = {}, .message = {}};
  if (codes.qr) compare_code(*codes.qr, codes, fault);
  if (codes.manual && codes.qr && !of_one_device(*codes.manual, *codes.qr)) {
    fault.columns.insert(fault.columns.end(), {Column::manual_code, Column::qr_payload});
    fault.message += fmt::format("{}the manual code and the QR code are not of one device",
                                 fault.message.empty() ? "" : ", ");
  } else if (codes.manual) {
    compare_code(*codes.manual, codes, fault);
  }
  if (const auto der = column_certificate(row.of(Column::dac));
      der && !row.of(Column::dac_sha256).empty()) {
    if (compared(Column::dac_sha256, row.of(Column::dac_sha256)) != hex(sha256(*der))) {
      fault.columns.insert(fault.columns.end(), {Column::dac, Column::dac_sha256});
      fault.message += fmt::format("{}the digest is not the one of the certificate",
                                   fault.message.empty() ? "" : ", ");
    }
  }
  compare_further(row, fault);
  if (!fault.columns.empty()) faults.push_back(std::move(fault));
}

}  // namespace

std::string compared(Column column, const std::string& value) {
  if (column == Column::dac) {
    const auto der = column_certificate(value);
    return der ? hex(sha256(*der)) : value;
  }
  if (column == Column::manual_code) {
    const auto code = column_value(column, value);
    return code ? std::get<std::string>(*code) : value;
  }
  if (column == Column::passcode) {
    const auto number = column_value(column, value);
    return number ? std::to_string(std::get<uint64_t>(*number)) : value;
  }
  if (column == Column::spake2p_verifier) {
    const auto bytes = column_value(column, value);
    return bytes ? hex(std::get<Bytes>(*bytes)) : value;
  }
  if (column != Column::dac_sha256 && column != Column::mac) return value;
  std::string digits = value;
  if (column == Column::mac) std::erase(digits, '-');
  const auto bytes = from_hex_lenient(digits);
  return bytes ? hex(*bytes) : value;
}

std::vector<RowFault> faults_of(const ManifestRow& row) {
  std::vector<RowFault> faults;
  const RowCodes codes = codes_of(row, faults);
  judge_values(row, faults);
  compare_columns(row, codes, faults);
  return faults;
}

}  // namespace attest
