// Forms: in which forms a report is written down, of one device and of a lot. A new form is a row
// here; options, completion and the commands take it from the table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lot/device_line.h"
#include "lot/lot_report.h"
#include "report/report_text.h"

namespace attest {

struct ReportForm {
  const char* name;
  // Of one device; null: none is written in this form.
  std::string (*of_device)(const Evidence&, const Report&, const TextStyle&) = nullptr;
  // Of a lot, when all of it is judged; null: none is.
  std::string (*of_lot)(const LotReport&, const TextStyle&) = nullptr;
  // A line of each device as it is done; null: the form has none. `heading` stands before the
  // first.
  std::string (*of_line)(const DeviceLine&, LineForm) = nullptr;
  const char* heading = "";
  bool lists_devices = false;    // a lot's report shows each device (LotReport::results)
  bool shows_summaries = false;  // and what is said of it (DeviceResult::summary)
  bool tells_steps = false;      // and how it stands with the test plan (DeviceResult::steps)
  // The lines say nothing of what is wrong between devices: that is told on stderr.
  bool tells_beside = false;
  bool joins = false;  // parts of a lot are joined in it (lot merge): it carries what they need
};
// Null: there is none of this name.
const ReportForm* find_form(std::string_view name);
const std::vector<std::string>& device_forms();  // names, in the order of the table
const std::vector<std::string>& lot_forms();

}  // namespace attest
