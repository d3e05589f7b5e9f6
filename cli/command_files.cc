#include "cli/command_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

#include "platform/files.h"
#include "platform/output.h"
#include "report/forms.h"
#include "verifier/readers/own_output.h"

namespace attest::cli {
namespace {

namespace fs = std::filesystem;
using Status = struct stat;

bool is_stdout(const std::string& path) {
  return path.empty() || path == "-";
}
// The same by a name of the system's.
bool names_stdout(const std::string& path) {
  return is_stdout(path) || path == "/dev/stdout" || path == "/dev/fd/1" ||
         path == "/proc/self/fd/1";
}

std::optional<Status> status_of(const std::string& path) {
  Status out{};
  const bool done = ::stat(is_stdout(path) ? "/dev/stdout" : path.c_str(), &out) == 0;
  return done ? std::optional(out) : std::nullopt;
}
bool is_same(const Status& a, const Status& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Where a file would be made: links are followed that lead to nothing.
fs::path resolved(const std::string& path) {
  constexpr int kMostLinks = 40;
  std::error_code failed;
  fs::path at = fs::absolute(path, failed);
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(at, failed)); ++i)
    at = at.parent_path() / fs::read_symlink(at, failed);
  return fs::weakly_canonical(at, failed);
}

// A file of what was handed over, which may be a folder.
bool is_within(const std::string& file, const Status& status, const std::string& given) {
  std::error_code failed;
  if (!fs::is_directory(given, failed)) return same_file(file, given);
  const fs::path inside =
      fs::weakly_canonical(file, failed).lexically_relative(fs::weakly_canonical(given, failed));
  if (!inside.empty() && *inside.begin() != "..") return true;
  // By a link that lies in the folder, or one to the same file.
  const auto all = files_below(given);
  return all && std::any_of(all->begin(), all->end(), [&](const std::string& one) {
           const auto other = status_of(one);
           return other && is_same(*other, status);
         });
}

// What an earlier run wrote there, or nothing.
bool may_be_replaced(const std::string& file) {
  const auto content = FileBytes::open(file);
  if (!content) return false;
  if (content->view().empty() || !why_own_output(content->view()).empty()) return true;
  const std::string_view all = text(content->view());
  return std::any_of(lot_forms().begin(), lot_forms().end(), [&](const std::string& form) {
    const std::string_view heading = find_form(form)->heading;
    return !heading.empty() && all.starts_with(heading);
  });
}

// What would be lost with the file; empty: nothing.
std::string lost_with(const std::string& file, const CommandFiles& files) {
  const auto status = status_of(file);
  const auto is_given = [&](const std::string& given) {
    if (given.empty()) return false;
    if (given == "-") {
      Status in{};
      return status && S_ISREG(status->st_mode) && ::fstat(files.in, &in) == 0 &&
             is_same(*status, in);
    }
    return status && S_ISREG(status->st_mode) ? is_within(file, *status, given)
                                              : same_file(file, given);
  };
  std::error_code failed;
  const auto is_lost = [&](const std::string& given) {
    return is_given(given) && !(fs::is_directory(given, failed) && may_be_replaced(file));
  };
  if (std::any_of(files.evidence.begin(), files.evidence.end(), is_lost)) return "evidence";
  return std::any_of(files.read.begin(), files.read.end(), is_lost) ? "what is read" : "";
}

}  // namespace

CommandFiles& CommandFiles::judging(const JudgeOptions& options, const Console& console) {
  add(options.trust_paa)
      .add({options.paa_store})
      .add(options.trust_cd_signer)
      .add(options.revocation_sets)
      .add(options.waivers);
  add_if_there(options.unlock).add_if_there({options.ledger.ledger});
  if (const auto cache = cache_folder(options.ledger.cache_dir, console.environment))
    read.push_back(*cache);
  if (const auto authorities = console.environment("SSL_CERT_FILE")) read.push_back(*authorities);
  return *this;
}

CommandFiles& CommandFiles::roles(const RoleFiles& given) {
  for (const std::string* path : {&given.dac, &given.pai, &given.cd, &given.paa}) {
    if (!path->empty()) evidence.push_back(*path);
  }
  return *this;
}

CommandFiles& CommandFiles::add(const std::vector<std::string>& read_too) {
  read.insert(read.end(), read_too.begin(), read_too.end());
  return *this;
}

CommandFiles& CommandFiles::add_if_there(const std::vector<std::string>& values) {
  std::error_code failed;
  std::copy_if(values.begin(), values.end(), std::back_inserter(read),
               [&](const std::string& value) { return fs::exists(value, failed); });
  return *this;
}

bool same_file(const std::string& a, const std::string& b) {
  if (names_stdout(a) && names_stdout(b)) return true;
  const auto one = status_of(a), other = status_of(b);
  // (A terminal or /dev/null may be written to by two.)
  if (one && other) return is_same(*one, *other) && !S_ISCHR(one->st_mode);
  if (is_stdout(a) || is_stdout(b)) return false;
  return !one && !other && resolved(a) == resolved(b);
}

Result<void> may_write(const std::vector<std::string>& reports, const CommandFiles& files) {
  for (const std::string& report : reports) {
    for (const auto& [path, what] : files.written) {
      if (!path.empty() && same_file(report, path))
        return error(
            fmt::format("{}: expected a file for the report alone, found one that is "
                        "written or read beside it",
                        path));
    }
  }
  const auto keeps = [&](const std::string& path, const std::string& what) -> Result<void> {
    if (is_stdout(path)) return {};  // no file is opened
    const std::string lost = lost_with(path, files);
    if (lost == "evidence")
      return error(
          fmt::format("{}: expected another file for {}, found evidence there", path, what));
    if (!lost.empty())
      return error(
          fmt::format("{}: expected a file for {} alone, found one that is written or read beside "
                      "it",
                      path, what));
    return {};
  };
  for (const auto& [path, what] : files.written) {
    if (what.empty()) continue;
    if (auto done = keeps(path, what); !done) return done;
  }
  for (const std::string& report : reports) {
    if (auto done = keeps(report, "the report"); !done) return done;
    if (auto can = Output::can_open(report); !can) return can;
  }
  return {};
}

}  // namespace attest::cli
