// Nursery: makes the processes that judge. It is one itself, made before this program has a second
// thread, so that each of them begins in a state that no thread is in the middle of; and each has
// its own limits of memory and files. One that is killed takes nothing along but its own upload.
//
// A nursery that is killed itself is replaced: each has made another beforehand, which waits. Only
// when both are gone no more can be made.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>

#include "serve/judge/wire.h"

namespace attest::serve {

struct ProcessLimits {
  uint64_t memory = uint64_t{2} << 30;  // bytes beside what it begins with
  uint64_t file = uint64_t{8} << 30;    // the largest that it may write
};

class Nursery {
 public:
  // What such a process does with its end of a socket, until the other end is gone.
  using Work = std::function<void(int socket)>;
  // Called where there is but one thread.
  static Result<std::unique_ptr<Nursery>> start(const Work& work, ProcessLimits limits);
  ~Nursery();
  // Told once one has taken the place of another.
  void on_replaced(std::function<void()> told);

  struct Child {
    Handle socket;
    pid_t pid = -1;
  };
  // From any thread.
  Result<Child> make();
  // Looks after the one that makes them. False: it is gone, and so is the one that waited.
  bool is_there();
  // At once, whatever it does. Its number is not another's before: the nursery alone sees it end.
  void end(pid_t pid);

 private:
  Nursery(Handle socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}
  struct Reply {
    bool there = false;  // it answered
    Result<Child> made;
  };
  // With the mutex held.
  Reply ask(bool for_another);
  bool is_gone() const;
  bool replace();
  void bury();

  std::mutex mutex_;
  Handle socket_, next_;  // next: of the one that waits; closed: there is none
  pid_t pid_;             // of the first, which this process has to bury; 0: it has
  std::function<void()> told_;
};

}  // namespace attest::serve
