// Decisions: who may decide what, that a record is there whole or not at all, and that no
// alteration goes unseen.
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "bundle/cms_signature.h"
#include "tests/serve/decisions/decision_record.h"
#include "verifier/base/csv.h"
#include "verifier/crypto/crypto.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;
TEST_CASE("decisions: appended, found, listed and searched") {
  const Folder folder;
  auto decisions = opened(folder / "d.db");
  const auto a = added(decisions, "SN-A");
  auto request = a_request(false, "Grace");
  request.reason = "label missing; 100% of \"them\"";
  const auto b = decisions.append(request, judged_report(Verdict::reject, "SN-B"), kDecided);
  REQUIRE(b.has_value());
  CHECK(a.decision.number == 1);
  CHECK(b->decision.number == 2);
  CHECK(b->decision.previous == a.digest);
  const auto all = decisions.list();
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK(all->front().decision.id == b->decision.id);  // the newest first
  const auto hits = [&](const std::string& words) {
    const auto found = decisions.list(words);
    REQUIRE(found.has_value());
    return found->size();
  };
  CHECK(hits("sn-a") == 1);
  CHECK(hits("0xfff1") == 2);
  CHECK(hits("FFF1 grace") == 1);
  CHECK(hits("grace SN-A") == 0);
  CHECK(hits("%") == 1);  // no wildcard
  CHECK(hits("_") == 0);
  CHECK(hits("'; DROP TABLE decisions; --") == 0);
  CHECK(hits(b->decision.id) == 1);
  CHECK_FALSE(decisions.list("a b c d e f g h i j k l m n o p q").has_value());
  CHECK(decisions.list("", 1)->size() == 1);
  CHECK(decisions.list("", 10, 2)->front().decision.number == 1);
  const auto one = decisions.find(a.decision.id);
  REQUIRE(one.has_value());
  REQUIRE(one->has_value());
  CHECK(text((*one)->bundle) == "bundle of SN-A");
  CHECK(is_as_recorded(**one).has_value());
  CHECK_FALSE(decisions.find("nothing")->has_value());
  CHECK(broken(folder / "d.db").empty());
}

TEST_CASE("decisions: who may decide what") {
  const auto why = [](DecisionRequest request, Verdict verdict) {
    const auto may = may_decide(request, judged_report(verdict), kDecided);
    return may ? std::string() : may.error().what;
  };
  auto request = a_request(true);
  CHECK(why(request, Verdict::approve).empty());
  CHECK(why(request, Verdict::undecided).empty());
  CHECK(why(request, Verdict::reject) ==
        "waivers: the report says reject: expected a waiver for what the part is let through with, "
        "found none");
  request.waivers = {a_waiver()};
  CHECK(why(request, Verdict::reject).empty());
  // It has to be of what failed, and of this device or of every one.
  const std::string uncovered =
      "waivers: the report says reject for onboarding.passcode-agrees: expected a waiver of it for "
      "this device, found none";
  request.waivers[0].id = "dac.key-is-p256";
  CHECK(why(request, Verdict::reject) == uncovered);
  request.waivers = {a_waiver()};
  request.waivers[0].device = "SN-2";
  CHECK(why(request, Verdict::reject) == uncovered);
  for (const std::string& device : {std::string("SN-1"), std::string(64, 'A')}) {
    request.waivers[0].device = device;
    CHECK(why(request, Verdict::reject).empty());
  }
  request.waivers = {a_waiver()};
  request.reason = " \n";
  CHECK(why(request, Verdict::approve).empty());
  CHECK(why(request, Verdict::reject) ==
        "reason: the report says reject: expected a reason to approve the part all the same, found "
        "none");
  CHECK(why(request, Verdict::undecided).starts_with("reason: the report says undecided"));
  request.approved = false;
  CHECK(why(request, Verdict::approve) == "reason: expected one for a rejection, found none");
  request = a_request(true);
  request.waivers = {a_waiver()};
  request.waivers[0].id = "no.such-check";
  CHECK(why(request, Verdict::reject) ==
        "waivers: expected the id of a check, found \"no.such-check\"");
  request.waivers = {a_waiver()};
  request.waivers[0].until = Instant{kDecided.seconds - 1};
  CHECK(why(request, Verdict::approve).find("over since 2026-12-31") != std::string::npos);
  auto unnamed = judged_report(Verdict::reject);
  unnamed.failed.clear();
  request.waivers = {a_waiver()};
  const auto refused = may_decide(request, unnamed, kDecided);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what ==
        "the report says reject and names no check that failed: it cannot be approved");
  // It stays the report's verdict, and the record says that it was decided against.
  const Folder folder;
  auto decisions = opened(folder / "d.db");
  request.waivers = {a_waiver()};
  const auto done = decisions.append(request, judged_report(Verdict::reject), kDecided);
  REQUIRE(done.has_value());
  CHECK(done->decision.verdict == Verdict::reject);
  CHECK(canonical(done->decision).find("\"against_verdict\":true") != std::string::npos);
  CHECK(broken(folder / "d.db").empty());
}

TEST_CASE("decisions: a request is read strictly") {
  const std::string id(32, 'a');
  const auto why = [&](const std::string& json) {
    const auto read = read_decision_request(json);
    return read ? std::string() : read.error().what;
  };
  const std::string base = R"({"report":")" + id + R"(","decision":"approve","who":"Ada")";
  CHECK(why(base + "}").empty());
  CHECK(why(base + R"(,"reason":"two\nlines","waivers":[]})").empty());
  CHECK(why(base +
            R"(,"waivers":[{"id":"dac.present","reason":"r","who":"w","until":"2027-01-01"}]})")
            .empty());
  CHECK(why(base + R"(,"verdict":"approve"})") ==
        "expected report, decision, who, reason and waivers, found \"verdict\"");
  CHECK(why(base + R"(,"waivers":{}})").starts_with("waivers: "));
  CHECK(why(base + R"(,"waivers":[{"id":"dac.present","reason":"r","who":"w"}]})") ==
        "waivers: waiver 1: expected id, reason, who and until, found no until");
  CHECK(why(base + R"(,"reason":7})") == "reason: expected a text, found number");
  CHECK(why(base + R"(,"who":"B"})").find("duplicate") != std::string::npos);
  CHECK(why(R"({"report":")" + id + R"(","decision":"approve","who":"  "})") ==
        "who: expected a name, found none");
  for (const char* blank : {"\\u00a0", "\\u3000", "\\u2800", "\\u1680 "}) {
    CAPTURE(blank);
    CHECK(why(R"({"report":")" + id + R"(","decision":"approve","who":")" + blank + "\"}") ==
          "who: expected a name, found none");
    CHECK(why(base + R"(,"waivers":[{"id":"dac.present","reason":")" + blank +
              R"(","who":"w","until":"2027-01-01"}]})") ==
          "waivers: waiver 1: reason: expected a text, found one of blanks");
    DecisionRequest request = a_request(false);
    request.reason = *parse_json('"' + std::string(blank) + '"')->string();
    const auto may = may_decide(request, judged_report(Verdict::approve), kDecided);
    REQUIRE_FALSE(may.has_value());
    CHECK(may.error().what == "reason: expected one for a rejection, found none");
  }
  CHECK(why(R"({"report":")" + id + R"(","decision":"approve","who":"a\u0000b"})")
            .starts_with("who: expected no control characters"));
  CHECK(why(R"({"report":")" + id + R"(","decision":"approve","who":"a\u202eb"})")
            .starts_with("who: expected no control characters"));
  CHECK(why(R"({"report":")" + id + R"(","decision":"maybe","who":"a"})") ==
        "decision: expected approve or reject, found \"maybe\"");
  CHECK(why(R"({"report":"../x","decision":"approve","who":"a"})").starts_with("report: "));
  CHECK(why(base + R"(,"reason":")" + std::string(4001, 'x') + "\"}").starts_with("reason: "));
  CHECK(why("[]") == "expected an object, found array");
  CHECK_FALSE(why("").empty());
}

TEST_CASE("decisions: a record is read as it is written, and in no other way") {
  Decision d{.number = 3,
             .id = std::string(32, 'b'),
             .time = kDecided,
             .approved = true,
             .who = "Grace \"G\" Hopper \u00E9",
             .reason = "a\nb\tc",
             .waivers = {a_waiver()},
             .verdict = Verdict::reject,
             .judged = kDecided,
             .summary = "s",
             .network = "test",
             .stage = "lab",
             .device = judged_report(Verdict::reject).device};
  d.waivers[0].until = *parse_rfc3339("2026-12-31T23:59:59Z");
  const std::string line = canonical(d);
  const auto again = read_decision(line);
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().what));
  CHECK(canonical(*again) == line);
  CHECK(again->waivers == d.waivers);
  CHECK(again->device == d.device);
  // Every character counts: none may be missing or be another.
  for (size_t at = 0; at < line.size(); ++at) {
    std::string other = line;
    other.erase(at, 1);
    const auto read = read_decision(other);
    if (read) CHECK(canonical(*read) == other);
  }
  for (const std::string& other : {line + " ", " " + line, line + line, std::string("{}")})
    CHECK_FALSE(read_decision(other).has_value());
}

TEST_CASE("decisions: the database refuses to alter, remove or slip in a record") {
  const Folder folder;
  const std::string path = folder / "d.db";
  auto decisions = opened(path);
  for (int i = 0; i < 3; ++i) added(decisions);
  const std::string columns = "number, id, digest, previous, search, line, report, page, bundle";
  CHECK(tamper(path, "UPDATE decisions SET search='x' WHERE number=2") ==
        "decisions are never altered");
  CHECK(tamper(path, "DELETE FROM decisions") == "decisions are never removed");
  CHECK(tamper(path, "INSERT OR REPLACE INTO decisions SELECT * FROM decisions WHERE number=2") ==
        "decisions are only appended");
  CHECK(tamper(path, "INSERT INTO decisions(" + columns +
                         ") SELECT 9, 'x', x'00', previous, search, line, report, page, bundle "
                         "FROM decisions LIMIT 1") == "decisions are only appended");
  CHECK(tamper(path, "INSERT INTO decisions(" + columns +
                         ") SELECT 4, 'x', x'00', previous, search, line, report, page, bundle "
                         "FROM decisions LIMIT 1") == "decisions are only appended");
  CHECK(broken(path).empty());
}

TEST_CASE("decisions: whatever was altered behind the database's back is found and named") {
  const Folder folder;
  const std::string path = folder / "d.db";
  std::vector<ListedDecision> all;
  {
    auto decisions = opened(path);
    for (int i = 0; i < 4; ++i) all.push_back(added(decisions, "SN-" + std::to_string(i)));
  }
  const std::string dropped =
      "DROP TRIGGER no_update; DROP TRIGGER no_delete; DROP TRIGGER append_only; ";
  const auto after = [&](const std::string& sql, const ChainOptions& options = {}) {
    const std::string copy = folder / "copy.db";
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    CHECK(tamper(copy, dropped + sql) == "");
    return broken(copy, options);
  };
  const auto named = [&](size_t number) {
    return "record " + std::to_string(number) + " (" + all[number - 1].decision.id + "): ";
  };
  CHECK(after("UPDATE decisions SET bundle=x'00' WHERE number=2") ==
        named(2) + "bundle: expected SHA-256 " + hex(all[1].decision.bundle) + ", found " +
            hex(sha256(Bytes{0})));
  CHECK(after("UPDATE decisions SET report=x'00' WHERE number=3")
            .starts_with(named(3) + "report: expected SHA-256 "));
  CHECK(after("UPDATE decisions SET page=x'00' WHERE number=4")
            .starts_with(named(4) + "page: expected SHA-256 "));
  CHECK(after("UPDATE decisions SET line=replace(line, 'Ada', 'Eve') WHERE number=2")
            .starts_with(named(2) + "digest: expected "));
  CHECK(after("UPDATE decisions SET line='{}' WHERE number=1").starts_with(named(1) + "schema: "));
  CHECK(after("UPDATE decisions SET digest=x'00' WHERE number=3")
            .starts_with(named(3) + "digest: expected "));
  CHECK(after("UPDATE decisions SET previous=x'00' WHERE number=3")
            .starts_with(named(3) + "stored digest of the record before: expected "));
  CHECK(
      after("UPDATE decisions SET search='x' WHERE number=1").starts_with(named(1) + "the text "));
  CHECK(after("UPDATE decisions SET id='x' WHERE number=1").find("id: expected ") !=
        std::string::npos);
  CHECK(after("DELETE FROM decisions WHERE number=2") ==
        named(3) + "number: expected 2, found 3: a record is missing");
  CHECK(after("DELETE FROM decisions WHERE number=1")
            .starts_with(named(2) + "number: expected 1, found 2"));
  CHECK(after("DELETE FROM decisions WHERE number=2; UPDATE decisions SET number=number-1 WHERE "
              "number>2")
            .starts_with("record 2 (" + all[2].decision.id + "): number in the record: "));
  CHECK(after("UPDATE decisions SET signature=x'3000' WHERE number=1")
            .starts_with(named(1) + "signature: "));
  // Nothing but the triggers: nothing was altered yet, and it would not be refused any more.
  CHECK(after("").starts_with("the database's trigger no_update: expected it as it was made"));
  // Taken off the end: only who noted the digest can tell.
  const std::string made_again = "DELETE FROM decisions WHERE number=4; CREATE TEMP TABLE t(x); ";
  CHECK(after(made_again).starts_with("the database's trigger"));
  CHECK(after(made_again, {.certificate = {}, .head = all[3].digest})
            .starts_with("the database's trigger"));
  const std::string copy = folder / "short.db";
  {
    auto decisions = opened(copy);
    added(decisions);
  }
  CHECK(broken(copy).empty());
  CHECK(broken(copy, {.certificate = {}, .head = all[3].digest}) ==
        "the end: expected a record with digest " + hex(all[3].digest) +
            ", found none among 1: records were taken away, or all were written anew");
  // Zeros stand before the first record: no record has them.
  CHECK(broken(copy, {.certificate = {}, .head = Sha256{}})
            .starts_with("the end: expected a record with digest 0000"));
  auto whole = opened(path, Decisions::Open::read_only);
  const auto later = check_chain(whole, {.certificate = {}, .head = all[1].digest});
  REQUIRE(later.has_value());
  CHECK(later->broken.empty());
  CHECK(later->behind_head == 2);
}

TEST_CASE("decisions: every bit of the record counts") {
  const Folder folder;
  const std::string path = folder / "d.db";
  {
    auto decisions = opened(path);
    added(decisions);
    added(decisions);
  }
  auto decisions = opened(path, Decisions::Open::read_only);
  std::string line;
  REQUIRE(decisions.each([&](const StoredDecision& s) {
    line = s.line;
    return true;
  }));
  const std::string hexed = hex(view(line));
  for (size_t at = 0; at < line.size(); at += 7) {
    std::string other = line;
    other[at] = static_cast<char>(other[at] ^ 1);
    const std::string copy = folder / "copy.db";
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    REQUIRE(tamper(copy, "DROP TRIGGER no_update; UPDATE decisions SET line=CAST(x'" +
                             hex(view(other)) + "' AS TEXT) WHERE number=2") == "");
    CHECK(broken(copy).starts_with("record 2 ("));
  }
}

TEST_CASE("decisions: a table of them is no program") {
  const Folder folder;
  auto decisions = opened(folder / "d.db");
  auto request = a_request(true, "=cmd|'/c calc'!A0");
  request.reason = "+1, \"quoted\"\nsecond line";
  request.waivers = {a_waiver()};
  auto report = judged_report(Verdict::reject, "@SUM(A1)");
  REQUIRE(decisions.append(request, report, kDecided).has_value());
  std::string csv;
  REQUIRE(decisions.export_csv("", [&](std::string_view line) -> Result<void> {
    csv += line;
    return {};
  }));
  const auto rows = parse_csv(csv);
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].size() == (*rows)[1].size());
  for (const std::string& field : (*rows)[1]) {
    CAPTURE(field);
    CHECK((field.empty() || std::string_view("=+-@").find(field[0]) == std::string_view::npos));
  }
  CHECK((*rows)[1][5] == "'=cmd|'/c calc'!A0");
  CHECK((*rows)[1][8] == "onboarding.passcode-agrees until 2026-12-31 (J. Doe: label reprinted)");
}

TEST_CASE("decisions: what is no database of decisions is not taken for one, and stays as it is") {
  const Folder folder;
  const auto why = [&](const std::string& path, Decisions::Open how) {
    const auto got = Decisions::open(path, how);
    return got ? std::string("opened") : got.error().what;
  };
  for (const auto how :
       {Decisions::Open::create, Decisions::Open::existing, Decisions::Open::read_only}) {
    const std::string other = folder / "other.db", text_file = folder.write("text", "hello\n");
    tamper(other, "CREATE TABLE IF NOT EXISTS t(x)");
    CHECK(why(other, how)
              .find("expected a database of decisions (version 1), found something else") !=
          std::string::npos);
    CHECK(why(text_file, how).find("not a database") != std::string::npos);
    CHECK(text(slurp(text_file)) == "hello\n");
    CHECK(why(folder.path(), how).find("expected a file, found something else") !=
          std::string::npos);
    if (how != Decisions::Open::create)
      CHECK(why(folder / "none.db", how).find("there is no such file") != std::string::npos);
  }
  CHECK(why(folder / "no/such/folder.db", Decisions::Open::create).find("cannot be made") !=
        std::string::npos);
  {
    auto decisions = opened(folder / "d.db");
    added(decisions);
  }
  struct stat about = {};
  REQUIRE(stat((folder / "d.db").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  tamper(folder / "d.db", "PRAGMA user_version=2");
  CHECK(why(folder / "d.db", Decisions::Open::existing).find("found version 2") !=
        std::string::npos);
}

TEST_CASE("decisions: on a full disk nothing is written, and it is said") {
  const Folder folder;
  const std::string path = folder / "d.db";
  auto decisions = opened(path);
  added(decisions);
  auto large = judged_report(Verdict::approve);
  large.bundle.resize(4u << 20, 7);
  // Files may not grow beyond 1 MiB, for a while.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto* was = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1u << 20, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto refused = decisions.append(a_request(true), large, kDecided);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, was);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what.find("cannot be written") != std::string::npos);
  CHECK(*decisions.next_number() == 2);
  CHECK(added(decisions, "SN-2").decision.number == 2);
  CHECK(broken(path).empty());
}

TEST_CASE("decisions: several at once, from threads and from other processes' hands") {
  const Folder folder;
  const std::string path = folder / "d.db";
  auto first = opened(path), second = opened(path);
  std::vector<std::thread> threads;
  for (Decisions* one : {&first, &second, &first, &second})
    threads.emplace_back([one] {
      for (int i = 0; i < 10; ++i)
        if (!one->append(a_request(true), judged_report(Verdict::approve), kDecided)) return;
    });
  for (auto& thread : threads) thread.join();
  CHECK(*first.next_number() == 41);
  CHECK(broken(path).empty());
}

TEST_CASE("decisions: killed at any time, what was acknowledged is there, and nothing by halves") {
  const Folder folder;
  const std::string path = folder / "d.db";
  { auto decisions = opened(path); }
  size_t acknowledged = 0;
  for (int kill_number = 0; kill_number < 40; ++kill_number) {
    int answers[2];
    REQUIRE(pipe(answers) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto decisions = Decisions::open(path, Decisions::Open::existing);
      auto report = judged_report(Verdict::approve);
      report.bundle.resize(300'000, 5);
      while (decisions) {
        const auto done = decisions->append(a_request(true), report, kDecided);
        const char ok = done ? '+' : '-';
        if (!done || write(answers[1], &ok, 1) != 1) break;
      }
      _exit(0);
    }
    close(answers[1]);
    // Killed so many microseconds behind an answer, each time at another place.
    char answer = 0;
    REQUIRE(read(answers[0], &answer, 1) == 1);
    acknowledged += answer == '+' ? 1 : 0;
    usleep(static_cast<useconds_t>(kill_number * 97 % 4000));
    ::kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(answers[0], &answer, 1) == 1) acknowledged += answer == '+' ? 1 : 0;
    close(answers[0]);
  }
  CHECK(acknowledged >= 40);
  auto decisions = opened(path, Decisions::Open::read_only);
  const auto answer = check_chain(decisions, {});
  REQUIRE(answer.has_value());
  CHECK(answer->broken == "");
  CHECK(answer->records >= acknowledged);
  CHECK(answer->records <= acknowledged + 40);  // one each that nobody was told of any more
}
