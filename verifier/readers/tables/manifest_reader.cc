// A manifest as a kind of evidence.

#include "verifier/readers/formats.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/tables/table_credentials.h"

namespace attest {
namespace {

bool recognises(const Source& s) {
  return is_manifest(s.bytes);
}

// A table is about many devices, and its columns say nothing of the one that is judged: lot
// compares it row by row. The credentials in it are evidence as they are anywhere.
Result<void> read(const Source& s, Reading& reading) {
  reading.holds("manifest");
  const auto utf8 = table_of_utf16(s.bytes);
  Source plain = s;
  if (utf8) plain.bytes = view(*utf8);
  read_table_credentials(plain, reading);
  return {};
}

}  // namespace

const Reader manifest_reader{
    .kind = "manifest", .expects = "a table of devices", .recognises = recognises, .read = read};

}  // namespace attest
