#include "lot/device_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

// A string as JSON has it. Most need no escape, and ids of checks never.
void write_string(std::string_view s, std::string& out) {
  const bool plain = std::all_of(
      s.begin(), s.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (plain) {
    out += '"';
    out += s;
    out += '"';
  } else {
    out += dump(Json(is_utf8(s) ? std::string(s) : printable(s)));
  }
}

void write_list(const char* key, const std::vector<std::string>& list, std::string& out) {
  out += key;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ',';
    write_string(list[i], out);
  }
  out += ']';
}

// A lot's own line lists these of all devices; here they stand for who goes on with the lot.
void write_not_used(const DeviceLine& line, std::string& out) {
  if (line.not_used.empty()) return;
  for (size_t i = 0; i < line.not_used.size(); ++i) {
    out += i == 0 ? ",\"not_used\":[{\"path\":" : ",{\"path\":";
    write_string(line.not_used[i].path, out);
    out += ",\"why\":";
    write_string(line.not_used[i].why, out);
    out += '}';
  }
  out += ']';
}

void write_part(const DeviceLine& line, std::string& out) {
  Bytes fingerprints;
  fingerprints.reserve(kFingerprintCount * 8);
  for (const uint64_t mark : line.fingerprints.values) {
    for (unsigned i = 0; i < 8; ++i) fingerprints.push_back(static_cast<uint8_t>(mark >> (8 * i)));
  }
  out += ",\"part\":{\"marks\":\"" + base64(fingerprints) + "\",";
  if (line.fingerprints.discriminator)
    out += fmt::format("\"discriminator\":{},", *line.fingerprints.discriminator);
  out += "\"product\":";
  write_string(line.fingerprints.product, out);
  out += ",\"issuer\":";
  write_string(line.fingerprints.issuer, out);
  if (!line.fingerprints.posture.empty()) {
    out += ",\"posture\":";
    write_string(line.fingerprints.posture, out);
  }
  out += ",\"rows\":[";
  for (size_t i = 0; i < line.rows.size(); ++i)
    out += fmt::format("{}[{},{}]", i == 0 ? "" : ",", line.rows[i].first, line.rows[i].second);
  out += ']';
  if (line.of != 0) out += fmt::format(",\"of\":{}", line.of);
  out += fmt::format(",\"input\":\"{:016x}\",\"summary\":", line.input);
  write_string(line.result.summary, out);
  if (!line.result.steps.empty()) {
    out += ",\"steps\":";
    write_string(line.result.steps, out);
  }
  if (!line.result.warned.empty()) {
    write_list(",\"warned\":[",
               std::vector<std::string>(line.result.warned.begin(), line.result.warned.end()), out);
  }
  out += '}';
}

// --- reading ---

Result<std::vector<std::string>> strings(const Json& json, const char* key) {
  std::vector<std::string> out;
  const Json* list = json.find(key);
  if (list == nullptr) return out;
  if (!list->is_array())
    return error(fmt::format("{}: expected an array, found {}", key, list->kind()));
  for (const Json& one : *list->array()) {
    if (one.string() == nullptr)
      return error(fmt::format("{}: expected strings, found {}", key, one.kind()));
    out.push_back(*one.string());
  }
  return out;
}

Result<std::string> string_at(const Json& json, const char* key) {
  const Json* value = json.find(key);
  if (value == nullptr || value->string() == nullptr)
    return error(fmt::format("{}: expected a string, found {}", key,
                             value == nullptr ? "nothing" : value->kind()));
  return *value->string();
}

}  // namespace

Result<std::vector<NotUsed>> read_not_used(const Json& json) {
  std::vector<NotUsed> out;
  const Json* list = json.find("not_used");
  if (list == nullptr) return out;
  if (!list->is_array())
    return error(fmt::format("not_used: expected an array, found {}", list->kind()));
  for (const Json& one : *list->array()) {
    auto path = string_at(one, "path"), why = string_at(one, "why");
    if (!path || !why) return within("not_used", (path ? why : path).error());
    out.push_back({.path = std::move(*path), .why = std::move(*why)});
  }
  return out;
}

namespace {

Result<void> read_part(const Json& part, DeviceLine& line) {
  const auto fingerprints = string_at(part, "marks"), product = string_at(part, "product"),
             issuer = string_at(part, "issuer"), input = string_at(part, "input"),
             summary = string_at(part, "summary");
  for (const auto* value : {&fingerprints, &product, &issuer, &input, &summary}) {
    if (!*value) return tl::unexpected(value->error());
  }
  const auto bytes = from_base64(*fingerprints);
  if (!bytes || bytes->size() != kFingerprintCount * 8)
    return error(fmt::format("marks: expected base64 of {} bytes", kFingerprintCount * 8));
  for (size_t i = 0; i < kFingerprintCount; ++i) line.fingerprints.values[i] = le64(*bytes, i * 8);
  if (const Json* discriminator = part.find("discriminator")) {
    const auto value = discriminator->natural();
    if (!value || *value >= kDiscriminators)
      return error(fmt::format("discriminator: expected a number below {}", kDiscriminators));
    line.fingerprints.discriminator = static_cast<uint16_t>(*value);
  }
  line.fingerprints.product = *product;
  line.fingerprints.issuer = *issuer;
  if (part.find("posture") != nullptr) {
    const auto posture = string_at(part, "posture");
    if (!posture) return tl::unexpected(posture.error());
    line.fingerprints.posture = *posture;
  }
  line.result.summary = *summary;
  if (part.find("steps") != nullptr) {
    auto steps = string_at(part, "steps");
    if (!steps) return tl::unexpected(steps.error());
    line.result.steps = std::move(*steps);
  }
  const auto warned = strings(part, "warned");
  if (!warned) return tl::unexpected(warned.error());
  for (const std::string& id : *warned) {
    if (const Check* check = find_check(id)) line.result.warned.push_back(check->id);
  }
  const auto digest = from_hex(*input);
  if (!digest || digest->size() != 8) return error("input: expected 16 hex digits");
  line.input = static_cast<uint64_t>(be32(*digest, 0)) << 32 | be32(*digest, 4);
  if (const Json* of = part.find("of")) {
    const auto number = of->natural();
    if (!number || *number > UINT32_MAX) return error("of: expected a number");
    line.of = static_cast<uint32_t>(*number);
  }
  const Json* rows = part.find("rows");
  if (rows == nullptr || !rows->is_array()) return error("rows: expected an array");
  for (const Json& row : *rows->array()) {
    const auto* pair = row.array();
    const auto manifest =
                   pair != nullptr && pair->size() == 2 ? (*pair)[0].natural() : std::nullopt,
               index = pair != nullptr && pair->size() == 2 ? (*pair)[1].natural() : std::nullopt;
    if (!manifest || !index || *manifest > UINT32_MAX || *index > UINT32_MAX)
      return error("rows: expected pairs of numbers");
    line.rows.emplace_back(static_cast<uint32_t>(*manifest), static_cast<uint32_t>(*index));
  }
  return {};
}

}  // namespace

std::string write_line(const DeviceLine& line, LineForm form) {
  std::string out = "{\"id\":";
  if (line.id.empty()) {
    write_string(line.result.name, out);
  } else {
    out += line.id;
  }
  out += fmt::format(",\"verdict\":\"{}\"", verdict_name(line.result.verdict));
  write_list(",\"failed\":[", line.result.failed, out);
  if (!line.result.open.empty()) write_list(",\"open\":[", line.result.open, out);
  if (line.unreadable) {
    out += ",\"error\":";
    write_string(line.result.summary, out);
  }
  if (!line.contradicts.empty()) write_list(",\"manifest\":[", line.contradicts, out);
  if (!line.fingerprints.posture.empty()) {
    out += ",\"locked\":";
    write_string(line.fingerprints.posture, out);
  }
  if (!line.report.empty()) out += ",\"report\":" + line.report;
  if (form == LineForm::part) {
    write_not_used(line, out);
    write_part(line, out);
  }
  out += "}\n";
  return out;
}

Result<DeviceLine> read_line(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return tl::unexpected(json.error());
  DeviceLine line;
  const Json* id = json->find("id");
  if (id == nullptr) return error("expected the line of a device, found none of its keys");
  if (const std::string* name = id->string()) {
    line.result.name = *name;
  } else if (const Json::Number* number = id->number()) {
    line.result.name = number->text;
  } else {
    return error(fmt::format("id: expected a string or a number, found {}", id->kind()));
  }
  line.id = dump(*id);
  const auto verdict = string_at(*json, "verdict");
  if (!verdict) return tl::unexpected(verdict.error());
  constexpr Verdict kVerdicts[] = {Verdict::approve, Verdict::reject, Verdict::undecided};
  const auto* known = std::find_if(std::begin(kVerdicts), std::end(kVerdicts),
                                   [&](Verdict v) { return *verdict == verdict_name(v); });
  if (known == std::end(kVerdicts))
    return error(fmt::format("verdict: expected approve, reject or undecided, found \"{}\"",
                             printable(*verdict)));
  line.result.verdict = *known;
  auto failed = strings(*json, "failed"), open = strings(*json, "open"),
       contradicts = strings(*json, "manifest");
  for (const auto* list : {&failed, &open, &contradicts}) {
    if (!*list) return tl::unexpected(list->error());
  }
  line.result.failed = std::move(*failed);
  line.result.open = std::move(*open);
  line.contradicts = std::move(*contradicts);
  auto not_used = read_not_used(*json);
  if (!not_used) return tl::unexpected(not_used.error());
  line.not_used = std::move(*not_used);
  line.unreadable = json->find("error") != nullptr;
  if (const Json* report = json->find("report")) line.report = dump(*report);
  const Json* part = json->find("part");
  if (part == nullptr || !part->is_object())
    return error(
        "expected a line that can be joined with others, found one without its part: judge the "
        "parts with --part");
  if (auto done = read_part(*part, line); !done) return within("part", done.error());
  return line;
}

}  // namespace attest
