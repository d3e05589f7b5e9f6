// HtmlPage: what every HTML page of ours shares. A page is one file that runs no script and loads
// nothing; its content security policy says so to the browser, too.
#pragma once

#include <functional>

#include "report/markup.h"
#include "verifier/report.h"

namespace attest {

// The whole page. `verdict` stands on <body> for programs; `body` writes what is inside <main>.
std::string html_page(std::string_view title, Verdict verdict,
                      const std::function<void(Markup&)>& body);

const char* tone_class(Status s);  // "is-fail": the class that gives a colour
const char* tone_class(Verdict v);
void status_symbol(
    Markup& page,
    Status s);  // a small drawing, each status another shape; nothing for screen readers
void fact(Markup& page, Literal name, std::string_view value);  // a row of <dl class="facts">
// On paper only: who signs, and when.
void sign_off(Markup& page);
void decision_headline(Markup& page, Verdict verdict, std::string_view who);

}  // namespace attest
