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
    auto rows = rows_of(path, files_.back().view(), named);
    if (!rows) return error(fmt::format("--manifest: {}: {}", path, rows.error().what));
    rows_.push_back(std::move(*rows));
    tables_.push_back(path);
  }
  given_ = rows_.size();
  return {};
}

Result<ManifestRows> LotManifests::rows_of(const std::string& path, View content,
                                           const std::vector<ColumnName>& named) {
  auto table = manifest_text(content);
  if (!table) return tl::unexpected(table.error());
  std::string_view csv = text(content);
  if (table->rewritten) csv = rewritten_.emplace_back(std::move(*table->rewritten));
  return ManifestRows::open(
      file_name(path), csv, named,
      table->of_json ? ManifestRows::Numbers::objects : ManifestRows::Numbers::lines);
}

Result<bool> LotManifests::add_found(const std::string& path, Bytes content,
                                     std::optional<uint32_t> beside) {
  found_.push_back(std::move(content));
  // Rows that a table lost would be devices that nobody misses.
  if (const auto table = manifest_text(View(found_.back())); !table)
    return error(fmt::format("{}: expected a JSON table of devices: {}", path, table.error().what));
  auto rows = rows_of(path, View(found_.back()), {});
  if (!rows) return false;
  // The one that was handed over, or a copy of another, is no second table.
  const auto known = std::find_if(rows_.begin(), rows_.end(), [&](const ManifestRows& other) {
    return other.digest() == rows->digest();
  });
  if (known != rows_.end()) {
    if (beside && !known->is_about(*beside)) known->lies_beside(*beside);
    return true;
  }
  if (beside) rows->lies_beside(*beside);
  rows_.push_back(std::move(*rows));
  tables_.push_back(path);
  return true;
}

std::vector<std::string> LotManifests::tables(bool all) const {
  return {tables_.begin(),
          all ? tables_.end() : tables_.begin() + static_cast<std::ptrdiff_t>(given_)};
}

}  // namespace attest
