// A read-out of a Silicon Labs part: factory data in NVM3, certificates in the credentials page
// that NVM3 points to, or a provisioning page of its own (SiWx917). Keys after the Matter SDK's
// SilabsConfig.h; integers little endian.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/silabs/silabs_nvm3.h"
#include "verifier/readers/silabs/silabs_provision.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

enum class Form : uint8_t { number, text, base64, bytes, payload, key_id };
struct Key {
  uint16_t low;  // of the 20-bit key: its high bits differ between SDK generations
  FactId fact;
  Form form;
  uint64_t most = 0;
};
constexpr Key kKeys[] = {
    {0x7200, FactId::serial_number, Form::text},
    {0x7204, FactId::manufacturing_date, Form::text},
    {0x7205, FactId::qr_payload, Form::payload},
    {0x7207, FactId::discriminator, Form::number, 0xFFFF},
    {0x7208, FactId::spake2p_iterations, Form::number, 0xFFFFFFFF},
    {0x7209, FactId::spake2p_salt, Form::base64},
    {0x720A, FactId::spake2p_verifier, Form::base64},
    {0x720B, FactId::product_id, Form::number, 0xFFFF},
    {0x720C, FactId::vendor_id, Form::number, 0xFFFF},
    {0x720D, FactId::vendor_name, Form::text},
    {0x720E, FactId::product_name, Form::text},
    {0x720F, FactId::hardware_version_string, Form::text},
    {0x7210, FactId::product_label, Form::text},
    {0x7211, FactId::product_url, Form::text},
    {0x7212, FactId::part_number, Form::text},
    {0x7218, FactId::hardware_version, Form::number, 0xFFFF},
    {0x7308, FactId::hardware_version, Form::number, 0xFFFF},  // provisioning tools before 2.4
    {0x721F, FactId::rotating_id_unique_id, Form::bytes},
    {0x7318, FactId::unique_id, Form::text},
    {0x7220, FactId::dac_private_key, Form::key_id},
    {0x7321, FactId::dac_private_key, Form::key_id},  // provisioning tool 1.1
};
constexpr uint16_t kCredentialsBase = 0x7221;
struct Credential {
  uint16_t offset, size;  // keys
  FactId fact;
  const char* name;
};
constexpr Credential kCredentials[] = {{0x7222, 0x7223, FactId::dac, "DAC"},
                                       {0x7224, 0x7225, FactId::pai, "PAI"},
                                       {0x7226, 0x7227, FactId::cd, "CD"}};
constexpr uint64_t kSeries2Flash = 0x08000000;
constexpr size_t kSurely = 8;  // entries of a page that nothing points to
constexpr size_t kPageStep = 0x400, kOldPage = 0x2000, kFileStep = 64;

class Flash {
 public:
  Flash(const Source& source, Reading& reading)
      : source_(source), image_(source.bytes), reading_(reading) {}
  void read();

 private:
  struct Item {
    const Credential* credential;
    uint64_t offset, size;
  };
  Place place(uint64_t at, std::string item) const {
    return {.path = source_.path, .offset = source_.base + at, .item = std::move(item)};
  }
  const Nvm3Object* object(uint16_t low) const;
  std::optional<uint64_t> number(uint16_t low);
  void say(const Key& key, const Nvm3Object& object);
  void say_key_id(const Nvm3Object& object, const Place& at);
  std::vector<Item> credentials();
  size_t fitting(uint64_t page, const std::vector<Item>& items) const;
  std::optional<uint64_t> credentials_page(uint64_t address, const std::vector<Item>& items) const;
  void read_credentials();
  void say_credential(const Item& item, uint64_t at);
  void carve_page(uint64_t page);
  void say_erased(uint64_t page);

  const Source& source_;
  View image_;
  Reading& reading_;
  Nvm3 store_;
};

// The usual high bits first.
const Nvm3Object* Flash::object(uint16_t low) const {
  if (const Nvm3Object* usual = store_.find(0x80000u | low)) return usual;
  const auto at = std::find_if(store_.objects.begin(), store_.objects.end(),
                               [&](const Nvm3Object& o) { return (o.key & 0xFFFF) == low; });
  return at == store_.objects.end() ? nullptr : &*at;
}

std::optional<uint64_t> little_endian(View data) {
  if (data.empty() || data.size() > 8) return std::nullopt;
  uint64_t out = 0;
  for (size_t i = 0; i < data.size(); ++i) out |= static_cast<uint64_t>(data[i]) << (8 * i);
  return out;
}

std::optional<uint64_t> Flash::number(uint16_t low) {
  const Nvm3Object* found = object(low);
  return found == nullptr ? std::nullopt : little_endian(found->data);
}

// A PSA key id says that the key is in the secure element; builds without one keep the key itself
// there.
void Flash::say_key_id(const Nvm3Object& found, const Place& at) {
  if (found.data.size() == 4 || found.data.size() == 2) {
    reading_.device.note(Remark::key_in_hardware, at,
                         fmt::format("the private key is kept by PSA Crypto under id {}",
                                     *little_endian(found.data)));
  } else {
    say_dac_key_item(Encoding::raw, found.data, at, reading_);
  }
}

void Flash::say(const Key& key, const Nvm3Object& found) {
  const Place at = place(found.offset, fmt::format("NVM3 key 0x{:05X}", found.key));
  const View data = found.data;
  if (data.empty() || (data.size() == 1 && data[0] == 0 && key.form != Form::number))
    return;  // empty text is one zero
  switch (key.form) {
    case Form::payload:
      say_setup_payload(data, at, reading_);
      return;
    case Form::key_id:
      say_key_id(found, at);
      return;
    case Form::number: {
      const auto value = little_endian(data);
      if (!value || *value > key.most) {
        reading_.device.damaged(
            at, "nvm3 value",
            fmt::format("expected a number up to {}, found {} bytes that are none", key.most,
                        data.size()));
        return;
      }
      reading_.device.say(key.fact, *value, at);
      break;
    }
    case Form::text:
      reading_.device.say(key.fact, std::string(text(data)), at);
      break;
    case Form::bytes:
      reading_.device.say(key.fact, to_bytes(data), at);
      break;
    case Form::base64: {
      auto bytes = slot_value(key.fact, Encoding::base64, data, at, reading_);
      if (!bytes) return;
      reading_.device.say(key.fact, std::move(*bytes), at);
      break;
    }
  }
  reading_.holds("factory");
}

std::vector<Flash::Item> Flash::credentials() {
  std::vector<Item> out;
  for (const Credential& c : kCredentials) {
    const auto offset = number(c.offset), size = number(c.size);
    if (offset && size && *size != 0 && *size <= 0xFFFF && *offset <= 0xFFFFFF)
      out.push_back({&c, *offset, *size});
  }
  return out;
}

// How many items stand where they should if the page begins here: a SEQUENCE of exactly the size
// that NVM3 says.
size_t Flash::fitting(uint64_t page, const std::vector<Item>& items) const {
  return static_cast<size_t>(std::count_if(items.begin(), items.end(), [&](const Item& i) {
    const uint64_t at = page + i.offset;
    return at < image_.size() && i.size <= image_.size() - at &&
           der_size(image_.subspan(static_cast<size_t>(at))) == i.size;
  }));
}

// The page's address is absolute, and a raw read-out does not say where it begins. First the
// addresses that are likely, then wherever the items fit.
std::optional<uint64_t> Flash::credentials_page(uint64_t address,
                                                const std::vector<Item>& items) const {
  std::vector<uint64_t> likely;
  if (address >= source_.base && address - source_.base < image_.size())
    likely.push_back(address - source_.base);
  if (source_.base == 0 && address >= kSeries2Flash && address - kSeries2Flash < image_.size())
    likely.push_back(address - kSeries2Flash);
  if (source_.base == 0 && store_.end < image_.size()) likely.push_back(store_.end);
  for (const uint64_t page : likely) {
    if (fitting(page, items) != 0) return page;
  }
  if (source_.base == 0) {
    for (uint64_t page = 0; page < image_.size(); page += kPageStep) {
      if (fitting(page, items) == items.size()) return page;
    }
  }
  if (likely.empty()) return std::nullopt;
  return likely.front();
}

void Flash::say_erased(uint64_t page) {
  reading_.device.note(Remark::erased, place(page, "credentials page"),
                       "the credentials page is erased");
  reading_.device.note(Remark::development_credentials, place(page, "credentials page"),
                       "without credentials of its own the firmware falls back to the development "
                       "credentials that are built in");
}

void Flash::say_credential(const Item& item, uint64_t at) {
  const Place where = place(at, fmt::format("credentials page: {}", item.credential->name));
  const View rest = at < image_.size() ? image_.subspan(static_cast<size_t>(at)) : View{};
  const View data = rest.first(std::min<size_t>(static_cast<size_t>(item.size), rest.size()));
  const size_t wants = der_size(data);
  // Cut by the end of the image, by a size that is too small, or by erased flash.
  constexpr size_t kErasedTail = 16;
  if (data.size() < item.size || wants > item.size ||
      (data.size() > kErasedTail && data[0] == 0x30 && is_erased(data.last(kErasedTail)))) {
    reading_.device.note(
        Remark::truncated, where,
        fmt::format("the {} is cut: {} bytes are named, {} are here", item.credential->name,
                    std::max<uint64_t>(wants, item.size), data.size()));
    return;
  }
  if (item.credential->fact == FactId::cd)
    say_cd_item(data, where, reading_);
  else
    say_certificate_item(item.credential->fact, Encoding::der, data, where, reading_);
}

// Firmware before the offsets were kept in NVM3 has the files at places fixed at build time, each
// on 64 bytes.
void Flash::carve_page(uint64_t page) {
  const View bytes =
      image_.subspan(static_cast<size_t>(page),
                     std::min<size_t>(kOldPage, image_.size() - static_cast<size_t>(page)));
  for (size_t at = 0; at + 4 <= bytes.size();) {
    const View rest = bytes.subspan(at);
    const size_t size = der_size(rest);
    if (size < 64 || size > rest.size()) {
      at += kFileStep;
      continue;
    }
    const Place where = place(page + at, "credentials page");
    const View der = rest.first(size);
    if (looks_like_cms(der)) {
      say_cd_item(der, where, reading_);
    } else if (const auto certificate = parse_certificate(der)) {
      const auto& constraints = (*certificate)->basic_constraints.value;
      say_certificate_item(constraints && constraints->ca ? FactId::pai : FactId::dac,
                           Encoding::der, der, where, reading_);
    }
    at += (size + kFileStep - 1) / kFileStep * kFileStep;
  }
}

void Flash::read_credentials() {
  const auto items = credentials();
  if (store_.problems.empty() && !store_.truncated) {
    NeededEntry needed[] = {{FactId::dac, "NVM3 keys 0x87222, 0x87223"},
                            {FactId::pai, "NVM3 keys 0x87224, 0x87225"},
                            {FactId::cd, "NVM3 keys 0x87226, 0x87227"}};
    for (NeededEntry& entry : needed) {
      entry.held = std::any_of(items.begin(), items.end(), [&](const Item& item) {
        return item.credential->fact == entry.fact;
      });
    }
    note_lacking(needed, place(store_.begin, "NVM3"), reading_);
  }
  const auto address = number(kCredentialsBase);
  if (items.empty()) {
    // Nothing points anywhere: the page behind the store is where the linker scripts put it.
    const uint64_t page =
        address && *address >= source_.base && *address - source_.base < image_.size()
            ? *address - source_.base
            : store_.end;
    if (page >= image_.size()) return;
    const View behind =
        image_.subspan(static_cast<size_t>(page),
                       std::min<size_t>(kOldPage, image_.size() - static_cast<size_t>(page)));
    if (is_erased(behind))
      say_erased(page);
    else
      carve_page(page);
    return;
  }
  const auto page = credentials_page(address.value_or(store_.end + source_.base), items);
  if (!page) return;  // the read-out does not reach there: absent, not erased
  uint64_t end = *page;
  for (const Item& item : items) end = std::max(end, *page + item.offset + item.size);
  if (is_erased(
          image_.subspan(static_cast<size_t>(*page),
                         static_cast<size_t>(std::min<uint64_t>(end, image_.size()) - *page)))) {
    say_erased(*page);
    return;
  }
  for (const Item& item : items) say_credential(item, *page + item.offset);
}

void Flash::read() {
  store_ = parse_nvm3(image_);
  for (const IntegrityProblem& p : store_.problems)
    reading_.device.damaged(place(p.place.offset.value_or(0), p.place.item), p.what, p.problem);
  if (store_.truncated)
    reading_.device.note(
        Remark::truncated, place(image_.size(), "NVM3"),
        fmt::format("the image ends within an NVM3 page of {} bytes", store_.page_size));
  if (store_.encrypted) {
    reading_.device.note(Remark::encrypted_no_key, place(store_.begin, "NVM3"),
                         "the NVM3 store is encrypted: only the part itself can read it");
    return;
  }
  if (std::none_of(store_.objects.begin(), store_.objects.end(),
                   [](const Nvm3Object& o) { return (o.key & 0xFF00) == 0x7200; })) {
    reading_.device.note(Remark::erased, place(store_.begin, "NVM3"),
                         "the NVM3 store holds no factory data");
  }
  bool version_said = false;
  for (const Key& key : kKeys) {
    const Nvm3Object* found = object(key.low);
    if (found == nullptr || (key.fact == FactId::hardware_version && version_said)) continue;
    version_said = version_said || key.fact == FactId::hardware_version;
    say(key, *found);
  }
  read_credentials();
}

// A page of the other storage on the grid of flash pages.
std::optional<size_t> provision_page(View image) {
  if (image.size() < kPageStep || image.size() > 64u << 20) return std::nullopt;
  for (size_t at = 0; at + 8 <= image.size(); at += kPageStep) {
    const View page = image.subspan(at, std::min<size_t>(image.size() - at, 0x10000));
    if (be16(page, 0) >= 64 && be16(page, 0) <= page.size() &&
        looks_like_silabs_provision(page, kSurely))
      return at;
  }
  return std::nullopt;
}

bool recognises(const Source& s) {
  return has_nvm3(s.bytes) || provision_page(s.bytes).has_value();
}

Result<void> read(const Source& s, Reading& reading) {
  if (has_nvm3(s.bytes)) Flash(s, reading).read();
  if (const auto page = provision_page(s.bytes)) {
    const size_t total = std::min<size_t>(be16(s.bytes, *page), s.bytes.size() - *page);
    read_silabs_provision({.path = s.path,
                           .bytes = s.bytes.subspan(*page, total),
                           .base = s.base + *page,
                           .member = true},
                          reading);
  }
  return {};
}

}  // namespace

const Reader silabs_flash_reader{.kind = "silabs-flash",
                                 .expects = "a Silicon Labs flash image",
                                 .content = Content::bytes,
                                 .recognises = recognises,
                                 .read = read};

}  // namespace attest
