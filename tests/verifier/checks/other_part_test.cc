// A dump of another part beside the part's own: one fault, told once.

#include <string>

#include "tests/support/der_writer.h"
#include "tests/support/dump_builders.h"
#include "tests/support/folder_device.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string factory_nvs(const FolderDevice& of, const std::string& serial) {
  NvsBuilder nvs;
  nvs.space(1, "chip-factory");
  nvs.string(1, "serial-num", serial);
  nvs.blob(1, "dac-cert", of.device.dac);
  nvs.blob(1, "pai-cert", of.device.pai);
  nvs.page();
  nvs.blob(1, "cert-dclrn", of.device.cd);
  return FolderDevice::chars(nvs.build());
}
// What fails beside the factory data's own: the key is not among them.
std::string fails(const FolderDevice& own, const FolderDevice::Files& beside,
                  const std::vector<std::string>& options = {}) {
  std::string out;
  for (const std::string& id : own.judged(beside, options).ids(Status::fail)) {
    if (id != "factory.entries-are-complete") out += (out.empty() ? "" : " ") + id;
  }
  return out;
}

}  // namespace

TEST_CASE("another part's factory data beside: it is the DAC that is told of") {
  const FolderDevice own("own"), other("other");
  const std::string one = factory_nvs(own, "SN-1"), two = factory_nvs(other, "SN-2");
  CHECK(fails(own, {{"nvs.bin", one}}).empty());
  CHECK(fails(own, {{"nvs.bin", one}, {"other.bin", two}}) == "identity.one-dac");
  // A waiver covers what it names, and not what else the other part's file says.
  CHECK(fails(own, {{"nvs.bin", one}, {"other.bin", two}}, {"--waive", "identity.one-dac=known"}) ==
        "identity.one-pai identity.facts-agree");
  // Of one part: a fact that it gives in two ways.
  CHECK(fails(own, {{"nvs.bin", one}, {"again.bin", factory_nvs(own, "SN-3")}}) ==
        "identity.facts-agree");
  // And beside another part's file that is a fault of its own.
  CHECK(
      fails(own, {{"nvs.bin", one}, {"again.bin", factory_nvs(own, "SN-3")}, {"other.bin", two}}) ==
      "identity.one-dac identity.facts-agree");
}
