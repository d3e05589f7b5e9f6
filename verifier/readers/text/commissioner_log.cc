// Logs of commissioners: chip-tool, Home Assistant's Matter server (the SDK's and matter.js's),
// Android, Apple. Out of the lines come the certificates, the attestation exchange, Basic
// Information, and the SDK result the log ends in.
//
// Logs elide: values too large, dumps cut at the line's length, PEM blocks that the poster
// shortened. What is stated and not there is "not in the log", never damage, and never an empty
// value: that one is said to be empty ("(0 bytes)", a length of 0). A log may hold several
// attempts; the last exchange is the one that its result is about, and counts unless one before it
// is wrong by itself.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/log_certificates.h"
#include "verifier/readers/text/log_device.h"
#include "verifier/readers/text/log_exchange.h"
#include "verifier/readers/text/log_line.h"
#include "verifier/readers/text/log_message.h"
#include "verifier/readers/text/log_said.h"
#include "verifier/readers/text/log_values.h"
#include "verifier/readers/text/onboarding_codes.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

constexpr const char* kElided = "elided, not in the log";
constexpr size_t kMaxDump = 64u << 10, kMaxLine = 16u << 20;
// Values that a log states itself or leaves out: one device has no more.
constexpr size_t kMaxReported = 64;
constexpr unsigned kPatience =
    64;  // foreign lines inside a dump or a PEM block before it is given up

using log::Exchange;
using log::Value;

class Log {
 public:
  Log(const Source& s, Reading& reading) : source_(s), reading_(reading) {}

  Result<void> run() {
    const std::string_view all = text(source_.bytes);
    for (size_t at = 0; at < all.size();) {
      const size_t end = std::min(all.find('\n', at), all.size());
      offset_ = source_.base + at;
      whole_line_ = end < all.size();
      if (end - at <= kMaxLine) {
        line(log::cleaned(all.substr(at, end - at)));
      } else {
        reading_.device.note(
            Remark::unreadable_file, place("a line"),
            fmt::format("a line of {} bytes is not read: expected {} at most", end - at, kMaxLine));
      }
      at = end + 1;
    }
    return finish();
  }

 private:
  Place place(std::string item) const {
    return {.path = source_.path, .offset = offset_, .item = std::move(item)};
  }
  void missing(const std::string& item, const std::string& why) {
    if (missing_.size() < kMaxReported) missing_.push_back({item, why, offset_});
  }

  void line(const std::string& l) {
    if (in_dump_ && dump_line(l)) return;
    if (pem_.begun && pem_line(l)) return;
    if (l.empty()) return;
    if (const auto asked = log::certificate_asked_for(l)) certificates_.asked_for(*asked);
    if (l.find("ertificateChainResponse") != std::string::npos) certificates_.settle();
    if (l.find("CertificateChainResponse: {") != std::string::npos)
      in_chain_response_ = true;
    else if (l.find('}') != std::string::npos)
      in_chain_response_ = false;
    path_line(l);
    if (const auto start = log::field_start(l); start && cluster_ == log::kOperationalCredentials)
      return begin_dump(*start);
    pem_begin(l);
    labelled(l);
    if (const auto code = log::result(l)) result(*code);
    said_line(l);
    device_line(l);
  }

  // ---- where in a message we are: ClusterId = 0x3e, CommandId = 0x3; Cluster = 0x28, Attribute =
  // 0x0000_0004
  void path_line(const std::string& l) {
    for (const char* name : {"ClusterId", "clusterId", "Cluster"}) {
      if (const auto n = log::number_after(l, name); n && l.find(" = ") != std::string::npos) {
        cluster_ = n;
        command_ = attribute_ = std::nullopt;
      }
    }
    for (const char* name : {"CommandId", "commandId"}) {
      if (const auto n = log::number_after(l, name)) {
        command_ = n;
        certificates_.settle();
      }
    }
    if (const auto n = log::number_after(l, "Attribute"); n && log::is_device_cluster(cluster_))
      attribute_ = n;
    if (structure_) attribute_field(l);
    if (cluster_ && attribute_ && l.find("Data =") != std::string::npos) attribute_data(l);
    read_out(l);
  }

  void attribute_data(const std::string& l) {
    const log::AttributePath path = {.cluster = *cluster_,
                                     .attribute = *std::exchange(attribute_, std::nullopt)};
    if (log::is_attribute_structure(path)) {
      structure_ = {path, 0u};
    } else if (const log::DeviceAttribute* known = log::device_attribute(path)) {
      attribute_value(*known, l, "Data");
    }
  }
  void attribute_field(const std::string& l) {
    constexpr unsigned kMostLines = 16;
    std::string name;
    if (const auto* known = log::attribute_field_of(structure_->first, l, name))
      return attribute_value(*known, l, name);
    if (l.find('}') != std::string::npos || ++structure_->second > kMostLines)
      structure_ = std::nullopt;
  }
  void attribute_value(const log::DeviceAttribute& known, const std::string& l,
                       std::string_view name) {
    if (known.is_number() && log::number_is_cut(l, name, whole_line_)) return cut_value(known.name);
    if (auto value = log::attribute_value(known, l, name)) say(known, std::move(*value));
  }
  // chip-tool's read-out.
  void read_out(const std::string& l) {
    const auto named = read_out_.line(l);
    if (!named) return;
    const auto* known = named->attribute;
    const std::string value = l.substr(named->at);
    if (known->is_number()) return attribute_value(*known, value, known->name);
    if (!whole_line_) return cut_value(known->name);
    if (auto words = value.substr(std::min(value.size(), std::strlen(known->name) + 2));
        is_utf8(words))
      say(*known, std::move(words));
  }
  // The log ends, or its line is cut, where this may go on.
  void cut_value(const char* name) {
    found_ = true;
    missing(name, "the line ends within it");
  }
  void say(const log::DeviceAttribute& known, FactValue value) {
    const FactId fact = known.fact;
    const bool basic = known.cluster == log::kBasicInformation;
    const std::string item = basic ? "basic information" : "attestation profile";
    const auto& statements = reading_.device.statements;
    const bool again = std::any_of(statements.begin(), statements.end(), [&](const Statement& s) {
      return s.fact == fact && s.value == value && s.place.path == source_.path;
    });
    found_ = true;
    if (again || ++basic_values_ > kMaxReported) return;
    reading_.holds(basic ? "basic-information" : "attestation-profile");
    // What no device can have answered was not written down as it was answered.
    if (const auto* number = std::get_if<uint64_t>(&value);
        number != nullptr && *number > widest(fact)) {
      say_unreadable(
          reading_.device, fact, place(item), fact_name(fact),
          fmt::format("expected at most {}, found {}", widest(fact), found_number(*number)));
      return;
    }
    reading_.device.say(fact, std::move(value), place(item));
  }

  // ---- dumps of fields: "0x0 = [", lines of bytes, "] (470 bytes)"
  void begin_dump(const log::FieldStart& start) {
    in_dump_ = true;
    dump_ = {.bytes = {}, .offset = offset_};
    dump_field_ = start.field;
    dump_command_ = command_;
    dump_cut_ = false;
    foreign_ = 0;
    if (!start.rest.empty()) dump_line(std::string(start.rest));
  }
  // True when the line belongs to the dump.
  bool dump_line(const std::string& l) {
    std::string_view bytes = l;
    const auto end = log::field_end(l);
    if (end) bytes = std::string_view(l).substr(0, l.rfind(']'));
    while (!bytes.empty() && bytes.back() == ' ') bytes.remove_suffix(1);
    if (const auto dump = log::hex_dump(bytes)) {
      dump_.bytes.insert(dump_.bytes.end(), dump->bytes.begin(), dump->bytes.end());
      dump_cut_ = dump_cut_ || dump->cut;
      if (dump_.bytes.size() > kMaxDump) in_dump_ = false;
    } else if (!end) {
      if (l.find("Elided value") != std::string::npos) dump_cut_ = true;
      if (log::field_start(l) || ++foreign_ > kPatience) {
        // The log broke off, or lost the line with the size: the bytes say whether they are all.
        in_dump_ = false;
        end_dump(std::nullopt);
      }
      return false;
    }
    if (end) {
      in_dump_ = false;
      end_dump(end->stated);
    }
    return true;
  }
  void end_dump(std::optional<uint64_t> stated) {
    const bool short_of = stated && dump_.bytes.size() < *stated;
    const char* item = item_of(dump_command_, dump_field_);
    if (item == nullptr) return;
    found_ = true;
    // Nothing between the brackets is an empty value where that is stated, and left out otherwise.
    if (dump_.bytes.empty() && !stated) return missing(item, kElided);
    if (dump_.bytes.empty() && stated == 0u && dump_command_ == log::kCertificateChainResponse)
      return empty_certificate();
    if (!stated && is_cut(dump_command_, dump_field_, dump_.bytes)) dump_cut_ = true;
    if (dump_cut_ || short_of)
      return missing(item, stated ? fmt::format("{} bytes are stated, {} are in the log", *stated,
                                                dump_.bytes.size())
                                  : "its dump is cut");
    if (stated && dump_.bytes.size() > *stated) {
      reading_.device.damaged(
          place(item), "log dump",
          fmt::format("{} bytes are stated, {} are there", *stated, dump_.bytes.size()));
      return;
    }
    field(dump_command_, dump_field_, dump_);
  }

  static bool is_certificate(std::optional<uint64_t> command, uint64_t field) {
    return command == log::kCertificateChainResponse && field == 0;
  }
  const char* item_of(std::optional<uint64_t> command, uint64_t field) const {
    if (is_certificate(command, field)) return "certificate";
    const char* item = attestation_.item_of(command, field);
    return item != nullptr ? item : nocsr_.item_of(command, field);
  }
  // A value without a stated size that says itself how long it is.
  bool is_cut(std::optional<uint64_t> command, uint64_t number, View bytes) const {
    if (is_certificate(command, number))
      return der_size(bytes) == 0 || der_size(bytes) > bytes.size();
    auto part = attestation_.part_of(command, number);
    if (!part) part = nocsr_.part_of(command, number);
    return part && Exchange::is_cut(*part, bytes);
  }
  void field(std::optional<uint64_t> command, uint64_t number, Value value) {
    if (const auto part = attestation_.part_of(command, number)) {
      if (*part != Exchange::nonce || value.bytes.size() == 32)
        put(attestation_, *part, std::move(value));
    } else if (const auto of_nocsr = nocsr_.part_of(command, number)) {
      if (*of_nocsr != Exchange::nonce || value.bytes.size() == 32)
        put(nocsr_, *of_nocsr, std::move(value));
    } else if (is_certificate(command, number)) {
      if (value.bytes.empty()) return empty_certificate();
      found_ = true;
      certificates_.part(std::move(value), log::Otherwise::certificate, true);
    }
  }

  // ---- values behind a name on one line

  // All signatures of the line, each of the response that it belongs to.
  void signatures(const std::string& l, const std::vector<log::Named>& named) {
    size_t at = 0;
    for (size_t from = 0;; from = at + 1) {
      auto bytes = log::hex_after(l, "attestation", "signature", from, &at);
      if (!bytes) return;
      Exchange* whose = responses_.of_signature(named, at);
      if (Exchange::is_cut(Exchange::signature, *bytes)) {
        cut((whose != nullptr ? *whose : attestation_).kind().items[Exchange::signature],
            bytes->size());
        continue;
      }
      found_ = true;
      Value value{.bytes = std::move(*bytes), .offset = offset_};
      if (whose == nullptr)
        responses_.wait(std::move(value));
      else
        whose->put(Exchange::signature, std::move(value));
    }
  }
  void cut(const std::string& item, size_t there) {
    found_ = true;
    missing(item, fmt::format("its line is cut after {} bytes", there));
  }
  void labelled(const std::string& l) {
    const auto named = log::responses_named(l);
    const auto take = [&](Exchange& exchange, Exchange::Part part, std::string_view first,
                          std::string_view word) {
      auto bytes = log::hex_after(l, first, word);
      if (!bytes) return;
      if (part == Exchange::nonce ? bytes->size() != 32
                                  : part == Exchange::challenge && bytes->size() != 16)
        return;
      if (Exchange::is_cut(part, *bytes))
        cut(exchange.kind().items[part], bytes->size());
      else
        put(exchange, part, {.bytes = std::move(*bytes), .offset = offset_});
    };
    if (log::has_word(l, "csr")) {
      take(nocsr_, Exchange::nonce, "csr", "nonce");
      take(nocsr_, Exchange::nonce, "csr", "request");  // csrrequest hex:...
      take(nocsr_, Exchange::elements, "csr", "elements");
      take(nocsr_, Exchange::signature, "csr", "signature");
    }
    if (log::has_word(l, "attestation")) {
      take(attestation_, Exchange::nonce, "attestation", "nonce");
      take(attestation_, Exchange::nonce, "attestation",
           "request");  // attestation-request hex:...
      take(attestation_, Exchange::elements, "attestation", "elements");
      take(attestation_, Exchange::challenge, "attestation", "challenge");
      signatures(l, named);
    }
    responses_.named(named);
    const size_t least = certificates_.in_parts() ? 2 : 16;  // digits: the last part may be short
    if (auto bytes = log::hex_after(l, "certificate", "", 0, nullptr, least)) {
      Value value{.bytes = std::move(*bytes), .offset = offset_};
      const bool begins = value.bytes[0] == 0x30,
                 is_cut = der_size(value.bytes) > value.bytes.size();
      found_ = found_ || begins;
      const bool answer = answers_for_certificate(l);
      certificates_.part(std::move(value),
                         begins   ? (is_cut ? log::Otherwise::cut : log::Otherwise::certificate)
                         : answer ? log::Otherwise::answer
                                  : log::Otherwise::nothing,
                         answer);
      certificates_.numbers(l, {});
    } else {
      certificates_.numbers(l, cluster_ == log::kOperationalCredentials ? command_ : std::nullopt);
      no_certificate(l);
    }
    if (const auto at = l.find("Elided value too large of size"); at != std::string::npos) {
      found_ = true;
      const char* item = l.find("NOCSR") != std::string::npos        ? "NOCSR elements"
                         : l.find("lements") != std::string::npos    ? "attestation elements"
                         : l.find("ertificate") != std::string::npos ? "certificate"
                                                                     : "a value";
      missing(item, fmt::format("elided, {} bytes", l.substr(std::min(at + 31, l.size()), 10)));
    }
    if (auto payload = log::hex_after(l, "payload", ""); payload && (*payload)[0] == 0x15)
      message(*payload);
  }

  // The line is, or lies in, what the device answered to a certificate-chain-request.
  bool answers_for_certificate(const std::string& l) const {
    return in_chain_response_ ||
           (l.find("«") != std::string::npos && l.find("certificateChainRe") != std::string::npos);
  }
  // matter.js shows an answer as "certificate: 3082...": nothing behind the colon is an empty one.
  void no_certificate(const std::string& l) {
    constexpr std::string_view kAnswer = "certificate:";
    if (l.find("«") == std::string::npos || l.find("certificateChainRe") == std::string::npos)
      return;
    const auto at = l.rfind(kAnswer);
    if (at == std::string::npos) return;
    const size_t digits = l.size() - at - kAnswer.size();
    if (digits == 0) return empty_certificate();
    cut("certificate", digits / 2);
  }

  // A whole message in Matter TLV, as matter.js logs it.
  void message(View payload) {
    constexpr uint8_t kInvokeResponse[] = {0x15, 0x28, 0x00, 0x36, 0x01};
    const log::Message read = log::read_message(payload);
    for (const log::Message::Field& f : read.fields) {
      if (const auto* number = std::get_if<uint64_t>(&f.value)) {
        certificates_.number(f.command, f.number, *number);
      } else {
        field(f.command, f.number, {.bytes = std::get<Bytes>(f.value), .offset = offset_});
      }
    }
    for (const log::Message::Attribute& a : read.attributes) {
      const log::DeviceAttribute* known = log::device_attribute(a.path, a.field);
      if (known != nullptr && known->is_number() == std::holds_alternative<uint64_t>(a.value))
        say(*known, a.value);
    }
    if (!read.cut) return;
    const char* item = read.cut->number ? item_of(read.cut->command, *read.cut->number) : nullptr;
    const bool response = payload.size() >= std::size(kInvokeResponse) &&
                          equal(payload.first(std::size(kInvokeResponse)), kInvokeResponse);
    if (item == nullptr && !response) return;
    found_ = true;
    if (item == nullptr || read.cut->stated == 0)
      return missing(item == nullptr ? "a response" : item,
                     fmt::format("its message is cut after {} bytes", payload.size()));
    missing(item, fmt::format("{} bytes are stated, {} are in the log", read.cut->stated,
                              read.cut->there));
  }

  // ---- PEM blocks, each line behind a prefix
  void pem_begin(const std::string& l) {
    if (auto block = log::announced_block(l, offset_)) {
      pem_end();
      pem_ = std::move(*block);
    }
    if (l.find("-----BEGIN CERTIFICATE-----") == std::string::npos) return;
    pem_.begun = true;
    pem_.offset = offset_;
    foreign_ = 0;
  }
  bool pem_line(const std::string& l) {
    if (l.find("-----END CERTIFICATE-----") != std::string::npos) {
      pem_end();
      return true;
    }
    // Whatever begins here, the block before it has no end.
    if (l.find("certificate considered (") != std::string::npos ||
        l.find("-----BEGIN ") != std::string::npos || log::said(l)) {
      pem_end();
      return false;
    }
    const auto word = log::base64_word(l);
    if (!word || pem_.full.size() > kMaxDump) {
      if (++foreign_ > kPatience) pem_end();
      return false;
    }
    // Full lines have 64 characters, of some tools 76; a shorter one is the last, or the last word
    // of a line from another thread.
    if (pem_.width == 0) pem_.width = word->size() == 76 ? 76 : 64;
    if (word->size() == pem_.width) {
      pem_.full += *word;
      pem_.tail.clear();
    } else if (word->size() % 4 == 0) {
      pem_.tail = *word;
    }
    return true;
  }
  void pem_end() {
    const log::PemBlockOf block = std::exchange(pem_, {});
    if (!block.begun && !block.stated) return;
    found_ = true;
    auto end = block.end();
    if (end.whole)
      return certificate({.bytes = std::move(*end.whole), .offset = block.offset}, block.role);
    if (block.role != FactId::paa) missing(block.name(), end.lacks);  // (the commissioner's root)
  }

  // ---- the exchange
  void put(Exchange& exchange, Exchange::Part part, Value value) {
    found_ = true;
    exchange.put(part, std::move(value));
  }

  void empty_certificate() {
    found_ = true;
    certificates_.add_empty(offset_);
  }
  void certificate(Value value, FactId role) {
    found_ = true;
    certificates_.add(std::move(value), role);
  }

  // What the log ends in counts; what an attempt before it ended in is told.
  void result(uint64_t code) {
    if (result_ && result_->first != code && earlier_results_.size() < kMaxReported)
      earlier_results_.push_back(*result_);
    result_ = {code, offset_};
  }

  // ---- what the log says itself of what the commissioner was given
  void said_line(const std::string& l) {
    const auto heard = sayings_.line(l, whole_line_, place(""), reading_);
    found_ = found_ || heard != log::Sayings::Line::says_nothing;
    if (heard == log::Sayings::Line::is_cut) cut_value("an id");
  }

  // ---- what the device's own log says of it
  void device_line(const std::string& l) {
    const auto said = own_words_.line(l, whole_line_, place("the device's own log"), reading_);
    found_ = found_ || said != log::OwnWords::Line::says_nothing;
    if (said == log::OwnWords::Line::is_cut) missing("onboarding code", "the line ends within it");
  }

  Result<void> finish() {
    if (std::exchange(in_dump_, false)) end_dump(std::nullopt);
    pem_end();
    certificates_.finish();
    for (const auto& lacking : certificates_.lacking())
      missing_.push_back({lacking.item, lacking.why, lacking.offset});
    if (!found_ && !result_) {
      std::string all(text(source_.bytes));
      forget_cut_head(all);
      Source rest = source_;
      rest.bytes = view(all);
      if (source_text_reader.recognises(rest)) return source_text_reader.read(rest, reading_);
      reading_.not_used.push_back(
          {.path = source_.path, .why = "nothing about attestation stands in it"});
      return {};
    }
    const auto at = [&](uint64_t offset, const char* item) {
      return Place{.path = source_.path, .offset = offset, .item = item};
    };
    certificates_.say(source_.path, reading_);
    responses_.finish();
    attestation_.say(source_.path, reading_);
    nocsr_.say(source_.path, reading_);
    attestation_.say_declarations(source_.path, reading_);
    sayings_.say(source_.path, reading_);
    if (result_) {
      reading_.holds("result");
      reading_.device.say(FactId::commissioner_result, result_->first,
                          at(result_->second, "result"));
    }
    for (const Missing& m : missing_) {
      if (!there_after_all(m.item))
        reading_.device.note(Remark::not_in_log, at(m.offset, m.item.c_str()),
                             fmt::format("{}: {}", m.item, m.why));
    }
    for (const Exchange* exchange : {&attestation_, &nocsr_}) {
      if (exchange->earlier() == 0) continue;
      const char* which = exchange->before_counts() ? "the first that is wrong by itself counts"
                                                    : "the last one counts";
      const bool one = exchange->earlier() == 1;
      reading_.device.note(Remark::reported_value, at(source_.base, ""),
                           fmt::format("{} other {} {} of this log {} left out: {}",
                                       exchange->earlier(), exchange->kind().called,
                                       one ? "exchange" : "exchanges", one ? "is" : "are", which));
    }
    for (const auto& [code, offset] : earlier_results_)
      reading_.device.note(
          Remark::reported_value, at(offset, ""),
          fmt::format("the log says {} here, and {} in the end", code, result_->first));
    return {};
  }
  bool there_after_all(const std::string& item) const {
    return certificates_.there_after_all(item) || attestation_.has(item) || nocsr_.has(item);
  }

  struct Missing {
    std::string item, why;
    uint64_t offset;
  };

  const Source& source_;
  Reading& reading_;
  uint64_t offset_ = 0;
  bool found_ = false;
  bool whole_line_ = true;  // the end of the line that is being read follows in the file
  std::optional<uint64_t> cluster_, command_, dump_command_, attribute_;
  std::optional<std::pair<log::AttributePath, unsigned>>
      structure_;  // whose fields follow, and lines since
  log::ReadOut read_out_;
  bool in_dump_ = false, dump_cut_ = false;
  bool in_chain_response_ = false;  // as chip-tool reads one out
  unsigned foreign_ = 0;
  Value dump_;
  uint64_t dump_field_ = 0;
  log::OwnWords own_words_;
  log::PemBlockOf pem_;
  log::Responses responses_;
  Exchange &attestation_ = responses_.attestation, &nocsr_ = responses_.nocsr;
  size_t basic_values_ = 0;
  log::Certificates certificates_;
  log::Sayings sayings_;
  std::vector<Missing> missing_;
  std::optional<std::pair<uint64_t, uint64_t>> result_;  // and where
  std::vector<std::pair<uint64_t, uint64_t>> earlier_results_;
};

bool recognises(const Source& s) {
  return is_plain_text(s.bytes) &&
         (log::has_telling_words(s.bytes) || log::has_device_configuration(s.bytes));
}

Result<void> read(const Source& s, Reading& reading) {
  return Log(s, reading).run();
}

}  // namespace

const Reader commissioner_log_reader{.kind = "commissioner-log",
                                     .expects = "a commissioner's log",
                                     .content = Content::text,
                                     .recognises = recognises,
                                     .read = read,
                                     .rest = Rest::lists_and_keys};

}  // namespace attest
