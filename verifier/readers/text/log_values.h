// What a commissioner's log says in numbers and in structures: Basic Information by its attributes,
// and whether a structure goes on behind the end of its line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verifier/base/bytes.h"
#include "verifier/readers/device.h"

namespace attest::log {

inline constexpr uint64_t kBasicInformation = 0x28, kOperationalCredentials = 0x3E;

// An attribute that says something of the device, as the commissioner read it: Basic Information
// (Core 11.1.5), and the profiles of attestation among Operational Credentials (draft of 1.7).
struct DeviceAttribute {
  enum class Form : uint8_t { number, text, flag };  // a flag is a number, 0 or 1
  uint64_t cluster, attribute;
  FactId fact;
  Form form;
  const char* name;
  std::optional<uint64_t> field = {};  // of an attribute that is a structure

  bool is_number() const { return form != Form::text; }
};
struct AttributePath {
  uint64_t cluster, attribute;
};
// Null: nothing is taken from this attribute, or from this field of it.
const DeviceAttribute* device_attribute(AttributePath path, std::optional<uint64_t> field = {});
// As JSON names it: "1" or "subscriptionsPerFabric". Null: not known.
const DeviceAttribute* attribute_field(AttributePath path, std::string_view field);
// Of a line "0x1 = 3,": the field that it gives, and how it is called there.
const DeviceAttribute* attribute_field_of(AttributePath path, std::string_view line,
                                          std::string& name);
// It has fields.
bool is_attribute_structure(AttributePath path);
// Some attribute of it is taken.
bool is_device_cluster(std::optional<uint64_t> cluster);
// What the line says of it behind `name`, texts in quotes; nullopt: nothing of its form.
std::optional<FactValue> attribute_value(const DeviceAttribute& attribute, std::string_view line,
                                         std::string_view name);
// "[TOO]   VendorID: 4660": the attribute that the line names, and where its name begins.
struct NamedAttribute {
  const DeviceAttribute* attribute;
  size_t at;
};
std::optional<NamedAttribute> attribute_named(uint64_t cluster, std::string_view line);

// chip-tool's read-out, two lines: "Cluster: 0x0000_0028 Attribute 0x0000_0002", "VendorID: 4660".
// Where only the cluster is told, the lines below it have the names.
class ReadOut {
 public:
  // The attribute that this line, the next one of the log, gives.
  std::optional<NamedAttribute> line(std::string_view line);

 private:
  uint64_t cluster_ = 0;
  unsigned may_follow_ = 0;  // lines
  bool in_structure_ = false;
};

inline constexpr size_t kMostCut =
    4096;  // bytes of a value that a line may lack: no attestation elements are longer

// Whether a structure goes on behind what is there, as it does where a log cut its line.
bool ends_within(View structure);

// A certificate as the verifier shows it: its role, its size, then a PEM block.
struct PemBlockOf {
  FactId role = FactId::certificate;
  std::optional<uint64_t> stated;
  uint64_t offset = 0;
  bool begun = false;
  size_t width = 0;        // of a full line, once one was read
  std::string full, tail;  // full lines, and a shorter one at the end

  const char* name() const {
    return role == FactId::dac ? "DAC" : role == FactId::pai ? "PAI" : "certificate";
  }
  // It ends, or whatever follows shows that it has no end. Lines that lack were left out by the log
  // or by who posted it.
  struct End {
    std::optional<Bytes> whole;
    std::string lacks;  // where it is not whole
  };
  End end() const;
};
// The block that a line says will follow: "DAC certificate considered (n=491)".
std::optional<PemBlockOf> announced_block(const std::string& line, uint64_t offset);

// Words that no other text has. A log of megabytes may hold them far from its beginning.
bool has_telling_words(View text);

}  // namespace attest::log
