// What a commissioner's log says in numbers and in structures: Basic Information by its attributes,
// and whether a structure goes on behind the end of its line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verifier/base/bytes.h"
#include "verifier/readers/device.h"

namespace attest::log {

// Core 11.1.5: Basic Information, as the commissioner read it.
struct BasicAttribute {
  enum class Form : uint8_t { number, text, flag };  // a flag is a number, 0 or 1
  uint64_t attribute;
  FactId fact;
  Form form;
  const char* name;
  std::optional<uint64_t> field = {};  // of an attribute that is a structure

  bool is_number() const { return form != Form::text; }
};
// Null: nothing is taken from this attribute, or from this field of it.
const BasicAttribute* basic_attribute(uint64_t id, std::optional<uint64_t> field = {});
// As JSON names it: "1" or "subscriptionsPerFabric". Null: not known.
const BasicAttribute* basic_field(uint64_t id, std::string_view field);
// Of a line "0x1 = 3,": the field that it gives, and how it is called there.
const BasicAttribute* basic_field_of(uint64_t id, std::string_view line, std::string& name);
// It has fields.
bool is_basic_structure(uint64_t id);
// What the line says of it behind `name`, texts in quotes; nullopt: nothing of its form.
std::optional<FactValue> basic_value(const BasicAttribute& attribute, std::string_view line,
                                     std::string_view name);
// "[TOO]   VendorID: 4660": the attribute that the line names, and where its name begins.
struct NamedAttribute {
  const BasicAttribute* attribute;
  size_t at;
};
std::optional<NamedAttribute> basic_attribute_named(std::string_view line);

// chip-tool's read-out, two lines: "Cluster: 0x0000_0028 Attribute 0x0000_0002", "VendorID: 4660".
// Where only the cluster is told, the lines below it have the names.
class ReadOut {
 public:
  // The attribute of Basic Information that this line, the next one of the log, gives.
  std::optional<NamedAttribute> line(std::string_view line);

 private:
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
};

// Words that no other text has. A log of megabytes may hold them far from its beginning.
bool has_telling_words(View text);

}  // namespace attest::log
