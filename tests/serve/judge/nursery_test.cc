// What makes the processes that judge, and that it may be killed.
#include "serve/judge/nursery.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/support.h"

using namespace attest;
using namespace attest::serve;

namespace {

// Each says who made it, and waits until the other end is gone.
std::unique_ptr<Nursery> nursery() {
  return *Nursery::start(
      [](int socket) {
        bool late = false;
        send_frame(socket, std::to_string(::getppid()), "");
        (void)receive_frame(socket, std::chrono::steady_clock::now() + std::chrono::minutes(1),
                            late);
      },
      {});
}
pid_t maker_of(const Nursery::Child& child) {
  bool late = false;
  const auto frame = receive_frame(
      child.socket.get(), std::chrono::steady_clock::now() + std::chrono::seconds(30), late);
  REQUIRE(frame);
  return std::stoi(frame->head);
}
// The one that waits is the first that it made.
pid_t waiting_of(pid_t maker) {
  const std::string id = std::to_string(maker);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  pid_t first = 0;
  children >> first;
  return first;
}
// Sends the signal, and waits until the process has ended: it does so when its turn comes.
bool killed(pid_t pid) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return false;
  pollfd ends{.fd = fd, .events = POLLIN, .revents = 0};
  const bool done = ::kill(pid, SIGKILL) == 0 && ::poll(&ends, 1, 30'000) == 1;
  ::close(fd);
  return done;
}
bool is_over(int socket) {
  bool late = false;
  return !receive_frame(socket, std::chrono::steady_clock::now() + std::chrono::seconds(30),
                        late) &&
         !late;
}

}  // namespace

TEST_CASE("nursery: one that is killed is replaced, again and again, and its judges are gone") {
  const auto makes = nursery();
  int told = 0;
  makes->on_replaced([&] { ++told; });
  for (int i = 0; i < 4; ++i) {
    CAPTURE(i);
    const auto child = makes->make();
    REQUIRE(child);
    const pid_t maker = maker_of(*child);
    CHECK(maker != ::getpid());
    CHECK(::kill(maker, SIGKILL) == 0);
    CHECK(is_over(child->socket.get()));
    if (i % 2 == 1) CHECK(makes->is_there());
  }
  const auto last = makes->make();
  REQUIRE(last);
  CHECK(maker_of(*last) != ::getpid());
  CHECK(told == 4);
  makes->end(last->pid);
  CHECK(is_over(last->socket.get()));
}

TEST_CASE("nursery: with the one that waits it is gone, and says so") {
  const auto makes = nursery();
  const auto child = makes->make();
  REQUIRE(child);
  const pid_t maker = maker_of(*child), waits = waiting_of(maker);
  REQUIRE(waits > 0);
  CHECK(makes->is_there());
  CHECK(killed(waits));
  CHECK(killed(maker));
  CHECK(is_over(child->socket.get()));
  CHECK_FALSE(makes->is_there());
  const auto none = makes->make();
  REQUIRE_FALSE(none);
  CHECK(none.error().what == "no process for judging can be made");
}

TEST_CASE("nursery: it ends with who asks it, whichever one it is") {
  pid_t maker = 0, waits = 0;
  {
    const auto makes = nursery();
    const auto first = makes->make();
    REQUIRE(first);
    CHECK(::kill(maker_of(*first), SIGKILL) == 0);
    CHECK(is_over(first->socket.get()));
    const auto second = makes->make();
    REQUIRE(second);
    maker = maker_of(*second);
    waits = waiting_of(maker);
    CHECK(::kill(maker, 0) == 0);
    CHECK(::kill(waits, 0) == 0);
  }
  // (They are not this process's to wait for: who buries them may take a while.)
  const auto runs = [](pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string id, name, state;
    stat >> id >> name >> state;
    return stat && state != "Z";
  };
  for (int i = 0; i < 1000 && (runs(maker) || runs(waits)); ++i) ::usleep(10'000);
  CHECK_FALSE(runs(maker));
  CHECK_FALSE(runs(waits));
}
