// The page for people: one HTML file, its scripts, a stylesheet and the words of both, from this
// program and from nowhere else.
#pragma once

#include <string>
#include <string_view>

#include "serve/http/http_request.h"

namespace attest::serve {

// As they stand in serve/page/.
std::string_view page_index();
std::string_view page_problem();
std::string_view page_script();
std::string_view page_base();
std::string_view page_compare();
std::string_view page_lot();
std::string_view page_style();
std::string_view page_words();

// What the page says of this server.
struct PageFacts {
  bool keeps_reports = false;            // to be decided upon
  std::string network = "", stage = "";  // of an upload that does not ask for itself
};
// The index with its words in their places. {{key}} stands there for words.json's "key".
Answer page_answer(const PageFacts& facts);
// A problem as a page, for who asked for one.
Answer problem_page(const Answer& problem);
Answer script_answer(std::string_view script);
Answer style_answer();
Answer words_answer();

}  // namespace attest::serve
