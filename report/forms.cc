#include "report/forms.h"

#include <algorithm>

#include "report/lot_csv.h"
#include "report/lot_html.h"
#include "report/lot_junit.h"
#include "report/lot_report_text.h"
#include "report/lot_sarif.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_plan.h"
#include "report/report_sarif.h"
#include "verifier/base/json.h"

namespace attest {
namespace {

// The end of a table: what was handed over and counts for nothing.
std::string csv_end(const LotReport& report, const TextStyle&) {
  std::string out;
  for (const NotUsed& unused : report.not_used) out += lot_csv_line(unused);
  return out;
}
std::string ndjson_end(const LotReport& report, const TextStyle&) {
  return dump(Json(Json::Object{}).set("lot", lot_report_json(report))) + "\n";
}

constexpr ReportForm kForms[] = {
    {
        .name = "text",
        .of_device = report_text,
        .of_lot = lot_report_text,
        .shows_summaries = true,
    },
    {
        .name = "ndjson",
        .of_lot = ndjson_end,
        .of_line = write_line,
        .joins = true,
    },
    {
        .name = "csv",
        .of_lot = csv_end,
        .of_line = [](const DeviceLine& line, LineForm) { return lot_csv_line(line); },
        .heading = kCsvHeading,
        .shows_summaries = true,
        .tells_beside = true,
    },
    {
        .name = "json",
        .of_device = [](const Evidence& e, const Report& r,
                        const TextStyle&) { return dump_pretty(report_json(e, r)); },
        .of_lot = [](const LotReport& r,
                     const TextStyle&) { return dump_pretty(lot_report_json(r)); },
    },
    {
        .name = "junit",
        .of_device = [](const Evidence& e, const Report& r,
                        const TextStyle&) { return report_junit(e, r); },
        .of_lot = [](const LotReport& r, const TextStyle&) { return lot_junit(r); },
        .lists_devices = true,
        .shows_summaries = true,
    },
    {
        .name = "plan",
        .of_device = report_plan,
        .of_lot = lot_plan,
        .lists_devices = true,
        .tells_steps = true,
    },
    {
        .name = "junit-plan",
        .of_device = [](const Evidence& e, const Report& r,
                        const TextStyle&) { return report_junit_plan(e, r); },
        .of_lot = [](const LotReport& r, const TextStyle&) { return lot_junit_plan(r); },
        .lists_devices = true,
        .tells_steps = true,
    },
    {
        .name = "sarif",
        .of_device =
            [](const Evidence& e, const Report& r, const TextStyle& style) {
              return dump_pretty(report_sarif(e, r, style.line_of));
            },
        .of_lot = [](const LotReport& r, const TextStyle&) { return dump_pretty(lot_sarif(r)); },
    },
    {
        .name = "html",
        .of_device = [](const Evidence& e, const Report& r,
                        const TextStyle&) { return report_html(e, r); },
        .of_lot = [](const LotReport& r, const TextStyle&) { return lot_html(r); },
        .lists_devices = true,
        .shows_summaries = true,
    },
};

std::vector<std::string> names(bool (*takes)(const ReportForm&)) {
  std::vector<std::string> out;
  for (const ReportForm& form : kForms) {
    if (takes(form)) out.emplace_back(form.name);
  }
  return out;
}

}  // namespace

const ReportForm* find_form(std::string_view name) {
  const auto at = std::find_if(std::begin(kForms), std::end(kForms),
                               [&](const ReportForm& form) { return form.name == name; });
  return at == std::end(kForms) ? nullptr : &*at;
}

const std::vector<std::string>& device_forms() {
  static const std::vector<std::string> all =
      names([](const ReportForm& form) { return form.of_device != nullptr; });
  return all;
}
const std::vector<std::string>& lot_forms() {
  static const std::vector<std::string> all =
      names([](const ReportForm& form) { return form.of_lot != nullptr; });
  return all;
}

}  // namespace attest
