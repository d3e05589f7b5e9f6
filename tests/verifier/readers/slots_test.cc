// Slots: each place of a vendor's format has one encoding, and a value in any other is told at the
// place. Every format, every slot of it, every encoding that people put there instead.

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "tests/support/check_rows.h"
#include "tests/support/dump_builders.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

using Values = std::map<FactId, Bytes>;

Bytes as_bytes(std::string_view s) {
  return to_bytes(view(s));
}

// What the firmware means, whatever stands in the slots.
Values meant() {
  return {{FactId::dac, some_der(480, 1)},         {FactId::pai, some_der(440, 2)},
          {FactId::cd, some_der(236, 3)},          {FactId::dac_private_key, some_scalar()},
          {FactId::spake2p_salt, Bytes(16, 0x91)}, {FactId::spake2p_verifier, Bytes(97, 0x84)}};
}

// --- the formats, their slots as they should be --------------------------------------------------

enum class Stored : uint8_t { der, raw_key, sec1_key, raw, base64 };
using Slots = std::map<FactId, Stored>;

Bytes stored(Stored holds, View value) {
  if (holds == Stored::base64) return as_bytes(base64(value));
  return holds == Stored::sec1_key ? some_sec1() : to_bytes(value);
}

Bytes nvs_file(const Values& v) {
  NvsBuilder nvs;
  nvs.space(1, "chip-factory");
  const std::pair<FactId, const char*> blobs[] = {{FactId::dac, "dac-cert"},
                                                  {FactId::dac_private_key, "dac-key"},
                                                  {FactId::pai, "pai-cert"},
                                                  {FactId::cd, "cert-dclrn"}};
  for (const auto& [fact, key] : blobs) {
    if (!v.contains(fact)) continue;
    nvs.blob(1, key, v.at(fact));
    nvs.page();
  }
  const std::pair<FactId, const char*> texts[] = {{FactId::spake2p_salt, "salt"},
                                                  {FactId::spake2p_verifier, "verifier"}};
  for (const auto& [fact, key] : texts) {
    if (v.contains(fact)) nvs.string(1, key, std::string(text(v.at(fact))));
  }
  return nvs.build();
}

void cbor_head(Bytes& b, uint8_t type, size_t value) {
  if (value < 24) {
    b.push_back(static_cast<uint8_t>(type | value));
  } else {
    b.push_back(type | 25);
    add_be(b, value, 2);
  }
}
Bytes cbor_file(const Values& v, bool telink) {
  const std::pair<FactId, const char*> names[] = {
      {FactId::dac, "dac_cert"},
      {FactId::dac_private_key, "dac_key"},
      {FactId::pai, "pai_cert"},
      {FactId::spake2p_salt, "spake2_salt"},
      {FactId::spake2p_verifier, "spake2_verifier"},
      {FactId::cd, "cert_dclrn"},
  };
  Bytes members;
  size_t count = 1;
  for (const auto& [fact, key] : names) {
    if (!v.contains(fact) || (fact == FactId::cd && !telink)) continue;
    cbor_head(members, 0x60, std::strlen(key));
    add(members, view(key));
    cbor_head(members, 0x40, v.at(fact).size());
    add(members, v.at(fact));
    ++count;
  }
  Bytes out = {static_cast<uint8_t>(0xA0 | count)};
  cbor_head(out, 0x60, 7);
  add(out, view("version"));
  out.push_back(1);
  add(out, members);
  return out;
}
Bytes nordic_json(const Values& v) {
  std::string out = "{\"version\":1,\"sn\":\"N\",\"hw_ver\":1";
  const std::pair<FactId, const char*> names[] = {{FactId::dac, "dac_cert"},
                                                  {FactId::dac_private_key, "dac_key"},
                                                  {FactId::pai, "pai_cert"},
                                                  {FactId::spake2p_salt, "spake2_salt"},
                                                  {FactId::spake2p_verifier, "spake2_verifier"}};
  for (const auto& [fact, key] : names) {
    if (v.contains(fact)) out += fmt::format(",\"{}\":\"hex:{}\"", key, hex(v.at(fact)));
  }
  return as_bytes(out + "}");
}

Bytes nxp_file(const Values& v) {
  const std::pair<uint8_t, FactId> keys[] = {{1, FactId::spake2p_verifier},
                                             {2, FactId::spake2p_salt},
                                             {4, FactId::dac_private_key},
                                             {5, FactId::dac},
                                             {6, FactId::pai},
                                             {11, FactId::cd}};
  Bytes body;
  for (const auto& [key, fact] : keys) {
    if (!v.contains(fact)) continue;
    body.push_back(key);
    add_le(body, v.at(fact).size(), 2);
    add(body, v.at(fact));
  }
  Bytes out = {0x5E, 0xBA, 0x47, 0xCE};
  add_le(out, body.size(), 4);
  add(out, View(sha256(body)).first(4));
  add(out, body);
  return out;
}

Bytes bouffalo_file(const Values& v) {
  const std::pair<uint16_t, FactId> ids[] = {
      {2, FactId::dac}, {3, FactId::dac_private_key}, {5, FactId::pai},
      {6, FactId::cd},  {11, FactId::spake2p_salt},   {12, FactId::spake2p_verifier}};
  Bytes entries;
  add_le(entries, 0x8001, 2);
  add_le(entries, 16, 2);
  entries.resize(entries.size() + 16);
  for (const auto& [id, fact] : ids) {
    if (!v.contains(fact)) continue;
    add_le(entries, 0x8000 | id, 2);
    add_le(entries, v.at(fact).size(), 2);
    add(entries, v.at(fact));
  }
  Bytes out(8, 0);
  add_le(out, entries.size(), 4);
  add(out, entries);
  add_le(out, crc32(entries), 4);
  return out;
}

Bytes silabs_file(const Values& v) {
  constexpr uint64_t kBase = 0x08000000, kStore = 0x4000, kPage = kStore + 3 * Nvm3Builder::kPage;
  Nvm3Builder nvm3;
  nvm3.page(1);
  nvm3.number(0x8720C, 0xFFF1, 2);
  nvm3.number(0x87221, kBase + kPage, 4);
  if (v.contains(FactId::dac_private_key)) {
    const Bytes& key = v.at(FactId::dac_private_key);
    nvm3.large(0x87220, 0, key);
  }
  if (v.contains(FactId::spake2p_salt)) nvm3.large(0x87209, 0, v.at(FactId::spake2p_salt));
  if (v.contains(FactId::spake2p_verifier)) nvm3.large(0x8720A, 0, v.at(FactId::spake2p_verifier));
  Bytes page;
  uint32_t key = 0x87222;
  for (const FactId fact : {FactId::dac, FactId::pai, FactId::cd}) {
    if (v.contains(fact)) {
      page.resize((page.size() + 63) / 64 * 64, 0xFF);
      nvm3.number(key, page.size(), 4);
      nvm3.number(key + 1, v.at(fact).size(), 4);
      add(page, v.at(fact));
    }
    key += 2;
  }
  nvm3.page(1);
  nvm3.page(1);
  Bytes image(kStore, 0x5A);
  add(image, nvm3.image_);
  write(image, kPage, page);
  image.resize(kPage + 0x4000, 0xFF);
  return image;
}

Bytes provision_file(const Values& v) {
  ProvisionBuilder page;
  page.number(0x142, 0xFFF1, 2);
  page.number(0x144, 0x8000, 2);
  const std::pair<uint16_t, FactId> ids[] = {
      {0x164, FactId::spake2p_salt}, {0x165, FactId::spake2p_verifier},
      {0x182, FactId::cd},           {0x193, FactId::pai},
      {0x195, FactId::dac},          {0x196, FactId::dac_private_key}};
  for (const auto& [id, fact] : ids) {
    if (v.contains(fact)) page.data(id, v.at(fact));
  }
  return page.build();
}

Bytes ti_file(const Values& v) {
  std::vector<Bytes> items = ti_items();
  const std::pair<size_t, FactId> at[] = {{8, FactId::dac},
                                          {9, FactId::dac_private_key},
                                          {10, FactId::pai},
                                          {13, FactId::spake2p_salt},
                                          {14, FactId::spake2p_verifier}};
  for (const auto& [i, fact] : at) items[i] = v.contains(fact) ? v.at(fact) : Bytes{};
  return ti_image(0x100, items);
}

Bytes ini_file(const Values& v) {
  return as_bytes(fmt::format("[DEFAULT]\nsalt={}\nverifier={}\n", text(v.at(FactId::spake2p_salt)),
                              text(v.at(FactId::spake2p_verifier))));
}

struct Format {
  const char* kind;
  Bytes (*file)(const Values&);
  Slots slots;
};

const std::vector<Format>& formats() {
  using F = FactId;
  const Slots credentials = {{F::dac, Stored::der}, {F::pai, Stored::der}, {F::cd, Stored::der}};
  const auto with = [&](Stored key, Stored value, bool cd = true) {
    Slots out = credentials;
    if (!cd) out.erase(F::cd);
    out[F::dac_private_key] = key;
    out[F::spake2p_salt] = out[F::spake2p_verifier] = value;
    return out;
  };
  static const std::vector<Format> kept = {
      {"esp-nvs", nvs_file, with(Stored::raw_key, Stored::base64)},
      {"nordic-factory-data", [](const Values& v) { return cbor_file(v, false); },
       with(Stored::raw_key, Stored::raw, false)},
      {"nordic-factory-data", nordic_json, with(Stored::raw_key, Stored::raw, false)},
      {"telink-factory-data", [](const Values& v) { return cbor_file(v, true); },
       with(Stored::raw_key, Stored::raw)},
      {"nxp-factory-data", nxp_file, with(Stored::raw_key, Stored::base64)},
      {"bouffalolab-mfd", bouffalo_file, with(Stored::raw_key, Stored::raw)},
      {"silabs-flash", silabs_file, with(Stored::raw_key, Stored::base64)},
      {"silabs-provision", provision_file, with(Stored::sec1_key, Stored::base64)},
      {"ti-factory-data", ti_file, with(Stored::raw_key, Stored::raw, false)},
      {"linux-ini",
       ini_file,
       {{F::spake2p_salt, Stored::base64}, {F::spake2p_verifier, Stored::base64}}},
  };
  return kept;
}

Values right_values(const Format& format) {
  Values out;
  for (const auto& [fact, holds] : format.slots) out[fact] = stored(holds, meant().at(fact));
  return out;
}

// --- what people put there instead ---------------------------------------------------------------

struct Wrong {
  const char* found;  // a part of the words
  Bytes bytes;
};

Bytes utf16(std::string_view s) {
  Bytes out = {0xFF, 0xFE};
  for (const char c : s) {
    out.push_back(static_cast<uint8_t>(c));
    out.push_back(0);
  }
  return out;
}

std::vector<Wrong> instead_of_der(View der) {
  const std::string pem = to_pem("CERTIFICATE", der);
  Bytes framed = {0x04, 0x82};
  add_be(framed, der.size(), 2);
  add(framed, der);
  Bytes counted;
  add_le(counted, der.size(), 2);
  add(counted, der);
  return {{"PEM", as_bytes(pem)},
          {"PEM", as_bytes(pem + std::string(1, '\0'))},
          {"base64", as_bytes(base64(der))},
          {"hex digits", as_bytes(hex(der))},
          {"hex digits", as_bytes("0x" + hex(der))},
          {"PEM in UTF-16", utf16(pem)},
          {"an OCTET STRING around it", framed},
          {"a length of 2 bytes before it", counted}};
}
std::vector<Wrong> instead_of_raw_key() {
  Bytes string = {0x04, 0x20}, zero = {0x00}, pair = to_bytes(*public_key_of(some_scalar()));
  add(string, some_scalar());
  add(zero, some_scalar());
  add(pair, some_scalar());
  return {{"SEC1 DER of 51", some_sec1()},
          {"PEM of", as_bytes(to_pem("EC PRIVATE KEY", some_sec1()))},
          {"base64 of", as_bytes(base64(some_scalar()))},
          {"hex digits of 64", as_bytes(hex(some_scalar()))},
          {"an OCTET STRING of 34", string},
          {"33 bytes, a zero before it", zero},
          {"97 bytes, the public key before it", pair}};
}
std::vector<Wrong> instead_of_sec1() {
  return {{"32 raw bytes", some_scalar()},
          {"PEM of", as_bytes(to_pem("EC PRIVATE KEY", some_sec1()))},
          {"base64 of", as_bytes(base64(some_sec1()))},
          {"hex digits of", as_bytes(hex(some_sec1()))}};
}
std::vector<Wrong> instead_of(Stored holds, View value) {
  switch (holds) {
    case Stored::der:
      return instead_of_der(value);
    case Stored::raw_key:
      return instead_of_raw_key();
    case Stored::sec1_key:
      return instead_of_sec1();
    case Stored::raw:
      return {{"hex digits", as_bytes(hex(value))}, {"base64", as_bytes(base64(value))}};
    case Stored::base64:
      return {{"hex digits", as_bytes(hex(value))},
              {"base64 of hex digits", as_bytes(base64(view(hex(value))))},
              {"raw bytes", to_bytes(value)}};
  }
  return {};
}

Remark remark_for(FactId fact) {
  return fact == FactId::dac               ? Remark::dac_slot
         : fact == FactId::pai             ? Remark::pai_slot
         : fact == FactId::cd              ? Remark::cd_slot
         : fact == FactId::dac_private_key ? Remark::key_slot
                                           : Remark::value_slot;
}

size_t faults(const Reading& reading) {
  return static_cast<size_t>(std::count_if(
      reading.device.remarks.begin(), reading.device.remarks.end(), [](const Noted& n) {
        return n.remark >= Remark::dac_slot && n.remark <= Remark::lacks_key;
      }));
}

// A line of text cannot hold every byte.
bool fits(const Format& format, View bytes) {
  if (std::string_view(format.kind) != "linux-ini" && format.file != nvs_file) return true;
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b != 0 && b != '\n'; });
}

}  // namespace

TEST_CASE("slots: what belongs there is no fault") {
  for (const Format& format : formats()) {
    CAPTURE(std::string(format.kind));
    const Reading reading = read_bytes(format.file(right_values(format)));
    CHECK(kind(reading) == format.kind);
    CHECK(problems(reading) == "");
    CHECK(faults(reading) == 0);
    for (const auto& [fact, holds] : format.slots) {
      CAPTURE(std::string(fact_name(fact)));
      REQUIRE(reading.device.bytes(fact) != nullptr);
      CHECK(*reading.device.bytes(fact) == meant().at(fact));
    }
  }
}

TEST_CASE("slots: every format, every slot, every other encoding") {
  size_t tried = 0;
  for (const Format& format : formats()) {
    for (const auto& [fact, holds] : format.slots) {
      for (const Wrong& wrong : instead_of(holds, meant().at(fact))) {
        const bool text_slot = holds == Stored::base64;
        if (text_slot && !fits(format, wrong.bytes)) continue;
        CAPTURE(std::string(format.kind));
        CAPTURE(std::string(fact_name(fact)));
        CAPTURE(std::string(wrong.found));
        Values values = right_values(format);
        values[fact] = wrong.bytes;
        const Reading reading = read_bytes(format.file(values));
        CHECK(kind(reading) == format.kind);
        CHECK(faults(reading) == 1);
        CHECK(problems(reading) == "");
        const std::string said = remark(reading, remark_for(fact));
        CHECK_MESSAGE(said.find(wrong.found) != std::string::npos, said);
        // The value is read all the same.
        REQUIRE(reading.device.bytes(fact) != nullptr);
        CHECK(hex(*reading.device.bytes(fact)) == hex(meant().at(fact)));
        ++tried;
      }
    }
  }
  CHECK(tried > 200);
}

TEST_CASE("slots: a private key where a certificate belongs is kept as one") {
  for (const Format& format : formats()) {
    if (!format.slots.contains(FactId::dac) || format.file == ti_file) continue;
    for (const Bytes& key : {some_sec1(), as_bytes(to_pem("EC PRIVATE KEY", some_sec1()))}) {
      CAPTURE(std::string(format.kind));
      Values values = right_values(format);
      values[FactId::dac] = key;
      const Reading reading = read_bytes(format.file(values));
      CHECK(faults(reading) == 1);
      CHECK(remark(reading, Remark::dac_slot) != "");
      CHECK(count(reading, FactId::dac) == 0);
      CHECK(count(reading, FactId::private_key) == 1);
    }
  }
}

TEST_CASE("slots: esp_secure_cert takes PEM and DER, by design and alone") {
  for (const auto& entry : std::filesystem::recursive_directory_iterator("verifier/readers")) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().filename().string();
    const Bytes source = slurp(entry.path());
    const bool any = text(source).find("Encoding::any") != std::string_view::npos;
    const bool may =
        name == "esp_secure_cert.cc" || name == "esp_nvs_facts.cc" || name == "credential_items.cc";
    CHECK_MESSAGE((may || !any), name << " takes any encoding");
  }
  for (const bool pem : {false, true}) {
    const auto item = [&](const char* label, Bytes der) {
      return pem ? as_bytes(to_pem(label, der) + std::string(1, '\0')) : der;
    };
    Bytes partition = secure_tlv(1, 0, item("CERTIFICATE", meant().at(FactId::dac)));
    add(partition, secure_tlv(0, 0, item("CERTIFICATE", meant().at(FactId::pai))));
    add(partition, secure_tlv(2, 0, item("EC PRIVATE KEY", some_sec1())));
    const Reading reading = read_bytes(partition);
    CHECK(faults(reading) == 0);
    CHECK(problems(reading) == "");
    CHECK(*reading.device.bytes(FactId::dac) == meant().at(FactId::dac));
  }
  // Any, but not anything.
  const Bytes digits = secure_tlv(1, 0, view(hex(meant().at(FactId::dac))));
  CHECK(remark(read_bytes(digits), Remark::dac_slot).find("hex digits") != std::string::npos);
}

TEST_CASE("entries: a part that holds some of its credentials lacks the others") {
  const std::pair<FactId, Remark> rows[] = {{FactId::dac, Remark::lacks_dac},
                                            {FactId::pai, Remark::lacks_pai},
                                            {FactId::cd, Remark::lacks_cd},
                                            {FactId::dac_private_key, Remark::lacks_key}};
  for (const Format& format : formats()) {
    for (const auto& [fact, lacking] : rows) {
      if (!format.slots.contains(fact)) continue;
      for (const bool empty : {false, true}) {
        CAPTURE(std::string(format.kind));
        CAPTURE(std::string(fact_name(fact)));
        CAPTURE(empty);
        // TI's table is known by its certificates; Telink's map by the key of the declaration;
        // Silicon Labs' key lies in the secure element as a rule.
        if (format.file == ti_file && fact != FactId::dac_private_key) continue;
        if (fact == FactId::cd && format.kind == std::string_view("telink-factory-data") && !empty)
          continue;
        if (format.file == silabs_file && fact == FactId::dac_private_key) continue;
        Values values = right_values(format);
        values.erase(fact);
        if (empty) values[fact] = Bytes{};
        const Reading reading = read_bytes(format.file(values));
        CHECK(faults(reading) == 1);
        CHECK_MESSAGE(remark(reading, lacking).starts_with("the factory data hold no "),
                      remark(reading, lacking));
      }
    }
    // None of them: the credentials lie somewhere else.
    if (!format.slots.contains(FactId::dac) || format.file == ti_file) continue;
    Values values = right_values(format);
    for (const auto& [fact, lacking] : rows) {
      if (fact != FactId::cd) values.erase(fact);
    }
    CAPTURE(std::string(format.kind));
    CHECK(faults(read_bytes(format.file(values))) == 0);
  }
}

// A post-quantum PAI (a draft of Matter 1.7) is ten times as long as any before.
TEST_CASE("slots: a PAI of 6261 bytes is read in every format that has room for one") {
  const Bytes pai = some_der(6261, 2);
  const auto check = [&](const char* name, const Bytes& file) {
    CAPTURE(std::string(name));
    const Reading r = read_bytes(file);
    CHECK(kind(r) == name);
    CHECK(problems(r) == "");
    const Bytes* read = r.device.bytes(FactId::pai);
    CHECK((read != nullptr && *read == pai));
  };
  for (const Format& format : formats()) {
    const std::string_view of = format.kind;
    if (!format.slots.contains(FactId::pai) || of == "esp-nvs" || of == "silabs-flash") continue;
    Values values = right_values(format);
    values[FactId::pai] = pai;
    check(format.kind, format.file(values));
  }
  // NVS and NVM3 lay it down in pieces.
  NvsBuilder nvs;
  nvs.space(1, "chip-factory");
  nvs.blob(1, "dac-cert", some_der(480, 1));
  nvs.page();
  nvs.chunk(1, "pai-cert", 0, View(pai).first(3900));
  nvs.page();
  nvs.chunk(1, "pai-cert", 1, View(pai).subspan(3900));
  nvs.index(1, "pai-cert", pai.size(), 2);
  check("esp-nvs", nvs.build());
  // As text in TI's table it is a slot of another encoding, and no other table.
  std::vector<Bytes> items = ti_items();
  for (const std::string& text : {hex(pai), base64(pai), to_pem("CERTIFICATE", pai)}) {
    items[10] = as_bytes(text);
    const Reading r = read_bytes(ti_image(0x100, items));
    CHECK(kind(r) == "ti-factory-data");
    CHECK(r.device.noted(Remark::pai_slot));
  }
}
