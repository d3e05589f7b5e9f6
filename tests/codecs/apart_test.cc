// Work in a process of its own: what comes back of one that answers, dies or never ends, and what
// it has of this one.

#include "codecs/apart.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace attest;

namespace {

using Texts = Result<std::vector<std::string>>;

std::string said(const Texts& answer) {
  if (!answer) return "error: " + answer.error().what;
  std::string out;
  for (const std::string& text : *answer) out += text + "|";
  return out;
}

}  // namespace

TEST_CASE("apart: an answer, an error and an exception come back as they are") {
  CHECK(said(codecs::apart([] { return Texts({"MT:Y", "", "3:x"}); })) == "MT:Y||3:x|");
  CHECK(said(codecs::apart([] { return Texts(std::vector<std::string>{}); })) == "");
  CHECK(said(codecs::apart([]() -> Texts { return error("pdf: no page"); })) ==
        "error: pdf: no page");
  CHECK(said(codecs::apart([]() -> Texts { throw std::runtime_error("odd"); })) ==
        "error: picture: odd");
}

TEST_CASE("apart: one that dies is an error of it") {
  for (const int by : {SIGKILL, SIGSEGV, SIGABRT, SIGTERM, SIGPIPE}) {
    CAPTURE(by);
    CHECK(said(codecs::apart([&]() -> Texts {
            std::raise(by);
            return error("it lived on");
          })) == "error: its decoder ended without an answer");
  }
  CHECK(said(codecs::apart([]() -> Texts { _exit(0); })) ==
        "error: its decoder ended without an answer");
  CHECK(said(codecs::apart([]() -> Texts { return std::vector{std::string(2u << 20, 'x')}; })) ==
        "error: its decoder ended without an answer");
}

TEST_CASE("apart: one that never ends is told by the processor's time, and by the clock's") {
  const auto forever = []() -> Texts {
    for (volatile unsigned i = 0;;) i = i + 1;
  };
  CHECK(said(codecs::apart(forever, {.cpu = 1, .all = 60})) ==
        "error: it takes longer than 1 seconds");
  CHECK(said(codecs::apart(
            []() -> Texts {
              for (;;) pause();
            },
            {.cpu = 60, .all = 0})) == "error: it takes longer than 0 seconds");
}

TEST_CASE("apart: the process has no file of this one, and ends with it") {
  const int file = open("/dev/null", O_RDONLY);  // (left open across exec on purpose)
  REQUIRE(file > 2);
  const int high = fcntl(file, F_DUPFD, 200);
  REQUIRE(high >= 200);
  CHECK(said(codecs::apart([&]() -> Texts {
          int signal = 0;
          prctl(PR_GET_PDEATHSIG, &signal);
          return std::vector<std::string>{std::to_string(fcntl(file, F_GETFD)),
                                          std::to_string(fcntl(high, F_GETFD)),
                                          std::to_string(signal)};
        })) == "-1|-1|" + std::to_string(SIGKILL) + "|");
  close(file);
  close(high);
}

TEST_CASE("apart: many at once all come back") {
  std::vector<std::string> answers(12);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i)
    threads.emplace_back([&answers, i] {
      answers[i] =
          said(codecs::apart([i] { return Texts(std::vector<std::string>{std::to_string(i)}); }));
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < answers.size(); ++i) CHECK(answers[i] == std::to_string(i) + "|");
}
