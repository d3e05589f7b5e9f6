#include "tests/support/dump_samples.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "codecs/loader.h"
#include "verifier/crypto/crypto.h"

namespace attest::test {
Bytes unpacked(const std::filesystem::path& path) {
  if (path.extension() != ".zst" && path.extension() != ".gz") return slurp(path);
  std::unique_ptr<archive, int (*)(archive*)> in(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(in.get());
  archive_read_support_format_raw(in.get());
  REQUIRE(archive_read_open_filename(in.get(), path.c_str(), 1 << 16) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  REQUIRE(archive_read_next_header(in.get(), &entry) == ARCHIVE_OK);
  Bytes out;
  std::vector<uint8_t> block(1 << 16);
  for (;;) {
    const auto n = archive_read_data(in.get(), block.data(), block.size());
    REQUIRE(n >= 0);
    if (n == 0) return out;
    out.insert(out.end(), block.begin(), block.begin() + n);
  }
}

namespace {

bool is_manifest(const std::filesystem::path& path) {
  return path.filename() == "meta.json" || path.extension() == ".csv" || path.extension() == ".png";
}

enum class Form : uint8_t { text, number, base64, hex, sha256 };
struct ExpectedFact {
  const char* name;
  FactId fact;
  Form form;
  bool label = false;  // printed on the product: a dump need not hold it
};
constexpr ExpectedFact kExpected[] = {
    {"vid", FactId::vendor_id, Form::number},
    {"pid", FactId::product_id, Form::number},
    {"vendor_name", FactId::vendor_name, Form::text},
    {"product_name", FactId::product_name, Form::text},
    {"product_label", FactId::product_label, Form::text},
    {"product_url", FactId::product_url, Form::text},
    {"part_number", FactId::part_number, Form::text},
    {"serial", FactId::serial_number, Form::text},
    {"hw_version", FactId::hardware_version, Form::number},
    {"hw_version_string", FactId::hardware_version_string, Form::text},
    {"mfg_date", FactId::manufacturing_date, Form::text},
    {"discriminator", FactId::discriminator, Form::number},
    {"passcode", FactId::passcode, Form::number, true},
    {"spake2p_iterations", FactId::spake2p_iterations, Form::number},
    {"spake2p_salt_b64", FactId::spake2p_salt, Form::base64},
    {"spake2p_verifier_b64", FactId::spake2p_verifier, Form::base64},
    {"rotating_id_unique_id_hex", FactId::rotating_id_unique_id, Form::hex},
    {"dac_sha256", FactId::dac, Form::sha256},
    {"pai_sha256", FactId::pai, Form::sha256},
    {"cd_sha256", FactId::cd, Form::sha256},
    {"dac_pubkey_sha256", FactId::dac_public_key, Form::sha256},
    {"qr", FactId::qr_payload, Form::text, true},
    {"manual_code", FactId::manual_code, Form::text, true},
};

std::string expected_text(const ExpectedFact& fact, const Json& value) {
  if (const auto number = value.natural()) return value_text(fact.fact, FactValue(*number));
  const std::string text = value.string() == nullptr ? dump(value) : *value.string();
  switch (fact.form) {
    case Form::number:
      return text.starts_with("0x")
                 ? value_text(fact.fact, FactValue(uint64_t{std::stoul(text, nullptr, 16)}))
                 : text;
    case Form::base64:
      return hex(from_base64(text).value());
    default:
      return text;
  }
}
std::string said_text(const ExpectedFact& fact, const Statement& statement) {
  if (fact.form != Form::sha256) return value_text(fact.fact, statement.value);
  return hex(sha256(std::get<Bytes>(statement.value)));
}

// Certificates that a bundle or a carver found have no role yet; ids may stand in the DAC alone.
bool stands_for(const Statement& s, FactId fact) {
  return s.fact == fact ||
         (s.fact == FactId::certificate && (fact == FactId::dac || fact == FactId::pai));
}
bool names_id(const Reading& reading, FactId fact, const std::string& id) {
  if (fact != FactId::vendor_id && fact != FactId::product_id) return false;
  const uint8_t last = fact == FactId::vendor_id ? 1 : 2;
  const Bytes oid = {0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01,
                     0x82, 0xA2, 0x7C, 0x02, last, 0x0C, 0x04};
  for (const Statement& s : reading.device.statements) {
    if (!stands_for(s, FactId::dac)) continue;
    const Bytes& der = std::get<Bytes>(s.value);
    const auto at = find(der, oid);
    if (at && *at + oid.size() + 4 <= der.size() &&
        text(View(der).subspan(*at + oid.size(), 4)) == id.substr(2))
      return true;
  }
  return false;
}

FactRow compare(const ExpectedFact& fact, const Json& value, const Reading& reading) {
  const std::string want = expected_text(fact, value);
  FactRow row{
      .name = fact.name, .said = fact.label ? Said::not_in_dump : Said::missing, .found = {}};
  for (const Statement& s : reading.device.statements) {
    if (!stands_for(s, fact.fact)) continue;
    const std::string found = said_text(fact, s);
    if (found == want) return {.name = fact.name, .said = Said::right, .found = found};
    if (s.fact != fact.fact) continue;
    row.said = Said::wrong;
    row.found = found;
  }
  if (row.said == Said::missing && names_id(reading, fact.fact, want)) row.said = Said::right;
  return row;
}

// What a reader says about damage: problems with their places, and remarks that tell why something
// is not said.
std::vector<std::string> damage(const Reading& reading) {
  std::vector<std::string> out;
  for (const IntegrityProblem& p : reading.device.integrity)
    out.push_back(place_text(p.place) + p.what + p.problem);
  for (const Noted& n : reading.device.remarks) {
    if (n.remark == Remark::truncated || n.remark == Remark::wrong_key ||
        n.remark == Remark::encrypted_no_key || n.remark == Remark::erased ||
        n.remark == Remark::damaged_credential)
      out.push_back(place_text(n.place) + n.message);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string first_damage(const Reading& reading) {
  if (!reading.device.integrity.empty()) {
    const IntegrityProblem& p = reading.device.integrity.front();
    return place_text(p.place) + ": " + p.what + ": " + p.problem;
  }
  for (const Noted& n : reading.device.remarks) {
    if (n.remark == Remark::truncated || n.remark == Remark::wrong_key)
      return place_text(n.place) + ": " + n.message;
  }
  return "";
}

constexpr FaultRule kFaults[] = {
    {"nvs-data-crc", "nvs data crc", {}},
    {"nvs-entry-crc", "nvs entry crc", {}},
    {"nvs-page-crc", "nvs page crc", {}},
    {"nvs-keys-crc", "nvs keys crc", {}},
    {"nvs-keys-do-not-match", "", Remark::wrong_key},
    {"tlv-crc", "esp_secure_cert tlv crc", {}},
    {"tlv-truncated", "esp_secure_cert tlv truncated", {}},
    {"plaintext-dac-key-left-in-partition", "", Remark::key_beside_hardware_flag},
    {"image-truncated", "", Remark::truncated},
    {"partition-table-damaged", "partition table", {}},
    {"nvm3-header-berger", "nvm3 object header", {}},
    {"credential-truncated", "", Remark::truncated},
    {"total-length", "total length", {}},
    {"cbor-truncated", "cbor", {}},
    {"section-hash", "section hash", {}},
    {"hwparams-crc", "hw_params crc", {}},
    {"mfd-crc", "mfd crc", {}},
    {"passcode-stored-on-device", "", Remark::passcode_stored},
};

}  // namespace

std::vector<std::string> sample_names(std::string_view prefix) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(shared() / "dumps")) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && std::filesystem::exists(entry.path() / "meta.json"))
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Sample load_sample(const std::string& name) {
  const auto folder = shared() / "dumps" / name;
  Sample sample{.name = name,
                .format = {},
                .meta = parse_json(text(slurp(folder / "meta.json"))).value(),
                .files = {},
                .secrets = {},
                .faults = {}};
  sample.format = *sample.meta.find("format")->string();
  for (const Json& fault : *sample.meta.find("faults")->array())
    sample.faults.push_back(*fault.find("id")->string());
  // What the auditor was told beside the evidence.
  const Json* expected = sample.meta.find("expected");
  if (const Json* key = expected->find("aes_key_hex"))
    sample.secrets.push_back({.bytes = from_hex(*key->string()).value()});
  if (const Json* pass = expected->find("password"))
    sample.secrets.push_back({.bytes = to_bytes(view(*pass->string())), .passphrase = true});
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && !is_manifest(entry.path())) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths)
    sample.files.push_back(
        {.path = path.lexically_relative(folder).string(), .bytes = unpacked(path)});
  return sample;
}

Reading read_sample(const Sample& sample, unsigned* refused) {
  Reading reading;
  reading.secrets = sample.secrets;
  reading.codecs = &codecs::direct();
  for (const SampleFile& file : sample.files) {
    // A file that no reader knows is no failure of the test: its missing facts are.
    const bool read = read_evidence({.path = file.path, .bytes = file.bytes}, reading).has_value();
    if (refused != nullptr && !read) ++*refused;
  }
  return reading;
}

std::vector<FactRow> compare_facts(const Sample& sample, const Reading& reading) {
  std::vector<FactRow> rows;
  const Json* expected = sample.meta.find("expected");
  for (const ExpectedFact& fact : kExpected) {
    const Json* value = expected->find(fact.name);
    if (value == nullptr || value->is_null()) continue;
    ExpectedFact wanted = fact;
    // A passcode whose source meta.json names is in the dump itself.
    if (fact.fact == FactId::passcode && expected->find("passcode_source") != nullptr)
      wanted.label = false;
    rows.push_back(compare(wanted, *value, reading));
  }
  if (const Json* key = expected->find("dac_private_key_present");
      key != nullptr && key->boolean()) {
    const bool found = reading.device.first(FactId::dac_private_key) != nullptr ||
                       reading.device.first(FactId::private_key) != nullptr;
    const Said said = found == *key->boolean() ? Said::right : found ? Said::wrong : Said::missing;
    rows.push_back(
        {.name = "dac_private_key_present", .said = said, .found = found ? "true" : "false"});
  }
  return rows;
}

const FaultRule* fault_rule(std::string_view id) {
  for (const FaultRule& rule : kFaults) {
    if (id == rule.id) return &rule;
  }
  return nullptr;
}

bool shows(const FaultRule& rule, const Reading& reading) {
  if (rule.remark) return reading.device.noted(*rule.remark);
  return std::any_of(
      reading.device.integrity.begin(), reading.device.integrity.end(),
      [&](const IntegrityProblem& p) { return p.what.find(rule.integrity) != std::string::npos; });
}

void check_samples(std::initializer_list<std::string_view> prefixes) {
  std::string table = fmt::format("{:<46}{:<22}{:<12}{}\n", "sample", "kind", "facts", "faults");
  for (const std::string_view prefix : prefixes) {
    for (const std::string& name : sample_names(prefix)) {
      CAPTURE(name);
      const Sample sample = load_sample(name);
      const Reading reading = read_sample(sample);
      unsigned right = 0, all = 0;
      for (const FactRow& row : compare_facts(sample, reading)) {
        if (row.said == Said::not_in_dump) continue;
        ++all;
        right += row.said == Said::right;
        // With a fault in it, meta.json gives the values from before the fault.
        const bool excused = !sample.faults.empty() && !damage(reading).empty();
        CHECK_MESSAGE((row.said == Said::right || excused),
                      name << ": " << row.name
                           << (row.said == Said::wrong ? " is wrong: " : " is missing ")
                           << row.found);
      }
      std::string faults;
      bool container_fault = false;
      for (const std::string& id : sample.faults) {
        const FaultRule* rule = fault_rule(id);
        const bool found = rule != nullptr && shows(*rule, reading);
        container_fault = container_fault || rule != nullptr;
        CHECK_MESSAGE((rule == nullptr || found), name << ": fault " << id << " does not show");
        faults += fmt::format("{} {}; ", id,
                              rule == nullptr ? "(for the checks)"
                              : found         ? "found"
                                              : "NOT FOUND");
      }
      if (!container_fault)
        CHECK_MESSAGE(reading.device.integrity.empty(), name << ": " << first_damage(reading));
      if (const std::string damage = first_damage(reading); !damage.empty()) faults += damage;
      std::string kinds;
      for (const EvidenceFile& file : reading.files) {
        if (kinds.find(file.kind) == std::string::npos)
          kinds += (kinds.empty() ? "" : ",") + file.kind;
      }
      table += fmt::format("{:<46}{:<22}{:<12}{}\n", name, kinds, fmt::format("{}/{}", right, all),
                           faults);
    }
  }
  MESSAGE(table);
}

unsigned corruptions(unsigned usual) {
  const char* set = std::getenv("MATTER_ATTEST_CORRUPTIONS");
  return set == nullptr ? usual : static_cast<unsigned>(std::strtoul(set, nullptr, 10));
}

Bytes corrupted(const Bytes& good, uint64_t seed, const std::vector<size_t>& places) {
  std::mt19937_64 random(seed);
  Bytes bad = good;
  if (bad.empty()) return bad;
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  // Where something is written, damage says more than in the erased rest of a flash image.
  const auto place = [&] {
    constexpr size_t kNear = 600;  // a certificate and its neighbours
    if (!places.empty() && below(4) != 0)
      return std::min(bad.size() - 1, places[below(places.size())] + below(kNear));
    size_t at = below(bad.size());
    for (int attempt = 0; attempt < 64 && (bad[at] == 0xFF || bad[at] == 0x00); ++attempt)
      at = below(bad.size());
    return at;
  };
  switch (below(6)) {
    case 0: {
      const size_t at = place();
      bad[at] = static_cast<uint8_t>(bad[at] ^ 1u << below(8));
      break;
    }
    case 1:
      for (size_t n = 1 + below(16); n != 0; --n) {
        const size_t at = place();
        bad[at] = static_cast<uint8_t>(bad[at] ^ 1u << below(8));
      }
      break;
    case 2: {
      const size_t at = place();
      for (size_t i = at; i < std::min(bad.size(), at + 1 + below(64)); ++i)
        bad[i] = static_cast<uint8_t>(random());
      break;
    }
    case 3: {
      const size_t at = place(), end = std::min(bad.size(), at + 1 + below(4096));
      std::fill(bad.begin() + static_cast<std::ptrdiff_t>(at),
                bad.begin() + static_cast<std::ptrdiff_t>(end),
                below(2) == 0 ? uint8_t{0} : uint8_t{0xFF});
      break;
    }
    case 4:
      bad.resize(place());
      break;
    default: {
      const size_t from = place(), to = place(),
                   n = std::min({1 + below(256), bad.size() - from, bad.size() - to});
      const Bytes block(bad.begin() + static_cast<std::ptrdiff_t>(from),
                        bad.begin() + static_cast<std::ptrdiff_t>(from + n));
      std::copy(block.begin(), block.end(), bad.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
  return bad;
}

// MATTER_ATTEST_SAMPLES=bundles-: only the samples whose names begin so.
bool wanted(const std::string& name) {
  const char* set = std::getenv("MATTER_ATTEST_SAMPLES");
  return set == nullptr || name.starts_with(set);
}

void corrupt_samples(std::initializer_list<Guarded> samples, unsigned count) {
  const unsigned times = corruptions(count);
  for (const Guarded& guarded : samples) {
    for (const std::string& name : sample_names(guarded.prefix)) {
      CAPTURE(name);
      if (!wanted(name)) continue;
      const Sample good = load_sample(name);
      unsigned known_refused = 0;
      const Reading truth = read_sample(good, &known_refused);
      const std::vector<std::string> known_damage = damage(truth);
      unsigned quiet = 0, noisy = 0, lost = 0;
      for (unsigned i = 0; i < times; ++i) {
        Sample bad = good;
        SampleFile& file = bad.files[i % bad.files.size()];
        std::vector<size_t> places;
        for (const Statement& s : truth.device.statements) {
          if (s.place.path == file.path &&
              s.place.offset.value_or(file.bytes.size()) < file.bytes.size())
            places.push_back(static_cast<size_t>(*s.place.offset));
        }
        file.bytes = corrupted(file.bytes, i, places);
        unsigned refused = 0;
        const Reading reading = read_sample(bad, &refused);
        const std::vector<std::string> now = damage(reading);
        if (refused > known_refused ||
            !std::includes(known_damage.begin(), known_damage.end(), now.begin(), now.end())) {
          ++noisy;
          continue;
        }
        ++quiet;
        lost += reading.device.statements.size() < truth.device.statements.size();
        for (const Statement& s : reading.device.statements) {
          // A file cut to 16, 32 or 64 bytes is a blob, which claims nothing.
          if (s.fact == FactId::blob || (guarded.facts && !guarded.facts->contains(s.fact)))
            continue;
          const bool known = std::any_of(
              truth.device.statements.begin(), truth.device.statements.end(),
              [&](const Statement& t) { return t.fact == s.fact && t.value == s.value; });
          CHECK_MESSAGE(known, name << ", corruption " << i << " of " << file.path << ": "
                                    << fact_name(s.fact) << " at " << place_text(s.place)
                                    << " differs from the good sample and nothing says so");
        }
      }
      MESSAGE(fmt::format("{:<46}{} corruptions: {} reported, {} not, of which {} with fewer facts",
                          name, times, noisy, quiet, lost));
    }
  }
}

}  // namespace attest::test
