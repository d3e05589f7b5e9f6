#include "serve/decisions/decision_chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "bundle/cms_signature.h"
#include "verifier/crypto/crypto.h"

namespace attest::serve {
namespace {

std::string other(const char* what, const std::string& expected, const std::string& found) {
  return fmt::format("{}: expected {}, found {}", what, expected, found);
}

// Who signs it stands in the record: one that is signed stays so, and by whom.
std::string wrong_with_signature(const StoredDecision& s, const ChainOptions& options,
                                 ChainAnswer& out) {
  const auto decision = read_decision(s.line);
  const std::string signs = decision && decision->signing ? decision->signing->certificate : "";
  if (s.signature.empty() && !signs.empty())
    return other("signature", "one by the certificate with SHA-256 " + signs, "none");
  if (s.signature.empty())
    return options.certificate ? "signature: expected one, found none" : std::string();
  if (decision && decision->signing && signs.empty())
    return "signature: expected none, as the record says, found one";
  const auto signer = signer_of(
      view(s.line), s.signature,
      options.certificate ? std::optional<View>(view(*options.certificate)) : std::nullopt);
  if (!signer) return "signature: " + signer.error().what;
  if (!signs.empty()) {
    Sha256 certificate{};
    const auto bytes = from_hex(signs);
    std::copy(bytes->begin(), bytes->end(), certificate.begin());
    if (const auto whole = is_whole_signature(s.signature, certificate); !whole)
      return "signature: " + whole.error().what;
  }
  ++out.signed_records;
  if (std::find(out.signers.begin(), out.signers.end(), *signer) == out.signers.end())
    out.signers.push_back(*signer);
  return {};
}

// What is wrong with a record by itself, or behind the one before; empty: nothing.
std::string wrong_with(const StoredDecision& s, const ChainAnswer& so_far, const Sha256& before) {
  const uint64_t number = so_far.records + 1;
  if (s.number != number)
    return other("number", fmt::to_string(number), fmt::to_string(s.number)) +
           ": a record is missing";
  const auto decision = read_decision(s.line);
  if (!decision) return decision.error().what;
  const Sha256 own = sha256(view(s.line));
  if (!equal(own, s.digest)) return other("digest", hex(own), hex(s.digest));
  if (decision->number != s.number)
    return other("number in the record", fmt::to_string(s.number),
                 fmt::to_string(decision->number));
  if (decision->id != s.id) return other("id", printable(decision->id), printable(s.id));
  if (decision->previous != so_far.last)
    return other("digest of the record before", hex(so_far.last), hex(decision->previous));
  if (!equal(s.previous, decision->previous))
    return other("stored digest of the record before", hex(decision->previous), hex(s.previous));
  if (s.search != searched_text(*decision))
    return "the text that searches look through is not that of the record";
  if (decision->signing && decision->signing->previous != before)
    return other("digest of the signature before", hex(decision->signing->previous), hex(before));
  const auto kept = is_as_recorded(s);
  return kept ? std::string() : kept.error().what;
}

}  // namespace

Result<ChainAnswer> check_chain(Decisions& decisions, const ChainOptions& options) {
  ChainAnswer out;
  bool head_seen = !options.head;
  Sha256 signature{};  // the digest of that of the record before
  const auto read = decisions.each([&](const StoredDecision& s) {
    const auto say = [&](const std::string& what) {
      out.broken = fmt::format("record {} ({}): {}", s.number, printable(s.id), what);
      return false;
    };
    if (std::string wrong = wrong_with(s, out, signature); !wrong.empty()) return say(wrong);
    if (std::string wrong = wrong_with_signature(s, options, out); !wrong.empty())
      return say(wrong);
    signature = digest_of_signature(s.signature);
    const auto decision = read_decision(s.line);
    if (out.records == 0) out.from = decision->time;
    out.to = decision->time;
    out.last = sha256(view(s.line));
    ++out.records;
    if (head_seen) ++out.behind_head;
    if (options.head == out.last) head_seen = true;
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  if (!out.broken.empty()) return out;
  const auto unguarded = decisions.unguarded();
  if (!unguarded) return tl::unexpected(unguarded.error());
  out.broken = *unguarded;
  if (out.broken.empty() && !head_seen)
    out.broken = fmt::format(
        "the end: expected a record with digest {}, found none among {}: records were taken away, "
        "or all were written anew",
        hex(*options.head), out.records);
  return out;
}

}  // namespace attest::serve
