#include "platform/trust_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "codecs/loader.h"
#include "platform/files.h"
#include "verifier/base/json.h"
#include "verifier/pki/key.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/decoded_text.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

constexpr uint64_t kMostMember = 16u << 20, kMostTogether = 256u << 20;
constexpr unsigned kDeepest = 4;  // archives within archives

class Trusted {
 public:
  GivenCertificates given;

  Result<void> file(const std::string& name, View bytes, unsigned depth = 0) {
    const size_t before = given.found.size();
    if (archive_reader.recognises({.path = name, .bytes = bytes})) {
      if (const auto done = archive(name, bytes, depth); !done || given.found.size() != before)
        return done;
    }
    const auto decoded = decoded_text(bytes);
    return plain_file(name, decoded ? View(decoded->utf8()) : bytes);
  }

 private:
  std::string add(View der, const std::string& name) {
    auto certificate = parse_certificate(der);
    if (!certificate) return certificate.error().what;
    given.found.emplace_back(std::move(*certificate), name);
    return {};
  }
  void add_pem(View text, const std::string& name) {
    for (const PemBlock& block : parse_pem(text).blocks) {
      if (block.label != "CERTIFICATE") continue;
      if (std::string why = add(block.der, name); !why.empty())
        given.unread.push_back({.path = name, .why = std::move(why)});
    }
  }
  // The ledger's own answers, what a cloud's authority prints: under whatever keys.
  void add_strings(const Json& json, const std::string& name) {
    if (const auto* members = json.object()) {
      for (const auto& member : *members) add_strings(member.second, name);
    } else if (const auto* elements = json.array()) {
      for (const Json& element : *elements) add_strings(element, name);
    } else if (const std::string* s = json.string(); s != nullptr && !s->empty()) {
      if (looks_like_pem(view(*s))) return add_pem(view(*s), name);
      if (const auto der = from_base64_lines(*s)) add(*der, name);
      if (const auto der = from_hex_lenient(*s)) add(*der, name);
    }
  }
  Result<void> plain_file(const std::string& name, View bytes) {
    const size_t before = given.found.size();
    const bool words = is_plain_text(bytes);
    if (!looks_like_pem(bytes)) {
      add(bytes, name);
    } else if (words) {
      add_pem(bytes, name);
    }
    if (given.found.size() != before) return {};
    if (words) {
      if (const auto json = parse_json(text(bytes))) add_strings(*json, name);
    }
    if (given.found.size() != before) return {};
    // Anything else as the readers of evidence find it. What cannot be read holds nothing to trust.
    Reading reading;
    static_cast<void>(read_evidence({.path = name, .bytes = bytes, .member = true}, reading));
    for (const Statement& s : reading.device.statements) {
      const bool certificate = s.fact == FactId::certificate || s.fact == FactId::paa ||
                               s.fact == FactId::pai || s.fact == FactId::dac;
      if (certificate) add(std::get<Bytes>(s.value), name);
    }
    return {};
  }
  Result<void> archive(const std::string& name, View bytes, unsigned depth) {
    if (const auto there = codecs_there(); !there) return there;
    if (depth == kDeepest) return {};
    Result<void> done;
    // One that breaks off holds what came before.
    static_cast<void>(loaded_codecs().archive(bytes, {}, [&](const ArchiveMember& member) {
      if (member.kind != ArchiveMember::Kind::file) return true;
      const auto content = member.content(std::min(kMostMember, left_));
      if (!content) return left_ > kMostMember;
      left_ -= content->size();
      done = file(member.path.empty() ? name : name + "!" + member.path, *content, depth + 1);
      return done.has_value() && left_ != 0;
    }));
    return done;
  }

  uint64_t left_ = kMostTogether;
};

}  // namespace

Result<GivenCertificates> trusted_certificates(const std::string& path) {
  const auto files = files_below(path);
  if (!files) return tl::unexpected(files.error());
  Trusted out;
  for (const std::string& name : *files) {
    const auto file = FileBytes::open(name);
    if (!file) return tl::unexpected(file.error());
    if (const auto done = out.file(name, file->view()); !done) return tl::unexpected(done.error());
  }
  return std::move(out.given);
}

Result<GivenCertificates> trusted_certificates(const std::string& name, View bytes) {
  Trusted out;
  if (const auto done = out.file(name, bytes); !done) return tl::unexpected(done.error());
  return std::move(out.given);
}

void GivenTrust::refuse(const char* as, const NotUsed& one, Bytes der) {
  refused_.push_back({.told = {.path = one.path, .why = fmt::format("{}: {}", as, one.why)},
                      .der = std::move(der)});
}

Result<void> GivenTrust::add(Role role, const char* as, const GivenCertificates& given) {
  bool any = false;
  std::string why = "no certificate in it";
  for (const NotUsed& one : given.unread) {
    refuse(as, one);
    why = one.why;
  }
  for (const auto& [certificate, name] : given.found) {
    const auto done = role == Role::paa
                          ? store_.add_paa(certificate, Origin::given, name)
                          : store_.add_cd_signer(certificate, Origin::given, name, engine_);
    any = any || done.has_value();
    if (done) {
      taken_.insert(to_bytes(certificate->der));
    } else {
      why = done.error().what;
      refuse(as, {.path = name, .why = why}, to_bytes(certificate->der));
    }
  }
  return any ? Result<void>() : error(why);
}

std::vector<NotUsed> GivenTrust::not_used() const {
  std::vector<NotUsed> out;
  for (const Refused& one : refused_) {
    const bool other_role = !one.der.empty() && taken_.contains(one.der);
    if (!other_role) out.push_back(one.told);
  }
  return out;
}

}  // namespace attest
