// What shows only between devices: each kind of repetition, its echoes, chance, and that the order
// does not matter.

#include "lot/roster.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "tests/support/support.h"

using namespace attest;

namespace {

constexpr SipKey kKey{1, 2, 3};

struct Entry {
  std::string name;
  DeviceFingerprints fingerprints;
};

void set(Entry& device, Fingerprint kind, const std::string& value) {
  device.fingerprints.values[static_cast<size_t>(kind)] = fingerprint_of(kKey, kind, view(value));
}
void set_passcode(Entry& device, uint64_t passcode) {
  device.fingerprints.values[static_cast<size_t>(Fingerprint::passcode)] =
      passcode_fingerprint(kKey, passcode);
  device.fingerprints.values[static_cast<size_t>(Fingerprint::next_passcode)] =
      passcode_fingerprint(kKey, passcode + 1);
}

// A lot in which nothing repeats.
std::vector<Entry> good_lot(size_t count) {
  std::vector<Entry> out;
  for (size_t i = 0; i < count; ++i) {
    Entry device{.name = fmt::format("dev-{:04}", i), .fingerprints = {}};
    for (const Fingerprint kind :
         {Fingerprint::dac, Fingerprint::dac_key, Fingerprint::payload, Fingerprint::serial_number,
          Fingerprint::spake2p_verifier, Fingerprint::spake2p_salt})
      set(device, kind, fmt::format("{} {}", static_cast<int>(kind), i));
    set_passcode(device, 10'000'000 + i * 1'001);
    device.fingerprints.discriminator = static_cast<uint16_t>(i * 101 % 4096);
    for (const Fingerprint kind :
         {Fingerprint::unique_id, Fingerprint::rotating_id, Fingerprint::nonce})
      set(device, kind, fmt::format("{} {}", static_cast<int>(kind), i));
    device.fingerprints.product = "0xFFF1/0x8000";
    device.fingerprints.issuer = "aa";
    out.push_back(std::move(device));
  }
  return out;
}

std::vector<std::string> told(const std::vector<Entry>& devices, Stage stage = Stage::network) {
  LotRoster roster;
  for (const Entry& device : devices) roster.add(device.name, device.fingerprints);
  std::vector<std::string> out;
  const FindingList list = roster.findings(stage);
  for (const LotFinding& f : list.findings) {
    std::string names;
    for (const std::string& name : f.devices) names += " " + name;
    out.push_back(
        fmt::format("{} {}: {}:{}", severity_name(f.severity), f.rule->id, f.message, names));
  }
  if (list.left_out > 0) out.push_back(fmt::format("{} left out", list.left_out));
  return out;
}

}  // namespace

TEST_CASE("what two devices have in common is found, once, and named") {
  const struct {
    const char* what;
    void (*change)(std::vector<Entry>&);
    std::vector<std::string> findings;
  } rows[] = {
      {"nothing", [](std::vector<Entry>&) {}, {}},
      {"a DAC, and so its key",
       [](std::vector<Entry>& d) {
         for (const Fingerprint m : {Fingerprint::dac, Fingerprint::dac_key})
           set(d[7], m, fmt::format("{} 3", static_cast<int>(m)));
       },
       {"error lot.dac-is-used-once: 2 devices have the same DAC; also the same DAC key: dev-0003 "
        "dev-0007"}},
      {"a key under two DACs",
       [](std::vector<Entry>& d) { set(d[7], Fingerprint::dac_key, "1 3"); },
       {"error lot.dac-key-is-used-once: 2 devices have the same DAC key: dev-0003 dev-0007"}},
      {"a serial number, three times",
       [](std::vector<Entry>& d) {
         set(d[7], Fingerprint::serial_number, "3 2"), set(d[9], Fingerprint::serial_number, "3 2");
       },
       {"error lot.serial-number-is-used-once: 3 devices have the same serial number: dev-0002 "
        "dev-0007 dev-0009"}},
      {"a payload, and so a passcode",
       [](std::vector<Entry>& d) {
         set(d[7], Fingerprint::payload, "2 3"), set_passcode(d[7], 10'000'000 + 3 * 1'001);
       },
       {"error lot.payload-is-used-once: 2 devices have the same onboarding payload; also the same "
        "passcode: dev-0003 dev-0007"}},
      {"a verifier with its salt and passcode",
       [](std::vector<Entry>& d) {
         set(d[7], Fingerprint::spake2p_verifier, "4 3"),
             set(d[7], Fingerprint::spake2p_salt, "5 3"),
             set_passcode(d[7], 10'000'000 + 3 * 1'001);
       },
       {"error lot.spake2p-verifier-is-used-once: 2 devices have the same SPAKE2+ verifier; also "
        "the same SPAKE2+ salt, the same passcode: dev-0003 dev-0007"}},
      {"the salt of all, which names only the first",
       [](std::vector<Entry>& d) {
         for (Entry& one : d) set(one, Fingerprint::spake2p_salt, "SPAKE2P Key Salt");
       },
       {"warning lot.spake2p-salt-is-used-once: 40 devices have the same SPAKE2+ salt: dev-0000 "
        "dev-0001 dev-0002 dev-0003 dev-0004 dev-0005 dev-0006 dev-0007 dev-0008 dev-0009"}},
      {"two that share a DAC beside one that shares a serial number",
       [](std::vector<Entry>& d) {
         set(d[7], Fingerprint::dac, "0 3"), set(d[8], Fingerprint::serial_number, "3 3");
       },
       {"error lot.dac-is-used-once: 2 devices have the same DAC: dev-0003 dev-0007",
        "error lot.serial-number-is-used-once: 2 devices have the same serial number: dev-0003 "
        "dev-0008"}},
      {"a serial number that all have, beside what only some of them share",
       [](std::vector<Entry>& d) {
         for (Entry& one : d) set(one, Fingerprint::serial_number, "TEST_SN");
         set(d[7], Fingerprint::spake2p_verifier, "4 3"),
             set_passcode(d[9], 10'000'000 + 5 * 1'001),
             set(d[2], Fingerprint::spake2p_salt, "5 4");
       },
       {"error lot.serial-number-is-used-once: 40 devices have the same serial number: dev-0000 "
        "dev-0001 dev-0002 dev-0003 dev-0004 dev-0005 dev-0006 dev-0007 dev-0008 dev-0009",
        "error lot.spake2p-verifier-is-used-once: 2 devices have the same SPAKE2+ verifier: "
        "dev-0003 dev-0007",
        "warning lot.spake2p-salt-is-used-once: 2 devices have the same SPAKE2+ salt: dev-0002 "
        "dev-0004",
        "error lot.passcodes-do-not-repeat: 2 devices have the same passcode; of 40 random "
        "passcodes 7.8e-06 such groups are to be expected: dev-0005 dev-0009"}},
      {"two groups of three with the same first and last",
       [](std::vector<Entry>& d) {
         for (const size_t i : {1u, 4u, 9u}) set(d[i], Fingerprint::payload, "P");
         for (const size_t i : {1u, 5u, 9u}) set(d[i], Fingerprint::serial_number, "S");
       },
       {"error lot.serial-number-is-used-once: 3 devices have the same serial number: dev-0001 "
        "dev-0005 dev-0009",
        "error lot.payload-is-used-once: 3 devices have the same onboarding payload: dev-0001 "
        "dev-0004 dev-0009"}},
      {"a passcode behind a salt that is only a warning",
       [](std::vector<Entry>& d) {
         set(d[7], Fingerprint::spake2p_salt, "5 3"), set_passcode(d[7], 10'000'000 + 3 * 1'001);
       },
       {"warning lot.spake2p-salt-is-used-once: 2 devices have the same SPAKE2+ salt; also the "
        "same passcode: dev-0003 dev-0007",
        "error lot.passcodes-do-not-repeat: 2 devices have the same passcode; of 40 random "
        "passcodes 7.8e-06 such groups are to be expected: dev-0003 dev-0007"}},
      {"one device twice",
       [](std::vector<Entry>& d) { d[7] = d[3]; },
       {"error lot.device-is-given-once: dev-0003 is in the lot 2 times, with one DAC: dev-0003"}},
      {"another product",
       [](std::vector<Entry>& d) { d[7].fingerprints.product = "0xFFF1/0x8001"; },
       {"error lot.devices-are-of-one-product: 1 of 40 devices is of product 0xFFF1/0x8001, most "
        "are of 0xFFF1/0x8000: dev-0007"}},
      {"two products, half of each",
       [](std::vector<Entry>& d) { d.resize(2), d[1].fingerprints.product = "0xFFF1/0x8001"; },
       {"error lot.devices-are-of-one-product: 1 of 2 devices is of product 0xFFF1/0x8001, as many "
        "are of 0xFFF1/0x8000: dev-0001"}},
      {"another PAI",
       [](std::vector<Entry>& d) { d[7].fingerprints.issuer = d[2].fingerprints.issuer = "bb"; },
       {"warning lot.dacs-are-of-one-pai: 2 of 40 DACs name the PAI with key id bb, most name aa: "
        "dev-0002 dev-0007"}},
      {"a part that is locked otherwise",
       [](std::vector<Entry>& d) {
         for (size_t i = 0; i + 1 < d.size(); ++i)
           d[i].fingerprints.posture = i == 7 ? "debug open" : "debug disabled";
       },
       {"warning lot.parts-are-locked-alike: 1 of 40 parts is locked so: debug open; most so: "
        "debug "
        "disabled: dev-0007"}},
      {"parts that tell less, and nothing else",
       [](std::vector<Entry>& d) {
         for (size_t i = 0; i < d.size(); ++i)
           d[i].fingerprints.posture = i % 3 == 0   ? "secure boot v2, debug disabled"
                                       : i % 3 == 1 ? "debug disabled"
                                                    : "";
       },
       {}},
      {"parts that differ in what both tell",
       [](std::vector<Entry>& d) {
         for (Entry& one : d) one.fingerprints.posture = "secure boot v2, debug disabled";
         d[3].fingerprints.posture = "debug open";
         d[8].fingerprints.posture = "secure boot v2, flash encryption off, debug open";
       },
       {"warning lot.parts-are-locked-alike: 2 of 40 parts are locked so: debug open; most so: "
        "debug disabled: dev-0003 dev-0008"}},
      {"one output of a tool for two parts, and a copy of a part with all of its own",
       [](std::vector<Entry>& d) {
         for (Entry& one : d) set(one, Fingerprint::chip_id, "mac of " + one.name);
         set(d[7], Fingerprint::chip_id, "mac of dev-0003");
         set(d[9], Fingerprint::dac, "0 2"), set(d[9], Fingerprint::chip_id, "mac of dev-0002");
       },
       {"error lot.dac-is-used-once: 2 devices have the same DAC; also the same MAC or unique id "
        "in their chips: dev-0002 dev-0009",
        "error lot.chip-id-is-used-once: 2 devices have the same MAC or unique id in their chips: "
        "dev-0003 dev-0007"}},
      {"a passcode twice among few",
       [](std::vector<Entry>& d) { set_passcode(d[7], 10'000'000 + 3 * 1'001); },
       {"error lot.passcodes-do-not-repeat: 2 devices have the same passcode; of 40 random "
        "passcodes 7.8e-06 such groups are to be expected: dev-0003 dev-0007"}},
      {"passcodes that count",
       [](std::vector<Entry>& d) {
         for (uint64_t i = 4; i < 9; ++i) set_passcode(d[i], 55'500'000 + i);
       },
       {"error lot.passcodes-do-not-count-upwards: the passcodes of 5 devices follow each other, "
        "one by one; of 40 random passcodes 1e-24 such runs are to be expected: dev-0004 dev-0005 "
        "dev-0006 dev-0007 dev-0008"}},
      {"one unique id and one rotating id's secret that all have: two faults",
       [](std::vector<Entry>& d) {
         for (Entry& one : d)
           set(one, Fingerprint::unique_id, "u"), set(one, Fingerprint::rotating_id, "r");
       },
       {"error lot.rotating-id-is-used-once: 40 devices have the same secret for the rotating id: "
        "dev-0000 dev-0001 dev-0002 dev-0003 dev-0004 dev-0005 dev-0006 dev-0007 dev-0008 dev-0009",
        "error lot.unique-id-is-used-once: 40 devices have the same unique id: dev-0000 dev-0001 "
        "dev-0002 dev-0003 dev-0004 dev-0005 dev-0006 dev-0007 dev-0008 dev-0009"}},
      {"a response played again",
       [](std::vector<Entry>& d) { set(d[7], Fingerprint::nonce, "9 3"); },
       {"warning lot.attestation-nonce-is-used-once: 2 devices have responses to the same nonce: "
        "dev-0003 dev-0007"}},
      {"what was copied with its payload",
       [](std::vector<Entry>& d) {
         set(d[7], Fingerprint::payload, "2 3"), set(d[7], Fingerprint::unique_id, "7 3"),
             set(d[7], Fingerprint::rotating_id, "8 3");
       },
       {"error lot.payload-is-used-once: 2 devices have the same onboarding payload; also the same "
        "unique id, the same secret for the rotating id: dev-0003 dev-0007"}},
      {"a discriminator that all have",
       [](std::vector<Entry>& d) {
         for (Entry& one : d) one.fingerprints.discriminator = 3840;
       },
       {"warning lot.discriminators-do-not-repeat: 40 of 40 devices have discriminator 3840; of 40 "
        "random discriminators 1.3e-141 such groups are to be expected: dev-0000 dev-0001 "
        "dev-0002 dev-0003 dev-0004 dev-0005 dev-0006 dev-0007 dev-0008 dev-0009"}},
      {"a discriminator that two have, by chance",
       [](std::vector<Entry>& d) {
         d[7].fingerprints.discriminator = d[3].fingerprints.discriminator;
       },
       {}},
      {"values that a device does not have",
       [](std::vector<Entry>& d) {
         for (Entry& one : d) one.fingerprints.values.fill(0), one.fingerprints.discriminator = {};
       },
       {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    std::vector<Entry> devices = good_lot(40);
    row.change(devices);
    CHECK_MESSAGE(told(devices) == row.findings, fmt::format("{}", fmt::join(told(devices), "\n")));
    std::reverse(devices.begin(), devices.end());
    CHECK_MESSAGE(told(devices) == row.findings, fmt::format("{}", fmt::join(told(devices), "\n")));
  }
}

TEST_CASE(
    "a part that does not tell how others are locked is named, and is neither like nor unlike") {
  const auto untold = [](const std::vector<std::string>& postures) {
    LotRoster roster;
    for (size_t i = 0; i < postures.size(); ++i) {
      DeviceFingerprints one;
      one.posture = postures[i];
      roster.add(fmt::format("d{}", i), one);
    }
    CHECK(roster.findings().findings.empty());
    std::vector<std::string> out;
    for (const LotRoster::Untold& group : roster.locks_untold())
      out.push_back(
          fmt::format("{}: {} {}", group.traits, group.devices, fmt::join(group.names, " ")));
    return out;
  };
  using Told = std::vector<std::string>;
  CHECK(untold({"", ""}).empty());
  CHECK(untold({"debug open", "debug open"}).empty());
  CHECK(untold({"debug open", "", ""}) == Told{"debug: 2 d1 d2"});
  CHECK(untold({"", "secure boot v2, debug open", "debug open", ""}) ==
        Told{"debug, secure boot: 2 d0 d3", "secure boot: 1 d2"});
  CHECK(untold({"secure boot v2", "debug open"}) == Told{"debug: 1 d0", "secure boot: 1 d1"});
}

TEST_CASE("what a part tells of its locks is read back trait by trait") {
  const auto read = [](const std::string& posture) {
    std::string out;
    for (const LockTold& one : locks_told(posture))
      out += fmt::format("[{}={}]", one.trait, one.value);
    return out;
  };
  CHECK(read("").empty());
  CHECK(read("secure boot v2") == "[secure boot=v2]");
  CHECK(read("secure boot v1/v2, debug open, with a key, rollback protection 3") ==
        "[secure boot=v1/v2][debug=open, with a key][rollback protection=3]");
}

TEST_CASE("in a large lot some passcodes repeat by chance, and that is no finding") {
  std::mt19937_64 random(1);
  std::vector<Entry> devices;
  for (size_t i = 0; i < 70'000; ++i) {
    Entry device{.name = std::to_string(i), .fingerprints = {}};
    set_passcode(device, 1 + random() % 99'999'998);
    devices.push_back(std::move(device));
  }
  CHECK(told(devices).empty());
  for (size_t i = 0; i < 12; ++i) set_passcode(devices[i * 5'000], 20'202'021);
  const auto found = told(devices);
  REQUIRE(found.size() == 1);
  CHECK(
      found[0].starts_with("error lot.passcodes-do-not-repeat: 12 devices have the same passcode"));
}

TEST_CASE("two units of a lab have different discriminators") {
  std::vector<Entry> units = good_lot(2);
  CHECK(told(units, Stage::lab).empty());
  units[1].fingerprints.discriminator = units[0].fingerprints.discriminator;
  CHECK(told(units).empty());
  CHECK(told(units, Stage::lab) ==
        std::vector<std::string>{
            "error lot.discriminators-do-not-repeat: 2 of 2 devices have discriminator 0; of 2 "
            "random discriminators 0.00024 such groups are to be expected: dev-0000 dev-0001"});
}

TEST_CASE("discriminators of few values are found however they are spread") {
  const auto drawn = [](size_t devices, uint64_t values) {
    std::mt19937_64 random(4);
    std::vector<Entry> lot = good_lot(devices);
    for (Entry& one : lot)
      one.fingerprints.discriminator = static_cast<uint16_t>(random() % values);
    return told(lot);
  };
  for (const size_t devices : {200u, 1'000u, 10'000u}) CHECK(drawn(devices, 4096).empty());
  // 200 of 20 values are told of by their groups; the 10,000 that lack a bit, by how few there are.
  const auto groups = drawn(200, 20), bit = drawn(10'000, 2048);
  REQUIRE(groups.size() == 1);
  CHECK_MESSAGE(groups[0].starts_with("warning lot.discriminators-do-not-repeat: 196 of 200 "
                                      "devices share 19 discriminators, 7 or more each; 16 of"),
                groups[0]);
  REQUIRE(bit.size() == 1);
  CHECK_MESSAGE(bit[0].starts_with("warning lot.discriminators-do-not-repeat: "), bit[0]);
}

TEST_CASE("a thousand good lots: no more than one false alarm of all that speak of chance") {
  // Sizes from 2 to 10,000, evenly by their logarithm; every tenth lot has 10,000.
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> size(std::log(2.0), std::log(10'000.0));
  size_t alarms = 0, devices = 0;
  std::string first;
  for (int lot = 0; lot < 1'000; ++lot) {
    const auto units = static_cast<size_t>(lot % 10 == 0 ? 10'000 : std::exp(size(random)));
    LotRoster roster;
    Entry device{.name = {}, .fingerprints = {}};
    for (size_t i = 0; i < units; ++i) {
      set_passcode(device, 1 + random() % 99'999'998);
      device.fingerprints.discriminator = static_cast<uint16_t>(random() % kDiscriminators);
      roster.add(std::to_string(i), device.fingerprints);
    }
    devices += units;
    const FindingList found = roster.findings();
    alarms += found.findings.size() + found.left_out;
    if (!found.findings.empty() && first.empty())
      first = fmt::format("{} units: {}", units, found.findings[0].message);
  }
  MESSAGE(devices << " devices in 1000 good lots: " << alarms << " false alarms " << first);
  CHECK(alarms <= 1);
}

TEST_CASE("passcodes have a fingerprint each, of 28 bits") {
  std::set<uint64_t> seen;
  for (uint64_t passcode = 20'200'000; passcode < 20'300'000; ++passcode) {
    const uint64_t mark = passcode_fingerprint(kKey, passcode);
    CHECK_UNARY(mark != 0 && mark <= uint64_t{1} << 28);
    seen.insert(mark);
  }
  CHECK(seen.size() == 100'000);
  CHECK(passcode_fingerprint(kKey, 5) != passcode_fingerprint(SipKey{9}, 5));
}

TEST_CASE("a large lot is searched in whatever order it comes") {
  std::vector<Entry> devices = good_lot(150'000);
  for (size_t i = 0; i < 150'000; i += 1'500)
    set(devices[i], Fingerprint::serial_number, fmt::format("twice {}", i / 3'000));
  const auto before = told(devices);
  CHECK(before.size() == 50);
  std::shuffle(devices.begin(), devices.end(), std::mt19937(3));
  CHECK(told(devices) == before);
}

TEST_CASE("of very many findings the first hundred are listed, and the rest counted") {
  std::vector<Entry> devices = good_lot(1'000);
  for (size_t i = 0; i < 1'000; ++i)
    set(devices[i], Fingerprint::serial_number, std::to_string(i / 2));
  const auto found = told(devices);
  CHECK(found.size() == kMostFindings + 1);
  CHECK(found.back() == "400 left out");
}

TEST_CASE("equal names under different passcodes are told in one order") {
  std::vector<Entry> devices = good_lot(60);
  for (size_t i = 0; i < 60; ++i)
    set_passcode(devices[i], 44'000'000 + i / 2);  // each twice, counting
  const auto before = told(devices);
  std::shuffle(devices.begin(), devices.end(), std::mt19937(5));
  CHECK(told(devices) == before);
}

TEST_CASE("a device costs at most 100 bytes, whatever it is called") {
  const auto in_use = [] {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  constexpr size_t kDevices = 200'000;
  std::mt19937_64 random(7);
  for (const char* form :
       {"dev-{:08}", "47247dc3-62ac-4cd1-a3b7-{:012x}", "line 7, station 3: {:07}",
        "urn:factory:a-very-long-name-of-a-line:{:012}", "random"}) {
    CAPTURE(form);
    const size_t before = in_use();
    LotRoster roster;
    Entry device{.name = {}, .fingerprints = {}};
    for (uint64_t i = 0; i < kDevices; ++i) {
      for (size_t kind = 0; kind < kFingerprintCount; ++kind)
        device.fingerprints.values[kind] = i * kFingerprintCount + kind + 1;
      device.fingerprints.posture = "secure boot v2";
      device.fingerprints.discriminator = static_cast<uint16_t>(i % 4096);
      const std::string name = form == std::string_view("random")
                                   ? fmt::format("{:016x}{:016x}", random(), random())
                                   : fmt::format(fmt::runtime(form), i);
      roster.add(name, device.fingerprints);
    }
    const double each = static_cast<double>(in_use() - before) / kDevices;
    MESSAGE(std::string(form) << ": " << each << " bytes a device");
    CHECK(each < 100);
  }
}

TEST_CASE("units: two of a product are two DAC keys, whatever else is the same") {
  const auto units_of = [](const std::vector<Entry>& devices) {
    LotRoster roster;
    for (const Entry& device : devices) roster.add(device.name, device.fingerprints);
    std::string out;
    for (const LotRoster::Units& of : roster.units())
      out += fmt::format("{} {} {} {};", of.product, of.devices, of.keys, of.names.size());
    return out;
  };
  auto lot = good_lot(3);
  CHECK(units_of(lot) == "0xFFF1/0x8000 3 2 1;");
  set(lot[1], Fingerprint::dac_key, "one");
  set(lot[0], Fingerprint::dac_key, "one");
  lot.pop_back();
  CHECK(units_of(lot) == "0xFFF1/0x8000 2 1 2;");
  lot[1].fingerprints.product = "0xFFF1/0x8001";
  CHECK(units_of(lot) == "0xFFF1/0x8000 1 1 1;0xFFF1/0x8001 1 1 1;");
  lot[1].fingerprints.product = "";
  lot[1].fingerprints.values = {};
  CHECK(units_of(lot) == " 1 0 1;0xFFF1/0x8000 1 1 1;");
  CHECK(units_of({}).empty());
}
