// Tables that are not CSV of UTF-8: JSON arrays of objects, and other encodings, as spreadsheets
// write them.

#include <algorithm>
#include <string>
#include <vector>

#include "verifier/base/json.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/text/decoded_text.h"

namespace attest {

namespace {

Result<Json> rows_of_json(View bytes) {
  auto json = parse_json(text(bytes));
  if (!json) return tl::unexpected(json.error());
  const auto* rows = json->array();
  if (rows == nullptr || rows->empty() || !rows->front().is_object())
    return error("expected a JSON array of objects, a device each");
  return std::move(*json);
}

bool has_cells_only(const Json& rows) {
  return std::all_of(rows.array()->begin(), rows.array()->end(), [](const Json& row) {
    return !row.is_object() ||
           std::all_of(row.object()->begin(), row.object()->end(), [](const auto& member) {
             return member.second.array() == nullptr && member.second.object() == nullptr;
           });
  });
}

std::string table_of(const Json& json) {
  const auto* rows = json.array();
  std::string out;
  const auto field = [&](std::string_view value, bool first) {
    out += first ? "\"" : ",\"";
    for (const char c : value) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += '"';
  };
  std::vector<std::string> names;
  for (const Json& row : *rows) {
    for (size_t i = 0; row.is_object() && i < row.object()->size(); ++i) {
      const std::string& name = (*row.object())[i].first;
      if (names.size() < kMostFields && std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
    }
  }
  for (size_t i = 0; i < names.size(); ++i) field(names[i], i == 0);
  out += '\n';
  for (const Json& row : *rows) {
    if (!row.is_object()) {
      for (size_t i = 0; i < names.size(); ++i) field("", i == 0);
      field(std::string(kNoObject) + row.kind(), false);
      out += '\n';
      continue;
    }
    for (size_t i = 0; i < names.size(); ++i) {
      const Json* value = row.find(names[i]);
      const bool none = value == nullptr || value->is_null();
      field(none ? "" : value->string() != nullptr ? *value->string() : dump(*value), i == 0);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

Result<std::string> table_of_json(View bytes) {
  const auto rows = rows_of_json(bytes);
  return rows ? Result<std::string>(table_of(*rows)) : tl::unexpected(rows.error());
}

Result<ManifestText> manifest_text(View bytes) {
  ManifestText out;
  if (const auto decoded = decoded_text(bytes)) out.rewritten = std::string(text(decoded->utf8()));
  const std::string_view all = out.rewritten ? std::string_view(*out.rewritten) : text(bytes);
  const size_t from = all.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == std::string_view::npos || all[from] != '[') return out;
  const auto rows = rows_of_json(view(all));
  if (!rows) return tl::unexpected(rows.error());
  return ManifestText{
      .rewritten = table_of(*rows), .of_json = true, .has_cells_only = has_cells_only(*rows)};
}

}  // namespace attest
