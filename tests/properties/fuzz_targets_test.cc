// The list of fuzz targets is complete: what lies in tests/fuzz is built and asserts something,
// every format has a target, and every benchmark is run by a script.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/support/support.h"

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files(const char* folder, const std::string& ending) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename().string().ends_with(ending)) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool has_one_of(const std::string& content, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return content.find(word) != std::string::npos; });
}

}  // namespace

TEST_CASE("every fuzz target is built and can fail") {
  const auto targets = files("tests/fuzz", ".cc");
  CHECK(targets.size() >= 50);
  // What CMake builds: the pattern stands there as it is meant here.
  CHECK(content_of("tests/CMakeLists.txt").find("/fuzz/*_fuzz.cc)") != std::string::npos);
  for (const fs::path& target : targets) {
    CAPTURE(target.string());
    const std::string content = content_of(target);
    CHECK(target.filename().string().ends_with("_fuzz.cc"));
    CHECK(content.find("extern \"C\" int LLVMFuzzerTestOneInput(") != std::string::npos);
    // Itself, or by what it includes of ours.
    CHECK(has_one_of(content, {"must(", "require(", "abort()", "__builtin_trap()", "_property.h\"",
                               "dump_mutation.h\""}));
    CHECK_FALSE(has_one_of(content, {" assert(", "<cassert>"}));  // NDEBUG silences it
  }
}

TEST_CASE("every format has a fuzz target") {
  // Of another name, or among all the others: nothing_vanishes hands any bytes to every reader.
  const std::map<std::string, std::string> elsewhere = {
      {"attestation_files", "attestation_elements"},
      {"credential_files", "certificate"},
      {"damaged", "nothing_vanishes"},
      {"device_json", "json"},
      {"elf_file", "elf"},
      {"erased_flash", "nothing_vanishes"},
      {"esp_nvs_facts", "esp_nvs"},
      {"ledger_answer", "nothing_vanishes"},
      {"manifest_reader", "manifest"},
      {"own_output", "nothing_vanishes"},
      {"encrypted_files", "sealed_key"},
      {"named_keys", "source_text"},
      {"silabs_provision", "nothing_vanishes"},
      {"vector_json", "nothing_vanishes"},
  };
  size_t readers = 0, used = 0;
  for (const fs::path& source : files("verifier/readers", ".cc")) {
    if (content_of(source).find("const Reader ") == std::string::npos) continue;
    ++readers;
    const std::string format = source.stem().string();
    const auto other = elsewhere.find(format);
    used += other != elsewhere.end() ? 1 : 0;
    const std::string target =
        "tests/fuzz/" + (other == elsewhere.end() ? format : other->second) + "_fuzz.cc";
    CHECK_MESSAGE(fs::exists(target), format << ": expected " << target);
  }
  CHECK(readers >= 30);
  CHECK(used == elsewhere.size());
}

TEST_CASE("every benchmark is run by a script") {
  std::string scripts;
  for (const fs::path& script : files("tests/bench", ".sh")) scripts += content_of(script);
  const auto benches = files("tests/bench", ".cc");
  CHECK(benches.size() >= 9);
  for (const fs::path& bench : benches)
    CHECK_MESSAGE(scripts.find("/tests/" + bench.stem().string() + "\"") != std::string::npos,
                  bench.string());
}
