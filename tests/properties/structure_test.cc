// Reads the includes of the whole tree: an arrow that points backwards, or a third-party header in
// a second file of a room, fails here.

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "tests/support/support.h"

namespace fs = std::filesystem;

namespace {

struct Include {
  std::string file;    // "verifier/checks/cd.cc"
  std::string header;  // "verifier/checks/catalogue.h", "openssl/evp.h"
  bool quoted;
};

// Which rooms a room may include. Whatever folder of the tree holds sources has to be in it.
const std::map<std::string, std::set<std::string>> kArrows = {
    {"verifier", {}},
    {"dcl", {"verifier"}},
    {"codecs", {"verifier"}},
    {"engines", {"verifier"}},
    {"platform", {"dcl", "codecs", "verifier"}},
    {"lot", {"platform", "codecs", "verifier"}},
    {"audit", {"platform", "dcl", "verifier"}},
    {"report", {"lot", "audit", "dcl", "verifier"}},
    {"bundle", {"report", "platform", "verifier"}},
    {"serve",
     {"bundle", "report", "lot", "audit", "platform", "dcl", "codecs", "engines", "verifier"}},
    {"cli",
     {"serve", "bundle", "report", "lot", "audit", "platform", "dcl", "codecs", "engines",
      "verifier"}},
    {"fixtures", {"dcl", "verifier"}},
    {"examples", {"verifier"}},
};

std::vector<std::string> rooms() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(".")) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name == "build" || name == "tests" || name[0] == '.') continue;
    const auto is_source = [](const fs::directory_entry& file) {
      return file.path().extension() == ".cc" || file.path().extension() == ".h";
    };
    const fs::recursive_directory_iterator files(name);
    if (std::any_of(begin(files), end(files), is_source)) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Include> includes() {
  std::vector<Include> out;
  for (const std::string& room : rooms()) {
    for (const auto& entry : fs::recursive_directory_iterator(room)) {
      const std::string ext = entry.path().extension().string();
      if (ext != ".cc" && ext != ".h") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("#include ")) continue;
        const bool quoted = line[9] == '"';
        const size_t end = line.find(quoted ? '"' : '>', 10);
        if (end != std::string::npos)
          out.push_back({entry.path().generic_string(), line.substr(10, end - 10), quoted});
      }
    }
  }
  REQUIRE(out.size() > 1'500);  // a test over none of them would pass; run from the project's root
  return out;
}

std::string room(const std::string& path) {
  return path.substr(0, path.find('/'));
}

// Inside verifier/: which rooms a room may include, besides itself and what those include. What
// lies at its root, a stranger includes: each of those files is named, with what it stands on.
const std::map<std::string, std::set<std::string>> kInside = {
    {"base", {}},
    {"crypto", {"base"}},
    {"pki", {"crypto"}},
    {"matter", {"pki"}},
    {"policy.h", {"base"}},
    {"approved_part.h", {"base"}},
    {"trust", {"matter"}},
    {"ledger.h", {"pki"}},
    {"readers", {"matter"}},
    {"gather", {"readers", "trust", "ledger.h", "policy.h", "approved_part.h"}},
    {"report", {"gather"}},
    {"rules", {"report"}},
    {"sdk", {"report"}},
    {"checks", {"rules", "sdk"}},
    {"judge", {"checks"}},
    {"batch", {"judge"}},
    {"verify", {"judge"}},
};

// "verifier/readers/silabs/x.cc" -> "readers"; "verifier/trust.cc" -> "trust"; "verifier/policy.h"
// -> "policy.h"
std::string inside(const std::string& path) {
  const size_t from = std::string("verifier/").size();
  const std::string name = path.substr(from, path.find('/', from) - from);
  if (kInside.contains(name)) return name;
  return name.substr(0, name.find('.'));
}

bool may_include(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const std::set<std::string>& next = kInside.at(from);
  return std::any_of(next.begin(), next.end(),
                     [&](const std::string& n) { return may_include(n, to); });
}

}  // namespace

TEST_CASE(
    "arrows between rooms point one way: cli -> serve -> bundle -> report -> lot, audit -> "
    "platform "
    "-> dcl, codecs, engines -> verifier") {
  for (const std::string& room : rooms()) CHECK_MESSAGE(kArrows.contains(room), room);
  for (const Include& i : includes()) {
    if (!i.quoted) continue;
    CAPTURE(i.file);
    CAPTURE(i.header);
    const std::string from = room(i.file), to = room(i.header);
    CHECK((from == to || kArrows.at(from).contains(to)));
  }
  // No way leads back.
  for (const auto& [from, direct] : kArrows) {
    std::vector<std::string> todo(direct.begin(), direct.end());
    std::set<std::string> seen;
    while (!todo.empty()) {
      const std::string at = todo.back();
      todo.pop_back();
      if (!seen.insert(at).second) continue;
      const auto& next = kArrows.at(at);
      todo.insert(todo.end(), next.begin(), next.end());
    }
    CHECK_MESSAGE(!seen.contains(from), from);
  }
}

TEST_CASE("no file includes itself, over whatever others") {
  std::map<std::string, std::set<std::string>> of;
  for (const Include& i : includes()) {
    if (i.quoted) of[i.file].insert(i.header);
  }
  for (const auto& [file, direct] : of) {
    std::vector<std::string> todo(direct.begin(), direct.end());
    std::set<std::string> seen;
    while (!todo.empty()) {
      const std::string at = todo.back();
      todo.pop_back();
      if (!seen.insert(at).second) continue;
      const auto next = of.find(at);
      if (next != of.end()) todo.insert(todo.end(), next->second.begin(), next->second.end());
    }
    CHECK_MESSAGE(!seen.contains(file), file);
  }
}

TEST_CASE("inside verifier, the arrows between rooms point one way, and every file has a room") {
  std::set<std::string> seen;
  for (const Include& i : includes()) {
    if (!i.quoted || room(i.file) != "verifier") continue;
    const std::string from = inside(i.file), to = inside(i.header);
    CAPTURE(i.file);
    CAPTURE(i.header);
    REQUIRE(kInside.contains(from));
    REQUIRE(kInside.contains(to));
    CHECK(may_include(from, to));
    seen.insert(from);
    seen.insert(to);
  }
  for (const auto& [name, below] : kInside) CHECK_MESSAGE(seen.contains(name), name);
}

TEST_CASE("tests lie where their sources lie") {
  const std::set<std::string> of_tests = {"properties", "support", "bench", "fuzz"};
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator("tests")) {
    const std::string path = entry.path().generic_string();
    if (!path.ends_with(".cc") && !path.ends_with(".h")) continue;
    ++count;
    const std::string folder = entry.path().parent_path().generic_string();
    CAPTURE(path);
    REQUIRE(folder.size() > 6);  // not in tests/ itself
    const std::string mirrored = folder.substr(6);
    CHECK((of_tests.contains(mirrored) || fs::is_directory(mirrored)));
  }
  CHECK(count > 200);
}

TEST_CASE(
    "inside serve, the arrows between rooms point one way: decisions -> judge, mirror -> http") {
  const std::map<std::string, std::set<std::string>> may = {
      {"http", {}},
      {"judge", {"http"}},
      {"mirror", {"http"}},
      {"decisions", {"http", "judge", "mirror"}},
  };
  const auto inner = [](const std::string& path) {
    const std::string below = path.substr(std::string("serve/").size());
    return below.find('/') == std::string::npos ? std::string() : room(below);
  };
  size_t seen = 0;
  for (const Include& i : includes()) {
    if (!i.quoted || room(i.file) != "serve" || room(i.header) != "serve") continue;
    CAPTURE(i.file);
    CAPTURE(i.header);
    const std::string from = inner(i.file), to = inner(i.header);
    if (from.empty() || from == to) continue;  // the root asks all of them
    ++seen;
    REQUIRE(may.contains(from));
    CHECK(may.at(from).contains(to));
  }
  CHECK(seen > 5);
}

TEST_CASE("nothing in verifier prints, reads a clock, the environment, files or the network") {
  const std::set<std::string> outside = {"iostream",   "cstdio",       "stdio.h",    "fstream",
                                         "filesystem", "ctime",        "time.h",     "cstdlib",
                                         "unistd.h",   "sys/socket.h", "sys/stat.h", "thread"};
  for (const Include& i : includes()) {
    if (i.quoted || room(i.file) != "verifier") continue;
    CAPTURE(i.file);
    CHECK_MESSAGE(!outside.contains(i.header), i.header);
  }
  // <chrono> is there for the calendar: its clocks are not.
  size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator("verifier")) {
    if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
    ++seen;
    std::ifstream in(entry.path());
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    CHECK_MESSAGE(all.find("_clock") == std::string::npos, entry.path().string());
  }
  CHECK(seen > 100);
}

// A rule whose precondition somebody takes away is to fail a test by its name, not to read what is
// not there: what rules are handed and what they find is Maybe or MaybeValue
// (verifier/base/maybe.h).
TEST_CASE("rules hold what may be missing in types that say so") {
  const std::regex unchecked(R"(std::optional\b|std::shared_ptr\b|const [A-Z]\w*\* \w+ = [^n]|)"
                             R"(const (auto|std::string)\* \w+ = [^n]*get_if|)"
                             R"(\.front\(\)|\.back\(\)|\[0\])");  // of a list: first_of
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator("verifier/checks")) {
    ++files;
    std::ifstream in(entry.path());
    size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      const std::string where = entry.path().string() + ":" + std::to_string(number);
      INFO(where << ": " << line);
      CHECK_FALSE(std::regex_search(line, unchecked));
    }
  }
  CHECK(files > 30);
}

TEST_CASE("what commands have of the world comes from the Console, and they are written one way") {
  // In code, not in words: each is looked for outside of comments and texts.
  const std::vector<std::pair<std::regex, const char*>> refused = {
      {std::regex("\\bstatic [A-Za-z:]*Options\\b"), "options live in a shared_ptr"},
      {std::regex("\\bgetenv\\("), "Console::environment"},
      {std::regex("\\b(std::time|::time|system_clock::now|clock_gettime)\\b"), "Console::now"},
      {std::regex("\\b_?_?(_Exit|_exit|quick_exit|abort)\\(|\\bstd::exit\\("),
       "a Result, or a throw"},
      {std::regex("\\bstd::(cout|cerr|cin|clog|puts|printf)\\b|\\b(stdout|stderr|stdin)\\b"),
       "Console::out, err and in"},
      {std::regex("\\bSTD(IN|OUT|ERR)_FILENO\\b|\\bisatty\\("), "Console"},
  };
  // Where the process's own Console is made; and where a process ends that is none of the user's.
  const std::set<std::string> outside = {"platform/console.cc", "serve/judge/nursery.cc"};
  const std::regex words("\"(\\\\.|[^\"\\\\])*\"|//.*");
  size_t seen = 0;
  std::set<std::string> needed;
  for (const char* room : {"cli", "serve", "lot", "audit", "platform", "report", "bundle"}) {
    for (const auto& entry : fs::recursive_directory_iterator(room)) {
      const std::string file = entry.path().generic_string();
      if (!file.ends_with(".cc") && !file.ends_with(".h")) continue;
      ++seen;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        const std::string code = std::regex_replace(line, words, "");
        for (const auto& [pattern, instead] : refused) {
          if (!std::regex_search(code, pattern)) continue;
          needed.insert(file);
          CHECK_MESSAGE(outside.contains(file), file << ": " << line << ": expected " << instead);
        }
      }
    }
  }
  CHECK(seen > 100);
  CHECK(needed.contains("platform/console.cc"));
}

TEST_CASE("who checks signatures is handed in: OpenSSL's engine is named where programs begin") {
  // Engines fall back on it.
  const auto may_name = [](const std::string& file) {
    return file == "verifier/crypto/crypto.h" || file == "verifier/crypto/crypto.cc" ||
           file.starts_with("cli/") || file.starts_with("platform/") ||
           file.starts_with("engines/") || file.starts_with("examples/");
  };
  size_t named = 0;
  for (const std::string& room : rooms()) {
    for (const auto& entry : fs::recursive_directory_iterator(room)) {
      const std::string file = entry.path().generic_string();
      if (!file.ends_with(".cc") && !file.ends_with(".h")) continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (line.starts_with("//") || line.find("openssl_engine()") == std::string::npos) continue;
        ++named;
        CHECK_MESSAGE(may_name(file), file);
      }
    }
  }
  CHECK(named >= 5);
}

TEST_CASE("a third-party header stands in one file of a room") {
  const std::set<std::string> vocabulary = {"fmt", "tl",
                                            "doctest"};  // types and words of every file
  std::map<std::string, std::set<std::string>> users;    // "verifier openssl" -> files
  for (const Include& i : includes()) {
    const bool library =
        !i.quoted && (i.header.find('/') != std::string::npos || i.header == "sqlite3.h" ||
                      i.header == "httplib.h" || i.header == "cbor.h" || i.header == "archive.h" ||
                      i.header == "png.h" || i.header == "microhttpd.h" || i.header == "crypt.h");
    if (!library || i.header.starts_with("sys/") || i.header.starts_with("netinet/") ||
        i.header.starts_with("arpa/"))
      continue;
    const std::string name = i.header.substr(0, i.header.find_first_of("/."));
    if (!vocabulary.contains(name)) users[room(i.file) + " " + name].insert(i.file);
  }
  // Several files where one would hold things that nobody reads together.
  struct Excuse {
    size_t files;
    const char* why;
  };
  const std::map<std::string, Excuse> several = {
      {"verifier openssl",
       {3,
        "crypto.cc: primitives; encrypted_key.cc: PKCS#8, PKCS#12 and PEM encryption; "
        "firmware_signature.cc: RSA and the curves of secure boot"}},
  };
  for (const auto& [library, files] : users) {
    std::string list = library + ":";
    for (const std::string& file : files) list += " " + file;
    CAPTURE(list);
    const auto excuse = several.find(library);
    CHECK(files.size() == (excuse == several.end() ? 1u : excuse->second.files));
  }
  for (const auto& [library, excuse] : several)  // an excuse that nobody needs any more
    CHECK_MESSAGE(users.contains(library), library);
}

TEST_CASE("tests keep their files in folders of their own") {
  size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator("tests")) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(".cc") && !file.ends_with(".h")) continue;
    const std::string folder = entry.path().parent_path().filename().string();
    if (folder == "bench" || folder == "fuzz") continue;  // programs of their own
    std::ifstream in(entry.path());
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    ++seen;
    CAPTURE(file);
    if (file == "structure_test.cc" || file == "folder.h") continue;
    CHECK(content.find("temp_directory_path") == std::string::npos);
    CHECK(content.find("mkdtemp") == std::string::npos);
    CHECK(content.find("class Folder") == std::string::npos);
  }
  CHECK(seen > 100);
}

TEST_CASE("no file is named for nothing") {
  for (const Include& i : includes()) {
    for (const char* filler : {"util", "common", "helper", "manager", "misc"}) {
      CAPTURE(i.file);
      CHECK(fs::path(i.file).filename().string().find(filler) == std::string::npos);
    }
  }
}
