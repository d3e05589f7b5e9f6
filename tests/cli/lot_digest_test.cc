// The digest by which a journal knows that it is gone on with as it was begun: every option of lot
// changes it, or is named as one that changes no verdict.

#include "cli/lot_digest.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "tests/support/support.h"

using namespace attest;

namespace {

struct Lot {
  cli::Command root{"matter-attest", "", nullptr};
  cli::LotOptions options;
  cli::Command& command = root.subcommand("lot", "");
  Lot() { cli::add_lot_options(command, options); }
};

uint64_t digest_of(const std::vector<std::string>& words) {
  Lot lot;
  lot.command.run([](const Console&) { return 0; });
  std::ostringstream out;
  Console console{
      .out = out, .err = out, .environment = [](const char*) { return std::nullopt; }, .now = {}};
  std::vector<std::string> all = {"lot"};
  all.insert(all.end(), words.begin(), words.end());
  REQUIRE_MESSAGE(cli::parse_and_run(lot.root, all, console) == 0, out.str());
  const auto secrets = cli::secrets_from(lot.options.judge.unlock, console.environment);
  REQUIRE(secrets.has_value());
  return cli::options_digest(lot.options, *secrets, console.environment, SipKey{});
}

// Another value than the default.
std::vector<std::string> given(const cli::Command::OptionText& option) {
  const std::map<std::string, std::string> values = {
      {"N", "7"}, {"S", "7"}, {"SECRET", "pass:hunter2"}};
  const std::string name = option.flags.substr(option.flags.rfind(',') + 1);
  if (option.positional) return {"VERSION"};
  if (option.value_name.empty()) return {name};
  if (!option.choices.empty()) return {name, option.choices.back()};
  const auto value = values.find(option.value_name);
  return {name, value == values.end() ? "VERSION" : value->second};
}

}  // namespace

TEST_CASE("lot --resume: every option is in the digest, or named as one that changes no verdict") {
  std::vector<std::string> placed = cli::digested_options(), there;
  for (const cli::Harmless& one : cli::harmless_options()) placed.emplace_back(one.option);
  const Lot lot;
  for (const auto& option : lot.command.options()) there.push_back(option.flags);
  std::sort(placed.begin(), placed.end());
  std::sort(there.begin(), there.end());
  CHECK(there.size() >= 30);
  CHECK(placed == there);
}

TEST_CASE("lot --resume: what is in the digest changes it, what is harmless does not") {
  const std::vector<std::string> sampled = {"--sample", "3"};
  const uint64_t plain = digest_of({}), of_sample = digest_of(sampled);
  CHECK(plain == digest_of({}));
  CHECK(plain != of_sample);
  const auto digested = cli::digested_options();
  const Lot lot;
  for (const auto& option : lot.command.options()) {
    CAPTURE(option.flags);
    const bool seed = option.flags == "--seed";  // it draws a sample, or nothing
    std::vector<std::string> words = given(option);
    if (seed) CHECK(digest_of(words) == plain);
    if (seed) words.insert(words.end(), sampled.begin(), sampled.end());
    const bool changes = digest_of(words) != (seed ? of_sample : plain);
    CHECK(changes == (std::find(digested.begin(), digested.end(), option.flags) != digested.end()));
  }
  // A list by its length, and nothing into its neighbour.
  CHECK(digest_of({"--require", "a", "--require", "b"}) != digest_of({"--require", "a\n1:b"}));
  CHECK(digest_of({"--require", "a", "--waive", "b"}) !=
        digest_of({"--require", "a", "--require", "b"}));
}
