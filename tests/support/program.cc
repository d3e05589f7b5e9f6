#include "tests/support/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

namespace attest::test {

Program::Program(const std::vector<std::string>& words, bool stderr_too) {
  std::signal(SIGPIPE, SIG_IGN);
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) std::abort();
  std::vector<char*> argv{const_cast<char*>(MATTER_ATTEST_PROGRAM)};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(to[0], STDIN_FILENO);
    ::dup2(from[1], STDOUT_FILENO);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(stderr_too ? from[1] : nowhere, STDERR_FILENO);
    ::execv(MATTER_ATTEST_PROGRAM, argv.data());
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  in_ = to[1];
  out_ = from[0];
}

Program::~Program() {
  end_input();
  if (child_ > 0) {
    kill();
    wait();
  }
  ::close(out_);
}

bool Program::feed(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(in_, text.data() + at, text.size() - at);
    if (n <= 0) return false;
    at += static_cast<size_t>(n);
  }
  return true;
}

void Program::end_input() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

std::string Program::read_line() {
  for (;;) {
    if (const size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end + 1);
      buffer_.erase(0, end + 1);
      return line;
    }
    char some[4096];
    const ssize_t n = ::read(out_, some, sizeof some);
    if (n <= 0) return std::exchange(buffer_, {});
    buffer_.append(some, static_cast<size_t>(n));
  }
}

std::string Program::read_all() {
  std::string all;
  for (std::string line = read_line(); !line.empty(); line = read_line()) all += line;
  return all;
}

void Program::kill() {
  ::kill(child_, SIGKILL);
}

int Program::wait() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Ran run_program(const std::vector<std::string>& words, const std::string& input) {
  Program program(words, true);
  std::thread feeder([&] {
    program.feed(input);
    program.end_input();
  });
  Ran out{.out = program.read_all(), .code = 0};
  feeder.join();
  out.code = program.wait();
  return out;
}

}  // namespace attest::test
