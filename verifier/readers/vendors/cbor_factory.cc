#include "verifier/readers/vendors/cbor_factory.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/quoted.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

constexpr uint64_t kMaxEntries = 256;  // tools write about 20; a count is a claim
constexpr unsigned kMaxDepth = 8;

// The head of a map: 1010_0000 with a count of up to 23, in one byte, two, or until a stop.
size_t map_head(View v) {
  size_t at = v.size() >= 3 && v[0] == 0xD9 && v[1] == 0xD9 && v[2] == 0xF7
                  ? 3
                  : 0;  // tag 55799, "this is CBOR"
  if (v.size() <= at) return 0;
  if (v[at] >= 0xA1 && v[at] <= 0xB7) return at + 1;
  if (v[at] == 0xB8) return at + 2;
  if (v[at] == 0xB9) return at + 3;
  return v[at] == 0xBF ? at + 1 : 0;
}

class Walk {
 public:
  Walk(const Source& s, std::span<const FactoryKey> keys, Reading& reading)
      : source_(s), keys_(keys), reading_(reading), needed_(needed_entries(keys)) {}

  Result<void> run() {
    auto map = next();
    if (map && map->kind == CborItem::Kind::tag) map = next();
    if (!map) return tl::unexpected(map.error());
    if (map->kind != CborItem::Kind::map) return error("the CBOR is no map", source_.base);
    const auto whole = entries(*map);
    // What broke off, or was not read, may have stood in the rest.
    if (!whole) damaged(whole.error().what);
    if (whole)
      note_lacking(needed_, {.path = source_.path, .offset = source_.base, .item = {}}, reading_);
    return {};
  }

 private:
  Result<void> entries(const CborItem& map) {
    const uint64_t count = map.indefinite ? kMaxEntries + 1 : map.value;
    for (uint64_t i = 0; i < count; ++i) {
      if (i == kMaxEntries) return error(fmt::format("more than {} entries", kMaxEntries));
      const auto more = entry(i, map.value, map.indefinite);
      if (!more) return tl::unexpected(more.error());
      if (!*more) return {};
    }
    return {};
  }

  Result<CborItem> next() {
    auto item = reading_.codecs->cbor(source_.bytes.subspan(at_));
    if (item) at_ += item->size;
    return item;
  }
  void damaged(const std::string& problem) {
    reading_.device.damaged({.path = source_.path, .offset = source_.base + at_, .item = {}},
                            "cbor", problem);
  }

  // False at the stop of a map that does not tell its count.
  Result<bool> entry(uint64_t index, uint64_t count, bool indefinite) {
    const auto name = next();
    if (!name)
      return within(indefinite ? fmt::format("entry {}", index + 1)
                               : fmt::format("entry {} of {}", index + 1, count),
                    name.error());
    if (name->kind == CborItem::Kind::stop && indefinite) return false;
    if ((name->kind != CborItem::Kind::text && name->kind != CborItem::Kind::bytes) ||
        name->indefinite)
      return error(fmt::format("entry {}: expected a name", index + 1));
    const std::string_view key = text(name->content);
    const Place place{
        .path = source_.path, .offset = source_.base + at_, .item = quotable(printable(key))};
    const auto value = next();
    if (!value) return within(quotable(printable(key)), value.error());
    if (const auto skipped = skip(*value, 0); !skipped)
      return within(quotable(printable(key)), skipped.error());
    if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) {
      reading_.device.damaged(place, "cbor",
                              fmt::format("the key \"{}\" stands twice", quotable(printable(key))));
      return true;
    }
    seen_.emplace_back(key);
    state(key, *value, place);
    return true;
  }

  // Passes over the members of a value that has some.
  Result<void> skip(const CborItem& value, unsigned depth) {
    using Kind = CborItem::Kind;
    if (depth > kMaxDepth) return error(fmt::format("nested deeper than {}", kMaxDepth));
    if (value.kind == Kind::stop) return error("a stop stands where a value should be");
    const bool is_string = value.kind == Kind::bytes || value.kind == Kind::text;
    if (!value.indefinite && value.kind != Kind::array && value.kind != Kind::map &&
        value.kind != Kind::tag)
      return {};
    if (is_string && !value.indefinite) return {};
    const uint64_t each = value.kind == Kind::map ? 2 : 1;
    // A count is a claim: every member takes at least one byte.
    if (!value.indefinite && value.kind != Kind::tag && value.value > source_.bytes.size() - at_)
      return error(fmt::format("{} members are claimed and {} bytes are left", value.value,
                               source_.bytes.size() - at_));
    const uint64_t count = value.kind == Kind::tag ? 1 : value.value * each;
    for (uint64_t i = 0; value.indefinite || i < count; ++i) {
      const auto member = next();
      if (!member) return tl::unexpected(member.error());
      if (value.indefinite && member->kind == Kind::stop) return {};
      if (const auto inner = skip(*member, depth + 1); !inner) return inner;
    }
    return {};
  }

  void state(std::string_view name, const CborItem& value, const Place& place) {
    const auto key = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const FactoryKey& k) { return name == k.name; });
    if (key == keys_.end()) {
      reading_.device.note(Remark::unknown_key, place,
                           fmt::format("key \"{}\" is not known", quotable(printable(name))));
      return;
    }
    if (!key->item) return;
    const bool is_number = key->item->form == ItemForm::number;
    const bool is_string =
        (value.kind == CborItem::Kind::bytes || value.kind == CborItem::Kind::text) &&
        !value.indefinite;
    if (is_number ? value.kind != CborItem::Kind::natural : !is_string) {
      wrong_encoding(key->item->fact, place,
                     fmt::format("expected a {}, found a {}", is_number ? "number" : "string",
                                 is_number && is_string ? "string" : "value of another kind"),
                     reading_);
      return;
    }
    if (is_number) {
      say_number(key->item->fact, value.value, place, reading_);
    } else {
      mark_held(needed_, key->item->fact, value.content);
      say_item(*key->item, value.content, place, reading_);
    }
    if (key->item->fact == FactId::passcode)
      reading_.device.note(Remark::passcode_stored, place, "the factory data hold the passcode");
  }

  const Source& source_;
  std::span<const FactoryKey> keys_;
  Reading& reading_;
  std::vector<NeededEntry> needed_;
  size_t at_ = 0;
  std::vector<std::string> seen_;
};

}  // namespace

std::vector<NeededEntry> needed_entries(std::span<const FactoryKey> keys) {
  std::vector<NeededEntry> out;
  for (const FactoryKey& key : keys) {
    const FactId fact = key.item ? key.item->fact : FactId::blob;
    if (fact == FactId::dac || fact == FactId::pai || fact == FactId::cd ||
        fact == FactId::dac_private_key)
      out.push_back({.fact = fact, .name = key.name});
  }
  return out;
}

bool looks_like_cbor_factory(View bytes, std::span<const FactoryKey> keys) {
  const size_t head = map_head(bytes);
  if (head == 0 || bytes.size() <= head) return false;
  const uint8_t first = bytes[head];  // a short text or byte string
  const size_t length = first & 0x1Fu;
  if ((first >> 5 != 3 && first >> 5 != 2) || length > 23 || bytes.size() < head + 1 + length)
    return false;
  const std::string_view name = text(bytes.subspan(head + 1, length));
  return std::any_of(keys.begin(), keys.end(), [&](const FactoryKey& k) { return name == k.name; });
}

Result<void> read_cbor_factory(const Source& s, std::span<const FactoryKey> keys,
                               Reading& reading) {
  if (reading.codecs == nullptr)
    return error("factory data in CBOR need the codecs, which were not given");
  return Walk(s, keys, reading).run();
}

}  // namespace attest
