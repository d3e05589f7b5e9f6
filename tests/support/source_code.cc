#include "tests/support/source_code.h"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;

namespace attest::test {

std::map<std::string, std::string> source_texts() {
  std::map<std::string, std::string> out;
  for (const auto& room : fs::directory_iterator(".")) {
    const std::string name = room.path().filename().string();
    if (!room.is_directory() || name == "build" || name[0] == '.') continue;
    for (const auto& entry : fs::recursive_directory_iterator(name)) {
      const std::string ext = entry.path().extension().string();
      if (ext != ".cc" && ext != ".h") continue;
      std::ifstream in(entry.path());
      out.emplace(entry.path().generic_string(),
                  std::string(std::istreambuf_iterator<char>(in), {}));
    }
  }
  return out;
}

std::string code_alone(const std::string& source) {
  std::string out;
  for (size_t i = 0; i < source.size();) {
    const auto skip_to = [&](const std::string& end) {
      const size_t at = source.find(end, i);
      i = at == std::string::npos ? source.size() : at + end.size();
    };
    const char c = source[i];
    const bool digits = i > 0 && std::isxdigit(static_cast<unsigned char>(source[i - 1])) != 0;
    if (source.compare(i, 2, "//") == 0) {
      skip_to("\n");
      out += '\n';
    } else if (source.compare(i, 2, "/*") == 0) {
      skip_to("*/");
    } else if (source.compare(i, 2, "R\"") == 0) {
      const size_t open = source.find('(', i);
      skip_to(")" + source.substr(i + 2, open - i - 2) + "\"");
    } else if (c == '"' || (c == '\'' && !digits)) {
      for (++i; i < source.size() && source[i] != c; ++i)
        if (source[i] == '\\') ++i;
      ++i;
    } else {
      out += c;
      ++i;
    }
  }
  return out;
}

}  // namespace attest::test
