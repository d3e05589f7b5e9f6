// The certificates that a log shows, and those that it shows in parts: a CertificateChainResponse
// of Matter 1.7 may carry a segment of one, and how long the whole is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/readers/text/log_exchange.h"

namespace attest::log {

struct CertificateLine {
  Value value;
  FactId role = FactId::certificate;
};

// What bytes are that turn out to be no part: of a response without a total. `answer`: whatever
// they are, the device answered with them.
enum class Otherwise : uint8_t { certificate, answer, cut, nothing };

inline constexpr uint64_t kCertificateChainRequest = 2, kCertificateChainResponse = 3;

class Certificates {
 public:
  struct Lacking {
    std::string item, why;
    uint64_t offset;
  };

  // Which one was asked for last: 1 the DAC, 2 the PAI.
  void asked_for(uint64_t type);
  void add(Value value, FactId role);
  void add_empty(uint64_t offset);  // the device was asked, and gave nothing

  // Bytes of a response: a certificate or a part of one, which its numbers tell, and they follow.
  // `answer`: the device answered with them, and they are held to what was asked for.
  void part(Value value, Otherwise otherwise, bool answer = false);
  // Another command begins: what was said of the last bytes is all.
  void settle();
  void finish();
  // A field of a command: what a request asks for, what a response says beside the certificate.
  void number(uint64_t command, uint64_t field, uint64_t number);
  // The same of a line, in a command where one is being told of.
  void numbers(std::string_view line, std::optional<uint64_t> command);

  bool in_parts() const { return (open_ && open_->total) || !documents_.empty(); }
  const std::vector<Lacking>& lacking() const { return lacking_; }
  void say(const std::string& path, Reading& reading) const;
  bool there_after_all(const std::string& item) const;

 private:
  struct Part {
    Value value;
    Otherwise otherwise = Otherwise::nothing;
    bool answer = false;                // to a request, and no certificate that a line shows
    FactId role = FactId::certificate;  // that was asked for
    std::optional<uint64_t> asked_for, id, total, next;
  };
  struct Document {
    uint64_t offset = 0;
    FactId role = FactId::certificate;
    std::map<uint64_t, Bytes> parts;
    std::optional<uint64_t> expected;  // the part that comes next
    size_t size = 0;
  };
  void add(Value value, FactId role, std::optional<uint64_t> asked_for);
  void join(Part part);
  FactId role_asked_for(View answer);
  void add_answer(Value value, FactId role, std::optional<uint64_t> asked_for);
  void say_answers(const std::string& path, Reading& reading) const;
  bool only_answered_wrong(View certificate) const;

  std::vector<CertificateLine> all_;
  std::vector<CertificateLine> answers_;  // with the role that was asked for
  std::vector<Lacking> lacking_;
  std::optional<uint64_t> asked_for_, asked_part_;
  // Asked for since everything was answered, each once. Who asks for the other one before the first
  // is answered leaves open what an answer is.
  std::vector<uint64_t> requests_;
  std::vector<Sha256> answered_;  // logs show an answer in several forms
  std::optional<Part> open_;
  std::map<std::pair<uint64_t, uint64_t>, Document> documents_;  // by what was asked for, and total
};

}  // namespace attest::log
