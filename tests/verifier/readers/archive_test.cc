// Archives made by libarchive in memory, kind and hostile ones.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include <algorithm>
#include <memory>

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Member {
  std::string path;
  Bytes bytes;
  std::string link;
  unsigned type = AE_IFREG;
};
enum class Form : uint8_t {
  zip,
  encrypted_zip,
  seven_zip,
  tar,
  tar_gz,
  tar_zst,
  tar_xz,
  tar_bz2,
  tar_lz4,
  gz,
  zst,
  xz,
  bz2,
  lz4
};
bool is_one_file(Form form) {
  return form >= Form::gz;
}

Bytes pack(Form form, const std::vector<Member>& members) {
  Bytes out(64u << 20);
  size_t used = 0;
  const std::unique_ptr<archive, int (*)(archive*)> a(archive_write_new(), archive_write_free);
  if (form == Form::tar_gz || form == Form::gz) archive_write_add_filter_gzip(a.get());
  if (form == Form::tar_zst || form == Form::zst) archive_write_add_filter_zstd(a.get());
  if (form == Form::tar_xz || form == Form::xz) archive_write_add_filter_xz(a.get());
  if (form == Form::tar_bz2 || form == Form::bz2) archive_write_add_filter_bzip2(a.get());
  if (form == Form::tar_lz4 || form == Form::lz4) archive_write_add_filter_lz4(a.get());
  if (form == Form::seven_zip) {
    archive_write_set_format_7zip(a.get());
  } else if (form == Form::zip || form == Form::encrypted_zip) {
    archive_write_set_format_zip(a.get());
    archive_write_set_options(a.get(), "zip:hdrcharset=UTF-8");
  } else if (is_one_file(form)) {
    archive_write_set_format_raw(a.get());
  } else {
    archive_write_set_format_pax_restricted(a.get());
  }
  if (form == Form::encrypted_zip) {
    archive_write_set_options(a.get(), "zip:encryption=aes256");
    archive_write_set_passphrase(a.get(), "blue-door");
  }
  REQUIRE(archive_write_open_memory(a.get(), out.data(), out.size(), &used) == ARCHIVE_OK);
  for (const Member& m : members) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> e(archive_entry_new(),
                                                                     archive_entry_free);
    archive_entry_set_pathname(e.get(), m.path.c_str());
    archive_entry_set_perm(e.get(), 0644);
    if (m.link.empty()) {
      archive_entry_set_filetype(e.get(), m.type);
      archive_entry_set_size(e.get(), static_cast<la_int64_t>(m.bytes.size()));
    } else {
      archive_entry_set_filetype(e.get(), AE_IFLNK);
      archive_entry_set_symlink(e.get(), m.link.c_str());
    }
    REQUIRE(archive_write_header(a.get(), e.get()) >= ARCHIVE_WARN);
    if (m.link.empty() && !m.bytes.empty())
      REQUIRE(archive_write_data(a.get(), m.bytes.data(), m.bytes.size()) ==
              static_cast<la_ssize_t>(m.bytes.size()));
  }
  archive_write_close(a.get());
  out.resize(used);
  return out;
}

}  // namespace

TEST_CASE("archives of every kind, one inside another") {
  for (const Form form : {Form::zip, Form::seven_zip, Form::tar, Form::tar_gz, Form::tar_zst,
                          Form::tar_xz, Form::tar_bz2, Form::tar_lz4}) {
    CAPTURE(static_cast<int>(form));
    const Bytes inner = pack(Form::zip, {{"deep/pai.der", own_pai(), ""}});
    const Reading reading =
        read_bytes(pack(form, {{"a/dac.der", own_dac(), ""},
                               {"readme.txt", to_bytes(view("nothing here")), ""},
                               {"b.zip", inner, ""}}),
                   {}, "lot.zip");
    CHECK(kind(reading) == "archive");
    CHECK(problems(reading) == "");
    REQUIRE(count(reading, FactId::certificate) == 2);
    CHECK(reading.device.statements[0].place.path == "lot.zip!a/dac.der");
    CHECK(reading.device.statements[1].place.path == "lot.zip!b.zip!deep/pai.der");
    REQUIRE(reading.files.size() == 5);
    CHECK(reading.files[1].kind == "x509");
    CHECK(reading.files[2].kind == "raw");
  }
}

TEST_CASE("members keep names that are not ASCII, whatever the locale") {
  for (const Form form : {Form::zip, Form::tar}) {
    const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr), before = uselocale(utf8);
    const Bytes packed = pack(form, {{"Pr\u00FCfling 1/dac.der", own_dac(), ""},
                                     {"\u90E8\u54C1/dac.der", own_dac(), ""}});
    uselocale(before);
    freelocale(utf8);
    const Reading reading = read_bytes(packed, {}, "lot");
    CHECK(problems(reading) == "");
    REQUIRE(reading.files.size() == 3);
    CHECK(reading.files[1].path == "lot!Pr\u00FCfling 1/dac.der");
    CHECK(reading.files[2].path == "lot!\u90E8\u54C1/dac.der");
  }
}

TEST_CASE("one file under a compression keeps the file's name") {
  for (const Form form : {Form::gz, Form::zst, Form::xz, Form::bz2, Form::lz4}) {
    const Reading reading = read_bytes(pack(form, {{"x", own_dac(), ""}}), {}, "dac.der.gz");
    CHECK(kind(reading) == "archive");
    REQUIRE(count(reading, FactId::certificate) == 1);
    CHECK(reading.device.statements[0].place.path == "dac.der.gz");
  }
}

// Memory whose first bytes are those of a container, and none: what lies in it is found.
static Bytes memory(std::string_view head, size_t at = 0) {
  Bytes out(at, 0x11);
  const View start = view(head);
  out.insert(out.end(), start.begin(), start.end());
  out.resize(out.size() + 300, 0x11);
  const Bytes dac = own_dac();
  out.insert(out.end(), dac.begin(), dac.end());
  out.resize(out.size() + 700, 0xFF);
  return out;
}

TEST_CASE("memory that begins as a container does is searched, packed or not") {
  using std::string_view_literals::operator""sv;
  const std::vector<Bytes> all = {
      memory(std::string(1024, '\0')),
      memory(std::string(10'240, '\0')),
      memory("ustar\0"sv
             "00"sv,
             257),
      memory("PK\x03\x04"sv),
      memory("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv),
      memory("\x1F\x8B\x08\0\0\0\0\0\0\0"sv),
      memory("\x1F\x8B\x08\xFF"sv),
      memory("\xFD\x37zXZ\0"sv),
      memory("\x28\xB5\x2F\xFD"sv),
      memory("\x04\x22\x4D\x18"sv),
      memory("BZh91AY&SY"sv),
      memory("7z\xBC\xAF\x27\x1C"sv),
      memory("070701"sv),
      memory("!<arch>\n"sv),
      memory("\x89PNG\r\n\x1A\n"sv),
      memory("GIF89a"sv),
      memory("%PDF-1.4\n"sv),
      memory("\x7F" + std::string("ELF\x01\x01\x01") + std::string(60, '\0')),
  };
  for (const Bytes& bytes : all) {
    CAPTURE(hex(View(bytes).first(16)));
    for (const auto form :
         {std::optional<Form>(), std::optional(Form::gz), std::optional(Form::zst),
          std::optional(Form::xz), std::optional(Form::bz2), std::optional(Form::lz4)}) {
      const Reading reading = read_bytes(form ? pack(*form, {{"x", bytes, ""}}) : bytes, {}, "d");
      CHECK(problems(reading) == "");
      CHECK(reading.not_used.empty());
      CHECK_FALSE(reading.device.noted(Remark::unreadable_file));
      REQUIRE(count(reading, FactId::certificate) == 1);
      CHECK(reading.files.back().kind == "raw");
    }
  }
}

TEST_CASE("what lies before a zip and behind an archive is read, what fills up is not") {
  const std::vector<Member> members = {{"note.txt", to_bytes(view("nothing here")), ""}};
  const Bytes rest = memory("");
  for (const Form form : {Form::zip, Form::tar, Form::gz, Form::bz2, Form::lz4}) {
    CAPTURE(static_cast<int>(form));
    const Bytes whole = pack(form, members);
    const auto followed_by = [&](const Bytes& more) {
      Bytes out = whole;
      out.insert(out.end(), more.begin(), more.end());
      return read_bytes(out, {}, "a");
    };
    const Reading reading = followed_by(rest);
    REQUIRE(count(reading, FactId::certificate) == 1);
    CHECK(reading.device.statements[0].place.path == "a!(behind its end)");
    CHECK(problems(reading) == "");
    CHECK(count(followed_by(Bytes(4096, 0)), FactId::certificate) == 0);
    CHECK(followed_by(Bytes(4096, 0)).files.size() == 2);
  }
  // Two in a row: the library goes by the list of the second.
  Bytes two = pack(Form::zip, {{"dac.der", own_dac(), ""}});
  const Bytes second = pack(Form::zip, members);
  two.insert(two.end(), second.begin(), second.end());
  const Reading reading = read_bytes(two, {}, "two.zip");
  REQUIRE(count(reading, FactId::certificate) == 1);
  CHECK(reading.device.statements[0].place.path == "two.zip!(before it)!dac.der");
}

static bool is_unused(const Reading& reading, std::string_view path, std::string_view why) {
  return std::any_of(reading.not_used.begin(), reading.not_used.end(), [&](const NotUsed& one) {
    return one.path.ends_with(path) && one.why.find(why) != std::string::npos;
  });
}
// It stands under "not used" with this reason, and as something that is not known.
static bool left_unread(const Reading& reading, std::string_view why) {
  return is_unused(reading, "", why) && reading.device.noted(Remark::unreadable_file);
}

TEST_CASE("members that are no files of it are named and left alone, the others are read") {
  const struct {
    Member member;
    const char* why;
    bool open;  // what it holds is not known
  } rows[] = {
      {{"../../etc/dac.der", own_dac(), ""}, "its path leads out of the archive: not read", true},
      {{"/etc/dac.der", own_dac(), ""}, "leads out of the archive", true},
      {{"a/../../dac.der", own_dac(), ""}, "leads out of the archive", true},
      {{"C:\\dac.der", own_dac(), ""}, "leads out of the archive", true},
      {{"dac.der", {}, "/etc/passwd"},
       "a link to \"/etc/passwd\": links in an archive are not followed",
       false},
      {{"latest", {}, "pai.der"},
       "a link to \"pai.der\": links in an archive are not followed",
       false},
      {{"pipe", {}, "", AE_IFIFO}, "neither a file nor a folder: not read", false},
      {{"device", {}, "", AE_IFCHR}, "neither a file nor a folder: not read", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.member.path);
    const Reading reading = read_bytes(pack(Form::tar, {row.member, {"pai.der", own_pai(), ""}}));
    CHECK(problems(reading) == "");  // the part has no fault in it
    CHECK(is_unused(reading, "!" + row.member.path, row.why));
    CHECK(reading.not_used.size() == 1);
    CHECK(reading.device.noted(Remark::unreadable_file) == row.open);
    REQUIRE(count(reading, FactId::certificate) == 1);
    CHECK(*reading.device.bytes(FactId::certificate) == own_pai());
  }
  std::vector<Member> many;
  for (int i = 0; i < 50; ++i) many.push_back({"link-" + std::to_string(i), {}, "x"});
  many.push_back({"pai.der", own_pai(), ""});
  const Reading reading = read_bytes(pack(Form::tar, many), {}, "lot.tar");
  CHECK(problems(reading) == "");
  CHECK(reading.not_used.size() == 21);
  CHECK(is_unused(reading, "lot.tar", "30 further members that are not read"));
  CHECK(count(reading, FactId::certificate) == 1);
}

TEST_CASE("a tar that stops between two members was cut, whatever it is compressed with") {
  const std::vector<Member> members = {{"pai.der", own_pai(), ""}, {"dac.der", own_dac(), ""}};
  const Bytes whole = pack(Form::tar, members);
  const size_t second = *find(whole, view("dac.der"));
  for (const bool packed : {false, true}) {
    const auto read = [&](size_t size) {
      const Bytes tar(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      return read_bytes(packed ? pack(Form::gz, {{"x", tar, ""}}) : tar, {}, "lot.tar");
    };
    const Reading cut = read(second);
    CHECK(has_problem(cut,
                      "archive: the tar stops without its end: members behind it may be missing"));
    CHECK(count(cut, FactId::certificate) == 1);
    CHECK(problems(read(whole.size())) == "");
    // One block of its end is enough; trailing ones are nobody's.
    const size_t end = second + 512 + (own_dac().size() + 511) / 512 * 512;
    CHECK(problems(read(end + 512)) == "");
    CHECK(has_problem(read(end), "the tar stops without its end"));
    CHECK(count(read(end), FactId::certificate) == 2);
  }
}

TEST_CASE("hostile archives end in a line") {
  SUBCASE("a bomb") {
    const Bytes same(300u << 20, 0x41);
    const Reading reading = read_bytes(pack(Form::gz, {{"x", same, ""}}));
    CHECK(left_unread(reading,
                      "more than 134217728 bytes and 250 times its size come out of this archive: "
                      "taken for a bomb"));
    CHECK(problems(reading).empty());  // a limit of ours is no damage of the part
  }
  SUBCASE("many bombs in one") {
    const Bytes zeros(60u << 20, 0);
    std::vector<Member> members;
    for (int i = 0; i < 4; ++i) members.push_back({std::to_string(i), zeros, ""});
    members.push_back({"z.crl", own_dac(), ""});
    const Reading reading = read_bytes(pack(Form::zip, members));
    CHECK(left_unread(reading, "taken for a bomb"));
    // What lies behind is named, where that costs no unpacking.
    for (const char* name : {"!3", "!z.crl"})
      CHECK(is_unused(reading, name, "behind a member at which the unpacking ended: not read"));
    CHECK(problems(reading).empty());
  }
  SUBCASE("bombs in archives in an archive: one limit for all of them") {
    for (const size_t zeros : {size_t{1} << 20, size_t{512}}) {
      Bytes nested = pack(Form::zip, {{"z.bin", Bytes(zeros, 0), ""}});
      for (int level = 0; level < 4; ++level) {
        std::vector<Member> members;
        for (int i = 0; i < 16; ++i) members.push_back({std::to_string(i) + ".zip", nested, ""});
        nested = pack(Form::zip, members);
      }
      const Reading reading = read_bytes(nested, {}, "lot.zip");
      CHECK(reading.files.size() <= 8193);
      CHECK(left_unread(reading, "more "));
      CHECK(is_unused(reading, "lot.zip!9.zip", "more comes out of the archives in this one"));
      CHECK(reading.not_used.size() < 120);
      CHECK(problems(reading).empty());
    }
  }
  SUBCASE("several archives in one, each large") {
    const Bytes inner = pack(Form::zip, {{"flash.bin", Bytes(50u << 20, 0xFF), ""}});
    const Reading reading = read_bytes(pack(Form::zip, {{"1.zip", inner, ""},
                                                        {"2.zip", inner, ""},
                                                        {"3.zip", inner, ""},
                                                        {"dac.der", own_dac(), ""}}));
    CHECK(count(reading, FactId::certificate) == 1);
    CHECK(!reading.device.noted(Remark::unreadable_file));
  }
  SUBCASE("more than the budget of all evidence") {
    Reading reading;
    reading.codecs = &codecs::direct();
    reading.budget.unpacked_bytes = 1000;
    const Bytes lot =
        pack(Form::zip, {{"a", own_dac(), ""}, {"b", own_dac(), ""}, {"c", own_dac(), ""}});
    REQUIRE(read_evidence({.path = "lot.zip", .bytes = lot}, reading));
    CHECK(left_unread(reading, "more comes out of the archives than is read of all evidence"));
    CHECK(count(reading, FactId::certificate) == 2);
  }
  SUBCASE("nested deeper than is read") {
    Bytes nested = pack(Form::zip, {{"dac.der", own_dac(), ""}});
    for (int i = 0; i < 20; ++i) nested = pack(Form::zip, {{"n.zip", nested, ""}});
    const Reading reading = read_bytes(nested);
    CHECK(left_unread(reading, "containers nested deeper than 8"));
    CHECK(problems(reading).empty());
    CHECK(count(reading, FactId::certificate) == 0);
  }
  SUBCASE("a folder 10,000 deep") {
    std::string path;
    for (int i = 0; i < 10'000; ++i) path += "d/";
    const Reading reading = read_bytes(
        pack(Form::tar, {{path + "dac.der", own_dac(), ""}, {"pai.der", own_pai(), ""}}));
    CHECK(left_unread(reading, "its path has 20007 bytes, more than 4096: not read"));
    CHECK(problems(reading).empty());
    CHECK(count(reading, FactId::certificate) == 1);
  }
  SUBCASE("cut in the middle") {
    for (const Form form : {Form::tar, Form::zip}) {
      const Bytes whole = pack(
          form,
          {{"dac.der", own_dac(), ""}, {"pai.der", own_pai(), ""}, {"b.p12", own_bundle(), ""}});
      const Bytes cut(
          whole.begin(),
          whole.begin() +
              static_cast<std::ptrdiff_t>(
                  find(whole, View(own_bundle()).first(40)).value_or(whole.size() / 2) + 20));
      const Reading reading = read_bytes(cut);
      CHECK(count(reading, FactId::certificate) >= 1);
      CHECK(problems(reading).find("archive") != std::string::npos);
    }
  }
  SUBCASE("nothing inside") {
    CHECK(has_problem(
        read_bytes(pack(Form::zip, {})),
        "error: expected an archive (zip, tar, 7z, gz, zst, xz, bz2, lz4): nothing is in it"));
  }
  SUBCASE("no archive at all behind the magic") {
    Bytes fake = to_bytes(view("PK\x03\x04"));
    fake.resize(200, 0x41);
    CHECK(has_problem(read_bytes(fake),
                      "error: expected an archive (zip, tar, 7z, gz, zst, xz, bz2, lz4): "));
  }
}

TEST_CASE("an encrypted archive opens with its passphrase and says so without") {
  const Bytes lot = pack(Form::encrypted_zip, {{"dac.der", own_dac(), ""}});
  const Secret right{.bytes = to_bytes(view("blue-door")), .passphrase = true},
      wrong{.bytes = to_bytes(view("red")), .passphrase = true};
  CHECK(count(read_bytes(lot, {right}), FactId::certificate) == 1);
  CHECK(remark(read_bytes(lot), Remark::encrypted_no_key) ==
        "the archive member is encrypted: a key is needed");
  CHECK(read_bytes(lot, {wrong}).device.noted(Remark::encrypted_no_key));
}

TEST_CASE("without codecs an archive is refused in clear words") {
  Reading reading;
  const Bytes lot = pack(Form::zip, {{"dac.der", own_dac(), ""}});
  const auto done = read_evidence({.path = "lot.zip", .bytes = lot}, reading);
  REQUIRE_FALSE(done);
  CHECK(done.error().what ==
        "expected an archive (zip, tar, 7z, gz, zst, xz, bz2, lz4): archives need the codecs, "
        "which were not given");
}

TEST_CASE("the module beside the program answers like the codecs themselves") {
  Reading reading;
  reading.codecs = &loaded_codecs();
  const Bytes lot = pack(Form::zip, {{"dac.der", own_dac(), ""}});
  const auto done = read_evidence({.path = "lot.zip", .bytes = lot}, reading);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().what));
  CHECK(count(reading, FactId::certificate) == 1);
}

TEST_CASE("archive: members keep their names, and two of them never have one") {
  const Bytes dac = own_dac(), other(64, 'x');
  const std::string uuid = "550e8400-e29b-41d4-a716-446655440000", digest(128, 'c');
  const std::vector<std::string> names = {
      "2026-11-30/20261130-101500/dac.der", "lot/34970112332.der", uuid + "_" + uuid + ".der",
      digest + "/dac.der", "Unit-0001_Rev-B2_Lot-2026_Line-3_Slot-04_DAC-A1/dac.der"};
  std::vector<Member> members;
  for (const std::string& name : names) {
    members.push_back({.path = name, .bytes = dac, .link = {}});
    members.push_back({.path = name + ".txt", .bytes = other, .link = {}});
  }
  Bytes scalar;
  for (unsigned i = 0; i < 32; ++i) scalar.push_back(static_cast<uint8_t>(i * 37 + 11));
  std::string letters = base64(scalar);
  std::replace(letters.begin(), letters.end(), '/', '_');
  for (const char* first : {"a", "b"})
    members.push_back({.path = letters + "-" + first + ".der", .bytes = dac, .link = {}});
  const Reading reading = read_bytes(pack(Form::tar, members), {}, "lot.tar");
  std::vector<std::string> paths;
  for (const EvidenceFile& file : reading.files) paths.push_back(file.path);
  for (const NotUsed& unused : reading.not_used) paths.push_back(unused.path);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(std::count(paths.begin(), paths.end(), "lot.tar!" + name) == 1);
    CHECK(std::count(paths.begin(), paths.end(), "lot.tar!" + name + ".txt") >= 1);
  }
  for (const std::string& path : paths) CHECK(path.find(letters.substr(4, 30)) == path.npos);
  std::sort(paths.begin(), paths.end());
  CHECK(paths.size() -
            static_cast<size_t>(std::unique(paths.begin(), paths.end()) - paths.begin()) <=
        names.size());
  CHECK(std::count_if(paths.begin(), paths.end(), [](const std::string& path) {
          return path.find("(masked)") != path.npos;
        }) >= 2);
}
