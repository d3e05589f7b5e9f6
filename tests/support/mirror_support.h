// A mirror in a test: requests of it as they are written, and a server of it.
#pragma once

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string>
#include <string_view>

#include "serve/mirror/mirror.h"
#include "tests/support/raw_server.h"

namespace attest::test {

inline std::string decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(from_hex(text.substr(i + 1, 2)).value_or(Bytes{'%'})[0]);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

inline serve::MirrorRequest request_of(const std::string& target,
                                       const std::string& method = "GET") {
  serve::MirrorRequest out;
  out.method = method;
  const size_t question = std::min(target.find('?'), target.size());
  out.path = decoded(target.substr(0, question), false);
  std::stringstream query(question < target.size() ? target.substr(question + 1) : "");
  for (std::string one; std::getline(query, one, '&');) {
    const size_t equals = std::min(one.find('='), one.size());
    out.query.emplace_back(decoded(one.substr(0, equals), true),
                           decoded(equals < one.size() ? one.substr(equals + 1) : "", true));
  }
  return out;
}

// A server of the mirror's, a connection an answer.
class MirrorServer {
 public:
  explicit MirrorServer(serve::Mirror& mirror)
      : server_([&mirror](const std::string& request, const RawServer::Asker& asker) {
          std::stringstream lines(request);
          std::string method, target, line;
          lines >> method >> target;
          serve::MirrorRequest asked = request_of(target, method);
          while (std::getline(lines, line)) {
            std::string name = line.substr(0, line.find(':'));
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (name != "x-cosmos-block-height") continue;
            asked.height = line.substr(line.find(':') + 2);
            while (!asked.height->empty() && asked.height->back() == '\r') asked.height->pop_back();
          }
          const serve::MirrorAnswer answer = mirror.answer(asked);
          std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\n";
          for (const auto& [key, value] : answer.headers) head += key + ": " + value + "\r\n";
          asker.write(head + "Content-Length: " + std::to_string(answer.body.size()) +
                      "\r\nConnection: close\r\n\r\n" + answer.body);
        }) {}
  std::string url() const { return server_.url(""); }

 private:
  RawServer server_;
};

}  // namespace attest::test
