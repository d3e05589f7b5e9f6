#include "cli/render.h"

#include "cli/report_html.h"
#include "cli/report_json.h"
#include "cli/report_junit.h"
#include "cli/report_sarif.h"

namespace attest::cli {

const std::vector<std::string>& report_formats() {
  static const std::vector<std::string> formats = {"text", "json", "junit", "sarif", "html"};
  return formats;
}

std::string render(const std::string& format, const Evidence& evidence, const Report& report, const TextStyle& style) {
  if (format == "json") return dump_pretty(report_json(evidence, report));
  if (format == "junit") return report_junit(evidence, report);
  if (format == "sarif") return dump_pretty(report_sarif(evidence, report));
  if (format == "html") return report_html(evidence, report);
  return report_text(evidence, report, style);
}

}  // namespace attest::cli
