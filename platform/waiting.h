// Waiting: a transport and a downloader that say after a while what they wait for, so that nobody
// looks at a screen on which nothing happens.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "dcl/download.h"
#include "dcl/transport.h"

namespace attest {

// Nothing is said of what is answered within `patience`; each get() says it once at most.
std::unique_ptr<dcl::Transport> saying_what_it_waits_for(std::unique_ptr<dcl::Transport> transport,
                                                         dcl::Say say,
                                                         std::chrono::milliseconds patience);

// The downloaders of one command: once it has asked for as long as `patience`, what is asked then
// is said, and again each time that it has taken so long. A host that gave no answer is not asked
// again.
class Fetching {
 public:
  Fetching(dcl::Say say, std::chrono::milliseconds patience)
      : say_(std::move(say)), patience_(patience), last_(std::chrono::steady_clock::now()) {}
  const std::shared_ptr<dcl::SilentHosts>& silent() const { return silent_; }
  // Called before an address is asked, and while it is waited for.
  void begins() { ++asked_; }
  void waits(const std::string& url);

 private:
  dcl::Say say_;
  std::chrono::milliseconds patience_;
  std::chrono::steady_clock::time_point last_;
  size_t asked_ = 0;
  std::shared_ptr<dcl::SilentHosts> silent_ = std::make_shared<dcl::SilentHosts>();
};
std::unique_ptr<dcl::Downloader> saying_what_it_fetches(std::unique_ptr<dcl::Downloader> downloader,
                                                        std::shared_ptr<Fetching> fetching);

}  // namespace attest
