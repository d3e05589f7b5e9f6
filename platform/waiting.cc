#include "platform/waiting.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "dcl/network.h"

namespace attest {
namespace {

class Waiting final : public dcl::Transport {
 public:
  Waiting(std::unique_ptr<dcl::Transport> transport, dcl::Say say,
          std::chrono::milliseconds patience)
      : transport_(std::move(transport)), say_(std::move(say)), patience_(patience) {}

  void get(std::vector<dcl::Request> requests, const Answered& answered) override {
    if (requests.empty()) return transport_->get(std::move(requests), answered);
    const std::string url = dcl::without_query(requests.front().url);
    const std::jthread clock([&](std::stop_token stop) { wait(std::move(stop), url); });
    transport_->get(std::move(requests),
                    [&](const dcl::Request& request, Result<dcl::Response> response) {
                      {
                        const std::lock_guard lock(mutex_);
                        ++answers_;
                      }
                      return answered(request, std::move(response));
                    });
  }

 private:
  // While nothing at all comes. The rest of a long list says itself how far it is.
  void wait(std::stop_token stop, const std::string& url) {
    std::unique_lock lock(mutex_);
    const size_t before = answers_;
    const bool ended = stopped_.wait_for(lock, stop, patience_, [&] { return answers_ != before; });
    if (ended || stop.stop_requested()) return;
    lock.unlock();
    say_("waiting for " + dcl::shown_url(url) + " to answer");
  }

  std::unique_ptr<dcl::Transport> transport_;
  const dcl::Say say_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  size_t answers_ = 0;
};

class FetchingDownloader final : public dcl::Downloader {
 public:
  FetchingDownloader(std::unique_ptr<dcl::Downloader> downloader,
                     std::shared_ptr<Fetching> fetching)
      : downloader_(std::move(downloader)), fetching_(std::move(fetching)) {}

  Result<dcl::Downloaded> get(const dcl::DownloadRequest& request, const dcl::TakePiece& take,
                              const dcl::OnDownload& progress) override {
    fetching_->begins();
    dcl::DownloadRequest told = request;
    told.waits = [this](const std::string& url) { fetching_->waits(url); };
    return downloader_->get(told, take, progress);
  }

 private:
  std::unique_ptr<dcl::Downloader> downloader_;
  std::shared_ptr<Fetching> fetching_;
};

}  // namespace

void Fetching::waits(const std::string& url) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < patience_) return;
  last_ = now;
  say_(fmt::format("asking {} ({} addresses asked before)", dcl::shown_url(dcl::without_query(url)),
                   asked_ == 0 ? 0 : asked_ - 1));
}

std::unique_ptr<dcl::Downloader> saying_what_it_fetches(std::unique_ptr<dcl::Downloader> downloader,
                                                        std::shared_ptr<Fetching> fetching) {
  return std::make_unique<FetchingDownloader>(std::move(downloader), std::move(fetching));
}

std::unique_ptr<dcl::Transport> saying_what_it_waits_for(std::unique_ptr<dcl::Transport> transport,
                                                         dcl::Say say,
                                                         std::chrono::milliseconds patience) {
  return std::make_unique<Waiting>(std::move(transport), std::move(say), patience);
}

}  // namespace attest
