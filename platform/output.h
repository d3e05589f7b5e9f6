// Output: where a command's result goes, a file or the console. Files are opened so that nothing is
// waited for, whatever stands at their path.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "platform/console.h"
#include "verifier/base/result.h"

namespace attest {

class Output {
 public:
  // Stdout for "" and "-". A file is emptied; regular files only, or what this program was started
  // with (/dev/stdout, /dev/fd/3) and /dev/null: a FIFO, a socket or another device is an error.
  // Errors name the path.
  static Result<Output> open(const std::string& path, const Console& console);
  // Whether it could be opened, as far as that is known before: nothing is made or emptied.
  static Result<void> can_open(const std::string& path);
  // Stdout, or what this program was started with: nothing that lies anywhere afterwards.
  static bool is_stream(const std::string& path);
  bool is_console() const { return file_ == nullptr; }
  const Console& console() const { return *console_; }
  Result<void> write(std::string_view text);
  Result<void> flush();
  Result<void> close();  // what was written is there, or the error says why not

  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();

 private:
  explicit Output(const Console& console) : console_(&console) {}
  Result<void> failed() const;
  const Console* console_;
  std::string path_;
  std::FILE* file_ = nullptr;
};

// All of a result.
Result<void> write_output(const std::string& path, std::string_view content,
                          const Console& console);
// The same of a file, whatever its name.
Result<void> write_file(const std::string& path, std::string_view content);

}  // namespace attest
