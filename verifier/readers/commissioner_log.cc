// Logs of commissioners: chip-tool, Home Assistant's Matter server (the SDK's and matter.js's),
// Android, Apple. Out of the lines come the certificates, the attestation exchange, Basic
// Information, and the SDK result the log ends in.
//
// Logs elide: values too large, dumps cut at the line's length. What is stated and not there is
// "not in the log", never damage. A log may hold several attempts; the last exchange is the one
// that its result is about.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/tlv.h"
#include "verifier/readers/credential_items.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/log_line.h"
#include "verifier/readers/plain_text.h"

namespace attest {
namespace {

constexpr uint64_t kOperationalCredentials = 0x3E, kBasicInformation = 0x28;
constexpr uint64_t kAttestationRequest = 0, kAttestationResponse = 1, kCertificateChainResponse = 3;
constexpr size_t kMaxDump = 64u << 10, kMaxLine = 1u << 20;
constexpr size_t kMostCut =
    4096;  // bytes of a value that a line may lack: no attestation elements are longer
constexpr size_t kMaxReported =
    64;  // values that a log states itself or leaves out: one device has no more
constexpr unsigned kPatience =
    64;  // foreign lines inside a dump or a PEM block before it is given up

struct Value {
  Bytes bytes;
  uint64_t offset = 0;
};
struct Exchange {
  std::optional<Value> nonce, elements, signature, challenge;
};
struct CertificateLine {
  Value value;
  FactId role = FactId::certificate;
};

// Whether a structure goes on behind what is there, as it does where a log cut its line.
bool ends_within(View structure) {
  size_t open = 0;
  tlv::Cursor cursor(structure);
  while (!cursor.empty()) {
    const auto element = cursor.next();
    if (!element) {
      Bytes longer = to_bytes(cursor.rest());
      longer.resize(longer.size() + kMostCut);
      tlv::Cursor on(longer);
      return on.next() && on.offset() > cursor.rest().size();
    }
    open += element->is_container();
    open -= element->type == tlv::Type::end;
  }
  return open != 0;
}

class Log {
 public:
  Log(const Source& s, Reading& reading) : source_(s), reading_(reading) {}

  tl::expected<void, Error> run() {
    const std::string_view all = text(source_.bytes);
    for (size_t at = 0; at < all.size();) {
      const size_t end = std::min(all.find('\n', at), all.size());
      offset_ = source_.base + at;
      if (end - at <= kMaxLine) line(log::cleaned(all.substr(at, end - at)));
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
    if (in_pem_ && pem_line(l)) return;
    if (l.empty()) return;
    path_line(l);
    if (const auto start = log::field_start(l); start && cluster_ == kOperationalCredentials)
      return begin_dump(*start);
    pem_begin(l);
    labelled(l);
    result_line(l);
    reported_line(l);
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
      if (const auto n = log::number_after(l, name)) command_ = n;
    }
    if (const auto n = log::number_after(l, "Attribute"); n && cluster_ == kBasicInformation)
      attribute_ = n;
    if (cluster_ == kBasicInformation && attribute_ && l.find("Data = ") != std::string::npos)
      basic_information(l);
  }

  // Core 11.1.5: Basic Information, as the commissioner read it.
  void basic_information(const std::string& l) {
    constexpr struct {
      uint64_t attribute;
      FactId fact;
      bool number;
    } kAttributes[] = {
        {0x01, FactId::vendor_name, false},          {0x02, FactId::vendor_id, true},
        {0x03, FactId::product_name, false},         {0x04, FactId::product_id, true},
        {0x07, FactId::hardware_version, true},      {0x08, FactId::hardware_version_string, false},
        {0x09, FactId::software_version, true},      {0x0A, FactId::software_version_string, false},
        {0x0B, FactId::manufacturing_date, false},   {0x0C, FactId::part_number, false},
        {0x0D, FactId::product_url, false},          {0x0E, FactId::product_label, false},
        {0x0F, FactId::serial_number, false},        {0x12, FactId::unique_id, false},
        {0x15, FactId::specification_version, true},
    };
    const uint64_t attribute = *std::exchange(attribute_, std::nullopt);
    for (const auto& known : kAttributes) {
      if (known.attribute != attribute) continue;
      if (known.number) {
        if (const auto number = log::number_after(l, "Data"))
          say(known.fact, *number, "basic information");
      } else if (auto string = log::quoted_after(l, "Data"); string && is_utf8(*string)) {
        say(known.fact, std::move(*string), "basic information");
      }
    }
  }
  void say(FactId fact, FactValue value, const std::string& item) {
    const auto& statements = reading_.device.statements;
    const bool again = std::any_of(statements.begin(), statements.end(), [&](const Statement& s) {
      return s.fact == fact && s.value == value && s.place.path == source_.path;
    });
    found_ = true;
    if (again || ++basic_values_ > kMaxReported) return;
    reading_.holds("basic-information");
    reading_.device.say(fact, std::move(value), place(item));
  }

  // ---- dumps of fields: "0x0 = [", lines of bytes, "] (470 bytes)"
  void begin_dump(const log::FieldStart& start) {
    in_dump_ = true;
    dump_ = {.bytes = {}, .offset = offset_};
    dump_field_ = start.field;
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
      if (log::field_start(l) || ++foreign_ > kPatience) in_dump_ = false;  // the log broke off
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
    const char* item = item_of(command_, dump_field_);
    if (item == nullptr) return;
    found_ = true;
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
    field(command_, dump_field_, dump_);
  }

  static const char* item_of(std::optional<uint64_t> command, uint64_t field) {
    if (command == kAttestationRequest && field == 0) return "attestation nonce";
    if (command == kAttestationResponse && field == 0) return "attestation elements";
    if (command == kAttestationResponse && field == 1) return "attestation signature";
    return command == kCertificateChainResponse && field == 0 ? "certificate" : nullptr;
  }
  void field(std::optional<uint64_t> command, uint64_t number, Value value) {
    if (command == kAttestationRequest && number == 0 && value.bytes.size() == 32)
      return nonce(std::move(value));
    if (command == kAttestationResponse && number == 0) return elements(std::move(value));
    if (command == kAttestationResponse && number == 1) return signature(std::move(value));
    if (command == kCertificateChainResponse && number == 0)
      certificate(std::move(value), FactId::certificate);
  }

  // ---- values behind a name on one line
  void cut(const std::string& item, size_t there) {
    found_ = true;
    missing(item, fmt::format("its line is cut after {} bytes", there));
  }
  void labelled(const std::string& l) {
    const auto value = [&](std::string_view word) -> std::optional<Value> {
      auto bytes = log::hex_after(l, "attestation", word);
      if (!bytes) return std::nullopt;
      return Value{.bytes = std::move(*bytes), .offset = offset_};
    };
    if (l.find("ttestation") != std::string::npos) {
      if (auto v = value("nonce"); v && v->bytes.size() == 32) nonce(std::move(*v));
      if (auto v = value("request"); v && v->bytes.size() == 32)
        nonce(std::move(*v));  // attestation-request hex:...
      if (auto v = value("elements")) {
        if (ends_within(v->bytes))
          cut("attestation elements", v->bytes.size());
        else
          elements(std::move(*v));
      }
      if (auto v = value("signature")) signature(std::move(*v));
      if (auto v = value("challenge"); v && v->bytes.size() == 16) challenge(std::move(*v));
    }
    if (auto bytes = log::hex_after(l, "certificate", ""); bytes && (*bytes)[0] == 0x30) {
      if (der_size(*bytes) > bytes->size())
        cut("certificate", bytes->size());
      else
        certificate({.bytes = std::move(*bytes), .offset = offset_}, FactId::certificate);
    }
    if (const auto at = l.find("Elided value too large of size"); at != std::string::npos) {
      found_ = true;
      const char* item = l.find("lements") != std::string::npos      ? "attestation elements"
                         : l.find("ertificate") != std::string::npos ? "certificate"
                                                                     : "a value";
      missing(item, fmt::format("elided, {} bytes", l.substr(std::min(at + 31, l.size()), 10)));
    }
    if (auto payload = log::hex_after(l, "payload", ""); payload && (*payload)[0] == 0x15)
      message(*payload);
  }

  // An interaction model message in TLV: a list of endpoint, cluster and command, then the
  // command's fields.
  void message(View payload) {
    tlv::Cursor cursor(payload);
    std::optional<uint64_t> cluster, command;
    bool in_path = false;
    for (unsigned guard = 0; guard < 4096 && !cursor.empty(); ++guard) {
      const auto element = cursor.next();
      if (!element) return;  // cut, as logs do
      if (element->type == tlv::Type::list) {
        in_path = true;
        cluster = command = std::nullopt;
      } else if (element->type == tlv::Type::end) {
        in_path = false;
      } else if (in_path && element->type == tlv::Type::unsigned_integer) {
        if (element->tag.is_context(1)) cluster = element->unsigned_value;
        if (element->tag.is_context(2)) command = element->unsigned_value;
      } else if (element->type == tlv::Type::octets && cluster == kOperationalCredentials &&
                 element->tag.form == tlv::TagId::Form::context) {
        field(command, element->tag.number, {.bytes = to_bytes(element->bytes), .offset = offset_});
      }
    }
  }

  // ---- PEM blocks, each line behind a prefix
  void pem_begin(const std::string& l) {
    if (l.find("certificate considered (") != std::string::npos) {
      pem_role_ = l.find("DAC cert") != std::string::npos   ? FactId::dac
                  : l.find("PAI cert") != std::string::npos ? FactId::pai
                  : l.find("PAA cert") != std::string::npos ? FactId::paa
                                                            : FactId::certificate;
    }
    if (l.find("-----BEGIN CERTIFICATE-----") == std::string::npos) return;
    in_pem_ = true;
    foreign_ = 0;
    pem_.clear();
    pem_tail_.clear();
    pem_offset_ = offset_;
  }
  bool pem_line(const std::string& l) {
    if (l.find("-----END CERTIFICATE-----") != std::string::npos) {
      in_pem_ = false;
      const FactId role = std::exchange(pem_role_, FactId::certificate);
      found_ = true;
      if (auto der = from_base64(pem_ + pem_tail_)) {
        certificate({.bytes = std::move(*der), .offset = pem_offset_}, role);
      } else {
        missing("certificate", "its PEM block is not whole");
      }
      return true;
    }
    const auto word = log::base64_word(l);
    if (!word || pem_.size() > kMaxDump) {
      if (++foreign_ > kPatience) in_pem_ = false;
      return false;
    }
    // Full lines have 64 characters; a shorter one is the last, or the last word of a line from
    // another thread.
    if (word->size() == 64) {
      pem_ += *word;
      pem_tail_.clear();
    } else if (word->size() % 4 == 0) {
      pem_tail_ = *word;
    }
    return true;
  }

  // ---- the exchange
  void begin_if_complete() {
    if (!now_.elements) return;
    now_ = {};
    ++attempts_;
  }
  void put(std::optional<Value>& slot, Value value) {
    found_ = true;
    if (!slot || slot->bytes != value.bytes) slot = std::move(value);
  }
  void nonce(Value value) {
    if (now_.nonce && now_.nonce->bytes == value.bytes) return;
    begin_if_complete();
    put(now_.nonce, std::move(value));
  }
  void elements(Value value) {
    if (now_.elements && now_.elements->bytes == value.bytes) return;
    begin_if_complete();
    put(now_.elements, std::move(value));
  }
  void signature(Value value) {
    if (value.bytes.size() == 64) put(now_.signature, std::move(value));
  }
  void challenge(Value value) { put(now_.challenge, std::move(value)); }

  void certificate(Value value, FactId role) {
    found_ = true;
    for (CertificateLine& known : certificates_) {
      if (known.value.bytes != value.bytes) continue;
      if (known.role == FactId::certificate) known.role = role;
      return;
    }
    if (certificates_.size() < kMaxReported) certificates_.push_back({std::move(value), role});
  }

  // ---- what the commissioner concluded
  void result_line(const std::string& l) {
    if (l.find("validated 'Attestation Information'") != std::string::npos) result_ = {0, offset_};
    std::optional<uint64_t> code;
    if (l.find("'Attestation Information'") != std::string::npos) code = number_of(l, ": err ");
    if (l.find("OnDeviceAttestation") != std::string::npos) code = number_of(l, "with result: ");
    if (code && *code <= 0xFFFF) result_ = {*code, offset_};
  }
  static std::optional<uint64_t> number_of(const std::string& l, std::string_view words) {
    const auto at = l.find(words);
    if (at == std::string::npos) return std::nullopt;
    return log::number_after("n=" + l.substr(at + words.size()), "n");
  }

  // "--> DAC's VID: 0x1470, PID: 0x8006" and its like: the commissioner's own reading of what it
  // got.
  void reported_line(const std::string& l) {
    const auto at = l.find("--> ");
    if (at == std::string::npos || reported_.size() >= kMaxReported) return;
    const std::string said = l.substr(at + 4);
    if (std::find(reported_.begin(), reported_.end(), said) != reported_.end()) return;
    reported_.push_back(said);
    found_ = true;
    reading_.device.note(Remark::reported_value, place(""),
                         fmt::format("the log says: {}", printable(said.substr(0, 200))));
    if (said.starts_with("DAC's VID")) {
      dac_vid_ = log::number_after(said, "VID");
      dac_pid_ = log::number_after(said, "PID");
      dac_line_ = offset_;
    }
  }

  tl::expected<void, Error> finish() {
    if (!found_ && !result_) {
      reading_.not_used.push_back(
          {.path = source_.path, .why = "nothing about attestation stands in it"});
      return {};
    }
    const auto at = [&](uint64_t offset, const char* item) {
      return Place{.path = source_.path, .offset = offset, .item = item};
    };
    for (const CertificateLine& c : certificates_) {
      reading_.holds(c.role == FactId::certificate ? "certificate" : fact_name(c.role));
      reading_.device.say(c.role, c.value.bytes, at(c.value.offset, "certificate"));
    }
    const auto state = [&](const std::optional<Value>& value, FactId fact, const char* item) {
      if (!value) return;
      reading_.holds(fmt::format("attestation-{}", std::string_view(item).substr(12)));
      reading_.device.say(fact, value->bytes, at(value->offset, item));
    };
    state(now_.elements, FactId::attestation_elements, "attestation elements");
    state(now_.signature, FactId::attestation_signature, "attestation signature");
    state(now_.nonce, FactId::attestation_nonce, "attestation nonce");
    state(now_.challenge, FactId::attestation_challenge, "attestation challenge");
    if (now_.elements) {
      if (const auto parsed = parse_attestation_elements(now_.elements->bytes)) {
        reading_.holds("cd");
        reading_.device.say(FactId::cd, to_bytes(parsed->certification_declaration),
                            at(now_.elements->offset, "attestation elements"));
      }
    }
    // Without certificates this line is all that is known of the ids; with them, they say it
    // themselves.
    if (certificates_.empty() && dac_vid_ && dac_pid_ && *dac_vid_ <= 0xFFFF &&
        *dac_pid_ <= 0xFFFF) {
      reading_.device.say(FactId::vendor_id, *dac_vid_, at(dac_line_, "DAC's VID"));
      reading_.device.say(FactId::product_id, *dac_pid_, at(dac_line_, "DAC's PID"));
    }
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
    if (attempts_ != 0)
      reading_.device.note(
          Remark::reported_value, at(source_.base, ""),
          fmt::format(
              "{} earlier attestation exchanges of this log are left out: the last one counts",
              attempts_));
    return {};
  }
  // A dump that was cut may stand elsewhere whole: the PEM blocks give the certificates again.
  bool there_after_all(const std::string& item) const {
    if (item == "certificate") return certificates_.size() >= 2;
    if (item == "attestation elements") return now_.elements.has_value();
    if (item == "attestation signature") return now_.signature.has_value();
    return item == "attestation nonce" && now_.nonce.has_value();
  }

  struct Missing {
    std::string item, why;
    uint64_t offset;
  };

  const Source& source_;
  Reading& reading_;
  uint64_t offset_ = 0;
  bool found_ = false;
  std::optional<uint64_t> cluster_, command_, attribute_;
  bool in_dump_ = false, dump_cut_ = false, in_pem_ = false;
  unsigned foreign_ = 0;
  Value dump_;
  uint64_t dump_field_ = 0;
  FactId pem_role_ = FactId::certificate;
  std::string pem_, pem_tail_;
  uint64_t pem_offset_ = 0;
  Exchange now_;
  unsigned attempts_ = 0;
  size_t basic_values_ = 0;
  std::vector<CertificateLine> certificates_;
  std::vector<std::string> reported_;
  std::vector<Missing> missing_;
  std::optional<uint64_t> dac_vid_, dac_pid_;
  uint64_t dac_line_ = 0;
  std::optional<std::pair<uint64_t, uint64_t>> result_;
};

// Words that no other text has. A log of megabytes may hold them far from its beginning.
bool recognises(const Source& s) {
  if (!is_plain_text(s.bytes)) return false;
  constexpr std::string_view kTelling[] = {"CHIP:",
                                           "chip[",
                                           "[CTL]",
                                           "[DMG]",
                                           "[TOO]",
                                           "chip.CTL",
                                           "chip.native",
                                           "AttestationResponse",
                                           "attestationElements",
                                           "'Attestation Information'",
                                           "certificate considered (",
                                           "OnDeviceAttestation",
                                           "certificateChainRe",
                                           "certificate-chain-request",
                                           "AttestationVerification"};
  return std::any_of(std::begin(kTelling), std::end(kTelling), [&](std::string_view words) {
    return find(s.bytes, view(words)).has_value();
  });
}

tl::expected<void, Error> read(const Source& s, Reading& reading) {
  return Log(s, reading).run();
}

}  // namespace

const Reader commissioner_log_reader{.kind = "commissioner-log",
                                     .expects = "a commissioner's log",
                                     .recognises = recognises,
                                     .read = read};

}  // namespace attest
