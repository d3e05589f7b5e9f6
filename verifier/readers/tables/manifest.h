// Manifest: a factory's table of the devices it made, a row a device. Delimiter, byte order mark
// and the spelling of the header are found out; columns that nobody knows are left alone, and the
// user can name them.
#pragma once

#include "verifier/base/csv.h"
#include "verifier/readers/reader.h"

namespace attest {

// What a column says of a device. Those before `passcode`, a manual code and a verifier can tell
// which device a row is about.
enum class ManifestColumn : uint8_t {
  serial_number,
  name,
  common_name,
  qr_payload,
  dac_sha256,
  dac,
  mac,
  passcode,
  discriminator,
  manual_code,
  vendor_id,
  product_id,
  spake2p_iterations,
  spake2p_salt,
  spake2p_verifier,
  vendor_name,
  product_name,
  part_number,
  hardware_version,
  hardware_version_string,
  manufacturing_date,
  rotating_id_unique_id,
};
inline constexpr size_t kManifestColumns =
    static_cast<size_t>(ManifestColumn::rotating_id_unique_id) + 1;
const char* column_name(
    ManifestColumn column);  // "serial", as --column takes it and messages name it
inline bool names_device(ManifestColumn c) {
  return c < ManifestColumn::passcode || c == ManifestColumn::manual_code ||
         c == ManifestColumn::spake2p_verifier;
}
// The fact a column speaks of; nullopt for those that are no fact of a device (name, common_name,
// dac_sha256, mac).
std::optional<FactId> column_fact(ManifestColumn column);
bool is_secret(ManifestColumn column);  // masked in messages

// "serial=SN,mac=WLAN MAC": a column by our name, and the header's word for it.
struct ColumnName {
  ManifestColumn column;
  std::string header;
};
Result<std::vector<ColumnName>> parse_column_names(std::string_view given);

struct ManifestHeader {
  char separator = ',';
  std::array<std::optional<size_t>, kManifestColumns> place{};  // in the row; the first of several
  std::vector<std::pair<ManifestColumn, size_t>>
      further;  // the others of one meaning: they must say the same
  std::vector<std::string>
      unknown;  // as they are written: columns that nobody understands, or that are not used
  size_t fields = 0;
  size_t rows_at = 0;  // the offset at which the rows begin
  uint64_t line = 1;   // the header's, as a spreadsheet counts
  bool has(ManifestColumn c) const { return place[static_cast<size_t>(c)].has_value(); }
  bool names_devices() const;  // at least one column tells which device a row is about
};
// By the header's words, and where they leave it open by what the first rows have there: QR codes,
// manual codes, passcodes. An error where a named column is not in the header, or the text has no
// header.
Result<ManifestHeader> read_manifest_header(std::string_view text,
                                            const std::vector<ColumnName>& named = {});

// The values of one row, trimmed, without what spreadsheets put around text (="0123"); empty ones
// are not given.
struct ManifestRow {
  uint64_t number = 0;  // for messages: as a spreadsheet counts
  std::array<std::string, kManifestColumns> values;
  std::vector<std::pair<ManifestColumn, std::string>>
      further;  // what other columns of the same meaning have
  const std::string& of(ManifestColumn c) const { return values[static_cast<size_t>(c)]; }
};
// An error says what is wrong with the row; reading can go on.
Result<ManifestRow> manifest_row(const ManifestHeader& header, const CsvRecord& record,
                                 uint64_t number);
// As far as its fields reach.
ManifestRow partial_row(const ManifestHeader& header, const CsvRecord& record, uint64_t number);

// A value of a column as a fact of a device has it: numbers (ids and discriminators also as bare
// hex digits, where they are no decimal ones), bytes, a code without its blanks and dashes. An
// error says how such a value is written.
Result<FactValue> column_value(ManifestColumn column, const std::string& text);
// Whether a vendor or product id is written there: as a number, or as four hex digits without 0x,
// as certificates have it.
bool is_id(const std::string& written, uint64_t id);
// Whether that value is written there. Hex digits can be base64, too: either reading will do.
bool may_mean(ManifestColumn column, const std::string& text, const FactValue& value);
// The certificate in a `dac` column: PEM, base64 or hex. nullopt where it is none: a tool's table
// may have a path there.
std::optional<Bytes> column_certificate(const std::string& text);

// A JSON array of flat objects as the table that it is: their keys are the header, and what is no
// object is a broken row. For a manifest that is handed over as one; among a device's files an
// array may be anything.
Result<std::string> table_of_json(View bytes);
// A manifest of any form and encoding as CSV in UTF-8. An error: JSON that is no array of objects.
struct ManifestText {
  std::optional<std::string> rewritten;  // nullopt: it is that already
  bool of_json = false;                  // its rows are objects, counted from 1
  // Cells are words and numbers: JSON that has lists or objects in its rows is some program's own
  // record.
  bool has_cells_only = true;
};
Result<ManifestText> manifest_text(View bytes);

// Where the passcode stands in a row that `spake2p gen-verifier` wrote: an index, passcode,
// iterations, salt, verifier (spake2p_table.cc). nullopt: it is none.
std::optional<size_t> gen_verifier_row(const CsvRecord& record);

// A table in which a column names devices, with a row at least. Of JSON more is asked: many an
// array has an id or a name in its objects, and one object may be the device's own facts.
bool is_manifest(View bytes);

// Of a table that was made of JSON: the most columns, and what stands before what an element is
// instead of an object, in the field after the last.
inline constexpr size_t kMostFields = 1000;
inline constexpr std::string_view kNoObject = "\x1F";

}  // namespace attest
