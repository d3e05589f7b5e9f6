// Notes, scripts and documents that name a command with a code: none of it is of the device.
#include "verifier/readers/text/commands.h"

#include <filesystem>

#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("commands: a code that is an argument is none of the device") {
  const std::string qr = "MT:Y.K9042C00KA0648G00", manual = "34970112332";
  for (const std::string& text :
       {"chip-tool pairing code 1 " + qr,
        "run: chip-tool pairing code-wifi 1 net pw " + qr + " --x y",
        "$ ./out/chip-tool pairing code 1 " + manual,
        "Try `chip-tool payload parse-setup-payload " + qr + "`.",
        "matter-attest verify sample/ " + manual,
        "  - matter-attest verify --network test part " + qr, "echo " + qr + " > label.txt",
        "curl -F evidence=@dump.bin -F code=" + manual + " http://x",
        "chip-tool pairing code-wifi 1 net pw \\\n    " + qr + "\n",
        "devCtrl.CommissionWithCode(\"" + qr + "\", 1)",
        "{\"command\": \"commission_with_code\", \"args\": {\"code\": \"" + qr + "\"}}",
        "# qrencode -o label.png " + qr}) {
    CAPTURE(text);
    const Reading reading = read_bytes(view(text), {}, "notes.txt");
    CHECK(count(reading, FactId::qr_payload) + count(reading, FactId::manual_code) == 0);
  }
}

TEST_CASE("commands: what stands beside a command is read, and words about one are none") {
  const std::string qr = "MT:Y.K9042C00KA0648G00";
  for (const std::string& text :
       {"chip-tool pairing code 1 $CODE\nlabel: " + qr + "\n", "chip-tool says " + qr,
        "tested with chip-tool. The code is " + qr, "Use `chip-tool pairing code 1 X` with " + qr,
        "my-chip-tool pairing " + qr, "label " + qr + " # chip-tool pairing code 1 ...",
        "matter-attest approved it: " + qr}) {
    CAPTURE(text);
    const Reading reading = read_bytes(view(text), {}, "notes.txt");
    CHECK(count(reading, FactId::qr_payload) == 1);
  }
}

TEST_CASE("commands: this program's own documents are not used") {
  size_t documents = 0;
  std::vector<std::string> paths = {"README.md", "man/matter-attest.1"};
  for (const auto& entry : std::filesystem::directory_iterator("docs"))
    if (entry.path().extension() == ".md") paths.push_back(entry.path().string());
  for (const std::string& path : paths) {
    CAPTURE(path);
    const Bytes content = slurp(path);
    Reading reading;
    reading.codecs = &codecs::direct();
    REQUIRE(read_evidence({.path = path, .bytes = content, .member = true}, reading));
    CHECK(reading.device.statements.empty());
    CHECK(reading.device.remarks.empty());
    ++documents;
  }
  CHECK(documents > 10);
  // Not what somebody wrote a code into, however it begins.
  const std::string note = "# lamp 7\nchecked with matter-attest verify\nMT:Y.K9042C00KA0648G00\n";
  CHECK(!is_own_document(note));
}
