// Reads what stands loose in a text, but for what its own reader took.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

const char* name_of(const Reader* reader) {
  return reader == &x509_reader     ? "certificate"
         : reader == &cms_cd_reader ? "declaration"
                                    : "value";
}

}  // namespace

void read_loose(const Source& s, const Loose& found, const Place& place, Reading& reading) {
  const PastedBytes& pasted = found.pasted;
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
  Result<void> done;
  read_at(place, reading, [&] { done = found.reader->read(inside, reading); });
  reading.current->kind = kind;
  reading.current = outer;
  if (!done) reading.device.damaged(place, name_of(found.reader), done.error().what);
}

void note_unsearched(const std::string& path, Reading& reading) {
  reading.device.note(
      Remark::unreadable_file, {.path = path, .offset = {}, .item = {}},
      fmt::format("only its first {} MiB or {} values were searched for pasted credentials",
                  kMostPastedText >> 20, kMostPasted));
}

namespace {

constexpr size_t kMostUniqueId = 32;

// Reads what is found and not known.
class Behind {
 public:
  Behind(const std::string& path, Before before, Reading& reading)
      : path_(path), reading_(reading) {
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
      const Source s{.path = path_, .bytes = view(*value), .base = 0, .member = true};
      const Place place{.path = path_, .offset = {}, .item = item};
      for (const Loose& f : loose_in_value(*value, true)) read(s, f, place);
      return;
    }
    if (const auto* members = json.object()) {
      for (const auto& [name, value] : *members) {
        if (std::find(others.begin(), others.end(), name) == others.end())
          this->json(value, item.empty() ? name : item + "." + name, {});
      }
    }
    if (const auto* elements = json.array()) {
      for (const Json& value : *elements) this->json(value, item + "[]", {});
    }
  }
  void text_of(const Source& s, std::string_view all, Search search) {
    const LooseText loose = loose_in_text(all, search);
    if (!loose.whole && !std::exchange(told_, true)) note_unsearched(s.path, reading_);
    for (const Loose& f : loose.found) {
      if (search != Search::log || is_list_or_key(f))
        read(s, f, {.path = s.path, .offset = s.base + f.pasted.offset, .item = f.pasted.name});
    }
  }

 private:
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

  void read(const Source& s, const Loose& f, const Place& place) {
    if (!f.pasted.bytes.empty() && !known_.insert(sha256(f.pasted.bytes)).second) return;
    read_loose(s, f, place, reading_);
  }

  const std::string& path_;
  Reading& reading_;
  std::set<Sha256> known_;
  std::set<std::string> items_;  // what the reader took, or found damaged
  bool told_ = false;
};

// Without the blocks that the reader of PEM takes.
std::string around_blocks(std::string_view all) {
  std::string out(all);
  const PemFile file = parse_pem(view(all));
  const auto take = [&](size_t begin) {
    size_t end = all.find("-----END ", begin);
    end = end == std::string_view::npos ? all.size() : std::min(all.find('\n', end), all.size());
    blank(out, begin, end);
  };
  for (const PemBlock& block : file.blocks) take(block.offset);
  for (const size_t begin : file.begun_at) take(begin);
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

}  // namespace

void read_loose_json(const Json& json, const std::string& path,
                     std::span<const std::string_view> others, Before before, Reading& reading) {
  Behind(path, before, reading).json(json, {}, others);
}

void read_loose_credentials(const Source& s, const Reader& by, Before before, Reading& reading) {
  if (by.rest == Rest::nothing) return;
  Behind behind(s.path, before, reading);
  if (by.rest == Rest::values) {
    const auto json = parse_json(text(s.bytes));
    if (json) return behind.json(*json, {}, {});
    behind.text_of(s, text(s.bytes), Search::text);
  } else if (by.rest == Rest::around_blocks) {
    behind.text_of(s, around_blocks(text(s.bytes)), Search::text);
  } else {
    behind.text_of(s, without_prefixes(text(s.bytes)), Search::log);
  }
}

}  // namespace attest
