#include "verifier/readers/tables/manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/key.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

using Column = ManifestColumn;

enum class Form : uint8_t { text, number, hex, base64, digits, certificate };
struct ColumnInfo {
  Column column;
  const char* name;
  std::optional<FactId> fact;
  Form form;
  std::array<std::string_view, 24> spellings;  // lower case, letters and digits only
};
// Spellings: those of vendors' tools (dump-formats section 9) and of what people call these things.
constexpr ColumnInfo kColumns[] = {
    {Column::serial_number,
     "serial",
     FactId::serial_number,
     Form::text,
     {"serial", "serialnumber", "serialnum", "serialno", "sn", "serialnr", "devicesn",
      "deviceserialnumber"}},
    {Column::name,
     "name",
     {},
     Form::text,
     {"name", "id", "uuid", "device", "deviceid", "deviceuuid", "devicename"}},
    {Column::common_name, "cn", {}, Form::text, {"cn", "commonname", "daccn", "daccommonname"}},
    {Column::qr_payload,
     "qr",
     FactId::qr_payload,
     Form::text,
     {"qr",
      "qrcode",
      "qrpayload",
      "qrcodepayload",
      "payload",
      "setuppayload",
      "mtpayload",
      "onboardingpayload",
      "mt",
      "qrcodedata",
      "mtqr",
      "mtqrcode",
      "matterqr",
      "matterqrcode",
      "matterqrpayload",
      "setupqr",
      "setupqrcode",
      "qrcodecontent",
      "qrcontent",
      "qrcodetext",
      "qrtext",
      "qrcodestring",
      "qrstring",
      "qrdata"}},
    {Column::dac_sha256,
     "dac_sha256",
     {},
     Form::hex,
     {"dacsha256", "dachash", "dacfingerprint", "dacdigest", "fingerprint", "certsha256",
      "dacsha256fingerprint"}},
    {Column::dac,
     "dac",
     FactId::dac,
     Form::certificate,
     {"dac", "daccert", "daccertificate", "certs", "cert", "certificate", "dacpem", "dacder",
      "devicecert"}},
    {Column::mac,
     "mac",
     {},
     Form::text,
     {"mac", "macaddress", "macaddr", "eui64", "wifimac", "wlanmac", "ethmac", "blemac"}},
    {Column::passcode,
     "passcode",
     FactId::passcode,
     Form::number,
     {"passcode", "pincode", "pin", "setuppin", "setuppincode", "setuppasscode"}},
    {Column::discriminator,
     "discriminator",
     FactId::discriminator,
     Form::number,
     {"discriminator", "disc", "longdiscriminator", "setupdiscriminator"}},
    {Column::manual_code,
     "manual_code",
     FactId::manual_code,
     Form::digits,
     {"manualcode", "manualpairingcode", "pairingcode", "manual", "manualsetupcode", "mpc",
      "manualpaircode", "manualcode11", "manualcode21", "11digitcode", "21digitcode",
      "mattermanualcode", "matterpairingcode", "manualsetup"}},
    {Column::vendor_id, "vid", FactId::vendor_id, Form::number, {"vid", "vendorid"}},
    {Column::product_id, "pid", FactId::product_id, Form::number, {"pid", "productid"}},
    {Column::spake2p_iterations,
     "iterations",
     FactId::spake2p_iterations,
     Form::number,
     {"iterations", "iterationcount", "spake2piterations", "spake2pit", "spake2it",
      "pbkdfiterations", "itercount", "spake2pitercount", "spake2piterationcount"}},
    {Column::spake2p_salt,
     "salt",
     FactId::spake2p_salt,
     Form::base64,
     {"salt", "spake2psalt", "spake2salt", "pbkdfsalt"}},
    {Column::spake2p_verifier,
     "verifier",
     FactId::spake2p_verifier,
     Form::base64,
     {"verifier", "spake2pverifier", "spake2verifier"}},
    {Column::vendor_name, "vendor_name", FactId::vendor_name, Form::text, {"vendorname"}},
    {Column::product_name, "product_name", FactId::product_name, Form::text, {"productname"}},
    {Column::part_number, "part_number", FactId::part_number, Form::text, {"partnumber"}},
    {Column::hardware_version,
     "hardware_version",
     FactId::hardware_version,
     Form::number,
     {"hardwareversion", "hardwarever", "hwver", "hwversion"}},
    {Column::hardware_version_string,
     "hardware_version_string",
     FactId::hardware_version_string,
     Form::text,
     {"hardwareversionstring", "hwverstr", "hardwareverstr", "hwversionstring", "hwversionstr"}},
    {Column::manufacturing_date,
     "manufacturing_date",
     FactId::manufacturing_date,
     Form::text,
     {"manufacturingdate", "mfgdate", "productiondate"}},
    {Column::rotating_id_unique_id,
     "rotating_id_unique_id",
     FactId::rotating_id_unique_id,
     Form::hex,
     {"rotatingiduniqueid", "rdiduid", "rduid", "rotatingid"}},
};
static_assert(std::size(kColumns) == kManifestColumns);

// What people call all of these: what is written there tells which; of an empty column this.
struct OpenSpelling {
  std::string_view spelling;
  Column column;
};
constexpr OpenSpelling kOpenSpellings[] = {
    {"setupcode", Column::passcode},        {"mattersetupcode", Column::manual_code},
    {"numericcode", Column::manual_code},   {"numericsetupcode", Column::manual_code},
    {"onboardingcode", Column::qr_payload}, {"mtcode", Column::qr_payload},
    {"mattercode", Column::qr_payload},     {"commissioningcode", Column::manual_code},
};

const ColumnInfo& info(Column column) {
  return kColumns[static_cast<size_t>(column)];
}

// "Serial-Num", "serial_num" and "SERIAL NUM" are one spelling.
std::string folded(std::string_view header) {
  std::string out;
  for (const char c : header) {
    if (is_letter(c) || is_digit(c)) out += to_lower(c);
  }
  return out;
}

std::string trimmed(std::string_view s) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t from = s.find_first_not_of(kBlank);
  return from == std::string_view::npos
             ? std::string()
             : std::string(s.substr(from, s.find_last_not_of(kBlank) - from + 1));
}

// What a cell says. Spreadsheets write text that looks like a number as ="0123" or '0123, so that
// it keeps its zeros; what is copied from web pages has blanks that do not break.
std::string cell_text(std::string_view s) {
  constexpr std::string_view kHardBlank = "\xC2\xA0";
  std::string out = trimmed(s);
  while (out.ends_with(kHardBlank))
    out = trimmed(std::string_view(out).substr(0, out.size() - kHardBlank.size()));
  while (out.starts_with(kHardBlank))
    out = trimmed(std::string_view(out).substr(kHardBlank.size()));
  if (out.size() > 3 && out.starts_with("=\"") && out.ends_with('"'))
    return trimmed(std::string_view(out).substr(2, out.size() - 3));
  if (out.size() > 1 && out.starts_with('\'')) return out.substr(1);
  return out;
}

// 48465104.0: a number that a tool kept with a decimal point.
std::string without_point(const std::string& text) {
  const size_t point = text.find('.');
  const bool whole = point != std::string::npos && point > 0 && point + 1 < text.size() &&
                     text.find_first_not_of("0123456789") == point &&
                     text.find_first_not_of('0', point + 1) == std::string::npos;
  return whole ? text.substr(0, point) : text;
}

// 3.49701E+10
bool is_shortened(const std::string& text) {
  const size_t e = text.find_first_of("eE");
  return e != std::string::npos && e > 0 &&
         text.substr(0, e).find_first_not_of("0123456789.,") == std::string::npos &&
         e + 1 < text.size() && text.find_first_not_of("+0123456789", e + 1) == std::string::npos;
}

std::optional<uint64_t> four_hex_digits(const std::string& text) {
  const auto bytes = text.size() == 4 ? from_hex(text) : Result<Bytes>(Bytes{});
  return bytes && bytes->size() == 2
             ? std::optional<uint64_t>(uint64_t{(*bytes)[0]} << 8 | (*bytes)[1])
             : std::nullopt;
}

// Of ids four, as certificates have them; of a discriminator three, which are its 12 bits.
std::optional<uint64_t> bare_hex(Column column, const std::string& text) {
  if (column == Column::vendor_id || column == Column::product_id) return four_hex_digits(text);
  return column == Column::discriminator && text.size() == 3 ? four_hex_digits("0" + text)
                                                             : std::nullopt;
}

constexpr size_t kMostHeader = 64u << 10;

// Excel writes "sep=;" above a table, so that it can open it again.
std::optional<char> stated_separator(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  const std::string stated = trimmed(line);
  return stated.size() == 5 && stated.starts_with("sep=") ? std::optional<char>(stated[4])
                                                          : std::nullopt;
}

// What the first rows have in a column.
struct ColumnContent {
  std::string first;  // the first value
  size_t values = 0;
  bool all_qr = true, all_manual = true, vary = false;

  void add(std::string value) {
    all_qr = all_qr && value.starts_with("MT:");
    if (all_manual) {
      const auto digits = column_value(Column::manual_code, value);
      all_manual = digits && parse_manual_code(std::get<std::string>(*digits)).valid();
    }
    vary = vary || (values > 0 && value != first);
    if (values++ == 0) first = std::move(value);
  }
  // No further value changes what it is.
  bool is_known() const { return values > 0 && !all_qr && !all_manual; }
  bool only_qr() const { return values > 0 && all_qr; }
  // One number of 11 digits in ten keeps a code's rules: it takes several to tell, or a word in the
  // header.
  bool only_manual(const std::string& spelled) const {
    const bool word = spelled.find("code") != std::string::npos ||
                      spelled.find("manual") != std::string::npos ||
                      spelled.find("pairing") != std::string::npos;
    return values > 0 && all_manual && (vary || word);
  }
};
constexpr size_t kMostSampled = 256;  // rows that are looked at for what a column has
constexpr size_t kMostSampledBytes = 1u << 20;

std::vector<ColumnContent> column_contents(std::string_view text, const ManifestHeader& header) {
  std::vector<ColumnContent> out(header.fields);
  const std::string_view head = text.substr(0, header.rows_at + kMostSampledBytes);
  CsvRows rows(head, header.separator, header.rows_at);
  rows.without_comments();
  CsvRecord record;
  const auto is_open = [](const ColumnContent& column) { return !column.is_known(); };
  for (size_t i = 0; header.fields > 1 && i < kMostSampled; ++i) {
    if (std::none_of(out.begin(), out.end(), is_open)) break;
    const auto more = rows.next(record);
    if (!more || !*more || (rows.offset() == head.size() && head.size() < text.size())) break;
    for (size_t at = 0; at < std::min(record.size(), out.size()); ++at) {
      if (std::string value = cell_text(record[at]); !value.empty()) out[at].add(std::move(value));
    }
  }
  return out;
}

// A QR code, up to 8 digits of a passcode, or more of a manual code.
std::optional<Column> spelled_column(const std::string& spelled, const ColumnContent& content) {
  for (const ColumnInfo& column : kColumns) {
    if (std::find(column.spellings.begin(), column.spellings.end(), spelled) !=
        column.spellings.end())
      return column.column;
  }
  const auto* open = std::find_if(std::begin(kOpenSpellings), std::end(kOpenSpellings),
                                  [&](const OpenSpelling& o) { return o.spelling == spelled; });
  if (open == std::end(kOpenSpellings)) return std::nullopt;
  if (content.first.empty()) return open->column;
  if (content.first.starts_with("MT:")) return Column::qr_payload;
  const auto digits = column_value(Column::manual_code, content.first);
  if (!digits) return is_shortened(content.first) ? Column::manual_code : open->column;
  return std::get<std::string>(*digits).size() > 8 ? Column::manual_code : Column::passcode;
}

Result<void> place_columns(const CsvRecord& names, const std::vector<ColumnContent>& contents,
                           const std::vector<ColumnName>& named, ManifestHeader& header) {
  std::vector<bool> taken(names.size());
  for (const ColumnName& name : named) {
    // As it stands, or else folded: two headers that only differ in blanks are told apart by
    // writing them out.
    auto at = std::find_if(names.begin(), names.end(), [&](const std::string& n) {
      return trimmed(n) == trimmed(name.header);
    });
    if (at == names.end())
      at = std::find_if(names.begin(), names.end(), [&](const std::string& n) {
        return !folded(n).empty() && folded(n) == folded(name.header);
      });
    if (at == names.end()) {
      std::string list;
      for (const std::string& n : names)
        list += (list.empty() ? "" : ", ") + quotable(printable(trimmed(n)));
      return error(fmt::format("expected a column \"{}\", found {}", printable(name.header), list));
    }
    const auto place = static_cast<size_t>(at - names.begin());
    header.place[static_cast<size_t>(name.column)] = place;
    taken[place] = true;
  }
  std::vector<size_t> open;
  for (size_t i = 0; i < names.size(); ++i) {
    if (taken[i]) continue;
    const std::string spelled = folded(names[i]);
    const auto meaning = spelled.empty() ? std::nullopt : spelled_column(spelled, contents[i]);
    if (!meaning) {
      open.push_back(i);
      continue;
    }
    auto& place = header.place[static_cast<size_t>(*meaning)];
    const bool chosen = std::any_of(named.begin(), named.end(), [&](const ColumnName& name) {
      return name.column == *meaning;
    });
    if (!place) {
      place = i;
    } else if (chosen || *meaning == Column::name || *meaning == Column::mac) {
      header.unknown.push_back(
          quotable(trimmed(names[i])));  // a device has several names and addresses
    } else {
      header.further.emplace_back(*meaning, i);
    }
  }
  for (const size_t i : open) {
    const ColumnContent& content = contents[i];
    // A table without a header is none, whatever its columns have.
    ColumnContent above;
    above.add(trimmed(names[i]));
    const auto meaning = above.all_qr || above.all_manual ? std::nullopt
                         : content.only_qr()              ? std::optional(Column::qr_payload)
                         : content.only_manual(folded(names[i]))
                             ? std::optional(Column::manual_code)
                             : std::nullopt;
    if (meaning && !header.has(*meaning)) {
      header.place[static_cast<size_t>(*meaning)] = i;
    } else if (!trimmed(names[i]).empty()) {
      header.unknown.push_back(quotable(trimmed(names[i])));
    } else if (content.values > 0) {
      header.unknown.push_back(fmt::format("column {}", i + 1));
    }
  }
  return {};
}

}  // namespace

const char* column_name(Column column) {
  return info(column).name;
}
std::optional<FactId> column_fact(Column column) {
  return info(column).fact;
}
bool is_secret(Column column) {
  return info(column).fact && is_masked(*info(column).fact);
}

Result<std::vector<ColumnName>> parse_column_names(std::string_view given) {
  std::vector<ColumnName> out;
  for (size_t at = 0; at <= given.size();) {
    const size_t end = std::min(given.find(',', at), given.size());
    const std::string_view one = given.substr(at, end - at);
    const size_t equals = one.find('=');
    const std::string_view name = one.substr(0, std::min(equals, one.size()));
    const auto* column = std::find_if(std::begin(kColumns), std::end(kColumns),
                                      [&](const ColumnInfo& c) { return name == c.name; });
    if (equals == std::string_view::npos || column == std::end(kColumns) ||
        trimmed(one.substr(equals + 1)).empty()) {
      std::string known;
      for (const ColumnInfo& c : kColumns)
        known += fmt::format("{}{}", known.empty() ? "" : ", ", c.name);
      return error(fmt::format("expected NAME=HEADER with a name of {}; found \"{}\"", known,
                               quotable(printable(one))));
    }
    out.push_back({.column = column->column, .header = std::string(one.substr(equals + 1))});
    at = end + 1;
  }
  return out;
}

bool ManifestHeader::names_devices() const {
  for (const ColumnInfo& column : kColumns) {
    if (names_device(column.column) && has(column.column)) return true;
  }
  return false;
}

Result<ManifestHeader> read_manifest_header(std::string_view text,
                                            const std::vector<ColumnName>& named) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return error("expected UTF-8, found UTF-16: save the table as UTF-8");
  const std::string_view head = text.substr(0, kMostHeader);
  const size_t line = std::min(head.find('\n'), head.size());
  if (head.substr(0, line).find('\0') != std::string_view::npos)
    return error(
        "expected UTF-8, found zero bytes among the column names: save the table as UTF-8");
  ManifestHeader header;
  size_t from = 0;
  uint64_t comments = 0;
  if (const auto stated = stated_separator(head.substr(0, line))) {
    header.separator = *stated;
    from = line + 1;
  } else {
    from = behind_comments(head, from, comments);
    header.separator = csv_separator(head.substr(from));
  }
  if (from >= text.size()) return error("expected a line of column names, found an empty table");
  CsvRows rows(text, header.separator, from);
  CsvRecord names;
  const auto more = rows.next(names);
  if (!more) return tl::unexpected(more.error());
  if (!*more) return error("expected a line of column names, found an empty table");
  if (rows.offset() > kMostHeader || names.size() > kMostFields)
    return error(fmt::format("expected a line of column names, found one of {} bytes and {} fields",
                             rows.offset(), names.size()));
  header.fields = names.size();
  if (const auto passcode = gen_verifier_row(names)) {  // without a header
    constexpr Column kInOrder[] = {Column::passcode, Column::spake2p_iterations,
                                   Column::spake2p_salt, Column::spake2p_verifier};
    for (size_t i = 0; i < std::size(kInOrder); ++i)
      header.place[static_cast<size_t>(kInOrder[i])] = *passcode + i;
    header.rows_at = from;
    header.line = comments;
    return header;
  }
  header.rows_at = rows.offset();
  if (auto placed = place_columns(names, column_contents(text, header), named, header); !placed)
    return tl::unexpected(placed.error());
  header.line = 1 + comments + rows.empty_lines();
  return header;
}

Result<ManifestRow> manifest_row(const ManifestHeader& header, const CsvRecord& record,
                                 uint64_t number) {
  const bool reaches =
      std::all_of(header.place.begin(), header.place.end(),
                  [&](const auto& place) { return !place || *place < record.size(); });
  // Some tools end each row, but not the header, with a delimiter.
  const bool surplus =
      record.size() > header.fields &&
      std::any_of(record.begin() + static_cast<std::ptrdiff_t>(header.fields), record.end(),
                  [](const std::string& field) { return !cell_text(field).empty(); });
  if (surplus && record.size() == header.fields + 1 && record.back().starts_with(kNoObject))
    return error(fmt::format("row {}: expected an object, found {}", number,
                             record.back().substr(kNoObject.size())));
  if (surplus || !reaches)
    return error(
        fmt::format("row {}: expected {} fields, found {}", number, header.fields, record.size()));
  return partial_row(header, record, number);
}

ManifestRow partial_row(const ManifestHeader& header, const CsvRecord& record, uint64_t number) {
  ManifestRow row;
  row.number = number;
  for (const ColumnInfo& column : kColumns) {
    const auto place = header.place[static_cast<size_t>(column.column)];
    if (place && *place < record.size())
      row.values[static_cast<size_t>(column.column)] = cell_text(record[*place]);
  }
  for (const auto& [column, place] : header.further) {
    std::string value = place < record.size() ? cell_text(record[place]) : std::string();
    std::string& first = row.values[static_cast<size_t>(column)];
    if (value.empty()) continue;
    if (first.empty()) {
      first = std::move(value);
    } else {
      row.further.emplace_back(column, std::move(value));
    }
  }
  return row;
}

Result<FactValue> column_value(Column column, const std::string& text) {
  const ColumnInfo& about = info(column);
  const auto expected = [&](const std::string& what) {
    return error(fmt::format("{}: expected {}, found {}", about.name, what,
                             is_secret(column)
                                 ? "something else"
                                 : "\"" + quotable(printable(text.substr(0, 60))) + "\""));
  };
  const auto number =
      about.form == Form::number ? json_number(Json(without_point(text))) : Result<uint64_t>(0);
  // 8E01 and 3E8 look like shortened numbers, too.
  if (const auto id = bare_hex(column, text); id && !number) return FactValue(*id);
  if ((about.form == Form::number || about.form == Form::digits) && is_shortened(text))
    return error(
        fmt::format("{}: expected all its digits, found a number that a spreadsheet has shortened "
                    "(1.2E+10): format the column as text",
                    about.name));
  if (about.form == Form::number)
    return number ? Result<FactValue>(FactValue(*number)) : expected("a whole number");
  if (about.form == Form::hex) {
    auto bytes = from_hex_lenient(text);
    return bytes ? Result<FactValue>(FactValue(std::move(*bytes))) : expected("hex digits");
  }
  if (about.form == Form::base64) {
    auto bytes = from_base64(text);
    if (bytes) return FactValue(std::move(*bytes));
    bytes = from_hex_lenient(text);
    return bytes ? Result<FactValue>(FactValue(std::move(*bytes)))
                 : expected("base64 or hex digits");
  }
  if (about.form == Form::certificate) {
    auto der = column_certificate(text);
    return der ? Result<FactValue>(FactValue(std::move(*der)))
               : expected("a certificate as PEM, base64 or hex");
  }
  if (about.form == Form::digits) {
    // Tools print codes with dashes or blanks, in two lines, in quotes.
    std::string digits;
    for (const char c : without_point(text)) {
      if (c >= '0' && c <= '9') {
        digits += c;
      } else if (std::string_view("- \t\r\n\"'.").find(c) == std::string_view::npos) {
        return expected("digits");
      }
    }
    return FactValue(std::move(digits));
  }
  return FactValue(text);
}

bool is_id(const std::string& written, uint64_t id) {
  const auto number = column_value(Column::vendor_id, written);
  return (number && std::get<uint64_t>(*number) == id) || four_hex_digits(written) == id;
}

bool may_mean(Column column, const std::string& text, const FactValue& value) {
  const auto read = column_value(column, text);
  if (read && *read == value) return true;
  const auto* bytes = std::get_if<Bytes>(&value);
  const auto digits = bytes != nullptr ? from_hex_lenient(text) : Result<Bytes>(Bytes{});
  return info(column).form == Form::base64 && bytes != nullptr && digits && *digits == *bytes;
}

std::optional<Bytes> column_certificate(const std::string& text) {
  if (looks_like_pem(view(text))) {
    PemFile pem = parse_pem(view(text));
    for (PemBlock& block : pem.blocks) {
      if (block.label == "CERTIFICATE") return std::move(block.der);
    }
    return std::nullopt;
  }
  for (const auto read : {from_base64_lines, from_hex_lenient}) {
    if (auto bytes = read(text); bytes && !bytes->empty() && bytes->front() == 0x30)
      return std::move(*bytes);
  }
  return std::nullopt;
}

}  // namespace attest
