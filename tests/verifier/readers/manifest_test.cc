// The reader of manifests: delimiters, marks, spellings, quotes; and what a table is not.

#include "verifier/readers/tables/manifest.h"

#include "tests/support/readings.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;
using Column = ManifestColumn;

namespace {

std::string columns_of(std::string_view text, const std::vector<ColumnName>& named = {}) {
  const auto header = read_manifest_header(text, named);
  if (!header) return header.error().what;
  std::string out;
  for (size_t i = 0; i < kManifestColumns; ++i) {
    const auto place = header->place[i];
    if (place)
      out += (out.empty() ? "" : " ") + std::string(column_name(static_cast<Column>(i))) + "=" +
             std::to_string(*place);
  }
  return out;
}

}  // namespace

TEST_CASE("manifest: delimiter, mark and spelling of the header are found out") {
  const struct {
    const char* text;
    const char* columns;
  } rows[] = {
      {"serial_num,qrcode,passcode\n", "serial=0 qr=1 passcode=2"},
      {"\xEF\xBB\xBFSerial No.;QR Code;Pass-Code\r\n", "serial=0 qr=1 passcode=2"},
      {"SN\tMAC Address\tPIN code\tDAC SHA256\n", "serial=0 dac_sha256=3 mac=1 passcode=2"},
      {"sn|vid|pid\n", "serial=0 vid=1 pid=2"},
      {"sep=;\r\nserial;a,b\r\n", "serial=0"},
      {"\"serial\n number\",\"product, name\",\"product-name\"\n", "serial=0 product_name=1"},
      {"CN,certs\n", "cn=0 dac=1"},
      {"serial,sn\n", "serial=0"},  // the first of two
      {"colour,size\n", ""},
      {"", "expected a line of column names, found an empty table"},
      {"\xEF\xBB\xBF", "expected a line of column names, found an empty table"},
      {"sep=;\n", "expected a line of column names, found an empty table"},
      {"\xFF\xFEs\0n\0", "expected UTF-8, found UTF-16: save the table as UTF-8"},
      {"\"serial,sn\n1,2\n", "csv: a quote opens and never closes"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(columns_of(row.text) == row.columns);
  }
}

TEST_CASE("manifest: what a column is can be told by what it has") {
  const struct {
    const char* text;
    const char* columns;
    std::vector<std::string> unknown;
  } rows[] = {
      {"SN,MTQR\nA,x\n", "serial=0 qr=1", {}},
      {"SN,Matter QR Code\nA,x\n", "serial=0 qr=1", {}},
      {"SN,QR Code Content,11-digit code\nA,x,1\n", "serial=0 qr=1 manual_code=2", {}},
      {"SN,Setup Code\nA,\nB,20202021\n", "serial=0 passcode=1", {}},
      {"SN,Setup Code\nA,3497-011-2332\n", "serial=0 manual_code=1", {}},
      {"SN,Setup Code\nA,3.49701E+10\n", "serial=0 manual_code=1", {}},
      {"SN,Setup Code\n", "serial=0 passcode=1", {}},
      {"SN,Onboarding Code\nA,34970112332\n", "serial=0 manual_code=1", {}},
      {"SN,Onboarding Code,MT Code\nA,MT:Y.K9042C00KA0648G00,34970112332\n",
       "serial=0 qr=1 manual_code=2",
       {}},
      {"SN,Numeric code,Matter Setup Code\nA,34970112332,\n", "serial=0 manual_code=1", {}},
      {"SN,Aufdruck,date\nA,MT:x,1\nB,,2\nC,MT:y,3\n", "serial=0 qr=1", {"date"}},
      {"SN,Aufdruck\nA,MT:x\nB,y\n", "serial=0", {"Aufdruck"}},
      {"SN,,\nA,MT:x,\n", "serial=0 qr=1", {}},
      {"SN,,\nA,x,\n", "serial=0", {"column 2"}},
      {"SN,Nummer\nA,34970112332\nB,20269549588\n", "serial=0 manual_code=1", {}},
      {"SN,Order\nA,34970112332\nB,34970112332\n", "serial=0", {"Order"}},  // may be by chance
      {"SN,Label code\nA,34970112332\n", "serial=0 manual_code=1", {}},
      {"A,34970112332,MT:x\nB,20269549588,MT:y\n", "", {"A", "(masked)", "(masked)"}},  // no header
      {"SN,QR,Copy\nA,MT:x,MT:x\n", "serial=0 qr=1", {"Copy"}},
      {"SN,date,line,operator\nA,1,2,3\n", "serial=0", {"date", "line", "operator"}},
      {"SN,device,uuid\nA,1,2\n", "serial=0 name=1", {"uuid"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(columns_of(row.text) == row.columns);
    CHECK(read_manifest_header(row.text)->unknown == row.unknown);
  }
}

TEST_CASE("manifest: --column names what the header calls otherwise") {
  const auto named = parse_column_names("serial=Seriennummer,mac=WLAN MAC");
  REQUIRE(named);
  CHECK(columns_of("Seriennummer;wlan-mac;serial\n", *named) == "serial=0 mac=1");
  CHECK(columns_of("SN,mac\n", *named) == "expected a column \"Seriennummer\", found SN, mac");
  for (const char* wrong : {"serial", "colour=x", "serial=", "=x", ""}) {
    CAPTURE(wrong);
    const auto bad = parse_column_names(wrong);
    REQUIRE_FALSE(bad);
    CHECK(
        bad.error().what.starts_with("expected NAME=HEADER with a name of serial, name, cn, qr, "
                                     "dac_sha256, dac, mac, passcode"));
  }
}

TEST_CASE("manifest: rows") {
  const auto header = read_manifest_header("serial,manual code,pin\n");
  REQUIRE(header);
  const auto row = manifest_row(*header, {" A1 ", "3497-011-2332", ""}, 2);
  REQUIRE(row);
  CHECK(row->of(Column::serial_number) == "A1");
  CHECK(row->of(Column::passcode).empty());
  CHECK(column_value(Column::manual_code, row->of(Column::manual_code)) ==
        FactValue(std::string("34970112332")));
  CHECK(manifest_row(*header, {"A1"}, 3).error().what == "row 3: expected 3 fields, found 1");
  CHECK(manifest_row(*header, {"A1", "", "", "x"}, 4).error().what ==
        "row 4: expected 3 fields, found 4");
  CHECK(manifest_row(*header, {"A1", "", "7", " ", ""}, 5)->of(Column::passcode) ==
        "7");  // a delimiter at the end of rows only
  CHECK(column_value(Column::passcode, "2020abc").error().what ==
        "passcode: expected a whole number, found something else");
  CHECK(column_value(Column::vendor_id, "0xFFF1") == FactValue(uint64_t{0xFFF1}));
  CHECK(column_value(Column::product_id, "no").error().what ==
        "pid: expected a whole number, found \"no\"");
  CHECK(column_value(Column::dac_sha256, "AB:cd").value() == FactValue(Bytes{0xAB, 0xCD}));
  CHECK(column_value(Column::spake2p_salt, "AAEC").value() == FactValue(Bytes{0, 1, 2}));
  CHECK_FALSE(column_certificate("/srv/factory/DAC_cert.der"));
  CHECK(column_certificate("30020500") ==
        Bytes{0x30, 0x02, 0x05, 0x00});  // these digits are base64, too
  // Hex digits or base64, whichever agrees.
  const FactValue counted(Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
  for (const char* salt :
       {"000102030405060708090a0b0c0d0e0f", "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F",
        "AAECAwQFBgcICQoLDA0ODw=="})
    CHECK(may_mean(Column::spake2p_salt, salt, counted));
  for (const char* salt :
       {"000102030405060708090a0b0c0d0e0e", "AAECAwQFBgcICQoLDA0ODg==", "garbage!!"})
    CHECK_FALSE(may_mean(Column::spake2p_salt, salt, counted));
}

TEST_CASE("manifest: what spreadsheets make of values") {
  const auto header = read_manifest_header("serial,manual code,pin\n");
  REQUIRE(header);
  const auto row = manifest_row(*header, {"=\"0012\"", "'02406147644", "48465104.0\xC2\xA0"}, 2);
  REQUIRE(row);
  CHECK(row->of(Column::serial_number) == "0012");
  CHECK(column_value(Column::manual_code, row->of(Column::manual_code)) ==
        FactValue(std::string("02406147644")));
  CHECK(column_value(Column::passcode, row->of(Column::passcode)) == FactValue(uint64_t{48465104}));
  CHECK(column_value(Column::manual_code, "34970112332.0") ==
        FactValue(std::string("34970112332")));
  for (const char* shortened : {"3.49701E+10", "3,5e+10", "1E10"})
    CHECK(column_value(Column::manual_code, shortened).error().what ==
          "manual_code: expected all its digits, found a number that a spreadsheet has shortened "
          "(1.2E+10): format the column as text");
  CHECK_FALSE(column_value(Column::passcode, "1.5"));
  // Certificates write these ids in four hex digits.
  CHECK(column_value(Column::vendor_id, "FFF1") == FactValue(uint64_t{0xFFF1}));
  CHECK_FALSE(column_value(Column::passcode, "FFF1"));
  CHECK(column_value(Column::product_id, "8E01") ==
        FactValue(uint64_t{0x8E01}));  // no shortened number
  CHECK(column_value(Column::product_id, "8001") == FactValue(uint64_t{8001}));
  CHECK(column_value(Column::discriminator, "3E8") == FactValue(uint64_t{0x3E8}));
  CHECK(column_value(Column::discriminator, "F00") == FactValue(uint64_t{0xF00}));
  CHECK(column_value(Column::discriminator, "100") == FactValue(uint64_t{100}));
  CHECK_FALSE(column_value(Column::discriminator, "3.84E+3"));
  CHECK_FALSE(column_value(Column::passcode, "2E7"));
  CHECK(is_id("8000", 0x8000));
  CHECK(is_id("8000", 8000));
  CHECK(is_id("0x8000", 0x8000));
  CHECK_FALSE(is_id("8001", 0x8000));
  CHECK_FALSE(is_id("08000", 0x8000));
}

TEST_CASE("manifest: a table in UTF-16 is read as what it says") {
  const std::string text = "serial\tname\nA\t\xC3\xBC\xE4\xB8\xAD\xF0\x9F\x92\xA1\n";
  const std::u16string wide = u"\uFEFFserial\tname\nA\t\u00FC\u4E2D\U0001F4A1\n";
  for (const bool little : {true, false}) {
    Bytes bytes;
    for (const char16_t c : wide) {
      const auto low = static_cast<uint8_t>(c & 0xFF), high = static_cast<uint8_t>(c >> 8);
      bytes.push_back(little ? low : high);
      bytes.push_back(little ? high : low);
    }
    CHECK(manifest_text(bytes)->rewritten == text);
    CHECK(is_manifest(bytes));
    bytes.pop_back();
    CHECK(manifest_text(bytes)->rewritten == text.substr(0, text.size() - 1));
  }
  CHECK_FALSE(manifest_text(view("serial\n"))->rewritten);
  // As Excel saves it in the West, and with what a copy from a disk leaves behind it.
  const Bytes western = to_bytes(view("serial;name\nA;Ger\xE4t\n"));
  CHECK(manifest_text(western)->rewritten == "serial;name\nA;Ger\xC3\xA4t\n");
  CHECK(is_manifest(western));
  CHECK(read_manifest_header(std::string_view("s\0e\0r\0,\0x\0\n\0", 12)).error().what ==
        "expected UTF-8, found zero bytes among the column names: save the table as UTF-8");
}

TEST_CASE("manifest: a table of devices is recognised, other tables are not") {
  const struct {
    const char* text;
    bool manifest;
  } rows[] = {
      {"serial,qr\nA,MT:\n", true},
      {"serial,qr\n", false},  // no device in it
      {"qrcode,manualcode,discriminator,passcode\nMT:Y,1,2,3\n",
       false},  // the codes of one device, which it does not name
      {"qrcode,manualcode,discriminator,passcode\nMT:Y,1,2,3\nMT:Z,1,2,3\n", true},
      {"key,type,encoding,value\nx,data,u8,1\n", false},
      {"serial\nA\nB\n", false},
      {"manual code,passcode\n1,2\n3,4\n", false},
      {"{\"serial\":1}\n", false},
      // JSON of the same, and of other things.
      {R"([{"serial":"A","qr":"MT:Y"},{"serial":"B","qr":"MT:Z"}])", true},
      {"\xEF\xBB\xBF [\n{\"sn\":\"A\",\"pin\":1},{\"sn\":\"B\",\"pin\":2}]", true},
      {R"([{"cn":"A","mac":"00:11:22:33:44:55"}])", true},
      {R"([{"serial_number":"A","qr_payload":"MT:Y","passcode":1}])", false},  // a device's facts
      {R"([{"name":"A","value":1},{"name":"B","value":2}])", false},
      {R"([{"id":1,"payload":"1528"},{"id":2,"payload":"1528"}])", false},
      {R"([{"name":"dac","cert":"x"},{"name":"pai","cert":"y"}])", false},
      {R"([{"vid":1,"pid":2},{"vid":1,"pid":3}])", false},
      {R"([1,2,3])", false},
      {R"([{"serial":"A")", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(is_manifest(view(row.text)) == row.manifest);
  }
  const Reading reading = read_bytes(view("serial,qr\nA,MT:\n"));
  CHECK(kind(reading) == "manifest");
  CHECK(reading.device.statements.empty());
}

TEST_CASE("manifest: a JSON array of flat objects is a table, too") {
  CHECK(table_of_json(view(R"([{"sn":"A\"1","n":7},{"n":null,"sn":"B"},{"x":1}])")).value() ==
        "\"sn\",\"n\",\"x\"\n\"A\"\"1\",\"7\",\"\"\n\"B\",\"\",\"\"\n\"\",\"\",\"1\"\n");
  const std::string broken = table_of_json(view(R"([{"SN":"A"},5,null,"x"])")).value();
  const auto header = read_manifest_header(broken);
  const std::vector<CsvRecord> records = parse_csv(broken).value();
  REQUIRE(records.size() == 5);
  CHECK(manifest_row(*header, records[2], 3).error().what ==
        "row 3: expected an object, found number");
  CHECK(manifest_row(*header, records[3], 4).error().what ==
        "row 4: expected an object, found null");
  CHECK(manifest_row(*header, records[4], 5).error().what ==
        "row 5: expected an object, found string");
  for (const char* wrong : {"[]", "{}", "[1]"})
    CHECK(table_of_json(view(wrong)).error().what ==
          "expected a JSON array of objects, a device each");
  CHECK(table_of_json(view("[")).error().what.starts_with("JSON: "));
}

TEST_CASE("manifest: of JSON a list of devices alone, told by its first row") {
  for (const char* is :
       {R"([{"cn":"a","dac_sha256":"00"}])", R"( [ {"cn":"a}b}","mac":"1"},{"cn":"c"}])",
        R"([{"serial_num":"1","passcode":"20202021"},{"serial_num":"2"}])"})
    CHECK_MESSAGE(is_manifest(view(is)), is);
  for (const char* is_none :
       {R"([{"cn":"a","dac_sha256":"00","errors":[]}])", R"([{"cn":"a","of":{"mac":"1"}}])",
        R"([{"cn":"a","mac":"1"},{"cn":"b","log":["x"]}])", R"([{"a":1},{"b":2}])", "[1,2,3]",
        R"([{"serial_num":"1"},{"serial_num":"2"}])", R"([{"cn":"a")", "[", "[{"})
    CHECK_MESSAGE(!is_manifest(view(is_none)), is_none);
}

TEST_CASE("manifest: blocks that nothing closes, among rows by the thousand") {
  // (With each of them looked at to the end of the table this test would take minutes.)
  std::string begun = "serial_number,mac,passcode\nA1,60:55:49:00:00:01,20202021\n", closed = begun;
  for (int i = 0; i < 8'000; ++i) begun += "-----BEGIN CERTIFICATE-----\nMIIB,b\n";
  for (int i = 0; i < 20'000; ++i) closed += "-----BEGIN X-----\nAA==\n-----END X-----\na,b\n";
  for (const std::string& text : {begun, closed}) {
    const Reading reading = read_bytes(view(text));
    CHECK(kind(reading) == "manifest");
    CHECK(reading.device.statements.empty());
  }
}
