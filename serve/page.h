// The page for people: one HTML file, a script, a stylesheet and the words of both, from this
// program and from nowhere else.
#pragma once

#include <string>
#include <string_view>

#include "serve/http_request.h"

namespace attest::serve {

// As they stand in serve/page/.
std::string_view page_index();
std::string_view page_script();
std::string_view page_style();
std::string_view page_words();

// The index with its words in their places. {{key}} stands there for words.json's "key".
Answer page_answer();
Answer script_answer();
Answer style_answer();
Answer words_answer();

}  // namespace attest::serve
