// Commands in a world that the test makes: --quiet means the same of each, on stderr nothing but
// errors and on stdout the same; and a lot ends when nobody takes its lines.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "tests/support/folder.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Ran {
  int code;
  std::string out, err;
  bool operator==(const Ran&) const = default;
};

void put(const std::string& path, std::string_view content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

// As main does it, in a world of this test.
Ran run(const std::vector<std::string>& words, const std::string& cache) {
  std::ostringstream out, err;
  Console console{.out = out,
                  .err = err,
                  .environment = [&](const char* name) -> std::optional<std::string> {
                    return std::string(name) == "MATTER_ATTEST_CACHE" ? std::optional(cache)
                                                                      : std::nullopt;
                  },
                  .now = parse_rfc3339("2026-06-01T00:00:00Z").value()};
  console.err_is_terminal = true;
  auto ticks = std::make_shared<std::chrono::steady_clock::time_point>();
  console.ticks = [ticks] { return *ticks += std::chrono::seconds(1); };  // all takes long here
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  const int code = cli::parse_and_run(root, words, console);
  return {.code = code, .out = out.str(), .err = err.str()};
}

}  // namespace

TEST_CASE("every command that says more than errors takes --quiet, and says the same of it") {
  // Those whose answer is the exit code as well leave their report out, too.
  const std::set<std::string> judging = {"verify", "replay", "lot", "lot merge"};
  std::vector<std::string> with;
  const std::function<void(const cli::Command&, const std::string&)> visit =
      [&](const cli::Command& command, const std::string& path) {
        for (const auto& option : command.options()) {
          if (!option.flags.starts_with("-q")) continue;
          CHECK(option.flags == "-q,--quiet");
          const std::string name = path + command.name();
          CAPTURE(name);
          CHECK(option.help ==
                (judging.contains(name)
                     ? "say nothing but errors; a report only where a form or a file "
                       "is asked for"
                     : "say nothing on stderr but errors"));
          with.push_back(name);
        }
        for (const auto& sub : command.subcommands())
          visit(*sub, path.empty() && command.name() == cli::kProgram ? "" : command.name() + " ");
      };
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  visit(root, "");
  std::sort(with.begin(), with.end());
  CHECK(with == std::vector<std::string>{
                    "checklist",      "dcl",        "dcl audit",  "dcl cd-signer", "dcl compliance",
                    "dcl diff",       "dcl export", "dcl import", "dcl model",     "dcl paa",
                    "dcl revocation", "dcl status", "dcl sync",   "dcl vendor",    "dcl version",
                    "dcl watch",      "extract",    "inspect",    "lot",           "lot merge",
                    "replay",         "serve",      "verify"});
}

TEST_CASE("a lot whose output breaks ends, whoever waits for input that never comes") {
  std::string lines;
  for (int i = 0; i < 40; ++i) lines += "{\"serial_number\":\"" + std::to_string(i) + "\"}\n";
  for (const char* jobs : {"1", "4"}) {
    CAPTURE(jobs);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    std::ostringstream out, err;
    out.setstate(std::ios::badbit);
    Console console{.out = out,
                    .err = err,
                    .environment = [](const char*) { return std::nullopt; },
                    .now = {},
                    .in = ends[0]};
    cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
    cli::add_commands(root);
    CHECK(cli::parse_and_run(root, {"lot", "--stream", "--network", "none", "--jobs", jobs},
                             console) == 2);
    CHECK(err.str().starts_with("matter-attest: stdout: "));
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

TEST_CASE("--quiet: nothing on stderr but errors, and the same result") {
  const Folder folder;
  const std::string good = "fixtures/devices/good/", bundle = folder / "b",
                    part = folder / "part.ndjson";
  put(folder / "lot/1.pem", text(slurp("fixtures/devices/good/dac.pem")));
  put(folder / "lot/2.pem", text(slurp("fixtures/devices/good/dac.pem")));
  put(folder / "two/a.json", "{\"serial_number\":\"A\"}");
  put(folder / "two/b.json", "{\"serial_number\":\"B\"}");
  // A cache that is none is set aside, which is told of once.
  size_t caches = 0;
  const auto spoilt = [&] {
    const std::string cache = folder / ("cache" + std::to_string(++caches));
    put(cache + "/main-net.sqlite", "rubbish");
    put(cache + "/testnet-2.0.sqlite", "rubbish");
    return cache;
  };
  REQUIRE(run({"verify", "--network", "none", "--bundle", bundle, good}, spoilt()).err.empty());
  REQUIRE(run({"lot", "--network", "none", "--part", "pass:x", "--format", "ndjson", "-o", part,
               folder / "lot"},
              spoilt())
              .code != 2);
  const struct {
    std::vector<std::string> words;
    bool error = false;  // is said either way
  } rows[] = {
      {{"verify", "--network", "test", "--offline", good}},
      {{"checklist", "--vid", "1", "--pid", "1", "--network", "test", "--offline"}},
      {{"lot", "--network", "test", "--offline", folder / "lot"}},
      {{"lot", "--network", "none", folder / "lot"}},
      {{"lot", "--network", "none", "--format", "csv", folder / "lot"}},
      {{"lot", "merge", "--format", "csv", part}},
      {{"replay", bundle}},
      {{"dcl", "status", "--network", "test"}},
      {{"extract", folder / "two", "-d", "DIR"}},
      {{"verify", "--network", "none", "nothing-here"}, true},
      {{"lot", "--network", "none", "nothing-here"}, true},
      {{"dcl", "import", "nothing-here"}, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.words[0]);
    CAPTURE(row.words.back());
    const auto once = [&](std::vector<std::string> words) {
      const std::string cache = spoilt();
      for (std::string& word : words) word = word == "DIR" ? cache + "-out" : word;
      Ran ran = run(words, cache);
      for (std::string* text : {&ran.out, &ran.err}) {
        for (size_t at; (at = text->find(cache)) != std::string::npos;)
          text->replace(at, cache.size(), "CACHE");
      }
      return ran;
    };
    const Ran loud = once(row.words);
    std::vector<std::string> words = row.words;
    words.insert(words.begin() + (words[1] == "merge" ? 2 : 1), "-q");
    const Ran quiet = once(words);
    CHECK_FALSE(loud.err.empty());
    CHECK(quiet.err == (row.error ? loud.err : ""));
    CHECK(quiet.code == loud.code);
    const std::string& command = row.words[0];
    const bool judges = command == "verify" || command == "replay" || command == "lot";
    const bool asks = std::find(row.words.begin(), row.words.end(), "--format") != row.words.end();
    CHECK(quiet.out == (judges && !asks ? "" : loud.out));
  }
}
