// Jobs in processes of their own: what ends there, and what is asked again.
#include "serve/judge/judging.h"

#include <unistd.h>

#include <fstream>
#include <future>

#include "tests/support/folder.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;

namespace {

// A judge that notes each job that it begins, and does with it as `then` says.
class Judges {
 public:
  enum class Then : uint8_t { answer, end, fail };

  explicit Judges(Then second, bool one_job_each = false)
      : nursery_(*Nursery::start(
            [path = folder_ / "begun", second, one_job_each](int socket) {
              for (;;) {
                bool late = false;
                const auto frame = receive_frame(
                    socket, std::chrono::steady_clock::now() + std::chrono::minutes(1), late);
                const auto job = frame ? job_from(frame->head) : std::nullopt;
                if (!job) return;
                if (job->tells_begin) send_frame(socket, "begun", "");
                std::ofstream(path, std::ios::app) << job->what << "\n";
                const Then then = job->what == "second" ? second : Then::answer;
                if (then == Then::end) ::_exit(1);
                const auto [head, body] =
                    answer_frame(then == Then::fail ? problem(500, "a file cannot be read")
                                                    : Answer{.body = "fine", .headers = {}});
                send_frame(socket, head, body);
                if (one_job_each) return;
              }
            },
            {})),
        judging_(*nursery_, {.at_once = 1}) {}

  Answer ask(const char* what) {
    std::promise<Answer> answer;
    REQUIRE(judging_.submit({.what = what, .type = {}, .accept = {}, .query = {}}, nullptr,
                            [&](Answer given) { answer.set_value(std::move(given)); }));
    return answer.get_future().get();
  }
  std::string begun() const { return std::string(text(slurp(folder_ / "begun"))); }

 private:
  Folder folder_;
  std::unique_ptr<Nursery> nursery_;
  ProcessJudging judging_;
};

}  // namespace

TEST_CASE("judging: what was begun is not begun again, whether it ended or failed") {
  Judges ending(Judges::Then::end);
  CHECK(ending.ask("first").status == 200);
  const Answer ended = ending.ask("second");
  CHECK(ended.status == 500);
  CHECK(ended.body.find("judging it ended without an answer") != std::string::npos);
  CHECK(ending.begun() == "first\nsecond\n");
  CHECK(ending.ask("third").status == 200);  // by another

  Judges failing(Judges::Then::fail);
  CHECK(failing.ask("first").status == 200);
  const Answer failed = failing.ask("second");
  CHECK(failed.status == 500);
  CHECK(failed.body.find("a file cannot be read") != std::string::npos);
  CHECK(failing.begun() == "first\nsecond\n");
}

TEST_CASE("judging: a process that ended before it saw a job is replaced by another") {
  Judges judges(Judges::Then::answer, true);
  for (const char* what : {"first", "second", "third"}) CHECK(judges.ask(what).status == 200);
  CHECK(judges.begun() == "first\nsecond\nthird\n");
}
