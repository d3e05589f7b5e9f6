#include "lot/manifests.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace attest {
namespace {

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

}  // namespace

Result<void> LotManifests::open(const std::vector<std::string>& paths,
                                const std::vector<std::string>& columns) {
  std::vector<ColumnName> named;
  for (const std::string& given : columns) {
    auto some = parse_column_names(given);
    if (!some) return error("--column: " + some.error().what);
    named.insert(named.end(), some->begin(), some->end());
  }
  for (const std::string& path : paths) {
    auto file = FileBytes::open(path);
    if (!file) return error("--manifest: " + file.error().what);
    files_.push_back(std::move(*file));
    std::string_view table = text(files_.back().view());
    const auto rewrite = [&](const std::string& as) {
      found_.push_back(to_bytes(view(as)));
      table = text(View(found_.back()));
    };
    if (const auto utf8 = table_of_utf16(view(table))) rewrite(*utf8);
    if (const size_t from = table.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
        from != std::string_view::npos && table[from] == '[') {
      const auto rewritten = table_of_json(view(table));
      if (!rewritten) return error(fmt::format("--manifest: {}: {}", path, rewritten.error().what));
      rewrite(*rewritten);
    }
    auto rows = ManifestRows::open(file_name(path), table, named);
    if (!rows) return error(fmt::format("--manifest: {}: {}", path, rows.error().what));
    rows_.push_back(std::move(*rows));
  }
  given_ = rows_.size();
  return {};
}

bool LotManifests::add_found(const std::string& path, Bytes content) {
  if (const auto utf8 = table_of_utf16(content)) content = to_bytes(view(*utf8));
  found_.push_back(std::move(content));
  auto rows = ManifestRows::open(file_name(path), text(View(found_.back())), {});
  if (!rows) return false;
  // The one that was handed over, or a copy of another, is no second table.
  const bool known = std::any_of(rows_.begin(), rows_.end(), [&](const ManifestRows& other) {
    return other.digest() == rows->digest();
  });
  if (known) {
    found_.pop_back();
    return true;
  }
  rows_.push_back(std::move(*rows));
  return true;
}

}  // namespace attest
