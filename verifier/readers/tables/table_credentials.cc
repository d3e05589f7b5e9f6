#include "verifier/readers/tables/table_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/pki/certificate.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/text/pasted_bytes.h"

namespace attest {
namespace {

constexpr size_t kLeastText = 24;        // letters of base64 or digits that may be a credential
constexpr size_t kMostCell = 64u << 10;  // of one cell
constexpr size_t kMostFound = 4096;      // of one table

// Something found: DER, or text that nobody but the reader of PEM or of damage takes.
struct Found {
  Bytes bytes;
  const Reader* reader;  // null: it cannot be read, and `problem` says why
  Place place;
  std::string problem = {};
};

// A cell's text with the ends of lines that PEM must have: tools write them as \n, or as blanks.
std::string with_lines(std::string_view cell) {
  std::string out;
  for (size_t i = 0; i < cell.size(); ++i) {
    const std::string_view rest = cell.substr(i);
    if (rest.starts_with("\\n") || rest.starts_with("\\r")) {
      out += '\n';
      ++i;
    } else if (rest.starts_with("-----END ")) {
      out += "\n-";
    } else if (rest.starts_with("----- ")) {
      out += "-----\n";
      i += 5;
    } else {
      out += cell[i];
    }
  }
  return out;
}

// What belongs to one device alone, and so tells devices apart.
bool is_own(const Found& f) {
  if (f.reader == &csr_reader || f.reader == &key_reader || f.reader == &sealed_key_reader ||
      f.reader == &pkcs12_reader)
    return true;
  if (f.reader != &x509_reader) return false;
  const auto certificate = parse_certificate(f.bytes);
  return !certificate ||
         !((*certificate)->basic_constraints.value && (*certificate)->basic_constraints.value->ca);
}

// Several of one sort belong to several devices.
bool is_of_several(const std::vector<Found>& found) {
  for (const Reader* sort : {&x509_reader, &key_reader, &csr_reader}) {
    const auto own = std::count_if(found.begin(), found.end(),
                                   [&](const Found& f) { return f.reader == sort && is_own(f); });
    if (own > 1) return true;
  }
  return false;
}

class Table {
 public:
  explicit Table(const Source& s) : s_(s) {}

  std::vector<Found> in_value(const std::string& value, const Place& place) {
    cell(value, place);
    return std::move(found_);
  }
  // Of PEM but certificates and requests: they are the affair of who reads the rest of the text.
  std::vector<Found> other_pem() {
    for (const PemBlock& block : parse_pem(s_.bytes).blocks) {
      const std::string_view label = block.label;
      if (!label.starts_with("CERTIFICATE") && !label.starts_with("NEW CERTIFICATE") &&
          !label.ends_with("PUBLIC KEY"))
        keep(view(to_pem(block.label, block.der)), pem_reader, at(block.offset, block.label));
    }
    return std::move(found_);
  }
  std::vector<Found> beside_pem() {
    for (const PemBlock& block : parse_pem(s_.bytes).blocks) keep_known(block.der);
    std::string rest(text(s_.bytes));
    for (size_t at = 0; (at = rest.find("-----BEGIN ", at)) != std::string::npos;) {
      size_t end = rest.find("-----END ", at);
      end = end == std::string::npos ? rest.size() : std::min(rest.find('\n', end), rest.size());
      for (size_t i = at; i < end; ++i) rest[i] = rest[i] == '\n' ? '\n' : ' ';
      at = end;
    }
    for (PastedBytes& pasted : pasted_bytes(rest)) {
      const Reader* reader = credential_reader({.path = s_.path, .bytes = pasted.bytes});
      if (reader == &x509_reader || reader == &crl_reader || reader == &cms_cd_reader ||
          reader == &key_reader)
        keep(pasted.bytes, *reader, at(pasted.offset, std::move(pasted.name)));
    }
    return std::move(found_);
  }

  std::vector<Found> run() {
    if (looks_like_pem(s_.bytes)) blocks();
    cells();
    for (PastedBytes& pasted : pasted_bytes(text(s_.bytes))) {
      if (!in_block(pasted.offset) && !is_part_of_known(pasted.bytes))
        take(std::move(pasted.bytes), at(pasted.offset, std::move(pasted.name)));
    }
    if (found_.empty()) {
      decoded_runs(s_.bytes, [&](DecodedRun& run) {
        if (run.exact) take(std::move(run.bytes), at(0));
        return true;
      });
    }
    armour();
    return std::move(found_);
  }

 private:
  Place at(uint64_t offset, std::string item = {}) const {
    return {.path = s_.path,
            .offset = s_.base + offset == 0 ? std::nullopt : std::optional(s_.base + offset),
            .item = std::move(item)};
  }
  void keep(View bytes, const Reader& reader, Place place) {
    if (found_.size() >= kMostFound || !known_.insert(std::string(text(bytes))).second) return;
    found_.push_back({.bytes = to_bytes(bytes), .reader = &reader, .place = std::move(place)});
  }
  void keep_known(View bytes) { known_.insert(std::string(text(bytes))); }
  // Bytes as they were decoded; false: no credential.
  bool take(Bytes bytes, Place place) {
    if (looks_like_pem(bytes)) {
      pem(bytes, place);
      return true;
    }
    const Source inside{.path = s_.path, .bytes = bytes};
    if (const Reader* reader = credential_reader(inside)) {
      keep(bytes, *reader, std::move(place));
      return true;
    }
    if (bytes.size() < kLeastText / 2 || !damaged_reader.recognises(inside)) return false;
    keep(bytes, damaged_reader, std::move(place));
    return true;
  }
  // Blocks that stand by themselves, as YAML has them; their lines are no cells.
  void blocks() {
    pem(s_.bytes, at(0));
    const std::string_view all = text(s_.bytes);
    for (const PemBlock& block : parse_pem(s_.bytes).blocks)
      blocks_.emplace_back(block.offset, std::min(all.find("-----END ", block.offset), all.size()));
  }
  bool in_block(uint64_t offset) const {
    return std::any_of(blocks_.begin(), blocks_.end(), [&](const auto& block) {
      return offset >= block.first && offset <= block.second;
    });
  }
  // The same value as it was found in another way, with less or more of what stands around it.
  bool is_part_of_known(View bytes) const {
    return std::any_of(found_.begin(), found_.end(), [&](const Found& f) {
      const size_t both = std::min(f.bytes.size(), bytes.size());
      return both != 0 && equal(View(f.bytes).first(both), bytes.first(both));
    });
  }
  // Each block by itself, so that it is known again where it is found in another way.
  void pem(View bytes, const Place& place) {
    const PemFile file = parse_pem(bytes);
    for (const PemBlock& block : file.blocks) {
      const bool plain =
          !block.encrypted && credential_reader({.path = s_.path, .bytes = block.der});
      if (plain) {
        take(block.der, place);
      } else {
        keep(view(to_pem(block.label, block.der)), pem_reader, place);
      }
    }
    armoured_ += file.blocks.size() + file.problems.size();
    for (const Error& problem : file.problems) {
      if (found_.size() < kMostFound)
        found_.push_back({.bytes = {}, .reader = nullptr, .place = place, .problem = problem.what});
    }
  }
  // END lines that no block has: their BEGIN lines are damaged, and what stands between is lost.
  void armour() {
    size_t ends = 0;
    for (size_t i = 0; (i = text(s_.bytes).find("-----END ", i)) != std::string_view::npos; i += 9)
      ++ends;
    if (ends > armoured_)
      found_.push_back(
          {.bytes = {},
           .reader = nullptr,
           .place = at(0),
           .problem = fmt::format("pem: {} END lines without their BEGIN line", ends - armoured_)});
  }
  void cell(const std::string& value, const Place& place) {
    if (value.size() > kMostCell) return;
    const View bytes = view(value);
    if (value.find("-----BEGIN ") != std::string::npos) {
      const std::string lines = with_lines(value);
      if (looks_like_pem(view(lines))) return pem(view(lines), place);
    }
    if (value.size() < kLeastText) return;
    for (const auto decode : {from_hex_lenient, from_base64_lines}) {
      if (auto der = decode(value); der && take(std::move(*der), place)) return;
    }
    if (damaged_reader.recognises({.path = s_.path, .bytes = bytes}))
      keep(bytes, damaged_reader, place);
  }
  void cells() {
    const auto header = read_manifest_header(text(s_.bytes));
    if (!header) return;
    CsvRows rows(text(s_.bytes), header->separator, header->rows_at);
    CsvRecord record;
    for (;;) {
      const uint64_t offset = rows.offset();
      const auto more = rows.next(record);
      if (!more || !*more) return;
      ++rows_;
      // (Of a text that is no table each line is one field: it may be a part of a value.)
      if (record.size() < 2 || in_block(offset)) continue;
      for (const std::string& value : record) {
        const size_t from = value.find_first_not_of(" \t\r\n'=\"");
        if (from == std::string::npos) continue;
        const size_t end = value.find_last_not_of(" \t\r\n'\"") + 1;
        if (end > from)
          cell(value.substr(from, end - from), at(offset, fmt::format("row {}", rows_)));
      }
    }
  }

  const Source& s_;
  std::vector<Found> found_;
  std::vector<std::pair<uint64_t, uint64_t>> blocks_;
  std::set<std::string> known_;
  size_t armoured_ = 0;  // blocks of PEM, whole and broken
  uint64_t rows_ = 0;
};

}  // namespace

namespace {

void read_found(const Source& s, const Found& f, Reading& reading) {
  if (f.reader == nullptr) {
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, f.place, f.problem);
    return;
  }
  const Source inside{.path = s.path, .bytes = f.bytes, .base = 0, .member = s.member};
  tl::expected<void, Error> done;
  read_at(f.place, reading, [&] { done = f.reader->read(inside, reading); });
  if (!done) reading.device.damaged(f.place, "cell", done.error().what);
}

}  // namespace

void read_table_credentials(const Source& s, Reading& reading) {
  const std::vector<Found> found = Table(s).run();
  const bool several = is_of_several(found);
  size_t left = 0;
  const std::string kind = reading.current->kind;
  for (const Found& f : found) {
    const bool damaged = f.reader == nullptr || f.reader == &damaged_reader;
    if (several && damaged) {
      reading.device.note(Remark::resembles_evidence, f.place,
                          "a table of several devices, and here a credential that cannot be read");
    } else if (several && is_own(f)) {
      ++left;
    } else {
      read_found(s, f, reading);
    }
  }
  reading.current->kind = kind;
  std::string why = "a table of devices, which lot compares row by row";
  if (left != 0) {
    why = fmt::format(
        "a table of several devices, which lot compares row by row: {} of its "
        "certificates, keys and requests are theirs and not read",
        left);
  } else if (!found.empty()) {
    why += "; only the credentials in it are read";
  }
  reading.not_used.push_back({s.path, std::move(why)});
}

namespace {

void read_all(const Source& s, const std::vector<Found>& found, Reading& reading) {
  const std::string kind = reading.current == nullptr ? std::string() : reading.current->kind;
  for (const Found& f : found) read_found(s, f, reading);
  if (reading.current != nullptr) reading.current->kind = kind;
}

}  // namespace

void read_json_credentials(const Json& json, const std::string& path, const std::string& item,
                           Reading& reading) {
  if (const std::string* value = json.string()) {
    const Source s{.path = path, .bytes = view(*value), .base = 0, .member = true};
    const Place place{.path = path, .offset = {}, .item = item};
    return read_all(s, Table(s).in_value(*value, place), reading);
  }
  if (const auto* members = json.object()) {
    for (const auto& [name, value] : *members)
      read_json_credentials(value, path, item + "." + name, reading);
  }
  if (const auto* elements = json.array()) {
    for (const Json& value : *elements) read_json_credentials(value, path, item + "[]", reading);
  }
}

void read_other_pem(const Source& s, Reading& reading) {
  if (looks_like_pem(s.bytes)) read_all(s, Table(s).other_pem(), reading);
}
void read_beside_pem(const Source& s, Reading& reading) {
  read_all(s, Table(s).beside_pem(), reading);
}

}  // namespace attest
