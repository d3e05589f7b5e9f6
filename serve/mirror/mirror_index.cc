#include "serve/mirror/mirror_index.h"

#include <algorithm>
#include <utility>

namespace attest::serve {

using dcl::Schema;

std::string text_of(const Json& object, const char* name) {
  const Json* member = object.find(name);
  return member == nullptr || member->string() == nullptr ? std::string() : *member->string();
}

uint64_t number_of(const Json& object, const char* name) {
  const Json* member = object.find(name);
  return member == nullptr ? 0 : member->natural().value_or(0);
}

std::string store_u32(uint32_t value) {
  std::string out;
  for (const int shift : {24, 16, 8, 0})
    out += static_cast<char>(static_cast<uint8_t>(value >> shift));
  return out + "/";
}

std::string store_vid8(uint32_t vid) {
  std::string out = store_u32(vid);
  return out.insert(4, 4, '\0');
}

namespace {

std::string store_key(Schema schema, const Json& object) {
  const auto number = [&](const char* name) {
    return store_u32(static_cast<uint32_t>(number_of(object, name)));
  };
  switch (schema) {
    case Schema::vendor:
      return store_vid8(static_cast<uint32_t>(number_of(object, "vendorID")));
    case Schema::model:
    case Schema::versions:
      return number("vid") + number("pid");
    case Schema::version:
      return number("vid") + number("pid") + number("softwareVersion");
    case Schema::compliance:
      return number("vid") + number("pid") + number("softwareVersion") +
             text_of(object, "certificationType") + "/";
    case Schema::coverage:
      return text_of(object, "cDCertificateId") + "/";
    case Schema::certificate:
    case Schema::revoked:
      return text_of(object, "subject") + "/" + text_of(object, "subjectKeyId") + "/";
    case Schema::revocation_point:
      return store_vid8(static_cast<uint32_t>(number_of(object, "vid"))) +
             text_of(object, "label") + "/" + text_of(object, "issuerSubjectKeyID") + "/";
  }
  return {};
}

bool holds_root(const Json& entry) {
  const Json* certs = entry.find("certs");
  if (certs == nullptr || certs->array() == nullptr) return false;
  return std::any_of(certs->array()->begin(), certs->array()->end(), [](const Json& cert) {
    const Json* root = cert.find("isRoot");
    return root != nullptr && root->boolean() == true;
  });
}

bool behind(const MirrorEntry& entry, std::string_view key) {
  return std::string_view(entry.store_key) < key;
}

}  // namespace

size_t MirrorIndex::from(std::string_view store_key) const {
  return static_cast<size_t>(std::lower_bound(entries.begin(), entries.end(), store_key, behind) -
                             entries.begin());
}

const MirrorEntry* MirrorIndex::find(std::string_view store_key) const {
  const size_t at = from(store_key);
  return at < entries.size() && entries[at].store_key == store_key ? &entries[at] : nullptr;
}

namespace {

Result<MirrorIndexPtr> made_of(dcl::Cache& cache, const dcl::CachedList& list) {
  auto records = cache.find_all(list.schema);
  if (!records) return tl::unexpected(records.error());
  auto out = std::make_shared<MirrorIndex>();
  out->of = list;
  out->entries.reserve(records->size());
  for (dcl::CachedRecord& record : *records) {
    const Json* history = record.object.find("history");
    out->entries.push_back(
        {.store_key = store_key(list.schema, record.object),
         .cache_key = std::move(record.key),
         .is_root = holds_root(record.object),
         .status =
             static_cast<uint8_t>(number_of(record.object, "softwareVersionCertificationStatus")),
         .had_another_state =
             history != nullptr && history->array() != nullptr && !history->array()->empty()});
  }
  std::sort(out->entries.begin(), out->entries.end(),
            [](const MirrorEntry& a, const MirrorEntry& b) { return a.store_key < b.store_key; });
  return MirrorIndexPtr(std::move(out));
}

bool same(const dcl::CachedList& a, const dcl::CachedList& b) {
  return a.keys == b.keys && a.records == b.records && a.when.height == b.when.height &&
         a.when.read_at == b.when.read_at;
}

}  // namespace

Result<MirrorIndexPtr> MirrorIndexes::of(dcl::Cache& cache, const dcl::CachedList& list) {
  MirrorIndexPtr& kept = kept_[static_cast<size_t>(list.schema)];
  const std::lock_guard lock(mutex_);
  if (kept != nullptr && same(kept->of, list)) return kept;
  auto made = made_of(cache, list);
  if (made) kept = *made;
  return made;
}

}  // namespace attest::serve
