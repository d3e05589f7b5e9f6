// A ledger's snapshot out of a pipe: read as it is written, and not waited for without end. Nothing
// waits here: the patience is none, and what a writer does he does while the reader says that it
// waits.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "dcl/snapshot_file.h"
#include "tests/support/dcl_support.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;
using std::chrono::milliseconds;

namespace {

constexpr PipeWaits kNone{.quiet = milliseconds(0), .first = milliseconds(0), .pause = {}};

// A pipe, and one who writes into it.
class Pipe {
 public:
  Pipe() { REQUIRE(::mkfifo(name().c_str(), 0600) == 0); }
  ~Pipe() { end(); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  std::string name() const { return folder_ / "pipe"; }
  // A writer can be there only beside a reader: he reads, too, and takes nothing.
  void write(const std::string& text) {
    if (fd_ < 0) fd_ = ::open(name().c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(fd_ >= 0);
    REQUIRE(::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  Folder folder_;
  int fd_ = -1;
};

struct Heard {
  std::vector<std::string> lines;
  Say say(const std::function<void()>& then = {}) {
    return [this, then](const std::string& line) {
      lines.push_back(line);
      if (then) then();
    };
  }
};

}  // namespace

TEST_CASE("dcl: a pipe that nobody writes into is told of and left") {
  const Pipe pipe;
  Heard heard;
  const auto text = read_snapshot_file(pipe.name(), "a ledger snapshot", heard.say(), kNone);
  REQUIRE_FALSE(text);
  CHECK(text.error().what == pipe.name() +
                                 ": cannot be read, expected a ledger snapshot, "
                                 "found a pipe that nobody writes into");
  CHECK(heard.lines == std::vector<std::string>{
                           "waiting up to 0 s for what is written into the pipe " + pipe.name()});
  // Who has nobody to tell waits no less, and no longer.
  CHECK_FALSE(read_snapshot_file(pipe.name(), "a ledger snapshot", {}, kNone));
}

TEST_CASE("dcl: a writer who comes while he is waited for is read to his end") {
  Pipe pipe;
  Heard heard;
  const auto late = [&] {
    pipe.write(std::string(60'000, 'a'));
    pipe.end();
  };
  const auto text = read_snapshot_file(pipe.name(), "a ledger snapshot", heard.say(late),
                                       {.quiet = milliseconds(0), .first = milliseconds(10'000)});
  REQUIRE_MESSAGE(text, (text ? "" : text.error().what));
  CHECK(*text == std::string(60'000, 'a'));
  CHECK(heard.lines == std::vector<std::string>{
                           "waiting up to 10 s for what is written into the pipe " + pipe.name()});
}

TEST_CASE("dcl: what a pipe's writer wrote before he fell silent is no snapshot") {
  Pipe pipe;
  pipe.write("{");
  Heard heard;
  const auto text = read_snapshot_file(pipe.name(), "a ledger snapshot", heard.say(), kNone);
  REQUIRE_FALSE(text);
  CHECK(text.error().what.ends_with("found a pipe whose writer fell silent"));
  CHECK(heard.lines.size() == 1);
}
