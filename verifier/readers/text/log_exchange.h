// What a log shows of a request with a nonce and its signed answer: of attestation, and of a
// CSRRequest. A log may hold several attempts; the last one is what its result is about. An answer
// before it that is wrong by itself (to another nonce, or of another form) is the one that is
// judged: a right one later does not undo it. Answers before it that a key can be asked about are
// said behind the last, each beginning with its elements: gather_responses.cc asks.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/readers/reader.h"

namespace attest::log {

struct Value {
  Bytes bytes;
  uint64_t offset = 0;
};

// One kind of exchange: commands of Operational Credentials, and how its parts are called.
struct ExchangeKind {
  uint64_t request, response;  // Core 11.18.6: their numbers
  const char* name;            // "attestation": of all that it holds
  const char* called;          // in messages
  const char* items[4];        // of nonce, elements, signature, challenge
  FactId facts[4];
  std::optional<Bytes> (*nonce_in)(View elements);  // nullopt: they cannot be read
  bool (*are_wrong)(View elements);                 // whoever signed them
  bool always_told;  // answers before the last, too, where no challenge stands with them
};
extern const ExchangeKind kAttestationExchange, kNocsrExchange;

class Exchange {
 public:
  enum Part : uint8_t { nonce, elements, signature, challenge };
  explicit Exchange(const ExchangeKind& kind) : kind_(kind) {}

  const ExchangeKind& kind() const { return kind_; }
  // A nonce or elements of another attempt than what is here: that one is given up. A request that
  // was not answered waits: elements say by their nonce which one they answer.
  void put(Part part, Value value);
  const std::optional<Value>& at(Part part) const { return parts_[part]; }
  bool has(const std::string& item) const;  // a part of this name
  // How many attempts before are not said.
  size_t earlier() const { return earlier_ + (wrong_ ? told_.size() : 0); }
  bool before_counts() const { return wrong_.has_value(); }  // a wrong one
  void say(const std::string& path, Reading& reading) const;
  // What was presented in the attestation elements, of attempts before as well.
  void say_declarations(const std::string& path, Reading& reading) const;

  // Which part a command's field is; nullptr and nullopt: none.
  const char* item_of(std::optional<uint64_t> command, uint64_t field) const;
  std::optional<Part> part_of(std::optional<uint64_t> command, uint64_t field) const;
  // A value without a stated size that says itself that a part of it lacks.
  static bool is_cut(Part part, View bytes);

 private:
  struct Request {
    Value nonce;
    std::optional<Value> challenge;
  };
  using Parts = std::array<std::optional<Value>, 4>;
  void say_parts(const Parts& parts, const Parts& next, const std::string& path,
                 Reading& reading) const;
  std::vector<Request>::iterator unanswered(View nonce_sought);
  bool asked_before(View nonce_sought);
  void ask_again();
  void give_up();

  const ExchangeKind& kind_;
  Parts parts_;
  // Of a part that is there already, another value: the next attempt's, or a contradiction.
  Parts next_;
  std::vector<Request> unanswered_;  // before the one that is here
  // The challenge is that of the request before: the session may be another.
  bool of_session_before_ = false;
  bool may_be_earlier_ = false;  // a signature that stood before the elements
  unsigned earlier_ = 0;
  std::vector<Value> earlier_elements_;
  std::optional<Parts> wrong_;  // the first answer that is
  std::vector<Parts> told_;     // answers before the last, that a key can be asked about
  // Every nonce that was sent, and those that elements answered: an answer to another request is
  // none to this one, and an old one that comes again is told by what it answered.
  std::set<Bytes> asked_, answered_;
  bool is_old_ = false;  // the elements that are here answer a request that was answered before
};

// Where a line names one of the two responses, in their order.
struct Named {
  size_t at;
  bool nocsr;
};
std::vector<Named> responses_named(std::string_view line);

// Both exchanges of a log. Both responses call their signature attestationSignature: it is of the
// one that is named before it on the line, else of the one that is named on it, else of the one
// that a line before this named last, else of the next that is named.
class Responses {
 public:
  Exchange attestation{kAttestationExchange}, nocsr{kNocsrExchange};

  // The line names these, and what it gives of them was put.
  void named(const std::vector<Named>& on_line);
  // Whose a signature is that stands at this offset of its line; nullptr: nobody was named yet.
  Exchange* of_signature(const std::vector<Named>& on_line, size_t at);
  void wait(Value signature) { waiting_ = std::move(signature); }
  void finish();

 private:
  std::optional<bool> last_is_nocsr_;
  std::optional<Value> waiting_;  // a signature of a response that was not named yet
};

}  // namespace attest::log
