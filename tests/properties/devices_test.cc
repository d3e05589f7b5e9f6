// Every device of fixtures/devices: its report is the one that was accepted, its faults are those
// it was made with, and the files are those that forge makes.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "fixtures/forge/case.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::vector<forge::Case>& cases() {
  static const std::vector<forge::Case> all = forge::all_cases();
  return all;
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string listed(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  std::string out;
  for (const std::string& id : ids) out += id + "\n";
  return out;
}

}  // namespace

TEST_CASE("every fixture's report is the accepted one") {
  const bool accept = std::getenv("ACCEPT") != nullptr;  // tests/accept.sh
  REQUIRE(judged_fixtures().size() >= 80);
  for (const Judged& device : judged_fixtures()) {
    CAPTURE(device.name);
    CHECK(device.errors == std::vector<std::string>{});
    const std::string path = "fixtures/devices/" + device.name + "/expected.txt";
    if (accept) std::ofstream(path, std::ios::binary) << device.text;
    const std::string expected = read_text(path);
    const bool same = device.text == expected;
    CHECK_MESSAGE(same, path << "\n--- expected\n"
                             << expected << "--- found\n"
                             << device.text << "--- to accept what was found: tests/accept.sh");
  }
}

TEST_CASE("eight fixtures keep the whole report") {
  CHECK(whole_reports().size() == 8);
  for (const std::string& name : whole_reports())
    CHECK(read_text("fixtures/devices/" + name + "/expected.txt").find(" checks: ") !=
          std::string::npos);
}

TEST_CASE("every fixture fails in what it was made to fail in, and in nothing else") {
  std::map<std::string, const forge::Case*> made;
  for (const forge::Case& c : cases()) made[c.name] = &c;
  for (const Judged& device : judged_fixtures()) {
    CAPTURE(device.name);
    REQUIRE(made.count(device.name) == 1);
    const auto& finds = made[device.name]->finds;
    const auto fails = device.ids(Status::fail);
    CHECK(listed(fails) == listed(finds));
    CHECK((device.report.verdict == Verdict::reject) == !finds.empty());
    // One fault gives one fail; who has several says so in a file of its own.
    const std::string faults = "fixtures/devices/" + device.name + "/faults";
    CHECK(std::filesystem::exists(faults) == (fails.size() > 1));
    if (fails.size() > 1) CHECK(read_text(faults) == listed(finds));
  }
}

TEST_CASE("what is blocked names a fault that is shown, and nothing is approved over it") {
  for (const Judged& device : judged_fixtures()) {
    CAPTURE(device.name);
    for (const Finding* f : device.report.all(Status::blocked)) {
      REQUIRE(f->blocked_by != nullptr);
      const std::string root = f->blocked_by->id;
      CAPTURE(root);
      const auto fails = device.ids(Status::fail), unknown = device.ids(Status::unknown);
      const bool shown = std::count(fails.begin(), fails.end(), root) +
                             std::count(unknown.begin(), unknown.end(), root) ==
                         1;
      CHECK_MESSAGE(shown, std::string(f->check->id) << " is blocked by " << root
                                                     << ", which is neither failed nor unknown");
    }
    if (device.report.verdict == Verdict::approve)
      CHECK(device.report.all(Status::blocked).empty());
  }
}

TEST_CASE("the fixtures are what forge makes, byte for byte") {
  std::map<std::string, Bytes> made;
  for (auto& file : forge::trust_files()) made.insert(std::move(file));
  for (const forge::Case& c : cases()) {
    for (auto& file : forge::files_of(c))
      CHECK_MESSAGE(made.insert(file).second, file.first << " is made twice");
    CHECK_MESSAGE(std::filesystem::exists("fixtures/devices/" + c.name + "/expected.txt"),
                  c.name << " has no expected.txt: tests/accept.sh");
  }
  const auto as_made = [](const std::string& path, const Bytes& content) {
    return read_text(path) == text(content);
  };
  for (const auto& file : made)
    CHECK_MESSAGE(as_made(file.first, file.second),
                  file.first << " is not what forge makes: run build/dev/fixtures/forge --force");
  // And nothing else lies there.
  for (const char* folder : {"fixtures/devices", "fixtures/trust"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string path = entry.path().generic_string();
      if (entry.is_regular_file() && !path.ends_with("/expected.txt"))
        CHECK_MESSAGE(made.count(path) == 1, path << " is not made by forge");
    }
  }
}

TEST_CASE("every fixture says what is special about it") {
  for (const forge::Case& c : cases()) {
    CAPTURE(c.name);
    CHECK(c.special.size() > 20);
    CHECK(c.why.size() > 10);
    CHECK(c.at == std::string(forge::kAt));
  }
}
