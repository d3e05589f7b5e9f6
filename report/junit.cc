#include "report/junit.h"

#include <fmt/format.h>

namespace attest {
namespace {

void write_lines(Markup& page, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) page.text(line).line();
}

}  // namespace

std::string junit_file(const std::function<void(Markup&)>& suites) {
  Markup page(Markup::Kind::xml);
  {
    const auto all = page.in("testsuites");
    page.line();
    suites(page);
  }
  page.line();
  return page.take();
}

void junit_suite(Markup& page, std::string_view name, size_t index, Instant at,
                 const JunitCounts& counts, const JunitProperties& properties,
                 const std::function<void()>& cases) {
  // Some readers refuse a time zone here; the instant is UTC, as everywhere.
  const std::string timestamp = rfc3339(at).substr(0, 19);
  const auto suite = page.in("testsuite", {{"name", name.empty() ? "device" : std::string(name)},
                                           {"package", "matter-attest"},
                                           {"id", std::to_string(index)},
                                           {"timestamp", timestamp},
                                           {"hostname", "localhost"},
                                           {"tests", std::to_string(counts.tests)},
                                           {"failures", std::to_string(counts.failures)},
                                           {"errors", std::to_string(counts.errors)},
                                           {"skipped", std::to_string(counts.skipped)},
                                           {"time", "0"}});
  page.line();
  {
    const auto all = page.in("properties");
    for (const auto& [key, value] : properties)
      page.line().empty("property", {{"name", key}, {"value", value}});
    page.line();
  }
  page.line();
  cases();
  page.leaf("system-out", "").leaf("system-err", "").line();
}

namespace {

void write_case(Markup& page, std::string_view name, std::string_view of, JunitResult result,
                std::string_view message, const std::vector<std::string>& lines) {
  const auto element = page.in("testcase", {{"name", std::string(name)},
                                            {"classname", fmt::format("matter-attest.{}", of)},
                                            {"time", "0"}});
  if (result == JunitResult::failed) {
    const auto failure = page.in("failure", {{"message", std::string(message)}, {"type", "fail"}});
    write_lines(page, lines);
  } else if (result == JunitResult::error) {
    const auto error = page.in("error", {{"message", std::string(message)}, {"type", "unknown"}});
    write_lines(page, lines);
  } else if (result == JunitResult::skipped) {
    page.empty("skipped", {{"message", std::string(message)}});
  } else if (result == JunitResult::passed_with_output) {
    const auto output = page.in("system-out");
    page.text(message).line();
    write_lines(page, lines);
  }
}

}  // namespace

void junit_case(Markup& page, std::string_view id, std::string_view title, JunitResult result,
                std::string_view message, const std::vector<std::string>& lines) {
  write_case(page, fmt::format("{}: {}", id, title), id.substr(0, id.find('.')), result, message,
             lines);
}

void junit_step(Markup& page, std::string_view test_case, std::string_view name, JunitResult result,
                std::string_view message, const std::vector<std::string>& lines) {
  write_case(page, name, test_case, result, message, lines);
}

}  // namespace attest
