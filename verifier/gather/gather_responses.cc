// Several attestation or NOCSR responses: a device answers each request with another nonce, and
// each answer is right or wrong by what belongs to it. Two of them, of two days or two files, do
// not contradict each other. Judged is one: what is wrong, where any is. What belongs to the others
// is left out as a whole, so that nothing of one is held against another.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/gather/gather_steps.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/nocsr_elements.h"
#include "verifier/pki/algorithms.h"
#include "verifier/readers/credentials/stated_role.h"

namespace attest::gathering {
namespace {

constexpr size_t kMostTried = 8;       // of each part of a response: more of them are no exchange's
constexpr size_t kMostKeys = 64;       // that may be the DAC's
constexpr size_t kMostChecked = 8192;  // signatures of all responses

// What is in elements: the nonce, and what all responses of one device have alike.
struct Answered {
  Bytes nonce;
  std::vector<Bytes> alike;
};

// Who may have signed a response: the keys of certificates that may be the DAC.
using Keys = std::vector<Point>;

// One kind of response.
struct ResponseKind {
  FactId elements, signature, nonce, challenge;
  FactId other_challenge;  // of the same session, as far as nobody says otherwise
  bool may_be_bare;        // a file of nothing but bytes may be any part of it
  std::optional<Answered> (*read)(View elements);
  bool (*are_wrong)(View elements, const Keys& keys, SignatureEngine& engine);  // whoever signed
  const char* name;
  std::string Evidence::*unchecked_why;
  bool has(FactId fact) const {
    return fact == elements || fact == nonce || fact == signature || fact == challenge;
  }
};

std::optional<Answered> read_attestation(View elements) {
  const auto read = parse_attestation_elements(elements);
  if (!read) return std::nullopt;
  return Answered{
      .nonce = to_bytes(read->nonce),
      .alike = {to_bytes(read->certification_declaration),
                read->firmware_information ? to_bytes(*read->firmware_information) : Bytes{}}};
}
bool attestation_is_wrong(View elements, const Keys&, SignatureEngine&) {
  return attestation_elements_are_wrong(elements);
}
std::optional<Answered> read_nocsr(View elements) {
  const auto read = parse_nocsr_elements(elements);
  if (!read) return std::nullopt;
  return Answered{.nonce = to_bytes(read->nonce), .alike = {}};
}
bool is_signed(const Sha256& digest, View signature, const Point& key, SignatureEngine& engine) {
  SignatureJob job{.key = key, .digest = digest, .signature = {}};
  if (signature.size() != job.signature.size()) return false;
  std::copy(signature.begin(), signature.end(), job.signature.begin());
  return check(engine, job) == Checked::verified;
}
// The request is signed with its own key, which is not the DAC's.
bool nocsr_is_wrong(View elements, const Keys& keys, SignatureEngine& engine) {
  if (nocsr_elements_are_wrong(elements)) return true;
  const auto csr = parse_csr(parse_nocsr_elements(elements)->csr);
  if (std::find(keys.begin(), keys.end(), *csr->public_key) != keys.end() || !csr->ecdsa)
    return true;
  return !is_signed(sha256(csr->info), *csr->ecdsa, *csr->public_key, engine);
}

constexpr ResponseKind kAttestation{.elements = FactId::attestation_elements,
                                    .signature = FactId::attestation_signature,
                                    .nonce = FactId::attestation_nonce,
                                    .challenge = FactId::attestation_challenge,
                                    .other_challenge = FactId::attestation_challenge,
                                    .may_be_bare = true,
                                    .read = read_attestation,
                                    .are_wrong = attestation_is_wrong,
                                    .name = "attestation",
                                    .unchecked_why = &Evidence::unchecked_responses_why};
constexpr ResponseKind kNocsr{.elements = FactId::nocsr_elements,
                              .signature = FactId::nocsr_signature,
                              .nonce = FactId::nocsr_nonce,
                              .challenge = FactId::nocsr_challenge,
                              .other_challenge = FactId::attestation_challenge,
                              .may_be_bare = false,
                              .read = read_nocsr,
                              .are_wrong = nocsr_is_wrong,
                              .name = "NOCSR",
                              .unchecked_why = &Evidence::unchecked_nocsr_responses_why};

// --- what stands together

// Parts of one response, as places of Device::statements: what one file says of it. Without
// elements they are the rest of one that a log left out, or files that hold one part each.
struct Group {
  std::string path;
  bool logged = false;
  std::vector<size_t> parts;
  std::optional<size_t> elements;  // the first
};

// A log says each of its responses beginning with its elements (log_exchange.h); what stands before
// them in a log is of a request that was not answered. Other files have one response each, in
// whatever order, or several in the same one.
std::vector<Group> groups(const Evidence& e, const ResponseKind& kind) {
  const std::vector<Statement>& all = e.device.statements;
  std::map<std::string_view, std::set<View, bool (*)(View, View)>> elements;
  const auto less = [](View a, View b) { return text(a) < text(b); };
  for (const Statement& s : all) {
    if (s.fact == kind.elements)
      elements.try_emplace(s.place.path, less).first->second.insert(bytes_of(s));
  }
  std::vector<Group> out;
  std::map<std::string_view, size_t> last;  // of each path
  for (size_t i = 0; i < all.size(); ++i) {
    if (!kind.has(all[i].fact)) continue;
    const std::string& path = all[i].place.path;
    auto at = last.find(path);
    const bool known = at != last.end();
    const bool in_order = known && (out[at->second].logged ||
                                    (elements.contains(path) && elements.at(path).size() > 1));
    const bool again = known && !out[at->second].logged && out[at->second].elements &&
                       bytes_of(all[*out[at->second].elements]) == bytes_of(all[i]);
    if (!known || (all[i].fact == kind.elements && in_order && !again)) {
      out.push_back({.path = path, .logged = is_log(e, path), .parts = {}, .elements = {}});
      at = last.insert_or_assign(path, out.size() - 1).first;
    }
    Group& group = out[at->second];
    group.parts.push_back(i);
    if (all[i].fact == kind.elements && !group.elements) group.elements = i;
  }
  return out;
}

struct Signing {
  Bytes signature, challenge;
};

// What is known of a response by what stands with it.
enum class Standing : uint8_t {
  wrong,        // by itself; or all of it is there, and nobody signed it
  open,         // the challenge lacks, which could be handed over
  is_signed,    // by the DAC's key
  in_a_log,     // which leaves out the rest
  without_any,  // its signature is elsewhere, or nowhere: what belongs to it is not known
};

struct Response {
  Group group;
  Bytes elements;
  std::optional<Answered> parsed;
  std::optional<Signing> signing;
  bool tried = true;  // with each key, each signature and each challenge that may be its own
  Standing standing = Standing::without_any;
};

class Responses {
 public:
  Responses(Evidence& e, const ResponseKind& kind, SignatureEngine& engine)
      : e_(e), all_(e.device.statements), kind_(kind), engine_(engine) {}

  void settle() {
    if (!look()) return;
    if (responses_.empty()) return keep_first_rest();
    judge();
    // Of equal ones one whose nonce is known to have been sent; then the first.
    const auto rank = [&](const Response& r) {
      return std::pair(r.standing, own(r, kind_.nonce).empty());
    };
    const auto judged =
        std::min_element(responses_.begin(), responses_.end(),
                         [&](const Response& a, const Response& b) { return rank(a) < rank(b); });
    if (judged->standing != Standing::wrong && !all_are_tried())
      e_.*kind_.unchecked_why = fmt::format(
          "{} {} responses, and what may be their signatures, challenges and keys, are too many to "
          "try each with each: hand them over in smaller sets",
          responses_.size(), kind_.name);
    tell_of_others(*judged);
    leave_out_others(*judged);
  }

 private:
  // Whether there is anything to choose.
  bool look() {
    for (Group& group : groups(e_, kind_)) {
      if (!group.elements) {
        rests_.push_back(std::move(group));
        continue;
      }
      Response r{.group = std::move(group), .elements = {}, .parsed = {}, .signing = {}};
      r.elements = bytes_of(all_[*r.group.elements]);
      r.parsed = kind_.read(r.elements);
      responses_.push_back(std::move(r));
    }
    return responses_.size() > 1 ||
           std::any_of(rests_.begin(), rests_.end(), [](const Group& g) { return g.logged; });
  }

  // --- what signs each

  // Each once, those of what is called a DAC first; at most kMostKeys and one more.
  Keys keys() const {
    Keys out;
    std::set<Bytes> seen;
    for (const FactId fact : {FactId::dac, FactId::certificate}) {
      for (const Statement& s : all_) {
        if (s.fact != fact || !seen.insert(bytes_of(s)).second) continue;
        const auto certificate = parse_certificate(bytes_of(s));
        if (!certificate || !(*certificate)->p256 ||
            (fact == FactId::certificate && attest::contradicts(FactId::dac, **certificate)))
          continue;
        const Point& key = *(*certificate)->p256;
        if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(key);
        if (out.size() > kMostKeys) return out;
      }
    }
    return out;
  }
  // Parts of this kind that stand with the response.
  std::vector<const Bytes*> own(const Response& r, FactId fact) const {
    std::vector<const Bytes*> out;
    for (const size_t i : r.group.parts) {
      if (all_[i].fact == fact && out.size() < kMostTried) out.push_back(&bytes_of(all_[i]));
    }
    return out;
  }
  // Those of this length that stand with none: files that hold one part each.
  std::vector<const Bytes*> loose(FactId fact, size_t size) const {
    std::vector<const Bytes*> out;
    const auto add = [&](const Statement& s) {
      if (bytes_of(s).size() == size && out.size() < kMostTried) out.push_back(&bytes_of(s));
    };
    for (const Group& group : rests_) {
      for (const size_t i : group.parts) {
        if (all_[i].fact == fact && !group.logged) add(all_[i]);
      }
    }
    for (const Statement& s : all_) {
      if (kind_.may_be_bare && s.fact == FactId::blob) add(s);
    }
    return out;
  }
  std::vector<const Bytes*> challenges(const Response& r) const {
    std::vector<const Bytes*> out = own(r, kind_.challenge);
    if (!out.empty()) return out;
    if (kind_.other_challenge != kind_.challenge) {
      for (const bool there : {true, false}) {
        for (const Statement& s : all_) {
          if (s.fact == kind_.other_challenge && (s.place.path == r.group.path) == there &&
              out.size() < kMostTried)
            out.push_back(&bytes_of(s));
        }
      }
    }
    const std::vector<const Bytes*> more = loose(kind_.challenge, kChallengeBytes);
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  std::optional<Signing> signing(Response& r, const Point& key) {
    std::vector<const Bytes*> signatures = own(r, kind_.signature);
    if (signatures.empty()) signatures = loose(kind_.signature, kSignatureBytes);
    const std::vector<const Bytes*> all = challenges(r);
    for (const Bytes* signature : signatures) {
      for (const Bytes* challenge : all) {
        r.tried = ++checked_ <= kMostChecked;
        if (!r.tried) return std::nullopt;
        if (is_signed(sha256(r.elements, *challenge), *signature, key, engine_))
          return Signing{.signature = *signature, .challenge = *challenge};
      }
    }
    return std::nullopt;
  }
  bool all_are_tried() const {
    return std::all_of(responses_.begin(), responses_.end(),
                       [](const Response& r) { return r.tried; });
  }
  // By the key that signs any.
  void judge() {
    const Keys all = keys();
    bool any = false;
    for (size_t i = 0; i < std::min(all.size(), kMostKeys) && !any; ++i) {
      for (Response& r : responses_) {
        r.signing = signing(r, all[i]);
        any = any || r.signing;
      }
    }
    const bool keys_left = !any && (all.size() > kMostKeys || checked_ > kMostChecked);
    for (Response& r : responses_) r.tried = r.tried && !keys_left;
    for (Response& r : responses_) r.standing = standing(r, all);
    for (Response& r : responses_) {
      if (r.standing == Standing::open && is_copy_of_a_log(r)) r.standing = Standing::without_any;
    }
    judge_loose(all);
  }
  // What a log says, written down once more: the log's rule on what it leaves out holds.
  bool is_copy_of_a_log(const Response& r) const {
    const auto in = [](const std::vector<const Bytes*>& list, const Bytes& sought) {
      return std::any_of(list.begin(), list.end(), [&](const Bytes* b) { return *b == sought; });
    };
    const auto signatures = own(r, kind_.signature);
    return own(r, kind_.challenge).empty() &&
           std::any_of(responses_.begin(), responses_.end(), [&](const Response& log) {
             const auto its = own(log, kind_.signature);
             return log.group.logged && log.elements == r.elements &&
                    std::all_of(signatures.begin(), signatures.end(),
                                [&](const Bytes* s) { return in(its, *s); });
           });
  }
  // What no other response has belongs to the one that has no such part of its own, as it does
  // where there is no other (settle_blobs).
  void judge_loose(const Keys& keys) {
    if (keys.empty() || !all_are_tried()) return;
    const std::vector<const Bytes*> signatures = left(loose(kind_.signature, kSignatureBytes));
    if (!signatures.empty() && !loose(kind_.challenge, kChallengeBytes).empty())
      only_one_is_wrong([](const Response& r) { return !r.signing; });
    std::vector<const Bytes*> nonces = loose(kind_.nonce, kNonceBytes);
    std::erase_if(nonces, [&](const Bytes* n) { return is_of_a_key(*n, keys) || is_digest(*n); });
    if (left(nonces).empty()) return;
    only_one_is_wrong([&](const Response& r) {
      return r.signing && own(r, kind_.nonce).empty() &&
             std::none_of(nonces.begin(), nonces.end(),
                          [&](const Bytes* n) { return *n == r.parsed->nonce; });
    });
  }
  // Of the responses whose parts are files of their own.
  template <class IsIt>
  void only_one_is_wrong(const IsIt& is_it) {
    Response* found = nullptr;
    for (Response& r : responses_) {
      if (r.group.logged || !own(r, kind_.signature).empty() || r.standing == Standing::wrong ||
          !is_it(r))
        continue;
      if (found != nullptr) return;
      found = &r;
    }
    if (found != nullptr) found->standing = Standing::wrong;
  }
  // Parts that belong to no response yet.
  std::vector<const Bytes*> left(std::vector<const Bytes*> parts) const {
    std::erase_if(parts, [&](const Bytes* part) {
      return std::any_of(responses_.begin(), responses_.end(), [&](const Response& r) {
        return (r.signing && (r.signing->signature == *part || r.signing->challenge == *part)) ||
               (r.parsed && r.parsed->nonce == *part);
      });
    });
    return parts;
  }
  static bool is_of_a_key(const Bytes& scalar, const Keys& keys) {
    const auto point = public_key_of(scalar);
    return point && std::find(keys.begin(), keys.end(), *point) != keys.end();
  }
  // Of a certificate or a declaration that is there.
  bool is_digest(const Bytes& bytes) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Statement& s) {
      if (s.fact != FactId::dac && s.fact != FactId::pai && s.fact != FactId::paa &&
          s.fact != FactId::certificate && s.fact != FactId::cd)
        return false;
      const auto read =
          s.fact == FactId::cd ? nullptr : parse_certificate(bytes_of(s)).value_or(nullptr);
      return equal(sha256(bytes_of(s)), bytes) || (read && equal(sha256(read->public_key), bytes));
    });
  }
  Standing standing(const Response& r, const Keys& keys) {
    const auto nonces = own(r, kind_.nonce), signatures = own(r, kind_.signature),
               own_challenges = own(r, kind_.challenge);
    const auto all_other_than = [](const std::vector<const Bytes*>& list, const auto& is_right) {
      return !list.empty() && std::none_of(list.begin(), list.end(), is_right);
    };
    if (kind_.are_wrong(r.elements, keys, engine_) ||
        all_other_than(nonces, [&](const Bytes* n) { return *n == r.parsed->nonce; }) ||
        all_other_than(signatures, [](const Bytes* s) { return s->size() == kSignatureBytes; }) ||
        all_other_than(own_challenges, [](const Bytes* c) { return c->size() == kChallengeBytes; }))
      return Standing::wrong;
    if (r.signing) return Standing::is_signed;
    if (!signatures.empty() && !own_challenges.empty())
      return keys.empty() || !r.tried ? Standing::open : Standing::wrong;
    if (r.group.logged) return Standing::in_a_log;
    return signatures.empty() ? Standing::without_any : Standing::open;
  }

  // --- what is told, and what is left out

  std::string why(const Response& r) const {
    if (r.standing == Standing::is_signed)
      return fmt::format(
          "another {} response that this DAC's key signed, to another request: no contradiction",
          kind_.name);
    if (r.standing == Standing::wrong)
      return fmt::format("another {} response, which is wrong as the one that is judged",
                         kind_.name);
    return fmt::format(
        "another {} response, to another request: no contradiction, and without all that its "
        "signature is checked with",
        kind_.name);
  }
  // Each, but of many in one file how many.
  void tell_of_others(const Response& judged) {
    constexpr size_t kMostTold = 3;
    std::map<std::pair<std::string, std::string>, size_t> told;  // path and reason
    for (const Response& r : responses_) {
      if (r.elements == judged.elements) continue;
      std::string reason = why(r);
      if (++told[{r.group.path, reason}] <= kMostTold)
        e_.not_used.push_back({place_text(all_[*r.group.elements].place), std::move(reason)});
    }
    for (const auto& [key, count] : told) {
      if (count > kMostTold)
        e_.not_used.push_back(
            {key.first, fmt::format("{} more of them: {}", count - kMostTold, key.second)});
    }
  }
  bool is_stated(FactId fact, const Bytes& bytes) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const Statement& s) { return s.fact == fact && bytes_of(s) == bytes; });
  }
  void leave_out(const std::vector<bool>& out) {
    size_t i = 0;
    std::erase_if(all_, [&](const Statement&) { return out[i++]; });
  }
  // Requests of logs without an answer: of one of them, so that they do not contradict each other.
  void keep_first_rest() {
    std::vector<bool> out(all_.size());
    bool first = true;
    for (const Group& group : rests_) {
      if (!group.logged || std::exchange(first, false)) continue;
      for (const size_t i : group.parts) out[i] = true;
    }
    leave_out(out);
  }
  // What all right responses of one device have alike, and this one has otherwise: its declaration
  // is one more, and its firmware a contradiction, which the checks tell of.
  bool contradicts(const Response& r, const Response& judged) {
    if (judged.standing == Standing::wrong || !r.parsed || r.parsed->alike == judged.parsed->alike)
      return false;
    const Bytes& cd = r.parsed->alike.front();
    if (cd == judged.parsed->alike.front()) return true;
    Place place = all_[*r.group.elements].place;
    place.item = "attestation elements";
    if (!is_stated(FactId::cd, cd)) declarations_.push_back({FactId::cd, cd, std::move(place)});
    return false;
  }
  // Stays: what stands with the judged one; what signs it; and of what it lacks itself, what stands
  // with no response and signs no other.
  void leave_out_others(const Response& judged) {
    std::set<Bytes> used, of_others;
    if (judged.signing) used = {judged.signing->signature, judged.signing->challenge};
    if (judged.parsed) used.insert(judged.parsed->nonce);
    if (!judged.signing && own(judged, kind_.challenge).empty()) {
      // (Two responses of one session have one challenge.)
      const std::vector<const Bytes*> all = loose(kind_.challenge, kChallengeBytes),
                                      free = left(all);
      for (const Bytes* challenge : free.empty() ? all : free) used.insert(*challenge);
    }
    for (const Response& r : responses_) {
      if (&r == &judged) continue;
      if (r.signing) {
        of_others.insert(r.signing->signature);
        of_others.insert(r.signing->challenge);
      }
      if (r.parsed) of_others.insert(r.parsed->nonce);
    }
    const auto is_only_of_others = [&](const Statement& s) {
      return of_others.contains(bytes_of(s)) && !used.contains(bytes_of(s));
    };
    std::vector<bool> out(all_.size());
    for (const Response& r : responses_) {
      if (&r == &judged) continue;
      const bool stays = contradicts(r, judged);
      for (const size_t i : r.group.parts) {
        const bool lacks = own(judged, all_[i].fact).empty();
        out[i] =
            all_[i].fact == kind_.elements ? !stays : !lacks || !used.contains(bytes_of(all_[i]));
      }
    }
    for (const Group& group : rests_) {
      for (const size_t i : group.parts) {
        const bool lacks = own(judged, all_[i].fact).empty();
        out[i] = group.logged ? !used.contains(bytes_of(all_[i]))
                              : is_only_of_others(all_[i]) || (responses_.size() > 1 && !lacks &&
                                                               !used.contains(bytes_of(all_[i])));
      }
    }
    for (size_t i = 0; i < all_.size(); ++i) {
      if (kind_.may_be_bare && all_[i].fact == FactId::blob && is_only_of_others(all_[i]))
        out[i] = true;
    }
    // The checks take the first elements for those that are judged.
    for (size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].fact != kind_.elements || out[i]) continue;
      std::swap(all_[i], all_[*judged.group.elements]);
      break;
    }
    leave_out(out);
    std::move(declarations_.begin(), declarations_.end(), std::back_inserter(all_));
  }

  Evidence& e_;
  std::vector<Statement>& all_;
  const ResponseKind& kind_;
  SignatureEngine& engine_;
  std::vector<Response> responses_;
  std::vector<Group> rests_;
  std::vector<Statement> declarations_;  // of other responses
  size_t checked_ = 0;
};

}  // namespace

// NOCSR responses first: what signs one may be the challenge that stands with an attestation
// response of its session.
void settle_other_responses(Evidence& e, SignatureEngine& engine) {
  Responses(e, kNocsr, engine).settle();
  Responses(e, kAttestation, engine).settle();
}

bool signs_the_response(const Device& device, const Point& key, SignatureEngine& engine) {
  const auto parts = [&](FactId fact, size_t size) {
    std::vector<const Bytes*> out;
    for (const FactId one : {fact, FactId::blob}) {
      for (const Statement& s : device.statements) {
        if (s.fact == one && bytes_of(s).size() == size && out.size() < kMostTried)
          out.push_back(&bytes_of(s));
      }
    }
    return out;
  };
  for (const ResponseKind* kind : {&kAttestation, &kNocsr}) {
    const Bytes* elements = device.bytes(kind->elements);
    if (elements == nullptr) continue;
    const auto challenges = parts(kind->challenge, kChallengeBytes);
    for (const Bytes* signature : parts(kind->signature, kSignatureBytes)) {
      if (std::any_of(challenges.begin(), challenges.end(), [&](const Bytes* challenge) {
            return is_signed(sha256(*elements, *challenge), *signature, key, engine);
          }))
        return true;
    }
  }
  return false;
}

}  // namespace attest::gathering
