// Text that states a device's facts as no JSON does: it is told of, and not read. What has such
// words and states none is let alone.
#include "verifier/readers/tables/resembling_text.h"

#include "tests/support/damaged_beside.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kJson = R"({"vendor_id": "0xFFF3", "product_id": "0x8001"})";

Status understood(const DeviceBeside& device, std::string_view text, Network network) {
  const Report report = device.judge(Beside::second_dac, view(text), network);
  for (const Finding* f : report.all(Status::fail))
    CHECK_MESSAGE(network == Network::main, f->check->id);
  return report.of(find_check("evidence.is-understood"))->status;
}

}  // namespace

TEST_CASE("facts in another form than JSON are told of: a warning, on main an error") {
  const DeviceBeside device;
  const std::string json = kJson;
  const std::string rows[] = {
      R"([{"vendor_id": "0xFFF3"}])",
      R"([[{"vendor_id": "0xFFF3"}]])",
      "{'vendor_id': '0xFFF3', 'product_id': '0x8001'}",
      "{'vendor_id': 65523}",
      "// written by hand\n" + json,
      "/* by hand */ " + json,
      "The facts of it: " + json + "\n",
      "# Device\n\n```json\n" + json + "\n```\n",
      "callback(" + json + ")",
      "{vendor_id: \"0xFFF3\", product_id: 0x8001}",
      "module.exports = {\n  vendor_id: 0xFFF3,\n  product_id: 0x8001,\n};\n",
      "const device = {vendorId: 0xFFF3, productId: 0x8001};\n",
      "return { vendor_id = 0xFFF3, product_id = 0x8001 }\n",
      "<?php return ['vendor_id' => 0xFFF3, 'product_id' => 0x8001];\n",
      "{ :vendor_id => 0xFFF3, :product_id => 0x8001 }\n",
      ".vendor_id = 0xFFF3,\n.product_id = 0x8001,\n",
      "#define VENDOR_ID 0xFFF3\n#define PRODUCT_ID 0x8001u\n",
      "vendor_id: 0xFFF3\n",
      "---\nvendor_id: 65523  # ours\nvendor_name: Other Lights\n",
      "device:\n  vendor_id: 0xFFF3\n  product_id: 0x8001\n",
      "devices:\n  - vendor_id: 0xFFF3\n    product_id: 0x8001\n",
      "[device]\nvendor_id = 0xFFF3\nproduct_id = 0x8001\n",
      "VENDOR_ID=0xFFF3\r\nPRODUCT_ID=0x8001\r\n",
      "export VENDOR_ID=0xFFF3\nexport PRODUCT_ID=0x8001\n",
      "vendor_id 0xFFF3\nproduct_id 0x8001\n",
      "vendor_id,product_id\n0xFFF3,0x8001\n",
      "vendor_id;product_id\n0xFFF3;0x8001\n",
      "vendor_id\tproduct_id\n0xFFF3\t0x8001\n",
      "vendor_id,0xFFF3\nproduct_id,0x8001\n",
      "key,type,encoding,value\nchip-factory,namespace,,\ndiscriminator,data,u32,3840\n"
      "vendor-id,data,u32,65523\n",
      "| key | value |\n|---|---|\n| vendor_id | 0xFFF3 |\n| product_id | 0x8001 |\n",
      "| vendor_id | product_id |\n|---|---|\n| 0xFFF3 | 0x8001 |\n",
      "<device><vendor_id>0xFFF3</vendor_id><product_id>0x8001</product_id></device>",
      "<device vendor_id=\"0xFFF3\" product_id=\"0x8001\"/>",
      "<dict>\n<key>vendor_id</key><integer>65523</integer>\n"
      "<key>product_id</key><integer>32769</integer>\n</dict>\n",
      "<tr><td>vendor_id</td><td>0xFFF3</td></tr><tr><td>product_id</td><td>1</td></tr>\n",
  };
  for (const std::string& text : rows) {
    CAPTURE(text);
    CHECK(understood(device, text, Network::none) == Status::warn);
    CHECK(understood(device, text, Network::main) == Status::fail);
  }
  const Report report = device.judge(Beside::second_dac, view("vendor_id: 0xFFF3\n"));
  CHECK(report.of(find_check("evidence.is-understood"))
            ->message.find("a text with keys like those of device.json that is no JSON: its facts "
                           "are not read") != std::string::npos);
}

TEST_CASE("words of device.json in a program, a list or about a bus state nothing of a device") {
  const DeviceBeside device;
  for (const char* text : {
           "struct device {\n  uint16_t vendor_id;\n  uint16_t product_id;\n};\n",
           "int f(info_t* i) {\n  i->vendor_id = 5;\n  if (vendor_id == 3) return product_id;\n}\n",
           "vendor_id: integer\nproduct_id: integer\nvendor_name: string\n",
           "interface D { vendor_id: number; product_id: number }\n",
           "CREATE TABLE d (vendor_id INTEGER, product_id INTEGER);\n",
           "The vendor_id and the product_id must agree; vendor_id: see below.\n",
           "usage_page: 12\nvendor_id: 0x046d\nproduct_id: 0xc52b\nrelease_number: 0x1203\n"
           "manufacturer_string: Somebody\n",
           "ATTR{idVendor}==\"1d6b\", ATTR{idProduct}==\"0002\"\n",
           "usb 1-1: New USB device found, idVendor=046d, idProduct=c52b, bcdDevice=12.03\n",
           "CONFIG_DEVICE_VENDOR_ID=0xFFF1\nCONFIG_DEVICE_PRODUCT_ID=0x8000\n",
           "PID: 4711\nSerial-Number: 12\nname: x\n",
           "tool --vendor_id=0x1234 --product_id=5\n",
           "- vendor_id: 1\n  product_id: 2\n- vendor_id: 3\n  product_id: 4\n",
           "vendor_id,product_id\n1,2\n3,4\n",
           R"([{"vendor_id": 1}, {"vendor_id": 2}])",
       }) {
    CAPTURE(std::string(text));
    CHECK(understood(device, text, Network::none) == Status::pass);
    CHECK(understood(device, text, Network::main) == Status::pass);
  }
}

TEST_CASE("facts in text: no text takes the square of its length") {
  // (A square would take half a minute for each of these.)
  for (const char* mark : {"\"", "-", "|", "'", "` ", "| "}) {
    std::string text;
    while (text.size() < 128u << 10) text += mark;
    while (text.size() < 256u << 10) text += "a,";
    CHECK(facts_in_text(text + "\nvendor_id: 1\n").facts.find("vendor_id") != nullptr);
  }
}
