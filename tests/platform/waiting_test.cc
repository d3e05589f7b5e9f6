// A node that hangs is told of, once, and only while nothing comes.

#include "platform/waiting.h"

#include <future>

#include "tests/support/support.h"

using namespace attest;

namespace {

// Answers when it is let.
class Hanging final : public dcl::Transport {
 public:
  explicit Hanging(std::shared_future<void> until) : until_(std::move(until)) {}
  void get(std::vector<dcl::Request> requests, const Answered& answered) override {
    until_.wait();
    for (const dcl::Request& request : requests)
      answered(request, dcl::Response{.status = 200, .headers = {}, .body = {}});
  }

 private:
  std::shared_future<void> until_;
};

}  // namespace

TEST_CASE("a node that hangs is told of by its address, without what may be a secret in it") {
  std::promise<void> told;
  std::string said;
  const auto transport = saying_what_it_waits_for(
      std::make_unique<Hanging>(told.get_future().share()),
      [&](const std::string& line) {
        said += line;
        told.set_value();  // a second time would throw
      },
      std::chrono::milliseconds(0));
  size_t answers = 0;
  transport->get({{.url = "https://node.example/dcl?token=hunter2", .headers = {}, .tag = 0},
                  {.url = "https://node.example/more", .headers = {}, .tag = 1}},
                 [&](const dcl::Request&, Result<dcl::Response>) {
                   ++answers;
                   return std::vector<dcl::Request>();
                 });
  CHECK(answers == 2);
  CHECK(said == "waiting for https://node.example/dcl to answer");
}

TEST_CASE("a node that answers is not told of") {
  std::promise<void> now;
  now.set_value();
  const auto transport = saying_what_it_waits_for(
      std::make_unique<Hanging>(now.get_future().share()),
      [](const std::string& line) { FAIL(line); }, std::chrono::hours(1));
  transport->get(
      {{.url = "https://node.example/", .headers = {}, .tag = 0}},
      [](const dcl::Request&, Result<dcl::Response>) { return std::vector<dcl::Request>(); });
  transport->get(
      {}, [](const dcl::Request&, Result<dcl::Response>) { return std::vector<dcl::Request>(); });
}
