#include "verifier/readers/credentials/loose_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/loose_text.h"
#include "verifier/readers/credentials/name_before.h"
#include "verifier/readers/credentials/named_keys.h"
#include "verifier/readers/credentials/pem_text.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/text/value_words.h"

namespace attest {
namespace {

constexpr size_t kLeastValue = 12;   // bytes of a value that may be a damaged one
constexpr size_t kLeastInText = 64;  // the same within other text
constexpr size_t kScalarBytes = 32;
constexpr size_t kMostNamed = 65;  // bytes of a value that only its name tells
constexpr std::string_view kEnd = "-----END ";

// The bytes end within an element of the SEQUENCE of `says` bytes with which they begin. (Where the
// length is damaged they end with an element.)
bool breaks_off(View der, size_t says) {
  size_t at = der[1] < 0x80 ? 2 : 2u + (der[1] & 0x7Fu);
  while (at < der.size()) {
    if (der.size() - at < 2) return true;
    const uint8_t length = der[at + 1];
    const size_t octets = length < 0x80 ? 0 : length & 0x7Fu;
    if (octets > 2) return false;
    if (der.size() - at < 2 + octets) return true;
    size_t size = octets == 0 ? length : 0;
    for (size_t i = 0; i < octets; ++i) size = size << 8 | der[at + 2 + i];
    at += 2 + octets + size;
  }
  return at > der.size() && at <= says;
}

// It began as one of ours from its first byte, but for a bit.
bool is_damaged_at_head(View bytes) {
  constexpr uint8_t kSequence = 0x30;
  if (bytes.size() < kLeastInText) return false;
  const auto strange = static_cast<uint8_t>(bytes[0] ^ kSequence);
  const auto began = began_as(bytes);
  return (strange & (strange - 1u)) == 0 && began && began->kind == Began::Kind::credential &&
         began->at_head;
}

}  // namespace

bool is_left_out(const PastedBytes& pasted) {
  const View bytes = pasted.bytes;
  const size_t says = der_size(bytes);
  if (says <= bytes.size()) return false;
  return pasted.shortened || (pasted.open && bytes.size() * 2 < says && breaks_off(bytes, says));
}

bool is_damaged_list_or_key(View bytes) {
  return is_damaged_at_head(bytes) && !began_as(bytes)->is_printed;
}

void blank(std::string& text, size_t begin, size_t end) {
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(begin),
      text.begin() + static_cast<std::ptrdiff_t>(std::min(end, text.size())),
      [](char c) { return c != '\n'; }, ' ');
}

namespace {

const Reader* reader_of_whole(View bytes) {
  const Source s{.path = {}, .bytes = bytes};
  return pem_reader.recognises(s) ? &pem_reader : credential_reader(s);
}

// A credential that cannot be read. Programs are full of heads of DER and of names of algorithms:
// fewer bytes than the least key has are none.
bool is_damaged(View bytes) {
  if (bytes.size() < kLeastInText) return false;
  const auto began = began_as(bytes);
  return began && began->kind == Began::Kind::credential &&
         damaged_reader.recognises({.path = {}, .bytes = bytes});
}

Bytes swapped_pairs(View bytes) {
  Bytes out = to_bytes(bytes);
  for (size_t i = 0; i + 1 < out.size(); i += 2) std::swap(out[i], out[i + 1]);
  return out;
}

// What pasted bytes are by themselves; null: none of ours.
const Reader* reader_of_pasted(PastedBytes& pasted) {
  // `hexdump` and `od -x` without options show pairs of bytes as numbers of this machine.
  Bytes swapped = swapped_pairs(pasted.bytes);
  if (pasted.half) {
    swapped.pop_back();
    pasted.bytes.pop_back();
  }
  if (const Reader* reader = reader_of_whole(pasted.bytes)) return reader;
  if (const Reader* reader = reader_of_whole(swapped)) {
    pasted.bytes = std::move(swapped);
    return reader;
  }
  if (is_damaged(pasted.bytes)) return &damaged_reader;
  if (is_damaged(swapped)) {
    pasted.bytes = std::move(swapped);
    return &damaged_reader;
  }
  return nullptr;
}

// What bare bytes are by their name. Of a log only what cannot be another's is asked for.
const Reader* reader_by_name(std::string_view text, const PastedBytes& pasted, Search search,
                             bool about_matter) {
  if (search == Search::log && pasted.bytes.size() != kScalarBytes) return nullptr;
  if (is_named_key(text, pasted, about_matter && search != Search::log)) return &named_key_reader;
  return is_named_point(text, pasted) || (search == Search::names && is_named_blob(text, pasted))
             ? &blob_reader
             : nullptr;
}

// A block of PEM; nothing where its marker is only spoken of.
std::optional<Loose> of_span(const PemSpan& span) {
  if (span.body != PemBody::credential) return std::nullopt;
  Loose out{.reader = &pem_reader,
            .block = true,
            .pasted = {.name = span.label, .offset = span.begin, .end = span.end, .bytes = {}}};
  if (!span.problem.empty()) {
    if (is_label_of_another_trade(span.label)) return std::nullopt;
    out.reader = nullptr;
    out.problem = fmt::format("pem: {}: {}", quotable(printable(span.label)), span.problem);
    return out;
  }
  const Reader* plain =
      span.headers.empty() ? credential_reader({.path = {}, .bytes = span.der}) : nullptr;
  if (plain != nullptr) out.reader = plain;
  out.pasted.bytes = plain != nullptr ? span.der : to_bytes(view(span.as_file()));
  return out;
}

// What letters may be that nobody takes for bytes: with a strange one among them, or cut. Each run
// of them is read in several ways, of which a whole one settles the others.
template <class Counts>
void add_runs(std::string_view letters, std::vector<Loose>& found, Counts&& counts) {
  Bytes whole;
  decoded_runs(view(letters), [&](DecodedRun& run) {
    const bool part =
        run.bytes.size() <= whole.size() && equal(View(whole).first(run.bytes.size()), run.bytes);
    const auto began = began_as(run.bytes);
    if (part || !began) return true;
    if (began->kind != Began::Kind::credential) {
      whole = std::move(run.bytes);
      return true;
    }
    Loose one;
    one.reader = run.exact ? credential_reader({.path = {}, .bytes = run.bytes}) : nullptr;
    if (one.reader == nullptr && !counts(run.bytes)) return true;
    if (one.reader != nullptr) {
      whole = run.bytes;
      one.pasted.bytes = std::move(run.bytes);
    } else {
      one.problem = fmt::format("{} bytes that began as {} and cannot be read as one",
                                run.bytes.size(), began->what);
    }
    found.push_back(std::move(one));
    return found.back().reader != nullptr;
  });
}

bool holds_damage(const std::vector<Loose>& found) {
  return std::any_of(found.begin(), found.end(), [](const Loose& f) {
    return (f.reader == nullptr && !is_unwritten(f.pasted.bytes)) || f.reader == &damaged_reader;
  });
}

void add_damage_in(std::string_view rest, std::vector<Loose>& found) {
  for (const size_t at : pem_ends_alone(rest)) {
    Loose lone;
    lone.pasted.offset = at;
    lone.problem = "pem: an END line without its BEGIN line";
    found.push_back(std::move(lone));
  }
  if (!holds_damage(found)) add_runs(without_names(rest), found, [](View) { return true; });
}

// The letters go on behind something strange: what stands before that is no head that was pasted.
bool goes_on(std::string_view text, const PastedBytes& pasted) {
  constexpr size_t kLeastMore = 16;
  for (size_t at = pasted.end == 0 ? 0 : pasted.end - 1; at < pasted.end + 2; ++at) {
    const std::string_view more = text.substr(std::min(at, text.size()), kLeastMore + 1);
    if (more.size() <= kLeastMore || std::string_view(" \t\r\n\\\"',;.").find(more[0]) != more.npos)
      return false;
    if (!is_base64_letter(more[0]) && std::all_of(more.begin() + 1, more.end(), is_base64_letter))
      return true;
  }
  return false;
}

bool speaks_of_certificates(std::string_view all) {
  const std::string small = to_lower(all);
  return small.find("certificate") != std::string::npos ||
         small.find("attestation") != std::string::npos;
}

void add_pasted(std::string_view all, std::string& rest, Search search, LooseText& out) {
  bool whole = true;
  std::vector<Loose> found;
  bool credentials = false;
  std::set<FactId> unwritten;  // places of which that is said, and which are empty
  for (PastedBytes& pasted : pasted_bytes(rest, &whole)) {
    const Reader* reader = reader_of_pasted(pasted);
    if (reader != nullptr && is_left_out(pasted) && goes_on(rest, pasted)) continue;
    credentials = credentials || reader == &x509_reader || reader == &cms_cd_reader;
    if (reader == nullptr && is_unwritten(pasted.bytes)) {
      const auto role = search == Search::log || search == Search::table
                            ? std::nullopt
                            : role_before(rest, pasted.offset);
      if (!role) continue;
      unwritten.insert(*role);
    }
    found.push_back({.reader = reader, .pasted = std::move(pasted)});
  }
  // (A converter's table is called "dac", too.)
  const bool ours =
      credentials || unwritten.size() > 1 || (!unwritten.empty() && speaks_of_certificates(all));
  std::erase_if(found, [&](const Loose& f) {
    return f.reader == nullptr && is_unwritten(f.pasted.bytes) && !ours &&
           !names_a_credential(name_before(rest, f.pasted.offset, says_no_role).whole());
  });
  std::optional<bool> about;
  for (Loose& f : found) {
    if (f.reader != nullptr || f.pasted.bytes.size() > kMostNamed) continue;
    if (!about) about = credentials || is_about_matter(all);
    f.reader = reader_by_name(rest, f.pasted, search, *about);
  }
  std::erase_if(
      found, [](const Loose& f) { return f.reader == nullptr && !is_unwritten(f.pasted.bytes); });
  out.whole = out.whole && whole;
  for (Loose& f : found) {
    blank(rest, f.pasted.offset, f.pasted.end);
    out.found.push_back(std::move(f));
  }
}

}  // namespace

void forget_cut_head(std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view word = std::string_view(text).substr(at, end - at);
    while (!word.empty() && (word.back() == ' ' || word.back() == '\r')) word.remove_suffix(1);
    if (word.empty() || !std::all_of(word.begin(), word.end(), is_base64_letter)) return;
    // (Whole, it is what it is.)
    for (const Result<Bytes>& bytes : {from_hex(word), from_base64(word)}) {
      if (at == 0 && bytes && der_size(*bytes) == bytes->size() &&
          reader_of_whole(*bytes) != nullptr)
        return;
    }
    blank(text, at, end);
    at = end + 1;
  }
}

LooseText loose_in_text(std::string_view all, Search search) {
  LooseText out;
  std::string rest(all);
  const std::string plain = blanks_that_break(rest) ? rest : std::string();
  if (!plain.empty()) all = plain;
  std::vector<Loose> blocks;
  for (const PemSpan& span : pem_anywhere(all)) {
    if (auto block = of_span(span)) blocks.push_back(std::move(*block));
    if (search != Search::names && span.body != PemBody::none) blank(rest, span.begin, span.end);
  }
  if (search == Search::text) open_comments(rest);
  open_lines(rest);
  add_pasted(all, rest, search, out);
  // In source code a block is a literal with a name: what was read of it there is not read again.
  for (Loose& block : blocks) {
    blank(rest, block.pasted.offset, block.pasted.end);
    const auto lies_in_it = [&](const Loose& f) {
      return f.pasted.offset < block.pasted.end && f.pasted.end > block.pasted.offset;
    };
    // (A line of it states more bytes than there are, and nobody has shortened it.)
    const bool whole = block.problem.empty() && !block.pasted.bytes.empty();
    const auto is_part = [&](const Loose& f) {
      const View one = f.pasted.bytes, all_of_it = block.pasted.bytes;
      return one.size() < all_of_it.size() && equal(all_of_it.first(one.size()), one);
    };
    const bool read = std::any_of(out.found.begin(), out.found.end(), [&](const Loose& f) {
      return lies_in_it(f) && f.reader != &damaged_reader && !(whole && is_part(f)) &&
             !(is_left_out(f.pasted) && (whole || !f.pasted.shortened));
    });
    if (read) continue;
    std::erase_if(out.found, lies_in_it);
    out.found.push_back(std::move(block));
  }
  std::string strings = unquoted(rest);
  const size_t before = out.found.size();
  if (strings.find_first_not_of(" \n") != std::string::npos) add_pasted(all, strings, search, out);
  for (size_t i = before; i < out.found.size(); ++i)
    blank(rest, out.found[i].pasted.offset, out.found[i].pasted.end);
  std::stable_sort(out.found.begin(), out.found.end(), [](const Loose& a, const Loose& b) {
    return a.pasted.offset < b.pasted.offset;
  });
  if (search == Search::text) add_damage_in(rest, out.found);
  if (search == Search::log) {
    std::erase_if(out.found, [&](const Loose& f) {
      return f.pasted.offset <= all.find_first_not_of(" \t") &&
             (f.reader == &damaged_reader || der_size(f.pasted.bytes) != f.pasted.bytes.size());
    });
    forget_cut_head(rest);
    add_runs(long_words(rest), out.found, is_damaged_list_or_key);
  } else if (!holds_damage(out.found)) {
    add_runs(long_words(rest), out.found, is_damaged_at_head);
  }
  return out;
}

const Reader* reader_of_value(View bytes) {
  if (const Reader* reader = reader_of_whole(bytes)) return reader;
  const bool damaged =
      bytes.size() >= kLeastValue && damaged_reader.recognises({.path = {}, .bytes = bytes});
  return damaged ? &damaged_reader : nullptr;
}

// What letters are that hold nothing else; false: no credential.
static bool add_value(std::string_view letters, std::vector<Loose>& out) {
  const auto plain = base64_of_url(letters);
  const Result<Bytes> decoded[] = {from_hex_lenient(letters), from_base64_lines(letters),
                                   plain ? from_base64_lines(*plain) : error("no base64url")};
  for (const Result<Bytes>& bytes : decoded) {
    const Reader* reader = bytes ? reader_of_value(*bytes) : nullptr;
    if (reader == nullptr) continue;
    out.push_back({.reader = reader,
                   .pasted = {.name = {}, .offset = 0, .end = letters.size(), .bytes = *bytes}});
    return true;
  }
  return false;
}

// Values behind one another, none of which is lines of another. False: there is one, or none.
static bool add_values(std::string_view letters, std::vector<Loose>& out) {
  const auto words = words_between_blanks(letters);
  const auto parts = values_of_words(words);
  if (parts.empty() || (parts.size() == 1 && parts[0].whole.size() < 2)) return false;
  for (const ValueOfWords& part : parts) {
    const std::string_view first = words[part.begin].text, last = words[part.end - 1].text;
    const auto at = static_cast<size_t>(first.data() - letters.data()),
               end = static_cast<size_t>(last.data() - letters.data()) + last.size();
    const size_t before = out.size();
    if (part.whole.empty()) add_value(letters.substr(at, end - at), out);
    for (const Bytes& one : part.whole) {
      if (const Reader* reader = reader_of_value(one))
        out.push_back({.reader = reader, .pasted = {.name = {}, .bytes = one}});
    }
    for (size_t i = before; i < out.size(); ++i) {
      out[i].pasted.offset = at;
      out[i].pasted.end = end;
    }
  }
  return !out.empty();
}

std::vector<Loose> loose_in_value(std::string_view value, bool deep) {
  std::vector<Loose> out;
  if (value.size() < kLeastText) return out;
  std::string rest(value);
  bool blocks = false;
  for (const PemSpan& span : pem_anywhere(value)) {
    blocks = true;
    if (auto block = of_span(span)) out.push_back(std::move(*block));
    if (span.body != PemBody::none) blank(rest, span.begin, span.end);
  }
  if (!out.empty()) {
    for (const LoneMarker& marker : pem_markers_alone(value)) {
      Loose lone;
      lone.pasted.offset = marker.at;
      lone.problem = marker.empty_block ? kEmptyBlock : kLoneMarker;
      lone.unused = marker.empty_block;
      out.push_back(std::move(lone));
    }
  }
  if (blocks && !deep) return out;
  std::string_view bare = value;
  if (bare.starts_with("hex:")) bare.remove_prefix(4);
  const bool letters = std::all_of(bare.begin(), bare.end(), [](char c) {
    return is_base64_letter(c) || std::string_view("=-_: \t\r\n").find(c) != std::string::npos;
  });
  if (!blocks && ((letters && add_values(bare, out)) || add_value(bare, out))) return out;
  if (is_lone_marker(value)) {
    Loose lone;
    lone.problem = "a PEM block of which only a marker is left";
    out.push_back(std::move(lone));
  } else if (deep) {
    for (Loose& f : loose_in_text(rest, Search::text).found) out.push_back(std::move(f));
  } else if (damaged_reader.recognises({.path = {}, .bytes = view(value)})) {
    out.push_back(
        {.reader = &damaged_reader,
         .pasted = {.name = {}, .offset = 0, .end = value.size(), .bytes = to_bytes(view(value))}});
  }
  return out;
}

std::vector<Loose> loose_in_bytes(View bytes) {
  if (is_plain_text(bytes)) return loose_in_value(text(bytes), true);
  const Reader* reader = reader_of_whole(bytes);
  if (reader == nullptr && is_damaged(bytes)) reader = &damaged_reader;
  if (reader == nullptr) return {};
  return {{.reader = reader, .pasted = {.name = {}, .bytes = to_bytes(bytes)}}};
}

size_t lone_pem_ends(std::string_view all) {
  size_t ends = 0;
  for (size_t i = 0; (i = all.find(kEnd, i)) != std::string_view::npos; i += kEnd.size()) ++ends;
  for (const PemSpan& span : pem_anywhere(all)) ends -= span.closed;
  return ends;
}

}  // namespace attest
