// The samples of ../shared/data/dumps: each a folder with what somebody dumped and a meta.json that
// says what it holds and what is wrong with it. Loaded, read as one device's evidence, and compared
// with their meta.json.
#pragma once

#include <filesystem>
#include <map>
#include <set>

#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest::test {

struct SampleFile {
  std::string path;  // within the sample's folder
  Bytes bytes;       // unpacked: what a corruption test wants to corrupt
};
struct Sample {
  std::string name, format;
  Json meta;
  std::vector<SampleFile>
      files;  // the evidence: no meta.json, no manifests and pictures of the factory
  std::vector<Secret> secrets;      // keys that meta.json names and that are no evidence
  std::vector<std::string> faults;  // their ids
};

// .zst and .gz around one file. Archives with members are evidence as they are.
Bytes unpacked(const std::filesystem::path& path);
std::vector<std::string> sample_names(std::string_view prefix);
Sample load_sample(const std::string& name);
Reading read_sample(const Sample& sample,
                    unsigned* refused = nullptr);  // refused: files that are no evidence

// A value of meta.json's `expected`, and what the evidence said.
enum class Said : uint8_t {
  right,
  wrong,
  missing,
  not_in_dump
};  // not_in_dump: the format does not hold it (a passcode on a label)
struct FactRow {
  std::string name;
  Said said;
  std::string found;
};
std::vector<FactRow> compare_facts(const Sample& sample, const Reading& reading);

// How a fault id of meta.json shows in a Reading: an integrity problem whose `what` has this text,
// or a remark. A fault that only checks can see (a key of another DAC) has neither.
struct FaultRule {
  const char* id;
  const char* integrity;  // "" for none
  std::optional<Remark> remark;
};
const FaultRule* fault_rule(std::string_view id);
bool shows(const FaultRule& rule, const Reading& reading);

// Reads every sample of these prefixes, prints the table (sample, kind, facts, faults) and asserts:
// every expected fact is right, or absent beside an integrity problem of a faulty sample; every
// fault of a container shows; a good sample has no integrity problem.
void check_samples(std::initializer_list<std::string_view> prefixes);

// Damages every file of every such sample at random, MATTER_ATTEST_CORRUPTIONS times each (default
// `count`), and asserts that no fact differs from the undamaged sample without a new integrity
// problem or remark of truncation or encryption. `guarded` names the facts that the container's own
// checksums protect; nullopt means all that it says.
struct Guarded {
  std::string_view prefix;
  std::optional<std::set<FactId>> facts;
};
void corrupt_samples(std::initializer_list<Guarded> samples, unsigned count);

// How many corruptions a test runs a sample: MATTER_ATTEST_CORRUPTIONS, or this.
unsigned corruptions(unsigned usual);
// One of: bits flipped, bytes overwritten, a run of FF or 00, a cut end, a block moved.
// Deterministic by seed. Three of four strike behind one of `places`, where there are any: most of
// a flash image is neither here nor there.
Bytes corrupted(const Bytes& good, uint64_t seed, const std::vector<size_t>& places = {});

}  // namespace attest::test
