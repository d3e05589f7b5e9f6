// Our own sources as text, for tests that look at how they are written.
#pragma once

#include <map>
#include <string>

namespace attest::test {

// Every source and header of the project, by its path from the root.
std::map<std::string, std::string> source_texts();

// The code without its comments and its words.
std::string code_alone(const std::string& source);

}  // namespace attest::test
