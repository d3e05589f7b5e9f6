// The list of readers, and the one way a file goes through it.

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "verifier/crypto/crypto.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/revocation_words.h"
#include "verifier/readers/containers/otherwise.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/own_output.h"
#include "verifier/readers/posture/firmware_images.h"
#include "verifier/readers/posture/unread_forms.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/beside.h"
#include "verifier/readers/text/decoded_text.h"
#include "verifier/readers/text/onboarding_codes.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/text/unmarked_text.h"

namespace attest {
namespace {

// Dumps that may hold firmware beside what their reader takes.
constexpr const Reader* kOfMemory[] = {
    &silabs_provision_reader, &telink_reader,       &nordic_reader,     &nxp_reader,
    &bouffalolab_reader,      &silabs_flash_reader, &ti_factory_reader, &carve_reader};

bool is_of_memory(const Reader& reader) {
  return std::find(std::begin(kOfMemory), std::end(kOfMemory), &reader) != std::end(kOfMemory);
}

constexpr size_t kLargeFile = 32u << 20;

// What is one value of DER, or attestation elements, from its first byte to its last: its own
// lengths say so, and no words or magic numbers that stand in it make it anything else.
bool is_of_bytes(const Reader& reader) {
  return reader.content == Content::bytes || reader.content == Content::der;
}
bool is_one_der(View bytes) {
  return first_der(bytes).size() == bytes.size() && !bytes.empty();
}
bool is_whole_elements(View bytes) {
  if (!looks_like_attestation_elements(bytes)) return false;
  const auto elements = parse_attestation_elements(bytes);
  return elements && !elements->unterminated && elements->trailing_bytes == 0;
}
const Reader* asked_of_whole(const Source& source) {
  if (is_one_der(source.bytes)) {
    for (const Reader* reader : kReaders) {
      if (reader->content == Content::der && reader->recognises(source)) return reader;
    }
  }
  return is_whole_elements(source.bytes) ? &elements_reader : nullptr;
}

const Reader* asked(const Source& source, const Reader* known_not = nullptr) {
  if (const Reader* whole = asked_of_whole(source); whole != nullptr && whole != known_not)
    return whole;
  for (const Reader* reader : readers()) {
    if (reader != known_not && reader->recognises(source)) return reader;
  }
  return nullptr;
}

// Nothing but what pads a file stands there and behind it.
bool is_padding(View bytes, size_t from) {
  const View rest = bytes.subspan(from);
  return (rest.front() == 0 || rest.front() == 0xFF) &&
         std::all_of(rest.begin(), rest.end(), [&](uint8_t b) { return b == rest.front(); });
}

// Text that is not UTF-8 as what it says in that, and its blocks without mark-up; nullopt: it is no
// text, or needs neither.
// (Readers are asked of many things. Who was found on the way to this need not be sought again.)
struct ToRead {
  std::optional<DecodedText> text;
  std::optional<const Reader*> by = {};  // own_output_reader apart; nullopt: nobody was asked
  std::optional<std::string> unmarked = {};

  View bytes(const Source& source) const {
    return unmarked ? view(*unmarked) : text ? View(text->utf8()) : source.bytes;
  }
};
ToRead in_utf8(const Source& source) {
  if (const Reader* whole = asked_of_whole(source)) return {.text = {}, .by = whole};
  auto decoded = decoded_text(source.bytes);
  if (!decoded) return {.text = {}};
  const bool utf8 = !decoded->first_foreign();
  // (A mark of UTF-8 in front of a revocation set stays: the set is kept as it was handed over.)
  constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
  if (utf8 && !text(source.bytes).starts_with(kUtf8Mark)) return {.text = std::move(decoded)};
  const Reader* as_it_is = asked(source, &own_output_reader);
  if (as_it_is != nullptr && is_of_bytes(*as_it_is) &&
      (!utf8 || as_it_is == &revocation_set_reader))
    return {.text = {}, .by = as_it_is};
  if (utf8 || as_it_is == nullptr || as_it_is->content == Content::text)
    return {.text = std::move(decoded)};
  Source plain = source;
  plain.bytes = decoded->utf8();
  const Reader* as_text = asked(plain, &own_output_reader);
  // (A byte that is none of JSON's may have hit a name by which the file is known.)
  const bool is_text =
      as_it_is->content == Content::json
          ? as_text == as_it_is || is_padding(source.bytes, *decoded->first_foreign())
          : as_text != nullptr &&
                (as_text->content == Content::text || as_text->content == Content::json);
  if (!is_text) return {.text = {}, .by = as_it_is};
  return {.text = std::move(decoded), .by = as_text};
}

ToRead to_read(const Source& source) {
  constexpr size_t kMost = 16u << 20;
  ToRead out = in_utf8(source);
  const View utf8 = out.bytes(source);
  if (out.by && *out.by != nullptr && is_of_bytes(**out.by)) return out;
  if (utf8.size() > kMost || !find(utf8, view("-----BEGIN")) || !is_plain_text(utf8)) return out;
  auto unmarked = unmarked_blocks(text(utf8));
  // (Strings of JSON have a way of their own to say all that, and so have the lines of a log.)
  if (!unmarked || parse_json(text(utf8)) ||
      commissioner_log_reader.recognises({.path = source.path, .bytes = utf8}))
    return out;
  out.unmarked = std::move(unmarked);
  out.by.reset();
  return out;
}

// What was read of a text stands in the file where that text stood. (Addresses of a part's memory
// are no places in a text.)
void put_back(const DecodedText& decoded, const Source& source, const Reader* by,
              const QuotedBefore& before, Reading& reading) {
  if (by == &intel_hex_reader || by == &s_record_reader || by == &ti_txt_reader) return;
  const auto put = [&](Place& place) {
    if (place.path == source.path && place.offset && *place.offset >= source.base)
      place.offset = source.base + decoded.offset_in_file(*place.offset - source.base);
  };
  Device& d = reading.device;
  for (size_t i = before.statements; i < d.statements.size(); ++i) put(d.statements[i].place);
  for (size_t i = before.remarks; i < d.remarks.size(); ++i) put(d.remarks[i].place);
  for (size_t i = before.integrity; i < d.integrity.size(); ++i) put(d.integrity[i].place);
}

// Evidence in a form that asks for UTF-8 is damaged by a byte that is none, and read all the same.
void say_foreign(const DecodedText& decoded, const Source& source, const Reader* by,
                 const QuotedBefore& before, Reading& reading) {
  const auto first = decoded.first_foreign();
  if (!first || by == nullptr || by->content != Content::json ||
      reading.device.integrity.size() > before.integrity)
    return;
  const uint8_t byte = source.bytes[*first];
  reading.device.damaged({.path = source.path, .offset = source.base + *first, .item = {}},
                         by->kind,
                         fmt::format("JSON: expected UTF-8, found the byte 0x{:02x}", byte));
}

// How much a reading holds, of whatever kind: a file that adds nothing to it was no evidence.
size_t said(const Reading& r) {
  return r.device.statements.size() + r.device.integrity.size() + r.device.remarks.size() +
         r.locked.size() + r.ota_images.size() + r.files.size() + r.device.posture.said();
}

// A file that is no evidence: one in a folder or container is listed with the reason, one that was
// named is an error.
Result<void> none(const Source& source, std::string why, Reading& reading) {
  if (!source.member) return error(std::move(why));
  reading.not_used.push_back({.path = source.path, .why = std::move(why)});
  return {};
}

// The file of this index: what kind it is, and what it says. `known`: who takes it, where that is
// known already. `by`: who read it; null: nobody did.
Result<void> recognise_and_read(const Source& source, size_t index,
                                std::optional<const Reader*> known, const Reader*& by,
                                Reading& reading) {
  // (Parsing a report takes long: once.)
  if (const std::string why = why_own_output(source.bytes); !why.empty())
    return none(source, source.member ? why : fmt::format("expected evidence: {}", why), reading);
  const Reader* found = known ? *known : asked(source, &own_output_reader);
  if (found == nullptr) {
    if (source.bytes.empty() && source.member) return none(source, "an empty file", reading);
    if (const std::string form = unread_form(source); !form.empty())
      return none(source, source.member ? form : fmt::format("expected evidence: {}", form),
                  reading);
    return none(source,
                fmt::format("expected a certificate, a certification declaration, a key, a "
                            "vendor's dump, a log or a payload; found {}",
                            nature_of(source.bytes)),
                reading);
  }
  by = found;
  const size_t before = said(reading), unused_before = reading.not_used.size();
  reading.files[index].kind = found->kind;
  // Members read inside this one may move reading.files: readers work on a copy of the entry, put
  // back afterwards.
  EvidenceFile entry = reading.files[index];
  const size_t locked_before = reading.locked.size();
  EvidenceFile* const outer = std::exchange(reading.current, &entry);
  const Before behind = Before::of(reading);
  const QuotedBefore quoted = QuotedBefore::of(reading);
  auto done = found->read(source, reading);
  if (done && is_of_memory(*found)) say_firmware(source, reading);
  if (done) read_loose_credentials(source, *found, behind, reading);
  mask_quoted(source.path, quoted, reading);
  const bool set_inside = found != &revocation_set_reader && !is_of_bytes(*found) &&
                          revocation_set_words(source.bytes) != SetWords::none;
  reading.current = outer;
  reading.files[index] = std::move(entry);
  for (size_t i = locked_before; i < reading.locked.size(); ++i) {
    if (!reading.locked[i].file) reading.locked[i].file = index;
  }
  if (!done)
    return tl::unexpected(Error{
        .what = fmt::format("expected {}: {}", found->expects, without_keys(done.error().what)),
        .offset = done.error().offset});
  const bool holds = said(reading) != before || !reading.files[index].holds.empty();
  if (set_inside) {
    constexpr const char* kSetInside =
        "what may be a revocation set stands in it, among other text, and is not asked: hand it "
        "over in a file of its own";
    if (!holds) return none(source, kSetInside, reading);
    reading.not_used.push_back({.path = source.path, .why = kSetInside});
  }
  if (holds) return {};
  // The reader's own words, where it has some; who named the file hears them.
  const bool told = reading.not_used.size() > unused_before;
  if (told && source.member) return {};
  std::string why = told ? std::move(reading.not_used.back().why) : unread_form(source);
  if (why.empty()) why = "nothing in it describes a device";
  reading.not_used.resize(unused_before);
  return none(source,
              source.member ? std::move(why) : fmt::format("expected {}: {}", found->expects, why),
              reading);
}

Result<void> read_one(const Source& source, Reading& reading) {
  if (reading.files.size() >= reading.budget.files)
    return error(fmt::format("more than {} files in the evidence", reading.budget.files));
  // The digest of a large image takes as long as searching it: both at once. (Where no thread is to
  // be had, the library computes it when it is asked for.)
  const bool large = source.bytes.size() > kLargeFile;
  std::future<Sha256> digest;
  if (large) digest = std::async([bytes = source.bytes] { return sha256(bytes); });
  reading.files.push_back({.path = source.path,
                           .kind = "raw",
                           .sha256 = large ? Sha256{} : sha256(source.bytes),
                           .size = source.bytes.size(),
                           .holds = {}});
  const size_t index = reading.files.size() - 1;
  // Text in another encoding is read as what it is in UTF-8; its digest stays the file's.
  const ToRead words = to_read(source);
  const auto& decoded = words.text;
  Source plain = source;
  plain.bytes = words.bytes(source);
  const QuotedBefore before = QuotedBefore::of(reading);
  const Reader* by = nullptr;
  auto done = recognise_and_read(plain, index, words.by, by, reading);
  if (decoded) {
    put_back(*decoded, source, by, before, reading);
    say_foreign(*decoded, source, by, before, reading);
    if (!done && done.error().offset)
      done.error().offset = decoded->offset_in_file(*done.error().offset);
  }
  if (large) reading.files[index].sha256 = digest.get();
  return done;
}

void forget_remarks(const Locked& locked, Reading& reading) {
  std::erase_if(reading.device.remarks, [&](const Noted& n) {
    return (n.remark == Remark::encrypted_no_key || n.remark == Remark::wrong_key ||
            n.remark == Remark::key_locked) &&
           n.place == locked.place;
  });
}

// One remark a locked place, which follows what is known: no secret at all, or some that do not
// fit. Only a key that the part brings itself is wrong by the part's fault. Behind a private key
// alone no other evidence waits.
void note_locked(const Locked& locked, Reading& reading) {
  forget_remarks(locked, reading);
  const Remark closed = locked.only_a_key ? Remark::key_locked : Remark::encrypted_no_key;
  const auto any = [&](auto&& which) {
    return std::any_of(reading.secrets.begin(), reading.secrets.end(), which);
  };
  if (locked.by_own_keys && !locked.only_a_key &&
      any([](const Secret& s) { return !s.guess && !s.given; })) {
    reading.device.note(
        Remark::wrong_key, locked.place,
        fmt::format("the {} is encrypted and no key that was given or found opens it",
                    locked.what));
  } else if (any([](const Secret& s) { return s.given; })) {
    reading.device.note(
        closed, locked.place,
        fmt::format("the {} is encrypted: a key is needed, and none that was given opens it",
                    locked.what));
  } else {
    reading.device.note(closed, locked.place,
                        fmt::format("the {} is encrypted: a key is needed", locked.what));
  }
}

// With the evidence's own secrets first, then with each given one by itself, so that it is known
// which of them fitted. What is read inside may bring further secrets.
bool try_to_open(const Locked& locked, Reading& reading) {
  std::vector<Secret> all = std::exchange(reading.secrets, {});
  std::vector<Secret> found;
  for (const Secret& secret : all) {
    if (!secret.given) found.push_back(secret);
  }
  const auto open_with = [&](const Secret* given) {
    reading.secrets = found;
    if (given != nullptr) reading.secrets.push_back(*given);
    const size_t known = reading.secrets.size();
    const bool opened = locked.open(reading);
    all.insert(all.end(), reading.secrets.begin() + static_cast<std::ptrdiff_t>(known),
               reading.secrets.end());
    return opened;
  };
  bool opened = open_with(nullptr);
  for (size_t i = 0, count = all.size(); i < count && !opened; ++i) {
    if (!all[i].given) continue;
    const Secret given = all[i];
    opened = open_with(&given);
    all[i].opened = all[i].opened || opened;
  }
  reading.secrets = std::move(all);
  return opened;
}

// Asks what is still locked again, as part of the file in which it lies.
void ask_again(Reading& reading) {
  std::vector<Locked> waiting = std::exchange(reading.locked, {});
  for (Locked& locked : waiting) {
    EvidenceFile entry = locked.file ? reading.files[*locked.file] : EvidenceFile{};
    EvidenceFile* const outer = std::exchange(reading.current, &entry);
    const QuotedBefore quoted = QuotedBefore::of(reading);
    const bool opened = try_to_open(locked, reading);
    mask_quoted(locked.place.path, quoted, reading);
    reading.current = outer;
    if (locked.file) reading.files[*locked.file] = std::move(entry);
    if (opened) {
      forget_remarks(locked, reading);
    } else {
      note_locked(locked, reading);
      reading.locked.push_back(std::move(locked));
    }
  }
}

}  // namespace

std::span<const Reader* const> readers() {
  return kReaders;
}

const Reader* reader_of(const Source& source) {
  const ToRead words = to_read(source);
  Source plain = source;
  plain.bytes = words.bytes(source);
  if (own_output_reader.recognises(plain)) return &own_output_reader;
  return words.by ? *words.by : asked(plain, &own_output_reader);
}

void read_beside(const Source& source, const Reader& by, std::string rest, Reading& reading) {
  const bool blank = std::all_of(rest.begin(), rest.end(), [](char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  });
  if (blank) return;
  const Source beside{
      .path = source.path, .bytes = view(rest), .base = source.base, .member = true};
  if (rest == text(source.bytes)) return say_loose_codes(beside, reading);
  const Reader* found = asked(beside, &by);
  const Before behind = Before::of(reading);
  if (found != nullptr) {
    if (const auto done = found->read(beside, reading); !done)
      reading.device.damaged({.path = source.path, .offset = done.error().offset, .item = {}},
                             found->kind, done.error().what);
    read_loose_credentials(beside, *found, behind, reading);
  }
  // (A log prints codes of others.)
  if (found == &commissioner_log_reader) return;
  if (found != &onboarding_text_reader) say_loose_codes(beside, reading);
  if (found == nullptr || found == &onboarding_text_reader)
    read_loose_text(beside, rest, behind, reading);
}

void read_otherwise(const Source& source, const Reader& by, std::string why, Reading& reading) {
  constexpr size_t kLeast = 128;  // bytes: no credential is smaller
  Source inside = source;
  inside.member = true;
  const auto behind = std::find(std::begin(kReaders), std::end(kReaders), &by) + 1;
  const auto found = std::find_if(behind, std::end(kReaders),
                                  [&](const Reader* r) { return r->recognises(inside); });
  const size_t before = said(reading), unused_before = reading.not_used.size();
  if (source.bytes.size() >= kLeast && found != std::end(kReaders)) {
    const Before others = Before::of(reading);
    Device& device = reading.device;
    const size_t statements = device.statements.size(), damage = device.integrity.size(),
                 remarks = device.remarks.size();
    const auto done = (*found)->read(inside, reading);
    if (done && is_of_memory(**found)) say_firmware(inside, reading);
    if (done) read_loose_credentials(inside, **found, others, reading);
    // A picture that is cut has anything among its pixels: damage alone says nothing there.
    const bool of_pixels = &by == &label_image_reader && device.statements.size() == statements;
    if (of_pixels) {
      device.integrity.resize(damage);
      device.remarks.resize(remarks);
    }
    if (said(reading) != before && !of_pixels) {
      if (reading.current != nullptr) reading.current->kind = (*found)->kind;
      if (!done)
        reading.device.damaged({.path = source.path, .offset = done.error().offset, .item = {}},
                               (*found)->kind, done.error().what);
      return;
    }
  }
  reading.not_used.resize(unused_before);
  reading.not_used.push_back({.path = source.path, .why = std::move(why)});
}

void Reading::holds(std::string what) {
  if (current == nullptr) return;
  auto& list = current->holds;
  if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(std::move(what));
}

void Reading::opened_with(View key) {
  std::erase_if(device.statements, [&](const Statement& s) {
    return s.fact == FactId::blob && equal(std::get<Bytes>(s.value), key);
  });
}

void Reading::open_or_keep(Locked what) {
  if (try_to_open(what, *this)) return;
  note_locked(what, *this);
  locked.push_back(std::move(what));
}

std::optional<Error> unlock_slip(const Reading& reading) {
  const auto unused = std::find_if(reading.secrets.begin(), reading.secrets.end(),
                                   [](const Secret& s) { return s.given && !s.opened; });
  if (unused == reading.secrets.end() || reading.locked.empty()) return std::nullopt;
  const Locked& first = reading.locked.front();
  const size_t given = static_cast<size_t>(std::count_if(
      reading.secrets.begin(), reading.secrets.end(), [](const Secret& s) { return s.given; }));
  return Error{.what = fmt::format("--unlock: expected the key of the {} in {}, found {}",
                                   first.what, place_text(first.place),
                                   given == 1 ? "one that does not open it"
                                              : fmt::format("{} that do not open it", given)),
               .offset = {}};
}

Result<void> read_evidence(const Source& source, Reading& reading) {
  const size_t known = reading.secrets.size();
  auto done = read_one(source, reading);
  if (reading.secrets.size() > known && !reading.locked.empty()) ask_again(reading);
  return done;
}

Result<void> read_inside(const Source& member, Reading& reading) {
  if (reading.depth >= reading.budget.depth)
    return error(
        fmt::format("{}: containers nested deeper than {}", member.path, reading.budget.depth));
  if (member.bytes.size() > reading.budget.unpacked_bytes)
    return error(fmt::format("{}: more than the allowed bytes are unpacked", member.path));
  reading.budget.unpacked_bytes -= member.bytes.size();
  Source inside = member;
  inside.member = true;
  ++reading.depth;
  auto done = read_one(inside, reading);
  --reading.depth;
  return done;
}

}  // namespace attest
