// CommandFiles: every path that one command reads, and what it writes beside its reports. Nothing
// that was handed over is written over, whatever hands it over and whatever writes: a command says
// here what it uses, and report_targets or may_write asks before anything is opened.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/options.h"
#include "verifier/base/result.h"

namespace attest::cli {

struct CommandFiles {
  // Files, folders, "-" and onboarding codes. A report that an earlier run put into a folder may be
  // written anew.
  std::vector<std::string> evidence;
  std::vector<std::string> read;  // all else: files and folders, "-"
  // Beside the reports: path, "the bundle"; "" for what is never written over a file of another
  // kind.
  std::vector<std::pair<std::string, std::string>> written;
  int in = -1;  // what "-" reads

  explicit CommandFiles(const Console& console) : in(console.in) {}
  CommandFiles& judging(const JudgeOptions& options, const Console& console);
  CommandFiles& roles(const RoleFiles& given);
  CommandFiles& add(const std::vector<std::string>& read_too);
  // What may also be no path, a secret or an address: it is one where a file has its name.
  CommandFiles& add_if_there(const std::vector<std::string>& values);
};

// Two names of one file: links are followed, those to nothing, too; so is stdout to what it is.
bool same_file(const std::string& a, const std::string& b);

// Whether the files may be written, as far as that is known before; "" and "-" are stdout. An error
// names what would be lost.
Result<void> may_write(const std::vector<std::string>& reports, const CommandFiles& files);

}  // namespace attest::cli
