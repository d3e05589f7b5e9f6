// Credentials in source code, debuggers' memory and notes: every form gives the bytes back.

#include <fmt/format.h>

#include <random>

#include "tests/support/own_credentials.h"
#include "tests/support/pasted_forms.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/credentials/pem_text.h"
#include "verifier/readers/text/pasted_bytes.h"

using namespace attest;
using namespace attest::test;

// (Some forms call what they hold a DAC, and so hold a PAI against it.)
static std::vector<Bytes> certificates(const Reading& reading) {
  std::vector<Bytes> out;
  for (const Statement& s : reading.device.statements) {
    if (s.fact == FactId::certificate || s.fact == FactId::dac)
      out.push_back(std::get<Bytes>(s.value));
  }
  return out;
}

TEST_CASE("pasted: every form gives a certificate back, byte for byte") {
  CHECK(pasted_forms().size() >= 40);
  for (const PastedForm& form : pasted_forms()) {
    CAPTURE(form.name);
    for (const Bytes& der : {own_dac(), own_pai()}) {
      const std::string written = form.write(der);
      const Reading reading = read_bytes(view(written), {}, "pasted.txt");
      CHECK_MESSAGE(problems(reading) == "", form.name << "\n" << written.substr(0, 600));
      const bool same = certificates(reading) == std::vector<Bytes>{der};
      CHECK_MESSAGE(same, form.name << "\n" << written.substr(0, 600));
      CHECK(kind(reading) == "source-text");
    }
  }
}

TEST_CASE("pasted: several in one file, and their names are their places") {
  for (const char* between : {"\n", "\n\n/* the issuer */\n", "\n\n## Issuer\n"}) {
    for (const PastedForm& form : pasted_forms()) {
      const std::string name = form.name;
      // Without anything that names them, two dumps of one kind are told apart by their addresses
      // or by their lengths.
      if (name == "xxd -i without its head" || name == "escapes without quotes") continue;
      CAPTURE(name);
      const Reading reading =
          read_bytes(view(form.write(own_dac()) + between + form.write(own_pai())));
      CHECK(certificates(reading).size() == 2);
    }
  }
  const auto array = [](const char* name, View v) {
    return fmt::format("static const uint8_t {}[] = {{ {} }};\n", name,
                       listed(v, "0x{:02x}", ", "));
  };
  const Reading reading =
      read_bytes(view(array("kDacCert", own_dac()) + array("kPaiCert", own_pai()) +
                      array("kDacPrivateKey", own_key()) + array("kAesTable", Bytes(32, 0x11))));
  std::string places;
  for (const Statement& s : reading.device.statements) places += s.place.item + " ";
  CHECK(places == "kDacCert kPaiCert kDacPrivateKey ");
  CHECK(reading.device.statements[0].place.offset == 36u);
}

TEST_CASE("pasted: no code and no passcode becomes a name") {
  for (const char* before :
       {"MT:Y.K9042C00KA0648G00", "20202021", "3497-011-2332", "34970112332", "pin20202021"}) {
    CAPTURE(before);
    for (const std::string& s : {"\"" + std::string(before) + "\": \"" + hex(own_dac()) + "\"\n",
                                 std::string(before) + ":\n" + in_lines(own_dac(), xxd_line),
                                 std::string(before) + " = " + base64(own_dac()) + "\n"}) {
      const Reading reading = read_bytes(view(s), {}, "notes.txt");
      for (const Statement& said : reading.device.statements)
        CHECK(said.place.item.find(before) == std::string::npos);
      CHECK(count(reading, FactId::certificate) == 1);
    }
  }
}

TEST_CASE("pasted: PEM in string literals") {
  const std::string pem = to_pem("CERTIFICATE", own_dac());
  std::string lines = "#define DAC_PEM \\\n";
  for (size_t at = 0; at < pem.size();) {
    const size_t end = pem.find('\n', at);
    lines += "    \"" + pem.substr(at, end - at) + "\\n\" \\\n";
    at = end + 1;
  }
  const Reading reading = read_bytes(view(lines));
  CHECK(problems(reading) == "");
  CHECK(*reading.device.bytes(FactId::certificate) == own_dac());
}

TEST_CASE("pasted: what was shortened is not there, and what is cut is damage") {
  const std::string all = listed(own_dac(), "0x{:02x}", ", ", 12, ",\n  ");
  const std::string head = all.substr(0, 600);
  const auto note = [](const std::string& s) {
    const Reading reading = read_bytes(view(s), {}, "a.c");
    CHECK(count(reading, FactId::certificate) == 0);
    CHECK(problems(reading) == "");
    return remark(reading, Remark::not_in_log);
  };
  CHECK(note("uint8_t dac[] = {" + head + "...\n};\n") ==
        "certificate: shortened where it was pasted: 461 bytes are stated, 97 are there");
  CHECK(note("uint8_t dac[] = {" + head + " …\n};\n").starts_with("certificate: shortened"));
  CHECK(note("unsigned char dac[] = {" + head + "};\nunsigned int dac_len = 461;\n")
            .starts_with("certificate: shortened"));
  std::string dump = in_lines(own_dac(), hexdump_line);
  CHECK(note(dump.substr(0, 79 * 4) + "...\n").starts_with("certificate: shortened"));
  // Lines in the middle are gone.
  std::string gone;
  size_t n = 0;
  for (size_t at = 0; at < dump.size(); ++n) {
    const size_t end = dump.find('\n', at) + 1;
    if (n < 4 || n > 9) gone += dump.substr(at, end - at);
    at = end;
  }
  CHECK(note(gone).starts_with("certificate: shortened"));
  // Nothing says that something was left out: the array itself is cut.
  const Reading cut = read_bytes(view("uint8_t dac[] = {" + head + "};\n"), {}, "a.c");
  CHECK(count(cut, FactId::certificate) == 1);
}

TEST_CASE("pasted: a line of repeated bytes is a star, and prose is no bytes") {
  const auto dumps = pasted_bytes(
      "00000000  30 82 01 e9 30 82 01 8f  a0 03 02 01 02 02 01 02  |0...0...........|\n"
      "00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
      "*\n"
      "00000040  11 22                                             |.\"|\n"
      "00000042\n");
  REQUIRE(dumps.size() == 1);
  CHECK(dumps[0].bytes.size() == 0x42);
  CHECK_FALSE(dumps[0].shortened);
  CHECK(pasted_bytes("It began on 2026-11-20 at 22 40 48, in build 12, 13 and 14 of ours.\n"
                     "Don't worry: the others' logs say \"fine\", and facade feed beef is food.\n")
            .empty());
  for (const char* innocent : {"int main() { return 0; }\n", "0x30, 0x82, 0x01\n"})
    CHECK(kind(read_bytes(view(innocent), {}, "x.txt")) != "source-text");
}

TEST_CASE("pasted: whatever became of a form, places lie in it and values are bounded") {
  std::mt19937 random(20261129);
  const auto below = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  for (const PastedForm& form : pasted_forms()) {
    CAPTURE(form.name);
    const std::string written = form.write(own_dac()) + form.write(own_pai());
    for (unsigned round = 0; round < 20; ++round) {
      std::string s = written;
      for (size_t n = below(6); n-- > 0 && s.size() > 40;) {
        const size_t at = below(s.size());
        if (below(3) == 0)
          s.erase(at, below(30));
        else if (below(2) == 0)
          s.insert(at, written.substr(below(written.size()), below(60)));
        else
          s[at] = static_cast<char>(below(128));
      }
      for (const PastedBytes& value : pasted_bytes(s)) {
        CHECK(value.offset < s.size());
        CHECK(value.bytes.size() <= s.size() + kMostRepeatedBytes + 4096);
      }
      read_bytes(view(s), {}, "a.c");
    }
  }
}

TEST_CASE("pasted: no text takes the square of its length") {
  const auto repeated = [](const char* s, size_t size) {
    std::string out;
    while (out.size() < size) out += s;
    return out;
  };
  // A square would take minutes here.
  for (const char* piece :
       {"a/", "a+", "a_/", "<repeats ", "0x3, <repeats 4000 times", "\"", "'", "`", "/*", "\\x3",
        "30:", "3082 ", "\"a\"", "00000000: 3082\n", "*\n", "[{(", "=", "-", "..."})
    for (const char* tail : {"", "_", "\n"})
      CHECK(pasted_bytes(repeated(piece, 128u << 10) + tail).size() <= kMostPasted);
  for (const char* piece : {"\\\"", "\\'", "\\\"'", "\\x\\\"", "\"\"\"\\", "'\\\""})
    CHECK(pasted_bytes(repeated(piece, 1u << 20)).empty());
  // Lines of a dump that each repeat the one before.
  std::string stars;
  for (unsigned i = 0; i < 200'000; ++i) stars += fmt::format("{:08x} 3082 3082\n*\n", 8 * i);
  CHECK(pasted_bytes(stars).size() == 1);
  // Markers of PEM in one line, words that state lengths, values without anything between them.
  for (const char* piece :
       {"-----BEGIN A-----", "-----END A-----", "-----BEGIN ", "----------",
        "-----END A-----BEGIN ", "MIIBAAAAAAAAAAAA ", "MIQAAAAAAAAAAAAA\n", "3082010000000000 ",
        "30840fffffff0000 ", "MFAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "FTABBCQCBCQDGAAAAAAAAAAAAAAAAAAAAAAA ", "300230023002"}) {
    CAPTURE(piece);
    const std::string text = repeated(piece, 512u << 10);
    CHECK(pem_ends_alone(text).size() <= 64);
    CHECK(loose_in_text(text, Search::text).found.size() <= kMostPasted);
    CHECK(loose_in_value(text, false).size() <= kMostPasted);
  }
}

TEST_CASE("pasted: what people pasted in the field") {
  if (!have_shared("field")) return;
  const auto read = [](const char* path) {
    return read_bytes(slurp(shared() / "field" / path), {}, path);
  };
  for (const char* path :
       {"15-xxd-header/chip_project_config.h", "15-xxd-header/continued-macro.h",
        "15-xxd-header/xxd-i.txt", "15-xxd-header/folder/chip_project_config.h",
        "21-hexdump-text/0x.txt", "21-hexdump-text/colons.txt", "21-hexdump-text/hexdump-C.txt",
        "21-hexdump-text/hexprefix.txt", "21-hexdump-text/od.txt", "21-hexdump-text/pylist.txt",
        "21-hexdump-text/xxd-p.txt", "21-hexdump-text/xxd.txt"}) {
    const Reading reading = read(path);
    CHECK_MESSAGE(problems(reading) == "", path);
    CHECK_MESSAGE(count(reading, FactId::cd) == 1, path);
  }
  for (const char* path :
       {"21-hexdump-text/backslash-x.txt", "21-hexdump-text/x509-text-and-pem.pem"}) {
    const Reading reading = read(path);
    CHECK_MESSAGE(problems(reading) == "", path);
    CHECK_MESSAGE(count(reading, FactId::certificate) == 1, path);
  }
  const Reading macro = read("15-xxd-header/continued-macro.h");
  CHECK(macro.device.first(FactId::cd)->place.item ==
        "CHIP_DEVICE_CONFIG_CERTIFICATION_DECLARATION");
}
