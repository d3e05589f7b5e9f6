#include "verifier/readers/text/log_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/nocsr_elements.h"
#include "verifier/readers/text/log_line.h"
#include "verifier/readers/text/log_values.h"

namespace attest::log {

namespace {
template <auto parse>
std::optional<Bytes> nonce_in(View elements) {
  const auto read = parse(elements);
  return read ? std::optional(to_bytes(read->nonce)) : std::nullopt;
}
}  // namespace

constexpr ExchangeKind kAttestationExchange{
    .request = 0,
    .response = 1,
    .name = "attestation",
    .called = "attestation",
    .items = {"attestation nonce", "attestation elements", "attestation signature",
              "attestation challenge"},
    .facts = {FactId::attestation_nonce, FactId::attestation_elements,
              FactId::attestation_signature, FactId::attestation_challenge},
    .nonce_in = nonce_in<parse_attestation_elements>,
    .are_wrong = attestation_elements_are_wrong,
    .always_told = false};
constexpr ExchangeKind kNocsrExchange{
    .request = 4,
    .response = 5,
    .name = "nocsr",
    .called = "NOCSR",
    .items = {"CSRNonce", "NOCSR elements", "NOCSR signature", "NOCSR challenge"},
    .facts = {FactId::nocsr_nonce, FactId::nocsr_elements, FactId::nocsr_signature,
              FactId::nocsr_challenge},
    .nonce_in = nonce_in<parse_nocsr_elements>,
    .are_wrong = nocsr_elements_are_wrong,
    .always_told = true};

namespace {
constexpr size_t kMostAsked = 1u << 16;  // requests of a log
constexpr const char* kParts[] = {"nonce", "elements", "signature", "challenge"};
// How either response, and what is in it, is called, small and without what parts the words of a
// name: "NOCSRElements", "nocsr_elements" and "Nocsr Elements" are one.
struct Name {
  std::string_view words;
  bool nocsr;
};
constexpr Name kNames[] = {{"attestationresponse", false}, {"attestationelements", false},
                           {"attestationnonce", false},    {"csrresponse", true},
                           {"csrelements", true},          {"csrnonce", true}};

}  // namespace

std::vector<Named> responses_named(std::string_view line) {
  constexpr size_t kMostOfLine = 64u << 10;
  std::vector<Named> out;
  line = line.substr(0, kMostOfLine);
  if (!has_word(line, "attestation") && !has_word(line, "csr")) return out;
  std::string all;
  std::vector<size_t> at;  // where each letter stands
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '_' || line[i] == '-' || line[i] == ' ') continue;
    all += to_lower(line[i]);
    at.push_back(i);
  }
  for (const Name& name : kNames) {
    for (size_t i = all.find(name.words); i != std::string::npos; i = all.find(name.words, i + 1))
      out.push_back({.at = at[i], .nocsr = name.nocsr});
  }
  std::sort(out.begin(), out.end(), [](const Named& a, const Named& b) { return a.at < b.at; });
  return out;
}

void Responses::named(const std::vector<Named>& on_line) {
  if (on_line.empty()) return;
  last_is_nocsr_ = on_line.back().nocsr;
  if (waiting_)
    (on_line.front().nocsr ? nocsr : attestation)
        .put(Exchange::signature, *std::exchange(waiting_, std::nullopt));
}
Exchange* Responses::of_signature(const std::vector<Named>& on_line, size_t at) {
  std::optional<bool> whose = on_line.empty() ? last_is_nocsr_ : on_line.front().nocsr;
  for (const Named& n : on_line) {
    if (n.at < at) whose = n.nocsr;
  }
  return !whose ? nullptr : *whose ? &nocsr : &attestation;
}
void Responses::finish() {
  if (waiting_) attestation.put(Exchange::signature, *std::exchange(waiting_, std::nullopt));
}

std::vector<Exchange::Request>::iterator Exchange::unanswered(View nonce_sought) {
  return std::find_if(unanswered_.begin(), unanswered_.end(), [&](const Request& request) {
    return equal(request.nonce.bytes, nonce_sought);
  });
}

// The request with this nonce, if it waits for its answer, is the one that is here; what was here
// waits in its place.
bool Exchange::asked_before(View nonce_sought) {
  const auto at = unanswered(nonce_sought);
  if (at == unanswered_.end()) return false;
  const Request found = std::move(*at);
  unanswered_.erase(at);
  const bool waits = parts_[nonce] && !parts_[elements];
  if (waits)
    unanswered_.push_back({std::move(*parts_[nonce]), parts_[challenge]});
  else
    --earlier_;  // one that was left out until now
  if (waits || found.challenge) parts_[challenge] = found.challenge;
  parts_[nonce] = found.nonce;
  of_session_before_ = false;
  return true;
}

// Another request before anything was answered: of the session whose challenge stands behind the
// first, or of the same one.
void Exchange::ask_again() {
  constexpr size_t kMostUnanswered = 256;
  if (unanswered_.size() == kMostUnanswered) unanswered_.erase(unanswered_.begin());
  unanswered_.push_back({*parts_[nonce], parts_[challenge]});
  of_session_before_ = !next_[challenge];
  if (next_[challenge]) parts_[challenge] = std::exchange(next_[challenge], std::nullopt);
  ++earlier_;
}

// The attempt that is here is over, and another one begins.
void Exchange::give_up() {
  const auto& answer = parts_[elements];
  if (answer) earlier_elements_.push_back(*answer);
  bool told = false;
  if (answer && !wrong_) {  // (what a log has cut was not put here)
    const auto answers = kind_.nonce_in(answer->bytes);
    // (Of more requests than are kept any may be the one.)
    const bool to_another = answers && parts_[nonce] &&
                            (is_old_ || (asked_.size() < kMostAsked && !asked_.contains(*answers)));
    const auto& signed_by = parts_[signature];
    if (to_another || kind_.are_wrong(answer->bytes) ||
        (signed_by && signed_by->bytes.size() != kSignatureBytes)) {
      wrong_ = parts_;
    } else if (kind_.always_told || (signed_by && parts_[challenge])) {
      told_.push_back(parts_);
      told = true;
    }
  }
  parts_ = std::exchange(next_, {});
  is_old_ = false;
  of_session_before_ = false;
  if (!told) ++earlier_;
}

void Exchange::put(Part part, Value value) {
  if (part == nonce && asked_.size() < kMostAsked) asked_.insert(value.bytes);
  auto& slot = parts_[part];
  if (slot && slot->bytes == value.bytes) return;
  if (part == elements && is_old_ && kind_.nonce_in(value.bytes) == parts_[nonce]->bytes) {
    // What came before was printed once more: here is the answer.
    parts_[elements] = parts_[signature] = std::nullopt;
    is_old_ = false;
  }
  const bool answered = parts_[elements] || (slot && part == nonce && parts_[signature]);
  const bool nothing_else = !parts_[nonce] && !parts_[elements] && !parts_[signature];
  if ((part == nonce || part == elements) && answered) {
    give_up();
  } else if (slot && part == nonce && unanswered(value.bytes) == unanswered_.end()) {
    ask_again();
  } else if (slot && part == challenge &&
             (std::exchange(of_session_before_, false) || nothing_else)) {
    earlier_ += nothing_else;  // a session in which nothing was asked
  } else if (slot && part == signature && std::exchange(may_be_earlier_, false)) {
    ++earlier_;  // the elements of that response are not in the log
  } else if (slot && part != nonce) {
    next_[part] = std::move(value);
    return;
  }
  if (part == nonce && asked_before(value.bytes)) return;
  if (part == elements) {
    may_be_earlier_ = parts_[signature].has_value();
    const auto answers = kind_.nonce_in(value.bytes);
    const auto is_asked = [&] { return parts_[nonce] && parts_[nonce]->bytes == *answers; };
    if (answers && !is_asked()) asked_before(*answers);
    is_old_ = answers && parts_[nonce] && !is_asked() && answered_.contains(*answers);
    if (answers) answered_.insert(*answers);
  }
  slot = std::move(value);
}

bool Exchange::has(const std::string& item) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (item == kind_.items[i]) return parts_[i].has_value();
  }
  return false;
}

void Exchange::say_parts(const Parts& parts, const Parts& next, const std::string& path,
                         Reading& reading) const {
  for (const Part part : {elements, signature, nonce, challenge}) {
    for (const auto& value : {parts[part], next[part]}) {
      if (!value) continue;
      reading.holds(fmt::format("{}-{}", kind_.name, kParts[part]));
      reading.device.say(kind_.facts[part], value->bytes,
                         {.path = path, .offset = value->offset, .item = kind_.items[part]});
    }
  }
}

void Exchange::say(const std::string& path, Reading& reading) const {
  say_parts(wrong_ ? *wrong_ : parts_, wrong_ ? Parts() : next_, path, reading);
  if (wrong_) return;
  for (const Parts& before : told_) say_parts(before, {}, path, reading);
}

void Exchange::say_declarations(const std::string& path, Reading& reading) const {
  std::vector<Value> presented;
  if (parts_[elements]) presented.push_back(*parts_[elements]);
  presented.insert(presented.end(), earlier_elements_.begin(), earlier_elements_.end());
  std::set<Bytes> said;
  for (const Value& one : presented) {
    const auto parsed = parse_attestation_elements(one.bytes);
    if (!parsed) continue;
    Bytes cd = to_bytes(parsed->certification_declaration);
    if (!said.insert(cd).second) continue;
    reading.holds("cd");
    reading.device.say(FactId::cd, std::move(cd),
                       {.path = path, .offset = one.offset, .item = "attestation elements"});
  }
}

std::optional<Exchange::Part> Exchange::part_of(std::optional<uint64_t> command,
                                                uint64_t field) const {
  if (command == kind_.request && field == 0) return nonce;
  if (command == kind_.response && field == 0) return elements;
  if (command == kind_.response && field == 1) return signature;
  return std::nullopt;
}
const char* Exchange::item_of(std::optional<uint64_t> command, uint64_t field) const {
  const auto part = part_of(command, field);
  return part ? kind_.items[*part] : nullptr;
}

bool Exchange::is_cut(Part part, View bytes) {
  return part == signature ? bytes.size() < kSignatureBytes
                           : part == elements && ends_within(bytes);
}

}  // namespace attest::log
