// Render: a device's report in the form that was asked for.
#pragma once

#include "cli/report_text.h"

namespace attest::cli {

const std::vector<std::string>& report_formats();   // text, json, junit, sarif, html

// `style` is of the text form; the others have none.
std::string render(const std::string& format, const Evidence& evidence, const Report& report, const TextStyle& style);

}  // namespace attest::cli
