#include "report/html_page.h"

#include <fmt/format.h>

#include "report/report_style.h"

namespace attest {
namespace {

// The shapes of the statuses, on a field of 28 by 28.
const char* shape(Status s) {
  switch (s) {
    case Status::pass:
      return "M14 4a10 10 0 1 1 0 20a10 10 0 1 1 0-20M9 14.5l3.5 3.5l6.5-7.5";
    case Status::fail:
      return "M4 4L24 24M24 4L4 24";
    case Status::warn:
      return "M14 4L25 23H3zM14 11v5.5M14 19.5v.5";
    case Status::unknown:
      return "M9.5 10.5a4.5 4.5 0 1 1 6.8 3.9c-1.6.9-2.3 1.7-2.3 3.4M14 21.5v.5";
    case Status::blocked:
      return "M14 4a10 10 0 1 1 0 20a10 10 0 1 1 0-20M8 14h12";
    case Status::skipped:
      break;
  }
  return "M14 10a4 4 0 1 1 0 8a4 4 0 1 1 0-8";
}

}  // namespace

const char* tone_class(Status s) {
  constexpr const char* kNames[] = {"is-pass",    "is-fail",    "is-warn",
                                    "is-skipped", "is-blocked", "is-unknown"};
  return kNames[static_cast<size_t>(s)];
}

const char* tone_class(Verdict v) {
  return tone_class(v == Verdict::approve  ? Status::pass
                    : v == Verdict::reject ? Status::fail
                                           : Status::unknown);
}

void status_symbol(Markup& page, Status s) {
  const auto svg =
      page.in("svg", {{"viewBox", "0 0 28 28"}, {"aria-hidden", "true"}, {"focusable", "false"}});
  page.empty("path", {{"d", shape(s)},
                      {"fill", "none"},
                      {"stroke", "currentColor"},
                      {"stroke-width", s == Status::fail ? "4" : "2.5"},
                      {"stroke-linecap", "round"},
                      {"stroke-linejoin", "round"}});
}

void fact(Markup& page, Literal name, std::string_view value) {
  page.leaf("dt", name.text());
  const auto dd = page.in("dd");
  page.isolated(value);
}

void sign_off(Markup& page) {
  const auto sign = page.in("div", {{"class", "sign"}});
  for (const char* what : {"Name", "Date", "Signature"}) page.leaf("p", what);
}

void decision_headline(Markup& page, Verdict verdict, std::string_view who) {
  const auto h1 = page.in("h1");
  {
    const auto word = page.in("span", {{"class", fmt::format("word {}", tone_class(verdict))}});
    status_symbol(page, verdict == Verdict::approve  ? Status::pass
                        : verdict == Verdict::reject ? Status::fail
                                                     : Status::unknown);
    page.leaf("span", verdict_name(verdict), {{"id", "verdict"}});
  }
  page.text(" ");
  const auto name = page.in("span", {{"class", "who"}});
  page.isolated(who);
}

std::string html_page(std::string_view title, Verdict verdict,
                      const std::function<void(Markup&)>& body) {
  Markup page(Markup::Kind::html);
  {
    const auto html = page.in("html", {{"lang", "en"}});
    page.line();
    {
      const auto head = page.in("head");
      page.empty("meta", {{"charset", "utf-8"}});
      page.empty(
          "meta",
          {{"http-equiv", "Content-Security-Policy"},
           {"content",
            fmt::format("default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
                        Markup::hash_of(report_style()))}});
      page.empty("meta",
                 {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
      page.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
      page.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
      page.empty("meta",
                 {{"name", "generator"}, {"content", "matter-attest " MATTER_ATTEST_VERSION}});
      page.leaf("title", title).line();
      page.stylesheet(report_style());
    }
    page.line();
    const auto inside = page.in("body", {{"data-verdict", verdict_name(verdict)}});
    {
      const auto main = page.in("main");
      body(page);
    }
    page.line();
    page.leaf("footer", "matter-attest " MATTER_ATTEST_VERSION
                        ". This page is one file: it runs no script and loads nothing.");
  }
  page.line();
  return page.take();
}

}  // namespace attest
