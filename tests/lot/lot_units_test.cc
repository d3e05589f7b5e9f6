// What must differ between units, from the records of a lot to its report: whole, in parts that are
// merged, and resumed.

#include <fmt/format.h>

#include <functional>
#include <set>

#include "tests/support/folder.h"
#include "tests/support/program.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"

using namespace attest;
using namespace attest::test;

namespace {

// Own discriminators, passcodes, unique ids, secrets and nonces.
std::string record(size_t i, const std::string& more = {}) {
  return fmt::format(
      R"({{"id":"u{:03}","vendor_id":"0x1234","product_id":"0x5678","serial_number":"SN{:04}",)"
      R"("passcode":{}{}}})"
      "\n",
      i, i, 30'000'000 + i * 7'919, more);
}
std::string lot_of(size_t units, const std::function<std::string(size_t)>& more) {
  std::string out;
  for (size_t i = 0; i < units; ++i) out += record(i, more(i));
  return out;
}
std::vector<std::string> words(std::vector<std::string> more = {}) {
  std::vector<std::string> out = {"lot",     "--network", "none", "--at", "2026-11-20T22:00:00Z",
                                  "--stream"};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

// "warning lot.x: message", of the last line.
std::set<std::string> findings(const std::string& out) {
  std::set<std::string> found;
  const size_t at = out.rfind("{\"lot\"");
  REQUIRE(at != std::string::npos);
  const auto json = parse_json(std::string_view(out).substr(at, out.find('\n', at) - at));
  REQUIRE(json);
  for (const Json& f : *json->find("lot")->find("findings")->array())
    found.insert(fmt::format("{} {}: {}", *f.find("severity")->string(), *f.find("id")->string(),
                             *f.find("message")->string()));
  return found;
}

const std::string kNonce = std::string(64, '7');

}  // namespace

TEST_CASE("units: a lot of one discriminator, of one secret, of one unique id, of one nonce") {
  const std::function<std::string(size_t)> same[] = {
      [](size_t) { return std::string(R"(,"discriminator":2092)"); },
      [](size_t) {
        return std::string(R"(,"rotating_id_unique_id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0")");
      },
      [](size_t) { return std::string(R"(,"unique_id":"6b2f")"); },
      [](size_t) { return fmt::format(R"(,"attestation":{{"nonce":"{}"}})", kNonce); },
      [](size_t i) { return fmt::format(R"(,"discriminator":{})", i * 101 % 4096); }};
  const std::set<std::string> expected[] = {
      {"warning lot.discriminators-do-not-repeat: 50 of 50 devices have discriminator 2092; of 50 "
       "random discriminators 9.9e-178 such groups are to be expected"},
      {"error lot.rotating-id-is-used-once: 50 devices have the same secret for the rotating id"},
      {"error lot.unique-id-is-used-once: 50 devices have the same unique id"},
      {"warning lot.attestation-nonce-is-used-once: 50 devices have responses to the same nonce"},
      {}};
  Folder folder;
  for (size_t i = 0; i < std::size(same); ++i) {
    CAPTURE(i);
    const std::string all = lot_of(50, same[i]);
    const std::string whole = run_program(words(), all).out;
    CHECK(findings(whole) == expected[i]);
    CHECK(whole.find("0f1e2d3c") == std::string::npos);  // a secret
    // In two parts that are merged, and resumed after the first half.
    const size_t half = all.size() / 2, cut = all.find('\n', half) + 1;
    std::vector<std::string> merge = {"lot", "merge", "--format", "ndjson"};
    for (const std::string& part : {all.substr(0, cut), all.substr(cut)}) {
      const std::string name = fmt::format("{}-{}.ndjson", i, merge.size());
      merge.push_back(folder / name);
      const std::string lines = run_program(words({"--part", "pass:of this lot"}), part).out;
      CHECK(lines.find("0f1e2d3c") == std::string::npos);
      folder.write(name, lines);
    }
    CHECK(findings(run_program(merge).out) == expected[i]);
    const std::string journal = folder / fmt::format("{}.journal", i);
    Program first(words({"--resume", journal}));
    CHECK(first.feed(all.substr(0, cut)));
    first.end_input();
    (void)first.read_all();
    (void)first.wait();
    CHECK(findings(run_program(words({"--resume", journal}), all).out) == expected[i]);
  }
}

TEST_CASE("units: the lab's lot with one unique id and one secret") {
  if (!have_shared("lab/one-unique-id.ndjson")) return;
  const std::string lot(text(slurp("../shared/data/lab/one-unique-id.ndjson")));
  const std::string out = run_program(words(), lot).out;
  CHECK(findings(out) ==
        std::set<std::string>{
            "error lot.rotating-id-is-used-once: 50 devices have the same secret for the rotating "
            "id",
            "error lot.unique-id-is-used-once: 50 devices have the same unique id"});
  CHECK(out.find("00112233445566778899aabbccddeeff") == std::string::npos);
}
