// A read-out of a whole Espressif flash: the partition table says where the factory data are; where
// the table is damaged or missing, their own headers do. Layout after ESP-IDF's partition table and
// esptool.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "verifier/base/checksum.h"
#include "verifier/readers/containers/carve.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/espressif/esp_image.h"
#include "verifier/readers/espressif/esp_nvs.h"
#include "verifier/readers/espressif/esp_partition_table.h"
#include "verifier/readers/espressif/esp_secure_cert.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

using namespace esp;

constexpr size_t kMostGaps = 16;  // between partitions, searched for certificates; a table has few
constexpr size_t kMostApps = 32;  // places that are tried without a table
constexpr uint8_t kImageMagic = 0xE9;

// "zeros", where one byte is all there is; else nothing.
std::string one_byte_alone(View v) {
  if (v.empty() || std::any_of(v.begin(), v.end(), [&](uint8_t b) { return b != v.front(); }))
    return "";
  return v.front() == 0 ? "zeros" : fmt::format("nothing but 0x{:02x}", v.front());
}

struct Region {
  enum class Kind : uint8_t { keys, nvs, secure_cert };
  Kind kind = Kind::nvs;
  size_t at = 0, size = 0;  // in the image
  std::string label;
};

class Flash {
 public:
  Flash(const Source& source, Reading& reading)
      : source_(source), image_(source.bytes), reading_(reading) {}
  void read();

 private:
  Place place(size_t at, const std::string& item) const {
    return {.path = source_.path, .offset = source_.base + at, .item = item};
  }
  void add_erased(const Table& table);
  bool ends_with_app(const Table& table) const;
  int64_t device_base(const Table& table) const;
  unsigned confirmed(const Table& table, int64_t base) const;
  void take_table(const Table& table);
  void scan();
  bool covered(size_t at) const;
  void read_region(const Region& region);
  void carve_rest();
  void say_content(size_t at, size_t size, const std::string& what, bool shown);
  bool say_bootloader(bool may_be_hidden);
  void say_plain_behind(size_t table);
  void say_apps(const Table& table, bool starts_in_plain);
  void make_sure(size_t from);
  void say_keys(const Region& region, Holds hidden);
  void read_keys(const Region& region, const Source& inside);

  const Source& source_;
  View image_;
  Bytes extended_;  // what it is a view of, where what was erased is added
  Reading& reading_;
  std::vector<Region> regions_;
  std::vector<const Region*> erased_;
};

// Rows whose content is what their type says, if image byte 0 is device offset `base`.
unsigned Flash::confirmed(const Table& table, int64_t base) const {
  unsigned count = 0;
  for (const Row& row : table.rows) {
    const int64_t at = static_cast<int64_t>(row.offset) - base;
    if (at < 0 || at + 64 > static_cast<int64_t>(image_.size())) continue;
    const View content = image_.subspan(static_cast<size_t>(at));
    if (row.type == kApp)
      count += content[0] == 0xE9;
    else if (row.type == kData && row.subtype == kNvsSubtype)
      count += is_nvs_page(content);
    else if (row.label == "esp_secure_cert")
      count += is_esp_secure_cert(content);
  }
  return count;
}

// A table at 0x8000 means an image from offset 0. Elsewhere either the image begins somewhere else,
// or the table's place was configured: the content under the rows decides.
int64_t Flash::device_base(const Table& table) const {
  const int64_t moved = static_cast<int64_t>(kTableAt) - static_cast<int64_t>(table.at);
  if (moved == 0) return 0;
  const unsigned from_zero = confirmed(table, 0), from_moved = confirmed(table, moved);
  if (from_zero == from_moved) return table.at < kTableAt ? moved : 0;
  return from_zero > from_moved ? 0 : moved;
}

bool Flash::covered(size_t at) const {
  return std::any_of(regions_.begin(), regions_.end(),
                     [&](const Region& r) { return at >= r.at && at - r.at < r.size; });
}

// A file of records or blocks leaves out the erased end of what it holds.
void Flash::add_erased(const Table& table) {
  constexpr int64_t kMost = 64 << 20;
  if (!source_.sparse) return;
  const int64_t base = device_base(table), size = static_cast<int64_t>(image_.size());
  int64_t wanted = size;
  for (const Row& row : table.rows) {
    const int64_t at = static_cast<int64_t>(row.offset) - base;
    if (at >= 0 && at < size) wanted = std::max(wanted, std::min(at + row.size, kMost));
  }
  if (wanted == size) return;
  extended_ = to_bytes(image_);
  extended_.resize(static_cast<size_t>(wanted), 0xFF);
  image_ = extended_;
}

// Bootloader, table and application as builds merge them: nothing lies behind the application, or
// its sector of signatures.
bool Flash::ends_with_app(const Table& table) const {
  const int64_t base = device_base(table), size = static_cast<int64_t>(image_.size());
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
    const int64_t at = static_cast<int64_t>(row.offset) - base;
    if (row.type != kApp || at < 0 || at >= size || at + row.size < size) return false;
    const View room = image_.subspan(static_cast<size_t>(at));
    const auto app = parse_esp_image(room);
    return app && app->sound &&
           room.size() <= (app->end + kSector - 1) / kSector * kSector + kSector;
  });
}

void Flash::take_table(const Table& table) {
  for (const TableProblem& p : table.problems)
    reading_.device.damaged(place(p.offset, "partition table"), "partition table", p.problem);
  const int64_t base = device_base(table);
  uint64_t described = 0, taken = 0;
  std::string first_cut;
  for (const Row& row : table.rows) {
    const int64_t at = static_cast<int64_t>(row.offset) - base, end = at + row.size;
    if (end > static_cast<int64_t>(image_.size())) {
      described = std::max(described, static_cast<uint64_t>(end + base));
      if (first_cut.empty()) first_cut = row.label;
    }
    if (at < 0 || at >= static_cast<int64_t>(image_.size())) continue;
    Region region{.kind = Region::Kind::nvs,
                  .at = static_cast<size_t>(at),
                  .size = std::min<size_t>(row.size, image_.size() - static_cast<size_t>(at)),
                  .label = row.label};
    if (row.type == kData && row.subtype == kNvsKeysSubtype)
      region.kind = Region::Kind::keys;
    else if (row.label == "esp_secure_cert" || row.type == kCustomCert)
      region.kind = Region::Kind::secure_cert;
    else if (row.type != kData || row.subtype != kNvsSubtype)
      continue;
    taken += region.size;
    if (taken > image_.size()) {
      reading_.device.damaged(place(table.at, "partition table"), "partition table",
                              fmt::format("its partitions overlap, those before {} and it: they "
                                          "have more bytes than the image",
                                          printable(region.label)));
      break;
    }
    regions_.push_back(std::move(region));
  }
  if (described != 0 && !source_.sparse && !ends_with_app(table))
    reading_.device.note(
        Remark::truncated, place(image_.size(), first_cut),
        fmt::format("the image ends at 0x{:x}, in or before partition {}; the partition table "
                    "describes data up to 0x{:x}",
                    image_.size() + static_cast<uint64_t>(std::max<int64_t>(base, 0)),
                    printable(first_cut), described));
}

// Factory data by their own headers, on sector borders that no partition covers.
void Flash::scan() {
  for (size_t at = 0; at + 64 <= image_.size(); at += kSector) {
    if (covered(at)) continue;
    const View rest = image_.subspan(at);
    if (is_nvs_page(rest)) {
      size_t end = at + kSector;
      while (end + 64 <= image_.size() && !covered(end) && looks_like_nvs_page(image_.subspan(end)))
        end += kSector;
      regions_.push_back({.kind = Region::Kind::nvs,
                          .at = at,
                          .size = std::min(end, image_.size()) - at,
                          .label = {}});
    } else if (is_esp_secure_cert(rest)) {
      const size_t most = le32(rest, 0) == 0xBA5EBA11 ? 2 * kSector : 6 * kSector;
      regions_.push_back({.kind = Region::Kind::secure_cert,
                          .at = at,
                          .size = std::min(most, rest.size()),
                          .label = {}});
    } else if (const auto keys = parse_nvs_keys(rest.first(std::min(kSector, rest.size())));
               keys && keys->sound) {
      regions_.push_back({.kind = Region::Kind::keys,
                          .at = at,
                          .size = std::min(kSector, rest.size()),
                          .label = {}});
    }
  }
}

// Where no partition holds a device certificate, an application may, or a partition of the maker's
// own.
void Flash::carve_rest() {
  std::vector<std::pair<size_t, size_t>> taken;  // from, to
  for (const Region& r : regions_) taken.emplace_back(r.at, r.at + r.size);
  taken.emplace_back(image_.size(), image_.size());
  std::sort(taken.begin(), taken.end());
  size_t from = 0, gaps = 0;
  for (const auto& [at, end] : taken) {
    if (at > from && gaps++ < kMostGaps)
      carve({.path = source_.path,
             .bytes = image_.subspan(from, at - from),
             .base = source_.base + from,
             .member = true},
            reading_);
    from = std::max(from, end);
  }
}

// ESP-IDF's choice of the application that is started: a number and its CRC, before erased flash.
bool is_ota_data(View room) {
  constexpr size_t kEntry = 32, kCrcAt = 28;
  const View sector = room.first(std::min(room.size(), kSector));
  if (sector.size() < 2 * kEntry || all_ff(sector.first(4))) return false;
  return crc32_esp(sector.first(4)) == le32(sector, kCrcAt) && all_ff(sector.subspan(kEntry));
}

// ESP-IDF's description of an application, where its first segment has it.
bool holds_app_description(View room) {
  constexpr size_t kAt = 32;
  return room.size() >= kAt + 4 && le32(room, kAt) == 0xABCD5432;
}

// What flash encryption covers: in plain, or ciphertext.
void Flash::say_content(size_t at, size_t size, const std::string& what, bool shown) {
  const View content = image_.subspan(at, std::min(size, image_.size() - at));
  if (!shown && !is_ciphertext(content)) return;
  reading_.device.posture.say(
      Trait::flash_content, shown ? Holds::no : Holds::yes, shown ? "plain" : "ciphertext",
      fmt::format("the {} is {}", what, shown ? "in plain" : "ciphertext"), place(at, what));
}

// It begins where the chip's ROM looks for it; true: there it is, in plain. Beside a table in plain
// it is none of a part that encrypts, whatever it looks like.
bool Flash::say_bootloader(bool may_be_hidden) {
  for (const size_t at : {size_t{0x1000}, size_t{0x2000}, size_t{0}}) {
    if (image_.size() <= kTableAt) return false;
    const View room = image_.subspan(at, std::min(kTableAt * 2, image_.size()) - at);
    const auto found = parse_esp_image(room);
    if (!found) continue;
    say_esp_image(room, place(at, "bootloader"), "bootloader", reading_);
    say_content(at, found->end, "bootloader", true);
    return true;
  }
  if (!may_be_hidden) return false;
  for (const size_t at : {size_t{0}, size_t{0x1000}, size_t{0x2000}}) {
    if (!is_ciphertext(image_.subspan(at, kSector))) continue;
    say_content(at, kTableAt - at, "bootloader", false);
    break;
  }
  return false;
}

// Where no table can be read: applications lie on such borders.
constexpr size_t kAppBorder = 0x10000;

// Those in plain, by their own heads.
std::vector<size_t> plain_apps(View image) {
  std::vector<size_t> out;
  size_t tried = 0;
  for (size_t at = kAppBorder; at < image.size(); at += kAppBorder) {
    const View room = image.subspan(at);
    const bool described = holds_app_description(room);
    const bool headed = room[0] == kImageMagic && tried < kMostApps;
    if (headed) ++tried;
    const auto app = headed ? parse_esp_image(room) : std::nullopt;
    if (app || described) out.push_back(at);
    if (app) at += app->end / kAppBorder * kAppBorder;  // what lies in it is its own
  }
  return out;
}

// Ciphertext where applications lie, and none of them in plain.
std::optional<size_t> hidden_app(View image, size_t table) {
  if (!plain_apps(image).empty()) return std::nullopt;
  size_t tried = 0;
  for (size_t at = kAppBorder; at + kSector <= image.size() && tried < kMostApps;
       at += kAppBorder) {
    const View head = image.subspan(at, kSector);
    if (at == table || all_ff(head)) continue;
    ++tried;
    if (is_ciphertext(head)) return at;
  }
  return std::nullopt;
}

// Of a part that encrypts: what lies in plain all the same. Such an application does not start,
// whoever signed it.
void Flash::say_plain_behind(size_t table) {
  for (const size_t at : plain_apps(image_))
    say_content(at, kSector, fmt::format("application at 0x{:x}", at), true);
  for (size_t at = table + kSector; at < image_.size(); at += kSector) {
    if (is_ota_data(image_.subspan(at)))
      say_content(at, kSector, fmt::format("OTA data at 0x{:x}", at), true);
  }
}

// An application that cannot be read is damaged: the part may start the other one, and what is
// signed there is not known. So is noise where a bootloader in plain finds none at all.
void Flash::say_apps(const Table& table, bool starts_in_plain) {
  const int64_t base = device_base(table);
  std::set<size_t> seen;
  std::optional<std::pair<size_t, std::string>> noise;
  bool any = false;
  for (const Row& row : table.rows) {
    const int64_t from = static_cast<int64_t>(row.offset) - base;
    if (row.type != kApp || from < 0 || from >= static_cast<int64_t>(image_.size())) continue;
    const auto at = static_cast<size_t>(from);
    if (!seen.insert(at).second) continue;
    const View room = image_.subspan(at, std::min<size_t>(row.size, image_.size() - at));
    const std::string label = printable(row.label);
    if (say_esp_image(room, place(at, label), label, reading_)) {
      say_content(at, room.size(), label, true);
      any = true;
      continue;
    }
    const bool whole = room.size() == row.size, described = holds_app_description(room);
    any = any || described;
    if (!noise && room.size() >= kSector && is_ciphertext(room.first(kSector))) noise = {at, label};
    if (!whole) continue;
    // (What is no application at all is the maker's own, and none that was damaged.)
    if (described)
      reading_.device.damaged(place(at, label), "application",
                              fmt::format("expected an application, found {}",
                                          room[0] == kImageMagic ? "segments that do not fit"
                                                                 : "no header in front of one"));
  }
  if (starts_in_plain && noise && !any)
    reading_.device.damaged(place(noise->first, noise->second), "application",
                            "expected one behind a bootloader and a table in plain, found noise");
}

// What the readers of partitions said of where keys lie: here it is the part's own flash.
void Flash::make_sure(size_t from) {
  auto& claims = reading_.device.posture.claims;
  for (size_t i = from; i < claims.size(); ++i) {
    if (claims[i].value == "plain" || claims[i].value == "flash") claims[i].locked = Holds::no;
    if (claims[i].value == "nvs-encrypted") claims[i].locked = Holds::yes;
  }
}

void Flash::say_keys(const Region& region, Holds hidden) {
  reading_.device.posture.say(
      Trait::nvs_keys, hidden,
      hidden == Holds::no    ? "plain"
      : hidden == Holds::yes ? "hidden"
                             : "",
      hidden == Holds::no    ? "the keys of the encrypted NVS can be read, so that it hides nothing"
      : hidden == Holds::yes ? "the keys of the encrypted NVS are ciphertext"
                             : "there are neither keys of an encrypted NVS nor ciphertext",
      place(region.at, region.label));
}

// In plain, ciphertext, or neither: then nothing is hidden, and nothing opens.
void Flash::read_keys(const Region& region, const Source& inside) {
  const bool shown = parse_nvs_keys(inside.bytes).has_value();
  const bool hidden = !shown && is_ciphertext(inside.bytes);
  say_keys(region, shown ? Holds::no : hidden ? Holds::yes : Holds::unclear);
  if (read_nvs_keys(inside, region.label, reading_)) return;
  if (hidden) {
    reading_.device.note(
        Remark::keys_protected, place(region.at, region.label),
        "the NVS keys partition holds no keys in plain: flash encryption protects it");
    return;
  }
  const std::string alone = one_byte_alone(inside.bytes);
  reading_.device.damaged(place(region.at, region.label), "partition content",
                          fmt::format("expected the keys of an NVS or ciphertext, found {}",
                                      alone.empty() ? "neither" : alone));
}

void Flash::read_region(const Region& region) {
  const Source inside{.path = source_.path,
                      .bytes = image_.subspan(region.at, region.size),
                      .base = source_.base + region.at,
                      .member = true};
  if (all_ff(inside.bytes)) {
    erased_.push_back(&region);
    return;
  }
  const size_t said = reading_.device.posture.claims.size();
  switch (region.kind) {
    case Region::Kind::keys:
      read_keys(region, inside);
      break;
    case Region::Kind::nvs:
      if (looks_like_nvs(inside.bytes))
        read_nvs(inside, region.label, reading_);
      else
        reading_.device.damaged(place(region.at, region.label), "partition content",
                                "expected NVS pages, found none");
      break;
    case Region::Kind::secure_cert:
      if (looks_like_esp_secure_cert(inside.bytes))
        read_esp_secure_cert(inside, region.label, reading_);
      else if (const std::string alone = one_byte_alone(inside.bytes); !alone.empty())
        reading_.device.damaged(place(region.at, region.label), "partition content",
                                "expected an esp_secure_cert, found " + alone);
      else
        reading_.device.note(
            Remark::encrypted_no_key, place(region.at, region.label),
            "the esp_secure_cert partition holds nothing in plain: flash encryption may be on");
      break;
  }
  make_sure(said);
}

void Flash::read() {
  const auto table = find_table(image_);
  if (table) add_erased(*table);
  const bool starts_in_plain =
      (!table || device_base(*table) == 0) && say_bootloader(table == std::nullopt);
  if (table) {
    take_table(*table);
    say_content(table->at, kTableSize, "partition table", true);
    say_apps(*table, starts_in_plain);
  } else if (const auto hidden = hidden_table(image_, false);
             hidden && starts_in_plain && !hidden_app(image_, *hidden)) {
    // A part that encrypts has its applications as ciphertext, too.
    reading_.device.damaged(place(*hidden, "partition table"), "partition table",
                            "expected its rows behind a bootloader in plain, found noise");
  } else if (hidden) {
    reading_.device.note(Remark::flash_encrypted, place(*hidden, "partition table"),
                         "the partition table is ciphertext: flash encryption is on, and what it "
                         "covers is hidden, as in a part that was released");
    say_content(*hidden, kTableSize, "partition table", false);
    if (const auto app = starts_in_plain ? hidden_app(image_, *hidden) : std::nullopt)
      say_content(*app, kSector, fmt::format("application at 0x{:x}", *app), false);
    say_plain_behind(*hidden);
  } else
    reading_.device.damaged(place(std::min(kTableAt, image_.size()), "partition table"),
                            "partition table", "none was found");
  if (!table || !table->problems.empty()) scan();

  // Keys first; of several NVS partitions the one with the most factory data, so that its
  // statements come first.
  const auto factory_items = [&](const Region& r) {
    return r.kind == Region::Kind::nvs
               ? parse_nvs(image_.subspan(r.at, r.size)).count("chip-factory")
               : 0;
  };
  std::vector<std::pair<size_t, const Region*>> order;
  for (const Region& region : regions_) order.emplace_back(factory_items(region), &region);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    const bool a_keys = a.second->kind == Region::Kind::keys,
               b_keys = b.second->kind == Region::Kind::keys;
    return a_keys != b_keys ? a_keys : a.first > b.first;
  });
  const size_t said = reading_.device.statements.size();
  for (const auto& [count, region] : order) read_region(*region);
  const bool has_dac = std::any_of(
      reading_.device.statements.begin() + static_cast<std::ptrdiff_t>(said),
      reading_.device.statements.end(), [](const Statement& s) { return s.fact == FactId::dac; });
  const bool bare = reading_.device.statements.size() == said;
  if (!has_dac && reading_.locked.empty()) carve_rest();
  if (!bare || !reading_.locked.empty()) return;
  for (const Region* region : erased_) {
    if (region->kind != Region::Kind::keys)
      reading_.device.note(Remark::erased, place(region->at, region->label),
                           fmt::format("partition {} is erased", printable(region->label)));
  }
}

bool recognises(const Source& s) {
  if (s.bytes.size() < 2 * kSector) return false;
  if (find_table(s.bytes) || hidden_table(s.bytes, true)) return true;
  if (looks_like_nvs(s.bytes) || looks_like_esp_secure_cert(s.bytes)) return false;
  for (size_t at = 0; at + 64 <= s.bytes.size(); at += kSector) {
    if (is_nvs_page(s.bytes.subspan(at)) || is_esp_secure_cert(s.bytes.subspan(at))) return true;
  }
  return false;
}

Result<void> read(const Source& s, Reading& reading) {
  Flash(s, reading).read();
  return {};
}

}  // namespace

const Reader esp_flash_reader{.kind = "esp-flash",
                              .expects = "an Espressif flash image",
                              .content = Content::bytes,
                              .recognises = recognises,
                              .read = read};

}  // namespace attest
