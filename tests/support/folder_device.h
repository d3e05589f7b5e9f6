// A good forged device as files in a folder, and what is judged of it with further files beside.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fixtures/forge/device_builder.h"
#include "tests/support/folder.h"
#include "tests/support/judged.h"

namespace attest::test {

// What verify is told of a forged device before its files: when, and whom to trust.
inline std::vector<std::string> words_of_forged() {
  return {"--network",
          "none",
          "--at",
          forge::kAt,
          "--trust-paa",
          "fixtures/trust/paa-fff1.pem",
          "--trust-cd-signer",
          "fixtures/trust/cd-signer.pem"};
}

// The ids of all that fails, or why the command would have ended with 2.
inline std::string failing(const Judged& judged) {
  std::string out;
  for (const std::string& error : judged.errors) out += error;
  for (const std::string& id : judged.ids(Status::fail)) out += (out.empty() ? "" : " ") + id;
  return out;
}

struct FolderDevice {
  forge::DevicePlan plan;
  forge::Device device;

  explicit FolderDevice(const std::string& name)
      : plan(forge::good_plan(name)), device(forge::make(plan)) {}

  using Files = std::vector<std::pair<std::string, std::string>>;
  Judged judged(const Files& beside, const std::vector<std::string>& options = {}) const {
    const Folder folder;
    folder.write("dac.der", chars(device.dac));
    folder.write("pai.der", chars(device.pai));
    folder.write("cd.der", chars(device.cd));
    for (const auto& [name, content] : beside) folder.write(name, content);
    std::vector<std::string> words = words_of_forged();
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(folder.path());
    return judge(words);
  }
  std::string fails(const Files& beside) const { return failing(judged(beside)); }
  static std::string chars(View bytes) { return std::string(text(bytes)); }
};

}  // namespace attest::test
