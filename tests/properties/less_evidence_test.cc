// Less evidence never gives a better verdict, and more of the same good device never a worse one.
//
// The rules, over every fixture, capture, posted file and sample log that can be judged:
//
//  R1  Taking a file away turns a reject into an approve only where the fault goes with it: for
//      every check that failed, the file held a side of what the check compares. It is named in the
//      finding (message, source), or the check no longer applies without it (skipped).
//  R2  Adding a file never turns a reject into an approve, unless it takes the place of another:
//  the
//      report then names that one as not used (the PAI that did not issue this DAC).
//      tests/properties/more_evidence_test.cc adds good files to bad parts.
//  R3  Of a device that is approved with all of its evidence, no part of the evidence is judged
//      better than the whole; and no file added to a part of it makes the verdict worse, but for
//      one case: a response handed over in files, of which elements, signature, nonce or challenge
//      is still missing, is undecided until the rest is there. A log has no rest to hand over: what
//      it does not state counts as absent.
//  R4  Lines of a log taken away turn a reject into an approve only where the values that the fault
//      lies between are no longer both there; of a log that is approved none makes it better.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cli/options.h"
#include "tests/support/folder.h"
#include "tests/support/judged.h"
#include "tests/support/own_credentials.h"
#include "tests/support/pasted_forms.h"
#include "tests/support/readings.h"
#include "verifier/base/characters.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

int rank(const Judged& j) {
  return j.report.verdict == Verdict::approve ? 0 : j.report.verdict == Verdict::undecided ? 1 : 2;
}

// Options, and the files that they end in.
struct Set {
  std::string name;
  std::vector<std::string> options, files;

  Judged judged(const std::vector<std::string>& some) const {
    std::vector<std::string> words = options;
    words.insert(words.end(), some.begin(), some.end());
    return judge(words);
  }
};

std::vector<Set> fixture_sets() {
  std::vector<Set> out;
  for (const std::string& name : fixture_names()) {
    Set set{.name = name, .options = {}, .files = {}};
    std::ifstream in("fixtures/devices/" + name + "/options");
    std::string last;
    for (std::string word; in >> word; last = word)
      (word.starts_with("--") || last.starts_with("--") ? set.options : set.files).push_back(word);
    out.push_back(std::move(set));
  }
  return out;
}

std::vector<std::string> files_of(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "meta.json" && name != "paa.der")
      out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}
std::vector<Set> capture_sets() {
  std::vector<Set> out;
  for (const auto& entry : std::filesystem::directory_iterator(shared() / "captures")) {
    if (!entry.is_directory()) continue;
    const std::string paa = (entry.path() / "paa.der").string();
    out.push_back(
        {.name = entry.path().filename().string(),
         .options = {"--network", "test", "--at", "2026-11-20T22:00:00Z", "--trust-paa", paa},
         .files = files_of(entry.path())});
  }
  return out;
}
std::vector<Set> field_sets() {
  std::vector<Set> out;
  for (const auto& entry : std::filesystem::directory_iterator(shared() / "field")) {
    const std::string trust = entry.path().string() + ".trust";
    if (!entry.is_directory() || !std::filesystem::exists(trust)) continue;
    out.push_back({.name = entry.path().filename().string(),
                   .options = {"--network", "none", "--at", "2026-11-20T22:00:00Z", "--trust-paa",
                               trust + "/paa.der", "--trust-cd-signer", trust + "/cd-signer.der"},
                   .files = files_of(entry.path())});
  }
  return out;
}

std::vector<std::string> without(const std::vector<std::string>& files, size_t i) {
  std::vector<std::string> out = files;
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
  return out;
}

bool names(const Finding& f, const std::string& path) {
  return (f.message.str() + " " + f.source.str() + " " + f.expected.str() + " " + f.actual.str())
             .find(path) != std::string::npos;
}

// R1 and R2 for every file of a set: how many could be judged without.
size_t check_each_file(const Set& set) {
  CAPTURE(set.name);
  size_t judged = 0;
  const Judged all = set.judged(set.files);
  if (!all.errors.empty()) return 0;  // not to be judged together
  for (size_t i = 0; i < set.files.size(); ++i) {
    const std::string& gone = set.files[i];
    CAPTURE(gone);
    const Judged rest = set.judged(without(set.files, i));
    if (!rest.errors.empty()) continue;
    ++judged;
    if (rank(rest) == 2 && rank(all) == 0)
      CHECK_MESSAGE(!all.evidence.not_used.empty(), "R2: " << set.name << " with " << gone << "\n"
                                                           << rest.text);
    if (rank(all) != 2 || rank(rest) != 0) continue;
    for (const Finding* f : all.report.all(Status::fail)) {
      const Finding& now = *rest.report.of(f->check);
      const bool its_own = names(*f, gone) || now.status == Status::skipped;
      CHECK_MESSAGE(its_own, "R1: " << set.name << " without " << gone << ": " << f->check->id
                                    << " failed: " << f->message << " and is now "
                                    << status_name(now.status));
    }
  }
  return judged;
}

// A response in files that lacks a part.
bool in_part(const Evidence& e) {
  const int parts = (e.elements_statement != nullptr) + (e.signature != nullptr) +
                    (e.nonce != nullptr) + (e.challenge != nullptr);
  return parts != 0 && parts != 4 && !e.response_is_logged;
}

// R3 for every part of the evidence and every file added to it.
void check_every_part(const Set& set) {
  CAPTURE(set.name);
  REQUIRE(set.files.size() <= 10);
  const size_t parts = size_t{1} << set.files.size();
  std::vector<int> verdict(parts);
  std::vector<bool> partial(parts);
  for (size_t part = 1; part < parts; ++part) {
    std::vector<std::string> files;
    for (size_t i = 0; i < set.files.size(); ++i) {
      if ((part >> i & 1) != 0) files.push_back(set.files[i]);
    }
    const Judged j = set.judged(files);
    verdict[part] = j.errors.empty() ? rank(j) : 1;
    partial[part] = in_part(j.evidence);
  }
  REQUIRE(verdict[parts - 1] == 0);
  for (size_t part = 1; part < parts; ++part) {
    CHECK_MESSAGE(verdict[part] != 2, "R3: a part of a good device is refused: " << part);
    for (size_t i = 0; i < set.files.size(); ++i) {
      const size_t more = part | size_t{1} << i;
      const bool worse = verdict[more] > verdict[part];
      CHECK_MESSAGE((!worse || partial[more]),
                    "R3: " << set.files[i] << " makes " << part << " worse");
    }
  }
}

}  // namespace

TEST_CASE("less evidence: of every fixture") {
  size_t judged = 0, good = 0;
  for (const Set& set : fixture_sets()) judged += check_each_file(set);
  for (const Set& set : fixture_sets()) {
    if (set.name.starts_with("good")) check_every_part(set), ++good;
  }
  CHECK(judged >= 1000);
  CHECK(good >= 7);
}

TEST_CASE("less evidence: of every capture and of what was posted") {
  if (!have_shared("captures") || !have_shared("field")) return;
  size_t captured = 0, good = 0, posted = 0;
  for (const Set& set : capture_sets()) captured += check_each_file(set);
  for (const Set& set : capture_sets()) {
    if (set.name == "good-plain" || set.name == "good-paa-list") check_every_part(set), ++good;
  }
  for (const Set& set : field_sets()) posted += check_each_file(set);
  CHECK(captured >= 140);
  CHECK(good == 2);
  CHECK(posted >= 20);
}

TEST_CASE("less evidence: of every sample of a vendor's data") {
  if (!have_shared("dumps")) return;
  size_t judged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared() / "dumps")) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.starts_with("_") || name.starts_with("lot-") ||
        name.starts_with("esp-lot") || name.starts_with("esp-flash4m"))
      continue;
    Set set{.name = name,
            .options = {"--network", "none", "--at", "2026-11-20T22:00:00Z", "--trust-paa",
                        (shared() / "dumps/_trust/Dump-Corpus-Test-PAA.pem").string(),
                        "--trust-cd-signer",
                        (shared() / "dumps/_trust/Chip-Test-CD-Signing-Cert.pem").string()},
            .files = files_of(entry.path())};
    if (set.files.size() < 2 || set.files.size() > 10) continue;
    judged += check_each_file(set);
  }
  CHECK(judged >= 80);
}

namespace {

// A log is judged below the PAA of its sample's corpus.
Judged judged_log(const std::string& log, Reading reading = {}) {
  static const std::vector<std::string> options = [] {
    std::vector<std::string> words = {"--network", "test", "--at", "2026-11-20T22:00:00Z"};
    for (const auto& entry : std::filesystem::directory_iterator(shared() / "dumps/_trust")) {
      if (entry.path().extension() != ".pem") continue;
      const bool cd = entry.path().filename().string().find("CD-Sign") != std::string::npos;
      words.push_back(cd ? "--trust-cd-signer" : "--trust-paa");
      words.push_back(entry.path().string());
    }
    return words;
  }();
  static const auto given = test::given_by(options);
  REQUIRE(given.has_value());
  static_cast<void>(read_evidence({.path = "chip.log", .bytes = view(log)}, reading));
  return test::judge(std::move(reading), given->policy, given->trust);
}

std::vector<std::string> lines_of(const std::string& s) {
  std::vector<std::string> out;
  for (size_t at = 0; at < s.size();) {
    const size_t end = std::min(s.find('\n', at), s.size() - 1) + 1;
    out.push_back(s.substr(at, end - at));
    at = end;
  }
  return out;
}

}  // namespace

namespace {

// The log that the SDK's verifier writes of an exchange: dumps in lines, then PEM blocks and what
// it read in them.
std::string verifiers_log(const Evidence& e) {
  const std::string prefix = "[1770364786.353] [2443:2465] ";
  std::string out;
  const auto line = [&](const std::string& s) { out += prefix + s + "\n"; };
  const auto field = [&](unsigned number, View bytes) {
    line(fmt::format("[DMG]   0x{:x} = [", number));
    for (size_t at = 0; at < bytes.size(); at += 64)
      line("[DMG]     " +
           listed(bytes.subspan(at, std::min<size_t>(64, bytes.size() - at)), "0x{:02x}", ", ") +
           ", ");
    line(fmt::format("[DMG]   ] ({} bytes)", bytes.size()));
  };
  const auto command = [&](unsigned id) {
    line("[DMG] CommandPathIB =");
    line("[DMG]   ClusterId = 0x3e,");
    line(fmt::format("[DMG]   CommandId = 0x{:x},", id));
  };
  const auto pem = [&](const char* role, View der) {
    line(fmt::format("[-] ==== {} certificate considered ({} bytes) ====", role, der.size()));
    const std::string block = to_pem("CERTIFICATE", der);
    for (size_t at = 0; at < block.size();) {
      const size_t end = block.find('\n', at);
      line("[-] " + block.substr(at, end - at));
      at = end + 1;
    }
  };
  command(3), field(0, e.pai.bytes);
  command(3), field(0, e.dac.bytes);
  command(0), field(0, *e.nonce);
  command(1), field(0, std::get<Bytes>(e.elements_statement->value)), field(1, *e.signature);
  line("[-] Device candidate DAC chain details:");
  line(fmt::format("[-] --> DAC's VID: {}, PID: {}", hex_id(*e.dac.certificate->vid()),
                   hex_id(*e.dac.certificate->pid())));
  pem("DAC", e.dac.bytes);
  pem("PAI", e.pai.bytes);
  line("[-] --> PAI certificate SKID: " + hex_colons(*e.pai.certificate->skid()));
  line("[-] CD signing key identifier: " + hex_colons(*e.cms->signers.front().subject_key_id));
  line("[-] --> VID: " + hex_id(e.cd->vendor_id));
  line("[CTL] Successfully validated 'Attestation Information' command received from the device.");
  return out;
}

// One line gone, every line from there on gone, a line cut in its middle, and the same with dots.
std::vector<std::string> with_less(const std::vector<std::string>& lines, size_t i) {
  std::vector<std::string> out(4);
  for (size_t l = 0; l < lines.size(); ++l) {
    const std::string half = lines[l].substr(0, lines[l].size() / 2);
    if (l != i) out[0] += lines[l];
    if (l < i) out[1] += lines[l];
    out[2] += l == i ? half + "\n" : lines[l];
    out[3] += l == i ? half + "...\n" : lines[l];
  }
  return out;
}

}  // namespace

TEST_CASE("less evidence: lines of a log") {
  if (!have_shared("dumps")) return;
  std::vector<std::pair<std::string, std::string>> logs;
  for (const char* name :
       {"chiptool-log-good", "chiptool-log-dmg-trace-good", "chiptool-log-nonce-mismatch"}) {
    logs.emplace_back(name, text(slurp(shared() / "dumps" / name / "chip-tool.log")));
    logs.emplace_back(std::string(name) + ", the verifier's",
                      verifiers_log(judged_log(logs.back().second).evidence));
  }
  size_t approved = 0, refused = 0;
  for (const auto& [name, log] : logs) {
    CAPTURE(name);
    const auto lines = lines_of(log);
    const Judged whole = judged_log(log);
    (rank(whole) == 0 ? approved : refused) += 1;
    for (size_t i = 0; i < lines.size(); ++i) {
      for (const std::string& left : with_less(lines, i)) {
        CAPTURE(lines[i]);
        const Judged rest = judged_log(left);
        if (rank(whole) == 0) CHECK_MESSAGE(rank(rest) != 2, "R4: " << rest.text);
        if (rank(whole) != 2 || rank(rest) != 0) continue;
        const bool both = rest.evidence.nonce != nullptr && rest.evidence.elements;
        CHECK_MESSAGE(!both, "R4: " << rest.text);
      }
    }
  }
  CHECK(approved == 4);
  CHECK(refused == 2);
}

TEST_CASE(
    "less evidence: a response that the log cuts is an absent one, with its signature or not") {
  if (!have_shared("dumps")) return;
  const std::string good(text(slurp(shared() / "dumps/chiptool-log-good/chip-tool.log")));
  const auto lines = lines_of(verifiers_log(judged_log(good).evidence));
  std::string cut, without_signature;
  bool in_elements = false;
  for (const std::string& l : lines) {
    in_elements = in_elements || l.find("CommandId = 0x1") != std::string::npos;
    const bool dump = in_elements && l.find("0x15, 0x30") != std::string::npos;
    const std::string kept = dump ? l.substr(0, l.size() - 20) + "\n" : l;
    cut += kept;
    if (!in_elements || dump || l.find("0x0 = [") != std::string::npos) without_signature += kept;
  }
  const Judged with = judged_log(cut), less = judged_log(without_signature);
  CHECK(with.report.verdict == less.report.verdict);
  const Finding& warned = with.report.findings[check_index(*find_check("factory.log-is-complete"))];
  CHECK(warned.status == Status::warn);
  CHECK(warned.message.find("attestation elements") != std::string::npos);
}

TEST_CASE("more evidence: the same certificates in every form that people paste") {
  Set good;
  for (Set& set : fixture_sets()) {
    if (set.name == "good") good = std::move(set);
  }
  const Judged all = good.judged(good.files);
  REQUIRE(rank(all) == 0);
  const Folder folder;
  const std::string path = folder / "pasted.txt";
  CHECK(pasted_forms().size() >= 40);
  for (const PastedForm& form : pasted_forms()) {
    CAPTURE(form.name);
    for (const Bytes* der :
         {&all.evidence.dac.bytes, &all.evidence.pai.bytes, &all.evidence.cd_bytes}) {
      const std::string written = form.write(*der);
      // (A form that calls what it holds a DAC is held to it.)
      if (der != &all.evidence.dac.bytes && to_lower(written).find("dac") != std::string::npos)
        continue;
      std::ofstream(path, std::ios::binary) << written;
      std::vector<std::string> more = good.files;
      more.push_back(path);
      const Judged with = good.judged(more);
      CHECK_MESSAGE(rank(with) == 0, form.name << with.text);
      CHECK(with.ids(Status::warn) == all.ids(Status::warn));
    }
  }
}
