// The lot command as a process: a worker that answers line by line, a lot that is killed and goes
// on, parts that are joined.

#include <algorithm>
#include <random>

#include "tests/support/folder.h"
#include "tests/support/lot_records.h"
#include "tests/support/program.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

namespace fs = std::filesystem;

void write_file(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
}
std::string read_file(const std::string& path) {
  return std::string(text(View(slurp(path))));
}

// Some 60 devices, a few of them wrong: what a lot's report has to say something about.
std::vector<LotRecordPlan> faulty_lot() {
  std::vector<LotRecordPlan> out(lot_records().begin(), lot_records().begin() + 60);
  out[7].replace("dac", *out[3].json.find("dac"));  // a clone
  out[20].replace("serial_number", "SN000021");     // another one's serial number
  out[30].replace("product_id", "0x8001");          // not the product of its declaration
  out[41].replace("dac", "AAAA");                   // no certificate
  out[50].replace("onboarding", *out[51].json.find("onboarding"));  // another one's label
  return out;
}
std::string lines_of(const std::vector<LotRecordPlan>& records) {
  std::string out;
  for (const LotRecordPlan& record : records) out += record.line();
  return out;
}

Json last_line(const std::string& out) {
  const size_t end = out.rfind('\n', out.size() - 2);
  const auto json =
      parse_json(std::string_view(out).substr(end == std::string::npos ? 0 : end + 1));
  REQUIRE(json);
  REQUIRE(json->find("lot") != nullptr);
  return *json->find("lot");
}
// Verdict, causes and findings: what must not depend on order or parts.
std::string told(const Json& lot) {
  std::string out;
  for (const char* key : {"verdict", "devices", "approve", "reject", "undecided", "unreadable",
                          "failed", "open", "findings"})
    out += dump(*lot.find(key)) + "\n";
  return out;
}

}  // namespace

TEST_CASE("lot --stream answers each line before the next one comes") {
  Program worker(lot_words({"--stream"}));
  for (size_t i = 0; i < 5; ++i) {
    REQUIRE(worker.feed(lot_records()[i].line()));
    CHECK(worker.read_line() ==
          "{\"id\":\"dev-000" + std::to_string(i) +
              "\",\"verdict\":\"approve\",\"failed\":[]}\n");  // waits for ever if it is held back
  }
  REQUIRE(worker.feed("rubbish\n"));
  CHECK(worker.read_line() ==
        "{\"id\":\"line "
        "6\",\"verdict\":\"reject\",\"failed\":[\"lot.device-is-readable\"],\"error\":\"JSON: "
        "Invalid value. at byte 0\"}\n");
  worker.end_input();
  const Json lot = last_line("\n" + worker.read_line());
  CHECK(lot.find("devices")->natural() == 6u);
  CHECK(lot.find("unreadable")->natural() == 1u);
  CHECK(worker.wait() == 1);
}

TEST_CASE("lot --stream: hostile lines are verdicts of their own, in order") {
  const std::string good = lot_records()[0].line();
  std::string input = good;
  const std::vector<std::string> hostile = {"{\"id\":\"a\",\"id\":\"b\"}",
                                            "[1,2]",
                                            std::string(3'000, '['),
                                            "{\"id\":\"\xFF\xFE\"}",
                                            "null",
                                            "\"text\"",
                                            "{\"dac\":{\"a\":1},\"id\":\"odd\"}",
                                            "{\"id\":\"" + std::string(2u << 20, 'x') + "\"}",
                                            std::string("\0\0\0", 3)};
  for (const std::string& line : hostile) input += line + "\n\n" + good;  // empty lines are none
  input += "{\"id\":\"no line end\"}";
  for (const char* jobs : {"1", "3"}) {
    const Ran ran = run_program(lot_words({"--stream", "--jobs", jobs}), input);
    CHECK(ran.code == 1);
    std::vector<std::string> verdicts;
    size_t at = 0;
    for (size_t end = ran.out.find('\n'); end != std::string::npos;
         at = end + 1, end = ran.out.find('\n', at))
      verdicts.push_back(ran.out.substr(at, end - at));
    REQUIRE(verdicts.size() == 2 * hostile.size() + 3);
    for (size_t i = 0; i < hostile.size(); ++i) {
      CAPTURE(hostile[i].substr(0, 40));
      CHECK(verdicts[2 * i].starts_with("{\"id\":\"dev-0000\",\"verdict\":\"approve\""));
      CHECK(verdicts[2 * i + 1].find("\"verdict\":\"approve\"") == std::string::npos);
    }
    CHECK(verdicts[2 * hostile.size() - 3].find(
              "expected a line of at most 1048576 bytes, found 2097161") != std::string::npos);
    CHECK(verdicts[2 * hostile.size() + 1].starts_with(
        "{\"id\":\"no line "
        "end\",\"verdict\":\"undecided\",\"failed\":[],\"open\":[\"dac.is-present\""));
  }
}

TEST_CASE("lot: lines come in input order, whatever many judge") {
  std::string input;
  std::vector<std::string> ids;
  for (const LotRecordPlan& record : lot_records()) {
    input += record.line();
    ids.push_back(*record.json.find("id")->string());
  }
  const Ran ran = run_program(lot_words({"--stream", "--jobs", "4"}), input);
  CHECK(ran.code == 0);
  size_t at = 0;
  for (const std::string& id : ids) {
    REQUIRE(ran.out.compare(at, id.size() + 8, "{\"id\":\"" + id + "\"") == 0);
    at = ran.out.find('\n', at) + 1;
  }
  CHECK(told(last_line(ran.out)).starts_with("\"approve\"\n600\n600\n0\n0\n0\n[]\n[]\n[]\n"));
}

TEST_CASE("lot: the same devices shuffled, split in ten and joined: the same findings") {
  const Folder folder;
  std::vector<LotRecordPlan> records = faulty_lot();
  const Ran whole = run_program(lot_words({"--stream"}), lines_of(records));
  CHECK(whole.code == 1);
  const std::string expected = told(last_line(whole.out));
  for (const char* finding :
       {"lot.dac-is-used-once", "lot.serial-number-is-used-once", "lot.payload-is-used-once"})
    CHECK(expected.find(finding) != std::string::npos);
  CHECK(expected.find("20202021") == std::string::npos);
  std::mt19937 random(7);
  for (int round = 0; round < 3; ++round) {
    std::shuffle(records.begin(), records.end(), random);
    CHECK(told(last_line(run_program(lot_words({"--stream"}), lines_of(records)).out)) == expected);
    std::vector<std::string> words = {"lot", "merge", "--format", "ndjson"};
    for (size_t part = 0; part < 10; ++part) {
      const std::vector<LotRecordPlan> some(
          records.begin() + static_cast<std::ptrdiff_t>(part * 6),
          records.begin() + static_cast<std::ptrdiff_t>(part * 6 + 6));
      words.push_back(folder / ("part-" + std::to_string(part)));
      write_file(
          words.back(),
          run_program(lot_words({"--stream", "--part", "pass:of this lot"}), lines_of(some)).out);
    }
    const Ran joined = run_program(words);
    CHECK(joined.code == 1);
    CHECK(told(last_line(joined.out)) == expected);
  }
  // With a manifest: each part lacks most of its devices, the whole lacks one.
  std::string table = "name,serial\n";
  for (const LotRecordPlan& record : records) table += *record.json.find("id")->string() + ",\n";
  folder.write("m.csv", table + "dev-9999,\n");
  std::vector<std::string> words = {"lot",    "merge",      "--format",
                                    "ndjson", "--manifest", folder / "m.csv"};
  for (size_t part = 0; part < 2; ++part) {
    const std::vector<LotRecordPlan> some(
        records.begin() + static_cast<std::ptrdiff_t>(part * 30),
        records.begin() + static_cast<std::ptrdiff_t>(part * 30 + 30));
    words.push_back(folder / ("half-" + std::to_string(part)));
    write_file(words.back(), run_program(lot_words({"--stream", "--part", "pass:of this lot",
                                                    "--manifest", folder / "m.csv"}),
                                         lines_of(some))
                                 .out);
  }
  const std::string with_manifest = told(last_line(run_program(words).out));
  CHECK(with_manifest ==
        told(last_line(
            run_program(lot_words({"--stream", "--manifest", folder / "m.csv"}), lines_of(records))
                .out)));
  CHECK(with_manifest.find("m.csv: 1 of 61 rows has no device in the lot") != std::string::npos);
  CHECK(run_program({"lot", "merge", words.back()})
            .out.find("judged with the same --manifest as is given here") != std::string::npos);
  // Parts of another secret, or without one, are not joined in silence.
  folder.write("other",
               run_program(lot_words({"--stream", "--part", "pass:other"}), records[0].line()).out);
  const Ran other = run_program({"lot", "merge", folder / "part-0", folder / "other"});
  CHECK(other.code == 2);
  CHECK(other.out.find("was judged with another --part secret than the first") !=
        std::string::npos);
  folder.write("plain", whole.out);
  CHECK(run_program({"lot", "merge", folder / "plain"})
            .out.find("found one without its part: judge the parts with --part") !=
        std::string::npos);
  std::string cut = read_file(folder / "part-0");
  cut.resize(cut.rfind("{\"lot\""));
  folder.write("cut", cut);
  CHECK(
      run_program({"lot", "merge", folder / "cut"}).out.find("this part did not come to its end") !=
      std::string::npos);
  // The end of another part is not its end.
  folder.write("glued", cut + read_file(folder / "part-1"));
  CHECK(run_program({"lot", "merge", folder / "glued"})
            .out.find("lines are missing, or of another part") != std::string::npos);
}

TEST_CASE("lot --resume: killed at 50 moments, the same report, and no device judged twice") {
  const Folder folder;
  const std::string journal = folder / "journal", input = lines_of(faulty_lot());
  const auto words = [&](const std::string& file) {
    std::vector<std::string> out = lot_words({"--stream", "--resume"});
    out.push_back(file);
    return out;
  };
  const Ran whole = run_program(lot_words({"--stream"}), input);
  std::mt19937 random(11);
  size_t most = 0;
  for (int round = 0; round < 50; ++round) {
    Program worker(words(journal));
    // So many lines of input, and killed after so many answers, or at once.
    const size_t given = most + random() % 4;
    size_t end = 0;
    for (size_t i = 0; i < given && end < input.size(); ++i) end = input.find('\n', end) + 1;
    const bool fed = worker.feed(input.substr(0, end) +
                                 (random() % 2 == 0 ? "" : input.substr(end, random() % 500)));
    REQUIRE(fed);
    const size_t answers = given - std::min<size_t>(given, random() % 5);
    for (size_t i = 0; i < answers; ++i) worker.read_line();
    most = std::max(most, answers);
    worker.kill();
    CHECK(worker.wait() == -1);
  }
  CHECK(most > 10);
  // What was being written when it was cut off is no device.
  const std::string kept = read_file(journal);
  const Ran resumed = run_program(words(journal), input);
  CHECK(resumed.out == whole.out);
  CHECK(resumed.code == whole.code);
  CHECK(read_file(journal).starts_with(kept.substr(0, kept.rfind('\n') + 1)));
  const std::string lines = read_file(journal);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 61);
  // All is done: it is only read again.
  CHECK(run_program(words(journal), input).out == whole.out);
  // Cut at any byte, as a machine that lost its power leaves it.
  for (int round = 0; round < 20; ++round) {
    folder.write("cut", lines.substr(0, random() % lines.size()));
    CHECK(run_program(words(folder / "cut"), input).out == whole.out);
  }
}

TEST_CASE("lot --resume: another input, other options, another file are refused") {
  const Folder folder;
  const std::string journal = folder / "journal";
  const std::vector<LotRecordPlan> records(lot_records().begin(), lot_records().begin() + 4);
  const auto run = [&](std::initializer_list<std::string> more, const std::string& input) {
    return run_program(lot_words(more), input);
  };
  CHECK(run({"--stream", "--resume", journal}, lines_of(records)).code == 0);
  CHECK(run({"--stream", "--resume", journal}, lot_records()[9].line() + lines_of(records))
            .out.find("the input was changed since; begin a new journal") != std::string::npos);
  CHECK(run({"--stream", "--resume", journal}, records[0].line())
            .out.find("the input was changed since") != std::string::npos);
  CHECK(run({"--stream", "--require", "cd.is-present", "--resume", journal}, lines_of(records))
            .out.find("expected the options and files with which it was begun, found others") !=
        std::string::npos);
  folder.write("note", "not a journal\n");
  const Ran note = run({"--stream", "--resume", folder / "note"}, "");
  CHECK(note.code == 2);
  CHECK(note.out.find("expected a journal of matter-attest lot, found something else") !=
        std::string::npos);
  CHECK(read_file(folder / "note") == "not a journal\n");
  // Nor is JSON without a line's end a journal that was cut off.
  folder.write("settings", "{\"journal\": 1}");
  CHECK(run({"--stream", "--resume", folder / "settings"}, "")
            .out.find("expected a journal of matter-attest lot, found something else") !=
        std::string::npos);
  CHECK(read_file(folder / "settings") == "{\"journal\": 1}");
  // Nor is one looked for in a device that never ends, or in a file without lines.
  CHECK(run({"--stream", "--resume", "/dev/zero"}, "")
            .out.find("/dev/zero: expected a journal of matter-attest lot, found something else") !=
        std::string::npos);
}

TEST_CASE("lot --resume: rows that were judged belong to the table as it was") {
  const Folder folder;
  const std::string journal = folder / "journal", table = folder / "m.csv",
                    line = lot_records()[0].line();
  const auto run = [&] {
    return run_program(lot_words({"--stream", "--resume", journal, "--manifest", table}), line);
  };
  write_file(table, "id,mac\nx,A\n");
  const Ran first = run();
  CHECK(run().out == first.out);
  write_file(table, "id,mac\ny,B\nx,A\n");
  CHECK(run().out.find("expected the options and files with which it was begun, found others") !=
        std::string::npos);
}

TEST_CASE("lot --sample: the same seed draws the same devices, and says what they say") {
  std::string input;
  for (const LotRecordPlan& record : lot_records()) input += record.line();
  const auto drawn = [&](const char* seed) {
    return run_program(lot_words({"--stream", "--sample", "20", "--seed", seed}), input).out;
  };
  const std::string first = drawn("1");
  CHECK(first == drawn("1"));
  CHECK(first != drawn("2"));
  CHECK(std::count(first.begin(), first.end(), '\n') == 21);
  CHECK(last_line(first).find("sample")->find("words")->string()->starts_with(
      "20 of 600 devices drawn at random with seed 1: none rejected. With 95 % confidence at most "
      "82 devices"));
}

TEST_CASE("lot: options that do not go together, input that is none") {
  const struct {
    std::vector<std::string> words;
    const char* says;
  } rows[] = {
      {{"lot"}, "INPUT is required"},
      {{"lot", "--network", "none", "nothing-here"},
       "nothing-here: expected a file or folder, found nothing by this name"},
      {{"lot", "--stream", "--full", "--format", "text"}, "--full needs --format ndjson"},
      {{"lot", "--stream", "--part", "hex:zz"},
       "matter-attest: --part: expected hex digits after hex:"},
      {{"lot", "--part", "pass:x", "README.md"}, "--part needs --format ndjson"},
      {{"lot", "--stream", "--part", "pass:x", "--sample", "3"},
       "--sample cannot be joined with others"},
      {{"lot", "--network", "none", "--manifest", "README.md", "cli"}, "--manifest: README.md: "},
      {{"lot", "--network", "none", "--column", "x=y", "--manifest", "README.md", "cli"},
       "--column: expected NAME=HEADER"},
      {{"lot", "--network", "none", "-o", "/nothing/here", "README.md"},
       "/nothing/here: expected a file that can be written"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.says);
    const Ran ran = run_program(row.words);
    CHECK(ran.code == 2);
    CHECK(ran.out.find(row.says) != std::string::npos);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1);
  }
}

TEST_CASE("lot --full: each device's line has the report that verify makes of it") {
  const Ran ran = run_program(lot_words({"--stream", "--full"}), lot_records()[0].line());
  const auto line = parse_json(ran.out.substr(0, ran.out.find('\n')));
  REQUIRE(line);
  const Json* report = line->find("report");
  REQUIRE(report != nullptr);
  CHECK(*report->find("schema")->string() == "matter-attest/report/1");
  CHECK(*report->find("verdict")->string() == "approve");
  CHECK(*report->find("evidence")->array()->front().find("path")->string() == "line 1");
  CHECK(dump(*report).find(
            lot_records()[0].json.find("onboarding")->find("qr")->string()->substr(3)) ==
        std::string::npos);
}

TEST_CASE("devices that are alike are summed up each by its own name") {
  std::string lines;
  for (size_t i = 0; i < 4; ++i) {
    LotRecordPlan plain{.json =
                            Json(Json::Object{})};  // without what keeps records from being alike
    for (const char* key : {"id", "serial_number", "vendor_id", "product_id", "dac", "pai", "cd"}) {
      if (const Json* value = lot_records()[i].json.find(key)) plain.json.set(key, *value);
    }
    plain.json.set("manufacturing_date",
                   Json(Json::Number{"5"}));  // no text: told of with its place
    lines += plain.line();
  }
  const auto done = run_program(lot_words({"--stream", "--format", "csv"}), lines);
  for (const char* own : {"manufacturing_date in line 1 ", "manufacturing_date in line 2 ",
                          "manufacturing_date in line 3 ", "manufacturing_date in line 4 "}) {
    CAPTURE(own);
    CHECK(done.out.find(own) != std::string::npos);
  }
}
