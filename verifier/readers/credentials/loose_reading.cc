// Reads what stands loose in a text, but for what its own reader took.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/json_bytes.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/credentials/named_keys.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/log_line.h"

namespace attest {
namespace {

const char* name_of(const Reader* reader) {
  return reader == &x509_reader     ? "certificate"
         : reader == &cms_cd_reader ? "declaration"
                                    : "value";
}

}  // namespace

void read_loose(const Source& s, const Loose& found, const Place& place, Reading& reading,
                std::optional<FactId> role) {
  const PastedBytes& pasted = found.pasted;
  if (found.reader == nullptr && is_unwritten(pasted.bytes)) {
    if (role) say_no_certificate(*role, pasted.bytes, place, reading);
    return;
  }
  if (found.unused) return reading.not_used.push_back({place_text(place), found.problem});
  if (found.reader == nullptr) {
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, place, found.problem);
    return;
  }
  if (is_left_out(pasted)) {
    reading.device.note(
        Remark::not_in_log, place,
        fmt::format("{}: shortened where it was pasted: {} bytes are stated, {} are there",
                    name_of(found.reader), der_size(pasted.bytes), pasted.bytes.size()));
    return;
  }
  // (Of a record of a stream no file is listed.)
  EvidenceFile nowhere;
  EvidenceFile* const outer = reading.current;
  if (outer == nullptr) reading.current = &nowhere;
  const Source inside{.path = s.path, .bytes = pasted.bytes, .base = s.base, .member = s.member};
  const std::string kind = reading.current->kind;
  const size_t before = reading.device.statements.size();
  Result<void> done;
  read_at(place, reading, [&] { done = found.reader->read(inside, reading); });
  reading.current->kind = kind;
  reading.current = outer;
  if (role) hold_to_role(*role, before, reading);
  if (!done) reading.device.damaged(place, name_of(found.reader), done.error().what);
}

void note_unsearched(const std::string& path, Reading& reading) {
  reading.device.note(
      Remark::unreadable_file, {.path = path, .offset = {}, .item = {}},
      fmt::format("only its first {} MiB or {} values were searched for pasted credentials",
                  kMostPastedText >> 20, kMostPasted));
}

namespace {

bool is_readable(const Loose& f) {
  return f.reader != nullptr && f.reader != &damaged_reader;
}

constexpr size_t kMostUniqueId = 32;

// Reads what is found and not known.
class Behind {
 public:
  Behind(const std::string& path, Before before, Reading& reading)
      : path_(path), reading_(reading), first_(before.statements) {
    const Device& d = reading.device;
    for (size_t i = before.statements; i < d.statements.size(); ++i) {
      const auto* bytes = std::get_if<Bytes>(&d.statements[i].value);
      // Random digits, of which some begin as a certificate does; none fits into so few.
      const auto* words = std::get_if<std::string>(&d.statements[i].value);
      if (words != nullptr && d.statements[i].fact == FactId::unique_id &&
          words->size() <= kMostUniqueId)
        items_.insert(d.statements[i].place.item);
      if (bytes == nullptr) continue;
      known_.insert(sha256(*bytes));
      items_.insert(d.statements[i].place.item);
    }
    for (size_t i = before.integrity; i < d.integrity.size(); ++i)
      items_.insert(d.integrity[i].place.item);
  }

  void json(const Json& json, const std::string& item, std::span<const std::string_view> others) {
    if (const std::string* value = json.string()) {
      if (items_.contains(item)) return;
      const Place place{.path = path_, .offset = {}, .item = item};
      const auto found = loose_in_value(*value, true);
      const auto role = role_at(item);
      if (role && keep_if_unwritten(*role, *value, place)) return;
      const size_t before = reading_.device.statements.size();
      for (const Loose& f : found)
        read(source(*value), f, place, found.size() == 1 ? role : std::nullopt);
      if (const auto called = names_.find(item); called != names_.end())
        call_keys(other_trade_before(called->second, called->second.size()), before, reading_);
      if (found.empty()) named(key_letters(*value), place);
      return;
    }
    if (bytes(json, item)) return;
    if (const auto* members = json.object()) {
      state_together(json, item);
      if (read_jwk(json, {.path = path_, .offset = {}, .item = item}, reading_)) return;
      const auto [value_of, called] = named_beside(json, item);
      const auto role = role_of_name(called);
      if (role) together_.insert_or_assign(value_of, *role);
      if (!called.empty()) names_.insert_or_assign(value_of, called);
      for (const auto& [name, value] : *members) {
        // A name is text as any other.
        for (const Loose& f : loose_in_value(name, true))
          read(source(name), f, {.path = path_, .offset = {}, .item = inside(item, "(a name)")});
        if (std::find(others.begin(), others.end(), name) == others.end())
          this->json(value, inside(item, name), {});
      }
      if (role) together_.erase(value_of);  // (the next of an array has the same place)
      if (!called.empty()) names_.erase(value_of);
    }
    if (const auto* elements = json.array()) {
      if (lines(*elements, item)) return;
      for (const Json& value : *elements) this->json(value, item + "[]", {});
    }
  }
  // A private key by its name: one of any trade is a device's where credentials stand beside it.
  // `ours`: a file of our trade, in which no name is a converter's.
  void end_of_json(bool ours) {
    const Device& d = reading_.device;
    const bool beside = std::any_of(d.statements.begin() + static_cast<std::ptrdiff_t>(first_),
                                    d.statements.end(), [&](const Statement& s) {
                                      return s.fact == FactId::dac || s.fact == FactId::pai ||
                                             s.fact == FactId::cd || s.fact == FactId::certificate;
                                    });
    for (const auto& [bytes, place] : std::exchange(called_keys_, {})) {
      if (beside) key(bytes, place);
    }
    // (A converter's table is called "dac", too.)
    std::set<FactId> roles;
    for (const Unwritten& one : unwritten_) roles.insert(one.role);
    for (const Unwritten& one : std::exchange(unwritten_, {})) {
      if (ours || beside || roles.size() > 1 || names_a_credential(one.place.item))
        say_no_certificate(one.role, one.bytes, one.place, reading_);
    }
  }
  void text_of(const Source& s, std::string_view all, Search search) {
    const LooseText loose = loose_in_text(all, search);
    const std::string_view whole = all.size() == s.bytes.size() ? text(s.bytes) : all;
    if (!loose.whole && !std::exchange(told_, true)) note_unsearched(s.path, reading_);
    for (const Loose& f : loose.found) {
      const size_t before = reading_.device.statements.size();
      if (search != Search::log || is_list_or_key(f))
        read(s, f, {.path = s.path, .offset = s.base + f.pasted.offset, .item = f.pasted.name},
             search == Search::log ? std::nullopt
             : f.block             ? role_before_block(whole, f.pasted.offset)
                                   : role_before(all, f.pasted.offset),
             all);
      call_keys(other_trade_before(f.block ? whole : all, f.pasted.offset), before, reading_);
    }
  }

 private:
  static std::string inside(const std::string& item, const std::string& name) {
    return item.empty() ? name : item + "." + name;
  }
  Source source(const std::string& value) const {
    return {.path = path_, .bytes = view(value), .base = 0, .member = true};
  }
  void named(Bytes bytes, const Place& place) {
    if (bytes.empty()) return;
    const auto beside = names_.find(place.item);
    const std::string called = beside == names_.end() ? "" : " " + beside->second;
    const PastedBytes value{.name = place.item + called, .bytes = std::move(bytes)};
    if (is_named_point({}, value)) {
      read({.path = path_, .bytes = value.bytes, .base = 0, .member = true},
           {.reader = &blob_reader, .pasted = {.name = {}, .bytes = value.bytes}}, place);
    } else if (is_named_key({}, value, false)) {
      key(value.bytes, place);
    } else if (is_named_key({}, value, true)) {
      called_keys_.emplace_back(value.bytes, place);
    }
  }
  void key(const Bytes& bytes, const Place& place) {
    read({.path = path_, .bytes = bytes, .base = 0, .member = true},
         {.reader = &named_key_reader, .pasted = {.name = {}, .bytes = bytes}}, place);
  }
  // False: it is no array of bytes with a credential.
  bool bytes(const Json& json, const std::string& item) {
    auto found = bytes_of(json);
    if (!found) {
      if (auto rows = bytes_in_rows(json)) found = JsonBytes{.bytes = std::move(*rows)};
    }
    if (!found) return false;
    const std::vector<Loose> all = loose_in_bytes(found->bytes);
    const std::string as_text(text(found->bytes));
    const Place place{.path = path_, .offset = {}, .item = item};
    if (items_.contains(item)) return true;
    const auto role = role_at(item);
    if (role && found->strange == 0 && is_unwritten(found->bytes)) {
      unwritten_.push_back({*role, found->bytes, place});
      return true;
    }
    if (role && found->strange == 0 && looks_like_pem(found->bytes) &&
        item.find("pem") == std::string::npos) {
      say_no_certificate(*role, found->bytes, place, reading_);
      return true;
    }
    if (all.empty() && found->strange == 0) named(found->bytes, place);
    for (const Loose& f : all) {
      if (found->strange == 0) {
        read(source(as_text), f, place, all.size() == 1 ? role : std::nullopt);
        continue;
      }
      read(source(as_text),
           {.reader = nullptr,
            .pasted = {},
            .problem = fmt::format("a credential in {} bytes, {} of which are none",
                                   found->bytes.size(), found->strange)},
           place);
    }
    return !all.empty();
  }
  // Strings as the lines that they may be, several values among them. False: they are none.
  bool lines(const Json::Array& elements, const std::string& item) {
    const std::string all = lines_of(elements);
    if (all.empty()) return false;
    const auto found = loose_in_value(all, true);
    if (std::none_of(found.begin(), found.end(), is_readable)) return false;
    const Place place{.path = path_, .offset = {}, .item = item + "[]"};
    for (const Loose& f : found) read(source(all), f, place);
    return true;
  }
  // Logs print certificates and declarations, many of them cut, which say nothing of the device.
  static bool is_list_or_key(const Loose& f) {
    if (f.block)
      return f.pasted.name.find("CERTIFICATE") == std::string::npos ||
             f.pasted.name.ends_with("REQUEST");
    if (f.reader == nullptr) return true;
    if (f.reader == &damaged_reader) return is_damaged_list_or_key(f.pasted.bytes);
    return f.reader != &x509_reader && f.reader != &elements_reader && f.reader != &pem_reader &&
           (f.reader != &cms_cd_reader || !holds_declaration(f.pasted.bytes));
  }

  // `all`: the text in which it stands, where that is more than the value.
  void read(const Source& s, const Loose& f, const Place& place, std::optional<FactId> role = {},
            std::string_view all = {}) {
    if (!f.pasted.bytes.empty() && is_known(f.pasted.bytes, role)) return;
    const bool of_factory_data =
        reading_.current != nullptr && reading_.current->kind == linux_ini_reader.kind;
    if (role && !f.block &&
        is_pem_among_bytes(all.empty() ? text(s.bytes) : all, f.pasted, of_factory_data))
      return say_no_certificate(*role, f.pasted.bytes, place, reading_);
    read_loose(s, f, place, reading_, role);
  }
  // One value may stand in two places, each of which states a role.
  bool is_known(View bytes, std::optional<FactId> role) {
    const Sha256 digest = sha256(bytes);
    const bool first = known_.insert(digest).second;
    const bool stated = std::any_of(stated_.begin(), stated_.end(),
                                    [&](const auto& known) { return known.first == digest; });
    if (!role || (!first && !stated)) return !first;
    return !stated_.insert({digest, *role}).second;
  }

  // --- the roles that names state
  std::optional<FactId> role_at(std::string_view item) const {
    for (const std::string_view inner : {"", ".__value__", ".data", ".value"}) {
      if (item.ends_with(inner)) item.remove_suffix(inner.size());
      if (const auto known = together_.find(item); known != together_.end()) return known->second;
    }
    // (What is called "certificate" is its object's: "dac.certificate".)
    constexpr size_t kMostParts = 3;
    std::string name;
    for (size_t parts = 0; parts < kMostParts && !item.ends_with("[]"); ++parts) {
      const size_t dot = item.rfind('.');
      name = std::string(item.substr(dot + 1)) + " " + name;  // npos + 1 is 0
      if (dot == std::string_view::npos || !says_no_role(name)) break;
      item = item.substr(0, dot);
    }
    return role_of_name(name);
  }
  // {"name": "dac_cert", "value": …}: the item whose name stands beside it, and that.
  static std::pair<std::string, std::string> named_beside(const Json& object,
                                                          const std::string& item) {
    const auto* name = static_cast<const std::string*>(nullptr);
    for (const char* member : {"name", "key", "id", "field", "label"}) {
      const Json* json = object.find(member);
      if (json != nullptr) name = json->string();
      if (name != nullptr) break;
    }
    for (const char* value : {"value", "data", "content", "bytes"}) {
      if (name != nullptr && object.find(value) != nullptr) return {inside(item, value), *name};
    }
    return {};
  }
  static CertificatePtr only_certificate(const Json* value) {
    if (value != nullptr && value->string() == nullptr) value = value->find("__value__");
    if (value == nullptr || value->string() == nullptr) return nullptr;
    const auto found = loose_in_value(*value->string(), true);
    if (found.size() != 1) return nullptr;
    auto certificate = parse_certificate(found[0].pasted.bytes);
    return certificate ? std::move(*certificate) : nullptr;
  }
  void state_together(const Json& object, const std::string& item) {
    if (!state_roles_together(object)) return;
    const auto* members = object.object();
    CertificatePtr dac, pai;
    for (const auto& [name, value] : *members) {
      if (role_of_member(name) == FactId::dac) dac = only_certificate(&value);
      if (role_of_member(name) == FactId::pai) pai = only_certificate(&value);
    }
    // (What an authority of any trade answers with may be an authority's own certificate.)
    const bool of_an_authority =
        dac != nullptr && !is_of_one_device(*dac) && (pai == nullptr || !equal(dac->der, pai->der));
    const bool states = is_kept_by_a_device(object)
                            ? (dac != nullptr || pai != nullptr) && !of_an_authority
                            : pai != nullptr && dac != nullptr && equal(dac->der, pai->der);
    if (!states && (pai == nullptr || !is_of_one_device(*pai))) return;
    for (const auto& [name, value] : *members) {
      if (const auto role = role_of_member(name)) together_.emplace(inside(item, name), *role);
    }
  }
  // Zeros where a certificate should be.
  bool keep_if_unwritten(FactId role, std::string_view letters, const Place& place) {
    if (letters.starts_with("hex:")) letters.remove_prefix(4);
    for (const Result<Bytes>& bytes : {from_hex_lenient(letters), from_base64_lines(letters)}) {
      if (!bytes || !is_unwritten(*bytes)) continue;
      unwritten_.push_back({role, *bytes, place});
      return true;
    }
    return false;
  }

  const std::string& path_;
  Reading& reading_;
  std::set<Sha256> known_;
  std::set<std::pair<Sha256, FactId>> stated_;  // what was read, with the role of its place
  std::map<std::string, FactId, std::less<>> together_;
  std::map<std::string, std::string, std::less<>> names_;  // that stand beside their values
  std::set<std::string> items_;                            // what the reader took, or found damaged
  size_t first_;                                           // statement behind what the reader said
  std::vector<std::pair<Bytes, Place>> called_keys_;
  struct Unwritten {
    FactId role;
    Bytes bytes;
    Place place;
  };
  std::vector<Unwritten> unwritten_;  // places of a certificate that are empty
  bool told_ = false;
};

// Without the blocks that the reader of PEM takes.
std::string around_blocks(std::string_view all) {
  std::string out(all);
  const PemFile file = parse_pem(view(all));
  std::set<size_t> begins(file.begun_at.begin(), file.begun_at.end());
  for (const PemBlock& block : file.blocks) begins.insert(block.offset);
  size_t closing = 0;  // the END marker up to whose line the text is taken
  for (const size_t begin : begins) {
    if (begin < closing) continue;
    closing = std::min(all.find("-----END ", begin), all.size());
    blank(out, begin, std::min(all.find('\n', closing), all.size()));
  }
  return out;
}

// The lines of a log with blanks for what it puts before each: "[1700000000.1] [1:2] CHIP:CTL: ".
std::string without_prefixes(std::string_view all) {
  std::string out(all);
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = all.substr(at, end - at);
    size_t from = line.find("CHIP:");
    if (from != std::string_view::npos) from = line.find(": ", from);
    from = from == std::string_view::npos ? 0 : from + 2;
    while (line.substr(from).starts_with('[')) {
      const size_t close = line.find("] ", from);
      if (close == std::string_view::npos) break;
      from = close + 2;
    }
    blank(out, at, at + from);
    at = end + 1;
  }
  return out;
}

// What a log calls a certificate is one or a part of one, which the log's own reader takes: a part
// may begin as a list or a key does.
std::string without_certificates(std::string text) {
  constexpr size_t kLeast = 16;  // digits
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    size_t name = 0;
    if (line.size() > kLeast && line.find("ertificate") != std::string_view::npos &&
        log::hex_after(line, "certificate", "", 0, &name, kLeast))
      blank(text, at + name, end);
    at = end + 1;
  }
  return text;
}

}  // namespace

void read_loose_json(const Json& json, const std::string& path,
                     std::span<const std::string_view> others, Before before, Reading& reading,
                     bool ours) {
  Behind behind(path, before, reading);
  behind.json(json, {}, others);
  behind.end_of_json(ours);
}

void read_loose_text(const Source& s, std::string_view all, Before before, Reading& reading) {
  Behind(s.path, before, reading).text_of(s, all, Search::text);
}

void read_loose_credentials(const Source& s, const Reader& by, Before before, Reading& reading) {
  if (by.rest == Rest::nothing) return;
  Behind behind(s.path, before, reading);
  if (by.rest == Rest::values) {
    const auto json = parse_json(text(s.bytes));
    if (json) {
      behind.json(*json, {}, {});
      return behind.end_of_json(true);
    }
    behind.text_of(s, text(s.bytes), Search::text);
  } else if (by.rest == Rest::around_blocks) {
    behind.text_of(s, around_blocks(text(s.bytes)), Search::text);
  } else {
    behind.text_of(s, without_certificates(without_prefixes(text(s.bytes))), Search::log);
  }
}

}  // namespace attest
