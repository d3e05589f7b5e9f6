// Junit: the frame of a JUnit file, in which reports of a device and of a lot stand alike.
#pragma once

#include <functional>

#include "report/markup.h"
#include "verifier/base/instant.h"

namespace attest {

struct JunitCounts {
  size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};
using JunitProperties = std::vector<std::pair<const char*, std::string>>;

std::string junit_file(const std::function<void(Markup&)>& suites);
// `cases` writes the test cases; `index` counts the suites of a file from 0.
void junit_suite(Markup& page, std::string_view name, size_t index, Instant at,
                 const JunitCounts& counts, const JunitProperties& properties,
                 const std::function<void()>& cases);

// `error`: not told, and needed: no dashboard shows it green.
enum class JunitResult : uint8_t { passed, passed_with_output, failed, error, skipped };
// "id: title" in the class "matter-attest.subject". The lines are the failure's text or the output.
void junit_case(Markup& page, std::string_view id, std::string_view title, JunitResult result,
                std::string_view message = {}, const std::vector<std::string>& lines = {});
// The same of a step of a test case, which is its class.
void junit_step(Markup& page, std::string_view test_case, std::string_view name, JunitResult result,
                std::string_view message = {}, const std::vector<std::string>& lines = {});

}  // namespace attest
