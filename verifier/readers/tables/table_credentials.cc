#include "verifier/readers/tables/table_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/credentials/named_keys.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/text/pasted_bytes.h"

namespace attest {
namespace {

constexpr size_t kLeastText = 24;    // letters of base64 or digits that may be a credential
constexpr size_t kMostFound = 4096;  // of one table, without what is its devices' own

struct Found {
  Loose loose;
  Place place;
  std::optional<FactId> role = {};  // that its column states
};

bool is_damage(const Found& f) {
  return f.loose.reader == nullptr || f.loose.reader == &damaged_reader;
}

// What belongs to one device alone, and so tells devices apart.
bool is_own(const Loose& f) {
  for (const Reader* sort : {&csr_reader, &key_reader, &named_key_reader, &sealed_key_reader,
                             &pkcs12_reader, &elements_reader}) {
    if (f.reader == sort) return true;
  }
  if (f.reader != &x509_reader) return false;
  const auto certificate = parse_certificate(f.pasted.bytes);
  return !certificate ||
         !((*certificate)->basic_constraints.value && (*certificate)->basic_constraints.value->ca);
}

struct TableCredentials {
  std::vector<Found> found;
  bool several = false;  // it is of several devices
  size_t left = 0;       // of what is theirs
  bool whole = true;     // all of it was searched
  bool full = false;     // and more was found than is kept
};

PastedBytes value_of(Bytes bytes) {
  PastedBytes out;
  out.bytes = std::move(bytes);
  return out;
}

class Table {
 public:
  explicit Table(const Source& s) : s_(s), rest_(text(s.bytes)) {}

  TableCredentials run() {
    blocks();
    cells();
    comments();
    for (Loose& loose : loose_in_text(rest_, Search::table).found) {
      const Place place = at(loose.pasted.offset, loose.pasted.name);
      forget(loose.pasted.offset, loose.pasted.end);
      if (!is_part_of_known(loose.pasted.bytes)) keep(std::move(loose), place);
    }
    for (PastedBytes& pasted : pasted_bytes(rest_, &out_.whole)) {
      if (is_part_of_known(pasted.bytes)) continue;
      const Place place = at(pasted.offset, pasted.name);
      if (const Reader* reader = reader_of_value(pasted.bytes)) {
        forget(pasted.offset, pasted.end);
        keep({.reader = reader, .pasted = std::move(pasted)}, place);
      }
    }
    if (out_.found.empty() && !out_.several) {
      decoded_runs(s_.bytes, [&](DecodedRun& run) {
        const Reader* reader = run.exact ? reader_of_value(run.bytes) : nullptr;
        if (reader != nullptr)
          keep({.reader = reader, .pasted = value_of(std::move(run.bytes))}, at(0));
        return true;
      });
    }
    if (const size_t ends = lone_pem_ends(text(s_.bytes)); ends != 0)
      keep({.pasted = {},
            .problem = fmt::format("pem: {} END lines without their BEGIN line", ends)},
           at(0));
    return std::move(out_);
  }

 private:
  Place at(uint64_t offset, std::string item = {}) const {
    return {.path = s_.path,
            .offset = s_.base + offset == 0 ? std::nullopt : std::optional(s_.base + offset),
            .item = std::move(item)};
  }
  // Two of one sort belong to two devices; from there on what is a device's own is only counted.
  void keep(Loose loose, Place place, std::optional<FactId> role = {}) {
    if (!loose.pasted.bytes.empty() && !known_.insert(sha256(loose.pasted.bytes)).second &&
        (!role || loose.reader != &x509_reader || !is_elsewhere(loose.pasted.bytes, *role)))
      return;
    if (is_own(loose) && !(role && is_elsewhere(loose.pasted.bytes, *role))) {
      const bool tells = loose.reader == &x509_reader || loose.reader == &key_reader ||
                         loose.reader == &named_key_reader || loose.reader == &csr_reader;
      if (tells && ++own_[loose.reader] == 2) {
        out_.several = true;
        out_.left += std::erase_if(out_.found, [](const Found& f) { return is_own(f.loose); });
      }
      if (out_.several) {
        ++out_.left;
        return;
      }
    }
    if (out_.found.size() >= kMostFound) {
      out_.full = true;
      return;
    }
    out_.found.push_back({.loose = std::move(loose), .place = std::move(place), .role = role});
  }
  // The same certificate stands in another column that states a role, and in none of this one.
  bool is_elsewhere(View bytes, FactId role) const {
    bool other = false;
    for (const Found& f : out_.found) {
      if (!f.role || !equal(f.loose.pasted.bytes, bytes)) continue;
      if (f.role == role) return false;
      other = true;
    }
    return other;
  }
  void forget(size_t begin, size_t end) {
    for (size_t i = begin; i < end && i < rest_.size(); ++i)
      if (rest_[i] != '\n') rest_[i] = ' ';
  }
  // Blocks that stand by themselves, as YAML has them; their lines are no cells. One without its
  // END ends where the next one begins.
  void blocks() {
    const std::string_view all = text(s_.bytes);
    if (!looks_like_pem(s_.bytes)) return;
    const PemFile file = parse_pem(s_.bytes);
    const auto take = [&](size_t begin) {
      // (Blanks may stand before its own marker.)
      constexpr std::string_view kBegin = "-----BEGIN ";
      const size_t next = std::min(all.find(kBegin, all.find(kBegin, begin) + 1), all.size());
      const size_t end = all.substr(0, next).find("-----END ", begin);
      const size_t behind =
          end == std::string_view::npos ? next : std::min(all.find('\n', end), all.size());
      for (Loose& loose : loose_in_value(all.substr(begin, behind - begin), false))
        keep(std::move(loose), at(begin), role_before_block(all, begin));
      blocks_.emplace_back(begin, behind);
      forget(begin, behind);
    };
    for (const PemBlock& block : file.blocks) take(block.offset);
    for (const size_t begin : file.begun_at) take(begin);
    std::sort(blocks_.begin(), blocks_.end());
  }
  bool in_block(uint64_t offset) const {
    const auto behind =
        std::upper_bound(blocks_.begin(), blocks_.end(), std::pair(offset, UINT64_MAX));
    return behind != blocks_.begin() && offset < std::prev(behind)->second;
  }
  // The same value as it was found in another way, with less or more of what stands around it.
  bool is_part_of_known(View bytes) const {
    return std::any_of(out_.found.begin(), out_.found.end(), [&](const Found& f) {
      const size_t both = std::min(f.loose.pasted.bytes.size(), bytes.size());
      return both != 0 && equal(View(f.loose.pasted.bytes).first(both), bytes.first(both));
    });
  }
  void cells() {
    const auto header = read_manifest_header(text(s_.bytes));
    if (!header) return;
    CsvRows rows(text(s_.bytes), header->separator, header->rows_at);
    rows.without_comments();
    CsvRecord record;
    const CsvRecord names = names_of(*header);
    std::set<FactId> roles;
    for (const std::string& name : names) {
      if (const auto role = role_of_name(name)) roles.insert(*role);
    }
    several_roles_ = roles.size() > 1;
    for (size_t row = 1;; ++row) {
      const uint64_t offset = rows.offset();
      const auto more = rows.next(record);
      if (!more || !*more) return;
      // (Of a text that is no table each line is one field: it may be a part of a value.)
      if (record.size() < 2 || in_block(offset)) continue;
      for (size_t i = 0; i < record.size(); ++i)
        cell(record[i], offset, rows.offset(), row, name_of(i, names, record));
    }
  }
  // What a cell is called: by its column, or by the cell before it where the column is one of
  // values.
  static std::string name_of(size_t at, const CsvRecord& names, const CsvRecord& record) {
    const std::string name = at < names.size() ? names[at] : std::string();
    return at != 0 && says_no_role(name) && role_of_name(record[at - 1]) ? record[at - 1] : name;
  }
  // The row before the first one of values.
  CsvRecord names_of(const ManifestHeader& header) const {
    CsvRows rows(text(s_.bytes).substr(0, header.rows_at), header.separator, 0);
    CsvRecord record, last;
    while (true) {
      const auto more = rows.next(record);
      if (!more || !*more) return last;
      last = record;
    }
  }
  // A comment is no row: what stands in one belongs to none, but in a table of several devices,
  // where it may be a row that was taken out.
  void comments() {
    const auto header = read_manifest_header(text(s_.bytes));
    if (!header) return;
    std::string all(rest_.size(), ' ');
    bool any = false;
    for (size_t at = 0; at < rest_.size();) {
      const size_t end = std::min(rest_.find('\n', at), rest_.size());
      if (is_comment(std::string_view(rest_).substr(at, end - at), header->separator)) {
        any = true;
        all.replace(at, end - at, rest_, at, end - at);
        forget(at, end);
      }
      if (end < all.size()) all[end] = '\n';
      at = end + 1;
    }
    if (!any) return;
    for (Loose& loose : loose_in_text(all, Search::text).found) {
      const Place place = at(loose.pasted.offset, loose.pasted.name);
      if (out_.several || loose.pasted.bytes.empty()) {
        keep(std::move(loose), place);
      } else if (known_.insert(sha256(loose.pasted.bytes)).second) {
        out_.found.push_back({.loose = std::move(loose), .place = place});
      }
    }
  }
  // A value that was read is not looked for again in the text.
  void cell(const std::string& value, uint64_t begin, uint64_t end, size_t row,
            const std::string& name) {
    const size_t from = value.find_first_not_of(" \t\r\n'=\"");
    if (from == std::string::npos) return;
    const size_t behind = value.find_last_not_of(" \t\r\n'\"") + 1;
    if (behind < from + kLeastText) return;
    const std::string_view bare = std::string_view(value).substr(from, behind - from);
    auto found = loose_in_value(bare, false);
    if (found.empty() && called_key(name) != CalledKey::no) {
      if (Bytes bytes = key_letters(bare); !bytes.empty())
        found.push_back({.reader = &named_key_reader, .pasted = value_of(std::move(bytes))});
    }
    if (found.empty()) {
      PastedBytes point = value_of(key_letters(bare));
      point.name = name;
      if (is_named_point({}, point))
        found.push_back({.reader = &blob_reader, .pasted = std::move(point)});
    }
    auto role = role_of_name(name);
    if (found.empty() && role && (several_roles_ || names_a_credential(name))) {
      for (const auto& bytes : {from_hex_lenient(bare), from_base64_lines(bare)}) {
        if (bytes && is_unwritten(*bytes))
          found = {{.reader = nullptr, .pasted = value_of(*bytes)}};
      }
    }
    if (found.empty()) return;
    if (found.size() != 1) role.reset();
    for (Loose& loose : found) keep(std::move(loose), at(begin, fmt::format("row {}", row)), role);
    const size_t there = std::string_view(rest_).substr(0, end).find(bare, begin);
    if (there != std::string_view::npos) forget(there, there + bare.size());
  }

  const Source& s_;
  std::string rest_;  // the text without what was read of it
  TableCredentials out_;
  std::vector<std::pair<uint64_t, uint64_t>> blocks_;
  std::set<Sha256> known_;
  std::map<const Reader*, size_t> own_;
  bool several_roles_ = false;  // columns of a DAC and a PAI: no converter's table
};

}  // namespace

void read_table_credentials(const Source& s, Reading& reading) {
  const TableCredentials all = Table(s).run();
  for (const Found& f : all.found) {
    if (all.several && is_damage(f)) {
      reading.device.note(Remark::resembles_evidence, f.place,
                          "a table of several devices, and here a credential that cannot be read");
    } else {
      read_loose(s, f.loose, f.place, reading, f.role);
    }
  }
  if (!all.whole) note_unsearched(s.path, reading);
  if (all.full)
    reading.device.note(Remark::unreadable_file, {.path = s.path, .offset = {}, .item = {}},
                        fmt::format("only the first {} credentials of the table are read, without "
                                    "those that are its devices' own",
                                    kMostFound));
  std::string why = "a table of devices, which lot compares row by row";
  if (all.left != 0) {
    why = fmt::format(
        "a table of several devices, which lot compares row by row: {} of its "
        "certificates, keys and requests are theirs and not read",
        all.left);
  } else if (!all.found.empty()) {
    why += "; only the credentials in it are read";
  }
  reading.not_used.push_back({s.path, std::move(why)});
}

}  // namespace attest
