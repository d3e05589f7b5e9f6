#include "lot/manifest_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lot/manifest_row_faults.h"
#include "verifier/crypto/crypto.h"
#include "verifier/readers/posture/mac.h"

namespace attest {
namespace {

using Column = ManifestColumn;
constexpr size_t kStep = 16;  // rows between two kept offsets
constexpr uint64_t kMostRows = 100'000'000;

// Asked in this order for a device's row: what a label shows first, what a clone has of another
// device last. (Addresses of radios are in no evidence, but factories call dumps by them.)
constexpr Column kIdentities[] = {
    Column::serial_number, Column::name,        Column::common_name,
    Column::qr_payload,    Column::dac_sha256,  Column::dac,
    Column::mac,           Column::manual_code, Column::spake2p_verifier};

uint32_t digest_of(Column column, std::string_view value) {
  const SipKey key{static_cast<uint8_t>(column)};
  return static_cast<uint32_t>(siphash(key, view(value)));
}

std::string common_name(const Certificate& certificate) {
  for (const NameAttribute& attribute : certificate.subject.attributes) {
    if (equal(attribute.oid, oid::kCommonName)) return std::string(text(attribute.value));
  }
  return {};
}

std::string label(const ManifestRow& row) {
  for (const Column column : {Column::serial_number, Column::name, Column::common_name, Column::mac,
                              Column::dac_sha256}) {
    if (!row.of(column).empty())
      return fmt::format("row {} ({})", row.number, printable(row.of(column).substr(0, 64)));
  }
  return fmt::format("row {}", row.number);
}

void add(FindingList& list, const LotRule& rule, std::string message, uint64_t count,
         std::vector<std::string> devices) {
  const auto same = std::count_if(list.findings.begin(), list.findings.end(),
                                  [&](const LotFinding& f) { return f.rule == &rule; });
  if (static_cast<size_t>(same) >= kMostFindings) {
    ++list.left_out;
    return;
  }
  list.findings.push_back({.rule = &rule,
                           .severity = rule.severity,
                           .message = std::move(message),
                           .count = count,
                           .devices = std::move(devices)});
}

// --- a row and its device ---

bool contains(const auto& list, const auto& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// What Basic Information or, without it, the DAC says. The DAC of a product that was derived from
// another's may have the other's ids.
std::optional<uint64_t> id_of(const Evidence& e, bool vendor) {
  const auto said = vendor ? e.vid : e.pid;
  if (said) return *said;
  if (!e.dac.certificate || (e.cd && (e.cd->dac_origin_vendor_id || e.cd->dac_origin_product_id)))
    return std::nullopt;
  const auto named = vendor ? e.dac.certificate->vid() : e.dac.certificate->pid();
  return named ? std::optional<uint64_t>(*named) : std::nullopt;
}

// The onboarding data of a part, whatever form it has it in. What was lent to it by the row is the
// row's.
struct PartCodes {
  std::vector<const OnboardingPayload*> codes;
  std::vector<uint64_t> passcodes;
  std::vector<uint64_t> discriminators;  // of 12 bits: stated, or else those of its QR codes
  std::vector<uint64_t> shorts;          // their upper 4 bits, or else those of its manual codes
  std::vector<uint64_t> vendors, products;
};

bool is_lent(const Place& place, const std::string& path) {
  return place.path == path && place.item.starts_with("row ");
}

PartCodes part_codes(const Evidence& e, const std::string& path) {
  PartCodes out;
  std::vector<uint64_t> of_manual;
  for (const bool vendor : {true, false}) {
    if (const auto id = id_of(e, vendor)) (vendor ? out.vendors : out.products).push_back(*id);
  }
  const bool has_vendor = !out.vendors.empty(), has_product = !out.products.empty();
  for (const PasscodeEvidence& p : e.onboarding.passcodes) {
    if (!is_lent(p.place, path)) out.passcodes.push_back(p.passcode);
  }
  for (const Statement& s : e.device.statements) {
    const auto* number =
        s.fact == FactId::discriminator ? std::get_if<uint64_t>(&s.value) : nullptr;
    if (number != nullptr) out.discriminators.push_back(*number);
  }
  const bool stated = !out.discriminators.empty();
  for (const CodeEvidence& code : e.onboarding.codes) {
    if (is_lent(code.place, path)) continue;
    out.codes.push_back(&code.payload);
    if (!code.has_values() || code.other_device) continue;
    if (code.payload.manual) {
      of_manual.push_back(code.payload.discriminator);
    } else if (!stated) {
      out.discriminators.push_back(code.payload.discriminator);
    }
    if (!has_vendor && code.payload.vendor_id) out.vendors.push_back(*code.payload.vendor_id);
    if (!has_product && code.payload.product_id) out.products.push_back(*code.payload.product_id);
  }
  for (const uint64_t one : out.discriminators) out.shorts.push_back(one >> 8);
  if (out.shorts.empty()) out.shorts = of_manual;
  return out;
}

// Of a known one: none known contradicts nothing.
bool lacks(const std::vector<uint64_t>& known, uint64_t value) {
  return !known.empty() && !contains(known, value);
}
bool lacks_discriminator(const PartCodes& part, uint64_t of_12_bits) {
  return part.discriminators.empty() ? lacks(part.shorts, of_12_bits >> 8)
                                     : lacks(part.discriminators, of_12_bits);
}

bool code_differs(const OnboardingPayload& code, const PartCodes& part) {
  return lacks(part.passcodes, code.passcode) ||
         (code.manual ? lacks(part.shorts, code.discriminator)
                      : lacks_discriminator(part, code.discriminator)) ||
         (code.vendor_id && lacks(part.vendors, *code.vendor_id)) ||
         (code.product_id && lacks(part.products, *code.product_id));
}

// A code of the same kind must be the very same; of another kind it must mean the same device.
bool code_differs(Column column, const std::string& text, const PartCodes& part) {
  const bool manual = column == Column::manual_code;
  bool same_kind = false;
  for (const OnboardingPayload* code : part.codes) {
    if (code->manual != manual) continue;
    if (code->text == text || code->joined == text) return false;
    same_kind = true;
  }
  if (same_kind) return true;
  if (manual) return code_differs(parse_manual_code(text), part);
  const std::vector<OnboardingPayload> joined = parse_qr(text);  // one of them is this device's
  return std::all_of(joined.begin(), joined.end(),
                     [&](const OnboardingPayload& code) { return code_differs(code, part); });
}

// The addresses that the part's own fuses or tools tell, of either kind.
bool mac_differs(const std::string& value, const Posture& posture) {
  const std::string address = compared(Column::mac, value);
  constexpr size_t kMacDigits = 12, kEuiDigits = 16;
  if ((address.size() != kMacDigits && address.size() != kEuiDigits) || !from_hex(address))
    return false;  // a fault of the row, or no address at all
  bool told = false;
  for (const Claim& claim : posture.claims) {
    if (claim.locked != Holds::yes) continue;
    const bool is_mac = claim.trait == Trait::mac, is_id = claim.trait == Trait::unique_id;
    if (!is_mac && !(is_id && claim.value.size() == address.size())) continue;
    if (is_mac ? is_interface_of(address, claim.value) : claim.value == address) return false;
    told = true;
  }
  return told;
}

bool differs(Column column, const std::string& value, const Evidence& e, const PartCodes& part) {
  if (column == Column::mac) return mac_differs(value, e.device.posture);
  if (column == Column::dac_sha256)
    return e.dac.present() &&
           compared(column, value) !=
               hex(e.dac.certificate ? e.dac.certificate->sha256() : sha256(e.dac.bytes));
  if (column == Column::common_name)
    return e.dac.certificate && common_name(*e.dac.certificate) != value;
  if (column == Column::dac) {
    const auto der = column_certificate(value);
    return der && e.dac.present() &&
           *der != (e.dac.certificate ? e.dac.certificate->der : e.dac.bytes);
  }
  const auto fact = column_fact(column);
  const auto wanted = column_value(column, value);
  if (!fact || !wanted) return false;
  if (column == Column::qr_payload || column == Column::manual_code)
    return code_differs(column, std::get<std::string>(*wanted), part);
  if (column == Column::passcode) return lacks(part.passcodes, std::get<uint64_t>(*wanted));
  if (column == Column::discriminator)
    return lacks_discriminator(part, std::get<uint64_t>(*wanted));
  if (column == Column::vendor_id || column == Column::product_id) {
    const std::vector<uint64_t>& ids = column == Column::vendor_id ? part.vendors : part.products;
    return !ids.empty() &&
           std::none_of(ids.begin(), ids.end(), [&](uint64_t id) { return is_id(value, id); });
  }
  const Statement* said = e.device.first(*fact);
  return said != nullptr && !may_mean(column, value, said->value);
}

// As it is stated, or as its code has it.
std::optional<uint64_t> passcode_of(const Device& device) {
  if (const auto stated = device.number(FactId::passcode)) return stated;
  if (const std::string* qr = device.string(FactId::qr_payload)) {
    const auto codes = parse_qr(*qr);
    if (codes.size() == 1 && codes[0].valid()) return codes[0].passcode;
  }
  if (const std::string* manual = device.string(FactId::manual_code)) {
    const OnboardingPayload code = parse_manual_code(*manual);
    if (code.valid()) return code.passcode;
  }
  return std::nullopt;
}

constexpr size_t kMostSame = 64;  // rows with one value that are looked at one by one

}  // namespace

class ManifestRows::Reader {
 public:
  Reader(const ManifestRows& rows, Mark from)
      : csv_(rows.text_, rows.header_.separator, from.offset), line_(from.line) {
    csv_.without_comments();
  }
  Result<bool> next(CsvRecord& record) {
    for (;;) {
      mark_ = {.offset = csv_.offset(), .line = line_ + records_ + csv_.empty_lines()};
      auto more = csv_.next(record);
      if (!more || !*more) return more;
      ++records_;
      if (std::any_of(record.begin(), record.end(), [](const std::string& field) {
            return field.find_first_not_of(" \t") != std::string::npos;
          }))
        return true;
    }
  }
  Mark mark() const { return mark_; }  // where the record that was read begins
  uint64_t line() const { return line_ + records_ + csv_.empty_lines(); }  // its line

 private:
  CsvRows csv_;
  uint64_t line_, records_ = 0;  // of the record before the first; read
  Mark mark_{};
};

Result<ManifestRows> ManifestRows::open(std::string path, std::string_view text,
                                        const std::vector<ColumnName>& named, Numbers numbers) {
  ManifestRows out;
  out.path_ = std::move(path);
  out.text_ = text;
  auto header = read_manifest_header(text, named);
  if (!header) return tl::unexpected(header.error());
  if (numbers == Numbers::objects) header->line = 0;
  out.header_ = *header;
  if (!header->names_devices())
    return error(
        "expected a column that names devices (serial, name, cn, qr, dac_sha256, dac, mac, "
        "manual_code or verifier), found none: name one with --column serial=HEADER");
  for (const Column column : kIdentities) {
    if (header->has(column)) out.indexes_.push_back({.column = column, .entries = {}});
  }
  // A device without a verifier of its own is told by its passcode, where the table has no other
  // names.
  if (out.indexes_.size() == 1 && out.indexes_[0].column == Column::spake2p_verifier &&
      header->has(Column::passcode))
    out.indexes_.push_back({.column = Column::passcode, .entries = {}});
  Reader rows(out, {.offset = header->rows_at, .line = header->line});
  CsvRecord record;
  for (;;) {
    const auto more = rows.next(record);
    if (!more) {
      add(out.findings_, lot_rule::manifest_is_readable,
          fmt::format("row {} and all after it: {} at byte {}", rows.line() + 1, more.error().what,
                      more.error().offset.value_or(rows.mark().offset)),
          1, {});
      break;
    }
    if (!*more) break;
    if (out.size_ == kMostRows) return error(fmt::format("more than {} rows", kMostRows));
    if (out.size_ % kStep == 0) out.marks_.push_back(rows.mark());
    const auto index = static_cast<uint32_t>(out.size_++);
    auto whole = manifest_row(out.header_, record, rows.line());
    const ManifestRow row =
        whole ? std::move(*whole) : partial_row(out.header_, record, rows.line());
    for (Index& identity : out.indexes_) {
      const std::string& value = row.of(identity.column);
      if (!value.empty())
        identity.entries.push_back(
            {.digest = digest_of(identity.column, compared(identity.column, value)), .row = index});
    }
    if (!whole) {
      add(out.findings_, lot_rule::manifest_is_readable, whole.error().what, 1, {label(row)});
      out.unreadable_.push_back(index);
    } else {
      out.judge_row(row);
    }
  }
  for (Index& identity : out.indexes_) {
    identity.entries.shrink_to_fit();
    std::sort(identity.entries.begin(), identity.entries.end());
  }
  out.find_repetitions();
  return out;
}

bool ManifestRows::is_unreadable(uint32_t index) const {
  return std::binary_search(unreadable_.begin(), unreadable_.end(), index);
}

void ManifestRows::judge_row(const ManifestRow& row) {
  for (RowFault& fault : faults_of(row))
    add(findings_, *fault.rule, fmt::format("{}: {}", label(row), fault.message), 1, {label(row)});
}

// What only one device can have, column by column. Rows that share one value mostly share others;
// each pair is told once.
void ManifestRows::find_repetitions() {
  std::vector<std::vector<uint32_t>> told;
  for (const Column column :
       {Column::mac, Column::serial_number, Column::dac_sha256, Column::dac, Column::qr_payload,
        Column::common_name, Column::name, Column::spake2p_verifier}) {
    if (!header_.has(column)) continue;
    std::vector<std::pair<uint64_t, uint32_t>> seen;
    seen.reserve(size_);
    Reader rows(*this, {.offset = header_.rows_at, .line = header_.line});
    CsvRecord record;
    uint32_t index = 0;
    for (auto more = rows.next(record); more && *more; more = rows.next(record), ++index) {
      const auto row = manifest_row(header_, record, rows.line());
      if (!row || row->of(column).empty()) continue;
      if (column == Column::dac && !column_certificate(row->of(column)))
        continue;  // a path on the factory's disk
      seen.emplace_back(
          siphash({static_cast<uint8_t>(column)}, view(compared(column, row->of(column)))), index);
    }
    std::sort(seen.begin(), seen.end());
    for (size_t i = 0; i < seen.size();) {
      size_t end = i + 1;
      while (end < seen.size() && seen[end].first == seen[i].first) ++end;
      // One name of all rows is the product's.
      if (end - i > 1 &&
          !(column == Column::name && end - i == seen.size() && indexes_.size() > 1)) {
        std::vector<uint32_t> members;
        for (size_t j = i; j < end; ++j) members.push_back(seen[j].second);
        remember_same(column, members);
        if (std::find(told.begin(), told.end(), members) == told.end()) {
          std::vector<std::string> names;
          for (size_t j = 0; j < std::min<size_t>(members.size(), kNamesShown); ++j)
            names.push_back(row_text(members[j]));
          add(findings_, lot_rule::manifest_values_are_used_once,
              fmt::format("{} rows have one {}: {} and {}", members.size(), column_name(column),
                          names[0], names[1]),
              members.size(), names);
          if (told.size() < kMostFindings) told.push_back(std::move(members));
        }
      }
      i = end;
    }
  }
}

// Of rows with one value those that agree with the first of them in everything that names a device.
void ManifestRows::remember_same(Column column, const std::vector<uint32_t>& members) {
  const bool names = std::any_of(indexes_.begin(), indexes_.end(),
                                 [&](const Index& index) { return index.column == column; });
  if (!names || members.size() > kMostSame) return;
  const ManifestRow first = row(members.front());
  for (size_t i = 1; i < members.size(); ++i) {
    const ManifestRow other = row(members[i]);
    const bool same = std::all_of(indexes_.begin(), indexes_.end(), [&](const Index& index) {
      return compared(index.column, first.of(index.column)) ==
             compared(index.column, other.of(index.column));
    });
    if (same) same_.emplace_back(members[i], members.front());
  }
}

std::vector<std::pair<uint32_t, uint32_t>> ManifestRows::rows_also_in(
    const ManifestRows& other) const {
  std::vector<std::pair<uint32_t, uint32_t>> out;
  const auto constant = [](const Index& index) {
    return index.entries.size() > 1 && index.entries.front().digest == index.entries.back().digest;
  };  // the product's name
  for (const Index& index : indexes_) {
    if (index.column == Column::manual_code || index.column == Column::passcode ||
        (index.column == Column::name && indexes_.size() > 1))
      continue;  // some share a code by chance
    const auto same = std::find_if(other.indexes_.begin(), other.indexes_.end(),
                                   [&](const Index& its) { return its.column == index.column; });
    if (same == other.indexes_.end() || constant(index) || constant(*same)) continue;
    auto at = same->entries.begin();
    for (const Entry& entry : index.entries) {
      while (at != same->entries.end() && at->digest < entry.digest) ++at;
      if (at == same->entries.end()) break;
      if (at->digest != entry.digest) continue;
      const std::string value = row(entry.row).of(index.column);
      if (index.column == Column::dac && !column_certificate(value))
        continue;  // a path on the factory's disk
      if (const auto found = other.find(*same, compared(index.column, value)); !found.empty())
        out.emplace_back(entry.row, found.front());
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end(),
                        [](const auto& a, const auto& b) { return a.first == b.first; }),
            out.end());
  return out;
}

uint64_t ManifestRows::digest() const {
  return siphash(SipKey{}, view(text_));
}

ManifestRow ManifestRows::row(uint32_t index) const {
  Reader rows(*this, marks_[index / kStep]);
  CsvRecord record;
  for (size_t i = 0; i <= index % kStep; ++i) {
    if (const auto more = rows.next(record); !more) return {};
  }
  return partial_row(header_, record, rows.line());
}

std::string ManifestRows::row_text(uint32_t index) const {
  return label(row(index));
}

std::vector<uint32_t> ManifestRows::find(const Index& index, const std::string& value) const {
  std::vector<uint32_t> out;
  const uint32_t digest = digest_of(index.column, value);
  for (auto at = std::lower_bound(index.entries.begin(), index.entries.end(),
                                  Entry{.digest = digest, .row = 0});
       at != index.entries.end() && at->digest == digest && out.size() < kMostSame; ++at) {
    if (compared(index.column, row(at->row).of(index.column)) == value) out.push_back(at->row);
  }
  return out;
}

// A device is called by its path: the row may have the last part of it, and that without what a
// file's name ends in.
std::vector<uint32_t> ManifestRows::find_by_name(const Index& index,
                                                 const std::string& name) const {
  if (auto found = find(index, compared(index.column, name)); !found.empty()) return found;
  std::string part = name.substr(name.rfind('/') + 1);
  for (;;) {
    if (auto found = find(index, compared(index.column, part)); !found.empty()) return found;
    const size_t dot = part.rfind('.');
    if (dot == std::string::npos || dot == 0) return {};
    part.resize(dot);
  }
}

std::vector<uint32_t> ManifestRows::candidates(const Index& index, const std::string& name,
                                               const Device& device) const {
  const auto by_text = [&](const std::string* value) {
    return value == nullptr ? std::vector<uint32_t>{} : find(index, *value);
  };
  if (index.column == Column::serial_number && device.string(FactId::serial_number) != nullptr)
    return by_text(device.string(FactId::serial_number));
  if (index.column == Column::qr_payload) return by_text(device.string(FactId::qr_payload));
  if (index.column == Column::manual_code) {
    const std::string* code = device.string(FactId::manual_code);
    return code == nullptr ? std::vector<uint32_t>{} : find(index, compared(index.column, *code));
  }
  if (index.column == Column::spake2p_verifier) {
    const Bytes* verifier = device.bytes(FactId::spake2p_verifier);
    return verifier == nullptr ? std::vector<uint32_t>{} : find(index, hex(*verifier));
  }
  if (index.column == Column::passcode) {
    const auto passcode = passcode_of(device);
    return passcode ? find(index, std::to_string(*passcode)) : std::vector<uint32_t>{};
  }
  std::vector<uint32_t> found;
  if (index.column != Column::dac_sha256 && index.column != Column::dac)
    found = find_by_name(index, name);
  if (index.column == Column::mac && found.empty()) {
    for (const Claim& claim : device.posture.claims) {
      const bool own = (claim.trait == Trait::mac || claim.trait == Trait::unique_id) &&
                       claim.locked == Holds::yes;
      if (own && found.empty()) found = find(index, claim.value);
    }
  }
  if (index.column != Column::common_name && index.column != Column::dac_sha256 &&
      index.column != Column::dac)
    return found;
  for (const Statement& s : device.statements) {
    if (!found.empty()) break;
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const Bytes& der = std::get<Bytes>(s.value);
    if (index.column != Column::common_name) {
      found = find(index, hex(sha256(der)));
    } else if (const auto certificate = parse_certificate(der)) {
      found = find(index, common_name(**certificate));
    }
  }
  return found;
}

// Where several rows have its serial number, its row is the one that names it in another way, too.
std::optional<uint32_t> ManifestRows::row_of(const std::string& name, const Device& device) const {
  std::vector<uint32_t> rows;
  for (const Index& index : indexes_) {
    const std::vector<uint32_t> found = candidates(index, name, device);
    std::vector<uint32_t> both;
    std::set_intersection(rows.begin(), rows.end(), found.begin(), found.end(),
                          std::back_inserter(both));
    if (rows.empty() || (both.empty() && rows.size() == kMostSame && !found.empty())) {
      rows = found;
    } else if (!both.empty()) {
      rows = std::move(both);
    }
    if (rows.size() == 1) break;
  }
  return rows.empty() ? std::nullopt : std::optional<uint32_t>(rows.front());
}

uint32_t ManifestRows::columns() const {
  uint32_t out = 0;
  for (size_t i = 0; i < kManifestColumns; ++i)
    out |= static_cast<uint32_t>(header_.place[i].has_value()) << i;
  return out;
}

void ManifestRows::lend_codes(uint32_t index, Device& device) const {
  if (device.first(FactId::qr_payload) != nullptr || device.first(FactId::manual_code) != nullptr ||
      device.first(FactId::passcode) != nullptr)
    return;
  if (is_unreadable(index)) return;
  const ManifestRow its = row(index);
  // A row that is wrong in itself is a finding of its own.
  if (!faults_of(its).empty()) return;
  for (const Column column : {Column::qr_payload, Column::manual_code, Column::passcode}) {
    if (its.of(column).empty()) continue;
    if (auto value = column_value(column, its.of(column))) {
      device.say(*column_fact(column), std::move(*value),
                 {.path = path_,
                  .offset = {},
                  .item = fmt::format("row {}, {}", its.number, column_name(column))});
    }
  }
}

std::vector<ManifestColumn> ManifestRows::contradictions(uint32_t index,
                                                         const Evidence& evidence) const {
  if (is_unreadable(index)) return {};
  const ManifestRow its = row(index);
  std::vector<Column> own;
  for (const RowFault& fault : faults_of(its))
    own.insert(own.end(), fault.columns.begin(), fault.columns.end());
  const PartCodes part = part_codes(evidence, path_);
  std::vector<Column> out;
  for (size_t i = 0; i < kManifestColumns; ++i) {
    const auto column = static_cast<Column>(i);
    if (its.of(column).empty() || std::find(own.begin(), own.end(), column) != own.end()) continue;
    if (differs(column, its.of(column), evidence, part)) out.push_back(column);
  }
  return out;
}

}  // namespace attest
