// Decisions that are signed: by whom a record says that it is, and what signed the one before.

#include <sqlite3.h>

#include "bundle/cms_signature.h"
#include "tests/serve/decisions/decision_record.h"
#include "verifier/crypto/crypto.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;

TEST_CASE("decisions: signed by the server's key, and by no other") {
  const Folder folder;
  const std::string path = folder / "d.db", ours = key_pair(folder, "QA"),
                    other = key_pair(folder, "other");
  auto decisions = opened(path);
  added(decisions, "SN-1", {.key = ours, .certificate = ours});
  added(decisions, "SN-2", {.key = ours, .certificate = ours});
  const auto answer = check_chain(decisions, {.certificate = ours, .head = {}});
  REQUIRE(answer.has_value());
  CHECK(answer->broken.empty());
  CHECK(answer->signed_records == 2);
  CHECK(answer->signers == std::vector<std::string>{"CN=QA"});
  CHECK(broken(path, {.certificate = other, .head = {}})
            .find("signature: expected a signature by CN=other") != std::string::npos);
  added(decisions, "SN-3");
  CHECK(broken(path).empty());
  CHECK(broken(path, {.certificate = ours, .head = {}})
            .ends_with("signature: expected one, found none"));
  const auto failed = decisions.append(a_request(true), judged_report(Verdict::approve), kDecided,
                                       {.key = ours, .certificate = other});
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().what.starts_with("the decision cannot be signed: "));
  CHECK(*decisions.next_number() == 4);  // and nothing was written
}

TEST_CASE("decisions: a record says who signs it, and what signed the one before") {
  const Folder folder;
  const std::string path = folder / "d.db", ours = key_pair(folder, "QA"),
                    other = key_pair(folder, "other");
  Bytes signature;
  std::vector<std::string> ids;
  {
    auto decisions = opened(path);
    for (int i = 0; i < 3; ++i)
      ids.push_back(added(decisions, "SN-1", {.key = ours, .certificate = ours}).decision.id);
    ids.push_back(added(decisions, "SN-1").decision.id);  // by a server without a key
    ids.push_back(added(decisions, "SN-1", {.key = ours, .certificate = ours}).decision.id);
    signature = (*decisions.find(ids[4]))->signature;
    CHECK(read_decision((*decisions.find(ids[0]))->line)->signing->certificate ==
          hex(*certificate_digest(view(ours))));
  }
  CHECK(broken(path).empty());
  const auto after = [&](const std::string& sql) {
    const std::string copy = folder / "copy.db";
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    CHECK(tamper(copy, "DROP TRIGGER no_update; " + sql) == "");
    return broken(copy);
  };
  const auto record = [&](size_t number) {
    return "record " + std::to_string(number) + " (" + ids[number - 1] + "): ";
  };
  const std::string none = "signature: expected one by the certificate with SHA-256 " +
                           hex(*certificate_digest(view(ours))) + ", found none";
  for (const size_t number : {1u, 2u, 3u, 5u}) {
    for (const char* to : {"NULL", "x''"}) {
      CHECK(after(std::string("UPDATE decisions SET signature=") + to +
                  " WHERE number=" + std::to_string(number)) == record(number) + none);
    }
  }
  CHECK(after("UPDATE decisions SET signature=NULL") == record(1) + none);
  CHECK(after("UPDATE decisions SET signature=(SELECT signature FROM decisions WHERE number=5) "
              "WHERE number=4") ==
        record(4) + "signature: expected none, as the record says, found one");
  CHECK(after("UPDATE decisions SET signature=(SELECT signature FROM decisions WHERE number=2) "
              "WHERE number=1")
            .starts_with(record(1) + "signature: "));
  // By another key.
  auto theirs = Decisions::open(path, Decisions::Open::read_only);
  const auto forged = sign_detached(view((*theirs->find(ids[4]))->line), view(other), view(other));
  REQUIRE(forged);
  CHECK(after("UPDATE decisions SET signature=x'" + hex(*forged) + "' WHERE number=5")
            .starts_with(record(5) + "signature: expected the certificate with SHA-256 "));
  // Every byte of the last one, behind which no record stands, and one that a later record binds.
  for (size_t at = 0; at < signature.size(); ++at) {
    CAPTURE(at);
    Bytes hit = signature;
    hit[at] ^= 1;
    CHECK(after("UPDATE decisions SET signature=x'" + hex(hit) + "' WHERE number=5")
              .starts_with(record(5) + "signature: "));
  }
  // The same certificate and signer, signed anew: good by itself, and not what was there.
  const auto anew = sign_detached(view((*theirs->find(ids[1]))->line), view(ours), view(ours));
  REQUIRE(anew);
  CHECK(after("UPDATE decisions SET signature=x'" + hex(*anew) + "' WHERE number=2")
            .starts_with(record(3) + "digest of the signature before: expected "));
}

TEST_CASE("decisions: a record of the earlier schema is read and holds") {
  Decision d{.number = 1,
             .id = std::string(32, 'b'),
             .time = kDecided,
             .approved = true,
             .who = "Ada",
             .reason = "r",
             .waivers = {},
             .judged = kDecided,
             .summary = "s",
             .network = "test",
             .stage = "",
             .device = judged_report(Verdict::approve).device};
  d.signing = std::nullopt;
  const std::string line = canonical(d);
  CHECK(line.find("matter-attest/decision/1") != line.npos);
  CHECK(line.find("signer") == line.npos);
  const auto again = read_decision(line);
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().what));
  CHECK_FALSE(again->signing);
}
