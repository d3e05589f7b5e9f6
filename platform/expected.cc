#include "platform/expected.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/files.h"
#include "verifier/base/json.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"
#include "verifier/readers/posture/order.h"
#include "verifier/readers/posture/user_configuration.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/decoded_text.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

namespace fs = std::filesystem;

struct Credential {
  const char* key;
  FactId fact;
};
constexpr Credential kCredentials[] = {
    {"dac_cert", FactId::dac}, {"pai_cert", FactId::pai}, {"certification", FactId::cd}};

// The first in the file, PEM or DER, that is one.
Result<Bytes> credential_in(View file, FactId fact) {
  std::vector<Bytes> all;
  std::string why = "nothing in it";
  if (looks_like_pem(file)) {
    PemFile pem = parse_pem(file);
    for (PemBlock& block : pem.blocks) all.push_back(std::move(block.der));
    if (!pem.problems.empty()) why = pem.problems.front().what;
  } else if (!file.empty()) {
    all.push_back(to_bytes(file));
  }
  for (Bytes& each : all) {
    const auto problem = [&]() -> std::optional<std::string> {
      if (fact != FactId::cd) {
        const auto certificate = parse_certificate(each);
        return certificate ? std::nullopt : std::optional(certificate.error().what);
      }
      const auto cms = parse_cms(each);
      return cms ? std::nullopt : std::optional(cms.error().what);
    }();
    if (!problem) return std::move(each);
    why = *problem;
  }
  return error(std::move(why));
}

// The order names these files relative to itself. One that is not there was not handed over; one
// that lies elsewhere is not followed; one that is there and none of its kind is the tester's slip.
Result<void> read_credential(const Credential& credential, const Json& value, const std::string& of,
                             const FileBeside& beside, Device& device) {
  if (value.string() == nullptr || value.string()->empty()) return {};
  const fs::path name = fs::path(*value.string()).lexically_normal();
  if (name.is_absolute() || *name.begin() == "..") return {};
  const auto file = beside(name.string());
  if (!file) return {};
  auto bytes = credential_in(*file, credential.fact);
  if (!bytes)
    return error(
        fmt::format("{}: expected {} in {} beside the order: {}", credential.key,
                    credential.fact == FactId::cd ? "a certification declaration" : "a certificate",
                    quotable(printable(name.string())), bytes.error().what));
  device.say(
      credential.fact, std::move(*bytes),
      {.path = (fs::path(of).parent_path() / name).string(), .offset = {}, .item = credential.key});
  return {};
}

Result<void> read_credentials(View order, const std::string& path, const FileBeside& beside,
                              Device& device) {
  const auto json = parse_json(text(order));
  if (!json) return {};
  const Json* matter = json->find("matter");
  if (matter == nullptr) matter = &*json;
  for (const char* group : {"attestation_credentials", "attestation"}) {
    const Json* members = matter->find(group);
    if (members == nullptr) continue;
    for (const Credential& credential : kCredentials) {
      const Json* value = members->find(credential.key);
      if (value == nullptr) continue;
      if (const auto done = read_credential(credential, *value, path, beside, device); !done)
        return done;
    }
  }
  return {};
}

constexpr const char* kUserConfiguration = "user_configuration.json";

// What stands in `security` and cannot be compared is no order: the tester's slip, and no question
// that a device leaves open.
Result<void> security_is_readable(const Device& order) {
  constexpr std::string_view kSecurity = "security", kMember = "security.";
  const auto no_object = [] {
    return error(
        fmt::format("security: expected an object with {}, found something else", security_keys()));
  };
  for (const IntegrityProblem& wrong : order.integrity) {
    if (wrong.what == kSecurity) return no_object();
    if (wrong.what.starts_with(kMember))
      return error(fmt::format("{}: {}", wrong.what, wrong.problem));
  }
  for (const Noted& noted : order.remarks) {
    const std::string& item = noted.place.item;
    if (noted.remark != Remark::unknown_key) continue;
    if (item == kSecurity) return no_object();
    if (item.starts_with(kMember))
      return error(fmt::format("{}: expected one of {}, found a key that is none", printable(item),
                               security_keys()));
  }
  return {};
}

// What stands in `security` is asked for, or it is null or not there: "" is a table that somebody
// filled in half.
Result<void> security_is_filled_in(View content) {
  const auto decoded = decoded_text(content);
  const auto json = parse_json(text(decoded ? View(decoded->utf8()) : content));
  const Json* security = json ? json->find("security") : nullptr;
  if (security == nullptr) return {};
  const auto says_nothing = [](const Json& value) {
    return value.string() != nullptr && value.string()->empty();
  };
  const auto blank = [](const std::string& key) {
    return error(fmt::format(
        "{}: expected what is ordered, found nothing: leave the key out where it is all the same",
        printable(key)));
  };
  if (says_nothing(*security)) return blank("security");
  if (security->object() == nullptr) return {};
  for (const auto& [name, value] : *security->object()) {
    if (says_nothing(value)) return blank("security." + name);
  }
  return {};
}

// A key that an order names stands beside it, or nothing can be compared with it.
Result<void> read_keys(const FileBeside& beside, Device& device) {
  const auto is_key = [](std::string_view name) {
    return name == "security.signing_keys" || name == "security.sign_key" ||
           name == "security.command_key";
  };
  std::vector<OrderedLock> all;
  for (OrderedLock& ordered : device.posture.ordered) {
    if (!is_key(ordered.place.item) || !is_key_file(ordered.value)) {
      all.push_back(std::move(ordered));
      continue;
    }
    const auto file = beside(ordered.value);
    const auto keys = file ? key_forms(*file) : std::vector<std::string>();
    if (keys.empty())
      return error(fmt::format("{}: expected a key in PEM in {} beside the order, found {}",
                               ordered.place.item, ordered.value, file ? "none" : "no such file"));
    for (const std::string& key : keys) {
      all.push_back(ordered);
      all.back().value = key;
    }
  }
  device.posture.ordered = std::move(all);
  return {};
}

// What Simplicity Commander was given to configure the parts with, where it stands beside the
// order.
Result<void> read_configuration(const std::string& of, const FileBeside& beside, Device& device) {
  const auto file = beside(kUserConfiguration);
  if (!file) return {};
  const std::string path = (fs::path(of).parent_path() / kUserConfiguration).string();
  const auto decoded = decoded_text(*file);
  const auto json = parse_json(text(decoded ? View(decoded->utf8()) : View(*file)));
  if (!json) return error(fmt::format("{}: {}", path, json.error().what));
  if (const auto done = read_user_configuration(*json, path, device.posture); !done)
    return error(fmt::format("{}: {}", path, done.error().what));
  return {};
}

// The first names in a JSON object, for whoever has to see which of them nobody knows.
std::optional<std::string> keys_in(View content) {
  constexpr size_t kMost = 3;
  const auto json = parse_json(text(content));
  if (!json || json->object() == nullptr || json->object()->empty()) return std::nullopt;
  std::string out;
  size_t shown = 0;
  for (const auto& [name, value] : *json->object()) {
    if (++shown > kMost) return out + " and others";
    out += fmt::format("{}\"{}\"", out.empty() ? "the names " : ", ", quotable(printable(name)));
  }
  return shown == 1 ? "the name" + out.substr(std::string("the names").size()) : out;
}

}  // namespace

Result<Order> order_from(const std::string& path) {
  Order out;
  if (path.empty()) return out;
  const auto open = [&](const fs::path& of) {
    auto file = FileBytes::open(of.string());
    if (file) out.files.push_back(of.string());
    return file;
  };
  const auto file = open(path);
  if (!file) return error("--expect: " + file.error().what);
  const fs::path folder = fs::path(path).parent_path();
  auto device = expected_from(path, file->view(), [&](const std::string& name) {
    const auto beside = open(folder / name);
    return beside ? std::optional(to_bytes(beside->view())) : std::nullopt;
  });
  if (!device) return error("--expect: " + device.error().what);
  out.device = std::move(*device);
  return out;
}

Result<Device> expected_from(const std::string& path, View content, const FileBeside& beside) {
  Reading reading;
  const auto done =
      read_evidence({.path = path, .bytes = content, .base = 0, .member = false}, reading);
  const std::string kind = reading.files.empty() ? "" : reading.files.front().kind;
  const bool locks_alone = !done && !reading.device.posture.ordered.empty();
  if (kind != "cpms-json" && kind != "device-json") {
    const std::string found = done ? "a file of kind " + kind : nature_of(content);
    return error(
        fmt::format("{}: expected a cpms.json or keys of device.json (vendor_id, "
                    "product_id, security and others: docs/evidence.md), found {}",
                    path, keys_in(content).value_or(found)));
  }
  if (!done && !locks_alone) return error(fmt::format("{}: {}", path, done.error().what));
  if (kind == "cpms-json") {
    const auto decoded = decoded_text(content);
    const auto brought =
        read_credentials(decoded ? View(decoded->utf8()) : content, path, beside, reading.device);
    if (!brought) return error(fmt::format("{}: {}", path, brought.error().what));
  }
  if (const auto filled = security_is_filled_in(content); !filled)
    return error(fmt::format("{}: {}", path, filled.error().what));
  if (const auto readable = security_is_readable(reading.device); !readable)
    return error(fmt::format("{}: {}", path, readable.error().what));
  if (const auto keys = read_keys(beside, reading.device); !keys)
    return error(fmt::format("{}: {}", path, keys.error().what));
  if (const auto configured = read_configuration(path, beside, reading.device); !configured)
    return error(configured.error().what);
  return std::move(reading.device);
}

}  // namespace attest
