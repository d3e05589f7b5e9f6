// The program itself in a process of its own, fed and read through pipes: for tests that talk to
// it, or kill it.
#pragma once

#include <string>
#include <vector>

namespace attest::test {

class Program {
 public:
  // Starts matter-attest with these words; its stderr is thrown away unless it is asked for.
  explicit Program(const std::vector<std::string>& words, bool stderr_too = false);
  ~Program();
  Program(const Program&) = delete;

  bool feed(const std::string& text);  // false: it reads no more
  void end_input();
  std::string read_line();  // with its end; waits. Empty at the end of its output
  std::string read_all();
  void kill();  // SIGKILL, at whatever it is doing
  int wait();   // the exit code; -1 when it was killed

 private:
  int in_ = -1, out_ = -1;
  int child_ = -1;
  std::string buffer_;
};

// Runs it to its end: what it printed, and the exit code.
struct Ran {
  std::string out;
  int code;
};
Ran run_program(const std::vector<std::string>& words, const std::string& input = {});

}  // namespace attest::test
